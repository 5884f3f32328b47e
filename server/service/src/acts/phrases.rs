//! Phrases that a mediator keeps for themselves, across disputes. They are nobody else's, and stand in no trail.

use domain::ids::{AccountId, PhraseId};
use domain::person::{HouseRole, clean_words};
use store::Tx;

use super::Doing;
use crate::refused::{Refused, words_code};

/// The most phrases of one mediator, and the most characters of one.
pub const PHRASES_MAX: usize = 50;
pub const PHRASE_CHARACTERS_MAX: usize = 1_000;

/// The mediator who asks; to everybody else there are no phrases.
fn mediator(tx: &mut Tx<'_>, doing: &Doing) -> Result<AccountId, Refused> {
    let account = doing.by.person()?;
    let is_mediator = store::people::by_id(tx, account)?.has(HouseRole::Mediator);
    is_mediator.then_some(account).ok_or(Refused::Absent)
}

/// The mediator's phrases, the first one first.
///
/// # Errors
/// `Absent` for whoever is no mediator.
pub fn list(tx: &mut Tx<'_>, doing: &Doing) -> Result<Vec<(PhraseId, String)>, Refused> {
    let account = mediator(tx, doing)?;
    Ok(store::phrases::list(tx, account)?)
}

/// One of the mediator's phrases.
///
/// # Errors
/// `Absent` where they have none of that id.
pub fn get(tx: &mut Tx<'_>, doing: &Doing, id: PhraseId) -> Result<String, Refused> {
    let account = mediator(tx, doing)?;
    store::phrases::get(tx, account, id)?.ok_or(Refused::Absent)
}

/// Keeps a phrase.
///
/// # Errors
/// `Absent` for whoever is no mediator; `Fields`; the rule where there are many.
pub fn add(tx: &mut Tx<'_>, doing: &mut Doing, text: &str) -> Result<(PhraseId, String), Refused> {
    let account = mediator(tx, doing)?;
    let text = clean_words(text, PHRASE_CHARACTERS_MAX);
    let text = text.map_err(|why| Refused::field("text", words_code(why)))?;
    if store::phrases::list(tx, account)?.len() >= PHRASES_MAX {
        return Err(Refused::rule("too-many-phrases"));
    }
    let id = PhraseId::new(doing.new_uuid());
    store::phrases::put(tx, account, id, &text, doing.now)?;
    Ok((id, text))
}

/// Forgets a phrase.
///
/// # Errors
/// `Absent` where the mediator has none of that id.
pub fn delete(tx: &mut Tx<'_>, doing: &Doing, id: PhraseId) -> Result<(), Refused> {
    let account = mediator(tx, doing)?;
    Ok(store::phrases::delete(tx, account, id)?)
}
