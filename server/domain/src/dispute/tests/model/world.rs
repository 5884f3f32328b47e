//! The world of the model: one stored dispute, what is decided and waits to be stored, and what the promises are about.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use crate::agreement::{Revision, Signer};
use crate::deadlines::Periods;
use crate::dispute::{Actor, Command, Dispute, Event, House, decide};
use crate::language::RecordLanguage;
use crate::party::{Side, Sides};
use crate::settlement::Attestation;
use crate::time::Moment;

use super::super::play::{
    DAY, DELA, NOOR, OMAR, Play, accept_authority, attest, claim_authority, companion, freeze, propose, sign,
};
use super::super::stages;
use super::faults::{Fault, applied, is_forgotten, misread};
use super::shape::{Shape, digest, text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    Party(Side),
    /// Dela.
    Representative,
    /// Noor, and Omar after her.
    Mediator,
    Registrar,
    House,
}

/// A text, by the byte of which its digest is made.
pub(super) type Text = u8;

/// What somebody presses. A text is the one on the page before them, which may be an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Wish {
    Revise(u32, Text),
    BeReady(Text),
    Freeze(Text),
    Waive(Text),
    Sign(Text, bool),
    TakeBack,
    Attest(Text),
    ClaimAuthority,
    AcceptAuthority,
    EndAuthority,
    EndSeat,
    LeaveAsMediator,
    Withdraw,
    PassDeadline,
}

impl Wish {
    /// Whether what others do between deciding and storing is looked at; of the rest it is the same, and takes long.
    pub(super) const fn races(self) -> bool {
        matches!(self, Self::Revise(..) | Self::Sign(..) | Self::TakeBack | Self::Attest(_) | Self::Withdraw)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Request {
    pub(super) who: Who,
    pub(super) wish: Wish,
}

/// What was decided upon a version of the dispute, and not stored yet.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) request: Request,
    version: u32,
    after: Dispute,
    events: Vec<Event>,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) dispute: Dispute,
    version: u32,
    begun: Moment,
    pub(super) days: u32,
    /// The stored texts, by the number of their revision.
    pub(super) texts: BTreeMap<u32, Text>,
    pub(super) racing: Vec<Decided>,
    /// What stood on the page of whoever gave the signature that stands.
    pub(super) read: Sides<Option<Text>>,
    /// Who said that they do not sign freely, and neither signed nor read another text since.
    doubts: Sides<bool>,
    /// What every party has signed.
    pub(super) executed: Vec<Text>,
    pub(super) sealed: Vec<Text>,
    pub(super) mails: BTreeMap<(Who, Mail), u8>,
    pub(super) wrong: Wrong,
}

/// The mails of what happens once: to the mediator when all have signed, and the record to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mail {
    Attest,
    Record,
}

/// What can be seen only while it happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Wrong {
    /// Somebody signed for a party, and no registrar had accepted that.
    pub(super) signed_without_authority: bool,
    /// Somebody signed for a party that had said that it does not sign freely.
    pub(super) signed_over_a_no: bool,
    /// A record was sealed of what not both had signed.
    pub(super) sealed_unsigned: bool,
    /// A text was written over another of the same number.
    pub(super) overwritten: bool,
}

impl World {
    /// A text is frozen, nobody has signed, and where Dela sits the claimant has asked that she may sign. The mediation
    /// would lapse in two days.
    pub(super) fn begins(represented: bool) -> Self {
        let play: Play = if represented { stages::authority_claimed() } else { stages::mediation() };
        let play = play.waits(DAY * 28);
        let mut world = Self {
            dispute: play.dispute,
            version: 1,
            begun: play.now,
            days: 0,
            texts: BTreeMap::new(),
            racing: Vec::new(),
            read: Sides::default(),
            doubts: Sides::default(),
            executed: Vec::new(),
            sealed: Vec::new(),
            mails: BTreeMap::new(),
            wrong: Wrong::default(),
        };
        let [one, other] = Side::BOTH.map(|side| Request { who: Who::Party(side), wish: Wish::BeReady(1) });
        for request in [by_mediator(Wish::Revise(0, 1)), one, other, by_mediator(Wish::Freeze(1))] {
            let decided = world.decides(request, None).expect("a frozen text");
            world.stores(decided, None);
        }
        world
    }

    fn house(&self) -> House {
        let periods = Periods { attestation: DAY, ..Periods::default() };
        House { now: self.begun.plus(DAY * self.days), periods }
    }

    fn command(&self, wish: Wish, who: Who) -> Command {
        let by = if who == Who::House { Attestation::Institution } else { Attestation::Mediator };
        match wish {
            Wish::Revise(base, text) => {
                let (prevailing, languages) =
                    (RecordLanguage::English, vec![RecordLanguage::English, RecordLanguage::Bangla]);
                let revision = Revision { number: base + 1, digest: digest(text), prevailing, languages };
                Command::Revise { base, revision }
            }
            Wish::BeReady(text) => Command::BeReadyToSign(digest(text)),
            Wish::Freeze(text) => freeze(digest(text)),
            Wish::Waive(text) => Command::Waive(digest(text)),
            Wish::Sign(text, freely) => sign(digest(text), freely),
            Wish::TakeBack => Command::TakeSignatureBack,
            Wish::Attest(text) => attest(digest(text), by),
            Wish::ClaimAuthority => claim_authority(),
            Wish::AcceptAuthority => accept_authority(),
            Wish::EndAuthority => Command::EndAuthority(companion(1)),
            Wish::EndSeat => Command::EndCompanion(companion(1)),
            Wish::LeaveAsMediator => Command::SeekAnotherMediator,
            Wish::Withdraw => Command::Withdraw,
            Wish::PassDeadline => Command::PassDeadline,
        }
    }

    fn actor(&self, who: Who) -> Actor {
        match who {
            Who::Party(side) => Actor::Party(side),
            Who::Representative => Actor::Companion(DELA),
            Who::Mediator => Actor::Mediator(self.dispute.mediator().unwrap_or(NOOR)),
            Who::Registrar => Actor::Registrar,
            Who::House => Actor::House,
        }
    }

    /// What comes of it upon what is stored now, where anything does.
    pub(super) fn decides(&self, request: Request, fault: Option<Fault>) -> Option<Decided> {
        let Request { who, mut wish } = request;
        if let (Some(Fault::AsksForNoDigest), Wish::Sign(_, freely), Some(text)) =
            (fault, wish, text(&self.dispute))
        {
            wish = Wish::Sign(text, freely);
        }
        let (command, house) = (self.command(wish, who), self.house());
        let misread = misread(&self.dispute, who, wish, fault);
        let read = misread.as_ref().unwrap_or(&self.dispute);
        let decided = decide(read, &command, self.actor(who), &house);
        let events = decided.ok().filter(|events| !events.is_empty())?;
        let events: Vec<Event> =
            events.into_iter().filter(|event| !is_forgotten(event, wish, fault)).collect();
        let after = applied(self.dispute.clone(), &events, house.now, fault);
        Some(Decided { request, version: self.version, after, events })
    }

    /// Decided, and not stored yet.
    pub(super) fn races(&mut self, decided: Decided, fault: Option<Fault>) {
        if fault == Some(Fault::MailsFirst) {
            self.mails(&decided.events);
        }
        self.racing.push(decided);
        self.racing.sort_by_key(|one| one.request);
    }

    /// The whole row is written, where it is still the one that was read. With it go its mails.
    pub(super) fn stores(&mut self, decided: Decided, fault: Option<Fault>) {
        let Decided { request, version, after, events } = decided;
        if version != self.version && fault != Some(Fault::AsksForNoVersion) {
            return;
        }
        if fault != Some(Fault::MailsFirst) {
            self.mails(&events);
        }
        self.version += 1;
        let before = std::mem::replace(&mut self.dispute, after);
        for event in &events {
            self.notes(request, &before, event);
        }
        for side in Side::BOTH {
            if self.dispute.agreement.signature(side).is_none() {
                *self.read.of_mut(side) = None;
            }
        }
    }

    /// What the promises are about, kept beside what the house keeps.
    fn notes(&mut self, Request { who, wish }: Request, before: &Dispute, event: &Event) {
        match event {
            Event::Revised { revision } => {
                let text = revision.digest.0[0];
                let earlier = self.texts.insert(revision.number, text);
                self.wrong.overwritten |= earlier.is_some_and(|earlier| earlier != text);
                self.doubts = Sides::default();
            }
            Event::NotFreely { side } if who == Who::Party(*side) => *self.doubts.of_mut(*side) = true,
            Event::Signed { side, by, .. } => {
                if let Wish::Sign(read, _) = wish {
                    *self.read.of_mut(*side) = Some(read);
                }
                if *by == Signer::Party {
                    *self.doubts.of_mut(*side) = false;
                } else {
                    self.wrong.signed_without_authority |= before.represented_by(DELA).is_none();
                    self.wrong.signed_over_a_no |= *self.doubts.of(*side);
                }
            }
            Event::AllSigned { digest } => self.executed.push(digest.0[0]),
            Event::Sealed { digest, .. } => {
                let sealed = Some(digest.0[0]);
                let is_bound = before.agreement.is_binding() && text(before) == sealed;
                self.wrong.sealed_unsigned |= !is_bound || !self.read.both(|read| *read == sealed);
                self.sealed.extend(sealed);
            }
            _ => {}
        }
    }

    fn mails(&mut self, events: &[Event]) {
        for event in events {
            let mails = match event {
                Event::AllSigned { .. } => vec![(Who::Mediator, Mail::Attest)],
                Event::Sealed { .. } => {
                    let all = [Who::Party(Side::Claimant), Who::Party(Side::Respondent), Who::Mediator];
                    all.map(|who| (who, Mail::Record)).to_vec()
                }
                _ => Vec::new(),
            };
            for mail in mails {
                *self.mails.entry(mail).or_default() += 1;
            }
        }
    }

    /// Omar is proposed, accepts, and both approve.
    pub(super) fn another_mediator(&mut self, fault: Option<Fault>) -> Option<()> {
        let omar = Actor::Mediator(OMAR);
        let approve = Command::Approve { reads_earlier: false };
        for (actor, command) in [
            (Actor::Registrar, propose(OMAR, false)),
            (omar, Command::AcceptAssignment { disclosed: false }),
            (Actor::Party(Side::Claimant), approve.clone()),
            (Actor::Party(Side::Respondent), approve),
        ] {
            let house = self.house();
            let events = decide(&self.dispute, &command, actor, &house).ok()?;
            self.dispute = applied(self.dispute.clone(), &events, house.now, fault);
        }
        self.version += 1;
        Some(())
    }

    fn key(&self) -> impl Hash + PartialEq + '_ {
        let racing = self.racing.iter().map(|one| {
            let kinds: Vec<_> = one.events.iter().map(Event::kind).collect();
            (one.request, one.version == self.version, Shape::of(&one.after), kinds)
        });
        let racing: Vec<_> = racing.collect();
        let noted =
            (&self.read.claimant, &self.read.respondent, self.doubts.claimant, self.doubts.respondent);
        let done = (&self.executed, &self.sealed, &self.mails, self.wrong);
        (Shape::of(&self.dispute), self.days, &self.texts, racing, noted, done)
    }
}

pub(super) const fn by_mediator(wish: Wish) -> Request {
    Request { who: Who::Mediator, wish }
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
