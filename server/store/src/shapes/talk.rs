//! The shapes of what is said in a room: entries, offers and terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::entry::{
    AgreementStep, BidQuestion, Body, CaucusStep, FileContent, OfferContent, OfferState, SessionStep,
    SharedItem,
};
use domain::ids::{EntryId, FileId, SuggestionId};
use domain::language::{LanguageTag, RecordLanguage};
use domain::money::Currency;
use domain::party::Side;
use domain::room::Seat;
use domain::suggestion::SuggestionState;
use domain::terms::Term;
use domain::time::Day;

use super::atoms::{M, MoneyShape, W};
use crate::error::Result;

/// One obligation.
#[derive(Serialize, Deserialize)]
pub struct TermShape {
    debtor: W<Side>,
    creditor: W<Side>,
    text: BTreeMap<W<RecordLanguage>, String>,
    amount: Option<MoneyShape>,
    due_on: Option<W<Day>>,
}

impl From<&Term> for TermShape {
    fn from(term: &Term) -> Self {
        Self {
            debtor: W(term.debtor),
            creditor: W(term.creditor),
            text: term.text.iter().map(|(language, text)| (W(*language), text.clone())).collect(),
            amount: term.amount.map(MoneyShape::from),
            due_on: term.due_on.map(W),
        }
    }
}

impl TermShape {
    /// The obligation.
    pub fn value(self) -> Result<Term> {
        Ok(Term {
            debtor: self.debtor.0,
            creditor: self.creditor.0,
            text: self.text.into_iter().map(|(language, text)| (language.0, text)).collect(),
            amount: self.amount.map(MoneyShape::value).transpose()?,
            due_on: self.due_on.map(|day| day.0),
        })
    }
}

/// The shapes of terms.
pub fn terms_shape(terms: &[Term]) -> Vec<TermShape> {
    terms.iter().map(TermShape::from).collect()
}

/// The terms of shapes.
pub fn terms_value(shapes: Vec<TermShape>) -> Result<Vec<Term>> {
    shapes.into_iter().map(TermShape::value).collect()
}

/// Something proposed.
#[derive(Serialize, Deserialize)]
pub struct OfferShape {
    terms: Vec<TermShape>,
    note: Option<String>,
    expires_at: Option<M>,
}

impl From<&OfferContent> for OfferShape {
    fn from(content: &OfferContent) -> Self {
        Self {
            terms: terms_shape(&content.terms),
            note: content.note.clone(),
            expires_at: content.expires_at.map(M::from),
        }
    }
}

impl OfferShape {
    /// What is proposed.
    pub fn value(self) -> Result<OfferContent> {
        let expires_at = self.expires_at.map(Into::into);
        Ok(OfferContent { terms: terms_value(self.terms)?, note: self.note, expires_at })
    }
}

/// What blind bids are asked about.
#[derive(Serialize, Deserialize)]
pub struct BidQuestionShape {
    text: BTreeMap<W<RecordLanguage>, String>,
    currency: W<Currency>,
    payer: W<Side>,
    rounds: u8,
}

impl From<&BidQuestion> for BidQuestionShape {
    fn from(question: &BidQuestion) -> Self {
        Self {
            text: question.text.iter().map(|(language, text)| (W(*language), text.clone())).collect(),
            currency: W(question.currency),
            payer: W(question.payer),
            rounds: question.rounds,
        }
    }
}

/// A file. What is not said of it is not written, so that its digest is that of an entry without these words.
#[derive(Serialize, Deserialize)]
pub struct FileShape {
    file: W<FileId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thumbnail: Option<(u16, u16)>,
}

impl From<&FileContent> for FileShape {
    fn from(content: &FileContent) -> Self {
        Self { file: W(content.file), caption: content.caption.clone(), thumbnail: content.thumbnail }
    }
}

impl FileShape {
    /// The file.
    fn value(self) -> FileContent {
        FileContent { file: self.file.0, caption: self.caption, thumbnail: self.thumbnail }
    }
}

/// What was passed on.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SharedShape {
    Message { text: String, lang: W<LanguageTag> },
    Offer { content: OfferShape },
    File(FileShape),
}

impl From<&SharedItem> for SharedShape {
    fn from(item: &SharedItem) -> Self {
        match item {
            SharedItem::Message { text, lang } => Self::Message { text: text.clone(), lang: W(lang.clone()) },
            SharedItem::Offer(content) => Self::Offer { content: content.into() },
            SharedItem::File(content) => Self::File(content.into()),
        }
    }
}

impl BidQuestionShape {
    /// What is asked.
    pub fn value(self) -> BidQuestion {
        BidQuestion {
            text: self.text.into_iter().map(|(language, text)| (language.0, text)).collect(),
            currency: self.currency.0,
            payer: self.payer.0,
            rounds: self.rounds,
        }
    }
}

impl SharedShape {
    /// What it is.
    fn value(self) -> Result<SharedItem> {
        Ok(match self {
            Self::Message { text, lang } => SharedItem::Message { text, lang: lang.0 },
            Self::Offer { content } => SharedItem::Offer(content.value()?),
            Self::File(content) => SharedItem::File(content.value()),
        })
    }
}

/// What an entry holds.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BodyShape {
    Message {
        text: String,
        lang: W<LanguageTag>,
    },
    File(FileShape),
    Offer {
        content: OfferShape,
    },
    OfferAccepted {
        offer: W<EntryId>,
    },
    OfferCountered {
        offer: W<EntryId>,
        counter: OfferShape,
    },
    OfferWithdrawn {
        offer: W<EntryId>,
    },
    Agenda {
        items: Vec<String>,
        // Left out where there is none, as in what was stored before there was one: a digest is taken of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current: Option<u16>,
    },
    Session {
        step: W<SessionStep>,
    },
    Arrival {
        who: W<Seat>,
    },
    Departure {
        who: W<Seat>,
    },
    SeatTaken {
        who: W<Seat>,
    },
    SeatEnded {
        who: W<Seat>,
    },
    Revision {
        step: W<AgreementStep>,
        revision: u32,
    },
    Signature {
        who: Option<W<Seat>>,
    },
    BlindBidAsked {
        question: BidQuestionShape,
    },
    BlindBidMade {
        bid: W<EntryId>,
        round: u8,
    },
    BlindBidsMet {
        bid: W<EntryId>,
        amount: MoneyShape,
    },
    BlindBidRoundClosed {
        bid: W<EntryId>,
        round: u8,
        next: Option<u8>,
    },
    BlindBidWithdrawn {
        bid: W<EntryId>,
    },
    Proposal {
        content: OfferShape,
    },
    ProposalAccepted {
        proposal: W<EntryId>,
    },
    ProposalWithdrawn {
        proposal: W<EntryId>,
    },
    ShareAsked {
        entry: W<EntryId>,
    },
    ShareAllowed {
        entry: W<EntryId>,
    },
    ShareDeclined {
        entry: W<EntryId>,
    },
    Shared {
        of: W<Side>,
        item: SharedShape,
    },
    OfferClosed {
        offer: W<EntryId>,
        state: W<OfferState>,
    },
    Suggestion {
        id: W<SuggestionId>,
        term: Option<u32>,
        state: W<SuggestionState>,
    },
    Caucus {
        step: W<CaucusStep>,
    },
    Timer {
        seconds: u32,
        of: Option<W<Side>>,
    },
    TimerStopped {
        timer: W<EntryId>,
    },
    Summary {
        text: String,
        lang: W<LanguageTag>,
    },
    SummaryConfirmed {
        summary: W<EntryId>,
    },
    SummaryCorrected {
        summary: W<EntryId>,
        text: String,
        lang: W<LanguageTag>,
    },
}

impl From<&Body> for BodyShape {
    fn from(body: &Body) -> Self {
        match body {
            Body::Message { text, lang } => Self::Message { text: text.clone(), lang: W(lang.clone()) },
            Body::File(content) => Self::File(content.into()),
            Body::Offer(content) => Self::Offer { content: content.into() },
            Body::OfferAccepted { offer } => Self::OfferAccepted { offer: W(*offer) },
            Body::OfferCountered { offer, counter } => {
                Self::OfferCountered { offer: W(*offer), counter: counter.into() }
            }
            Body::OfferWithdrawn { offer } => Self::OfferWithdrawn { offer: W(*offer) },
            Body::Agenda { items, current } => Self::Agenda { items: items.clone(), current: *current },
            Body::Session { step } => Self::Session { step: W(*step) },
            Body::Arrival { who } => Self::Arrival { who: W(*who) },
            Body::Departure { who } => Self::Departure { who: W(*who) },
            Body::SeatTaken { who } => Self::SeatTaken { who: W(*who) },
            Body::SeatEnded { who } => Self::SeatEnded { who: W(*who) },
            Body::Revision { step, revision } => Self::Revision { step: W(*step), revision: *revision },
            Body::Signature { who } => Self::Signature { who: who.map(W) },
            Body::BlindBidAsked(question) => Self::BlindBidAsked { question: question.into() },
            Body::BlindBidMade { bid, round } => Self::BlindBidMade { bid: W(*bid), round: *round },
            Body::BlindBidsMet { bid, amount } => {
                Self::BlindBidsMet { bid: W(*bid), amount: MoneyShape::from(*amount) }
            }
            Body::BlindBidRoundClosed { bid, round, next } => {
                Self::BlindBidRoundClosed { bid: W(*bid), round: *round, next: *next }
            }
            Body::BlindBidWithdrawn { bid } => Self::BlindBidWithdrawn { bid: W(*bid) },
            Body::Proposal(content) => Self::Proposal { content: content.into() },
            Body::ProposalAccepted { proposal } => Self::ProposalAccepted { proposal: W(*proposal) },
            Body::ProposalWithdrawn { proposal } => Self::ProposalWithdrawn { proposal: W(*proposal) },
            Body::ShareAsked { entry } => Self::ShareAsked { entry: W(*entry) },
            Body::ShareAllowed { entry } => Self::ShareAllowed { entry: W(*entry) },
            Body::ShareDeclined { entry } => Self::ShareDeclined { entry: W(*entry) },
            Body::Shared { of, item } => Self::Shared { of: W(*of), item: item.into() },
            Body::OfferClosed { offer, state } => Self::OfferClosed { offer: W(*offer), state: W(*state) },
            Body::Suggestion { id, term, state } => {
                Self::Suggestion { id: W(*id), term: *term, state: W(*state) }
            }
            Body::Caucus { step } => Self::Caucus { step: W(*step) },
            Body::Timer { seconds, of } => Self::Timer { seconds: *seconds, of: of.map(W) },
            Body::TimerStopped { timer } => Self::TimerStopped { timer: W(*timer) },
            Body::Summary { text, lang } => Self::Summary { text: text.clone(), lang: W(lang.clone()) },
            Body::SummaryConfirmed { summary } => Self::SummaryConfirmed { summary: W(*summary) },
            Body::SummaryCorrected { summary, text, lang } => {
                Self::SummaryCorrected { summary: W(*summary), text: text.clone(), lang: W(lang.clone()) }
            }
        }
    }
}

impl BodyShape {
    /// What the entry holds.
    pub fn value(self) -> Result<Body> {
        Ok(match self {
            Self::Message { text, lang } => Body::Message { text, lang: lang.0 },
            Self::File(content) => Body::File(content.value()),
            Self::Offer { content } => Body::Offer(content.value()?),
            Self::OfferAccepted { offer } => Body::OfferAccepted { offer: offer.0 },
            Self::OfferCountered { offer, counter } => {
                Body::OfferCountered { offer: offer.0, counter: counter.value()? }
            }
            Self::OfferWithdrawn { offer } => Body::OfferWithdrawn { offer: offer.0 },
            Self::Agenda { items, current } => Body::Agenda { items, current },
            Self::Session { step } => Body::Session { step: step.0 },
            Self::Arrival { who } => Body::Arrival { who: who.0 },
            Self::Departure { who } => Body::Departure { who: who.0 },
            Self::SeatTaken { who } => Body::SeatTaken { who: who.0 },
            Self::SeatEnded { who } => Body::SeatEnded { who: who.0 },
            Self::Revision { step, revision } => Body::Revision { step: step.0, revision },
            Self::Signature { who } => Body::Signature { who: who.map(|seat| seat.0) },
            Self::BlindBidAsked { question } => Body::BlindBidAsked(question.value()),
            Self::BlindBidMade { bid, round } => Body::BlindBidMade { bid: bid.0, round },
            Self::BlindBidsMet { bid, amount } => Body::BlindBidsMet { bid: bid.0, amount: amount.value()? },
            Self::BlindBidRoundClosed { bid, round, next } => {
                Body::BlindBidRoundClosed { bid: bid.0, round, next }
            }
            Self::BlindBidWithdrawn { bid } => Body::BlindBidWithdrawn { bid: bid.0 },
            Self::Proposal { content } => Body::Proposal(content.value()?),
            Self::ProposalAccepted { proposal } => Body::ProposalAccepted { proposal: proposal.0 },
            Self::ProposalWithdrawn { proposal } => Body::ProposalWithdrawn { proposal: proposal.0 },
            Self::ShareAsked { entry } => Body::ShareAsked { entry: entry.0 },
            Self::ShareAllowed { entry } => Body::ShareAllowed { entry: entry.0 },
            Self::ShareDeclined { entry } => Body::ShareDeclined { entry: entry.0 },
            Self::Shared { of, item } => Body::Shared { of: of.0, item: item.value()? },
            Self::OfferClosed { offer, state } => Body::OfferClosed { offer: offer.0, state: state.0 },
            Self::Suggestion { id, term, state } => Body::Suggestion { id: id.0, term, state: state.0 },
            Self::Caucus { step } => Body::Caucus { step: step.0 },
            Self::Timer { seconds, of } => Body::Timer { seconds, of: of.map(|side| side.0) },
            Self::TimerStopped { timer } => Body::TimerStopped { timer: timer.0 },
            Self::Summary { text, lang } => Body::Summary { text, lang: lang.0 },
            Self::SummaryConfirmed { summary } => Body::SummaryConfirmed { summary: summary.0 },
            Self::SummaryCorrected { summary, text, lang } => {
                Body::SummaryCorrected { summary: summary.0, text, lang: lang.0 }
            }
        })
    }
}
