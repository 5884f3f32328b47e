//! How a joint session is shared out: who has said how much, and whose answer to a question is awaited. It is reckoned
//! from the entries whenever the mediator looks, for them alone: it is stored nowhere and judges nobody. Deliberately
//! not here: what is said in a caucus, or aloud.

use crate::entry::{Author, Body, Entry};
use crate::ids::EntryId;
use crate::party::{Side, Sides};
use crate::room::Seat;

/// The most questions that are kept; the earliest go.
const QUESTIONS_MAX: usize = 100;

/// How much somebody has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spoken {
    /// How many messages.
    pub messages: u32,
    /// How many words are in them.
    pub words: u32,
}

/// A question after which that side has said nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number in the channel.
    pub seq: u64,
    /// The entry that asks.
    pub entry: EntryId,
    /// Who asked.
    pub by: Seat,
    /// Whose answer is awaited.
    pub of: Side,
    /// What was asked.
    pub text: String,
}

/// A session as it is shared out so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balance {
    /// What each side has said.
    pub sides: Sides<Spoken>,
    /// What the mediator has said.
    pub mediator: Spoken,
    /// Questions that wait, in the order in which they were asked.
    pub waiting: Vec<Question>,
}

impl Balance {
    /// Takes the next entry in.
    pub fn hear(&mut self, entry: &Entry) {
        let (Author::Seat(by), Some(text)) = (entry.by, said(&entry.body)) else { return };
        let own = by.of_side();
        let spoken = match own {
            Some(side) => self.sides.of_mut(side),
            None => &mut self.mediator,
        };
        spoken.messages = spoken.messages.saturating_add(1);
        let words = u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
        spoken.words = spoken.words.saturating_add(words);
        self.waiting.retain(|question| Some(question.of) != own);
        if text.contains(['?', '؟', '？']) {
            let others = Side::BOTH.into_iter().filter(|side| Some(*side) != own);
            let ask = |of| Question { seq: entry.seq, entry: entry.id, by, of, text: text.clone() };
            self.waiting.extend(others.map(ask));
        }
        let surplus = self.waiting.len().saturating_sub(QUESTIONS_MAX);
        self.waiting.drain(..surplus);
    }

    /// How many of a hundred words are those.
    pub fn share(&self, spoken: Spoken) -> u8 {
        let all = [self.sides.claimant, self.sides.respondent, self.mediator];
        let all: u64 = all.iter().map(|one| u64::from(one.words)).sum();
        let half = all / 2;
        let share = u64::from(spoken.words).saturating_mul(100).saturating_add(half).checked_div(all);
        share.and_then(|share| u8::try_from(share).ok()).unwrap_or(0)
    }
}

const fn said(body: &Body) -> Option<&String> {
    match body {
        Body::Message { text, .. } | Body::Summary { text, .. } | Body::SummaryCorrected { text, .. } => {
            Some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::room::Channel;
    use crate::time::Moment;
    use uuid::Uuid;

    const AMARA: Seat = Seat::Party(Side::Claimant);
    const BELA: Seat = Seat::Party(Side::Respondent);

    fn balance(said: &[(Seat, &str)]) -> Balance {
        let mut balance = Balance::default();
        for (seq, (seat, text)) in (1..).zip(said) {
            balance.hear(&Entry {
                channel: Channel::Joint,
                seq,
                id: EntryId::new(Uuid::from_u128(u128::from(seq))),
                at: Moment::from_millis(0),
                by: Author::Seat(*seat),
                body: Body::Message { text: (*text).to_owned(), lang: Language::English.into() },
            });
        }
        balance
    }

    #[test]
    fn words_and_messages_are_counted_by_side() {
        let now = balance(&[(Seat::Mediator, "Good morning"), (AMARA, "I paid it all back"), (AMARA, "Yes")]);
        assert_eq!(now.sides.claimant, Spoken { messages: 2, words: 6 });
        assert_eq!(now.sides.respondent, Spoken::default());
        let shares = [now.sides.claimant, now.sides.respondent, now.mediator].map(|one| now.share(one));
        assert_eq!(shares, [75, 0, 25]);
        assert_eq!(Balance::default().share(Spoken::default()), 0);
    }

    #[test]
    fn a_question_waits_for_each_side_until_it_has_said_something() {
        let asked =
            [(Seat::Mediator, "What do you both need?"), (AMARA, "Quiet"), (AMARA, "تم کیا چاہتے ہو؟")];
        let waiting = |said: &[(Seat, &str)]| {
            balance(said).waiting.iter().map(|one| (one.seq, one.by, one.of)).collect::<Vec<_>>()
        };
        let both = [(1, Seat::Mediator, Side::Claimant), (1, Seat::Mediator, Side::Respondent)];
        assert_eq!(waiting(&asked[..1]), both);
        assert_eq!(waiting(&asked[..2]), both[1..]);
        assert_eq!(waiting(&asked), [both[1], (3, AMARA, Side::Respondent)]);
        let answered = [&asked[..], &[(BELA, "Sleep")]].concat();
        assert_eq!(waiting(&answered), []);
    }

    #[test]
    fn what_waits_is_bounded() {
        let many = vec![(AMARA, "Why?"); 300];
        let waiting = balance(&many).waiting;
        assert_eq!((waiting.len(), waiting.first().map(|one| one.seq)), (QUESTIONS_MAX, Some(201)));
    }
}
