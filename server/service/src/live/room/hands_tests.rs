//! Hands: whose are seen by whom, in which order, and when they go down.

use super::super::Heads;
use super::*;
use crate::acts::rooms::tests::{account, room};
use domain::dispute::Stage;
use domain::party::Side;
use domain::time::Moment;

const AMARA: Seat = Seat::Party(Side::Claimant);
const BELA: Seat = Seat::Party(Side::Respondent);

/// A room in which the claimant (1), the respondent (2) and the mediator (3) are connected, each by the socket of that number.
fn open(shuttle: bool) -> LiveRoom {
    let mut live = LiveRoom::new(room(shuttle));
    for number in 1..=3 {
        live.join(SocketId(number), account(u128::from(number)), &Heads::new());
    }
    live
}

fn told(effect: Option<Effect>) -> Option<(Vec<u64>, Seat, bool, bool)> {
    match effect? {
        Effect::Send { to, news: News::Hand { who, up, floor } } => {
            Some((to.iter().map(|socket| socket.0).collect(), who, up, floor))
        }
        _ => None,
    }
}

#[test]
fn hands_are_told_in_their_order_to_whoever_comes_later() {
    let mut live = open(false);
    assert_eq!(told(live.hand(SocketId(2), true)), Some((vec![1, 3], BELA, true, false)));
    assert_eq!(told(live.hand(SocketId(2), true)), None, "only a change is news");
    assert_eq!(told(live.hand(SocketId(1), true)), Some((vec![2, 3], AMARA, true, false)));
    let (_, effects) = live.join(SocketId(9), account(3), &Heads::new()).expect("a seat");
    let hands: Vec<_> = effects.into_iter().filter_map(|effect| told(Some(effect))).collect();
    assert_eq!(hands, [(vec![9], BELA, true, false), (vec![9], AMARA, true, false)]);
    assert_eq!(told(live.hand(SocketId(3), true)), None, "the mediator has the floor anyway");
}

#[test]
fn the_mediator_gives_the_floor_and_nobody_else_does() {
    let mut live = open(false);
    live.hand(SocketId(2), true);
    assert_eq!(told(live.give_floor(SocketId(1), BELA)), None);
    assert_eq!(told(live.give_floor(SocketId(3), AMARA)), None, "that hand is not up");
    assert_eq!(told(live.give_floor(SocketId(3), BELA)), Some((vec![1, 2, 3], BELA, false, true)));
    assert_eq!(told(live.give_floor(SocketId(3), BELA)), None);
}

#[test]
fn r17_in_shuttle_the_other_side_never_learns_of_a_hand() {
    let mut live = open(true);
    assert_eq!(told(live.hand(SocketId(2), true)), Some((vec![3], BELA, true, false)));
    assert_eq!(told(live.give_floor(SocketId(3), BELA)), Some((vec![2, 3], BELA, false, true)));
    live.hand(SocketId(2), true);
    let (_, effects) = live.join(SocketId(9), account(1), &Heads::new()).expect("a seat");
    assert_eq!(effects.into_iter().filter_map(|effect| told(Some(effect))).count(), 0);
}

#[test]
fn r18_and_r19_no_hand_stays_up_in_what_has_stopped() {
    let at = Moment::from_millis(0);
    let mut live = open(false);
    live.hand(SocketId(2), true);
    let mut paused = room(false);
    if let Stage::Mediation(mediation) = &mut paused.dispute.stage {
        *mediation.room.signals.of_mut(Side::Claimant) = Some(domain::room::Signal::Unsafe);
    }
    let effects = live.change(paused, at);
    let hands: Vec<_> = effects.into_iter().filter_map(|effect| told(Some(effect))).collect();
    assert_eq!(hands, [(vec![1, 3], BELA, false, false)]);
    assert_eq!(told(live.hand(SocketId(2), true)), None, "what cannot be said is not asked for");
    let mut closed = room(false);
    if let Stage::Mediation(mediation) = &mut closed.dispute.stage {
        mediation.room.session_open = false;
    }
    let mut live = open(false);
    live.hand(SocketId(2), true);
    let effects = live.change(closed, at);
    assert_eq!(effects.into_iter().filter_map(|effect| told(Some(effect))).count(), 0);
    assert_eq!(told(live.hand(SocketId(2), true)), None);
    live.change(room(false), at);
    assert!(told(live.hand(SocketId(2), true)).is_some(), "the last session's hands are down");
}
