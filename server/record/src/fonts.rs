//! The fonts that are shipped, and the question whether a text can be printed with them: asked at input, so that a
//! record that cannot be rendered is impossible before anyone signs. How a page looks is not here.

use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Ships with the licence in `fonts/OFL.txt`; how each was made is told in `fonts/README.md`. Chinese has no bold: its
/// headings are told by their size.
static FILES: [&[u8]; 17] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansBengali-Regular.ttf"),
    include_bytes!("../fonts/NotoSansBengali-Bold.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-Bold.ttf"),
    include_bytes!("../fonts/NotoSansTamil-Regular.ttf"),
    include_bytes!("../fonts/NotoSansTamil-Bold.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../fonts/NotoSansSinhala-Regular.ttf"),
    include_bytes!("../fonts/NotoSansSinhala-Bold.ttf"),
    include_bytes!("../fonts/NotoSansKhmer-Regular.ttf"),
    include_bytes!("../fonts/NotoSansKhmer-Bold.ttf"),
    include_bytes!("../fonts/NotoSansThai-Regular.ttf"),
    include_bytes!("../fonts/NotoSansThai-Bold.ttf"),
    include_bytes!("../fonts/NotoSansSC-Regular.otf"),
];

/// Where a line may be broken. It is what typst asks too, so that what is judged here is what is printed there: between words
/// in most scripts, between letters in Chinese, and in Thai and Khmer, which are written without spaces, where a small model
/// that is compiled in finds that words end.
static BREAKS: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// The widest run that cannot be broken, in widths of the letter M: what fits a line of the narrowest column.
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
    /// The text cannot be broken for longer than a line: it would run off the page, and be signed unread.
    #[error("the text goes on for longer than a line without a place at which it can be broken")]
    RunTooLong,
}

/// Whether a text can be printed in full: each character is in a shipped font, every mark in the same font as the
/// letter that carries it, and nothing that cannot be broken is wider than a line. Line ends and tabs are taken.
///
/// # Errors
/// The first reason why not.
pub fn printable(text: &str) -> Result<(), Unprintable> {
    let text: String = text.nfc().collect();
    if text.contains(BREAK_OF_WORDS) {
        return printable(&without_breaks_of_words(&text)?);
    }
    pieces(&text).try_for_each(|piece| match piece_width(piece)? {
        wide if wide > RUN_EM_MAX => Err(Unprintable::RunTooLong),
        _ => Ok(()),
    })
}

/// The pieces of a text between which a line may be broken, without the blanks that end them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    BREAKS.segment_str(text).filter_map(move |to| {
        let piece = text.get(from..to)?;
        from = to;
        Some(piece.trim_end_matches([' ', '\n', '\t']))
    })
}

fn piece_width(piece: &str) -> Result<f64, Unprintable> {
    let letters: Vec<char> = piece.chars().collect();
    clusters(&letters).map(width).sum()
}

/// By which people who write Khmer or Thai say where a word ends. It has no width, and between other letters it hides.
const BREAK_OF_WORDS: char = '\u{200B}';

/// The text with blanks where it says that a word ends; whether it may say so there: behind a letter of a script without
/// spaces, with the marks that hang on it, and before another such letter.
fn without_breaks_of_words(text: &str) -> Result<String, Unprintable> {
    let letters: Vec<char> = text.chars().collect();
    let at = |at: Option<usize>| at.and_then(|at| letters.get(at)).copied();
    let misplaced = |(here, letter): (usize, &char)| {
        let is_between = at(here.checked_sub(1)).is_some_and(ends_a_word)
            && at(here.checked_add(1)).is_some_and(begins_a_word);
        *letter == BREAK_OF_WORDS && !is_between
    };
    if letters.iter().enumerate().any(misplaced) {
        return Err(Unprintable::Character { character: BREAK_OF_WORDS });
    }
    Ok(text.replace(BREAK_OF_WORDS, " "))
}

/// The letters of Thai and Khmer with which a word may begin: no digits, signs and marks, and no vowel that stands behind its
/// consonant.
const fn begins_a_word(letter: char) -> bool {
    matches!(letter, '\u{0E01}'..='\u{0E2E}' | '\u{0E40}'..='\u{0E44}' | '\u{1780}'..='\u{17B3}')
}

/// Those with which one may end, and the marks that hang on them. The sign that joins the next consonant of Khmer below
/// (U+17D2) ends nothing.
const fn ends_a_word(letter: char) -> bool {
    let thai = matches!(letter, '\u{0E01}'..='\u{0E3A}' | '\u{0E45}'..='\u{0E4E}');
    let khmer = matches!(letter, '\u{1780}'..='\u{17B3}' | '\u{17B6}'..='\u{17D1}' | '\u{17D3}' | '\u{17D7}' | '\u{17DC}' | '\u{17DD}');
    thai || khmer
}

/// A text as it can be printed, whatever it says: what no font shows stands as its number, what hides or deceives is left
/// out, and what would run off the page is parted. For what is quoted and not signed; what is signed is [`printable`].
pub(crate) fn made_printable(text: &str) -> String {
    let letters: Vec<char> = text.nfc().collect();
    let told: String = clusters(&letters).flat_map(told).collect();
    let made = parted(&told);
    // A place at which a line may end can go where a blank comes: then each line is one.
    if printable(&made).is_ok() { made } else { in_lines(&told) }
}

/// A text with a blank wherever it cannot be broken for longer than a line.
fn parted(text: &str) -> String {
    let (mut made, mut from) = (String::new(), 0);
    for to in BREAKS.segment_str(text) {
        let Some(piece) = text.get(from..to) else { continue };
        from = to;
        let letters: Vec<char> = piece.chars().collect();
        let mut run = 0.0;
        for cluster in clusters(&letters) {
            let wide = width(cluster).unwrap_or(0.0);
            run += wide;
            if run > RUN_EM_MAX && !is_blank(cluster) {
                made.push(' ');
                run = wide;
            }
            made.extend(cluster);
        }
    }
    made
}

/// A text in lines of which none is wider than a line, however little it can be broken.
fn in_lines(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut made, mut run) = (String::new(), 0.0);
    for cluster in clusters(&letters) {
        let wide = width(cluster).unwrap_or(0.0);
        run += wide;
        if is_blank(cluster) || run > RUN_EM_MAX {
            made.push('\n');
            run = wide;
        }
        if !is_blank(cluster) {
            made.extend(cluster);
        }
    }
    made
}

fn is_blank(cluster: &[char]) -> bool {
    matches!(cluster, [' ' | '\n' | '\t'])
}

/// What is printed of a cluster, in pieces that can stand apart.
fn told(cluster: &[char]) -> Vec<String> {
    match width(cluster) {
        Ok(wide) if wide <= RUN_EM_MAX => return vec![cluster.iter().collect()],
        // More marks on one letter than a line is wide.
        Ok(_) => return cluster.get(..cluster.len() / 2).map(told).unwrap_or_default(),
        Err(_) => {}
    }
    let shown = cluster.iter().filter(|letter| !is_barred(**letter)).map(|letter| match width(&[*letter]) {
        // A mark that hangs on a letter of another font would make the page one that cannot be printed.
        Ok(_) if !is_combining_mark(*letter) && !is_joiner(*letter) => letter.to_string(),
        _ => format!("[U+{:04X}]", u32::from(*letter)),
    });
    shown.collect()
}

/// Letters with the marks and joiners that hang on them.
fn clusters(letters: &[char]) -> impl Iterator<Item = &[char]> {
    letters.chunk_by(|_, next| is_combining_mark(*next) || is_joiner(*next))
}

/// What joins or parts letters without a shape of its own.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}')
}

/// The scripts in which a joiner says something: those of India, with Sinhala, and the Arabic and Khmer ones. On other letters
/// it would hide.
const fn takes_joiners(letter: char) -> bool {
    let indic = matches!(letter, '\u{0900}'..='\u{0DFF}');
    let arabic =
        matches!(letter, '\u{0620}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' | '\u{08A0}'..='\u{08FF}');
    indic || arabic || matches!(letter, '\u{1780}'..='\u{17DD}')
}

/// What a font may hold and no record may: controls, what turns the direction of text, tags and private letters.
fn is_barred(letter: char) -> bool {
    let deceives =
        matches!(letter, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}');
    // U+17B4 and U+17B5 are vowels of Khmer that nobody writes and no font shows.
    let hides = matches!(letter, '\u{AD}' | '\u{34F}' | '\u{17B4}' | '\u{17B5}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}');
    let private = matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..);
    letter.is_control() || deceives || hides || private
}

/// The width of a cluster in the widest of the fonts that show it, in em: which of them prints it is a matter of the page, and a
/// quotation mark is as wide as a letter on one in Chinese. Line ends and tabs have none. Marks count as letters do: too much is
/// on the safe side.
fn width(cluster: &[char]) -> Result<f64, Unprintable> {
    if matches!(cluster, ['\n' | '\t']) {
        return Ok(0.0);
    }
    if let Some(character) = cluster.iter().copied().find(|letter| is_barred(*letter)) {
        return Err(Unprintable::Character { character });
    }
    let joiner = cluster.iter().copied().find(|letter| is_joiner(*letter));
    if let Some(character) = joiner.filter(|_| !cluster.first().copied().is_some_and(takes_joiners)) {
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
    let shown = SHIPPED.faces.iter().filter_map(of_font).reduce(f64::max);
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
            "मीरपुर के फ़्लैट की ज़मानत राशि ₹ 450.00 लौटाएँगे। क्ष त्र ज्ञ श्री र्‍य",
            "வைப்புத் தொகையை இரண்டு தவணைகளில் திருப்பித் தருவார். க்ஷ ஸ்ரீ",
            "ඇප මුදල වාරික දෙකකින් ආපසු ගෙවයි. ශ්‍රී ක්‍ය",
            "សងប្រាក់កក់ផ្ទះល្វែងនៅមីរពួរវិញជាពីរដំណាក់កាលដោយមិនគិតការប្រាក់ហើយប្រគល់កូនសោវិញនៅថ្ងៃទី៣១ខែមករា ៛",
            "កូនសោ\u{200B}ផ្ទះ",
            "คืนเงินมัดจำห้องชุดในมีร์ปูร์เป็นสองงวดโดยไม่คิดดอกเบี้ยและคืนกุญแจภายในวันที่สามสิบเอ็ดมกราคม ฿",
            "分两期退还米尔布尔公寓的押金，不计利息；并于二〇二七年一月三十一日前归还钥匙，逾期按日计付违约金。",
            "欧阳娜娜、喆、玥、堃、“引号”——破折号……",
            "trả lại tiền đặt cọc căn hộ ở Mirpur, Nguyễn Thị Hường ₫",
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
        for character in ['😀', '籲', '\u{200B}', '\u{0}', '\u{E000}', '\u{7}', '\u{202E}', '\u{10FFFF}'] {
            let text = format!("pays {character} back");
            assert_eq!(printable(&text), Err(Unprintable::Character { character }), "{character:?}");
        }
    }

    #[test]
    fn where_a_word_ends_is_said_between_letters_that_have_no_spaces_and_nowhere_else() {
        let barred = Err(Unprintable::Character { character: '\u{200B}' });
        for text in [
            "pay\u{200B}s",
            "\u{200B}កូនសោ",
            "កូនសោ\u{200B}",
            "កូន\u{200B}\u{200B}សោ",
            "কখ\u{200B}গ",
            "១\u{200B}០",
            "ក\u{200B}១",
            "៛\u{200B}ក",
            "ក\u{17D2}\u{200B}ក",
            "ក\u{200B}\u{17B6}",
            "ก\u{200B}\u{0E33}",
            "๔\u{200B}๕",
        ] {
            assert_eq!(printable(text), barred, "{text:?}");
        }
        for text in ["កូនសោ\u{200B}ផ្ទះ", "ត្រូវ\u{200B}សង", "คืน\u{200B}เงิน", "ที่\u{200B}บ้าน"]
        {
            assert_eq!(printable(text), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn what_hides_is_taken_on_no_letter_and_a_joiner_on_those_alone_that_it_changes() {
        for character in ['\u{34F}', '\u{17B4}', '\u{17B5}'] {
            for text in [format!("a{character}b"), format!("ក{character}ខ")] {
                assert_eq!(printable(&text), Err(Unprintable::Character { character }), "{text:?}");
            }
        }
        for character in ['\u{200C}', '\u{200D}'] {
            for text in ["pa_ys", "_র", "4_5", "付_款", "คืน_เงิน", "pays _back"] {
                let text = text.replace('_', &character.to_string());
                assert_eq!(printable(&text), Err(Unprintable::Character { character }), "{text:?}");
            }
            for text in ["क्_ष", "ක්_ය", "র_্যাব", "می_خواهم", "க்_ஷ"] {
                let text = text.replace('_', &character.to_string());
                assert_eq!(printable(&text), Ok(()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_run_is_as_wide_as_in_the_widest_font_that_may_print_it() {
        assert_eq!(printable(&"‘".repeat(30)), Err(Unprintable::RunTooLong));
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
