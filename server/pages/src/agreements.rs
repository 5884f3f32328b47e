//! The agreement before it is signed: the mediator writes its terms, the parties read and say when it is right, the
//! text is frozen, the reflection period runs. Deliberately not here: signing.

use crate::form::Form;
use crate::frame::page;
use crate::read_backs::ReadBackLine;
use crate::terms::{FlagLine, TermLine};
use domain::language::{Language, RecordLanguage};
use domain::time::Moment;

/// `GET /disputes/{id}/agreement?edit=yes` (mediator). Posts `/disputes/{id}/agreement/revisions`: `base` (number of
/// the revision that was edited, 0 for none), `prevailing_language`, and for N = 1 to `rows`: `term-N-debtor`
/// (`claimant`, `respondent`), `term-N-text-TAG` for each language tag, `term-N-amount`, `term-N-currency`,
/// `term-N-due_on`. A row with no text in any language is left out. `more=yes` (a second button): save nothing, show
/// the form again with two more rows. `add=yes` (a third one): the same with one more field for each term, in the
/// language of `add_language`. `languages`: the tags of those that the form has, with blanks between them.
#[derive(Debug, Clone, Default)]
pub struct AgreementEditor {
    /// The dispute's id.
    pub id: String,
    /// The number of the revision that is edited; 0 for none.
    pub base: u32,
    /// The parties' names: claimant, respondent.
    pub claimant: String,
    /// The respondent's name.
    pub respondent: String,
    /// The languages of the parties, and those that were added, by tag.
    pub languages: Vec<String>,
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// How many rows the form has.
    pub rows: usize,
    /// What was typed, or stands in the revision, by the field names above.
    pub form: Form,
    /// What is marked in each row, as far as it can be read.
    pub flags: Vec<Vec<FlagLine>>,
    /// Whether a newer revision was saved meanwhile: what was typed stands here, the newer one is to be read first.
    pub is_stale: bool,
}
page!(AgreementEditor, "agreements/editor.html");

impl AgreementEditor {
    /// The rows by number, from 1.
    pub fn numbers(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.rows
    }

    /// The tags of its languages, with blanks between them.
    pub fn tags(&self) -> String {
        self.languages.join(" ")
    }

    /// The tags of the other languages that a text can be in.
    pub fn others(&self) -> impl Iterator<Item = &'static str> {
        let others = RecordLanguage::ALL.into_iter().map(RecordLanguage::tag);
        others.filter(|tag| !self.languages.iter().any(|language| language == tag))
    }

    /// Whether the language that counts has no field yet: then nobody has chosen it, whichever comes first.
    pub fn lacks_prevailing(&self) -> bool {
        !self.languages.iter().any(|tag| self.form.holds("prevailing_language", tag))
    }

    /// Whether there are languages in which no words are looked for that can be read in two ways.
    pub fn is_unread_in_some(&self) -> bool {
        self.languages.iter().any(|tag| tag.parse::<Language>().is_err())
    }

    /// What is marked in the row with this number.
    pub fn flags(&self, number: &usize) -> &[FlagLine] {
        number.checked_sub(1).and_then(|place| self.flags.get(place)).map_or(&[], Vec::as_slice)
    }
}

/// How one party stands to the text.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The party's name.
    pub name: String,
    /// The code: `reading`, `ready`, `signed`, `not-signed`, `all-signed` (`standing-…` in `agreement.ftl`).
    pub state: String,
    /// Who signed for it, where it did not sign itself.
    pub signed_by: Option<String>,
}

/// `GET /disputes/{id}/agreement`. Posts, each where its flag says so, with `digest`:
/// `/disputes/{id}/agreement/readiness`, `/disputes/{id}/agreement/freezing` (mediator),
/// `/disputes/{id}/agreement/waivers` (`advice_notice_read=yes`). Links to `?edit=yes`, `/disputes/{id}/signing`,
/// `/disputes/{id}/attestation`.
#[derive(Debug, Clone, Default)]
pub struct AgreementPage {
    /// The dispute's id.
    pub id: String,
    /// The reference of the settlement in whose place what is signed here will stand.
    pub replaces: Option<String>,
    /// The number of the revision; 0 where there is none yet.
    pub revision: u32,
    /// Its digest, `sha256:…`.
    pub digest: String,
    /// Its terms.
    pub terms: Vec<TermLine>,
    /// What is marked in each of them.
    pub flags: Vec<Vec<FlagLine>>,
    /// The tag of the prevailing language.
    pub prevailing_language: String,
    /// The tag of the language in which the reader reads the text, before it is signed; empty for whoever signs for no side.
    pub reads_in: String,
    /// For whom the reader reads it, where it is not for themselves.
    pub reads_for: Option<String>,
    /// Whether another language may still be chosen for that.
    pub may_choose_reading: bool,
    /// `draft`, `frozen`, `signing`, `signed`, `sealed`.
    pub state: String,
    /// How the parties stand, as the reader may see it.
    pub standings: Vec<Standing>,
    /// When signing may begin, once it is frozen.
    pub reflection_ends_at: Option<Moment>,
    /// Whether the reader may suggest something for it.
    pub may_suggest: bool,
    /// How many suggestions that the reader may read wait for an answer.
    pub waiting: usize,
    /// For the mediator: what the parties said in their own words that they will do.
    pub read_backs: Vec<ReadBackLine>,
    /// Whether the reader is asked to say so, before signing.
    pub may_read_back: bool,
    /// Whether the reader holds the pen.
    pub may_edit: bool,
    /// Whether the reader may say that the text is right.
    pub may_say_ready: bool,
    /// Whether the reader may freeze it.
    pub may_freeze: bool,
    /// Whether the reader may waive the rest of the reflection period.
    pub may_waive: bool,
    /// Whether the reader has waived it.
    pub has_waived: bool,
    /// Whether the reader may sign now.
    pub may_sign: bool,
    /// Whether the reader may attest now.
    pub may_attest: bool,
    /// What was wrong.
    pub form: Form,
}
page!(AgreementPage, "agreements/agreement.html");

impl AgreementPage {
    /// What is marked in the promise at this place, counted from 0.
    pub fn flags(&self, place: &usize) -> &[FlagLine] {
        self.flags.get(*place).map_or(&[], Vec::as_slice)
    }

    /// Whether anything is marked.
    pub fn has_flags(&self) -> bool {
        self.flags.iter().any(|flags| !flags.is_empty())
    }
}
