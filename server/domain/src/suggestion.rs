//! What a party suggests for the text, or remarks on it: the mediator holds the pen and takes it up or not. Its author
//! says who hears of it, everyone or the mediator alone, and nothing of the latter ever shows elsewhere: a revision that
//! came out of it says no more than any other. Deliberately not here: the words of the people's talk (`entry`).

use crate::language::{LanguageTag, RecordLanguage};
use crate::party::Side;
use crate::room::{Channel, Seat};
use crate::terms::Term;
use crate::time::Moment;

/// The most characters of the words beside a suggestion.
pub const NOTE_CHARACTERS_MAX: usize = 1_000;
/// How many suggestions of one side may wait for an answer at a time.
pub const SUGGESTIONS_OPEN_MAX: usize = 30;
/// How many suggestions one side may make of a dispute's text in all: each reader of the text opens every one of them.
pub const SUGGESTIONS_MAX: usize = 200;

words! {
    /// Who hears of a suggestion.
    pub enum Audience {
        /// The other side too.
        Everyone = "everyone",
        /// The mediator, and the author's own side.
        Mediator = "mediator",
    }
}

words! {
    /// What has become of a suggestion.
    pub enum SuggestionState {
        /// It waits for the mediator.
        Open = "open",
        /// The mediator has taken it up.
        Accepted = "accepted",
        /// The mediator has not.
        Declined = "declined",
        /// Its author took it back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why the mediator cannot take it up so, or it cannot be made.
    pub enum SuggestionRefusal {
        /// It was accepted, declined or taken back before.
        AlreadyAnswered = "suggestion-already-answered",
        /// What it is about does not stand in the text any more as it did.
        Outdated = "suggestion-outdated",
        /// It has words in fewer languages than the text: what the others promise is the mediator's to write.
        Untranslated = "suggestion-untranslated",
        /// As many as may wait are waiting, or as many as may be made were.
        TooMany = "too-many-suggestions",
    }
}

/// What is suggested. Terms are named by their number, from 1, in the revision that the author read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggested {
    /// That term should read so.
    Change {
        /// Which.
        term: u32,
        /// How.
        to: Term,
    },
    /// That term should go.
    Removal {
        /// Which.
        term: u32,
    },
    /// A term should be added.
    Addition {
        /// Which.
        to: Term,
    },
    /// Words about a term, or about the whole.
    Comment {
        /// Which.
        term: Option<u32>,
    },
}

impl Suggested {
    /// The stable word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Change { .. } => "change",
            Self::Removal { .. } => "removal",
            Self::Addition { .. } => "addition",
            Self::Comment { .. } => "comment",
        }
    }

    /// The term that it is about.
    pub const fn term(&self) -> Option<u32> {
        match self {
            Self::Change { term, .. } | Self::Removal { term } => Some(*term),
            Self::Addition { .. } => None,
            Self::Comment { term } => *term,
        }
    }
}

/// A suggestion as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Whose.
    pub by: Side,
    /// Who was told, and as which number of that channel: a later seat hears of it from where that seat hears (R5).
    pub told: (Channel, u64),
    /// The revision that its author read; 0 for none.
    pub revision: u32,
    /// What is suggested.
    pub suggested: Suggested,
    /// Words beside it, with their language.
    pub note: Option<(String, LanguageTag)>,
    /// What has become of it.
    pub state: SuggestionState,
    /// When it was made.
    pub at: Moment,
}

/// Where that side's suggestion is told; nothing where there is no such audience: a pair that is kept apart shares none
/// (R17).
pub const fn channel_of(by: Side, audience: Audience, shuttle: bool) -> Option<Channel> {
    match audience {
        Audience::Mediator => Some(Channel::caucus(by)),
        Audience::Everyone if shuttle => None,
        Audience::Everyone => Some(Channel::Joint),
    }
}

impl Suggestion {
    /// Whom its author chose.
    pub fn audience(&self) -> Audience {
        if self.told.0 == Channel::Joint { Audience::Everyone } else { Audience::Mediator }
    }

    /// Where its answer is told now. What was said to everyone before the sides were kept apart is answered to its
    /// author alone (R17).
    pub fn answered_in(&self, shuttle: bool) -> Channel {
        if shuttle { Channel::caucus(self.by) } else { self.told.0 }
    }

    /// Whether that seat is one of those who were told, as far as the channel goes. Its author and the mediator keep it
    /// when the channel is closed.
    pub fn may_read(&self, seat: Seat, shuttle: bool) -> bool {
        let sits = crate::room::has_seat(seat, self.told.0, shuttle);
        sits || (self.told.0 == Channel::Joint && (seat.mediates() || seat == Seat::Party(self.by)))
    }

    /// The terms with the suggestion taken up: `read` are those of the revision that its author read, `now` those that
    /// stand. A remark changes nothing, and neither does what the mediator has written into the text already.
    ///
    /// Whether words can be taken up never depends on the language in which they were suggested: a text of which one
    /// promise lost a language would tell the other side whose idea it was (R5).
    ///
    /// # Errors
    /// `Outdated` where the term that it is about stands no more as its author read it; `Untranslated` where its new
    /// words are in fewer languages than the text.
    pub fn taken_up(&self, read: &[Term], now: &[Term]) -> Result<Vec<Term>, SuggestionRefusal> {
        let mut terms = now.to_vec();
        match &self.suggested {
            Suggested::Change { to, .. } | Suggested::Addition { to }
                if now.iter().any(|term| merged(term, to).as_ref() == Some(term)) => {}
            Suggested::Change { term, to } => {
                let at = place(*term, read, now)?;
                if let Some(stands) = terms.get_mut(at) {
                    *stands = merged(stands, to).ok_or(SuggestionRefusal::Untranslated)?;
                }
            }
            Suggested::Removal { term } => {
                terms.remove(place(*term, read, now)?);
            }
            Suggested::Addition { to } => {
                let has_words = |(language, _): (&RecordLanguage, &String)| to.text.contains_key(language);
                if !now.iter().flat_map(|term| &term.text).all(has_words) {
                    return Err(SuggestionRefusal::Untranslated);
                }
                terms.push(to.clone());
            }
            Suggested::Comment { .. } => {}
        }
        Ok(terms)
    }
}

/// Where the term of that number, of those that were read, stands now: in its place, or wherever else the very same is.
fn place(number: u32, read: &[Term], now: &[Term]) -> Result<usize, SuggestionRefusal> {
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let meant = at.and_then(|at| read.get(at)).ok_or(SuggestionRefusal::Outdated)?;
    let stays = at.filter(|at| now.get(*at) == Some(meant));
    stays.or_else(|| now.iter().position(|term| term == meant)).ok_or(SuggestionRefusal::Outdated)
}

/// A term as somebody suggests it to read. A party writes in its own language. Where it left the words alone and changed
/// the amount or the day, all texts stay. Where it changed them, a text that it did not write would promise something
/// else (R22): then there is no such term until somebody has written it.
fn merged(stands: &Term, to: &Term) -> Option<Term> {
    let unchanged = to.text.iter().all(|(language, text)| stands.text.get(language) == Some(text));
    if unchanged {
        return Some(Term { text: stands.text.clone(), ..to.clone() });
    }
    stands.text.keys().all(|language| to.text.contains_key(language)).then(|| to.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;
    use std::collections::BTreeMap;

    fn term(texts: &[(RecordLanguage, &str)]) -> Term {
        Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: texts
                .iter()
                .map(|(language, text)| (*language, (*text).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            amount: None,
            due_on: None,
        }
    }

    fn english(text: &str) -> Term {
        term(&[(RecordLanguage::English, text)])
    }

    fn suggestion(suggested: Suggested) -> Suggestion {
        Suggestion {
            by: Side::Claimant,
            told: (Channel::CaucusClaimant, 4),
            revision: 1,
            suggested,
            note: None,
            state: SuggestionState::Open,
            at: Moment::from_millis(0),
        }
    }

    #[test]
    fn r5_and_r17_who_hears_of_a_suggestion_is_who_sits_where_it_is_told() {
        for by in Side::BOTH {
            assert_eq!(channel_of(by, Audience::Mediator, false), Some(Channel::caucus(by)));
            assert_eq!(channel_of(by, Audience::Mediator, true), Some(Channel::caucus(by)));
            assert_eq!(channel_of(by, Audience::Everyone, false), Some(Channel::Joint));
            assert_eq!(channel_of(by, Audience::Everyone, true), None, "kept apart, they share nothing");
            let private = Suggestion {
                by,
                told: (Channel::caucus(by), 1),
                ..suggestion(Suggested::Comment { term: None })
            };
            let open = Suggestion { told: (Channel::Joint, 1), ..private.clone() };
            for shuttle in [false, true] {
                for one in [&private, &open] {
                    assert!(one.may_read(Seat::Party(by), shuttle) && one.may_read(Seat::Mediator, shuttle));
                }
                assert!(!private.may_read(Seat::Party(by.other()), shuttle));
                assert_eq!(open.may_read(Seat::Party(by.other()), shuttle), !shuttle);
                assert_eq!(private.answered_in(shuttle), Channel::caucus(by));
            }
            assert_eq!(open.answered_in(true), Channel::caucus(by));
            assert_eq!((open.audience(), private.audience()), (Audience::Everyone, Audience::Mediator));
        }
    }

    #[test]
    fn what_is_taken_up_changes_the_term_that_its_author_read_and_no_other() {
        let (pays, keys, more) = (english("pays"), english("gives the keys"), english("writes"));
        let (change, removal) = (
            suggestion(Suggested::Change { term: 2, to: more.clone() }),
            suggestion(Suggested::Removal { term: 2 }),
        );
        let addition = suggestion(Suggested::Addition { to: more.clone() });
        let read = [pays.clone(), keys.clone()];
        assert_eq!(change.taken_up(&read, &read), Ok(vec![pays.clone(), more.clone()]));
        assert_eq!(removal.taken_up(&read, &read), Ok(vec![pays.clone()]));
        assert_eq!(addition.taken_up(&read, &read), Ok(vec![pays.clone(), keys.clone(), more.clone()]));
        let moved = [keys.clone(), pays.clone()];
        assert_eq!(change.taken_up(&read, &moved), Ok(vec![more.clone(), pays.clone()]));
        let rewritten = [pays.clone(), english("gives both keys")];
        for one in [&change, &removal] {
            assert_eq!(one.taken_up(&read, &rewritten), Err(SuggestionRefusal::Outdated));
            assert_eq!(one.taken_up(&[], &read), Err(SuggestionRefusal::Outdated));
        }
        let remark = suggestion(Suggested::Comment { term: Some(9) });
        assert_eq!(remark.taken_up(&read, &read), Ok(read.to_vec()));
        let zero = suggestion(Suggested::Removal { term: 0 });
        assert_eq!(zero.taken_up(&read, &read), Err(SuggestionRefusal::Outdated));
    }

    #[test]
    fn r22_new_words_in_one_language_leave_no_old_promise_in_another() {
        let stands = term(&[(RecordLanguage::English, "pays"), (RecordLanguage::Bangla, "দেবেন")]);
        let later = Term { due_on: Day::new(2027, 1, 31), ..english("pays") };
        assert_eq!(merged(&stands, &later), Some(Term { text: stands.text.clone(), ..later }));
        assert_eq!(merged(&stands, &english("pays half")), None);
        let both = term(&[(RecordLanguage::English, "pays half"), (RecordLanguage::Bangla, "অর্ধেক দেবেন")]);
        assert_eq!(merged(&stands, &both), Some(both));
    }

    #[test]
    fn r5_in_whichever_language_it_was_suggested_the_text_comes_to_the_same() {
        let now = [term(&[(RecordLanguage::English, "pays"), (RecordLanguage::Bangla, "দেবেন")])];
        let both = term(&[(RecordLanguage::English, "pays half"), (RecordLanguage::Bangla, "অর্ধেক দেবেন")]);
        for one in [english("pays half"), term(&[(RecordLanguage::Bangla, "অর্ধেক দেবেন")])]
        {
            for suggested in
                [Suggested::Change { term: 1, to: one.clone() }, Suggested::Addition { to: one.clone() }]
            {
                let suggestion = suggestion(suggested);
                assert_eq!(suggestion.taken_up(&now, &now), Err(SuggestionRefusal::Untranslated));
                let written = [both.clone()];
                let taken = suggestion.taken_up(&now, &written);
                assert_eq!(
                    taken,
                    Ok(written.to_vec()),
                    "the mediator wrote it, and it is taken up as it stands"
                );
            }
        }
    }
}
