//! Tests of forgetting: what goes, what stays, and that no table can be forgotten itself.

use super::*;
use crate::claims::Claim;
use crate::entries::{self, NewEntry};
use crate::files::{self as rows, FileRow, bytes_place};
use crate::testing::{House, a_dispute, account, dispute_id, houses, in_mediation, moment};
use crate::{Sealer, disclosures, names, passphrases, referrals, revisions, safety, thumbnails};
use domain::agreement::{Revision, TextDigest};
use domain::dispute::{Cause, Ending, Stage};
use domain::entry::{Author, BidQuestion, Body, OfferContent};
use domain::ids::{AssignmentId, EntryId};
use domain::language::RecordLanguage;
use domain::party::Side;
use domain::proposal::{Proposal, ProposalState};
use domain::room::{Channel, Seat, Signal};
use domain::safety::{Answer, SafetyAnswers};
use uuid::Uuid;

fn assignment() -> AssignmentId {
    AssignmentId::new(Uuid::from_u128(7))
}

fn answers() -> SafetyAnswers {
    SafetyAnswers { alone: Some(Answer::Yes), order: Some(Answer::RatherNotSay), ..SafetyAnswers::default() }
}

pub(super) fn file() -> FileRow {
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
        quarantine: None,
    }
}

/// A dispute that is over, with something of every kind.
pub(super) fn full(tx: &mut Tx<'_>) -> Result<()> {
    let dispute = in_mediation(&a_dispute(tx, 1)?);
    let id = dispute.id;
    let mediation = dispute.mediation().cloned().map(|mut mediation| {
        mediation.room.attended.claimant = true;
        mediation.room.signals.respondent = Some(Signal::Unsafe);
        mediation.room.not_freely.respondent = true;
        mediation
    });
    let stage = Stage::Ended(Ending { at: moment(10), cause: Cause::Impasse, mediation });
    let mut sits = |seat, channel, from| seats::grant(tx, id, account(1), seat, channel, from, moment(2));
    sits(Seat::Party(Side::Claimant), Channel::Joint, 4)?;
    sits(Seat::Party(Side::Claimant), Channel::CaucusClaimant, 7)?;
    seats::end(tx, id, Channel::CaucusClaimant, None, moment(3))?;
    seats::grant(tx, id, account(1), Seat::Party(Side::Claimant), Channel::CaucusClaimant, 9, moment(4))?;
    seats::end(tx, id, Channel::Joint, None, moment(5))?;
    all::save(tx, &domain::dispute::Dispute { stage, ..dispute }, 1, None, moment(10))?;
    claims::save(
        tx,
        id,
        account(1),
        &Claim { title: "The door".to_owned(), respondent_name: "Bela Roy".parse().ok(), ..Claim::default() },
    )?;
    names::put(tx, id, Side::Claimant, &"Amara Sen".parse().map_err(|_| Error::Corrupt)?)?;
    safety::put(tx, id, Side::Claimant, &answers(), Some("by letter"), moment(1))?;
    disclosures::put(tx, id, assignment(), "a cousin", moment(1))?;
    referrals::put(tx, id, Side::Respondent, "the helpline", moment(1))?;
    passphrases::put(tx, id, Side::Respondent, Some("four plain words"))?;
    let revision = Revision {
        number: 2,
        digest: TextDigest([1; 32]),
        prevailing: RecordLanguage::English,
        languages: Vec::new(),
    };
    revisions::put(tx, id, &revision, &[], moment(1))?;
    rows::put(tx, &file())?;
    thumbnails::put(tx, id, file().id, (4, 3), b"a small picture of the door")?;
    assert_eq!(thumbnails::size(tx, file().id)?, Some((4, 3)));
    assert_eq!(thumbnails::get(tx, id, file().id)?, b"a small picture of the door");
    let question = BidQuestion {
        text: [(RecordLanguage::English, "How much for the door?".to_owned())].into(),
        currency: "BDT".parse().map_err(|_| Error::Corrupt)?,
        payer: Side::Respondent,
        rounds: 1,
    };
    bids::put(tx, id, EntryId::new(Uuid::from_u128(5)), &question, moment(1))?;
    let content = OfferContent { terms: Vec::new(), note: None, expires_at: Some(moment(9)) };
    let open = Proposal { state: ProposalState::Open, expires_at: moment(9) };
    proposals::put(tx, id, EntryId::new(Uuid::from_u128(6)), &open, &content, moment(1))?;
    proposals::put_answer(tx, id, EntryId::new(Uuid::from_u128(6)), Side::Claimant, true)?;
    let body = Body::Agenda { items: vec!["the door".to_owned()], current: None };
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
                assert_eq!(passphrases::get(tx, id, Side::Respondent)?.as_deref(), Some("four plain words"));
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
        let destroyed = house.write(|tx| destroy_talk(tx, dispute_id(1), moment(12))).unwrap();
        assert_eq!(destroyed.files, [file().id]);
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
                assert!(names::of(tx, id)?.claimant.is_some());
                let room = all::load(tx, id)?.value.mediation().expect("a mediation").room.clone();
                assert!(room.attended.claimant, "who was present stays, for the certificate (R10)");
                let called = (room.signals.respondent, room.not_freely.respondent);
                assert_eq!(called, (None, false), "what a side called for goes");
                let numbers =
                    seats::of(tx, id)?.into_iter().map(|row| (row.channel, row.from_seq, row.until_seq));
                assert_eq!(
                    numbers.collect::<Vec<_>>(),
                    [(Channel::CaucusClaimant, 1, None), (Channel::Joint, 1, Some(0))]
                );
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
        assert_eq!(
            house.read(|tx| stale_drafts(tx, moment(99), moment(99), 9)),
            Ok(Vec::new()),
            "not warned"
        );
        house
            .write(|tx| {
                reminders::set(tx, dispute_id(2), moment(90), moment(80))?;
                reminders::mark(tx, dispute_id(2), moment(80))
            })
            .unwrap();
        for (before, warned, found) in [(99, 80, true), (99, 79, false), (0, 80, false)] {
            let (before, warned) = (moment(before), moment(warned));
            let stale = house.write(move |tx| is_stale(tx, dispute_id(2), before, warned));
            assert_eq!(stale, Ok(found), "{}", house.backend);
        }
        assert_eq!(house.read(|tx| stale_drafts(tx, moment(99), moment(99), 9)), Ok(vec![dispute_id(2)]));
        assert_eq!(house.write(|tx| delete_draft(tx, dispute_id(1), moment(99))), Err(Error::NotFound));
        assert_eq!(house.write(|tx| delete_draft(tx, dispute_id(2), moment(99))), Ok(Vec::new()));
        assert!(house.read(|tx| claims::load(tx, dispute_id(1))).is_ok(), "{}", house.backend);
        assert!(matches!(house.read(|tx| all::load(tx, dispute_id(2))), Err(Error::NotFound)));
        let erased = house.write(|tx| tx.vault().erasures()).unwrap();
        assert_eq!(erased.len(), 2);
        assert_eq!(house.write(replay), Ok(Vec::new()), "nothing has come back");
    }
}
