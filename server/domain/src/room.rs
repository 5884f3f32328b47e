//! The room of a dispute: its channels, who has a seat in which, and when somebody may post. The one place where the
//! wall between a caucus and the other side is drawn.

use crate::companion::CompanionRole;
use crate::party::{Side, Sides};

words! {
    /// Who can see something that is said in the room.
    pub enum Channel {
        /// Both sides and the mediator.
        Joint = "joint",
        /// The claimant and the mediator.
        CaucusClaimant = "caucus-claimant",
        /// The respondent and the mediator.
        CaucusRespondent = "caucus-respondent",
        /// The mediator alone.
        Notes = "notes",
        /// The co-mediator alone.
        CoNotes = "notes-co-mediator",
    }
}

impl Channel {
    /// The caucus of that side.
    pub const fn caucus(side: Side) -> Self {
        match side {
            Side::Claimant => Self::CaucusClaimant,
            Side::Respondent => Self::CaucusRespondent,
        }
    }

    /// Whose caucus it is, if it is one.
    pub const fn caucus_of(self) -> Option<Side> {
        match self {
            Self::CaucusClaimant => Some(Side::Claimant),
            Self::CaucusRespondent => Some(Side::Respondent),
            Self::Joint | Self::Notes | Self::CoNotes => None,
        }
    }

    /// Whether it is one person's alone: nobody else is talked to there.
    pub const fn is_notes(self) -> bool {
        matches!(self, Self::Notes | Self::CoNotes)
    }
}

/// As whom somebody sits in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    /// A person of that side.
    Party(Side),
    /// The mediator who leads.
    Mediator,
    /// The second mediator beside them.
    CoMediator,
    /// Somebody who sits beside a party and hears what that side hears.
    Beside {
        /// Beside whom.
        side: Side,
        /// As what.
        role: CompanionRole,
    },
}

/// The seat of that companion.
const fn beside(side: Side, role: CompanionRole) -> Seat {
    Seat::Beside { side, role }
}

impl Seat {
    /// Every seat of a room.
    pub const ALL: [Self; 12] = [
        Self::Party(Side::Claimant),
        Self::Party(Side::Respondent),
        Self::Mediator,
        Self::CoMediator,
        beside(Side::Claimant, CompanionRole::SupportPerson),
        beside(Side::Claimant, CompanionRole::Interpreter),
        beside(Side::Claimant, CompanionRole::Helper),
        beside(Side::Claimant, CompanionRole::Representative),
        beside(Side::Respondent, CompanionRole::SupportPerson),
        beside(Side::Respondent, CompanionRole::Interpreter),
        beside(Side::Respondent, CompanionRole::Helper),
        beside(Side::Respondent, CompanionRole::Representative),
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Party(side) => side.as_str(),
            Self::Mediator => "mediator",
            Self::CoMediator => "co-mediator",
            Self::Beside { side: Side::Claimant, role } => match role {
                CompanionRole::SupportPerson => "claimant-support-person",
                CompanionRole::Interpreter => "claimant-interpreter",
                CompanionRole::Helper => "claimant-helper",
                CompanionRole::Representative => "claimant-representative",
            },
            Self::Beside { side: Side::Respondent, role } => match role {
                CompanionRole::SupportPerson => "respondent-support-person",
                CompanionRole::Interpreter => "respondent-interpreter",
                CompanionRole::Helper => "respondent-helper",
                CompanionRole::Representative => "respondent-representative",
            },
        }
    }

    /// The side, where it is a party's own seat: whoever sits beside a party decides nothing for it (R3).
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Party(side) => Some(side),
            Self::Mediator | Self::CoMediator | Self::Beside { .. } => None,
        }
    }

    /// Whether a neutral third person sits there, leading or beside the one who leads: both hear both sides.
    pub const fn mediates(self) -> bool {
        matches!(self, Self::Mediator | Self::CoMediator)
    }

    /// The side to which the seat belongs: a party's own, or one beside it.
    pub const fn of_side(self) -> Option<Side> {
        match self {
            Self::Party(side) | Self::Beside { side, .. } => Some(side),
            Self::Mediator | Self::CoMediator => None,
        }
    }

    /// As what somebody sits there beside a party.
    pub const fn companion(self) -> Option<CompanionRole> {
        match self {
            Self::Beside { role, .. } => Some(role),
            Self::Party(_) | Self::Mediator | Self::CoMediator => None,
        }
    }

    /// Whether offers are made from that seat: a party's own, and that of whoever speaks in a party's place.
    pub const fn may_offer(self) -> bool {
        match self {
            Self::Party(_) => true,
            Self::Mediator | Self::CoMediator => false,
            Self::Beside { role, .. } => role.may_offer(),
        }
    }
}

/// Whether that seat hears and reads the channel (R5, R17). Everything that leaves the room asks this function.
pub const fn has_seat(seat: Seat, channel: Channel, shuttle: bool) -> bool {
    match (seat, channel) {
        (_, Channel::Joint) => !shuttle,
        // Nobody reads another one's notes, and each mediator writes their own (R5).
        (Seat::Mediator, Channel::Notes)
        | (Seat::CoMediator, Channel::CoNotes)
        | (Seat::Mediator | Seat::CoMediator, Channel::CaucusClaimant | Channel::CaucusRespondent)
        | (
            Seat::Party(Side::Claimant) | Seat::Beside { side: Side::Claimant, .. },
            Channel::CaucusClaimant,
        )
        | (
            Seat::Party(Side::Respondent) | Seat::Beside { side: Side::Respondent, .. },
            Channel::CaucusRespondent,
        ) => true,
        (Seat::Mediator | Seat::CoMediator | Seat::Party(_) | Seat::Beside { .. }, _) => false,
    }
}

/// Whether that seat has a voice in the channel at all: a support person listens where the other side reads.
pub const fn may_write_in(seat: Seat, channel: Channel) -> bool {
    match seat.companion() {
        Some(role) => channel.caucus_of().is_some() || role.may_write_to_both(),
        None => true,
    }
}

/// The channels in which that seat sits, in the order in which they are shown.
pub fn channels_of(seat: Seat, shuttle: bool) -> impl Iterator<Item = Channel> {
    Channel::ALL.iter().copied().filter(move |channel| has_seat(seat, *channel, shuttle))
}

/// The channels in which both sides are told the same: the joint one, or in shuttle each caucus (R17).
pub const fn channels_to_both(shuttle: bool) -> &'static [Channel] {
    if shuttle { &[Channel::CaucusClaimant, Channel::CaucusRespondent] } else { &[Channel::Joint] }
}

words! {
    /// What a party tells the mediator alone (R18). Others read "paused".
    pub enum Signal {
        /// "I need a break."
        Break = "break",
        /// "I do not feel safe."
        Unsafe = "unsafe",
    }
}

/// What stands between a seat and its channels at this moment. Why it is paused is nobody's business but the
/// mediator's and the registrar's, so every reason looks the same from a party's seat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomState {
    /// Whether the mediator has a session open: presence and typing pass only then (R19).
    pub session_open: bool,
    /// Channels that the mediator paused.
    pub paused: Vec<Channel>,
    /// What a side signalled and the mediator has not lifted yet.
    pub signals: Sides<Option<Signal>>,
    /// Fresh safety answers raised something, or a mediator disclosed something: the sides wait for the house.
    pub held: bool,
    /// A later disclosure that waits: what each side said of it, unseen by the other side and the mediator (R13).
    pub disclosure: Option<Sides<Option<bool>>>,
    /// Who was present at a session held, for the certificate (R10).
    pub attended: Sides<bool>,
    /// Whose coming was said in the session that is open, and whose leaving was not (R7).
    pub arrived: Vec<Seat>,
    /// Who said privately that they are not signing freely, until they sign or the text changes (R23).
    pub not_freely: Sides<bool>,
}

impl RoomState {
    /// Whether a party in that channel reads "paused" now.
    pub fn is_paused(&self, channel: Channel) -> bool {
        let signalled = channel == Channel::Joint && self.signals.either(Option::is_some);
        self.held || signalled || self.paused.contains(&channel)
    }

    /// Whether there is something in that channel that the mediator can lift: their own pause, or what a side signalled.
    /// In shuttle there is no shared channel, so that a side's signal is taken up in its own caucus.
    pub fn may_resume(&self, channel: Channel, shuttle: bool) -> bool {
        let signalled = match channel.caucus_of() {
            Some(side) => shuttle && self.signals.of(side).is_some(),
            None => channel == Channel::Joint && self.signals.either(Option::is_some),
        };
        signalled || self.paused.contains(&channel)
    }

    /// Whether that seat may post there now. A mediator always may: somebody has to say how it goes on.
    pub fn may_post(&self, seat: Seat, channel: Channel, shuttle: bool) -> bool {
        let is_free = seat.mediates() || !self.is_paused(channel);
        has_seat(seat, channel, shuttle) && is_free && may_write_in(seat, channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_and_r17_nobody_sits_in_the_others_caucus_and_shuttle_has_no_joint_channel() {
        let table: Vec<String> = [false, true]
            .iter()
            .flat_map(|shuttle| Seat::ALL.map(|seat| (*shuttle, seat)))
            .map(|(shuttle, seat)| {
                let channels: Vec<_> = channels_of(seat, shuttle).map(Channel::as_str).collect();
                format!(
                    "{} {}: {}",
                    if shuttle { "shuttle" } else { "open" },
                    seat.as_str(),
                    channels.join(" ")
                )
            })
            .collect();
        assert_eq!(
            table,
            [
                "open claimant: joint caucus-claimant",
                "open respondent: joint caucus-respondent",
                "open mediator: joint caucus-claimant caucus-respondent notes",
                "open co-mediator: joint caucus-claimant caucus-respondent notes-co-mediator",
                "open claimant-support-person: joint caucus-claimant",
                "open claimant-interpreter: joint caucus-claimant",
                "open claimant-helper: joint caucus-claimant",
                "open claimant-representative: joint caucus-claimant",
                "open respondent-support-person: joint caucus-respondent",
                "open respondent-interpreter: joint caucus-respondent",
                "open respondent-helper: joint caucus-respondent",
                "open respondent-representative: joint caucus-respondent",
                "shuttle claimant: caucus-claimant",
                "shuttle respondent: caucus-respondent",
                "shuttle mediator: caucus-claimant caucus-respondent notes",
                "shuttle co-mediator: caucus-claimant caucus-respondent notes-co-mediator",
                "shuttle claimant-support-person: caucus-claimant",
                "shuttle claimant-interpreter: caucus-claimant",
                "shuttle claimant-helper: caucus-claimant",
                "shuttle claimant-representative: caucus-claimant",
                "shuttle respondent-support-person: caucus-respondent",
                "shuttle respondent-interpreter: caucus-respondent",
                "shuttle respondent-helper: caucus-respondent",
                "shuttle respondent-representative: caucus-respondent",
            ]
        );
    }

    #[test]
    fn a_support_person_writes_in_the_private_talk_of_their_side_alone() {
        let room = RoomState::default();
        for seat in Seat::ALL {
            for channel in channels_of(seat, false) {
                let listens =
                    seat.companion() == Some(CompanionRole::SupportPerson) && channel == Channel::Joint;
                assert_eq!(room.may_post(seat, channel, false), !listens, "{} {channel}", seat.as_str());
            }
        }
    }

    #[test]
    fn r18_a_signal_stops_the_shared_channel_for_both_sides_and_no_caucus() {
        let mut room = RoomState::default();
        room.signals.claimant = Some(Signal::Unsafe);
        for side in Side::BOTH {
            assert!(!room.may_post(Seat::Party(side), Channel::Joint, false));
            assert!(room.may_post(Seat::Party(side), Channel::caucus(side), false));
        }
        assert!([Seat::Mediator, Seat::CoMediator].iter().all(|seat| room.may_post(
            *seat,
            Channel::Joint,
            false
        )));
    }

    #[test]
    fn r18_a_signal_is_taken_up_where_the_side_that_gave_it_is() {
        let mut room = RoomState::default();
        room.signals.claimant = Some(Signal::Unsafe);
        for (channel, open, shuttle) in [
            (Channel::Joint, true, true),
            (Channel::CaucusClaimant, false, true),
            (Channel::CaucusRespondent, false, false),
            (Channel::Notes, false, false),
        ] {
            assert_eq!(room.may_resume(channel, false), open, "{channel} open");
            assert_eq!(room.may_resume(channel, true), shuttle, "{channel} shuttle");
        }
    }
}
