//! Legal holds: a registrar places one with a reason, a second one confirms it, and the same to end it (R12). From the first
//! press on nothing of the dispute is destroyed; what nobody confirms in time lapses. Deliberately not here: what each press
//! may do, which the law says.

use std::time::Duration;

use domain::ids::{AccountId, DisputeId};
use domain::keeping::KeepingRefusal;
use domain::person::clean_words;
use domain::sight::Viewer;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::holds::{self, OpenHold};
use utoipa::ToSchema;

use super::process::look;
use super::{Doing, duties, keeping};
use crate::refused::{Refused, words_code};

/// The duty by which registrars are told that a hold lapses.
const LAPSES: &str = "hold-lapses";

/// The most characters of a reason.
const REASON_CHARACTERS_MAX: usize = 2_000;

/// A hold as a registrar sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldView {
    pub id: String,
    /// `placed` (one person of the house so far), `confirmed`, `lifted` (one person wants it to end) or `ended`.
    pub state: String,
    pub reason: String,
    /// The name of who placed it.
    pub placed_by: String,
    pub placed_at: String,
    /// When it lapses unless somebody else confirms it before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lapses_at: Option<String>,
    /// What the reader may do: `confirm`, `end`.
    pub actions: Vec<String>,
}

/// The hold that somebody read before they pressed, and how far it was then; nothing where they do not say.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Meant {
    /// The hold's id.
    pub hold: Option<String>,
    /// Its `state`.
    pub state: Option<String>,
}

impl Meant {
    /// Another registrar may have been quicker: whoever meant to be the first to let go must not be the second by that.
    fn check(&self, held: &Held) -> Result<(), Refused> {
        let is = |meant: &Option<String>, now: &str| meant.as_ref().is_none_or(|meant| meant == now);
        if is(&self.hold, &held.open.id) && is(&self.state, held.state()) {
            return Ok(());
        }
        Err(Refused::Conflict { code: "changed-meanwhile", current: json!({ "state": held.state() }) })
    }
}

/// An open hold, and who looks at it.
pub struct Held {
    pub open: OpenHold,
    /// The name of who placed it.
    pub placed_by: String,
    pub lapses_at: Option<Moment>,
    pub may_confirm: bool,
    pub may_end: bool,
}

impl Held {
    /// `placed`, `confirmed` or `lifted`.
    pub const fn state(&self) -> &'static str {
        match (self.open.hold.lifted_by, self.open.hold.confirmed_by) {
            (Some(_), _) => "lifted",
            (None, Some(_)) => "confirmed",
            (None, None) => "placed",
        }
    }

    fn view(self) -> HoldView {
        let actions = [(self.may_confirm, "confirm"), (self.may_end, "end")];
        let allowed = actions.into_iter().filter(|(may, _)| *may);
        HoldView {
            id: self.open.id.clone(),
            state: self.state().to_owned(),
            placed_by: self.placed_by,
            placed_at: self.open.placed_at.to_string(),
            lapses_at: self.lapses_at.map(|at| at.to_string()),
            actions: allowed.map(|(_, action)| action.to_owned()).collect(),
            reason: self.open.reason,
        }
    }
}

fn seen_by(tx: &mut Tx<'_>, doing: &Doing, by: AccountId, open: OpenHold) -> Result<Held, Refused> {
    let placed_by = store::people::by_id(tx, open.hold.placed_by)?.name.to_string();
    let lapses_at = open.hold.lapses_at(open.placed_at, doing.config.periods.hold_confirmation);
    let (may_confirm, may_end) = (open.hold.may_confirm(by).is_ok(), open.hold.ends(by).is_ok());
    Ok(Held { open, placed_by, lapses_at, may_confirm, may_end })
}

/// The registrar who asks; for everybody else there is no hold.
fn registrar(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<AccountId, Refused> {
    let seen = look(tx, doing, id)?;
    if seen.viewer != Viewer::Registrar {
        return Err(Refused::Absent);
    }
    keeping::check(tx, &seen.dispute)?;
    Ok(seen.account)
}

/// The hold that somebody pressed a button about.
fn pressed(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    by: AccountId,
    meant: &Meant,
) -> Result<Held, Refused> {
    let open = holds::open(tx, id)?.ok_or_else(|| rule(KeepingRefusal::NotHeld))?;
    let held = seen_by(tx, doing, by, open)?;
    meant.check(&held)?;
    Ok(held)
}

fn rule(refusal: KeepingRefusal) -> Refused {
    Refused::rule(refusal.as_str())
}

/// The hold that is open, if one is.
///
/// # Errors
/// `Absent` for others than registrars; `talk-destroyed`.
pub fn held(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Option<Held>, Refused> {
    let by = registrar(tx, doing, id)?;
    holds::open(tx, id)?.map(|open| seen_by(tx, doing, by, open)).transpose()
}

/// The hold that is open.
///
/// # Errors
/// Those of [`held`]; `hold-not-placed`.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<HoldView, Refused> {
    held(tx, doing, id)?.map(Held::view).ok_or_else(|| rule(KeepingRefusal::NotHeld))
}

/// Places a hold.
///
/// # Errors
/// `Absent` for others than registrars; the reason; `hold-already-placed`; `talk-destroyed`.
pub fn put(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, reason: &str) -> Result<HoldView, Refused> {
    let by = registrar(tx, doing, id)?;
    let reason = clean_words(reason, REASON_CHARACTERS_MAX)
        .map_err(|why| Refused::field("reason", words_code(why)))?;
    if reason.is_empty() {
        return Err(Refused::field("reason", "missing"));
    }
    if holds::open(tx, id)?.is_some() {
        return Err(rule(KeepingRefusal::AlreadyHeld));
    }
    holds::put(tx, id, doing.new_uuid(), by, &reason, doing.now)?;
    doing.trace("hold-placed", Some(id), &json!({}));
    show(tx, doing, id)
}

/// A second registrar confirms it.
///
/// # Errors
/// `Absent` for others than registrars; `Conflict` where it is not the one that was meant; the rule.
pub fn confirm(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    meant: &Meant,
) -> Result<HoldView, Refused> {
    let by = registrar(tx, doing, id)?;
    let held = pressed(tx, doing, id, by, meant)?.open;
    held.hold.may_confirm(by).map_err(rule)?;
    holds::confirm(tx, &held.id, by, doing.now)?;
    doing.trace("hold-confirmed", Some(id), &json!({}));
    show(tx, doing, id)
}

/// A registrar wants it to end; with a second one's wish it does, and the clock runs again.
///
/// # Errors
/// `Absent` for others than registrars; `Conflict` where it is not the one that was meant; the rule.
pub fn lift(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, meant: &Meant) -> Result<HoldView, Refused> {
    let by = registrar(tx, doing, id)?;
    let held = pressed(tx, doing, id, by, meant)?.open;
    if held.hold.ends(by).map_err(rule)? {
        holds::end(tx, &held.id, by, doing.now)?;
        doing.trace("hold-ended", Some(id), &json!({}));
        let last = seen_by(tx, doing, by, held)?.view();
        return Ok(HoldView { state: "ended".to_owned(), actions: Vec::new(), ..last });
    }
    holds::lift(tx, &held.id, by, doing.now)?;
    doing.trace("hold-lifted", Some(id), &json!({}));
    show(tx, doing, id)
}

/// How long before it lapses the registrars are told, at most: of a shorter period a quarter.
const TOLD_BEFORE: Duration = Duration::from_secs(2 * 86_400);

/// How long before a hold lapses the registrars are told.
pub fn told_before(confirmation: Duration) -> Duration {
    TOLD_BEFORE.min(confirmation / 4)
}

/// Tells the registrars of a hold that nobody has confirmed, and ends it in its time, so that no single person keeps what was
/// to go. However long the house stood still, they were told some time before.
///
/// # Errors
/// Those of the store.
pub fn lapse(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    // Whoever confirms it at this moment waits for this dispute, or this for them.
    store::disputes::load(tx, id)?;
    let Some(open) = holds::open(tx, id)? else { return Ok(()) };
    let confirmation = doing.config.periods.hold_confirmation;
    let Some(lapses_at) = open.hold.lapses_at(open.placed_at, confirmation) else { return Ok(()) };
    let Some(told_at) = store::duties::since(tx, id, LAPSES, open.placed_at)? else {
        return duties::put(tx, doing, id, LAPSES, None);
    };
    if lapses_at <= doing.now && told_at.plus(told_before(confirmation)) <= doing.now {
        holds::lapse(tx, &open.id, doing.now)?;
        doing.trace("hold-lapsed", Some(id), &json!({}));
    }
    Ok(())
}
