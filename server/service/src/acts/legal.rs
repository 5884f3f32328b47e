//! What a record says of itself in each language: that it is no court order, and how it is enforced (R21). The words
//! are in `web/content/legal`; a house in another jurisdiction puts its own there.

use domain::language::RecordLanguage;

/// The text of that name in a language; its files are named by tag.
macro_rules! text_of {
    ($name:literal, $language:expr) => {
        text_of!($name, $language,
            English "en", Bangla "bn", Hindi "hi", Tamil "ta", Urdu "ur", Sinhala "si", Nepali "ne", Khmer "km",
            Thai "th", Vietnamese "vi", Indonesian "id", Filipino "fil", Chinese "zh-Hans")
    };
    ($name:literal, $language:expr, $($of:ident $tag:literal),+) => {
        match $language {
            $(RecordLanguage::$of => {
                include_str!(concat!("../../../../web/content/legal/", $name, ".", $tag, ".txt")).trim_ascii_end()
            })+
        }
    };
}

/// That it is not a court order.
pub const fn not_a_court_order(language: RecordLanguage) -> &'static str {
    text_of!("not-a-court-order", language)
}

/// How it is enforced.
pub const fn enforcement(language: RecordLanguage) -> &'static str {
    text_of!("enforcement", language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_words_and_all_of_them_can_be_printed() {
        for text in [not_a_court_order, enforcement] {
            let mut all = RecordLanguage::ALL.map(text).to_vec();
            for words in &all {
                assert_eq!(record::printable(words), Ok(()), "{words}");
            }
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), RecordLanguage::ALL.len());
        }
    }
}
