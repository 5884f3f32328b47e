//! The agreement to mediate that each party signs before the first word (R1).

use crate::language::Language;
use crate::time::Moment;

/// The one version of the agreement to mediate that is in force. A new text is a new version; those who signed an
/// older one sign again before they share a channel.
pub const AGREEMENT_TO_MEDIATE: u32 = 1;

/// The word of that document in the API and the audit trail.
pub const AGREEMENT_TO_MEDIATE_NAME: &str = "agreement-to-mediate";

/// One person's signature under the agreement to mediate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Which version they read.
    pub version: u32,
    /// In which language they read it.
    pub language: Language,
    /// When they signed.
    pub at: Moment,
}
