//! Random lives of a room: entries arrive late, twice, out of order or not at all, people come and go, seats change. Two
//! things must hold for every connection: what it is sent is what its person may hear, and it is sent once, in order,
//! without a gap.

use super::*;
use crate::acts::rooms::tests::{account, room, with_co_mediator, with_interpreter};
use domain::dispute::Stage;
use domain::entry::{Author, Body};
use domain::ids::EntryId;
use domain::language::Language;
use domain::party::Side;
use uuid::Uuid;

/// A small generator with a seed, so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn channel(&mut self) -> Channel {
        let at = usize::try_from(self.roll(5)).expect("small");
        *Channel::ALL.get(at).expect("five channels")
    }
}

fn entry(channel: Channel, seq: u64) -> Arc<Entry> {
    Arc::new(Entry {
        channel,
        seq,
        id: EntryId::new(Uuid::from_u128(u128::from(seq))),
        at: Moment::from_millis(0),
        by: Author::Seat(Seat::Mediator),
        body: Body::Message { text: format!("{channel} {seq}"), lang: Language::English.into() },
    })
}

/// What the database holds and what each connection was sent.
struct World {
    live: LiveRoom,
    now: RoomNow,
    heads: BTreeMap<Channel, u64>,
    under_way: Vec<Arc<Entry>>,
    sent: BTreeMap<SocketId, Vec<(Channel, u64)>>,
    joined: BTreeMap<SocketId, (AccountId, Heads)>,
    at: Moment,
}

impl World {
    fn new(shuttle: bool) -> Self {
        let mut now = with_co_mediator(with_interpreter(room(shuttle)));
        now.seats.iter_mut().for_each(|row| row.from_seq = 1);
        Self {
            live: LiveRoom::new(now.clone()),
            now,
            heads: BTreeMap::new(),
            under_way: Vec::new(),
            sent: BTreeMap::new(),
            joined: BTreeMap::new(),
            at: Moment::from_millis(0),
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Send { to, news } = effect else { continue };
            for socket in to {
                let (account, _) = self.joined.get(&socket).expect("only those who joined are sent to");
                match &news {
                    News::Entry(entry) => {
                        assert!(
                            self.now.may_hear(*account, entry.channel, entry.seq),
                            "{account} was sent {} {}",
                            entry.channel,
                            entry.seq
                        );
                        self.sent.entry(socket).or_default().push((entry.channel, entry.seq));
                    }
                    News::Typing { channel, .. } => assert!(self.now.sits_in(*account, *channel)),
                    News::Presence { who, .. } | News::Hand { who, .. } => {
                        assert!(
                            !self.now.dispute.shuttle
                                || who.of_side().is_none()
                                || self.now.seat(*account).is_some_and(Seat::mediates)
                                || self.now.seat(*account).and_then(Seat::of_side) == who.of_side()
                        );
                    }
                    News::Waiting { .. } => assert!(self.now.seat(*account).is_some_and(Seat::mediates)),
                    // Nobody hears of a call in which they could not sit, and nobody is told to be in one.
                    News::Call { channel, .. }
                    | News::Signal { channel, .. }
                    | News::CallBegun { channel, .. } => {
                        assert!(self.now.sits_in(*account, *channel), "{account} {channel}");
                    }
                    News::CallEnded { .. } | News::Refused(_) => {}
                    News::Room(view) => assert_eq!(Some(view.as_ref()), self.now.view(*account).as_ref()),
                }
            }
        }
    }

    fn store(&mut self, channel: Channel) {
        let head = self.heads.entry(channel).or_insert(0);
        *head += 1;
        self.under_way.push(entry(channel, *head));
    }

    fn join(&mut self, socket: SocketId, account: AccountId) {
        let read = self.heads.clone();
        if let Some((heads, effects)) = self.live.join(socket, account, &read) {
            // What a connection reads for itself: up to what it had read, or the room's head.
            let own = heads
                .iter()
                .map(|(channel, head)| (*channel, (*head).max(read.get(channel).copied().unwrap_or(0))));
            self.joined.insert(socket, (account, own.collect()));
            self.take(effects);
        }
    }

    fn reread(&mut self) {
        self.now.heads = self.heads.clone();
        let effects = self.live.change(self.now.clone(), self.at);
        self.take(effects);
    }

    /// Time passes, and what is missing is read from the database.
    fn heal(&mut self) {
        self.at = self.at.plus(GAP_PERIOD);
        for gap in self.live.gaps(self.at) {
            let head = self.heads.get(&gap.channel).copied().unwrap_or(0);
            for seq in gap.after + 1..=head {
                let effects = self.live.hear(entry(gap.channel, seq), self.at);
                self.take(effects);
            }
            self.live.looked(gap, self.at);
        }
    }

    fn step(&mut self, dice: &mut Dice) {
        match dice.roll(12) {
            0..=4 => {
                let channel = dice.channel();
                self.store(channel);
            }
            5..=7 if !self.under_way.is_empty() => {
                let length = u64::try_from(self.under_way.len()).expect("small");
                let at = usize::try_from(dice.roll(length)).expect("small");
                // Now and then a hint is lost, or comes twice.
                let lost = dice.roll(8);
                let entry =
                    if lost == 1 { self.under_way[at].clone() } else { self.under_way.swap_remove(at) };
                if lost != 0 {
                    let effects = self.live.hear(entry, self.at);
                    self.take(effects);
                }
            }
            8 => {
                let socket = SocketId(dice.roll(8));
                if let Some((account, _)) = self.joined.remove(&socket) {
                    self.check(socket, account, false);
                    let effects = self.live.leave(socket, self.at);
                    self.take(effects);
                } else {
                    self.join(socket, account(u128::from(dice.roll(6)) + 1));
                }
            }
            9 => self.heal(),
            10 => self.reread(),
            _ => {
                let socket = SocketId(dice.roll(8));
                self.at = self.at.plus(Duration::from_secs(dice.roll(3)));
                let typing = self.live.typing(socket, dice.channel(), self.at);
                let hand = self.live.hand(socket, dice.roll(2) == 0);
                let call = if dice.roll(3) == 0 {
                    self.live.leave_call(socket)
                } else {
                    self.live.join_call(socket, dice.channel())
                };
                self.take(typing.into_iter().chain(hand).chain(call).collect());
            }
        }
    }

    /// What that connection was sent is, channel by channel, everything after what it read itself.
    fn check(&mut self, socket: SocketId, account: AccountId, is_whole: bool) {
        let sent = self.sent.remove(&socket).unwrap_or_default();
        let own = self.joined.get(&socket).map(|(_, own)| own.clone());
        for channel in Channel::ALL {
            let seqs: Vec<u64> =
                sent.iter().filter(|(sent, _)| sent == channel).map(|(_, seq)| *seq).collect();
            if let Some(first) = seqs.first() {
                let length = u64::try_from(seqs.len()).expect("small");
                assert_eq!(seqs, (*first..first + length).collect::<Vec<_>>(), "{channel}");
            }
            if let (true, Some(own)) = (is_whole, &own) {
                let head = self.heads.get(channel).copied().unwrap_or(0);
                let expected: Vec<u64> = match own.get(channel) {
                    Some(read) => (read + 1..=head).collect(),
                    None => Vec::new(),
                };
                assert_eq!(seqs, expected, "{account} {channel}");
            }
        }
    }
}

#[test]
fn a_frame_for_a_channel_without_a_seat_never_exists_and_nothing_else_is_lost_or_doubled() {
    for seed in 1..=300_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut world = World::new(seed % 3 == 0);
        for _ in 0..200 {
            world.step(&mut dice);
        }
        world.reread();
        world.heal();
        world.heal();
        let joined: Vec<_> = world.joined.iter().map(|(socket, (account, _))| (*socket, *account)).collect();
        for (socket, account) in joined {
            world.check(socket, account, true);
        }
    }
}

#[test]
fn r5_a_caucus_gives_the_other_side_no_effect_at_all() {
    for seed in 1..=200_u64 {
        let [mut quiet, mut busy] = [World::new(false), World::new(false)];
        let mut dice = Dice(seed);
        for world in [&mut quiet, &mut busy] {
            world.join(SocketId(1), account(1));
            world.join(SocketId(3), account(3));
        }
        for _ in 0..50 {
            let is_caucus = dice.roll(2) == 0;
            if is_caucus {
                busy.store(Channel::CaucusRespondent);
                let typing = busy.live.typing(SocketId(3), Channel::CaucusRespondent, busy.at);
                let effects = typing.into_iter().collect();
                busy.take(effects);
                busy.reread();
            } else {
                for world in [&mut quiet, &mut busy] {
                    world.store(Channel::Joint);
                }
            }
            for world in [&mut quiet, &mut busy] {
                for entry in std::mem::take(&mut world.under_way) {
                    let effects = world.live.hear(entry, world.at);
                    world.take(effects);
                }
            }
        }
        assert_eq!(quiet.sent.get(&SocketId(1)), busy.sent.get(&SocketId(1)));
        assert_ne!(quiet.sent.get(&SocketId(3)), busy.sent.get(&SocketId(3)), "the mediator does hear it");
    }
}

#[test]
fn r7_and_r19_coming_and_going_is_announced_inside_a_session_and_unseen_outside() {
    let mut now = room(false);
    if let Stage::Mediation(mediation) = &mut now.dispute.stage {
        mediation.room.session_open = false;
    }
    let mut live = LiveRoom::new(now.clone());
    let at = Moment::from_millis(0);
    let none = Heads::new();
    let waiting = |here| News::Waiting { who: Seat::Party(Side::Claimant), here };
    for (number, heard) in
        [(1, vec![]), (3, vec![Effect::Send { to: vec![SocketId(3)], news: waiting(true) }])]
    {
        let (_, effects) = live.join(SocketId(number), account(u128::from(number)), &none).expect("a seat");
        assert_eq!(effects, heard, "no session, no word but to the mediator");
    }
    assert_eq!(live.typing(SocketId(1), Channel::Joint, at), None);
    let effects = live.change(room(false), at);
    for number in [1, 3] {
        let announced = Effect::Announce { account: account(number), comes: true };
        assert!(effects.contains(&announced), "who was there when the session opened");
    }
    let (_, effects) = live.join(SocketId(2), account(2), &none).expect("a seat");
    assert!(effects.contains(&Effect::Announce { account: account(2), comes: true }));
    let seen = News::Presence { who: Seat::Party(Side::Respondent), here: true };
    assert!(effects.contains(&Effect::Send { to: vec![SocketId(1), SocketId(3)], news: seen }));
    live.leave(SocketId(2), at);
    assert_eq!(live.tick(at), [], "a line that breaks is no departure");
    let later = at.plus(super::super::presence::GRACE_PERIOD);
    assert!(live.tick(later).contains(&Effect::Announce { account: account(2), comes: false }));
}

#[test]
fn r19_the_mediator_alone_learns_who_waits_for_a_session() {
    let mut closed = room(false);
    if let Stage::Mediation(mediation) = &mut closed.dispute.stage {
        mediation.room.session_open = false;
    }
    let (mut live, at) = (LiveRoom::new(room(false)), Moment::from_millis(0));
    for number in [1, 2, 3] {
        live.join(SocketId(number), account(u128::from(number)), &Heads::new());
    }
    let of = |who: Side, here| Effect::Send {
        to: vec![SocketId(3)],
        news: News::Waiting { who: Seat::Party(who), here },
    };
    let told = |effects: Vec<Effect>| {
        let is_waiting = |effect: &Effect| matches!(effect, Effect::Send { news: News::Waiting { .. }, .. });
        effects.into_iter().filter(is_waiting).collect::<Vec<_>>()
    };
    assert_eq!(told(live.change(closed, at)), [of(Side::Claimant, true), of(Side::Respondent, true)]);
    live.leave(SocketId(2), at);
    assert_eq!(live.tick(at), [], "a line that breaks is no departure");
    let later = at.plus(super::super::presence::GRACE_PERIOD);
    assert_eq!(live.tick(later), [of(Side::Respondent, false)]);
    let (_, again) = live.join(SocketId(2), account(2), &Heads::new()).expect("a seat");
    assert_eq!(again, [of(Side::Respondent, true)]);
    assert_eq!(told(live.change(room(false), later)), [], "they are let in");
}

#[test]
fn nobody_floods_the_others_with_what_is_not_stored() {
    let mut live = LiveRoom::new(room(false));
    let at = Moment::from_millis(0);
    for number in [1, 2] {
        live.join(SocketId(number), account(u128::from(number)), &Heads::new());
    }
    let mut types =
        |millis: i64| live.typing(SocketId(1), Channel::Joint, Moment::from_millis(millis)).is_some();
    let passed: Vec<i64> = (0..50).map(|tenth| tenth * 100).filter(|millis| types(*millis)).collect();
    assert_eq!(passed, [0, 2_000, 4_000]);
    let hands: Vec<bool> =
        [true, true, false, false, true].map(|up| live.hand(SocketId(1), up).is_some()).into();
    assert_eq!(hands, [true, false, true, false, true], "only a change is news");
    live.leave(SocketId(1), at);
    live.tick(at.plus(super::super::presence::GRACE_PERIOD));
    live.join(SocketId(1), account(1), &Heads::new());
    assert!(live.hand(SocketId(1), true).is_some(), "whoever left has no hand up");
}

#[test]
fn r18_after_a_private_signal_nobody_sees_somebody_type() {
    let mut now = room(false);
    let mut live = LiveRoom::new(now.clone());
    for number in [1, 2] {
        live.join(SocketId(number), account(u128::from(number)), &Heads::new());
    }
    let at = Moment::from_millis(0);
    assert!(live.typing(SocketId(1), Channel::Joint, at).is_some(), "they do see it before");
    if let Stage::Mediation(mediation) = &mut now.dispute.stage {
        *mediation.room.signals.of_mut(Side::Respondent) = Some(domain::room::Signal::Unsafe);
    }
    live.change(now, at);
    let later = at.plus(TYPING_PERIOD);
    assert_eq!(live.typing(SocketId(1), Channel::Joint, later), None);
}

#[test]
fn whoever_loses_the_seat_is_dismissed() {
    let mut live = LiveRoom::new(room(false));
    live.join(SocketId(2), account(2), &Heads::new());
    live.join(SocketId(1), account(1), &Heads::new());
    let mut now = room(false);
    now.seats.retain(|row| row.account != account(2));
    now.dispute.parties.respondent.joining = domain::party::Joining::Awaited { pending: vec![] };
    let effects = live.change(now, Moment::from_millis(5));
    assert!(effects.contains(&Effect::Dismiss(SocketId(2))));
    assert!(!effects.contains(&Effect::Dismiss(SocketId(1))));
}
