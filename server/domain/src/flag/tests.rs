//! Flags by table: what is flagged, in which language, and what is not.

use std::collections::BTreeMap;

use super::*;
use crate::language::Language;
use crate::money::Money;
use crate::party::Side;
use crate::person::clean_words;
use proptest::prelude::*;

fn day(year: i16) -> Option<Day> {
    Day::new(year, 1, 31)
}

fn today() -> Day {
    Day::new(2026, 11, 25).expect("a day")
}

fn term(text: &str) -> Term {
    Term {
        debtor: Side::Respondent,
        creditor: Side::Claimant,
        text: BTreeMap::from([(RecordLanguage::English, text.to_owned())]),
        amount: None,
        due_on: day(2027),
    }
}

fn of(text: &str) -> Vec<Flag> {
    flags(&term(&clean_words(text, 4_000).expect("words")), &[RecordLanguage::English], today())
}

#[test]
fn r21_each_thing_that_is_missing_is_flagged_and_a_whole_term_is_not() {
    let whole =
        Term { amount: Money::from_minor(100, "BDT".parse().expect("taka")).ok(), ..term("pays it back") };
    let languages = [RecordLanguage::English];
    let check = |term: Term| flags(&term, &languages, today());
    assert_eq!(check(whole.clone()), []);
    assert_eq!(check(Term { amount: None, ..whole.clone() }), [Flag::NoAmount]);
    assert_eq!(check(Term { due_on: None, ..whole.clone() }), [Flag::NoDueDay]);
    assert_eq!(check(Term { due_on: day(2026), ..whole.clone() }), [Flag::DueDayPassed]);
    assert_eq!(check(Term { due_on: Some(today()), ..whole.clone() }), [], "the day itself is still to come");
    assert_eq!(check(Term { creditor: Side::Respondent, ..whole.clone() }), [Flag::SameSides]);
    assert_eq!(check(Term { text: BTreeMap::new(), ..whole.clone() }), [Flag::TextMissing]);
    let blank = BTreeMap::from([(RecordLanguage::English, " \n".to_owned())]);
    assert_eq!(check(Term { text: blank, ..whole.clone() }), [Flag::TextMissing]);
    let both = [RecordLanguage::English, RecordLanguage::Urdu];
    assert_eq!(flags(&whole, &both, today()), [Flag::TextMissing]);
    assert_eq!(flags(&whole, &[], today()), []);
}

#[test]
fn r21_vague_words_are_found_in_every_language_as_they_are_written() {
    for (text, expected) in [
        ("gives the keys back", &[][..]),
        ("gives the keys back on a sooner day", &[]),
        ("says nothing about the window", &[]),
        ("Gives the keys back SOON.", &["SOON"]),
        ("as soon as possible, and properly", &["as soon as possible", "properly"]),
        ("brings about 30 bricks", &["about 30"]),
        ("tries to come (if possible)", &["tries", "if possible"]),
        ("does it as agreed", &["as agreed"]),
        ("চাবি শীঘ্রই ফেরত দেবেন।", &["শীঘ্রই"]),
        ("সময়মতো আসার চেষ্টা করবেন", &["সময়মতো", "চেষ্টা"]),
        ("প্রায় ৩০টি ইট আনবেন", &["প্রায় ৩০"]),
        ("চাবি ৩১ জানুয়ারি ফেরত দেবেন", &[]),
        ("چابی جلد از جلد واپس کریں گے", &["جلد از جلد"]),
        ("تقریباً تیس اینٹیں لائیں گے", &["تقریباً"]),
        ("مناسب وقت پر آئیں گے", &["مناسب", "وقت پر"]),
        ("آنے کي کوشش کریں گے", &["کوشش"]),
        ("اكر ممكن هو تو", &["ممكن هو تو"]),
        ("چابی واپس کریں گے", &[]),
    ] {
        let text = clean_words(text, 4_000).expect("words");
        let found = vague_words(&term(&text));
        let expected: Vec<String> = expected.iter().map(|words| words.nfc().collect()).collect();
        let said: Vec<String> = found.into_iter().map(|(_, words)| words).collect();
        assert_eq!(said, expected, "{text}");
        assert_eq!(of(&text).contains(&Flag::VagueWord), !expected.is_empty(), "{text}");
    }
}

#[test]
fn r21_money_without_a_figure_is_flagged_in_every_language() {
    for text in [
        "pays back the deposit",
        "gives Amara 450 BDT",
        "gives Amara Tk450",
        "gives 450/-",
        "hands over $20",
        "৪৫০ টাকা দেবেন",
        "৪৫০টাকা দেবেন",
        "জামানতের টাকাটা ফেরত দেবেন",
        "৪৫০/- দেবেন",
        "کرایہ ادا کریں گے",
        "450 روپے دیں گے",
        // A code stands apart from figures of any script.
        "៤៥០BDT",
        "๔๕๐BDT",
        "௪௫௦BDT",
    ] {
        assert!(of(text).contains(&Flag::NoAmount), "{text}");
    }
    for text in
        ["gives both keys back", "brings 30 bricks", "দুটি চাবি ফেরত দেবেন", "دونوں چابیاں واپس کریں گے"]
    {
        assert!(!of(text).contains(&Flag::NoAmount), "{text}");
    }
}

/// A line of the table that is written otherwise than texts are stored would never be found.
#[test]
fn every_line_of_the_table_finds_itself() {
    for line in VAGUE.iter().chain(MONEY) {
        let text = line.replace('*', "").replace('#', "7");
        let stored = clean_words(&text, 4_000).expect("words");
        let phrases = [phrase(line)];
        assert_eq!(phrases_in(&stored, &phrases), [stored.as_str()], "{line}");
        assert!(line.split(' ').all(|word| !word.is_empty()), "{line}");
    }
    for (at, line) in VAGUE.iter().enumerate() {
        assert!(!VAGUE.iter().skip(at + 1).any(|other| other == line), "{line} stands twice");
    }
    for language in Language::ALL {
        let is_theirs = |line: &&&str| match language {
            Language::English => line.is_ascii(),
            Language::Bangla => line.contains(|letter| ('\u{0980}'..='\u{09FF}').contains(&letter)),
            Language::Urdu => line.contains(|letter| ('\u{0600}'..='\u{06FF}').contains(&letter)),
        };
        for table in [VAGUE, MONEY] {
            assert!(table.iter().filter(is_theirs).count() > 15, "{language}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_written_what_is_found_stands_in_it(text in "\\PC{0,80}", before in "[a-z ]{0,9}") {
        let text = format!("{before} soon {text}");
        let found = vague_words(&term(&text));
        prop_assert!(!found.is_empty());
        for (_, words) in found {
            prop_assert!(text.contains(&words));
        }
    }

    #[test]
    fn flags_come_in_one_order_each_once(text in "\\PC{0,60}", year in 2020_i16..2035) {
        let found = flags(&Term { due_on: day(year), ..term(&text) }, &RecordLanguage::ALL, today());
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        prop_assert_eq!(found, sorted);
    }
}
