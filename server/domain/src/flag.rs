//! What makes a term hard to carry out (R21). A flag warns whoever writes and whoever reads, in words beside the term; it
//! never blocks: two people may have good reasons to leave a day open. Deliberately not here: the words themselves, which
//! are one table (`table`), and the rule that each text has to be complete before it is frozen, which does block (R22).

mod table;

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::language::RecordLanguage;
use crate::money::{Currency, latin_digit};
use crate::terms::Term;
use crate::time::Day;

use table::{MONEY, MONEY_SIGNS, VAGUE};

words! {
    /// What is missing from a term, or can be read in two ways.
    pub enum Flag {
        /// Whoever owes it owes it to themselves.
        SameSides = "same-sides",
        /// It has no text in a language in which the agreement is read.
        TextMissing = "text-missing",
        /// It speaks of money and nothing says how much.
        NoAmount = "no-amount",
        /// Nothing says by when.
        NoDueDay = "no-due-day",
        /// The day by which it is due has passed.
        DueDayPassed = "due-day-passed",
        /// A word such as "soon" or "reasonable" that two people read in two ways.
        VagueWord = "vague-word",
    }
}

/// What is to be looked at again in a term on `today`, where the agreement is read in these languages.
pub fn flags(term: &Term, languages: &[RecordLanguage], today: Day) -> Vec<Flag> {
    let lacks = |language: &RecordLanguage| term.text.get(language).is_none_or(|text| text.trim().is_empty());
    let money = || term.text.values().any(|text| names_money(text));
    let vague = || term.text.values().any(|text| !phrases_in(text, &VAGUE_PHRASES).is_empty());
    let found = |flag: &Flag| match flag {
        Flag::SameSides => term.debtor == term.creditor,
        Flag::TextMissing => languages.iter().any(lacks),
        Flag::NoAmount => term.amount.is_none() && money(),
        Flag::NoDueDay => term.due_on.is_none(),
        Flag::DueDayPassed => term.due_on.is_some_and(|day| day < today),
        Flag::VagueWord => vague(),
    };
    Flag::ALL.iter().copied().filter(found).collect()
}

/// The words of a term that can be read in two ways, as they stand in it, each once and with its language.
pub fn vague_words(term: &Term) -> Vec<(RecordLanguage, String)> {
    let mut found: Vec<(RecordLanguage, String)> = Vec::new();
    for (language, text) in &term.text {
        for words in phrases_in(text, &VAGUE_PHRASES) {
            let one = (*language, words.to_owned());
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

fn names_money(text: &str) -> bool {
    let signs = MONEY_SIGNS.iter().any(|sign| text.contains(sign));
    signs || !phrases_in(text, &MONEY_PHRASES).is_empty()
}

static VAGUE_PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| VAGUE.iter().copied().map(phrase).collect());
static MONEY_PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let codes = Currency::all().map(|currency| phrase(currency.code()));
    MONEY.iter().copied().map(phrase).chain(codes).collect()
});

/// One or more words that stand beside each other.
type Phrase = Vec<Pattern>;

/// One word of the table.
#[derive(Debug)]
enum Pattern {
    Word(String),
    /// Every word that begins so: endings differ by case and number in Bangla and English.
    Beginning(String),
    Number,
}

fn phrase(line: &str) -> Phrase {
    let pattern = |word: &str| match word.strip_suffix('*') {
        _ if word == "#" => Pattern::Number,
        Some(beginning) => Pattern::Beginning(folded(beginning)),
        None => Pattern::Word(folded(word)),
    };
    line.split(' ').map(pattern).collect()
}

impl Pattern {
    fn fits(&self, token: &Token) -> bool {
        match self {
            Self::Word(word) => token.folded == *word,
            Self::Beginning(beginning) => token.folded.starts_with(beginning.as_str()),
            Self::Number => token.folded.starts_with(is_digit),
        }
    }
}

/// A word of a text: where it stands, and how it is compared.
struct Token {
    start: usize,
    end: usize,
    folded: String,
}

/// Which of the phrases stand in the text, as they are written there.
fn phrases_in<'a>(text: &'a str, phrases: &[Phrase]) -> Vec<&'a str> {
    let tokens = tokens(text);
    let (mut found, mut rest) = (Vec::new(), tokens.as_slice());
    while let Some(first) = rest.first() {
        let fits = |phrase: &&Phrase| {
            rest.len() >= phrase.len() && phrase.iter().zip(rest).all(|(one, token)| one.fits(token))
        };
        // The longest says it best: "as soon as possible" and not "soon".
        let longest = phrases.iter().filter(fits).map(Vec::len).max();
        let last = longest.and_then(|length| rest.get(length.saturating_sub(1)));
        found.extend(last.and_then(|last| text.get(first.start..last.end)));
        rest = rest.get(longest.unwrap_or(1).max(1)..).unwrap_or_default();
    }
    found
}

/// The words and numbers of a text. "450tk" is a number and a word.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut before: Option<char> = None;
    for (at, letter) in text.char_indices() {
        let end = at.saturating_add(letter.len_utf8());
        if is_of_word(letter) {
            let goes_on = before.is_some_and(|last| is_of_word(last) && is_digit(last) == is_digit(letter));
            match tokens.last_mut() {
                Some(token) if goes_on => token.end = end,
                _ => tokens.push(Token { start: at, end, folded: String::new() }),
            }
        }
        before = Some(letter);
    }
    for token in &mut tokens {
        token.folded = folded(text.get(token.start..token.end).unwrap_or_default());
    }
    tokens
}

fn is_digit(letter: char) -> bool {
    latin_digit(letter).is_ascii_digit()
}

/// Letters and digits, and the marks that Bangla and Urdu write inside a word.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_mark(letter) || matches!(letter, '\u{09BC}' | '\u{09CD}')
}

/// Joiners and the vowel marks of Urdu, which people leave out as they like.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}' | '\u{0640}' | '\u{064B}'..='\u{0652}' | '\u{0670}')
}

/// A word as it is compared: composed, without case, and in the letters of Urdu where an Arabic keyboard wrote others.
fn folded(word: &str) -> String {
    let letter = |letter: char| match letter {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'ه' => 'ہ',
        other => other,
    };
    word.nfc().filter(|one| !is_mark(*one)).flat_map(char::to_lowercase).map(letter).collect()
}

#[cfg(test)]
mod tests;
