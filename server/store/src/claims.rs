//! What was filed, sealed under the data key, with keyed digests beside it by which a second filing against the same
//! person is found. Deliberately not here: whether a claim is complete.

use diesel::prelude::*;

use domain::accommodation::Need;
use domain::ids::{AccountId, DisputeId};
use domain::money::Money;
use domain::person::{EmailAddress, PersonName};

use crate::columns::word;
use crate::error::{Error, Result};
use crate::schema::{claims, disputes};
use crate::secret::hex;
use crate::shapes::words::{ClaimParts, ClaimShape};
use crate::shapes::{read, write};
use crate::stored::Tx;
use crate::vault::{Key, Place};

/// What the claimant asks for, and of whom. While it is being written the texts may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// Its name.
    pub title: String,
    /// What happened.
    pub statement: String,
    /// What is asked for.
    pub outcome_sought: String,
    /// How much, where it is money.
    pub amount: Option<Money>,
    /// With whom.
    pub respondent_name: Option<PersonName>,
    /// Where an invitation reaches them.
    pub respondent_email: Option<EmailAddress>,
    /// What the claimant needs.
    pub needs: Vec<Need>,
    /// Whether the other side may read the statement.
    pub statement_shown: bool,
    /// Whether the invitation shows the amount.
    pub amount_shown: bool,
    /// Whether whoever was invited asked not to be written to again, or is afraid: no invitation is mailed any more.
    /// The claimant is not told.
    pub silenced: bool,
}

fn place(dispute: DisputeId) -> Place {
    Place::of("claim", dispute)
}

/// Keeps the claim in place of the one before.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Unavailable`.
pub fn save(tx: &mut Tx<'_>, dispute: DisputeId, claimant: AccountId, claim: &Claim) -> Result<()> {
    let parts = ClaimParts {
        amount: claim.amount,
        respondent_name: claim.respondent_name.clone(),
        respondent_email: claim.respondent_email.clone(),
        needs: claim.needs.clone(),
    };
    let texts = [claim.title.as_str(), &claim.statement, &claim.outcome_sought];
    let shape = ClaimShape::of(texts, [claim.statement_shown, claim.amount_shown, claim.silenced], parts);
    let sealed = tx.vault().seal(Key::Data, &place(dispute), &write(&shape)?)?;
    // Under the house's key, because it is compared across disputes, each of which has keys of its own.
    let mut digest = |kind: &str, text: String| -> Result<String> {
        let bytes = format!("{claimant}\n{kind}\n{text}");
        Ok(hex(&tx.vault().digest_house("filed-against", bytes.as_bytes())?))
    };
    let email =
        claim.respondent_email.as_ref().map(|email| digest("email", email.to_string())).transpose()?;
    let name = claim.respondent_name.as_ref().map(|name| digest("name", folded(name))).transpose()?;
    diesel::delete(claims::table.find(word(&dispute))).execute(tx.db)?;
    diesel::insert_into(claims::table)
        .values((
            claims::dispute.eq(word(&dispute)),
            claims::claimant.eq(word(&claimant)),
            claims::email_digest.eq(email),
            claims::name_digest.eq(name),
            claims::sealed.eq(sealed),
            claims::silenced.eq(claim.silenced),
        ))
        .execute(tx.db)?;
    Ok(())
}

fn folded(name: &PersonName) -> String {
    name.as_str().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The claim.
///
/// # Errors
/// `NotFound` where there is none, or the data key was destroyed; `Corrupt`.
pub fn load(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Claim> {
    let sealed: Vec<u8> = claims::table.find(word(&dispute)).select(claims::sealed).first(tx.db)?;
    let shape: ClaimShape = read(&tx.vault().open(Key::Data, &place(dispute), &sealed)?)?;
    let parts = shape.parts()?;
    Ok(Claim {
        title: shape.title,
        statement: shape.statement,
        outcome_sought: shape.outcome_sought,
        amount: parts.amount,
        respondent_name: parts.respondent_name,
        respondent_email: parts.respondent_email,
        needs: parts.needs,
        statement_shown: shape.statement_shown,
        amount_shown: shape.amount_shown,
        silenced: shape.silenced,
    })
}

/// Whether whoever was invited by that claim asked not to be written to again, or is afraid. It is known after the claim is
/// empty; of one that was kept before it was known so, for as long as it opens.
///
/// # Errors
/// `NotFound` where there is no claim; `Corrupt`.
pub fn is_silenced(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<bool> {
    let known: bool = claims::table.find(word(&dispute)).select(claims::silenced).first(tx.db)?;
    if known {
        return Ok(true);
    }
    match load(tx, dispute) {
        Ok(claim) => Ok(claim.silenced),
        Err(Error::NotFound | Error::Corrupt) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Empties a claim whose talk is destroyed. The digests stay in its place, as part of the tombstone: who filed before
/// against the same person is asked for as long as the house stands, and no more than that can be read from them.
///
/// # Errors
/// `Unavailable`.
pub fn blank(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let row = diesel::update(claims::table.find(word(&dispute)));
    row.set(claims::sealed.eq(Vec::<u8>::new())).execute(tx.db)?;
    Ok(())
}

/// Whether the same claimant filed another dispute against the same address or name before.
///
/// # Errors
/// `NotFound` where there is no claim.
pub fn filed_against_before(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<bool> {
    let mine = claims::table.find(word(&dispute)).select((
        claims::claimant,
        claims::email_digest,
        claims::name_digest,
    ));
    let (claimant, email, name): (String, Option<String>, Option<String>) = mine.first(tx.db)?;
    let filed = disputes::table.filter(disputes::filed_at.is_not_null()).select(disputes::id);
    let others: Vec<(Option<String>, Option<String>)> = claims::table
        .filter(claims::claimant.eq(claimant))
        .filter(claims::dispute.ne(word(&dispute)))
        .filter(claims::dispute.eq_any(filed))
        .select((claims::email_digest, claims::name_digest))
        .load(tx.db)?;
    let same = |mine: &Option<String>, theirs: &Option<String>| mine.is_some() && mine == theirs;
    Ok(others.iter().any(|(their_email, their_name)| same(&email, their_email) || same(&name, their_name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, account, db_line, dispute_id, houses, in_mediation, moment};
    use crate::{Error, disputes};

    fn claim(name: &str, email: Option<&str>) -> Claim {
        Claim {
            title: "The deposit".to_owned(),
            statement: "It was not paid back".to_owned(),
            outcome_sought: "All of it".to_owned(),
            amount: Money::parse("450.00", "BDT".parse().unwrap()).ok(),
            respondent_name: name.parse().ok(),
            respondent_email: email.and_then(|email| email.parse().ok()),
            needs: vec![Need::Interpreter, Need::LargePrint],
            statement_shown: true,
            amount_shown: false,
            silenced: true,
        }
    }

    #[test]
    fn a_claim_comes_back_and_lies_readable_nowhere() {
        for house in houses() {
            let kept = claim("Bela Roy", Some("bela@example.org"));
            let expected = kept.clone();
            house
                .write(move |tx| {
                    let draft = a_dispute(tx, 1)?;
                    save(tx, draft.id, account(1), &Claim::default())?;
                    assert_eq!(load(tx, draft.id)?, Claim::default());
                    save(tx, draft.id, account(1), &kept)
                })
                .unwrap();
            assert_eq!(house.read(|tx| load(tx, dispute_id(1))), Ok(expected), "{}", house.backend);
            let sealed: Vec<u8> = claims::table.select(claims::sealed).first(&mut db_line(&house)).unwrap();
            assert!(!sealed.windows(7).any(|window| window == b"deposit"));
        }
    }

    #[test]
    fn a_second_filing_against_the_same_person_is_found_by_address_or_name() {
        for house in houses() {
            house
                .write(|tx| {
                    let first = a_dispute(tx, 1)?;
                    a_dispute(tx, 2)?;
                    save(tx, dispute_id(1), account(1), &claim("Bela Roy", Some("bela@example.org")))?;
                    save(tx, dispute_id(2), account(1), &claim("B. Roy", Some("bela@example.org")))?;
                    assert_eq!(filed_against_before(tx, dispute_id(2)), Ok(false), "the first is a draft");
                    disputes::save(tx, &in_mediation(&first), 1, None, moment(1))?;
                    assert_eq!(filed_against_before(tx, dispute_id(2)), Ok(true));
                    save(tx, dispute_id(2), account(1), &claim("bela  roy", None))?;
                    assert_eq!(filed_against_before(tx, dispute_id(2)), Ok(true));
                    save(tx, dispute_id(2), account(1), &claim("Chandra", None))?;
                    assert_eq!(filed_against_before(tx, dispute_id(2)), Ok(false));
                    assert_eq!(filed_against_before(tx, dispute_id(1)), Ok(false));
                    assert_eq!(load(tx, dispute_id(3)), Err(Error::NotFound));
                    Ok(())
                })
                .unwrap();
        }
    }
}
