//! Texts that people agree to, kept by version: a published version is never edited, a new one is added. Deliberately
//! not here: who has agreed to which.

use domain::language::Language;

/// The version of the agreement to mediate that is offered now.
pub const AGREEMENT_TO_MEDIATE_VERSION: u32 = 1;

/// The text of a version of the agreement to mediate: plain paragraphs; a line that begins with `# ` is a heading.
pub const fn agreement_to_mediate(version: u32, language: Language) -> Option<&'static str> {
    match (version, language) {
        (1, Language::English) => Some(include_str!("../../../web/content/agreement-to-mediate/1/en.txt")),
        (1, Language::Bangla) => Some(include_str!("../../../web/content/agreement-to-mediate/1/bn.txt")),
        (1, Language::Urdu) => Some(include_str!("../../../web/content/agreement-to-mediate/1/ur.txt")),
        _ => None,
    }
}

/// A paragraph or heading of such a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// The title of what follows.
    Heading(&'static str),
    /// A paragraph.
    Paragraph(&'static str),
}

/// The text in headings and paragraphs.
pub fn blocks(text: &'static str) -> Vec<Block> {
    let block = |line: &'static str| line.strip_prefix("# ").map_or(Block::Paragraph(line), Block::Heading);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_same_number_of_things() {
        let count = |language| {
            agreement_to_mediate(AGREEMENT_TO_MEDIATE_VERSION, language).map(|text| {
                let blocks = blocks(text);
                let headings = blocks.iter().filter(|block| matches!(block, Block::Heading(_))).count();
                (headings, blocks.len())
            })
        };
        let english = count(Language::English).expect("the English text");
        assert!(english.0 >= 10, "{english:?}");
        for language in Language::ALL {
            assert_eq!(count(language), Some(english), "{language}");
        }
    }
}
