//! A dispute as one reader may see it. Every field that is not for everybody asks `sight`, and what a reader may not
//! see is missing rather than empty. Deliberately not here: the room, the agreement's text and the record.

use domain::assignment::Proposal;
use domain::companion::Companion;
use domain::dispute::{Action, Actor, Dispute, Stage, StageName, actions};
use domain::party::{Joining, Safety, Side};
use domain::room::Seat;
use domain::sight::{Item, Viewer};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::claims::Claim;
use utoipa::ToSchema;

use super::Doing;
use super::keeping::{self, Keeping};
use super::process::{Seen, house};
use crate::refused::Refused;

/// An amount as a decimal string, so that no digit is lost on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// Such as `450.00`.
    pub value: String,
    /// ISO 4217.
    pub currency: String,
}

impl From<domain::money::Money> for Amount {
    fn from(money: domain::money::Money) -> Self {
        Self { value: money.figure(), currency: money.currency().code().to_owned() }
    }
}

/// Whom a dispute is with, as its claimant named them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Respondent {
    /// Their name.
    pub name: String,
    /// Where an invitation reaches them; a printed letter does as well.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

/// One side as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyView {
    /// `claimant` or `respondent`.
    pub id: String,
    /// The same.
    pub side: String,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `awaited`, `pending` (registrar only) or `joined`.
    pub state: String,
    /// Accounts that wait for their identity to be confirmed (registrar only).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub waiting: Vec<Waiting>,
    /// Whether safety answers raised something (registrar and mediator only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<String>,
}

/// Somebody who took a code and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Their account.
    pub account: String,
    /// Their name.
    pub name: String,
}

/// What a party has done of its own preparation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preparation {
    /// Whether it answered the safety questions; the answers are never shown back.
    pub safety_answered: bool,
    /// Whether it signed the agreement to mediate.
    pub consented: bool,
    /// Whether it said that it is ready, and which way it chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// How the record is to reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// The language in which it reads and signs the text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reading_language: Option<String>,
}

/// The proposed mediator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentView {
    /// The proposal's id.
    pub id: String,
    /// `proposed` or `accepted`.
    pub state: String,
    /// Who is proposed.
    pub mediator: String,
    /// What they disclosed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    /// Whether the reader approved already.
    pub approved_by_you: bool,
    /// Whether there was a mediator before: the reader says with its approval what this one may read.
    pub takes_over: bool,
    /// Whether they would sit beside the mediator who leads.
    pub beside: bool,
}

/// Something that the confirmed mediator disclosed later on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisclosureView {
    /// When.
    pub at: String,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// What.
    pub text: String,
}

/// A dispute as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisputeView {
    /// Its id.
    pub id: String,
    /// Its short name, from filing on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Its stage.
    pub stage: String,
    /// The draft's version; only while it is a draft, so that no number counts what others do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// As whom the reader looks.
    pub you: String,
    /// What it is about.
    pub category: String,
    /// The language in which it was filed; not for a waiting taker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The settlement that is to be changed here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amends: Option<String>,
    /// When it was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filed_at: Option<String>,
    /// When the stage lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether all clocks stand still. Why is said to nobody.
    pub paused: bool,
    /// Whether the sides never share a channel; registrar and mediator only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shuttle: Option<bool>,
    /// What the claimant called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happened, in the claimant's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What the claimant asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome_sought: Option<String>,
    /// How much is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Whom it is with, as the claimant named them (claimant and registrar only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respondent: Option<Respondent>,
    /// What the claimant needs (claimant, mediator, registrar).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<String>>,
    /// Whether the claimant lets the other side read the statement (claimant only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_shown: Option<bool>,
    /// The two sides.
    pub parties: Vec<PartyView>,
    /// What the reader has done of its own preparation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preparation: Option<Preparation>,
    /// The proposal under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentView>,
    /// The confirmed mediator's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mediator: Option<String>,
    /// The co-mediator's name, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub co_mediator: Option<String>,
    /// What the confirmed mediator disclosed after the parties had approved (parties, mediator, registrar).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub disclosures: Vec<DisclosureView>,
    /// What the reader said of the last of them, while it waits: `accepted` or `objected` (parties, each its own).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disclosure_answer: Option<String>,
    /// Where the reader was referred to, where the registrar found mediation unsuitable (the side that it concerns,
    /// registrar).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// The reader's own seat beside a party (whoever has one).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub companion: Option<String>,
    /// Until when what was said is kept, once it is over; then it is destroyed for good (R12). Of a draft: until when it is
    /// kept if nobody goes on with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kept_until: Option<String>,
    /// When what was said was destroyed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destroyed_at: Option<String>,
    /// Why it ended (registrar only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What the reader may do next.
    pub actions: Vec<String>,
}

/// The word for what the reader is here.
pub const fn viewer_word(viewer: Viewer) -> &'static str {
    match viewer {
        Viewer::Party(side) => side.as_str(),
        Viewer::Pending => "pending",
        Viewer::Proposed => "proposed-mediator",
        Viewer::Mediator => "mediator",
        Viewer::CoMediator => "co-mediator",
        Viewer::Registrar => "registrar",
        Viewer::Auditor => "auditor",
        Viewer::Beside { side, role } => Seat::Beside { side, role }.as_str(),
    }
}

/// The stage as the reader may know it: a waiting taker learns nothing beyond the invitation.
pub const fn stage_of(seen: &Seen) -> StageName {
    match seen.viewer {
        Viewer::Pending if !matches!(seen.dispute.stage, Stage::Ended(_)) => StageName::Inviting,
        _ => seen.dispute.stage.name(),
    }
}

/// What the reader may do next.
pub fn actions_of(seen: &Seen, doing: &Doing) -> Vec<Action> {
    seen.actor().map_or_else(|_| Vec::new(), |actor: Actor| actions(&seen.dispute, actor, &house(doing)))
}

/// The dispute as that reader may see it.
///
/// # Errors
/// Those of the store.
pub fn view(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen) -> Result<DisputeView, Refused> {
    let dispute = &seen.dispute;
    let stage = stage_of(seen);
    let periods = house(doing).periods;
    // A waiting taker reads the invitation, and nothing beyond it.
    let is_pending = seen.viewer == Viewer::Pending;
    let is_asked_beside = seen.viewer == Viewer::Proposed && matches!(dispute.stage, Stage::Mediation(_));
    let deadline = dispute.shown_deadline(&periods).filter(|_| may_read_deadline(seen));
    let keeping = if is_pending { Keeping::default() } else { keeping::of(tx, doing, dispute)? };
    let mut view = DisputeView {
        id: dispute.id.to_string(),
        reference: dispute.reference.as_ref().filter(|_| !is_pending).map(ToString::to_string),
        stage: stage.to_string(),
        version: (stage == StageName::Draft).then_some(seen.version),
        you: viewer_word(seen.viewer).to_owned(),
        category: dispute.category.to_string(),
        language: (!is_pending).then(|| dispute.language.to_string()),
        amends: dispute.amends.filter(|_| seen.may_read(Item::Amended)).map(|id| id.to_string()),
        filed_at: dispute.filed_at.filter(|_| !is_pending).map(|at| at.to_string()),
        until: deadline.map(|until| until.to_string()),
        // Nor is it for whoever is asked to mediate beside another to see how that goes.
        paused: dispute.is_paused() && !is_pending && !is_asked_beside,
        shuttle: (seen.viewer.mediates() || seen.viewer == Viewer::Registrar).then_some(dispute.shuttle),
        title: None,
        statement: None,
        outcome_sought: None,
        amount: None,
        respondent: None,
        needs: None,
        statement_shown: None,
        parties: parties(tx, seen)?,
        preparation: seen.side().map(|side| preparation(dispute, side)),
        assignment: assignment(tx, seen)?,
        mediator: None,
        co_mediator: None,
        disclosures: Vec::new(),
        disclosure_answer: None,
        referral: None,
        companion: dispute.companion_of(seen.account).map(|seat| seat.id.to_string()),
        kept_until: keeping.until.map(|until| until.to_string()),
        destroyed_at: keeping.destroyed_at.map(|at| at.to_string()),
        cause: None,
        actions: actions_of(seen, doing).iter().map(ToString::to_string).collect(),
    };
    if let Some(mediator) = dispute.mediator().filter(|_| !is_pending) {
        view.mediator = Some(store::people::by_id(tx, mediator)?.name.to_string());
    }
    if let Some(beside) = dispute.co_mediator().filter(|_| !is_pending) {
        view.co_mediator = Some(store::people::by_id(tx, beside)?.name.to_string());
    }
    add_disclosures(tx, seen, &mut view)?;
    if let (true, Stage::Ended(ending)) = (seen.may_read(Item::Cause), &dispute.stage) {
        view.cause = Some(ending.cause.to_string());
    }
    for of in Side::BOTH {
        if view.referral.is_none() && seen.may_read(Item::Referral { of }) {
            view.referral = store::referrals::get(tx, dispute.id, of)?;
        }
    }
    add_claim(tx, seen, &mut view)?;
    Ok(view)
}

/// While it is paused only whoever paused it, and the registrar, read until when: a date tells everybody else that a
/// party took the pause, and the lack of one that the registrar did.
fn may_read_deadline(seen: &Seen) -> bool {
    let is_sought =
        matches!(&seen.dispute.stage, Stage::Assigning(assigning) if assigning.proposal.is_none());
    match seen.viewer {
        Viewer::Pending => false,
        Viewer::Registrar => true,
        // Whoever is asked to sit beside the mediator answers to no clock, and is not told of the mediation's.
        Viewer::Proposed if matches!(seen.dispute.stage, Stage::Mediation(_)) => false,
        // While nobody is proposed the clock is the registrar's alone.
        _ if is_sought => false,
        _ if seen.dispute.suspension.is_none() => true,
        viewer => seen.dispute.suspended_by().is_some_and(|side| viewer == Viewer::Party(side)),
    }
}

/// Later disclosures are for those between whom the mediator stands; what a side said of one is that side's own (R13).
fn add_disclosures(tx: &mut Tx<'_>, seen: &Seen, view: &mut DisputeView) -> Result<(), Refused> {
    let Some(mediation) = seen.dispute.mediation() else { return Ok(()) };
    let reads = seen.viewer.mediates() || matches!(seen.viewer, Viewer::Party(_) | Viewer::Registrar);
    if !reads {
        return Ok(());
    }
    // What an earlier mediator disclosed was about that one.
    for later in store::disclosures::later(tx, seen.dispute.id)? {
        let by = match later.by {
            Some(account) if !seen.dispute.mediates(account) => continue,
            Some(account) => Some(store::people::by_id(tx, account)?.name.to_string()),
            None if later.at < mediation.since => continue,
            None => None,
        };
        view.disclosures.push(DisclosureView { at: later.at.to_string(), by, text: later.text });
    }
    let said = seen.side().zip(mediation.room.disclosure).and_then(|(side, said)| *said.of(side));
    view.disclosure_answer = said.map(|accepts| if accepts { "accepted" } else { "objected" }.to_owned());
    Ok(())
}

/// What was filed, as far as its owner lets it be seen. After the talk is destroyed there is none (R12).
fn add_claim(tx: &mut Tx<'_>, seen: &Seen, view: &mut DisputeView) -> Result<(), Refused> {
    let claim: Claim = match store::claims::load(tx, seen.dispute.id) {
        Err(store::Error::NotFound) => return Ok(()),
        claim => claim?,
    };
    let shown = claim.statement_shown;
    let reaches = shown && seen.dispute.sides_have_met();
    if seen.may_read(Item::Statement { of: Side::Claimant, shown: reaches }) {
        let words = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        view.title = words(&claim.title);
        view.statement = words(&claim.statement);
        view.outcome_sought = words(&claim.outcome_sought);
        view.amount = claim.amount.map(Amount::from);
    } else if claim.amount_shown && seen.side().is_some() {
        view.amount = claim.amount.map(Amount::from);
    }
    if seen.may_read(Item::Needs { of: Side::Claimant }) {
        view.needs = Some(claim.needs.iter().map(ToString::to_string).collect());
    }
    if seen.may_read(Item::Contact { of: Side::Claimant }) {
        let email = claim.respondent_email.map(|email| email.to_string());
        view.respondent = claim.respondent_name.map(|name| Respondent { name: name.to_string(), email });
    }
    if seen.side() == Some(Side::Claimant) {
        view.statement_shown = Some(shown);
    }
    Ok(())
}

fn parties(tx: &mut Tx<'_>, seen: &Seen) -> Result<Vec<PartyView>, Refused> {
    let names = if seen.may_read(Item::Names) { Some(store::names::of(tx, seen.dispute.id)?) } else { None };
    let mut views = Vec::new();
    for side in Side::BOTH {
        let party = seen.dispute.parties.of(side);
        let mut waiting = Vec::new();
        if let (Joining::Awaited { pending }, Viewer::Registrar) = (&party.joining, seen.viewer) {
            for account in pending {
                let name = store::people::by_id(tx, *account)?.name.to_string();
                waiting.push(Waiting { account: account.to_string(), name });
            }
        }
        let state = match &party.joining {
            Joining::Joined { .. } if seen.viewer != Viewer::Pending => "joined",
            _ if waiting.is_empty() => "awaited",
            _ => "pending",
        };
        let finding = seen.may_read(Item::SafetyFinding { of: side });
        views.push(PartyView {
            id: side.to_string(),
            side: side.to_string(),
            name: names.as_ref().and_then(|names| names.of(side).as_ref()).map(ToString::to_string),
            state: state.to_owned(),
            waiting,
            safety: finding.then(|| party.safety.to_string()),
        });
    }
    Ok(views)
}

fn preparation(dispute: &Dispute, side: Side) -> Preparation {
    let party = dispute.parties.of(side);
    Preparation {
        safety_answered: party.safety != Safety::Unanswered,
        consented: party.consent.is_some(),
        route: party.route.map(|route| route.to_string()),
        delivery: party.delivery.map(|choice| choice.to_string()),
        reading_language: party.reads_in().map(|language| language.to_string()),
    }
}

fn assignment(tx: &mut Tx<'_>, seen: &Seen) -> Result<Option<AssignmentView>, Refused> {
    let Some(proposal) = seen.dispute.proposal() else { return Ok(None) };
    let (accepted, approved) = match proposal.state {
        Proposal::Proposed => (false, None),
        Proposal::Accepted { approved, .. } => (true, Some(approved)),
    };
    // Nor does whoever leads: from a yes that is gone they would read that a party objected to the second (R13).
    if matches!(seen.viewer, Viewer::Beside { .. }) || seen.viewer.mediates() {
        return Ok(None);
    }
    // The parties hear of a mediator once the conflict inquiry is answered (R13).
    if seen.side().is_some() && !accepted {
        return Ok(None);
    }
    Ok(Some(AssignmentView {
        id: proposal.id.to_string(),
        state: proposal.state.as_str().to_owned(),
        mediator: store::people::by_id(tx, proposal.mediator)?.name.to_string(),
        disclosure: store::disclosures::get(tx, seen.dispute.id, proposal.id)?,
        takes_over: seen.dispute.has_earlier_talk(),
        beside: matches!(seen.dispute.stage, Stage::Mediation(_)),
        approved_by_you: seen.side().zip(approved).is_some_and(|(side, approved)| *approved.of(side)),
    }))
}

/// Who sits on a seat.
///
/// # Errors
/// Those of the store.
pub fn name_on(tx: &mut Tx<'_>, dispute: &Dispute, seat: Seat) -> Result<Option<String>, Refused> {
    match seat {
        Seat::Party(side) => Ok(store::names::of(tx, dispute.id)?.of(side).as_ref().map(ToString::to_string)),
        Seat::Mediator | Seat::CoMediator => {
            let who = if seat == Seat::Mediator { dispute.mediator() } else { dispute.co_mediator() };
            match who {
                Some(mediator) => Ok(Some(store::people::by_id(tx, mediator)?.name.to_string())),
                None => Ok(None),
            }
        }
        Seat::Beside { side, role } => {
            let here = |one: &&Companion| one.side == side && one.role == role;
            match dispute.companions.iter().filter(here).find_map(Companion::sits) {
                Some(account) => Ok(Some(store::people::by_id(tx, account)?.name.to_string())),
                None => Ok(None),
            }
        }
    }
}
