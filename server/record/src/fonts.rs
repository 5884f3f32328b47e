//! The fonts that are shipped, and the question whether a text can be printed with them: asked at input, so that a
//! record that cannot be rendered is impossible before anyone signs. How a page looks is not here.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Ships with the licence in `fonts/OFL.txt`.
static FILES: [&[u8]; 6] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansBengali-Regular.ttf"),
    include_bytes!("../fonts/NotoSansBengali-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
];

/// The widest run without a space, in widths of the letter M: what fits a line of the narrowest column.
const RUN_EM_MAX: f64 = 24.0;

pub(crate) struct Shipped {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
    /// The same, opened.
    faces: Vec<FontInstance>,
}

pub(crate) static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let fonts: Vec<Font> = FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
    let open = |font: &Font| {
        font.clone().instantiate(FontVariant::default(), Abs::zero(), &FontVariations::default())
    };
    let faces = fonts.iter().map(open).collect();
    Shipped { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, faces }
});

/// Why a text cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// No shipped font shows the character, or none shows it together with the one that it is joined to.
    #[error("no font shows the character U+{:04X}", u32::from(*character))]
    Character {
        /// Which.
        character: char,
    },
    /// The text goes on without a space for longer than a line: it would run off the page, and be signed unread.
    #[error("the text goes on without a space for longer than a line")]
    RunTooLong,
}

/// Whether a text can be printed in full: each character is in a shipped font, every mark in the same font as the
/// letter that carries it, and no run without a space is wider than a line. Line ends and tabs are taken.
///
/// # Errors
/// The first reason why not.
pub fn printable(text: &str) -> Result<(), Unprintable> {
    let mut run = 0.0;
    let letters: Vec<char> = text.nfc().collect();
    for cluster in clusters(&letters) {
        if matches!(cluster, [' ' | '\n' | '\t' | '\u{200B}']) {
            run = 0.0;
            continue;
        }
        run += width(cluster)?;
        if run > RUN_EM_MAX {
            return Err(Unprintable::RunTooLong);
        }
    }
    Ok(())
}

/// Letters with the marks and joiners that hang on them.
fn clusters(letters: &[char]) -> impl Iterator<Item = &[char]> {
    letters.chunk_by(|_, next| is_combining_mark(*next) || is_joiner(*next))
}

/// What joins or parts letters without a shape of its own.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}')
}

/// The width of a cluster in the font that shows it, in em. Marks count as letters do: too much is on the safe side.
fn width(cluster: &[char]) -> Result<f64, Unprintable> {
    let of_font = |font: &FontInstance| -> Option<f64> {
        let face = font.ttf();
        let mut units = 0.0;
        for letter in cluster {
            let glyph = face.glyph_index(*letter).filter(|glyph| glyph.0 != 0)?;
            units += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        }
        Some(units / f64::from(face.units_per_em()))
    };
    let shown = SHIPPED.faces.iter().find_map(of_font);
    let culprit = || {
        let alone = |letter: &&char| !SHIPPED.faces.iter().any(|font| font.ttf().glyph_index(**letter).is_some());
        cluster.iter().find(alone).or(cluster.last()).copied().unwrap_or(' ')
    };
    shown.ok_or_else(|| Unprintable::Character { character: culprit() })
}
