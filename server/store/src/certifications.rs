//! Certifications of records: how far each has come, who is to make it, and what was certified, sealed under the record
//! key as the record itself is. Deliberately not here: who may do what, which is `domain::certification`'s.

use std::path::Path;

use diesel::prelude::*;

use domain::agreement::TextDigest;
use domain::certification::{Capacity, Certification, CertificationState, Step};
use domain::ids::{AccountId, CertificationId, DisputeId, SettlementId};
use domain::party::Side;
use domain::person::{EmailAddress, PersonName};
use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::{Error, OpenError, Result};
use crate::schema::{certifications, ledger_leaves};
use crate::settlements::Documents;
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};
use crate::writer::ask;

/// A certification with what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: CertificationId,
    /// Of which record.
    pub settlement: SettlementId,
    /// The dispute that the record ended.
    pub dispute: DisputeId,
    /// How far it has come.
    pub certification: Certification,
    /// The digest of what was certified.
    pub digest: Option<TextDigest>,
}

/// Who is named to certify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certifier {
    /// Their name.
    pub name: PersonName,
    /// The name of their office, in one line.
    pub office: String,
    /// Where the code went; nothing once it was certified.
    pub email: Option<EmailAddress>,
}

#[derive(Serialize, Deserialize)]
struct CertifierShape {
    name: String,
    office: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// A sealed form, once there is one.
type MaybeSealed = Option<Vec<u8>>;

#[derive(Queryable)]
struct Row {
    id: Word<CertificationId>,
    settlement: Word<SettlementId>,
    dispute: Word<DisputeId>,
    state: Word<CertificationState>,
    asked_by: Word<Side>,
    refused: bool,
    asked_at: At,
    agreed_at: Option<At>,
    since: At,
    capacity: Option<Word<Capacity>>,
    account: Option<Word<AccountId>>,
    digest: Option<Word<TextDigest>>,
}

type Columns = (
    certifications::id,
    certifications::settlement,
    certifications::dispute,
    certifications::state,
    certifications::asked_by,
    certifications::refused,
    certifications::asked_at,
    certifications::agreed_at,
    certifications::since,
    certifications::capacity,
    certifications::account,
    certifications::digest,
);

const COLUMNS: Columns = (
    certifications::id,
    certifications::settlement,
    certifications::dispute,
    certifications::state,
    certifications::asked_by,
    certifications::refused,
    certifications::asked_at,
    certifications::agreed_at,
    certifications::since,
    certifications::capacity,
    certifications::account,
    certifications::digest,
);

impl Row {
    fn value(self) -> Result<Kept> {
        let capacity = value_opt(self.capacity.as_ref())?;
        let account = value_opt(self.account.as_ref())?;
        let step = match self.state.value()? {
            CertificationState::Asked => Step::Asked { refused: self.refused },
            CertificationState::Agreed => Step::Agreed,
            CertificationState::Named => {
                Step::Named { capacity: capacity.ok_or(Error::Corrupt)?, taken_by: account }
            }
            CertificationState::Certified => Step::Certified {
                capacity: capacity.ok_or(Error::Corrupt)?,
                by: account.ok_or(Error::Corrupt)?,
            },
            CertificationState::Declined => Step::Declined,
            CertificationState::Withdrawn => Step::Withdrawn,
            CertificationState::Lapsed => Step::Lapsed,
        };
        let certification = Certification {
            asked_by: self.asked_by.value()?,
            asked_at: self.asked_at.moment(),
            agreed_at: self.agreed_at.map(At::moment),
            step,
            since: self.since.moment(),
        };
        Ok(Kept {
            id: self.id.value()?,
            settlement: self.settlement.value()?,
            dispute: self.dispute.value()?,
            certification,
            digest: value_opt(self.digest.as_ref())?,
        })
    }
}

fn place(purpose: &'static str, dispute: DisputeId, id: CertificationId) -> Place {
    Place::of(purpose, dispute).row(id)
}

/// Keeps one that was asked for.
///
/// # Errors
/// `Conflict` where one of that record goes on or was made; `NotFound`; `Unavailable`.
pub fn put(tx: &mut Tx<'_>, kept: &Kept) -> Result<()> {
    let certification = &kept.certification;
    diesel::insert_into(certifications::table)
        .values((
            certifications::id.eq(word(&kept.id)),
            certifications::settlement.eq(word(&kept.settlement)),
            certifications::dispute.eq(word(&kept.dispute)),
            certifications::state.eq(word(&certification.state())),
            certifications::asked_by.eq(word(&certification.asked_by)),
            certifications::refused.eq(false),
            certifications::asked_at.eq(at(certification.asked_at)),
            certifications::since.eq(at(certification.since)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Keeps how far it has come. Where it is over and not made, nothing stays of who was named and who said what.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub fn save(tx: &mut Tx<'_>, id: CertificationId, certification: &Certification) -> Result<()> {
    let refused = matches!(certification.step, Step::Asked { refused: true });
    let row = certifications::table.find(word(&id));
    let values = (
        certifications::state.eq(word(&certification.state())),
        certifications::refused.eq(refused),
        certifications::agreed_at.eq(certification.agreed_at.map(at)),
        certifications::since.eq(at(certification.since)),
        certifications::capacity.eq(word_opt(certification.capacity().as_ref())),
        certifications::account.eq(word_opt(certification.certifier().as_ref())),
    );
    one(diesel::update(row).set(values).execute(tx.db)?, Error::NotFound)?;
    if certification.capacity().is_none() {
        let gone = certifications::certifier_sealed.eq(None::<Vec<u8>>);
        diesel::update(certifications::table.find(word(&id))).set(gone).execute(tx.db)?;
    }
    Ok(())
}

/// Keeps who is named.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub fn name(tx: &mut Tx<'_>, kept: &Kept, certifier: &Certifier) -> Result<()> {
    let shape = CertifierShape {
        name: certifier.name.to_string(),
        office: certifier.office.clone(),
        email: certifier.email.as_ref().map(ToString::to_string),
    };
    let plain = serde_json::to_vec(&shape).map_err(|_| Error::Corrupt)?;
    let sealed = tx.vault().seal(Key::Record, &place("certifier", kept.dispute, kept.id), &plain)?;
    let row = diesel::update(certifications::table.find(word(&kept.id)));
    one(row.set(certifications::certifier_sealed.eq(Some(sealed))).execute(tx.db)?, Error::NotFound)
}

/// Who is named, or has certified.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn certifier(tx: &mut Tx<'_>, kept: &Kept) -> Result<Option<Certifier>> {
    let row = certifications::table.find(word(&kept.id)).select(certifications::certifier_sealed);
    let sealed: Option<Vec<u8>> = row.first(tx.db)?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = tx.vault().open(Key::Record, &place("certifier", kept.dispute, kept.id), &sealed)?;
    let shape: CertifierShape = serde_json::from_slice(&plain).map_err(|_| Error::Corrupt)?;
    let email = shape.email.map(|email| email.parse()).transpose().map_err(|_| Error::Corrupt)?;
    let name = shape.name.parse().map_err(|_| Error::Corrupt)?;
    Ok(Some(Certifier { name, office: shape.office, email }))
}

/// Keeps what was certified: the statement, its JWS and its paper.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub fn put_documents(
    tx: &mut Tx<'_>,
    kept: &Kept,
    digest: TextDigest,
    json: &[u8],
    jws: &str,
    pdf: &[u8],
) -> Result<()> {
    let mut seal = |form, plain| tx.vault().seal(Key::Record, &place(form, kept.dispute, kept.id), plain);
    let (json, jws, pdf) = (
        seal("certification-json", json)?,
        seal("certification-jws", jws.as_bytes())?,
        seal("certification-pdf", pdf)?,
    );
    let values = (
        certifications::digest.eq(Some(word(&digest))),
        certifications::json_sealed.eq(Some(json)),
        certifications::jws_sealed.eq(Some(jws)),
        certifications::pdf_sealed.eq(Some(pdf)),
    );
    let row = certifications::table.find(word(&kept.id)).filter(certifications::digest.is_null());
    one(diesel::update(row).set(values).execute(tx.db)?, Error::Conflict)
}

/// The three forms of what was certified.
///
/// # Errors
/// `NotFound` where it was not made, or the record key was destroyed; `Corrupt`.
pub fn documents(tx: &mut Tx<'_>, kept: &Kept) -> Result<Documents> {
    let columns = (certifications::json_sealed, certifications::jws_sealed, certifications::pdf_sealed);
    let found: (MaybeSealed, MaybeSealed, MaybeSealed) =
        certifications::table.find(word(&kept.id)).select(columns).first(tx.db)?;
    let (Some(json), Some(jws), Some(pdf)) = found else { return Err(Error::NotFound) };
    let mut open =
        |form, sealed: &[u8]| tx.vault().open(Key::Record, &place(form, kept.dispute, kept.id), sealed);
    let jws = String::from_utf8(open("certification-jws", &jws)?).map_err(|_| Error::Corrupt)?;
    Ok(Documents { json: open("certification-json", &json)?, jws, pdf: open("certification-pdf", &pdf)? })
}

/// A certification.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, id: CertificationId) -> Result<Kept> {
    certifications::table.find(word(&id)).select(COLUMNS).first::<Row>(tx.db)?.value()
}

/// Those of a record, the newest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_settlement(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Vec<Kept>> {
    let theirs = certifications::table.filter(certifications::settlement.eq(word(&settlement)));
    let newest = theirs.order((certifications::asked_at.desc(), certifications::id.desc()));
    newest.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// The one of a record that was made: by what was sealed, whatever its state says.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn made_of(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Option<Kept>> {
    let mut all = of_settlement(tx, settlement)?;
    all.retain(|kept| kept.digest.is_some());
    Ok(all.into_iter().next())
}

/// All that were made, the oldest first: by what was sealed, whatever their state says.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn made(tx: &mut Tx<'_>) -> Result<Vec<Kept>> {
    let made = certifications::table.filter(certifications::digest.is_not_null());
    let oldest = made.order((certifications::since, certifications::id));
    oldest.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// What somebody came to certify, or has certified, the newest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Kept>> {
    let theirs = certifications::table.filter(certifications::account.eq(word(&account)));
    let newest = theirs.order((certifications::since.desc(), certifications::id.desc()));
    newest.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// Those in that state, the oldest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn in_state(tx: &mut Tx<'_>, state: CertificationState, limit: i64) -> Result<Vec<Kept>> {
    let theirs = certifications::table.filter(certifications::state.eq(word(&state)));
    let oldest = theirs.order((certifications::since, certifications::id)).limit(limit);
    oldest.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

const OPEN: [CertificationState; 3] =
    [CertificationState::Asked, CertificationState::Agreed, CertificationState::Named];

/// Those that go on and have not changed since then, or whose record another one has taken the place of.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn to_lapse(tx: &mut Tx<'_>, unchanged_since: Moment, limit: i64) -> Result<Vec<Kept>> {
    use crate::schema::settlements;
    let replaced = settlements::table
        .filter(settlements::supersedes.is_not_null())
        .select(settlements::supersedes.assume_not_null());
    let open = certifications::table.filter(certifications::state.eq_any(OPEN.map(|state| word(&state))));
    let due = open.filter(
        certifications::since.le(at(unchanged_since)).or(certifications::settlement.eq_any(replaced)),
    );
    let oldest = due.order((certifications::since, certifications::id)).limit(limit);
    oldest.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// Those that were made and have no entry of that kind in the ledger, in the order in which they were.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn without_entry(tx: &mut Tx<'_>, kind: &str, limit: i64) -> Result<Vec<(CertificationId, TextDigest)>> {
    let entered = ledger_leaves::table.filter(ledger_leaves::kind.eq(kind)).select(ledger_leaves::subject);
    let made = certifications::table.filter(certifications::digest.is_not_null());
    let missing = made.filter(diesel::dsl::not(certifications::id.eq_any(entered)));
    let rows: Vec<(Word<CertificationId>, Option<Word<TextDigest>>)> = missing
        .order((certifications::since, certifications::id))
        .limit(limit)
        .select((certifications::id, certifications::digest))
        .load(tx.db)?;
    let known = rows.iter().filter_map(|(id, digest)| Some((id, digest.as_ref()?)));
    known.map(|(id, digest)| Ok((id.value()?, digest.value()?))).collect()
}

/// In which capacity and when that record was certified, asked of the house in that folder or database beside whatever
/// runs there: for whoever verifies a file. Nothing of whose name it is, which lies sealed.
///
/// # Errors
/// See [`OpenError`].
pub fn made_in(
    data: &Path,
    database_url: Option<&str>,
    settlement: SettlementId,
) -> std::result::Result<Option<(Capacity, Moment)>, OpenError> {
    let made = certifications::table
        .filter(certifications::settlement.eq(word(&settlement)))
        .filter(certifications::digest.is_not_null())
        .select((certifications::capacity, certifications::since));
    let found: Option<Option<(Option<Word<Capacity>>, At)>> =
        ask(data, database_url, |db| made.first(db).optional())?;
    Ok(found.flatten().and_then(|(capacity, since)| {
        let capacity = value_opt(capacity.as_ref()).ok().flatten()?;
        Some((capacity, since.moment()))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_settlement, account, dispute_id, houses, moment};
    use domain::category::Category;
    use domain::certification::{Event, Standing};
    use uuid::Uuid;

    fn kept(number: u128, of: u128) -> Kept {
        let asked = Certification::ask(Side::Claimant, Standing::Stands, moment(10)).unwrap();
        Kept {
            id: CertificationId::new(Uuid::from_u128(number)),
            settlement: SettlementId::new(Uuid::from_u128(of)),
            dispute: dispute_id(of),
            certification: asked,
            digest: None,
        }
    }

    fn certifier_of(name: &str) -> Certifier {
        Certifier {
            name: name.parse().unwrap(),
            office: "District Court".to_owned(),
            email: "judith@example.org".parse().ok(),
        }
    }

    #[test]
    fn a_certification_is_read_back_in_every_step_and_one_goes_on_at_a_time() {
        for house in houses() {
            house
                .write(|tx| {
                    a_settlement(tx, 1, Category::Tenancy, 5)?;
                    a_settlement(tx, 2, Category::Tenancy, 5)?;
                    put(tx, &kept(1, 1))?;
                    put(tx, &kept(2, 2))
                })
                .unwrap();
            let again = house.write(|tx| put(tx, &kept(3, 1)));
            assert_eq!(again, Err(Error::Conflict), "{}", house.backend);
            let by = account(1);
            let steps = [
                vec![Event::Refused],
                vec![Event::Agreed],
                vec![Event::Named(Capacity::Judge)],
                vec![Event::Taken(by)],
                vec![Event::Named(Capacity::Notary), Event::Taken(by)],
                vec![Event::Certified(by)],
            ];
            let mut certification = kept(1, 1).certification;
            for (step, n) in steps.into_iter().zip(20..) {
                for event in step {
                    certification = certification.apply(event, moment(n));
                }
                let saved = certification;
                let found = house.write(move |tx| {
                    save(tx, kept(1, 1).id, &saved)?;
                    by_id(tx, kept(1, 1).id)
                });
                assert_eq!(found.map(|found| found.certification), Ok(certification), "{}", house.backend);
            }
            let mine = house.read(move |tx| of_account(tx, by)).unwrap();
            assert_eq!(mine.len(), 1);
            assert_eq!(house.write(|tx| put(tx, &kept(3, 1))), Err(Error::Conflict), "it was made");
            let over = kept(2, 2).certification.apply(Event::Withdrawn, moment(30));
            house.write(move |tx| save(tx, kept(2, 2).id, &over)).unwrap();
            house.write(|tx| put(tx, &kept(3, 2))).unwrap();
            let all = house.read(|tx| of_settlement(tx, kept(2, 2).settlement)).unwrap();
            assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [kept(3, 2).id, kept(2, 2).id]);
        }
    }

    #[test]
    fn what_was_certified_is_kept_once_and_outlives_the_talk() {
        for house in houses() {
            let digest = TextDigest([7; 32]);
            house
                .write(move |tx| {
                    a_settlement(tx, 1, Category::Tenancy, 5)?;
                    let one = kept(1, 1);
                    put(tx, &one)?;
                    name(tx, &one, &certifier_of("Judith Osei"))?;
                    assert_eq!(certifier(tx, &one)?, Some(certifier_of("Judith Osei")));
                    put_documents(tx, &one, digest, b"{}", "a.b.c", b"%PDF")?;
                    tx.vault().destroy(one.dispute, Key::Data, moment(20))
                })
                .unwrap();
            let again = house.write(move |tx| put_documents(tx, &kept(1, 1), digest, b"[]", "d.e.f", b"%"));
            assert_eq!(again, Err(Error::Conflict), "{}", house.backend);
            let found = house.read(|tx| documents(tx, &kept(1, 1))).unwrap();
            assert_eq!(
                (found.json, found.jws, found.pdf),
                (b"{}".to_vec(), "a.b.c".into(), b"%PDF".to_vec())
            );
            let waits = house.read(|tx| without_entry(tx, "certification", 9));
            assert_eq!(waits, Ok(vec![(kept(1, 1).id, digest)]));
        }
    }

    #[test]
    fn nothing_stays_of_who_was_named_where_nothing_came_of_it() {
        for house in houses() {
            let named = kept(1, 1).certification.apply(Event::Named(Capacity::Judge), moment(20));
            let left = house.write(move |tx| {
                a_settlement(tx, 1, Category::Tenancy, 5)?;
                put(tx, &kept(1, 1))?;
                save(tx, kept(1, 1).id, &named)?;
                name(tx, &kept(1, 1), &certifier_of("Judith Osei"))?;
                save(tx, kept(1, 1).id, &named.apply(Event::Lapsed, moment(30)))?;
                certifier(tx, &kept(1, 1))
            });
            assert_eq!(left, Ok(None), "{}", house.backend);
        }
    }

    #[test]
    fn what_is_late_and_whose_record_was_replaced_is_found_to_lapse() {
        for house in houses() {
            let found = house.write(|tx| {
                for number in 1..=3 {
                    a_settlement(tx, number, Category::Tenancy, 5)?;
                }
                put(tx, &kept(1, 1))?;
                put(tx, &kept(2, 2))?;
                let early = to_lapse(tx, moment(9), 9)?.len();
                let row = crate::schema::settlements::table.find(word(&kept(3, 3).settlement));
                let newer = crate::schema::settlements::supersedes.eq(word(&kept(2, 2).settlement));
                diesel::update(row).set(newer).execute(tx.db)?;
                let replaced = to_lapse(tx, moment(9), 9)?;
                Ok((
                    early,
                    replaced.iter().map(|one| one.id).collect::<Vec<_>>(),
                    to_lapse(tx, moment(10), 9)?.len(),
                ))
            });
            assert_eq!(found, Ok((0, vec![kept(2, 2).id], 2)), "{}", house.backend);
        }
    }
}
