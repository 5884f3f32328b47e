//! Tests of the numbering of channels: no gap and no double under concurrency, ids that come again, rows that were
//! moved.

use super::*;
use crate::testing::{a_dispute, account, dispute_id, houses, moment};
use domain::entry::{
    AgreementStep, BidQuestion, CaucusStep, FileContent, OfferContent, OfferState, SessionStep, SharedItem,
};
use domain::ids::FileId;
use domain::language::{Language, RecordLanguage};
use domain::party::Side;
use domain::room::Seat;
use domain::terms::Term;
use uuid::Uuid;

fn id(number: u128) -> EntryId {
    EntryId::new(Uuid::from_u128(number))
}

fn message(text: &str) -> Body {
    Body::Message { text: text.to_owned(), lang: Language::English.into() }
}

const INTERPRETER: Seat =
    Seat::Beside { side: Side::Respondent, role: domain::companion::CompanionRole::Interpreter };
const CLAIMANT: Author = Author::Seat(Seat::Party(Side::Claimant));

fn new(channel: Channel, number: u128, body: &Body) -> NewEntry<'_> {
    NewEntry {
        dispute: dispute_id(1),
        channel,
        id: id(number),
        account: Some(account(1)),
        by: CLAIMANT,
        body,
        at: moment(1),
    }
}

fn say(tx: &mut Tx<'_>, channel: Channel, number: u128, text: &str) -> Result<Appended> {
    append(tx, &new(channel, number, &message(text)))
}

fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

#[test]
fn each_channel_numbers_by_itself_without_gap_or_double() {
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1)).unwrap();
        let outcomes = house.at_once((0..90_u128).map(|number| {
            let channel = if number % 3 == 0 { Channel::CaucusClaimant } else { Channel::Joint };
            move |tx: &mut Tx<'_>| {
                let stored = say(tx, channel, number, "Good morning")?;
                // Some acts are refused after the entry took its number.
                if number % 5 == 0 { Err(Error::Conflict) } else { Ok(stored) }
            }
        }));
        assert_eq!(outcomes.iter().flatten().count(), 72, "{}", house.backend);
        for (channel, expected) in [(Channel::Joint, 48), (Channel::CaucusClaimant, 24)] {
            let read = house.read(move |tx| page(tx, dispute_id(1), channel, 0, None, 500)).unwrap();
            assert_eq!(seqs(&read), (1..=expected).collect::<Vec<_>>());
            assert_eq!(house.read(move |tx| last_seq(tx, dispute_id(1), channel)), Ok(expected));
        }
        assert_eq!(house.read(|tx| last_seq(tx, dispute_id(1), Channel::Notes)), Ok(0));
        let window = house.read(|tx| page(tx, dispute_id(1), Channel::Joint, 10, Some(14), 3)).unwrap();
        assert_eq!(seqs(&window), [11, 12, 13]);
        let window = house.read(|tx| page(tx, dispute_id(1), Channel::Joint, 12, Some(14), 30)).unwrap();
        assert_eq!(seqs(&window), [13, 14]);
    }
}

#[test]
fn the_same_id_again_is_the_same_entry_and_another_body_is_refused() {
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1)).unwrap();
        let twice =
            house.at_once((0..12).map(|_| |tx: &mut Tx<'_>| say(tx, Channel::Joint, 7, "Good morning")));
        let fresh = twice.iter().filter(|outcome| matches!(outcome, Ok(Appended::New(_)))).count();
        let again = twice.iter().filter(|outcome| matches!(outcome, Ok(Appended::Again(_)))).count();
        assert_eq!((fresh, again), (1, 11), "{}: {twice:?}", house.backend);
        let other_body = house.write(|tx| say(tx, Channel::Joint, 7, "Good evening"));
        assert_eq!(other_body, Ok(Appended::IdReused));
        let other_author = house.write(|tx| {
            let body = message("Good morning");
            append(tx, &NewEntry { account: Some(account(2)), ..new(Channel::Joint, 7, &body) })
        });
        assert_eq!(other_author, Ok(Appended::IdReused));
        let elsewhere = house.write(|tx| say(tx, Channel::CaucusClaimant, 7, "Good evening")).unwrap();
        assert!(matches!(elsewhere, Appended::New(entry) if entry.seq == 1));
        assert_eq!(house.read(|tx| last_seq(tx, dispute_id(1), Channel::Joint)), Ok(1));
    }
}

#[test]
fn many_at_once_are_stored_in_order_and_ids_among_them_may_come_again() {
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1)).unwrap();
        let batch = |numbers: &'static [u128]| {
            house
                .write(move |tx| {
                    let body = message("Good morning");
                    let many: Vec<_> =
                        numbers.iter().map(|number| new(Channel::Joint, *number, &body)).collect();
                    append_many(tx, &many)
                })
                .unwrap()
                .into_iter()
                .map(|outcome| match outcome {
                    Appended::New(entry) => (true, entry.seq),
                    Appended::Again(entry) => (false, entry.seq),
                    Appended::IdReused => panic!("an id was refused"),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(batch(&[3, 1, 2]), [(true, 1), (true, 2), (true, 3)], "{}", house.backend);
        assert_eq!(batch(&[4, 1, 5, 5]), [(true, 4), (false, 2), (true, 5), (false, 5)]);
        assert_eq!(batch(&[]), []);
        let read = house.read(|tx| page(tx, dispute_id(1), Channel::Joint, 0, None, 9)).unwrap();
        assert_eq!(read.iter().map(|entry| entry.id).collect::<Vec<_>>(), [3, 1, 2, 4, 5].map(id));
    }
}

fn an_offer() -> OfferContent {
    let term = Term {
        debtor: Side::Respondent,
        creditor: Side::Claimant,
        text: [(RecordLanguage::English, "pays".to_owned()), (RecordLanguage::Bangla, "দেবেন".to_owned())]
            .into(),
        amount: domain::money::Money::parse("450.00", "BDT".parse().unwrap()).ok(),
        due_on: "2027-01-31".parse().ok(),
    };
    OfferContent { terms: vec![term], note: Some("by then".to_owned()), expires_at: Some(moment(9)) }
}

fn every_body() -> Vec<Body> {
    let (mediator, offer) = (Seat::Mediator, an_offer());
    let amount = offer.terms[0].amount.unwrap();
    vec![
        Body::Message { text: "শুভ সকাল".to_owned(), lang: "bn-BD".parse().unwrap() },
        Body::File(FileContent::of(FileId::new(Uuid::from_u128(5)))),
        Body::File(FileContent {
            file: FileId::new(Uuid::from_u128(5)),
            caption: Some("The door".to_owned()),
            thumbnail: Some((240, 180)),
        }),
        Body::Offer(offer.clone()),
        Body::OfferAccepted { offer: id(1) },
        Body::OfferCountered { offer: id(1), counter: offer.clone() },
        Body::OfferWithdrawn { offer: id(1) },
        Body::Agenda { items: vec!["rent".to_owned()], current: None },
        Body::Session { step: SessionStep::Opened },
        Body::Arrival { who: mediator },
        Body::Departure { who: mediator },
        Body::SeatTaken { who: INTERPRETER },
        Body::SeatEnded { who: INTERPRETER },
        Body::Revision { step: AgreementStep::Frozen, revision: 3 },
        Body::Signature { who: None },
        Body::Signature { who: Some(mediator) },
        Body::BlindBidAsked(BidQuestion {
            text: [(RecordLanguage::Urdu, "کتنا؟".to_owned())].into(),
            currency: "PKR".parse().unwrap(),
            payer: Side::Claimant,
            rounds: 2,
        }),
        Body::BlindBidMade { bid: id(1), round: 1 },
        Body::BlindBidsMet { bid: id(1), amount },
        Body::BlindBidRoundClosed { bid: id(1), round: 1, next: Some(2) },
        Body::BlindBidRoundClosed { bid: id(1), round: 3, next: None },
        Body::BlindBidWithdrawn { bid: id(1) },
        Body::Proposal(offer.clone()),
        Body::ProposalAccepted { proposal: id(1) },
        Body::ProposalWithdrawn { proposal: id(1) },
        Body::Suggestion {
            id: domain::ids::SuggestionId::new(Uuid::from_u128(6)),
            term: Some(2),
            state: domain::suggestion::SuggestionState::Declined,
        },
        Body::Agenda { items: vec!["rent".to_owned()], current: Some(1) },
        Body::Caucus { step: CaucusStep::Asked },
        Body::Timer { seconds: 600, of: Some(Side::Claimant) },
        Body::TimerStopped { timer: id(1) },
        Body::Summary { text: "Both want quiet".to_owned(), lang: Language::English.into() },
        Body::SummaryConfirmed { summary: id(1) },
        Body::SummaryCorrected {
            summary: id(1),
            text: "At night".to_owned(),
            lang: Language::English.into(),
        },
        Body::ShareAsked { entry: id(1) },
        Body::Shared { of: Side::Claimant, item: SharedItem::Offer(offer) },
        Body::OfferClosed { offer: id(1), state: OfferState::Accepted },
    ]
}

#[test]
fn every_body_comes_back_as_it_was_stored() {
    let bodies = every_body();
    for house in houses() {
        let stored = bodies.clone();
        house
            .write(move |tx| {
                a_dispute(tx, 1)?;
                for (number, body) in (1..).zip(&stored) {
                    append(
                        tx,
                        &NewEntry { account: None, by: Author::House, ..new(Channel::Notes, number, body) },
                    )?;
                }
                Ok(())
            })
            .unwrap();
        let read = house.read(|tx| page(tx, dispute_id(1), Channel::Notes, 0, None, 99)).unwrap();
        assert_eq!(
            read.iter().map(|entry| entry.body.clone()).collect::<Vec<_>>(),
            bodies,
            "{}",
            house.backend
        );
        assert!(read.iter().all(|entry| entry.by == Author::House));
        let found = house.read(|tx| by_id(tx, dispute_id(1), Channel::Notes, id(3))).unwrap();
        assert_eq!(found.as_ref(), read.get(2));
        assert_eq!(house.read(|tx| by_id(tx, dispute_id(1), Channel::Joint, id(3))), Ok(None));
    }
}

#[test]
fn r5_an_entry_that_is_moved_into_another_channel_does_not_open_there() {
    for house in houses() {
        let outcome = house.write(|tx| {
            a_dispute(tx, 1)?;
            say(tx, Channel::CaucusClaimant, 1, "between us")?;
            diesel::update(entries::table).set(entries::channel.eq(word(&Channel::Joint))).execute(tx.db)?;
            let moved = page(tx, dispute_id(1), Channel::Joint, 0, None, 9);
            diesel::update(entries::table)
                .set((
                    entries::channel.eq(word(&Channel::CaucusClaimant)),
                    entries::author.eq(word(&Author::House)),
                ))
                .execute(tx.db)?;
            Ok((moved, page(tx, dispute_id(1), Channel::CaucusClaimant, 0, None, 9)))
        });
        assert_eq!(outcome, Ok((Err(Error::Corrupt), Err(Error::Corrupt))), "{}", house.backend);
    }
}

#[test]
fn an_entry_of_somebody_and_one_of_nobody_are_stored_on_one_line() {
    let words = message("It begins");
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1)).unwrap();
        let accounts = [Some(account(1)), None, Some(account(2)), None];
        for (number, account) in (1..).zip(accounts) {
            let words = words.clone();
            let store = move |tx: &mut Tx<'_>| {
                append(tx, &NewEntry { account, ..new(Channel::Joint, number, &words) })
            };
            assert!(matches!(house.write(store), Ok(Appended::New(_))), "{} {number}", house.backend);
            let of = house.read(move |tx| account_of(tx, dispute_id(1), Channel::Joint, id(number)));
            assert_eq!(of, Ok(account), "{} {number}", house.backend);
        }
    }
}
