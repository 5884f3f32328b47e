//! One thing that is stored in a channel.

use std::collections::BTreeMap;

use crate::ids::{EntryId, FileId, SuggestionId};
use crate::language::{LanguageTag, RecordLanguage};
use crate::money::{Currency, Money};
use crate::party::Side;
use crate::room::{Channel, Seat};
use crate::suggestion::SuggestionState;
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

/// A file as an entry shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContent {
    /// Which one.
    pub file: FileId,
    /// What its author says of it, in at most [`NOTE_CHARACTERS_MAX`] characters.
    pub caption: Option<String>,
    /// Width and height in pixels of the small picture of it, where there is one.
    pub thumbnail: Option<(u16, u16)>,
}

impl FileContent {
    /// A file of which nothing is said.
    pub const fn of(file: FileId) -> Self {
        Self { file, caption: None, thumbnail: None }
    }
}

/// What blind bids are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BidQuestion {
    /// The question, in each language; at least one.
    pub text: BTreeMap<RecordLanguage, String>,
    /// The currency of every figure.
    pub currency: Currency,
    /// The side that would pay.
    pub payer: Side,
    /// How many rounds there are at most.
    pub rounds: u8,
}

words! {
    /// What has become of an offer.
    pub enum OfferState {
        /// It waits for an answer.
        Open = "open",
        /// Somebody accepted it: a draft holds its terms.
        Accepted = "accepted",
        /// Another stands in its place.
        Countered = "countered",
        /// Its author took it back.
        Withdrawn = "withdrawn",
    }
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

words! {
    /// How far a private meeting of a side and the mediator has come.
    pub enum CaucusStep {
        /// The side asked for one.
        Asked = "asked",
        /// The mediator began it.
        Started = "started",
        /// The mediator ended it.
        Ended = "ended",
    }
}

words! {
    /// What stands at the head of a channel, until the next of its kind takes its place.
    pub enum Standing {
        /// Whether a private meeting was asked for, or goes on.
        Caucus = "caucus",
        /// What is talked about, and at which point.
        Agenda = "agenda",
        /// How long somebody has the floor.
        Timer = "timer",
    }
}

/// What a side let be passed on from its caucus. Nothing in it tells when it was said there, or among what (R5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedItem {
    /// Words.
    Message {
        /// What was written.
        text: String,
        /// In which language.
        lang: LanguageTag,
    },
    /// An offer; it is answered where it appears.
    Offer(OfferContent),
    /// A file, under a name of its own.
    File(FileContent),
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
    File(FileContent),
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
        /// The number of the point that is talked about now, from 1.
        current: Option<u16>,
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
    /// Somebody took a seat here and reads from now on (R7).
    SeatTaken {
        /// Which seat.
        who: Seat,
    },
    /// Somebody's seat here ended. Why is told to nobody.
    SeatEnded {
        /// Which seat.
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
    /// The mediator asks for blind bids; its entry's id names them from then on.
    BlindBidAsked(BidQuestion),
    /// A side entered its figure. The figure is not here, nor in any other entry.
    BlindBidMade {
        /// Under which question.
        bid: EntryId,
        /// In which round.
        round: u8,
    },
    /// The two figures crossed: this is their midpoint. Not yet binding, it fills a draft (R24).
    BlindBidsMet {
        /// Under which question.
        bid: EntryId,
        /// The midpoint.
        amount: Money,
    },
    /// The figures of a round did not cross; nothing else is ever told of them.
    BlindBidRoundClosed {
        /// Under which question.
        bid: EntryId,
        /// Which round.
        round: u8,
        /// The round that is open now; none: that was the last.
        next: Option<u8>,
    },
    /// The mediator takes the question back.
    BlindBidWithdrawn {
        /// Which question.
        bid: EntryId,
    },
    /// The mediator's proposal, which each side answers in secret; its entry's id names it.
    Proposal(OfferContent),
    /// Both sides accepted it: not yet binding, it fills a draft (R24).
    ProposalAccepted {
        /// Which one.
        proposal: EntryId,
    },
    /// The mediator takes it back.
    ProposalWithdrawn {
        /// Which one.
        proposal: EntryId,
    },
    /// The mediator asks to pass an item of this caucus on (R6).
    ShareAsked {
        /// Which one.
        entry: EntryId,
    },
    /// Its author lets it be passed on.
    ShareAllowed {
        /// Which one.
        entry: EntryId,
    },
    /// Its author wants it to stay here.
    ShareDeclined {
        /// Which one.
        entry: EntryId,
    },
    /// What was said in private and whose author let it be passed on.
    Shared {
        /// Whose it is.
        of: Side,
        /// What it is.
        item: SharedItem,
    },
    /// An offer here that was passed on, or is the copy of one, was answered at its other place: the two share one fate.
    OfferClosed {
        /// Which one here.
        offer: EntryId,
        /// What has become of it.
        state: OfferState,
    },
    /// Somebody suggests something for the text, or it was answered. The words are not here.
    Suggestion {
        /// Which.
        id: SuggestionId,
        /// The number of the term that it is about, in the revision that its author read.
        term: Option<u32>,
        /// What has become of it.
        state: SuggestionState,
    },
    /// A private meeting, announced to that side alone.
    Caucus {
        /// How far it has come.
        step: CaucusStep,
    },
    /// Time that the mediator gives here.
    Timer {
        /// How many seconds, from when it was stored.
        seconds: u32,
        /// To which side; nobody named: to all.
        of: Option<Side>,
    },
    /// It is stopped before its end.
    TimerStopped {
        /// Which one.
        timer: EntryId,
    },
    /// What the mediator has understood.
    Summary {
        /// In neutral words.
        text: String,
        /// In which language.
        lang: LanguageTag,
    },
    /// A side says that it is so.
    SummaryConfirmed {
        /// Of which summary.
        summary: EntryId,
    },
    /// A side says what is right instead.
    SummaryCorrected {
        /// Of which summary.
        summary: EntryId,
        /// What was written.
        text: String,
        /// In which language.
        lang: LanguageTag,
    },
}

impl Body {
    /// The stable word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } => "message",
            Self::File(_) => "file",
            Self::Offer(_) => "offer",
            Self::OfferAccepted { .. } => "offer_accepted",
            Self::OfferCountered { .. } => "offer_countered",
            Self::OfferWithdrawn { .. } => "offer_withdrawn",
            Self::Agenda { .. } => "agenda",
            Self::Session { .. } => "session",
            Self::Arrival { .. } => "arrival",
            Self::Departure { .. } => "departure",
            Self::SeatTaken { .. } => "seat_taken",
            Self::SeatEnded { .. } => "seat_ended",
            Self::Revision { .. } => "revision",
            Self::Signature { .. } => "signature",
            Self::BlindBidAsked(_) => "blind_bid_asked",
            Self::BlindBidMade { .. } => "blind_bid_made",
            Self::BlindBidsMet { .. } => "blind_bids_met",
            Self::BlindBidRoundClosed { .. } => "blind_bid_round_closed",
            Self::BlindBidWithdrawn { .. } => "blind_bid_withdrawn",
            Self::Proposal(_) => "proposal",
            Self::ProposalAccepted { .. } => "proposal_accepted",
            Self::ProposalWithdrawn { .. } => "proposal_withdrawn",
            Self::ShareAsked { .. } => "share_asked",
            Self::ShareAllowed { .. } => "share_allowed",
            Self::ShareDeclined { .. } => "share_declined",
            Self::Shared { .. } => "shared",
            Self::OfferClosed { .. } => "offer_closed",
            Self::Suggestion { .. } => "suggestion",
            Self::Caucus { .. } => "caucus",
            Self::Timer { .. } => "timer",
            Self::TimerStopped { .. } => "timer_stopped",
            Self::Summary { .. } => "summary",
            Self::SummaryConfirmed { .. } => "summary_confirmed",
            Self::SummaryCorrected { .. } => "summary_corrected",
        }
    }

    /// Whether people write entries of this kind; the others are Concord's own.
    pub const fn is_written_by_people(&self) -> bool {
        matches!(
            self,
            Self::Message { .. }
                | Self::File(_)
                | Self::Offer(_)
                | Self::OfferAccepted { .. }
                | Self::OfferCountered { .. }
                | Self::OfferWithdrawn { .. }
                | Self::Agenda { .. }
                | Self::ShareAsked { .. }
                | Self::ShareAllowed { .. }
                | Self::ShareDeclined { .. }
                | Self::Caucus { .. }
                | Self::Timer { .. }
                | Self::TimerStopped { .. }
                | Self::Summary { .. }
                | Self::SummaryConfirmed { .. }
                | Self::SummaryCorrected { .. }
        )
    }

    /// Whether that seat writes entries of this kind at all. Whoever sits beside a party speaks, and a representative makes
    /// offers; they accept, counter, let pass on and share nothing for the party (R3).
    pub const fn may_be_written_by(&self, seat: Seat) -> bool {
        match (seat.companion(), self) {
            (None, _) | (Some(_), Self::Message { .. }) => true,
            (Some(role), Self::Offer(_) | Self::OfferWithdrawn { .. }) => role.may_offer(),
            (Some(_), _) => false,
        }
    }

    /// In whose place it stands at the head of its channel, if it does.
    pub const fn standing(&self) -> Option<Standing> {
        match self {
            Self::Caucus { .. } => Some(Standing::Caucus),
            Self::Agenda { .. } => Some(Standing::Agenda),
            Self::Timer { .. } | Self::TimerStopped { .. } => Some(Standing::Timer),
            _ => None,
        }
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
