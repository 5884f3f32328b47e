//! What a record says of itself in each language: that it is no court order, and how it is enforced (R21). The words
//! are in `web/content/legal`; a house in another jurisdiction puts its own there.

use domain::language::Language;

/// That it is not a court order.
pub const fn not_a_court_order(language: Language) -> &'static str {
    match language {
        Language::English => {
            include_str!("../../../../web/content/legal/not-a-court-order.en.txt").trim_ascii_end()
        }
        Language::Bangla => {
            include_str!("../../../../web/content/legal/not-a-court-order.bn.txt").trim_ascii_end()
        }
        Language::Urdu => {
            include_str!("../../../../web/content/legal/not-a-court-order.ur.txt").trim_ascii_end()
        }
    }
}

/// How it is enforced.
pub const fn enforcement(language: Language) -> &'static str {
    match language {
        Language::English => {
            include_str!("../../../../web/content/legal/enforcement.en.txt").trim_ascii_end()
        }
        Language::Bangla => include_str!("../../../../web/content/legal/enforcement.bn.txt").trim_ascii_end(),
        Language::Urdu => include_str!("../../../../web/content/legal/enforcement.ur.txt").trim_ascii_end(),
    }
}
