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
/// letter that carries it, and nothing that cannot be broken is wider than a line. Line ends and tabs are taken.
///
/// # Errors
/// The first reason why not.
pub fn printable(text: &str) -> Result<(), Unprintable> {
    let mut run = 0.0;
    let letters: Vec<char> = text.nfc().collect();
    let mut clusters = clusters(&letters).peekable();
    while let Some(cluster) = clusters.next() {
        let next = clusters.peek().and_then(|next| next.first());
        if matches!(cluster, [' ' | '\n' | '\t']) {
            run = 0.0;
            continue;
        }
        run += width(cluster)?;
        if run > RUN_EM_MAX {
            return Err(Unprintable::RunTooLong);
        }
        // An address of the web is broken behind its slashes and hyphens, though not before a digit (UAX 14).
        if matches!(cluster, ['/' | '-']) && next.is_some_and(|next| next.is_alphabetic()) {
            run = 0.0;
        }
    }
    Ok(())
}

/// A text as it can be printed, whatever it says: what no font shows stands as its number, what hides or deceives is left
/// out, and what would run off the page is parted. For what is quoted and not signed; what is signed is [`printable`].
pub(crate) fn made_printable(text: &str) -> String {
    let letters: Vec<char> = text.nfc().collect();
    let (mut made, mut run) = (String::new(), 0.0);
    for cluster in clusters(&letters) {
        if matches!(cluster, [' ' | '\n' | '\t']) {
            made.extend(cluster);
            run = 0.0;
            continue;
        }
        for (piece, wide) in shown(cluster) {
            if made.ends_with(['/', '-']) && piece.starts_with(char::is_alphabetic) {
                run = 0.0;
            }
            run += wide;
            if run > RUN_EM_MAX {
                made.push(' ');
                run = wide;
            }
            made.push_str(&piece);
        }
    }
    made
}

/// What is printed of a cluster, each piece with its width.
fn shown(cluster: &[char]) -> Vec<(String, f64)> {
    match width(cluster) {
        Ok(wide) if wide <= RUN_EM_MAX => return vec![(cluster.iter().collect(), wide)],
        // More marks on one letter than a line is wide.
        Ok(_) => return cluster.get(..cluster.len() / 2).map(shown).unwrap_or_default(),
        Err(_) => {}
    }
    let told = cluster.iter().filter(|letter| !is_barred(**letter)).map(|letter| match width(&[*letter]) {
        // A mark that hangs on a letter of another font would make the page one that cannot be printed.
        Ok(wide) if !is_combining_mark(*letter) && !is_joiner(*letter) => (letter.to_string(), wide),
        _ => {
            let number = format!("[U+{:04X}]", u32::from(*letter));
            let wide = number.chars().filter_map(|digit| width(&[digit]).ok()).sum();
            (number, wide)
        }
    });
    told.collect()
}

/// Letters with the marks and joiners that hang on them.
fn clusters(letters: &[char]) -> impl Iterator<Item = &[char]> {
    letters.chunk_by(|_, next| is_combining_mark(*next) || is_joiner(*next))
}

/// What joins or parts letters without a shape of its own.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}')
}

/// What a font may hold and no record may: controls, what turns the direction of text, tags and private letters.
fn is_barred(letter: char) -> bool {
    let deceives =
        matches!(letter, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}');
    let hides = matches!(letter, '\u{AD}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}');
    let private = matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..);
    letter.is_control() || deceives || hides || private
}

/// The width of a cluster in the font that shows it, in em. Marks count as letters do: too much is on the safe side.
fn width(cluster: &[char]) -> Result<f64, Unprintable> {
    if let Some(character) = cluster.iter().copied().find(|letter| is_barred(*letter)) {
        return Err(Unprintable::Character { character });
    }
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
        let alone =
            |letter: &&char| !SHIPPED.faces.iter().any(|font| font.ttf().glyph_index(**letter).is_some());
        cluster.iter().find(alone).or(cluster.last()).copied().unwrap_or(' ')
    };
    shown.ok_or_else(|| Unprintable::Character { character: culprit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_languages_are_printable() {
        for text in [
            "Amara Sen, née O’Hara – ₹ 450.00 • 50 %",
            "মিরপুরের বাসার জামানতের টাকা দুই কিস্তিতে ফেরত দেবেন। ৳ ৪৫০",
            "میرپور کے فلیٹ کی ضمانت کی رقم دو قسطوں میں واپس کرے گا۔ ٹ ڈ ڑ ں ے ہ ۓ ؟ ۱۲۳",
            "Nguyễn Thị Hường\n\tСофия, Ελένη",
            "র‌্যাব ক্ষ",
            "https://mediation.example/verify/a-long-path-that-is-broken/behind-each-slash-and/hyphen",
        ] {
            assert_eq!(printable(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_character_that_no_font_shows_is_named() {
        for character in ['😀', '中', '\u{0}', '\u{E000}', '\u{7}', '\u{202E}', '\u{10FFFF}'] {
            let text = format!("pays {character} back");
            assert_eq!(printable(&text), Err(Unprintable::Character { character }), "{character:?}");
        }
    }

    #[test]
    fn a_mark_of_another_script_on_a_letter_is_refused() {
        assert_eq!(printable("ا\u{9BE}"), Err(Unprintable::Character { character: '\u{9BE}' }));
    }

    #[test]
    fn whatever_was_written_is_made_printable() {
        for (text, made) in [
            ("née O’Hara\n৳ ৪৫০", "née O’Hara\n৳ ৪৫০"),
            ("fine 😀\u{FE0F}", "fine [U+1F600]"),
            ("a\u{202E}b\u{7}", "ab"),
            ("ا\u{9BE}", "ا[U+09BE]"),
        ] {
            assert_eq!(made_printable(text), made);
        }
        assert_eq!(made_printable(&"W".repeat(40)).replace(' ', ""), "W".repeat(40));
        let address =
            "https://mediation.example/verify/a-long-path-that-is-broken/behind-each-slash-and/hyphen";
        assert_eq!(made_printable(address), address);
    }

    proptest::proptest! {
        #[test]
        fn nothing_stays_unprintable(text in "\\PC{0,60}", odd in proptest::collection::vec(proptest::prelude::any::<char>(), 0..60)) {
            let odd: String = odd.into_iter().collect();
            for text in [text, odd, "😀".repeat(90)] {
                proptest::prop_assert_eq!(printable(&made_printable(&text)), Ok(()), "{:?}", text);
            }
        }
    }

    #[test]
    fn text_that_would_run_off_the_page_is_refused() {
        assert_eq!(printable(&"a".repeat(30)), Ok(()));
        assert_eq!(printable(&"a".repeat(60_000)), Err(Unprintable::RunTooLong));
        assert_eq!(printable(&"W".repeat(40)), Err(Unprintable::RunTooLong));
        assert_eq!(printable(&"\u{FDFD}".repeat(9)), Err(Unprintable::RunTooLong));
        assert_eq!(printable(&"a".repeat(30).replace("aaaaa", "aaaa ").repeat(500)), Ok(()));
    }
}
