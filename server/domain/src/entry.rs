//! One thing that is stored in a channel.

use crate::ids::{EntryId, FileId};
use crate::language::LanguageTag;
use crate::room::{Channel, Seat};
use crate::terms::Term;
use crate::time::Moment;

/// The most characters that one message may have.
pub const MESSAGE_CHARACTERS_MAX: usize = 4_000;
/// The most characters that the note beside an offer may have.
pub const NOTE_CHARACTERS_MAX: usize = 300;

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    /// Somebody with a seat.
    Seat(Seat),
    /// Concord itself, on what happened.
    House,
}

impl Author {
    /// Its word: `claimant`, `respondent`, `mediator` or `house`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seat(seat) => seat.as_str(),
            Self::House => "house",
        }
    }
}

/// Something proposed: terms, a short note and an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferContent {
    /// What is proposed.
    pub terms: Vec<Term>,
    /// A few words beside it.
    pub note: Option<String>,
    /// When it lapses; none: when it is withdrawn or the mediation ends.
    pub expires_at: Option<Moment>,
}

words! {
    /// What happened to a session.
    pub enum SessionStep {
        /// The mediator opened it.
        Opened = "opened",
        /// Posting is paused.
        Paused = "paused",
        /// Posting goes on.
        Resumed = "resumed",
        /// The mediator closed it.
        Closed = "closed",
    }
}

words! {
    /// What happened to the agreement.
    pub enum AgreementStep {
        /// A new revision.
        Revised = "revised",
        /// Its text is frozen.
        Frozen = "frozen",
    }
}

/// What an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Words.
    Message {
        /// What was written.
        text: String,
        /// In which language.
        lang: LanguageTag,
    },
    /// A file that the author shares here.
    File {
        /// Which one.
        file: FileId,
    },
    /// An offer.
    Offer(OfferContent),
    /// An acceptance: not yet binding, it fills a draft (R24).
    OfferAccepted {
        /// Of which offer.
        offer: EntryId,
    },
    /// Another offer in its place.
    OfferCountered {
        /// Of which offer.
        offer: EntryId,
        /// What is proposed instead.
        counter: OfferContent,
    },
    /// The author takes it back.
    OfferWithdrawn {
        /// Which offer.
        offer: EntryId,
    },
    /// What the mediator plans to talk about.
    Agenda {
        /// One line a point.
        items: Vec<String>,
    },
    /// What happened to the session.
    Session {
        /// What.
        step: SessionStep,
    },
    /// Somebody entered the room.
    Arrival {
        /// Who.
        who: Seat,
    },
    /// Somebody left the room.
    Departure {
        /// Who.
        who: Seat,
    },
    /// The agreement has a new revision, or it is frozen.
    Revision {
        /// What happened.
        step: AgreementStep,
        /// Which revision.
        revision: u32,
    },
    /// Somebody signed, or everybody has.
    Signature {
        /// Who; nobody named: all have signed.
        who: Option<Seat>,
    },
}

impl Body {
    /// The stable word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } => "message",
            Self::File { .. } => "file",
            Self::Offer(_) => "offer",
            Self::OfferAccepted { .. } => "offer_accepted",
            Self::OfferCountered { .. } => "offer_countered",
            Self::OfferWithdrawn { .. } => "offer_withdrawn",
            Self::Agenda { .. } => "agenda",
            Self::Session { .. } => "session",
            Self::Arrival { .. } => "arrival",
            Self::Departure { .. } => "departure",
            Self::Revision { .. } => "revision",
            Self::Signature { .. } => "signature",
        }
    }

    /// Whether people write entries of this kind; the others are Concord's own.
    pub const fn is_written_by_people(&self) -> bool {
        matches!(
            self,
            Self::Message { .. }
                | Self::File { .. }
                | Self::Offer(_)
                | Self::OfferAccepted { .. }
                | Self::OfferCountered { .. }
                | Self::OfferWithdrawn { .. }
                | Self::Agenda { .. }
        )
    }

    /// The offer that it answers, if it answers one.
    pub const fn answers(&self) -> Option<EntryId> {
        match self {
            Self::OfferAccepted { offer }
            | Self::OfferCountered { offer, .. }
            | Self::OfferWithdrawn { offer } => Some(*offer),
            _ => None,
        }
    }
}

/// One thing stored in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub channel: Channel,
    /// Its number there: 1, 2, 3, ...
    pub seq: u64,
    /// Its id, unique in its channel; the client's idempotency key.
    pub id: EntryId,
    /// When it was stored.
    pub at: Moment,
    /// Who wrote it.
    pub by: Author,
    /// What it holds.
    pub body: Body,
}
