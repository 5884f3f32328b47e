//! What each side does by itself before talks begin: agree to mediate, choose how the record reaches them, say that
//! they are ready. Deliberately not here: anything about the other side.

use crate::content::{Block, agreement_to_mediate, blocks};
use crate::form::Form;
use crate::frame::page;
use domain::language::{Language, RecordLanguage};
use domain::time::Moment;

/// `GET /disputes/{id}/consent[?language=bn]`. Posts `/disputes/{id}/consent`: `version`, `language`, `agree=yes`.
#[derive(Debug, Clone)]
pub struct Consent {
    /// The dispute's id.
    pub id: String,
    /// The version of the agreement to mediate.
    pub version: u32,
    /// The language in which it is read and agreed to.
    pub language: Language,
    /// When the reader agreed, if they did.
    pub agreed_at: Option<Moment>,
    /// What was wrong.
    pub form: Form,
}
page!(Consent, "preparing/consent.html");

impl Consent {
    /// The text in headings and paragraphs.
    pub fn blocks(&self) -> Vec<Block> {
        agreement_to_mediate(self.version, self.language).map(blocks).unwrap_or_default()
    }
}

/// `GET /disputes/{id}/readiness`. Posts the same path: `route` (`mediation`, `negotiation`).
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    /// The dispute's id.
    pub id: String,
    /// Whether negotiation without a mediator may be chosen here.
    pub may_negotiate: bool,
    /// The codes of the tasks that must be done first (`task-…`).
    pub missing: Vec<String>,
    /// What was typed, or chosen before (`route`).
    pub form: Form,
}
page!(Readiness, "preparing/readiness.html");

/// `GET /disputes/{id}/delivery`. Posts the same path: `by` (`attachment`, `link`, `collect`), `passphrase` (with
/// `attachment`, may be empty: then the attachment is not encrypted).
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// The dispute's id.
    pub id: String,
    /// What was typed, or chosen before (`by`).
    pub form: Form,
}
page!(Delivery, "preparing/delivery.html");

/// `GET /disputes/{id}/reading-language`. Posts the same path: `language`, a tag.
#[derive(Debug, Clone, Default)]
pub struct ReadingLanguage {
    /// The dispute's id.
    pub id: String,
    /// The tag of the language in which the reader reads the text.
    pub chosen: String,
    /// Whether another one may still be chosen.
    pub may_choose: bool,
    /// What was typed, or chosen before (`language`).
    pub form: Form,
}
page!(ReadingLanguage, "preparing/reading_language.html");

impl ReadingLanguage {
    /// The languages, by tag.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        RecordLanguage::ALL.into_iter().map(RecordLanguage::tag)
    }
}
