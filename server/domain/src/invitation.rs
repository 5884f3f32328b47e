//! What brings the respondent in: an invitation, and the code that opens it. The code's secret is not here; the store
//! keeps only its digest.

use crate::time::Moment;

/// How many wrong secrets void a code (section 7 of the design, Limits).
pub const WRONG_SECRETS_MAX: u32 = 5;

words! {
    /// What a code still opens.
    pub enum CodeState {
        /// It opens the invitation.
        Open = "open",
        /// It was guessed at too often, or replaced by a fresh one.
        Void = "void",
        /// Its time has passed.
        Expired = "expired",
    }
}

/// What a code opens at `now`.
pub fn code_state(expires_at: Moment, wrong_secrets: u32, replaced: bool, now: Moment) -> CodeState {
    if replaced || wrong_secrets >= WRONG_SECRETS_MAX {
        CodeState::Void
    } else if now >= expires_at {
        CodeState::Expired
    } else {
        CodeState::Open
    }
}

words! {
    /// What somebody who was invited may tell the registrar without an account.
    pub enum Concern {
        /// "Do not contact me again."
        DoNotContact = "do-not-contact",
        /// "I am afraid of this person."
        Afraid = "afraid",
    }
}
