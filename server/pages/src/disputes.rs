//! One's disputes, the page of one dispute, and leaving it. Deliberately not here: what may be done next, which the
//! domain says; the tasks come in ready.

use crate::files::FileLine;
use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// One dispute in a list.
#[derive(Debug, Clone)]
pub struct DisputeLine {
    /// Its id.
    pub id: String,
    /// Its reference; empty while it is a draft.
    pub reference: String,
    /// Its title, where the reader may see it; otherwise empty.
    pub title: String,
    /// The code of its stage: `draft`, `screening`, ... `settled`, `ended`.
    pub stage: String,
    /// The reader's role in it: `claimant`, `respondent`, `mediator`.
    pub role: String,
    /// The code of the next task (`task-…`), where the reader has one.
    pub next: Option<String>,
}

/// `GET /disputes`. Posts nothing; links to `/disputes/new` and each dispute.
#[derive(Debug, Clone, Default)]
pub struct DisputeList {
    /// The reader's disputes, newest first.
    pub items: Vec<DisputeLine>,
    /// Whether the reader's address is confirmed; if not, the page asks for it.
    pub is_confirmed: bool,
    /// What the reader is to certify, or has certified: ids and references.
    pub certifications: Vec<(String, String)>,
}
page!(DisputeList, "disputes/list.html");

/// Something for the reader to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its code (`task-…` in `dispute.ftl`): `draft`, `safety`, `consent`, `delivery`, `files`, `readiness`,
    /// `assignment`, `room`, `agreement`, `waiver`, `signing`, `attestation`, `settlement`, `certificate`,
    /// `screening`, `registrar-assignment`, `conflict`, `negotiation`, `mediation-request`, `closing`.
    pub code: String,
    /// `to-do`, `done`, `waiting` (for somebody else), `later` (cannot begin yet) or `optional`.
    pub state: String,
    /// Where it is done; empty while it cannot begin.
    pub href: String,
}

/// A person as the reader may see them.
#[derive(Debug, Clone)]
pub struct PersonLine {
    /// Their name.
    pub name: String,
    /// Their role: `claimant`, `respondent`, `mediator`.
    pub role: String,
    /// Whether it is the reader.
    pub is_you: bool,
}

/// What the claimant sees of the invitation.
#[derive(Debug, Clone)]
pub struct InvitationState {
    /// `sent`, `answered`.
    pub state: String,
    /// Whether it may be sent again: posts `/disputes/{id}/invitations` (no fields).
    pub may_send_again: bool,
    /// Whether a letter may be printed: link to `/disputes/{id}/letter`.
    pub may_print: bool,
}

/// `GET /disputes/{id}`. Posts, each where its flag says so: `/disputes/{id}/invitations`,
/// `/disputes/{id}/mediation-requests`, `/disputes/{id}/suspension`, `/disputes/{id}/resumption` (no fields).
/// Links to `/disputes/{id}/withdrawal`, `/disputes/{id}/closing`, `/disputes/{id}/files`,
/// `/disputes/{id}/statement/showing`.
#[derive(Debug, Clone, Default)]
pub struct DisputePage {
    /// Its id.
    pub id: String,
    /// Its reference; empty while it is a draft.
    pub reference: String,
    /// Its title, where the reader may see it; otherwise empty.
    pub title: String,
    /// The language in which it was filed, by tag.
    pub language: String,
    /// What the claimant needs to take part, as codes, where the reader may know.
    pub needs: Vec<String>,
    /// The code of its category.
    pub category: String,
    /// The code of its stage as the reader may know it; `pending` for somebody who waits to be confirmed.
    pub stage: String,
    /// The reader's role: `claimant`, `respondent`, `mediator`, `registrar`.
    pub role: String,
    /// Whether it is paused, for whatever reason: the page says "paused" and nothing else.
    pub is_paused: bool,
    /// The reader's tasks in order; the first that is `to-do` is shown as the next step.
    pub tasks: Vec<Task>,
    /// The code of the deadline that runs (`deadline-…`) and when it ends.
    pub deadline: Option<(String, Moment)>,
    /// Until when what was said is kept, once it is over; of a draft, until it is deleted if nobody goes on with it.
    pub kept_until: Option<Moment>,
    /// Whether the reader is a party, who may take home what is its own: link to `/disputes/{id}/own-data`.
    pub may_download: bool,
    /// When what was said was destroyed.
    pub destroyed_at: Option<Moment>,
    /// Where the reader was referred to; otherwise empty. Nobody else sees it.
    pub referral: String,
    /// The reference of the settlement that is to be changed here, and the id of the dispute that it ended where the reader
    /// has a part in that.
    pub amends: Option<(String, Option<String>)>,
    /// Those whom the reader may know of.
    pub people: Vec<PersonLine>,
    /// The statement where the reader may read it; otherwise empty.
    pub statement: String,
    /// The outcome sought where the reader may read it; otherwise empty.
    pub outcome_sought: String,
    /// The amount where the reader may read it, as in `BDT 450.00`; otherwise empty.
    pub amount: String,
    /// Whether the statement is the reader's own and not shown to the other person yet.
    pub may_show_statement: bool,
    /// Files the reader may open.
    pub files: Vec<FileLine>,
    /// Whether the reader may add one.
    pub may_add_files: bool,
    /// For the claimant: how the invitation stands.
    pub invitation: Option<InvitationState>,
    /// Whether the reader may withdraw.
    pub may_withdraw: bool,
    /// Whether the reader may pause the dispute (a party once, for 7 days; the registrar).
    pub may_suspend: bool,
    /// Whether the reader may let it go on.
    pub may_resume: bool,
    /// From negotiation: whether the reader may ask for a mediator.
    pub may_request_mediation: bool,
    /// For the mediator: whether they may close it without an agreement.
    pub may_close: bool,
    /// For the mediator and the registrar: whether another mediator may be sought: link to `/disputes/{id}/replacement`.
    pub may_replace: bool,
    /// Whether a second mediator is the reader's to see to: link to `/disputes/{id}/co-mediation`.
    pub may_co_mediate: bool,
    /// For a party that may say that it needs a break or does not feel safe: who learns of it, `mediator` or
    /// `registrar`; otherwise empty. Posts `/rooms/{id}/breaks` and `/rooms/{id}/alarms` (no fields).
    pub told: String,
    /// What the mediator disclosed after the parties had approved, and when.
    pub disclosures: Vec<(Moment, String, String)>,
    /// For a party while one waits: what they said of it (`disclosure-said-…`): `nothing`, `accepted`, `objected`.
    /// Posts `/disputes/{id}/disclosures/acceptance` or `/disputes/{id}/disclosures/objection` (no fields).
    pub disclosure_said: Option<String>,
    /// For the mediator: whether they may disclose something: link to `/disputes/{id}/disclosures`.
    pub may_disclose: bool,
}
page!(DisputePage, "disputes/dispute.html");

impl DisputePage {
    /// The next step: the first task that waits for the reader.
    pub fn next(&self) -> Option<&Task> {
        self.tasks.iter().find(|task| task.state == "to-do")
    }

    /// Whether anything stands among the papers.
    pub fn has_papers(&self) -> bool {
        let texts = [&self.statement, &self.outcome_sought, &self.amount];
        texts.iter().any(|text| !text.is_empty())
            || !self.files.is_empty()
            || self.may_add_files
            || self.may_show_statement
    }

    /// Whether the dispute has come to its end.
    pub fn is_over(&self) -> bool {
        matches!(self.stage.as_str(), "settled" | "ended")
    }
}

/// `GET /disputes/{id}/withdrawal`. Posts the same path (no fields, no reason). A draft is deleted.
#[derive(Debug, Clone, Default)]
pub struct Withdrawal {
    /// The dispute's id.
    pub id: String,
    /// Its reference; empty while it is a draft.
    pub reference: String,
}
page!(Withdrawal, "disputes/withdrawal.html");

/// `GET /disputes/{id}/suspension`: are you sure? A party can do it once. Posts the same path (no fields).
#[derive(Debug, Clone, Default)]
pub struct Suspending {
    /// The dispute's id.
    pub id: String,
    /// Whether the reader can do it only this once.
    pub is_once: bool,
}
page!(Suspending, "disputes/suspending.html");

/// `GET /disputes/{id}/closing` (mediator). Posts the same path: `outcome` (`impasse`).
#[derive(Debug, Clone, Default)]
pub struct Closing {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
}
page!(Closing, "disputes/closing.html");

/// `GET /disputes/{id}/statement/showing`: a preview of what the other person will read. Posts the same path:
/// `show=yes`.
#[derive(Debug, Clone, Default)]
pub struct StatementShowing {
    /// The dispute's id.
    pub id: String,
    /// What the dispute is called: that is shown too.
    pub title: String,
    /// The language of the dispute, by tag.
    pub language: String,
    /// The statement.
    pub statement: String,
    /// The outcome sought.
    pub outcome_sought: String,
    /// The amount; empty for none.
    pub amount: String,
    /// What was wrong.
    pub form: Form,
}
page!(StatementShowing, "disputes/showing.html");
