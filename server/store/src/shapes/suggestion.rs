//! The shape of what a party suggests for the text.

use serde::{Deserialize, Serialize};

use domain::language::LanguageTag;
use domain::party::Side;
use domain::room::Channel;
use domain::suggestion::{Suggested, Suggestion, SuggestionState};

use super::atoms::{M, W};
use super::talk::TermShape;
use crate::error::Result;

/// What is suggested.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum SuggestedShape {
    Change { term: u32, to: TermShape },
    Removal { term: u32 },
    Addition { to: TermShape },
    Comment { term: Option<u32> },
}

impl From<&Suggested> for SuggestedShape {
    fn from(suggested: &Suggested) -> Self {
        match suggested {
            Suggested::Change { term, to } => Self::Change { term: *term, to: to.into() },
            Suggested::Removal { term } => Self::Removal { term: *term },
            Suggested::Addition { to } => Self::Addition { to: to.into() },
            Suggested::Comment { term } => Self::Comment { term: *term },
        }
    }
}

impl SuggestedShape {
    fn value(self) -> Result<Suggested> {
        Ok(match self {
            Self::Change { term, to } => Suggested::Change { term, to: to.value()? },
            Self::Removal { term } => Suggested::Removal { term },
            Self::Addition { to } => Suggested::Addition { to: to.value()? },
            Self::Comment { term } => Suggested::Comment { term },
        })
    }
}

/// A suggestion.
#[derive(Serialize, Deserialize)]
pub struct SuggestionShape {
    by: W<Side>,
    channel: W<Channel>,
    seq: u64,
    revision: u32,
    suggested: SuggestedShape,
    note: Option<(String, W<LanguageTag>)>,
    state: W<SuggestionState>,
    at: M,
}

impl From<&Suggestion> for SuggestionShape {
    fn from(suggestion: &Suggestion) -> Self {
        Self {
            by: W(suggestion.by),
            channel: W(suggestion.told.0),
            seq: suggestion.told.1,
            revision: suggestion.revision,
            suggested: (&suggestion.suggested).into(),
            note: suggestion.note.clone().map(|(text, lang)| (text, W(lang))),
            state: W(suggestion.state),
            at: suggestion.at.into(),
        }
    }
}

impl SuggestionShape {
    /// The suggestion.
    pub fn value(self) -> Result<Suggestion> {
        Ok(Suggestion {
            by: self.by.0,
            told: (self.channel.0, self.seq),
            revision: self.revision,
            suggested: self.suggested.value()?,
            note: self.note.map(|(text, lang)| (text, lang.0)),
            state: self.state.0,
            at: self.at.into(),
        })
    }
}
