//! Passkeys: one's own, adding one, removing one. Deliberately not here: signing with one, which is a part of the signing's
//! own page.

use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// One of one's own passkeys.
#[derive(Debug, Clone)]
pub struct PasskeyLine {
    /// Its id.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Moment,
    /// When it signed last.
    pub used_at: Option<Moment>,
    /// Whether it signs no more, because there may be a copy of it.
    pub is_suspended: bool,
}

/// `GET /account/passkeys`. Posts `/account/passkeys/challenges`: `name`, `password`, `totp` (may be empty); its answer is
/// `PasskeyMaking`.
#[derive(Debug, Clone, Default)]
pub struct Passkeys {
    /// One's own, the first one first.
    pub passkeys: Vec<PasskeyLine>,
    /// The origin at which passkeys work; none where the house has none.
    pub origin: Option<String>,
    /// Whether there is room for one more.
    pub may_add: bool,
    /// Whether the reader has a second factor, which is then asked for.
    pub has_second_factor: bool,
    /// What was typed; leave `password` and `totp` out.
    pub form: Form,
}
page!(Passkeys, "passkeys/passkeys.html");

/// After the proof: the device is asked. Posts `/account/passkeys`: `name`, `credential`.
#[derive(Debug, Clone, Default)]
pub struct PasskeyMaking {
    /// What its person calls it.
    pub name: String,
    /// The origin at which passkeys work.
    pub origin: String,
    /// What the browser is asked with, as JSON.
    pub options: String,
}
page!(PasskeyMaking, "passkeys/making.html");

/// `GET /account/passkeys/{id}/removal`. Posts the same path: `password`, `totp` (may be empty).
#[derive(Debug, Clone, Default)]
pub struct PasskeyRemoval {
    /// Its id.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// Whether the reader has a second factor, which is then asked for.
    pub has_second_factor: bool,
    /// What was wrong.
    pub form: Form,
}
page!(PasskeyRemoval, "passkeys/removal.html");
