//! What each reader sees of a room, over values made by hand.

use super::*;
use domain::assignment::CoMediation;
use domain::category::Category;
use domain::companion::{Authority, Companion, Sitting};
use domain::consent::{AGREEMENT_TO_MEDIATE, Consent};
use domain::dispute::Mediation;
use domain::ids::CompanionId;
use domain::language::Language;
use domain::party::Joining;
use uuid::Uuid;

pub fn account(number: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(number))
}

/// A mediation of accounts 1 (claimant), 2 (respondent) and 3 (mediator), a session open.
pub fn room(shuttle: bool) -> RoomNow {
    let id = DisputeId::new(Uuid::from_u128(9));
    let category = *Category::ALL.first().expect("a category");
    let mut dispute = Dispute::draft(id, account(1), category, Language::English);
    dispute.parties.respondent.joining = Joining::Joined { account: account(2) };
    dispute.shuttle = shuttle;
    let (since, until) = (Moment::from_millis(0), Moment::from_millis(1_000_000));
    let room = RoomState { session_open: true, ..RoomState::default() };
    dispute.stage = Stage::Mediation(Mediation {
        mediator: account(3),
        since,
        began: since,
        until,
        room,
        beside: CoMediation::Vacant,
        co_mediated: Vec::new(),
        tried: Vec::new(),
    });
    let mut now = RoomNow {
        dispute,
        seats: Vec::new(),
        heads: BTreeMap::new(),
        names: (1..=3).map(|number| (account(number), format!("Person {number}"))).collect(),
        audiences: BTreeMap::new(),
        destroyed_at: None,
    };
    for (number, seat) in
        [(1, Seat::Party(Side::Claimant)), (2, Seat::Party(Side::Respondent)), (3, Seat::Mediator)]
    {
        for channel in channels_of(seat, shuttle) {
            let row = SeatRow { account: account(number), seat, channel, from_seq: 1, until_seq: None };
            now.seats.push(row);
        }
    }
    now
}

/// The same room, and account 4 interprets for the claimant.
pub fn with_interpreter(mut now: RoomNow) -> RoomNow {
    let (side, role) = (Side::Claimant, CompanionRole::Interpreter);
    let consent =
        Consent { version: AGREEMENT_TO_MEDIATE, language: Language::Urdu, at: Moment::from_millis(0) };
    let sitting = Sitting::Seated { account: account(4), consent, authority: Authority::Unclaimed };
    let id = CompanionId::new(Uuid::from_u128(4));
    now.dispute.companions.push(Companion { id, side, role, reads_earlier: false, sitting });
    now.names.insert(account(4), "Person 4".to_owned());
    let seat = Seat::Beside { side, role };
    for channel in channels_of(seat, now.dispute.shuttle) {
        now.seats.push(SeatRow { account: account(4), seat, channel, from_seq: 1, until_seq: None });
    }
    now
}

/// The same room, and account 5 mediates beside account 3, of the claimant's private talk from the third entry on.
pub fn with_co_mediator(mut now: RoomNow) -> RoomNow {
    let Stage::Mediation(mediation) = &mut now.dispute.stage else { return now };
    mediation.beside = CoMediation::Seated(account(5));
    now.names.insert(account(5), "Person 5".to_owned());
    let seat = Seat::CoMediator;
    for channel in channels_of(seat, now.dispute.shuttle) {
        let from_seq = if channel == Channel::CaucusClaimant { 3 } else { 1 };
        now.seats.push(SeatRow { account: account(5), seat, channel, from_seq, until_seq: None });
    }
    now
}

#[test]
fn r5_a_co_mediator_hears_both_sides_from_their_seat_on_and_nobodys_notes_but_their_own() {
    for shuttle in [false, true] {
        let now = with_co_mediator(room(shuttle));
        assert_eq!(now.may_hear(account(5), Channel::Joint, 1), !shuttle);
        assert!(!now.may_hear(account(5), Channel::CaucusClaimant, 2));
        assert!(now.may_hear(account(5), Channel::CaucusClaimant, 3));
        assert!(now.may_hear(account(5), Channel::CaucusRespondent, 1));
        for (reader, own, other) in
            [(3, Channel::Notes, Channel::CoNotes), (5, Channel::CoNotes, Channel::Notes)]
        {
            assert!(now.sits_in(account(reader), own) && !now.sits_in(account(reader), other));
        }
        assert!([1, 2].iter().all(|party| !now.sits_in(account(*party), Channel::CoNotes)));
        // Whoever the mediation is not let sit there any more hears nothing, whatever rows are left.
        let mut over = now.clone();
        let Stage::Mediation(mediation) = &mut over.dispute.stage else { panic!("a mediation") };
        mediation.beside = CoMediation::Vacant;
        assert!(Channel::ALL.iter().all(|channel| !over.sits_in(account(5), *channel)));
        assert_eq!(over.view(account(5)), None);
        let you = |reader| now.view(account(reader)).expect("a seat").you;
        assert_eq!([you(3), you(5)], ["mediator", "co-mediator"]);
    }
}

#[test]
fn r7_whoever_sits_beside_a_party_is_seen_by_those_who_share_a_channel_with_them() {
    let seen = |shuttle, reader| -> Vec<(String, Option<String>)> {
        let view = with_interpreter(room(shuttle)).view(account(reader)).expect("a seat");
        view.people.into_iter().map(|person| (person.role, person.beside)).collect()
    };
    let interpreter = ("interpreter".to_owned(), Some("claimant".to_owned()));
    for (reader, shuttle, is_seen) in [
        (1, false, true),
        (2, false, true),
        (3, false, true),
        (1, true, true),
        (2, true, false),
        (3, true, true),
        (4, true, true),
    ] {
        assert_eq!(seen(shuttle, reader).contains(&interpreter), is_seen, "{reader} {shuttle}");
    }
    let apart = with_interpreter(room(true));
    assert_eq!(apart.view(account(2)), room(true).view(account(2)), "kept apart, nothing of it shows");
    let interpreting = apart.view(account(4)).expect("a seat");
    let people: Vec<_> = interpreting.people.iter().map(|person| person.role.as_str()).collect();
    assert_eq!(people, ["claimant", "mediator", "interpreter"]);
    let told = crate::acts::aftermath::channels_of_announcement;
    let seat = Seat::Beside { side: Side::Claimant, role: CompanionRole::Interpreter };
    assert_eq!((told(seat, true), told(seat, false)), (vec![Channel::CaucusClaimant], vec![Channel::Joint]));
}

#[test]
fn r5_nothing_that_a_party_sees_changes_because_of_the_others_caucus() {
    let quiet = room(false);
    let mut busy = room(false);
    busy.heads.insert(Channel::CaucusRespondent, 40);
    busy.heads.insert(Channel::Notes, 7);
    if let Stage::Mediation(mediation) = &mut busy.dispute.stage {
        mediation.room.paused.push(Channel::CaucusRespondent);
        mediation.room.attended.respondent = true;
    }
    assert_eq!(quiet.view(account(1)), busy.view(account(1)));
    assert_ne!(quiet.view(account(3)), busy.view(account(3)), "the mediator does see it");
}

#[test]
fn r17_kept_apart_the_sides_do_not_see_each_other() {
    let view = room(true).view(account(1)).expect("a seat");
    let names: Vec<_> = view.people.iter().map(|person| person.id.as_str()).collect();
    assert_eq!(names, ["claimant", "mediator"]);
    let channels: Vec<_> = view.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(channels, ["caucus-claimant"]);
    assert_eq!(
        crate::acts::aftermath::channels_of_announcement(Seat::Party(Side::Claimant), true),
        [Channel::CaucusClaimant]
    );
}

#[test]
fn r18_a_signal_is_named_to_the_mediator_and_reads_paused_to_the_sides() {
    let mut now = room(false);
    if let Stage::Mediation(mediation) = &mut now.dispute.stage {
        mediation.room.signals.claimant = Some(Signal::Unsafe);
    }
    let other = now.view(account(2)).expect("a seat");
    assert!(other.signals.is_empty());
    let joint = other.channels.first().expect("joint");
    assert!(joint.paused && !joint.may_post);
    assert!(other.channels.iter().skip(1).all(|channel| !channel.paused && channel.may_post));
    let mediator = now.view(account(3)).expect("a seat");
    assert_eq!(mediator.signals.first().map(|signal| signal.kind.as_str()), Some("unsafe"));
}

#[test]
fn a_seat_hears_from_its_first_number_to_its_last() {
    let mut now = room(false);
    for row in now.seats.iter_mut().filter(|row| row.account == account(3)) {
        row.from_seq = 5;
        row.until_seq = Some(9);
    }
    let heard: Vec<u64> = (1..12).filter(|seq| now.may_hear(account(3), Channel::Joint, *seq)).collect();
    assert_eq!(heard, [5, 6, 7, 8, 9]);
    assert!(!now.sits_in(account(3), Channel::Joint));
    assert!(!now.may_hear(account(4), Channel::Joint, 1), "a stranger hears nothing");
}

#[test]
fn the_audience_of_a_party_is_of_its_own_channels() {
    let now = room(false);
    let audience = now.audience(account(1));
    assert_eq!(audience.lines().filter(|line| line.starts_with("joint ")).count(), 3);
    assert_eq!(audience.lines().filter(|line| line.starts_with("caucus-claimant ")).count(), 2);
    assert!(!audience.contains("caucus-respondent"));
}
