//! Putting stable names in the place of ids, digests, references, tokens and times, so that two runs can be compared.
//! The same thing has the same name throughout: what changes still shows.

use std::collections::BTreeMap;

/// The names that were given out so far.
#[derive(Debug, Default)]
pub struct Masks(BTreeMap<String, String>);

impl Masks {
    /// The text with its random and timely parts masked.
    pub fn mask(&mut self, text: &str) -> String {
        let mut out = String::new();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_:.".contains(letter);
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.word(word));
            let gap = after.find(is_part).unwrap_or(after.len());
            out.push_str(&after[..gap]);
            rest = &after[gap..];
        }
        out
    }

    fn word(&mut self, word: &str) -> String {
        let letters = word.as_bytes();
        let is_date = letters.get(4) == Some(&b'-') && letters.get(7) == Some(&b'-');
        let is_time = word.len() >= 20 && is_date && word.contains('T') && word.contains(':');
        let is_millis = word.len() == 13 && word.bytes().all(|letter| letter.is_ascii_digit());
        if is_time || is_millis {
            return "TIME".to_owned();
        }
        let is_reference = word.starts_with("CD-") && word.len() == 12;
        let is_random = word.len() >= 22 && word.bytes().any(|letter| letter.is_ascii_digit());
        if !(is_reference || is_random) {
            return word.to_owned();
        }
        let next = format!("#{}", self.0.len());
        self.0.entry(word.to_owned()).or_insert(next).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_times_are_hidden_and_a_change_shows() {
        let mut masks = Masks::default();
        let id = "019a0000-0000-7000-8000-000000000001";
        let first = masks.mask(&format!(r#"{{"id":"{id}","at":"2026-11-24T14:00:00.123Z","seq":4}}"#));
        assert_eq!(first, r##"{"id":"#0","at":"TIME","seq":4}"##);
        let same = masks.mask(&format!("{id} and sha256:{}", "1".repeat(64)));
        assert_eq!(same, "#0 and #1");
        let changed = masks.mask(&format!("{id} and sha256:{}", "2".repeat(64)));
        assert_ne!(same, changed);
    }
}
