//! What each side does alone before the two meet: the agreement to mediate, readiness, and how the record is to reach
//! them (R1, R26).

use domain::consent::AGREEMENT_TO_MEDIATE_NAME;
use domain::dispute::Command;
use domain::ids::DisputeId;
use domain::language::{Language, RecordLanguage};
use domain::party::Route;
use domain::settlement::DeliveryChoice;
use store::Tx;

use super::Doing;
use super::process::{Seen, carry_out, look};
use crate::locked;
use crate::refused::Refused;

/// Signs the agreement to mediate.
///
/// # Errors
/// `Absent` for whoever is no party; the rule that stands against it.
pub fn consent(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    document: &str,
    version: u32,
    language: Language,
) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    if document != AGREEMENT_TO_MEDIATE_NAME {
        return Err(Refused::field("document", "not-a-choice"));
    }
    carry_out(tx, doing, &mut seen, &Command::Consent { version, language })?;
    Ok(seen)
}

/// Says that one is ready, and which way to go on.
///
/// # Errors
/// As [`consent`].
pub fn be_ready(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, route: Route) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    carry_out(tx, doing, &mut seen, &Command::BeReady(route))?;
    Ok(seen)
}

/// Chooses how the record is to arrive; an attachment may be locked with a passphrase, which is never shown back.
///
/// # Errors
/// As [`consent`]; `Fields` for words that cannot lock it.
pub fn choose_delivery(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    choice: DeliveryChoice,
    passphrase: Option<&str>,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let side = seen.party()?;
    let passphrase = passphrase.filter(|typed| !typed.is_empty());
    if let Some(typed) = passphrase {
        if choice != DeliveryChoice::Attachment {
            return Err(Refused::field("passphrase", "only-attachment"));
        }
        locked::check(typed).map_err(|code| Refused::field("passphrase", code))?;
    }
    carry_out(tx, doing, &mut seen, &Command::ChooseDelivery(choice))?;
    // Chosen anew without one, the copy travels open again: what was chosen last holds as a whole.
    store::passphrases::put(tx, id, side, passphrase)?;
    Ok(())
}

/// In which language the text is read on the side for which the reader signs, as far as that is known.
///
/// # Errors
/// `Absent` for whoever signs for no side; `party-alone` from a seat beside one that may not.
pub fn reading_language(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
) -> Result<(Seen, Option<RecordLanguage>), Refused> {
    let seen = look(tx, doing, id)?;
    let (side, _) = seen.signer()?;
    let language = seen.dispute.parties.of(side).reads_in();
    Ok((seen, language))
}

/// Chooses the language in which one reads and signs the text, where that is another than the one in which one signed the
/// agreement to mediate (R22). Whoever may sign for a party may choose for it.
///
/// # Errors
/// As [`reading_language`]; the rule.
pub fn choose_reading_language(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    language: RecordLanguage,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.signer()?;
    carry_out(tx, doing, &mut seen, &Command::ChooseReadingLanguage(language))?;
    Ok(())
}
