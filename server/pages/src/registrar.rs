//! The registrar's desk: what waits for a person of the house. Deliberately not here: what parties say to each other,
//! which no registrar reads.

use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// A dispute that waits for the registrar.
#[derive(Debug, Clone)]
pub struct WaitingDispute {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code of its category.
    pub category: String,
    /// Since when it waits.
    pub since: Moment,
}

/// A person whom the registrar must confirm.
#[derive(Debug, Clone)]
pub struct PendingTaker {
    /// The dispute's id.
    pub dispute: String,
    /// Its reference.
    pub reference: String,
    /// The party's id.
    pub party: String,
    /// The name that was invited.
    pub invited: String,
    /// The taker's own name.
    pub taker: String,
    /// The taker's address.
    pub email: String,
    /// When the dispute was filed.
    pub filed_at: Moment,
}

/// A mail that could not be delivered.
#[derive(Debug, Clone)]
pub struct FailedMail {
    /// Its id.
    pub id: String,
    /// What it was about: a code (`mail-kind-…`).
    pub kind: String,
    /// The address.
    pub to: String,
    /// The reference of the dispute; empty for none.
    pub reference: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub at: Moment,
    /// Whether a server took it and it came back; it was set aside otherwise.
    pub has_come_back: bool,
    /// Whether it is still there to be sent again.
    pub is_whole: bool,
}

/// Somebody asked for help: an alarm, a concern from an invitation, a "not freely".
#[derive(Debug, Clone)]
pub struct Alarm {
    /// The duty's own id.
    pub duty: String,
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code: `unsafe`, `break`, `afraid`, `do-not-contact`, `safety-changed`, `disclosure`, `no-mediator`, `deadline-stuck`, `hold-lapses`, `authority`, `certification` (`alarm-…`).
    pub kind: String,
    /// The name of whoever asked; empty where it is not known.
    pub by: String,
    /// Since when.
    pub since: Moment,
    /// Where it is answered; nothing where it is seen to by a word.
    pub answered_at: Option<String>,
}

/// `GET /registrar`. Posts `/disputes/{dispute}/parties/{party}/identity`: `decision` (`confirm` with `sure-{party}`: `yes`, `refuse`);
/// `/registrar/duties/{duty}` (no fields: it was seen to); `/registrar/mails/{id}` (no fields: one that came back was seen to);
/// `/registrar/mails/{id}/retries` (no fields); `/disputes/{id}/resumption` (no fields). Links to `/registrar/disputes`,
/// `/registrar/disputes/{id}/screening`, `/registrar/disputes/{id}/assignment` and `/registrar/disputes/{id}/hold`.
#[derive(Debug, Clone, Default)]
pub struct RegistrarDesk {
    /// Calls for help, the newest first.
    pub alarms: Vec<Alarm>,
    /// Disputes to be screened.
    pub screening: Vec<WaitingDispute>,
    /// Takers to be confirmed.
    pub takers: Vec<PendingTaker>,
    /// Disputes that need a mediator.
    pub assigning: Vec<WaitingDispute>,
    /// Disputes that are suspended.
    pub suspended: Vec<WaitingDispute>,
    /// Disputes whose legal hold waits for a second person.
    pub holds: Vec<WaitingDispute>,
    /// Certifications for which somebody is named: the ids are theirs.
    pub certifications: Vec<WaitingDispute>,
    /// Mails that failed.
    pub mails: Vec<FailedMail>,
    /// What was wrong with a decision on a taker (`sure-PARTY`).
    pub form: Form,
}
page!(RegistrarDesk, "registrar/desk.html");

/// A dispute in the registrar's list.
#[derive(Debug, Clone)]
pub struct ListedDispute {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code of its category.
    pub category: String,
    /// The code of its stage.
    pub stage: String,
    /// Whether it is paused.
    pub is_paused: bool,
    /// When it was filed.
    pub filed_at: Option<Moment>,
}

/// `GET /registrar/disputes?reference=&stage=[&before=ID]`: those that are filed and not over, the newest first; with a
/// reference that one alone, whatever its stage. Links to `/disputes/{id}` and `/disputes/{id}/letter`.
#[derive(Debug, Clone, Default)]
pub struct DisputeSearch {
    /// The stages that can be asked for.
    pub stages: Vec<String>,
    /// What was asked.
    pub form: Form,
    /// What was found.
    pub items: Vec<ListedDispute>,
    /// Where the next page is; nothing on the last.
    pub next: Option<String>,
}
page!(DisputeSearch, "registrar/disputes.html");

/// `GET /registrar/disputes/{id}/hold`. Posts `/disputes/{id}/hold`: `reason`, while there is none;
/// `/disputes/{id}/hold/confirmation`: `hold` and `state` as they are shown; `/disputes/{id}/hold/ending`: those and `sure`.
#[derive(Debug, Clone, Default)]
pub struct HoldDesk {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The hold that is open.
    pub hold: Option<OpenHold>,
    /// What was typed.
    pub form: Form,
}
page!(HoldDesk, "registrar/hold.html");

/// `GET /registrar/disputes/{id}/authority`. Posts `/disputes/{id}/companions/{seat}/authority/answer`: `ground` as shown,
/// `decision` (`accept` with `sure-{seat}`: `yes`, `refuse`).
#[derive(Debug, Clone, Default)]
pub struct AuthorityDesk {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// What is asked and not answered.
    pub claims: Vec<ClaimLine>,
    /// What was wrong with an answer.
    pub form: Form,
}
page!(AuthorityDesk, "registrar/authority.html");

/// A party asks that its representative may sign for it.
#[derive(Debug, Clone)]
pub struct ClaimLine {
    /// The representative's seat.
    pub seat: String,
    /// For whom.
    pub party: String,
    /// Who would sign.
    pub representative: String,
    /// The code of why (`authority-ground-…`).
    pub ground: String,
}

/// A legal hold.
#[derive(Debug, Clone)]
pub struct OpenHold {
    /// Its id.
    pub id: String,
    /// The code of how far it is (`hold-state-…`): `placed`, `confirmed`, `lifted`.
    pub state: String,
    /// Why it was placed.
    pub reason: String,
    /// The name of who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Moment,
    /// When it lapses unless somebody else confirms it before.
    pub lapses_at: Option<Moment>,
    /// Whether the reader may confirm it.
    pub may_confirm: bool,
    /// Whether the reader may ask for its end, or agree to it.
    pub may_end: bool,
}

/// One side's safety answers, for the registrar alone.
#[derive(Debug, Clone)]
pub struct SafetyAnswers {
    /// The party's name.
    pub name: String,
    /// The party's role.
    pub role: String,
    /// Question (`alone`, …) and answer (`yes`, `no`, `rather-not-say`, `missing`).
    pub answers: Vec<(String, String)>,
    /// How they may be reached (`mail`, `site`, `phone`).
    pub reach: String,
    /// Their note about it; empty for none.
    pub reach_note: String,
}

/// `GET /registrar/disputes/{id}/screening`. Posts `/disputes/{id}/screening`: `decision` (`suitable`, `shuttle`,
/// `referral`), `referral_name`, `referral_contact` (both with `referral`).
#[derive(Debug, Clone, Default)]
pub struct Screening {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code of its category.
    pub category: String,
    /// Its title.
    pub title: String,
    /// The statement.
    pub statement: String,
    /// The claimant's name.
    pub claimant: String,
    /// The respondent's name.
    pub respondent: String,
    /// The codes of why it waits (`screening-why-…`): `safety`, `family`, `second-filing`, `missing-answer`.
    pub reasons: Vec<String>,
    /// The answers of each side that has answered.
    pub safety: Vec<SafetyAnswers>,
    /// What was typed.
    pub form: Form,
}
page!(Screening, "registrar/screening.html");

/// A mediator who could take a dispute.
#[derive(Debug, Clone)]
pub struct Match {
    /// The mediator's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// How well they fit, of 100.
    pub score: u32,
    /// The codes of why (`match-…`): `language`, `speciality`, `free`, `busy`, ...
    pub reasons: Vec<String>,
}

/// `GET /registrar/disputes/{id}/assignment`. Posts `/disputes/{id}/assignments`: `mediator_id` (empty: the best
/// match).
#[derive(Debug, Clone, Default)]
pub struct AssignmentDesk {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code of its category.
    pub category: String,
    /// The parties' languages, by tag.
    pub languages: Vec<String>,
    /// Those who could take it, the best first.
    pub matches: Vec<Match>,
    /// What was wrong.
    pub form: Form,
}
page!(AssignmentDesk, "registrar/assignment.html");
