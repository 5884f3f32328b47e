//! Who is in a call, who learns of it, and what passes between its members.

use domain::dispute::Stage;
use domain::party::Side;
use domain::room::Seat;
use domain::time::Moment;
use serde_json::json;

use super::*;
use crate::acts::rooms::RoomNow;
use crate::acts::rooms::tests::{account, room};
use crate::live::room::Heads;

const AMARA: SocketId = SocketId(1);
const BELA: SocketId = SocketId(2);
const NOOR: SocketId = SocketId(3);
const AT: Moment = Moment::from_millis(0);

/// All three are connected, a session is open.
fn three(now: &RoomNow) -> LiveRoom {
    let mut live = LiveRoom::new(now.clone());
    for (socket, number) in [(AMARA, 1), (BELA, 2), (NOOR, 3)] {
        live.join(socket, account(number), &Heads::new()).expect("a seat");
    }
    live
}

/// What reaches each socket, in words.
fn told(effects: &[Effect]) -> Vec<String> {
    let say = |news: &News| match news {
        News::Call { channel, people } => {
            let people: Vec<_> =
                people.iter().map(|(who, number)| format!("{} {number}", who.as_str())).collect();
            format!("call {channel} [{}]", people.join(", "))
        }
        News::CallBegun { channel, number } => format!("begun {channel} {number}"),
        News::CallEnded { channel } => format!("ended {channel}"),
        News::Signal { from, channel, .. } => format!("signal {channel} of {}", from.as_str()),
        News::Refused(Refused::Rule { code, .. }) => format!("refused {code}"),
        News::Refused(refused) => format!("refused {refused:?}"),
        _ => String::new(),
    };
    let line = |effect: &Effect| match effect {
        Effect::Send { to, news } => {
            let to: Vec<_> = to.iter().map(|socket| socket.0.to_string()).collect();
            format!("{}: {}", to.join(" "), say(news))
        }
        _ => String::new(),
    };
    effects.iter().map(line).filter(|line| !line.is_empty() && !line.ends_with(": ")).collect()
}

fn a_signal() -> Signal {
    let candidate = "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 192.0.2.2 rport 4321";
    Signal::read(json!({"kind": "candidates", "items": [{"candidate": candidate, "mid": "0"}]}))
        .expect("a signal")
}

fn to(who: &str) -> Addressee {
    Addressee { who: who.to_owned(), channel: None, number: None }
}

fn passes(live: &LiveRoom, from: SocketId, to: &Addressee) -> Vec<String> {
    told(&live.signal(from, to, &a_signal(), &Reach::default()).into_iter().collect::<Vec<_>>())
}

#[test]
fn r7_whoever_joins_is_seen_by_all_who_sit_there() {
    let mut live = three(&room(false));
    assert_eq!(
        told(&live.join_call(NOOR, Channel::Joint)),
        ["3: begun joint 1", "1 2 3: call joint [mediator 1]"]
    );
    assert_eq!(
        told(&live.join_call(AMARA, Channel::Joint)),
        ["1: begun joint 2", "1 2 3: call joint [mediator 1, claimant 2]"]
    );
    let (_, effects) = live.join(SocketId(9), account(2), &Heads::new()).expect("a seat");
    assert!(
        told(&effects).contains(&"9: call joint [mediator 1, claimant 2]".to_owned()),
        "a late comer sees it"
    );
    assert_eq!(
        told(&live.leave(AMARA, AT)),
        ["2 3 9: call joint [mediator 1]"],
        "a line that breaks is out at once"
    );
}

#[test]
fn r5_a_call_in_caucus_reaches_no_socket_of_the_other_side() {
    let mut live = three(&room(false));
    let mut all = live.join_call(AMARA, Channel::CaucusClaimant);
    all.extend(live.join_call(NOOR, Channel::CaucusClaimant));
    all.extend(live.signal(AMARA, &to("mediator"), &a_signal(), &Reach::default()));
    all.extend(live.leave_call(AMARA));
    assert!(
        told(&all).contains(&"3: signal caucus-claimant of claimant".to_owned()),
        "there was something to hear"
    );
    let reached_bela = |effect: &Effect| matches!(effect, Effect::Send { to, .. } if to.contains(&BELA));
    assert!(!all.iter().any(reached_bela), "{:?}", told(&all));
    for (socket, channel, said) in [
        (BELA, Channel::CaucusClaimant, "2: refused Absent"),
        (BELA, Channel::Notes, "2: refused Absent"),
        (NOOR, Channel::Notes, "3: refused Absent"),
    ] {
        assert_eq!(told(&live.join_call(socket, channel)), [said], "{channel}");
    }
    // The number of a joining counts its own channel alone: a gap would tell of the caucus.
    assert_eq!(
        told(&live.join_call(BELA, Channel::Joint)),
        ["2: begun joint 1", "1 2 3: call joint [respondent 1]"]
    );
}

#[test]
fn moving_to_another_channel_ends_the_call_in_the_old_one_first() {
    let mut live = three(&room(false));
    live.join_call(NOOR, Channel::Joint);
    live.join_call(AMARA, Channel::Joint);
    assert_eq!(
        told(&live.join_call(NOOR, Channel::CaucusClaimant)),
        [
            "3: ended joint",
            "1 2 3: call joint [claimant 2]",
            "3: begun caucus-claimant 1",
            "1 3: call caucus-claimant [mediator 1]"
        ]
    );
    live.join(SocketId(9), account(1), &Heads::new()).expect("a seat");
    assert_eq!(
        told(&live.join_call(SocketId(9), Channel::CaucusClaimant)),
        [
            "1: ended joint",
            "1 2 3 9: call joint []",
            "9: begun caucus-claimant 2",
            "1 3 9: call caucus-claimant [mediator 1, claimant 2]"
        ],
        "on another device too"
    );
    assert_eq!(passes(&live, AMARA, &to("mediator")), ["1: refused not-in-call"]);
}

#[test]
fn signals_pass_between_members_of_one_call_while_a_mediator_is_in_it() {
    let mut live = three(&room(false));
    live.join_call(AMARA, Channel::Joint);
    live.join_call(BELA, Channel::Joint);
    assert_eq!(
        passes(&live, AMARA, &to("respondent")),
        Vec::<String>::new(),
        "the sides never talk by themselves"
    );
    live.join_call(NOOR, Channel::Joint);
    assert_eq!(passes(&live, AMARA, &to("respondent")), ["2: signal joint of claimant"]);
    assert_eq!(passes(&live, AMARA, &to("claimant")), Vec::<String>::new(), "nobody calls themselves");
    let meant =
        |channel, number| Addressee { channel: Some(channel), number: Some(number), ..to("respondent") };
    assert_eq!(passes(&live, AMARA, &meant(Channel::Joint, 2)), ["2: signal joint of claimant"]);
    assert_eq!(passes(&live, AMARA, &meant(Channel::CaucusClaimant, 2)), Vec::<String>::new());
    live.leave_call(BELA);
    live.join_call(BELA, Channel::Joint);
    assert_eq!(
        passes(&live, AMARA, &meant(Channel::Joint, 2)),
        Vec::<String>::new(),
        "it was meant for an earlier one"
    );
    live.join_call(NOOR, Channel::CaucusRespondent);
    assert_eq!(passes(&live, AMARA, &to("mediator")), Vec::<String>::new(), "who is elsewhere does not hear");
    assert_eq!(
        passes(&live, AMARA, &to("respondent")),
        Vec::<String>::new(),
        "and without a mediator nobody does"
    );
}

#[test]
fn r17_in_shuttle_there_is_no_call_between_the_sides_and_no_way_but_the_relay() {
    let mut live = three(&room(true));
    assert_eq!(told(&live.join_call(AMARA, Channel::Joint)), ["1: refused Absent"]);
    live.join_call(AMARA, Channel::CaucusClaimant);
    live.join_call(BELA, Channel::CaucusRespondent);
    live.join_call(NOOR, Channel::CaucusClaimant);
    assert_eq!(passes(&live, BELA, &to("claimant")), Vec::<String>::new());
    let host = json!({"kind": "candidates", "items": [{"candidate": "candidate:1 1 udp 9 192.0.2.2 4 typ host", "mid": "0"}]});
    let host = Signal::read(host).expect("a signal");
    let direct = Reach { is_direct: true, ..Reach::default() };
    assert_eq!(live.signal(AMARA, &to("mediator"), &host, &direct), None, "whatever the house chose");
    let mut open = three(&room(false));
    open.join_call(AMARA, Channel::Joint);
    open.join_call(NOOR, Channel::Joint);
    assert!(open.signal(AMARA, &to("mediator"), &host, &direct).is_some(), "it could have passed");
    assert_eq!(open.signal(AMARA, &to("mediator"), &host, &Reach::default()), None);
}

#[test]
fn r17_a_call_that_was_begun_before_the_sides_were_kept_apart_does_not_go_on() {
    let mut live = three(&room(false));
    live.join_call(NOOR, Channel::CaucusClaimant);
    live.join_call(AMARA, Channel::CaucusClaimant);
    let said = told(&live.change(room(true), AT));
    for ended in ["3: ended caucus-claimant", "1: ended caucus-claimant"] {
        assert!(said.contains(&ended.to_owned()), "{said:?}");
    }
    live.join_call(NOOR, Channel::CaucusClaimant);
    let said = told(&live.change(room(true), AT));
    assert!(!said.iter().any(|line| line.contains("ended")), "what begins afterwards goes on: {said:?}");
}

fn changed(change: impl FnOnce(&mut RoomNow)) -> RoomNow {
    let mut now = room(false);
    change(&mut now);
    now
}

#[test]
fn r18_and_r19_a_call_is_over_at_once_where_it_may_no_longer_be() {
    let mediation = |now: &mut RoomNow, change: &dyn Fn(&mut domain::room::RoomState)| {
        if let Stage::Mediation(mediation) = &mut now.dispute.stage {
            change(&mut mediation.room);
        }
    };
    let unsafe_now = changed(|now| {
        mediation(now, &|room| *room.signals.of_mut(Side::Claimant) = Some(domain::room::Signal::Unsafe));
    });
    let closed = changed(|now| mediation(now, &|room| room.session_open = false));
    let held = changed(|now| mediation(now, &|room| room.held = true));
    let shuttle = room(true);
    for (name, now, code) in [
        ("unsafe", unsafe_now, "1: refused paused"),
        ("closed", closed, "1: refused no-session-open"),
        ("held", held, "1: refused paused"),
        ("shuttle", shuttle, "1: refused Absent"),
    ] {
        let mut live = three(&room(false));
        live.join_call(NOOR, Channel::Joint);
        live.join_call(AMARA, Channel::Joint);
        let said = told(&live.change(now, AT));
        for ended in ["3: ended joint", "1: ended joint"] {
            assert!(said.contains(&ended.to_owned()), "{name}: {said:?}");
        }
        assert_eq!(told(&live.join_call(AMARA, Channel::Joint)), [code], "{name}");
        assert_eq!(passes(&live, AMARA, &to("mediator")), ["1: refused not-in-call"], "{name}");
    }
    // What one side tells the mediator alone ends nothing in a caucus.
    let mut live = three(&room(false));
    live.join_call(NOOR, Channel::CaucusClaimant);
    let now = changed(|now| {
        mediation(now, &|room| *room.signals.of_mut(Side::Claimant) = Some(domain::room::Signal::Unsafe));
    });
    assert!(!told(&live.change(now, AT)).contains(&"3: ended caucus-claimant".to_owned()));
}

#[test]
fn a_call_has_four_places() {
    let mut live = three(&room(false));
    for socket in [AMARA, BELA] {
        live.join_call(socket, Channel::Joint);
    }
    for number in [7, 8] {
        let socket = SocketId(number);
        live.calls.join(Channel::Joint, socket, account(u128::from(number)), Seat::Party(Side::Claimant));
    }
    assert_eq!(told(&live.join_call(NOOR, Channel::Joint)), ["3: refused call-full"]);
    assert_eq!(told(&live.join_call(AMARA, Channel::Joint)).len(), 4, "whoever is in it may join it anew");
}
