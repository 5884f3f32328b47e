//! What changed between two revisions: which terms are new, gone or changed, and within a changed text which words. It
//! knows no author: whoever wrote what is not in the text, and where the sides are kept apart it must not be (R17).

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::language::RecordLanguage;
use crate::terms::Term;

/// How much two terms have to share to count as one that was changed, in hundredths of their words.
const LIKENESS_MIN: usize = 40;
/// Beyond this many comparisons a text is shown as replaced: longer ones would take longer than a reader waits.
const COMPARISONS_MAX: usize = 3_000_000;

/// A run of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// It stands in both.
    Kept(String),
    /// It stands in the earlier one alone.
    Gone(String),
    /// It stands in the later one alone.
    New(String),
}

/// What became of one term; terms are numbered from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It stands as it stood, perhaps at another place.
    Same {
        /// Its number now.
        number: usize,
        /// The term.
        term: Term,
    },
    /// It was not there before.
    New {
        /// Its number now.
        number: usize,
        /// The term.
        term: Term,
    },
    /// It is not there any more.
    Gone {
        /// Its number before.
        number: usize,
        /// The term.
        term: Term,
    },
    /// It says something else.
    Changed {
        /// Its number now.
        number: usize,
        /// How it stood.
        before: Term,
        /// How it stands.
        after: Term,
        /// Its texts, in each language of either.
        texts: BTreeMap<RecordLanguage, Vec<Piece>>,
    },
}

/// The differences from `before` to `after`, in the order of the later one; what is gone stands where it stood.
pub fn between(before: &[Term], after: &[Term]) -> Vec<Difference> {
    let pairs = pairs(before, after);
    let mut shown: Vec<(Option<usize>, Difference)> = Vec::new();
    for (at, term) in after.iter().enumerate() {
        let old = pairs.iter().find(|(_, new)| *new == at).map(|(old, _)| *old);
        let number = at.saturating_add(1);
        let difference = match old.and_then(|old| before.get(old)) {
            None => Difference::New { number, term: term.clone() },
            Some(old) if old == term => Difference::Same { number, term: term.clone() },
            Some(old) => changed(number, old, term),
        };
        shown.push((old, difference));
    }
    for (at, term) in before.iter().enumerate() {
        if pairs.iter().any(|(old, _)| *old == at) {
            continue;
        }
        let earlier = shown.iter().rposition(|(old, _)| old.is_some_and(|old| old < at));
        let place = earlier.map_or(0, |place| place.saturating_add(1));
        shown
            .insert(place, (Some(at), Difference::Gone { number: at.saturating_add(1), term: term.clone() }));
    }
    shown.into_iter().map(|(_, difference)| difference).collect()
}

fn changed(number: usize, before: &Term, after: &Term) -> Difference {
    let languages: BTreeSet<RecordLanguage> = before.text.keys().chain(after.text.keys()).copied().collect();
    let text = |term: &Term, language| term.text.get(&language).map_or("", String::as_str).to_owned();
    let compared = |language| (language, words(&text(before, language), &text(after, language)));
    let texts = languages.into_iter().map(compared).collect();
    Difference::Changed { number, before: before.clone(), after: after.clone(), texts }
}

/// Which term of the later revision is which of the earlier one. The likest find each other first, and of those that are
/// equally like the nearest.
fn pairs(before: &[Term], after: &[Term]) -> Vec<(usize, usize)> {
    let mut candidates: Vec<(usize, usize, usize, usize)> = Vec::new();
    let counted = |terms: &[Term]| terms.iter().map(word_counts).collect::<Vec<_>>();
    let (old_words, new_words) = (counted(before), counted(after));
    for (old, (old_term, old_counts)) in before.iter().zip(&old_words).enumerate() {
        for (new, (new_term, new_counts)) in after.iter().zip(&new_words).enumerate() {
            let likeness = if old_term == new_term { 101 } else { likeness(old_counts, new_counts) };
            if likeness >= LIKENESS_MIN {
                candidates.push((likeness, usize::MAX - old.abs_diff(new), old, new));
            }
        }
    }
    candidates.sort_unstable_by(|one, other| {
        (other.0, other.1).cmp(&(one.0, one.1)).then((one.2, one.3).cmp(&(other.2, other.3)))
    });
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, _, old, new) in candidates {
        if !pairs.iter().any(|(taken_old, taken_new)| *taken_old == old || *taken_new == new) {
            pairs.push((old, new));
        }
    }
    pairs
}

type Counts = BTreeMap<(RecordLanguage, String), usize>;

fn word_counts(term: &Term) -> Counts {
    let mut counts = Counts::new();
    for (language, text) in &term.text {
        for word in text.split_whitespace() {
            let count = counts.entry((*language, word.to_lowercase())).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// How many hundredths of the words stand in both.
fn likeness(one: &Counts, other: &Counts) -> usize {
    let all: usize = one.values().chain(other.values()).sum();
    let shared: usize =
        one.iter().map(|(word, count)| other.get(word).map_or(0, |there| *there.min(count))).sum();
    shared.saturating_mul(200).checked_div(all).unwrap_or(0)
}

/// Which words of a text went and which came. What is kept and gone together is the earlier text, what is kept and new
/// the later one.
pub fn words(before: &str, after: &str) -> Vec<Piece> {
    let (old, new) = (tokens(before), tokens(after));
    if old.len().saturating_mul(new.len()) > COMPARISONS_MAX && before != after {
        return whole(before, after);
    }
    let joined = |tokens: &[&str], start: usize, length: usize| {
        tokens.get(start..start.saturating_add(length)).unwrap_or_default().concat()
    };
    let mut pieces = Pieces::default();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        match op {
            DiffOp::Equal { old_index, len, .. } => pieces.keep(joined(&old, old_index, len)),
            DiffOp::Delete { old_index, old_len, .. } => pieces.change(joined(&old, old_index, old_len), ""),
            DiffOp::Insert { new_index, new_len, .. } => {
                pieces.change(String::new(), &joined(&new, new_index, new_len));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                pieces.change(joined(&old, old_index, old_len), &joined(&new, new_index, new_len));
            }
        }
    }
    pieces.done()
}

fn whole(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    pieces.change(before.to_owned(), after);
    pieces.done()
}

/// Words, blanks and marks, each by itself.
fn tokens(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Word,
        Blank,
        Mark,
    }
    let kind = |letter: char| match letter {
        _ if letter.is_whitespace() => Kind::Blank,
        ',' | '.' | ';' | ':' | '!' | '?' | '(' | ')' | '"' | '।' | '۔' | '،' | '؛' | '؟' => Kind::Mark,
        _ => Kind::Word,
    };
    let mut tokens = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, letter) in text.char_indices() {
        let now = kind(letter);
        if last.is_some_and(|last| last != now || now == Kind::Mark) {
            tokens.extend(text.get(start..at));
            start = at;
        }
        last = Some(now);
    }
    tokens.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    tokens
}

/// Pieces in the making. A blank between two words that both changed is no rest worth keeping: "two weeks" in the place
/// of "one month" is one change, and is read aloud as one.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    gone: String,
    new: String,
    /// A blank after a change, of which it is not known yet whether another change follows.
    blank: String,
}

impl Pieces {
    fn keep(&mut self, text: String) {
        let changes = !self.gone.is_empty() || !self.new.is_empty();
        if changes && self.blank.is_empty() && text.chars().all(char::is_whitespace) {
            self.blank = text;
            return;
        }
        self.close();
        self.done.push(Piece::Kept(text));
    }

    fn change(&mut self, gone: String, new: &str) {
        let blank = std::mem::take(&mut self.blank);
        for (side, more) in [(&mut self.gone, gone.as_str()), (&mut self.new, new)] {
            side.push_str(&blank);
            side.push_str(more);
        }
    }

    /// Ends a change, the gone words first: as they stood, then as they stand.
    fn close(&mut self) {
        let (gone, new) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.new));
        self.done.extend(Some(gone).filter(|gone| !gone.is_empty()).map(Piece::Gone));
        self.done.extend(Some(new).filter(|new| !new.is_empty()).map(Piece::New));
        let blank = std::mem::take(&mut self.blank);
        self.done.extend(Some(blank).filter(|blank| !blank.is_empty()).map(Piece::Kept));
    }

    fn done(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Side;
    use crate::time::Day;
    use proptest::prelude::*;

    fn term(text: &str) -> Term {
        Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: BTreeMap::from([(RecordLanguage::English, text.to_owned())]),
            amount: None,
            due_on: None,
        }
    }

    fn told(pieces: &[Piece]) -> String {
        let one = |piece: &Piece| match piece {
            Piece::Kept(text) => text.clone(),
            Piece::Gone(text) => format!("[-{text}-]"),
            Piece::New(text) => format!("{{+{text}+}}"),
        };
        pieces.iter().map(one).collect()
    }

    fn listed(before: &[&str], after: &[&str]) -> Vec<String> {
        let terms = |texts: &[&str]| texts.iter().map(|text| term(text)).collect::<Vec<_>>();
        let text = |term: &Term| term.text[&RecordLanguage::English].clone();
        let line = |difference: &Difference| match difference {
            Difference::Same { number, term } => format!("{number} {}", text(term)),
            Difference::New { number, term } => format!("+{number} {}", text(term)),
            Difference::Gone { number, term } => format!("-{number} {}", text(term)),
            Difference::Changed { number, texts, .. } => {
                format!("~{number} {}", told(&texts[&RecordLanguage::English]))
            }
        };
        between(&terms(before), &terms(after)).iter().map(line).collect()
    }

    #[test]
    fn changed_words_are_told_and_no_more() {
        for (before, after, expected) in [
            ("pays 450 taka", "pays 450 taka", "pays 450 taka"),
            ("pays 450 taka.", "pays 300 taka.", "pays [-450-]{+300+} taka."),
            ("pays in one month", "pays in two weeks", "pays in [-one month-]{+two weeks+}"),
            ("pays", "pays soon", "pays{+ soon+}"),
            ("", "pays", "{+pays+}"),
            ("pays", "", "[-pays-]"),
            ("৪৫০ টাকা দেবেন।", "৩০০ টাকা দেবেন।", "[-৪৫০-]{+৩০০+} টাকা দেবেন।"),
            ("چابی دیں گے۔", "دونوں چابیاں دیں گے۔", "[-چابی-]{+دونوں چابیاں+} دیں گے۔"),
        ] {
            assert_eq!(told(&words(before, after)), expected);
        }
    }

    #[test]
    fn terms_are_new_gone_changed_or_as_they_were() {
        let (pays, keys, sorry) =
            ("pays back the whole deposit", "gives both keys back", "writes a letter of regret");
        for (before, after, expected) in [
            (&[][..], &[pays][..], &["+1 pays back the whole deposit"][..]),
            (&[pays, keys], &[pays, keys], &["1 pays back the whole deposit", "2 gives both keys back"]),
            (&[pays, keys], &[keys], &["-1 pays back the whole deposit", "1 gives both keys back"]),
            (&[pays, keys], &[pays], &["1 pays back the whole deposit", "-2 gives both keys back"]),
            (&[pays, keys], &[keys, pays], &["1 gives both keys back", "2 pays back the whole deposit"]),
            (
                &[pays, keys],
                &[pays, sorry, "gives all keys back"],
                &[
                    "1 pays back the whole deposit",
                    "+2 writes a letter of regret",
                    "~3 gives [-both-]{+all+} keys back",
                ],
            ),
            (&[pays], &[sorry], &["-1 pays back the whole deposit", "+1 writes a letter of regret"]),
        ] {
            assert_eq!(listed(before, after), expected);
        }
    }

    #[test]
    fn a_term_whose_day_alone_changed_is_changed_and_its_words_are_kept() {
        let before = term("pays back the deposit");
        let after = Term { due_on: Day::new(2027, 1, 31), ..before.clone() };
        let told = between(std::slice::from_ref(&before), std::slice::from_ref(&after));
        let texts = BTreeMap::from([(
            RecordLanguage::English,
            vec![Piece::Kept("pays back the deposit".to_owned())],
        )]);
        assert_eq!(told, [Difference::Changed { number: 1, before, after, texts }]);
    }

    #[test]
    fn a_text_that_is_too_long_to_compare_is_told_as_replaced() {
        let (old, new) = ("a ".repeat(1_000), "b ".repeat(1_000));
        assert_eq!(words(&old, &new).len(), 2);
        assert_eq!(words(&old, &old), [Piece::Kept(old.clone())]);
    }

    fn texts() -> impl Strategy<Value = String> {
        proptest::string::string_regex("([a-c]{1,2}[ ,.\n]{0,2}){0,12}").expect("a pattern")
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_pieces(before in texts(), after in texts()) {
            let pieces = words(&before, &after);
            let mut read = (String::new(), String::new());
            for piece in &pieces {
                match piece {
                    Piece::Kept(text) => { read.0.push_str(text); read.1.push_str(text); }
                    Piece::Gone(text) => read.0.push_str(text),
                    Piece::New(text) => read.1.push_str(text),
                }
            }
            prop_assert_eq!(read, (before, after));
        }

        #[test]
        fn each_term_is_told_once(before in prop::collection::vec(texts(), 0..6), after in prop::collection::vec(texts(), 0..6)) {
            let terms = |texts: &[String]| texts.iter().map(|text| term(text)).collect::<Vec<_>>();
            let told = between(&terms(&before), &terms(&after));
            let (mut old, mut new) = (0, Vec::new());
            for difference in &told {
                match difference {
                    Difference::New { number, .. } => new.push(*number),
                    Difference::Gone { .. } => old += 1,
                    Difference::Same { number, .. } | Difference::Changed { number, .. } => {
                        new.push(*number);
                        old += 1;
                    }
                }
            }
            prop_assert_eq!(old, before.len());
            prop_assert_eq!(new, (1..=after.len()).collect::<Vec<_>>());
        }
    }
}
