//! Forgetting (R12): the talk of a dispute that is over goes by destroying its data key, backups included; rows go
//! too, and a tombstone stays. A draft that was never filed goes whole. Deliberately not here: how long to wait, and the
//! sealed bytes on disk, which open for nobody once the key is gone.

use diesel::prelude::*;

use domain::dispute::StageName;
use domain::ids::{DisputeId, FileId};
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::{claims as rows_of_claims, disputes, entries, files, offers, shares};
use crate::stored::{Tx, one};
use crate::vault::Key;
use crate::{bids, claims, papers, proposals};

/// Disputes that were over before `before` and whose talk is still there.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn due(tx: &mut Tx<'_>, before: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let over = disputes::table.filter(disputes::over_at.lt(at(before))).filter(disputes::erased_at.is_null());
    let ids: Vec<Word<DisputeId>> =
        over.order(disputes::over_at).limit(limit).select(disputes::id).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// Destroys the talk of a dispute, and answers the files whose bytes may now be deleted from the disk. The key goes at
/// once, even if the transaction is lost after it; then the dispute is due again, and this is harmless to repeat.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub fn destroy_talk(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<Vec<FileId>> {
    let row = diesel::update(disputes::table.find(word(&dispute)));
    one(row.set(disputes::erased_at.eq(Some(at(now)))).execute(tx.db)?, Error::NotFound)?;
    let gone = delete_rows(tx, dispute)?;
    claims::blank(tx, dispute)?;
    tx.vault().destroy(dispute, Key::Data, now)?;
    Ok(gone)
}

fn delete_rows(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<FileId>> {
    let theirs: Vec<Word<FileId>> =
        files::table.filter(files::dispute.eq(word(&dispute))).select(files::id).load(tx.db)?;
    diesel::delete(files::table.filter(files::dispute.eq(word(&dispute)))).execute(tx.db)?;
    diesel::delete(offers::table.filter(offers::dispute.eq(word(&dispute)))).execute(tx.db)?;
    bids::delete_all(tx, dispute)?;
    proposals::delete_all(tx, dispute)?;
    diesel::delete(shares::table.filter(shares::dispute.eq(word(&dispute)))).execute(tx.db)?;
    diesel::delete(entries::table.filter(entries::dispute.eq(word(&dispute)))).execute(tx.db)?;
    papers::delete_all(tx, dispute, Key::Data)?;
    theirs.iter().map(Word::value).collect()
}

/// When the dispute's talk was destroyed, if it was.
///
/// # Errors
/// `NotFound`.
pub fn erased_at(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<Moment>> {
    let found: Option<At> = disputes::table.find(word(&dispute)).select(disputes::erased_at).first(tx.db)?;
    Ok(found.map(At::moment))
}

/// Drafts that nobody has changed since `before`.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn stale_drafts(tx: &mut Tx<'_>, before: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let stale = disputes::table
        .filter(disputes::stage.eq(word(&StageName::Draft)))
        .filter(disputes::changed_at.lt(at(before)));
    let ids: Vec<Word<DisputeId>> =
        stale.order(disputes::changed_at).limit(limit).select(disputes::id).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// Deletes a draft that was never filed, rows and keys, and answers the files whose bytes may now be deleted.
///
/// # Errors
/// `NotFound` where there is no such draft.
pub fn delete_draft(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<Vec<FileId>> {
    let gone = delete_rows(tx, dispute)?;
    diesel::delete(rows_of_claims::table.find(word(&dispute))).execute(tx.db)?;
    let draft = disputes::table.find(word(&dispute)).filter(disputes::stage.eq(word(&StageName::Draft)));
    one(diesel::delete(draft).execute(tx.db)?, Error::NotFound)?;
    tx.vault().destroy(dispute, Key::Data, now)?;
    tx.vault().destroy(dispute, Key::Record, now)?;
    Ok(gone)
}

/// Replays erasures on a restored backup: every key that was destroyed before is destroyed again.
///
/// # Errors
/// `Unavailable`.
pub fn replay(tx: &mut Tx<'_>, erasures: &[(DisputeId, Key, Moment)]) -> Result<()> {
    erasures.iter().try_for_each(|(dispute, key, at)| tx.vault().destroy(*dispute, *key, *at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Claim;
    use crate::entries::{self, NewEntry};
    use crate::files::{self as rows, FileRow, bytes_place};
    use crate::testing::{House, a_dispute, account, dispute_id, houses, in_mediation, moment};
    use crate::{Sealer, disclosures, disputes as all, names, passphrases, referrals, revisions, safety};
    use domain::agreement::{Revision, TextDigest};
    use domain::dispute::{Cause, Ending, Stage};
    use domain::entry::{Author, BidQuestion, Body, OfferContent};
    use domain::ids::{AssignmentId, EntryId};
    use domain::language::Language;
    use domain::party::Side;
    use domain::proposal::{Proposal, ProposalState};
    use domain::room::Channel;
    use domain::safety::{Answer, SafetyAnswers};
    use uuid::Uuid;

    fn assignment() -> AssignmentId {
        AssignmentId::new(Uuid::from_u128(7))
    }

    fn answers() -> SafetyAnswers {
        SafetyAnswers {
            alone: Some(Answer::Yes),
            order: Some(Answer::RatherNotSay),
            ..SafetyAnswers::default()
        }
    }

    fn file() -> FileRow {
        FileRow {
            id: FileId::new(Uuid::from_u128(4)),
            dispute: dispute_id(1),
            owner: account(1),
            side: Some(Side::Claimant),
            channel: None,
            content_type: "image/jpeg".to_owned(),
            bytes: 12,
            name: "the door.jpg".to_owned(),
            shown: false,
            at: moment(1),
        }
    }

    /// A dispute that is over, with something of every kind.
    fn full(tx: &mut Tx<'_>) -> Result<()> {
        let dispute = in_mediation(&a_dispute(tx, 1)?);
        let id = dispute.id;
        let stage = Stage::Ended(Ending {
            at: moment(10),
            cause: Cause::Impasse,
            mediation: dispute.mediation().cloned(),
        });
        all::save(tx, &domain::dispute::Dispute { stage, ..dispute }, 1, None, moment(10))?;
        claims::save(
            tx,
            id,
            account(1),
            &Claim {
                title: "The door".to_owned(),
                respondent_name: "Bela Roy".parse().ok(),
                ..Claim::default()
            },
        )?;
        names::put(tx, id, Side::Claimant, &"Amara Sen".parse().map_err(|_| Error::Corrupt)?)?;
        safety::put(tx, id, Side::Claimant, &answers(), Some("by letter"), moment(1))?;
        disclosures::put(tx, id, assignment(), "a cousin", moment(1))?;
        referrals::put(tx, id, Side::Respondent, "the helpline", moment(1))?;
        passphrases::put(tx, id, Side::Respondent, Some("four plain words"))?;
        let revision = Revision {
            number: 2,
            digest: TextDigest([1; 32]),
            prevailing: Language::English,
            languages: Vec::new(),
        };
        revisions::put(tx, id, &revision, &[], moment(1))?;
        rows::put(tx, &file())?;
        let question = BidQuestion {
            text: [(Language::English, "How much for the door?".to_owned())].into(),
            currency: "BDT".parse().map_err(|_| Error::Corrupt)?,
            payer: Side::Respondent,
            rounds: 1,
        };
        bids::put(tx, id, EntryId::new(Uuid::from_u128(5)), &question, moment(1))?;
        let content = OfferContent { terms: Vec::new(), note: None, expires_at: Some(moment(9)) };
        let open = Proposal { state: ProposalState::Open, expires_at: moment(9) };
        proposals::put(tx, id, EntryId::new(Uuid::from_u128(6)), &open, &content, moment(1))?;
        proposals::put_answer(tx, id, EntryId::new(Uuid::from_u128(6)), Side::Claimant, true)?;
        let body = Body::Agenda { items: vec!["the door".to_owned()] };
        let entry = EntryId::new(Uuid::from_u128(3));
        let entry = NewEntry {
            dispute: id,
            channel: Channel::Joint,
            id: entry,
            account: None,
            by: Author::House,
            body: &body,
            at: moment(1),
        };
        entries::append(tx, &entry).map(drop)
    }

    fn sealer(house: &House) -> Result<Sealer> {
        house.read(|tx| tx.vault().sealer(Key::Data, dispute_id(1)))
    }

    #[test]
    fn every_paper_comes_back_until_it_is_forgotten() {
        for house in houses() {
            house.write(full).unwrap();
            house
                .write(|tx| {
                    let id = dispute_id(1);
                    assert_eq!(
                        names::of(tx, id)?.claimant.map(|name| name.to_string()),
                        Some("Amara Sen".to_owned())
                    );
                    assert_eq!(names::of(tx, id)?.respondent, None);
                    assert_eq!(
                        safety::get(tx, id, Side::Claimant)?,
                        Some((answers(), Some("by letter".to_owned())))
                    );
                    assert_eq!(safety::get(tx, id, Side::Respondent)?, None);
                    assert_eq!(disclosures::get(tx, id, assignment())?.as_deref(), Some("a cousin"));
                    let of = |tx: &mut Tx<'_>, side| referrals::get(tx, id, side);
                    assert_eq!(of(tx, Side::Respondent)?.as_deref(), Some("the helpline"));
                    assert_eq!(of(tx, Side::Claimant)?, None);
                    assert_eq!(
                        passphrases::get(tx, id, Side::Respondent)?.as_deref(),
                        Some("four plain words")
                    );
                    passphrases::put(tx, id, Side::Respondent, None)?;
                    assert_eq!(passphrases::get(tx, id, Side::Respondent)?, None);
                    assert_eq!(revisions::terms(tx, id, 2)?, []);
                    assert_eq!(revisions::terms(tx, id, 3), Err(Error::NotFound));
                    assert_eq!(rows::of_dispute(tx, id)?, [file()]);
                    rows::set_shown(tx, file().id, true)?;
                    assert!(rows::get(tx, file().id)?.shown);
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn r12_talk_is_destroyed_and_a_tombstone_the_names_and_disclosures_stay() {
        for house in houses() {
            house.write(full).unwrap();
            let place = bytes_place(dispute_id(1), file().id);
            let bytes = sealer(&house).and_then(|sealer| sealer.seal(&place, b"a photograph")).unwrap();
            assert_eq!(
                sealer(&house).and_then(|sealer| sealer.open(&place, &bytes)),
                Ok(b"a photograph".to_vec())
            );
            assert_eq!(house.read(|tx| due(tx, moment(10), 9)), Ok(Vec::new()));
            assert_eq!(house.read(|tx| due(tx, moment(11), 9)), Ok(vec![dispute_id(1)]));
            assert_eq!(house.write(|tx| destroy_talk(tx, dispute_id(1), moment(12))), Ok(vec![file().id]));
            house
                .write(|tx| {
                    let id = dispute_id(1);
                    assert_eq!(due(tx, moment(99), 9)?, []);
                    assert_eq!(erased_at(tx, id)?, Some(moment(12)));
                    assert_eq!(claims::load(tx, id), Err(Error::NotFound));
                    let again = Claim { respondent_name: "Bela Roy".parse().ok(), ..Claim::default() };
                    a_dispute(tx, 2)?;
                    claims::save(tx, dispute_id(2), account(1), &again)?;
                    assert_eq!(claims::filed_against_before(tx, dispute_id(2)), Ok(true), "R12, section 2");
                    assert_eq!(entries::page(tx, id, Channel::Joint, 0, None, 9)?, []);
                    assert_eq!((bids::list(tx, id)?, proposals::list(tx, id)?), (Vec::new(), Vec::new()));
                    assert_eq!(safety::get(tx, id, Side::Claimant)?, None);
                    assert_eq!(revisions::terms(tx, id, 2), Err(Error::NotFound));
                    assert_eq!(rows::get(tx, file().id), Err(Error::NotFound));
                    assert!(all::load(tx, id).is_ok() && names::of(tx, id)?.claimant.is_some());
                    assert_eq!(disclosures::get(tx, id, assignment())?.as_deref(), Some("a cousin"));
                    Ok(())
                })
                .unwrap();
            assert!(matches!(sealer(&house), Err(Error::NotFound)), "{}", house.backend);
        }
    }

    #[test]
    fn a_draft_that_nobody_filed_goes_whole_and_a_filed_one_does_not() {
        for house in houses() {
            house
                .write(|tx| {
                    a_dispute(tx, 2)?;
                    full(tx)
                })
                .unwrap();
            assert_eq!(house.read(|tx| stale_drafts(tx, moment(99), 9)), Ok(vec![dispute_id(2)]));
            assert_eq!(house.write(|tx| delete_draft(tx, dispute_id(1), moment(99))), Err(Error::NotFound));
            assert_eq!(house.write(|tx| delete_draft(tx, dispute_id(2), moment(99))), Ok(Vec::new()));
            assert!(house.read(|tx| claims::load(tx, dispute_id(1))).is_ok(), "{}", house.backend);
            assert!(matches!(house.read(|tx| all::load(tx, dispute_id(2))), Err(Error::NotFound)));
            let erased = house.write(|tx| tx.vault().erasures()).unwrap();
            assert_eq!(erased.len(), 2);
            assert_eq!(house.write(move |tx| replay(tx, &erased)), Ok(()));
        }
    }
}
