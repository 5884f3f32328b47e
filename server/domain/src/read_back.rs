//! What a party says, in its own words, it will do: asked before it signs, so that a misunderstanding shows while it can
//! still be mended. The mediator alone reads it, beside its author. Deliberately not here: any rule by which it would stand
//! in the way of a signature. It never does.

use crate::agreement::TextDigest;
use crate::party::Side;
use crate::person::{NotWords, clean_words};
use crate::terms::Term;

/// The most characters of what is said about one promise.
pub const READ_BACK_CHARACTERS_MAX: usize = 1_000;

/// What a party said of its promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBack {
    /// The text that it was said of.
    pub digest: TextDigest,
    /// For each promise of this party its number in that text, from 1, and its words; none where the party has told the
    /// mediator itself.
    pub texts: Vec<(u32, String)>,
}

/// Why it cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReadBack {
    /// Not one text for each promise.
    WrongNumber,
    /// One that cannot be taken; counted from 0 among what was said.
    Text {
        /// Which.
        at: usize,
        /// Why.
        why: NotWords,
    },
}

/// The numbers, from 1, of what that side owes.
pub fn own_promises(terms: &[Term], side: Side) -> Vec<u32> {
    (1_u32..).zip(terms).filter(|(_, term)| term.debtor == side).map(|(number, _)| number).collect()
}

/// Brings what was said of the promises with these numbers into the form that is kept.
///
/// # Errors
/// What is wrong with the first text that cannot be taken.
pub fn clean_read_back(promises: &[u32], said: &[String]) -> Result<Vec<(u32, String)>, NotReadBack> {
    if promises.len() != said.len() {
        return Err(NotReadBack::WrongNumber);
    }
    let one = |(at, (number, text)): (usize, (&u32, &String))| {
        let words = clean_words(text, READ_BACK_CHARACTERS_MAX);
        words.map(|words| (*number, words)).map_err(|why| NotReadBack::Text { at, why })
    };
    promises.iter().zip(said).enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn term(debtor: Side) -> Term {
        Term { debtor, creditor: debtor.other(), text: BTreeMap::new(), amount: None, due_on: None }
    }

    #[test]
    fn each_side_reads_back_what_it_owes() {
        let terms = [Side::Respondent, Side::Claimant, Side::Respondent].map(term);
        assert_eq!(own_promises(&terms, Side::Respondent), [1, 3]);
        assert_eq!(own_promises(&terms, Side::Claimant), [2]);
        assert_eq!(own_promises(&[], Side::Claimant), Vec::<u32>::new());
    }

    #[test]
    fn one_text_for_each_promise_or_none_is_taken() {
        let said = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            clean_read_back(&[1, 3], &said(&[" I pay. ", "I move out."])),
            Ok(vec![(1, "I pay.".to_owned()), (3, "I move out.".to_owned())])
        );
        assert_eq!(clean_read_back(&[1], &said(&[])), Err(NotReadBack::WrongNumber));
        let empty = NotReadBack::Text { at: 1, why: NotWords::Empty };
        assert_eq!(clean_read_back(&[1, 3], &said(&["I pay.", " "])), Err(empty));
    }
}
