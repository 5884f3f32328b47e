//! The one table of who may read what. Everything that leaves the house asks it, and it is tested by enumeration.

use crate::companion::CompanionRole;
use crate::dispute::Dispute;
use crate::ids::AccountId;
use crate::party::Side;
use crate::room::{Channel, Seat, has_seat};

/// As whom somebody looks at a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// The person on that side.
    Party(Side),
    /// Somebody who took the invitation and is not confirmed yet: the invitation, and nothing beyond it.
    Pending,
    /// A mediator who is proposed: names and category only.
    Proposed,
    /// The confirmed mediator, who leads.
    Mediator,
    /// The second mediator beside them.
    CoMediator,
    /// A registrar without another role in the dispute.
    Registrar,
    /// Court staff.
    Auditor,
    /// Somebody who sits beside a party, under the agreement to mediate that is in force.
    Beside {
        /// Beside whom.
        side: Side,
        /// As what.
        role: CompanionRole,
    },
}

/// Somebody beside that side.
const fn beside(side: Side, role: CompanionRole) -> Viewer {
    Viewer::Beside { side, role }
}

impl Viewer {
    /// Every kind of viewer.
    pub const ALL: [Self; 16] = [
        Self::Party(Side::Claimant),
        Self::Party(Side::Respondent),
        Self::Pending,
        Self::Proposed,
        Self::Mediator,
        Self::CoMediator,
        Self::Registrar,
        Self::Auditor,
        beside(Side::Claimant, CompanionRole::SupportPerson),
        beside(Side::Claimant, CompanionRole::Interpreter),
        beside(Side::Claimant, CompanionRole::Helper),
        beside(Side::Claimant, CompanionRole::Representative),
        beside(Side::Respondent, CompanionRole::SupportPerson),
        beside(Side::Respondent, CompanionRole::Interpreter),
        beside(Side::Respondent, CompanionRole::Helper),
        beside(Side::Respondent, CompanionRole::Representative),
    ];

    /// Whether a neutral third person looks, leading or beside the one who leads.
    pub const fn mediates(self) -> bool {
        matches!(self, Self::Mediator | Self::CoMediator)
    }
}

/// Something of a dispute that somebody may wish to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// That it exists, its reference, category and stage.
    Outline,
    /// The names of the two sides.
    Names,
    /// A side's statement, outcome sought and title; `shown` where its owner let the other side see them.
    Statement {
        /// Whose.
        of: Side,
        /// Whether the owner showed it.
        shown: bool,
    },
    /// A file outside the room.
    File {
        /// Whose.
        of: Side,
        /// Whether the owner showed it.
        shown: bool,
    },
    /// How a side may be reached.
    Contact {
        /// Whose.
        of: Side,
    },
    /// What a side needs to take part, such as large print: whoever has to provide for it reads it.
    Needs {
        /// Whose.
        of: Side,
    },
    /// That a side's safety answers raised something. The answers themselves go to nobody through here.
    SafetyFinding {
        /// Whose.
        of: Side,
    },
    /// An entry of a channel.
    Talk {
        /// Which channel.
        channel: Channel,
        /// Whether the sides are kept apart.
        shuttle: bool,
    },
    /// What the mediator asks both sides to answer in secret: the question of blind bids, the terms of a proposal.
    Question,
    /// What a side answered there, its figure or its yes or no, and (`given`) whether it has.
    SecretAnswer {
        /// Whose.
        of: Side,
        /// Whether it is asked for no more than that there is one.
        given: bool,
    },
    /// Which settlement is to be changed here: that there is one tells that the two had a dispute before.
    Amended,
    /// The agreement's text before it is sealed.
    AgreementText,
    /// Whether that side has signed.
    Signature {
        /// Whose.
        of: Side,
        /// Whether the sides are kept apart.
        shuttle: bool,
    },
    /// The sealed record with its terms.
    Record {
        /// Whether every party let an auditor read the terms.
        open_to_auditor: bool,
    },
    /// That it is asked for that the record be certified, and the certification.
    Certification,
    /// How a side's copy of the record is on its way.
    Delivery {
        /// Whose.
        of: Side,
    },
    /// To whom a side was referred: it tells that the side raised something (R16, R20).
    Referral {
        /// Whose.
        of: Side,
    },
    /// Why it ended.
    Cause,
    /// What a side said in its own words that it will do, before it signs.
    ReadBack {
        /// Whose.
        of: Side,
    },
    /// How the joint session is shared out between the sides: it is the mediator's own tool, and judges nobody.
    Balance,
}

/// Whether that viewer may read that item.
pub fn may_read(viewer: Viewer, item: Item) -> bool {
    match item {
        Item::Outline => true,
        Item::Names => !matches!(viewer, Viewer::Pending | Viewer::Auditor),
        Item::Statement { of, shown } | Item::File { of, shown } => match viewer {
            Viewer::Party(side) => side == of || shown,
            Viewer::Mediator | Viewer::CoMediator | Viewer::Registrar => true,
            Viewer::Pending | Viewer::Proposed | Viewer::Auditor | Viewer::Beside { .. } => false,
        },
        Item::Contact { of } => viewer == Viewer::Party(of) || viewer == Viewer::Registrar,
        Item::Needs { of } => viewer == Viewer::Party(of) || viewer.mediates() || viewer == Viewer::Registrar,
        Item::SafetyFinding { .. } => viewer.mediates() || viewer == Viewer::Registrar,
        Item::Talk { channel, shuttle } => {
            seat_of(viewer).is_some_and(|seat| has_seat(seat, channel, shuttle))
        }
        Item::Question => viewer.mediates() || matches!(viewer, Viewer::Party(_)),
        Item::Amended => viewer.mediates() || matches!(viewer, Viewer::Party(_) | Viewer::Registrar),
        // They help to understand the text, or carry it across.
        Item::AgreementText => {
            viewer.mediates() || matches!(viewer, Viewer::Party(_) | Viewer::Beside { .. })
        }
        // Not even to whoever gave it: a telephone is handed over, and somebody looks over a shoulder.
        Item::SecretAnswer { given: false, .. } => false,
        Item::SecretAnswer { of, given: true } => viewer == Viewer::Party(of),
        Item::Signature { of, shuttle } => match viewer {
            Viewer::Party(side) | Viewer::Beside { side, .. } => side == of || !shuttle,
            Viewer::Mediator | Viewer::CoMediator | Viewer::Auditor => true,
            Viewer::Pending | Viewer::Proposed | Viewer::Registrar => false,
        },
        Item::Record { open_to_auditor } => match viewer {
            Viewer::Party(_) | Viewer::Mediator | Viewer::CoMediator => true,
            Viewer::Auditor => open_to_auditor,
            Viewer::Pending | Viewer::Proposed | Viewer::Registrar | Viewer::Beside { .. } => false,
        },
        Item::Delivery { of } | Item::Referral { of } => {
            viewer == Viewer::Party(of) || viewer == Viewer::Registrar
        }
        Item::Certification => matches!(viewer, Viewer::Party(_) | Viewer::Registrar),
        Item::Cause => viewer == Viewer::Registrar,
        // It is said to one person: whoever leads.
        Item::ReadBack { of } => viewer == Viewer::Party(of) || viewer == Viewer::Mediator,
        Item::Balance => viewer.mediates(),
    }
}

/// The seat behind a viewer: nobody reads talk without one, the registrar included (R7).
const fn seat_of(viewer: Viewer) -> Option<Seat> {
    match viewer {
        Viewer::Party(side) => Some(Seat::Party(side)),
        Viewer::Mediator => Some(Seat::Mediator),
        Viewer::CoMediator => Some(Seat::CoMediator),
        Viewer::Beside { side, role } => Some(Seat::Beside { side, role }),
        Viewer::Pending | Viewer::Proposed | Viewer::Registrar | Viewer::Auditor => None,
    }
}

/// As whom that account looks at the dispute: the first role that fits, because nobody has two in one dispute (R14).
/// A house role counts only for an account that has no other part in it.
pub fn viewer_of(dispute: &Dispute, account: AccountId, is_registrar: bool) -> Option<Viewer> {
    use crate::party::Joining;
    let waits = matches!(
        &dispute.parties.respondent.joining, Joining::Awaited { pending } if pending.contains(&account)
    );
    if let Some(side) = dispute.side_of(account) {
        return Some(Viewer::Party(side));
    }
    if waits {
        return Some(Viewer::Pending);
    }
    if dispute.mediator() == Some(account) {
        return Some(Viewer::Mediator);
    }
    if dispute.co_mediator() == Some(account) {
        return Some(Viewer::CoMediator);
    }
    if dispute.proposed_mediator() == Some(account) {
        return Some(Viewer::Proposed);
    }
    if let Some(companion) = dispute.companion_of(account) {
        return Some(Viewer::Beside { side: companion.side, role: companion.role });
    }
    // Nobody but its author knows of what was never filed; and whoever mediated, or was to, watches over nothing here.
    let watches = is_registrar && dispute.filed_at.is_some() && !dispute.has_part(account);
    watches.then_some(Viewer::Registrar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(item: Item) -> Vec<Viewer> {
        Viewer::ALL.into_iter().filter(|viewer| may_read(*viewer, item)).collect()
    }

    /// Everybody who sits beside that side.
    fn companions(side: Side) -> Vec<Viewer> {
        CompanionRole::ALL.iter().map(|role| beside(side, *role)).collect()
    }

    #[test]
    fn r3_whoever_sits_beside_a_party_reads_the_talk_and_the_text_of_it_and_nothing_else() {
        for of in Side::BOTH {
            for viewer in companions(of).into_iter().chain(companions(of.other())) {
                for shown in [false, true] {
                    assert!(!may_read(viewer, Item::Statement { of, shown }));
                    assert!(!may_read(viewer, Item::File { of, shown }));
                    assert!(!may_read(viewer, Item::Record { open_to_auditor: shown }));
                    assert!(!may_read(viewer, Item::SecretAnswer { of, given: shown }));
                }
                for item in [
                    Item::Contact { of },
                    Item::Needs { of },
                    Item::SafetyFinding { of },
                    Item::Delivery { of },
                    Item::Referral { of },
                    Item::ReadBack { of },
                    Item::Question,
                    Item::Amended,
                    Item::Certification,
                    Item::Cause,
                ] {
                    assert!(!may_read(viewer, item), "{viewer:?} {item:?}");
                }
                assert!(may_read(viewer, Item::AgreementText) && may_read(viewer, Item::Outline));
            }
        }
    }

    #[test]
    fn r5_a_caucus_is_read_by_its_side_and_the_mediator_alone() {
        for shuttle in [false, true] {
            for side in Side::BOTH {
                let item = Item::Talk { channel: Channel::caucus(side), shuttle };
                let insiders =
                    [vec![Viewer::Party(side), Viewer::Mediator, Viewer::CoMediator], companions(side)]
                        .concat();
                assert_eq!(readers(item), insiders);
            }
            assert_eq!(readers(Item::Talk { channel: Channel::Notes, shuttle }), [Viewer::Mediator]);
            assert_eq!(readers(Item::Talk { channel: Channel::CoNotes, shuttle }), [Viewer::CoMediator]);
        }
    }

    #[test]
    fn r8_an_auditor_reads_process_and_never_talk() {
        let mut items = vec![
            Item::Names,
            Item::Amended,
            Item::Certification,
            Item::AgreementText,
            Item::Cause,
            Item::Record { open_to_auditor: false },
        ];
        for of in Side::BOTH {
            items.extend([
                Item::Contact { of },
                Item::Needs { of },
                Item::SafetyFinding { of },
                Item::Delivery { of },
            ]);
            items.extend([true, false].map(|shown| Item::Statement { of, shown }));
            items.extend([true, false].map(|shown| Item::File { of, shown }));
        }
        for shuttle in [true, false] {
            items.extend(Channel::ALL.iter().map(|channel| Item::Talk { channel: *channel, shuttle }));
        }
        for item in items {
            assert!(!readers(item).contains(&Viewer::Auditor), "{item:?}");
        }
        assert!(may_read(Viewer::Auditor, Item::Record { open_to_auditor: true }));
    }

    #[test]
    fn r16_only_registrar_and_mediator_learn_what_safety_answers_came_to() {
        for of in Side::BOTH {
            assert_eq!(
                readers(Item::SafetyFinding { of }),
                [Viewer::Mediator, Viewer::CoMediator, Viewer::Registrar]
            );
        }
    }

    #[test]
    fn r19_and_r26_only_the_registrar_and_oneself_see_how_one_is_reached() {
        for of in Side::BOTH {
            assert_eq!(readers(Item::Contact { of }), [Viewer::Party(of), Viewer::Registrar]);
            assert_eq!(readers(Item::Delivery { of }), [Viewer::Party(of), Viewer::Registrar]);
            assert_eq!(readers(Item::Referral { of }), [Viewer::Party(of), Viewer::Registrar]);
        }
    }

    #[test]
    fn a_secret_answer_is_read_by_nobody_and_that_it_was_given_by_its_own_side_alone() {
        assert_eq!(readers(Item::Question).len(), 4);
        assert_eq!(readers(Item::Amended).len(), 5);
        for of in Side::BOTH {
            assert_eq!(readers(Item::SecretAnswer { of, given: false }), []);
            assert_eq!(readers(Item::SecretAnswer { of, given: true }), [Viewer::Party(of)]);
        }
    }

    #[test]
    fn r5_what_a_side_read_back_is_read_by_itself_and_the_mediator_alone() {
        for of in Side::BOTH {
            assert_eq!(readers(Item::ReadBack { of }), [Viewer::Party(of), Viewer::Mediator]);
        }
    }

    #[test]
    fn how_a_session_is_shared_out_is_read_by_the_mediator_alone() {
        assert_eq!(readers(Item::Balance), [Viewer::Mediator, Viewer::CoMediator]);
    }

    #[test]
    fn r4_why_a_mediation_ended_is_read_by_the_registrar_alone() {
        assert_eq!(readers(Item::Cause), [Viewer::Registrar]);
    }
}
