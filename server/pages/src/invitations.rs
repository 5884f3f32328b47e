//! The invitation, as it is shown to whoever holds its code, and the answers to it. It shows no text that the
//! claimant wrote. Deliberately not here: whether the code holds.

use crate::form::Form;
use crate::frame::page;
use domain::time::{Day, Moment};

/// `GET /invitations`. Posts `/invitations`: `code`; goes on to `/invitations/{code}`.
#[derive(Debug, Clone, Default)]
pub struct CodeEntry {
    /// What was typed.
    pub form: Form,
}
page!(CodeEntry, "invitations/code.html");

/// `GET /invitations/{code}`: three equal choices. Links to `/invitations/{code}/acceptance`, `…/later`,
/// `…/refusal`; posts `/invitations/{code}/concerns`: `concern` (`do-not-contact`, `afraid`), which needs no account.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The code.
    pub code: String,
    /// The claimant's name.
    pub from: String,
    /// The code of the category.
    pub category: String,
    /// The amount where the claimant allowed it; otherwise empty.
    pub amount: String,
    /// When the invitation ends.
    pub expires_at: Moment,
}
page!(Invitation, "invitations/invitation.html");

/// `GET /invitations/{code}` once somebody has taken part with it. No form; links to `/disputes` or `/sign-in`.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Whether somebody is signed in.
    pub is_signed_in: bool,
}
page!(Taken, "invitations/taken.html");

/// `GET /invitations/{code}/acceptance`. Signed in: posts the same path (no fields). Not signed in: links to
/// `/sign-in?next=…` and `/sign-up?next=…`.
#[derive(Debug, Clone, Default)]
pub struct TakePart {
    /// The code.
    pub code: String,
    /// The claimant's name.
    pub from: String,
    /// Whether somebody is signed in.
    pub is_signed_in: bool,
}
page!(TakePart, "invitations/acceptance.html");

/// `GET /invitations/{code}/pending`: the registrar must confirm who the taker is.
#[derive(Debug, Clone, Default)]
pub struct Pending {}
page!(Pending, "invitations/pending.html");

/// `GET /invitations/{code}/later`: nothing is stored. No form.
#[derive(Debug, Clone)]
pub struct NotNow {
    /// The code.
    pub code: String,
    /// When the invitation ends.
    pub expires_at: Moment,
}
page!(NotNow, "invitations/later.html");

/// `GET /invitations/{code}/refusal`: are you sure? Posts the same path (no fields). Where `is_refused`, the page says
/// so and posts `/invitations/{code}/reopening` (no fields) to undo it.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The code.
    pub code: String,
    /// Whether it is refused already.
    pub is_refused: bool,
    /// Until when the refusal can be undone.
    pub expires_at: Moment,
}
page!(Refusal, "invitations/refusal.html");

/// `GET /invitations/{code}/concerns`: what was said went to the registrar.
#[derive(Debug, Clone, Default)]
pub struct ConcernHeard {
    /// `do-not-contact` or `afraid`.
    pub concern: String,
}
page!(ConcernHeard, "invitations/concern.html");

/// Where a code is unknown, used up or over (404, the same page for each). No form.
#[derive(Debug, Clone, Default)]
pub struct NoInvitation {}
page!(NoInvitation, "invitations/none.html");

/// `GET /disputes/{id}/letter`: where `code` is empty, a button that posts the same path (no fields); its answer is
/// this page with a fresh code, shown once, made for printing.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The dispute's id.
    pub id: String,
    /// The fresh code; empty before one was made.
    pub code: String,
    /// The claimant's name.
    pub from: String,
    /// The name of whoever is invited.
    pub to: String,
    /// The code of the category.
    pub category: String,
    /// Where the code is typed, such as `https://example.org/invitations`.
    pub address: String,
    /// The last day on which it may be answered.
    pub expires_on: Day,
}
page!(Letter, "invitations/letter.html");
