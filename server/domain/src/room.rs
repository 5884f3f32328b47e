//! The room of a dispute: its channels, who has a seat in which, and when somebody may post. The one place where the
//! wall between a caucus and the other side is drawn.

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
            Self::Joint | Self::Notes => None,
        }
    }
}

/// As whom somebody sits in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    /// A person of that side.
    Party(Side),
    /// The mediator.
    Mediator,
}

impl Seat {
    /// Every seat of a room.
    pub const ALL: [Self; 3] = [Self::Party(Side::Claimant), Self::Party(Side::Respondent), Self::Mediator];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Party(side) => side.as_str(),
            Self::Mediator => "mediator",
        }
    }

    /// The side, where it is a party's seat.
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Party(side) => Some(side),
            Self::Mediator => None,
        }
    }
}

/// Whether that seat hears and reads the channel (R5, R17). Everything that leaves the room asks this function.
pub const fn has_seat(seat: Seat, channel: Channel, shuttle: bool) -> bool {
    match (seat, channel) {
        (_, Channel::Joint) => !shuttle,
        (Seat::Mediator, _)
        | (Seat::Party(Side::Claimant), Channel::CaucusClaimant)
        | (Seat::Party(Side::Respondent), Channel::CaucusRespondent) => true,
        (Seat::Party(_), _) => false,
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

    /// Whether that seat may post there now. The mediator always may: somebody has to say how it goes on.
    pub fn may_post(&self, seat: Seat, channel: Channel, shuttle: bool) -> bool {
        has_seat(seat, channel, shuttle) && (seat == Seat::Mediator || !self.is_paused(channel))
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
                "shuttle claimant: caucus-claimant",
                "shuttle respondent: caucus-respondent",
                "shuttle mediator: caucus-claimant caucus-respondent notes",
            ]
        );
    }

    #[test]
    fn r18_a_signal_stops_the_shared_channel_for_both_sides_and_no_caucus() {
        let mut room = RoomState::default();
        room.signals.claimant = Some(Signal::Unsafe);
        for side in Side::BOTH {
            assert!(!room.may_post(Seat::Party(side), Channel::Joint, false));
            assert!(room.may_post(Seat::Party(side), Channel::caucus(side), false));
        }
        assert!(room.may_post(Seat::Mediator, Channel::Joint, false));
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
