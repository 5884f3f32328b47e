//! Every life of a small signing, walked by a model checker: people press what they read, on whatever page they have open
//! and as often as they like; others change the text meanwhile; the program dies between deciding and storing. The law
//! (`decide`, `apply`) is the one that runs; the store is one row with its version, and mails are rows of the same
//! transaction. Each way of breaking it on purpose is found by the checker, so that it is known to look.

mod faults;
mod shape;
mod world;

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::agreement::Signer;
use crate::dispute::{Stage, StageName};
use crate::party::Side;

use self::faults::Fault;
use self::shape::text;
use self::world::{Mail, Request, Text, Who, Wish, World};
use super::play::{DELA, OMAR};

/// What may happen, and how often.
#[derive(Debug, Clone, Copy)]
struct Life {
    fault: Option<Fault>,
    /// How many texts are written, the one that is frozen at the beginning included.
    texts_max: usize,
    /// How many wait between deciding and storing at once.
    racing_max: usize,
    days_max: u32,
    /// Whether Dela sits beside the claimant, and may come to sign for it.
    represented: bool,
    /// Whether parties say that they do not sign freely.
    doubted: bool,
    /// Whether a mediator leaves and another one comes, and whether a party leaves.
    left: bool,
}

const CALM: Life = Life {
    fault: None,
    texts_max: 1,
    racing_max: 1,
    days_max: 0,
    represented: false,
    doubted: false,
    left: false,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    /// Decided and stored at once.
    Does(Request),
    Decides(Request),
    Stores(usize),
    Crashes,
    AnotherMediatorComes,
    Waits,
}

impl Life {
    /// What anybody can press, whether or not it is for them.
    fn requests(&self, world: &World) -> Vec<Request> {
        let mut all = Vec::new();
        let mut add = |who, wish| all.push(Request { who, wish });
        let parties = Side::BOTH.map(Who::Party);
        let (claimant, respondent) = (Who::Party(Side::Claimant), Who::Party(Side::Respondent));
        let signers = parties.into_iter().chain(self.represented.then_some(Who::Representative));
        for who in signers {
            for text in world.texts.values() {
                add(who, Wish::BeReady(*text));
                add(who, Wish::Sign(*text, true));
                if who != Who::Representative {
                    add(who, Wish::Waive(*text));
                }
                if self.doubted {
                    add(who, Wish::Sign(*text, false));
                }
            }
            add(who, Wish::TakeBack);
        }
        for text in world.texts.values() {
            add(Who::Mediator, Wish::Freeze(*text));
            add(Who::Mediator, Wish::Attest(*text));
        }
        if world.texts.len() < self.texts_max {
            // The same again, where no answer came; and another.
            let written = world.racing.iter().filter_map(|one| match one.request.wish {
                Wish::Revise(base, text) => Some((base, text)),
                _ => None,
            });
            let written: Vec<_> = written.collect();
            let is_known = |text: Text| {
                let is_written = written.iter().any(|(_, written)| *written == text);
                is_written || world.texts.values().any(|stored| *stored == text)
            };
            let next = (1..).find(|text| !is_known(*text)).unwrap_or(Text::MAX);
            written.into_iter().for_each(|(base, text)| add(Who::Mediator, Wish::Revise(base, text)));
            world.texts.keys().for_each(|base| add(Who::Mediator, Wish::Revise(*base, next)));
        }
        if self.represented {
            add(claimant, Wish::ClaimAuthority);
            add(claimant, Wish::EndAuthority);
            add(Who::Registrar, Wish::AcceptAuthority);
            add(Who::Representative, Wish::EndSeat);
        }
        if self.left {
            add(Who::Mediator, Wish::LeaveAsMediator);
            add(respondent, Wish::Withdraw);
        }
        if self.days_max > 0 {
            add(Who::House, Wish::PassDeadline);
            world.texts.values().for_each(|text| add(Who::House, Wish::Attest(*text)));
        }
        all
    }
}

impl Model for Life {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        vec![World::begins(self.represented)]
    }

    fn actions(&self, world: &World, all: &mut Vec<Happening>) {
        use Happening as H;
        for request in self.requests(world) {
            match request.wish.races() && self.racing_max > 0 {
                true if world.racing.len() >= self.racing_max => {}
                true => all.push(H::Decides(request)),
                false => all.push(H::Does(request)),
            }
        }
        all.extend((0..world.racing.len()).map(H::Stores));
        all.extend((!world.racing.is_empty()).then_some(H::Crashes));
        let is_sought = world.dispute.stage.name() == StageName::Assigning;
        all.extend(is_sought.then_some(H::AnotherMediatorComes));
        all.extend((world.days < self.days_max).then_some(H::Waits));
    }

    fn next_state(&self, world: &World, happening: Happening) -> Option<World> {
        let fault = self.fault;
        // What is refused changes nothing.
        if let Happening::Does(request) | Happening::Decides(request) = happening {
            let decided = world.decides(request, fault)?;
            let mut next = world.clone();
            if matches!(happening, Happening::Does(_)) {
                next.stores(decided, fault);
            } else {
                next.races(decided, fault);
            }
            return Some(next);
        }
        let mut next = world.clone();
        match happening {
            Happening::Stores(at) => {
                let decided = next.racing.remove(at);
                next.stores(decided, fault);
            }
            // Nobody has an answer: they press again, or do not.
            Happening::Crashes => next.racing.clear(),
            Happening::AnotherMediatorComes => next.another_mediator(fault)?,
            Happening::Waits => next.days += 1,
            Happening::Does(_) | Happening::Decides(_) => {}
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(READ, |_, world: &World| {
                let stands = |side| world.dispute.agreement.signature(side).is_some();
                Side::BOTH
                    .into_iter()
                    .all(|side| !stands(side) || *world.read.of(side) == text(&world.dispute))
            }),
            Property::always(ONE_EXECUTED, |_, world: &World| world.executed.len() <= 1),
            Property::always(BOTH_SIGNED, |_, world: &World| !world.wrong.sealed_unsigned),
            Property::always(SEALED_ONCE, |_, world: &World| {
                world.sealed.len() == usize::from(world.dispute.stage.name() == StageName::Settled)
            }),
            Property::always(LAST_STANDS, |_, world: &World| {
                let last = world.texts.last_key_value().map(|(number, text)| (*number, Some(*text)));
                last == Some((world.dispute.agreement.number(), text(&world.dispute)))
                    && !world.wrong.overwritten
            }),
            Property::always(AUTHORITY, |_, world: &World| {
                let signature = world.dispute.agreement.signature(Side::Claimant);
                let is_for_it = signature.is_some_and(|signature| signature.by != Signer::Party);
                // What binds stays when the seat ends.
                let is_open =
                    matches!(world.dispute.stage, Stage::Mediation(_)) && world.dispute.agreement.is_frozen();
                let is_kept = world.dispute.represented_by(DELA).is_some();
                !world.wrong.signed_without_authority && (!is_open || !is_for_it || is_kept)
            }),
            Property::always(OWN_WORD, |_, world: &World| !world.wrong.signed_over_a_no),
            Property::always(BINDS, |_, world: &World| {
                let is_kept = matches!(world.dispute.stage, Stage::Mediation(_) | Stage::Settled { .. });
                world.executed.is_empty() || (is_kept && world.dispute.agreement.is_binding())
            }),
            Property::always(ONE_SET_OF_MAILS, |_, world: &World| {
                let sent = |who, mail| world.mails.get(&(who, mail)).map_or(0, |sent| usize::from(*sent));
                let all = [Who::Party(Side::Claimant), Who::Party(Side::Respondent), Who::Mediator];
                let (is_settled, is_executed) = (!world.sealed.is_empty(), !world.executed.is_empty());
                all.into_iter().all(|who| sent(who, Mail::Record) == usize::from(is_settled))
                    && sent(Who::Mediator, Mail::Attest) == usize::from(is_executed)
            }),
            Property::sometimes(REACHED, |life: &Self, world: &World| {
                let signature = world.dispute.agreement.signature(Side::Claimant);
                let is_for_it = signature.is_some_and(|signature| signature.by != Signer::Party);
                world.sealed.len() == 1
                    && world.texts.len() == life.texts_max
                    && is_for_it == life.represented
                    && (world.dispute.mediator() == Some(OMAR)) == life.left
                    && world.days == life.days_max
            }),
        ]
    }
}

const READ: &str = "a signature stands under the text that its signer read";
const ONE_EXECUTED: &str = "one text is executed, once";
const BOTH_SIGNED: &str = "nothing is sealed but what both signed";
const SEALED_ONCE: &str = "what is settled is sealed, and once";
const LAST_STANDS: &str = "the text that stands is the one that was written last";
const AUTHORITY: &str = "nobody signs for a party without authority";
const OWN_WORD: &str = "nobody signs for a party over its no";
const BINDS: &str = "what binds neither ends nor is taken back";
const ONE_SET_OF_MAILS: &str = "each is written to once";

/// The promise that every life can be walked to: without it the others would hold of a signing in which nothing happens.
const REACHED: &str = "all that may happen has happened, and a record is sealed";

/// Walks every life; gives the promises that are broken in one of them.
fn walk(life: Life) -> Vec<&'static str> {
    let checker = life.checker().threads(2).spawn_bfs().join();
    checker.assert_any_discovery(REACHED);
    checker.discoveries().into_keys().filter(|promise| *promise != REACHED).collect()
}

#[test]
fn no_life_of_a_signing_breaks_a_promise() {
    for life in [
        Life { texts_max: 3, racing_max: 2, ..CALM },
        Life { texts_max: 2, racing_max: 3, ..CALM },
        Life { days_max: 2, racing_max: 2, left: true, ..CALM },
        Life { days_max: 3, texts_max: 2, left: true, ..CALM },
        Life { represented: true, texts_max: 2, racing_max: 2, ..CALM },
        Life { represented: true, doubted: true, racing_max: 2, ..CALM },
        Life { represented: true, doubted: true, left: true, ..CALM },
        Life {
            represented: true,
            doubted: true,
            left: true,
            texts_max: 2,
            days_max: 1,
            racing_max: 0,
            ..CALM
        },
    ] {
        assert_eq!(walk(life), [""; 0], "{life:?}");
    }
}

#[test]
fn each_way_of_breaking_it_is_found() {
    let represented = Life { represented: true, doubted: true, racing_max: 0, ..CALM };
    let edited = Life { texts_max: 2, racing_max: 2, ..CALM };
    for (fault, promise, life) in [
        (Fault::AsksForNoDigest, READ, edited),
        (Fault::KeepsSignatures, READ, edited),
        (Fault::AsksForNoVersion, ONE_EXECUTED, edited),
        (Fault::AsksForNoVersion, SEALED_ONCE, edited),
        (Fault::AsksForNoVersion, LAST_STANDS, edited),
        (Fault::AsksForNoVersion, ONE_SET_OF_MAILS, edited),
        (Fault::AsksForNoVersion, BINDS, Life { left: true, racing_max: 2, ..CALM }),
        (Fault::AsksForNoAuthority, AUTHORITY, represented),
        (Fault::KeepsWhatWasSignedFor, AUTHORITY, represented),
        (Fault::SignsOverANo, OWN_WORD, represented),
        (Fault::ForgetsANo, OWN_WORD, Life { left: true, ..represented }),
        (Fault::BindsWithOne, BOTH_SIGNED, CALM),
        (Fault::TakesBackWhatBinds, BINDS, CALM),
        (Fault::TakesBackWhatBinds, ONE_EXECUTED, CALM),
        (Fault::MailsFirst, ONE_SET_OF_MAILS, CALM),
    ] {
        let life = Life { fault: Some(fault), ..life };
        let found = HasDiscoveries::AnyOf([promise].into());
        let checker =
            life.checker().threads(2).finish_when(found).target_state_count(300_000).spawn_bfs().join();
        assert!(checker.discovery(promise).is_some(), "{fault:?} goes unseen");
    }
}
