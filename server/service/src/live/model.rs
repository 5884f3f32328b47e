//! Every life of a small room, walked by a model checker: people post, resend what they have no answer for, lose their
//! line, come back; the program dies; hints come late, in another order or not at all; somebody's seat ends. The room
//! ([`LiveRoom`]) and what a connection says ([`Told`]) are the ones that run; the database is a list. Each way of
//! breaking it on purpose is found by the checker, so that it is known to look.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use domain::entry::{Author, Body, Entry};
use domain::ids::{AccountId, EntryId};
use domain::language::Language;
use domain::room::{Channel, Seat};
use domain::time::Moment;
use stateright::{Checker, HasDiscoveries, Model, Property};
use uuid::Uuid;

use super::room::{Effect, GAP_PERIOD, Heads, LiveRoom, News, SocketId};
use super::told::Told;
use crate::acts::rooms::tests::{account, room};

/// The claimant and the respondent.
const PEOPLE: usize = 2;
const CHANNELS: [Channel; 2] = [Channel::Joint, Channel::CaucusClaimant];

/// A way in which the house could be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// A post that is sent again is stored again.
    StoresAgain,
    /// The answer goes out before the commit, and the program may die in between.
    AnswersFirst,
    /// The answer to a post overtakes what was stored before it.
    Overtakes,
    /// The room passes on what it hears as it hears it.
    PassesOnAtOnce,
    /// Who comes back is passed on again what was replayed.
    ForgetsTheReplay,
    /// Everybody who is there is sent everything.
    AsksForNoSeat,
}

/// What may happen, and how often.
#[derive(Debug, Clone, Copy)]
struct House {
    fault: Option<Fault>,
    posts_max: u8,
    breaks_max: u8,
    crashes_max: u8,
    lost_max: u8,
    removals_max: u8,
}

const CALM: House =
    House { fault: None, posts_max: 2, breaks_max: 0, crashes_max: 0, lost_max: 0, removals_max: 0 };

/// What reaches a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Frame {
    Entry { channel: Channel, seq: u64, id: u8 },
    Posted { channel: Channel, seq: u64, id: u8 },
}

/// A telephone, as simple as one may be: it asks after the last number that it knows, and sends again on a new line
/// whatever it has no answer for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Phone {
    outbox: Vec<(Channel, u8)>,
    list: BTreeMap<Channel, BTreeMap<u64, u8>>,
    /// A number came twice, or after a later one.
    is_confused: bool,
    line: Option<Line>,
}

/// An open line: first what is stored is replayed, then the connection has a seat in the room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Line {
    told: Told<Frame>,
    is_joined: bool,
    /// Posts that went out on it and have not reached the house.
    up: Vec<(Channel, u8)>,
    /// What the room put into its queue.
    queue: Vec<(Channel, u64, u8)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Hint {
    Entry(Channel, u64),
    Room,
}

#[derive(Debug, Clone)]
struct World {
    /// The database: the ids of each channel's entries, in their order.
    stored: BTreeMap<Channel, Vec<u8>>,
    /// Up to where the respondent may read, once their seat has ended.
    until: Option<Heads>,
    /// What was answered with `posted`.
    acknowledged: Vec<(Channel, u8)>,
    phones: [Phone; PEOPLE],
    live: LiveRoom,
    hints: Vec<Hint>,
    posts: u8,
    breaks: u8,
    crashes: u8,
    lost: u8,
    removals: u8,
    /// A frame reached somebody who has no seat for it.
    is_leaked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Says(usize, Channel),
    /// The oldest waiting post is stored; whether the line holds until the answer is there.
    Posts(usize, bool),
    Calls(usize),
    Joins(usize),
    Takes(usize),
    Breaks(usize),
    Hears(usize),
    Loses(usize),
    Rereads,
    Fills,
    Crashes,
    Removes,
}

fn person(at: usize) -> AccountId {
    account(u128::try_from(at).unwrap_or(0) + 1)
}

fn socket(at: usize) -> SocketId {
    SocketId(u64::try_from(at).unwrap_or(0))
}

fn entry(channel: Channel, seq: u64, id: u8) -> Arc<Entry> {
    Arc::new(Entry {
        channel,
        seq,
        id: EntryId::new(Uuid::from_u128(u128::from(id))),
        at: Moment::from_millis(0),
        by: Author::Seat(Seat::Mediator),
        body: Body::Message { text: String::new(), lang: Language::English.into() },
    })
}

impl World {
    fn new() -> Self {
        Self {
            stored: BTreeMap::new(),
            until: None,
            acknowledged: Vec::new(),
            phones: Default::default(),
            live: LiveRoom::new(room(false)),
            hints: Vec::new(),
            posts: 0,
            breaks: 0,
            crashes: 0,
            lost: 0,
            removals: 0,
            is_leaked: false,
        }
    }

    fn head(&self, channel: Channel) -> u64 {
        self.stored.get(&channel).map_or(0, |ids| u64::try_from(ids.len()).unwrap_or(0))
    }

    fn id_at(&self, channel: Channel, seq: u64) -> u8 {
        let at = usize::try_from(seq).unwrap_or(0).saturating_sub(1);
        self.stored.get(&channel).and_then(|ids| ids.get(at)).copied().unwrap_or(0)
    }

    /// The room as the database holds it.
    fn now(&self) -> crate::acts::rooms::RoomNow {
        let mut now = room(false);
        now.heads = CHANNELS.iter().map(|channel| (*channel, self.head(*channel))).collect();
        if let Some(until) = &self.until {
            for row in now.seats.iter_mut().filter(|row| row.account == person(1)) {
                row.until_seq = Some(until.get(&row.channel).copied().unwrap_or(0));
            }
        }
        now
    }

    /// Up to where that person may read the channel, and nothing where they have no seat.
    fn reach(&self, at: usize, channel: Channel) -> Option<u64> {
        match (at, channel) {
            (1, Channel::CaucusClaimant) => None,
            (1, _) => {
                Some(self.until.as_ref().map_or(u64::MAX, |until| until.get(&channel).copied().unwrap_or(0)))
            }
            _ => Some(u64::MAX),
        }
    }

    /// A frame reaches a telephone.
    fn arrives(&mut self, at: usize, frame: Frame) {
        let (Frame::Entry { channel, seq, id } | Frame::Posted { channel, seq, id }) = frame;
        let is_theirs = self.reach(at, channel).is_some_and(|reach| seq <= reach);
        self.is_leaked |= matches!(frame, Frame::Entry { .. }) && !is_theirs;
        let phone = &mut self.phones[at];
        let list = phone.list.entry(channel).or_default();
        let is_last = list.last_key_value().is_none_or(|(last, _)| *last < seq);
        match (frame, list.get(&seq)) {
            // An answer that comes again is the same answer.
            (Frame::Posted { .. }, Some(known)) if *known == id => {}
            _ if is_last => drop(list.insert(seq, id)),
            _ => phone.is_confused = true,
        }
        phone.outbox.retain(|waiting| *waiting != (channel, id));
        if matches!(frame, Frame::Posted { .. }) && !self.acknowledged.contains(&(channel, id)) {
            self.acknowledged.push((channel, id));
        }
    }

    fn follow(&mut self, effects: Vec<Effect>, fault: Option<Fault>) {
        for effect in effects {
            let Effect::Send { mut to, news: News::Entry(entry) } = effect else { continue };
            if fault == Some(Fault::AsksForNoSeat) {
                to = (0..PEOPLE).map(socket).collect();
            }
            self.queue(&to, entry.channel, entry.seq);
        }
    }

    fn queue(&mut self, to: &[SocketId], channel: Channel, seq: u64) {
        let id = self.id_at(channel, seq);
        for (at, phone) in self.phones.iter_mut().enumerate() {
            if let Some(line) = phone.line.as_mut().filter(|line| line.is_joined && to.contains(&socket(at)))
            {
                line.queue.push((channel, seq, id));
            }
        }
    }

    /// Everything beyond what was told, up to `until`, as the connection reads it for itself.
    fn replay(&mut self, at: usize, channel: Channel, until: u64) {
        let Some(reach) = self.reach(at, channel) else { return };
        let last = self.phones[at].line.as_ref().map_or(0, |line| line.told.last(channel));
        for seq in last + 1..=until.min(reach).min(self.head(channel)) {
            let id = self.id_at(channel, seq);
            self.arrives(at, Frame::Entry { channel, seq, id });
            if let Some(line) = &mut self.phones[at].line {
                line.told.begin(channel, seq);
            }
        }
    }

    fn calls(&mut self, at: usize) {
        let up = self.phones[at].outbox.clone();
        self.phones[at].line = Some(Line { up, ..Line::default() });
        for channel in CHANNELS {
            let known = self.phones[at].list.get(&channel).and_then(|list| list.last_key_value());
            let known = known.map_or(0, |(seq, _)| *seq).min(self.head(channel));
            let is_theirs = self.reach(at, channel).is_some();
            if let Some(line) = self.phones[at].line.as_mut().filter(|_| is_theirs) {
                line.told.begin(channel, known);
            }
            self.replay(at, channel, u64::MAX);
        }
    }

    fn joins(&mut self, at: usize, fault: Option<Fault>) {
        let mut read =
            self.phones[at].line.as_ref().map(|line| line.told.heads().clone()).unwrap_or_default();
        if fault == Some(Fault::ForgetsTheReplay) {
            read.clear();
        }
        let Some((heads, effects)) = self.live.join(socket(at), person(at), &read) else { return };
        if let Some(line) = &mut self.phones[at].line {
            line.is_joined = true;
        }
        for (channel, head) in heads {
            if CHANNELS.contains(&channel) {
                self.replay(at, channel, head);
            }
        }
        self.follow(effects, fault);
    }

    /// The next post that waits is stored, unless it is known; then its answer goes out, where the line holds so long.
    fn posts(&mut self, at: usize, holds: bool, fault: Option<Fault>) {
        let Some(line) = &mut self.phones[at].line else { return };
        let (channel, id) = line.up.remove(0);
        // Whoever has no seat any more is refused, and told so.
        if self.reach(at, channel) != Some(u64::MAX) {
            self.phones[at].outbox.retain(|waiting| *waiting != (channel, id));
            return;
        }
        let ids = self.stored.entry(channel).or_default();
        let known = ids.iter().position(|known| *known == id).filter(|_| fault != Some(Fault::StoresAgain));
        let seq = u64::try_from(known.unwrap_or(ids.len())).unwrap_or(0) + 1;
        // The program dies between the answer and the commit.
        let dies = fault == Some(Fault::AnswersFirst) && known.is_none() && self.crashes == 0;
        if known.is_none() && !dies {
            ids.push(id);
            self.hints.push(Hint::Entry(channel, seq));
        }
        if !holds {
            return self.breaks_off(at);
        }
        let posted = Frame::Posted { channel, seq, id };
        let Some(line) = &mut self.phones[at].line else { return };
        let answer = line.told.post(channel, seq, posted);
        let answer = if fault == Some(Fault::Overtakes) { Some(posted) } else { answer };
        if let Some(answer) = answer {
            self.arrives(at, answer);
        }
        if dies {
            self.crash();
        }
    }

    fn takes(&mut self, at: usize, fault: Option<Fault>) {
        let Some(line) = &mut self.phones[at].line else { return };
        let (channel, seq, id) = line.queue.remove(0);
        let frames = match fault {
            Some(Fault::PassesOnAtOnce | Fault::ForgetsTheReplay) => vec![Frame::Entry { channel, seq, id }],
            _ => line.told.hear(channel, seq, Frame::Entry { channel, seq, id }),
        };
        for frame in frames {
            self.arrives(at, frame);
        }
    }

    fn breaks_off(&mut self, at: usize) {
        self.phones[at].line = None;
        self.live.leave(socket(at), Moment::from_millis(0));
    }

    /// The program dies and starts again: what is left is what was stored.
    fn crash(&mut self) {
        self.crashes += 1;
        for phone in &mut self.phones {
            phone.line = None;
        }
        self.hints.clear();
        self.live = LiveRoom::new(self.now());
    }

    fn hears(&mut self, at: usize, fault: Option<Fault>) {
        match self.hints.remove(at) {
            Hint::Room => self.rereads(fault),
            Hint::Entry(channel, seq) if fault == Some(Fault::PassesOnAtOnce) => {
                let there: Vec<_> =
                    (0..PEOPLE).filter(|at| self.reach(*at, channel).is_some()).map(socket).collect();
                self.queue(&there, channel, seq);
            }
            Hint::Entry(channel, seq) => {
                let heard = entry(channel, seq, self.id_at(channel, seq));
                let effects = self.live.hear(heard, Moment::from_millis(0));
                self.follow(effects, fault);
            }
        }
    }

    fn rereads(&mut self, fault: Option<Fault>) {
        let effects = self.live.change(self.now(), Moment::from_millis(0));
        self.follow(effects, fault);
    }

    /// What the room knows to be missing is read from the database.
    fn fills(&mut self, fault: Option<Fault>) {
        let at = Moment::from_millis(0).plus(GAP_PERIOD);
        for gap in self.live.gaps(at) {
            for seq in gap.after + 1..=self.head(gap.channel) {
                let heard = entry(gap.channel, seq, self.id_at(gap.channel, seq));
                let effects = self.live.hear(heard, at);
                self.follow(effects, fault);
            }
            self.live.looked(gap, Moment::from_millis(0));
        }
    }

    /// The respondent's seat ends: they read up to here.
    fn removes(&mut self) {
        self.removals += 1;
        self.until = Some(CHANNELS.iter().map(|channel| (*channel, self.head(*channel))).collect());
        self.hints.push(Hint::Room);
    }

    /// Nothing is under way, everybody is there, and the room knows what is stored.
    fn is_quiet(&self) -> bool {
        let rests = |phone: &Phone| {
            phone.outbox.is_empty()
                && phone.line.as_ref().is_some_and(|line| line.is_joined && line.queue.is_empty())
        };
        self.hints.is_empty() && self.phones.iter().all(rests) && self.live.key().rests && self.lost == 0
    }

    /// What that telephone should show.
    fn due(&self, at: usize) -> BTreeMap<Channel, BTreeMap<u64, u8>> {
        let of = |channel: Channel| {
            let last = self.reach(at, channel)?.min(self.head(channel));
            (last > 0).then(|| (channel, (1..=last).map(|seq| (seq, self.id_at(channel, seq))).collect()))
        };
        CHANNELS.into_iter().filter_map(of).collect()
    }

    fn key(&self) -> impl Hash + PartialEq + '_ {
        let counts = (self.posts, self.breaks, self.crashes, self.lost, self.removals, self.is_leaked);
        let rows = (&self.stored, &self.until, &self.acknowledged);
        (rows, &self.phones, &self.hints, self.live.key(), counts)
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Model for House {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        vec![World::new()]
    }

    fn actions(&self, world: &World, all: &mut Vec<Happening>) {
        use Happening as H;
        for (at, phone) in world.phones.iter().enumerate() {
            if world.posts < self.posts_max {
                let channels =
                    CHANNELS.into_iter().filter(|channel| world.reach(at, *channel) == Some(u64::MAX));
                all.extend(channels.map(|channel| H::Says(at, channel)));
            }
            let Some(line) = &phone.line else {
                all.push(H::Calls(at));
                continue;
            };
            if !line.is_joined {
                all.push(H::Joins(at));
            } else if !line.up.is_empty() {
                all.push(H::Posts(at, true));
                all.extend((world.breaks < self.breaks_max).then_some(H::Posts(at, false)));
            }
            all.extend((!line.queue.is_empty()).then_some(H::Takes(at)));
            all.extend((world.breaks < self.breaks_max).then_some(H::Breaks(at)));
        }
        for (at, hint) in world.hints.iter().enumerate() {
            // Entries may overtake each other; a change of seats is heard before what was stored after it.
            let is_first =
                !world.hints.iter().take(at).any(|before| *before == Hint::Room || *hint == Hint::Room);
            all.extend(is_first.then_some(H::Hears(at)));
            all.extend((world.lost < self.lost_max && *hint != Hint::Room).then_some(H::Loses(at)));
        }
        all.extend((world.lost > 0).then_some(H::Rereads));
        all.extend((!world.live.key().rests).then_some(H::Fills));
        all.extend((world.crashes < self.crashes_max).then_some(H::Crashes));
        all.extend((world.removals < self.removals_max).then_some(H::Removes));
    }

    fn next_state(&self, world: &World, happening: Happening) -> Option<World> {
        let mut next = world.clone();
        match happening {
            Happening::Says(at, channel) => {
                let said = (channel, next.posts);
                next.posts += 1;
                next.phones[at].outbox.push(said);
                next.phones[at].line.iter_mut().for_each(|line| line.up.push(said));
            }
            Happening::Posts(at, holds) => {
                next.breaks += u8::from(!holds);
                next.posts(at, holds, self.fault);
            }
            Happening::Calls(at) => next.calls(at),
            Happening::Joins(at) => next.joins(at, self.fault),
            Happening::Takes(at) => next.takes(at, self.fault),
            Happening::Breaks(at) => {
                next.breaks += 1;
                next.breaks_off(at);
            }
            Happening::Hears(at) => next.hears(at, self.fault),
            Happening::Loses(at) => {
                next.lost += 1;
                next.hints.remove(at);
            }
            Happening::Rereads => {
                next.lost = 0;
                next.rereads(self.fault);
            }
            Happening::Fills => next.fills(self.fault),
            Happening::Crashes => next.crash(),
            Happening::Removes => next.removes(),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing reaches a wrong seat", |_, world: &World| !world.is_leaked),
            Property::always("nothing comes twice or out of order", |_, world: &World| {
                world.phones.iter().all(|phone| !phone.is_confused)
            }),
            Property::always("nothing is stored twice", |_, world: &World| {
                world.stored.values().all(|ids| (1..ids.len()).all(|at| !ids[at..].contains(&ids[at - 1])))
            }),
            Property::always("what was acknowledged is stored", |_, world: &World| {
                let is_stored = |(channel, id): &(Channel, u8)| {
                    world.stored.get(channel).is_some_and(|ids| ids.contains(id))
                };
                world.acknowledged.iter().all(is_stored)
            }),
            Property::always("when all is quiet everybody has everything", |_, world: &World| {
                !world.is_quiet() || (0..PEOPLE).all(|at| world.phones[at].list == world.due(at))
            }),
            Property::sometimes(REACHED, |house: &Self, world: &World| {
                world.is_quiet() && world.posts == house.posts_max && world.crashes == house.crashes_max
            }),
        ]
    }
}

/// The promise that every life can be walked to: without it the others would hold of a room in which nothing happens.
const REACHED: &str = "all is said, and quiet";

/// Walks every life; gives the promises that are broken in one of them.
fn walk(house: House) -> Vec<&'static str> {
    let checker = house.checker().threads(2).spawn_bfs().join();
    checker.assert_any_discovery(REACHED);
    checker.discoveries().into_keys().filter(|promise| *promise != REACHED).collect()
}

#[test]
fn no_life_of_a_room_breaks_a_promise() {
    for house in [
        House { posts_max: 3, ..CALM },
        House { breaks_max: 1, ..CALM },
        House { crashes_max: 1, ..CALM },
        House { lost_max: 1, ..CALM },
        House { removals_max: 1, ..CALM },
    ] {
        assert_eq!(walk(house), [""; 0], "{house:?}");
    }
}

#[test]
fn each_way_of_breaking_it_is_found() {
    for (fault, promise) in [
        (Fault::StoresAgain, "nothing is stored twice"),
        (Fault::AnswersFirst, "what was acknowledged is stored"),
        (Fault::Overtakes, "nothing comes twice or out of order"),
        (Fault::PassesOnAtOnce, "nothing comes twice or out of order"),
        (Fault::ForgetsTheReplay, "nothing comes twice or out of order"),
        (Fault::AsksForNoSeat, "nothing reaches a wrong seat"),
    ] {
        let house = House { fault: Some(fault), breaks_max: 1, ..CALM };
        let found = HasDiscoveries::AnyOf([promise].into());
        let checker = house.checker().threads(2).finish_when(found).spawn_bfs().join();
        assert!(checker.discovery(promise).is_some(), "{fault:?} goes unseen");
    }
}
