//! Accounts: signing up, confirming an address, signing in, a new password, one's own sessions. Deliberately not
//! here: anything about a dispute.

use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// `GET /sign-up[?next=/path]`. Posts `/sign-up`: `name`, `email`, `password`, `language`, `next`.
#[derive(Debug, Clone, Default)]
pub struct SignUp {
    /// What was typed.
    pub form: Form,
    /// The path to go on to after signing in; empty for none.
    pub next: String,
    /// A password that nobody else has, for whoever would rather not invent one.
    pub suggestion: String,
}
page!(SignUp, "people/sign-up.html");

/// What a page shows that only says "look at your mail". `GET /sign-up/sent`, `GET /passwords/resets/sent`.
#[derive(Debug, Clone, Default)]
pub struct LookAtMail {
    /// `confirmation` or `reset`.
    pub about: String,
}
page!(LookAtMail, "people/look-at-mail.html");

/// `GET /confirmations?code=…`. Posts `/confirmations`: `code`, `password`.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// What was typed.
    pub form: Form,
    /// The code from the mail.
    pub code: String,
}
page!(Confirmation, "people/confirmation.html");

/// Where a confirmation's code is used up or too old (404). No form; links to `/sign-in` and `/sign-up`.
#[derive(Debug, Clone, Default)]
pub struct ConfirmationOver {}
page!(ConfirmationOver, "people/confirmation-over.html");

/// `GET /sign-in[?next=/path]`. Posts `/sign-in`: `email`, `password`, `totp` (may be empty), `next`.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// What was typed.
    pub form: Form,
    /// The path to go on to; empty for none.
    pub next: String,
    /// What was typed into a form whose session had ended, to be copied; empty for nothing.
    pub typed: String,
}
page!(SignIn, "people/sign-in.html");

/// `GET /passwords/resets`. Posts `/passwords/resets`: `email`; goes on to `/passwords/resets/sent`.
#[derive(Debug, Clone, Default)]
pub struct ResetRequest {
    /// What was typed.
    pub form: Form,
}
page!(ResetRequest, "people/reset-request.html");

/// `GET /passwords/resets/{code}`. Posts `/passwords/resets/{code}`: `password`.
#[derive(Debug, Clone, Default)]
pub struct NewPassword {
    /// What was typed.
    pub form: Form,
    /// The code from the mail.
    pub code: String,
}
page!(NewPassword, "people/new-password.html");

/// One session of one's own.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// Browser and system in a few words, such as `Firefox, Android`.
    pub device: String,
    /// When it was last used.
    pub seen_at: Moment,
    /// Whether it is the one that asks.
    pub is_this_one: bool,
}

/// `GET /account`. Posts `/sign-out` (no fields) and `/account/sign-outs` (everywhere; no fields).
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// One's own name.
    pub name: String,
    /// One's own address.
    pub email: String,
    /// Whether a second factor is set.
    pub has_second_factor: bool,
    /// The open sessions.
    pub sessions: Vec<SessionLine>,
}
page!(Account, "people/account.html");

/// `GET /setup/{code}`: the first registrar. Posts the same path: `name`, `email`, `password`, `language`; its answer
/// is `SetUp`.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// What was typed.
    pub form: Form,
    /// The code of the link that the first start printed.
    pub code: String,
}
page!(Setup, "people/setup.html");

/// After the setup: the secret of the second factor, shown once.
#[derive(Debug, Clone, Default)]
pub struct SetUp {
    /// The secret in Base32.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub link: String,
}
page!(SetUp, "people/setup-done.html");
