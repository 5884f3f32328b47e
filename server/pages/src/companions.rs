//! Who sits beside a party: the party's list with the form that asks somebody, and the page of whoever is asked.
//! Deliberately not here: who may ask, take or end a seat.

use crate::content::{Block, agreement_to_mediate, blocks};
use crate::form::Form;
use crate::frame::page;
use domain::language::Language;

/// A seat beside the reader.
#[derive(Debug, Clone, Default)]
pub struct OwnSeatLine {
    /// Its id.
    pub id: String,
    /// As what (`companion-role-…`).
    pub role: String,
    /// Who.
    pub name: String,
    /// The address that was asked.
    pub email: String,
    /// Whether they sit there already.
    pub sits: bool,
    /// Where whoever is asked takes the seat.
    pub url: String,
    /// How far it has come that they sign for the reader: `claimed`, `accepted` or `refused` (`authority-state-…`).
    pub authority: Option<String>,
    /// Whether the reader may ask the registrar for that.
    pub may_claim: bool,
}

/// `GET /disputes/{id}/companions`. Posts the same path: `role` (`support-person`, `interpreter`, `helper`,
/// `representative`), `name`, `email`, `reads_earlier=yes`; `/disputes/{id}/companions/{seat}/ending`; of a representative
/// `…/authority`: `ground` (`organisation`, `minor`, `without-capacity`, `written-power`), and `…/authority/ending`.
#[derive(Debug, Clone, Default)]
pub struct Companions {
    /// The dispute's id.
    pub id: String,
    /// The seats that are asked for or taken.
    pub seats: Vec<OwnSeatLine>,
    /// What was typed.
    pub form: Form,
}
page!(Companions, "companions/list.html");

/// `GET /disputes/{id}/companions/{seat}[?language=bn]`, for whoever is asked or sits there. Posts the same path:
/// `version`, `language`, `agree=yes`; and `…/ending`, which says no or leaves.
#[derive(Debug, Clone)]
pub struct SeatBeside {
    /// The dispute's id.
    pub id: String,
    /// The seat's id.
    pub seat: String,
    /// As what (`companion-role-…`, `companion-may-…`).
    pub role: String,
    /// Beside whom.
    pub beside: String,
    /// Whether the reader sits there.
    pub sits: bool,
    /// Whether there is a room to go to.
    pub has_room: bool,
    /// Whether the reader signs for them.
    pub signs: bool,
    /// The version of the agreement to mediate.
    pub version: u32,
    /// The language in which it is read and agreed to.
    pub language: Language,
    /// What was wrong.
    pub form: Form,
}
page!(SeatBeside, "companions/seat.html");

impl SeatBeside {
    /// The agreement to mediate in headings and paragraphs.
    pub fn blocks(&self) -> Vec<Block> {
        agreement_to_mediate(self.version, self.language).map(blocks).unwrap_or_default()
    }
}
