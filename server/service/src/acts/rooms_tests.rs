//! What each reader sees of a room, over values made by hand.

use super::*;
use domain::category::Category;
use domain::dispute::Mediation;
use domain::language::Language;
use domain::party::Joining;
use domain::time::Moment;
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
    dispute.stage = Stage::Mediation(Mediation { mediator: account(3), since, until, room });
    let mut now = RoomNow {
        dispute,
        seats: Vec::new(),
        heads: BTreeMap::new(),
        names: (1..=3).map(|number| (account(number), format!("Person {number}"))).collect(),
        audiences: BTreeMap::new(),
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
