//! From the face of a record, or of another paper of the house, to a PDF that is archivable (PDF/A-3a) and accessible
//! (PDF/UA-1), by typst as a library. It knows no file system and no network: what is not handed in does not exist.
//! Signing is not here.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::time::Moment;
use serde::Serialize;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::civil::Civil;
use crate::face::Face;
use crate::fonts::SHIPPED;

/// How many documents ago something memoised was last used before it is forgotten. Without forgetting, memory grows
/// by more than a megabyte a document.
const KEPT_DOCUMENTS: usize = 4;

static TEMPLATE: &str = include_str!("paper.typ");
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// A document could not be laid out. The reasons are for the log: they name what typst missed, not what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the paper could not be printed: {reasons}")]
pub struct NotPrinted {
    reasons: String,
}

impl NotPrinted {
    fn because(reasons: impl ToString) -> Self {
        Self { reasons: reasons.to_string() }
    }
}

/// A file that travels inside a PDF.
#[derive(Serialize)]
pub(crate) struct Attached<'a> {
    /// Its name, as a path from the root.
    pub(crate) path: &'static str,
    /// What it is to the pages, as PDF/A-3 calls it.
    pub(crate) relationship: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) description: &'static str,
    #[serde(skip)]
    pub(crate) bytes: &'a [u8],
}

/// What the template reads.
#[derive(Serialize)]
struct Spelled<'a> {
    #[serde(flatten)]
    face: &'a Face,
    attached: &'a [Attached<'a>],
}

/// A PDF of a record's face with its two attachments. The same input gives the same bytes.
pub(crate) fn print(face: &Face, json: &[u8], jws: &str, at: Moment) -> Result<Vec<u8>, NotPrinted> {
    let json = Attached {
        path: "/record.json",
        relationship: "source",
        kind: "application/json",
        description: "The settlement record: the text that counts (canonical JSON, RFC 8785)",
        bytes: json,
    };
    let jws = Attached {
        path: "/record.jws",
        relationship: "supplement",
        kind: "application/jose",
        description: "The same text under the institution's seal (compact JWS, RFC 7515)",
        bytes: jws.as_bytes(),
    };
    print_with(face, &[json, jws], at)
}

/// A PDF of a face with those attachments.
pub(crate) fn print_with(face: &Face, attached: &[Attached<'_>], at: Moment) -> Result<Vec<u8>, NotPrinted> {
    let spelled = serde_json::to_vec(&Spelled { face, attached });
    let spelled = spelled.map_err(|_| NotPrinted::because("the face is no JSON"))?;
    let files = attached.iter().map(|file| (file.path, file.bytes.to_vec()));
    let world = Desk::with(files.chain([("/face.json", spelled)]))?;
    let printed = laid_out(&world).and_then(|document| {
        let options = options(&face.reference, at)?;
        typst_pdf::pdf(&document, &options).map_err(|errors| reasons(&errors))
    });
    typst::comemo::evict(KEPT_DOCUMENTS);
    printed
}

fn laid_out(world: &Desk) -> Result<PagedDocument, NotPrinted> {
    typst::compile::<PagedDocument>(world).output.map_err(|errors| reasons(&errors))
}

fn reasons(errors: &[typst::diag::SourceDiagnostic]) -> NotPrinted {
    NotPrinted::because(errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "))
}

fn options(reference: &str, at: Moment) -> Result<PdfOptions, NotPrinted> {
    let moment = Civil::of(at).ok_or_else(|| NotPrinted::because("no such time"))?;
    let Civil { year, month, day, hour, minute, second } = moment;
    let stamp = Datetime::from_ymd_hms(year, month, day, hour, minute, second);
    let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
        .map_err(|error| NotPrinted::because(error.message()))?;
    Ok(PdfOptions {
        ident: Smart::Custom(format!("{reference} {at}")),
        creator: Smart::Custom(Some("Concord".to_owned())),
        timestamp: stamp.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    })
}

/// What typst sees while it works: the template, the files handed in, the shipped fonts, and no clock.
struct Desk {
    main: FileId,
    template: Source,
    files: HashMap<FileId, Bytes>,
}

impl Desk {
    fn with<'p>(files: impl Iterator<Item = (&'p str, Vec<u8>)>) -> Result<Self, NotPrinted> {
        let main = place("/paper.typ")?;
        let files = files.map(|(path, bytes)| Ok((place(path)?, Bytes::new(bytes))));
        Ok(Self {
            main,
            template: Source::new(main, TEMPLATE.to_owned()),
            files: files.collect::<Result<_, _>>()?,
        })
    }
}

fn place(path: &str) -> Result<FileId, NotPrinted> {
    let path = VirtualPath::new(path).map_err(|_| NotPrinted::because("no such path"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHIPPED.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHIPPED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::language::RecordLanguage;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;
    use typst::layout::{Abs, Frame, FrameItem, Point};

    use crate::face::{Block, Part, row};
    use crate::fonts::printable;
    use crate::samples::now;

    fn page_of(text: &str, language: &'static str) -> Face {
        Face {
            title: "Test".into(),
            author: "Test".into(),
            reference: "CD-0000-0000".into(),
            keywords: vec![],
            language: "en",
            parts: vec![Part {
                language,
                rtl: language == "ur",
                blocks: vec![
                    Block::Heading { level: 1, text: "Test".into() },
                    Block::Text { lines: text.lines().map(str::to_owned).collect() },
                ],
            }],
        }
    }

    /// Every character that `printable` takes, so that what it takes wrongly is found.
    static TAKEN: LazyLock<Vec<char>> = LazyLock::new(|| {
        let all = (0..0x2_0000).filter_map(char::from_u32);
        all.filter(|letter| printable(letter.encode_utf8(&mut [0; 4])).is_ok()).collect()
    });

    /// Words of random characters, those left out that `printable` refuses.
    fn text() -> impl Strategy<Value = String> {
        let word = prop::collection::vec(prop::sample::select(TAKEN.as_slice()), 1..8);
        prop::collection::vec(word, 1..120).prop_map(|words| {
            let words = words.into_iter().map(|letters| letters.into_iter().nfc().collect::<String>());
            words.filter(|word| printable(word).is_ok()).collect::<Vec<_>>().join(" ")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_is_printable_is_printed(text in text(), language in prop::sample::select(RecordLanguage::ALL.to_vec())) {
            prop_assert_eq!(printable(&text), Ok(()));
            let printed = print(&page_of(&text, language.tag()), b"{}", "", now());
            prop_assert!(printed.is_ok(), "{:?}", printed.err());
        }
    }

    /// What stands beyond the margins of a page, left or right.
    fn beyond(frame: &Frame, from: Point, page: Abs, found: &mut Vec<String>) {
        let margin = Abs::cm(2.2) - Abs::pt(0.5);
        for (at, item) in frame.items() {
            let at = from + *at;
            match item {
                FrameItem::Group(group) => beyond(&group.frame, at, page, found),
                FrameItem::Text(text) if at.x < margin || at.x + text.width() > page - margin => {
                    found.push(text.text.to_string());
                }
                _ => {}
            }
        }
    }

    /// What runs beyond the margins of a document.
    pub(crate) fn off_the_page(face: &Face) -> Vec<String> {
        let spelled = serde_json::to_vec(&Spelled { face, attached: &[] }).expect("a face");
        let world = Desk::with([("/face.json", spelled)].into_iter()).expect("a desk");
        let document = laid_out(&world).expect("a document");
        let mut found = Vec::new();
        for page in document.pages() {
            beyond(&page.frame, Point::zero(), page.frame.width(), &mut found);
        }
        found
    }

    /// The letters of a script, which its words are made of here whether or not anybody writes such words.
    const SCRIPTS: [(char, char); 10] = [
        ('\u{904}', '\u{94D}'),
        ('\u{B85}', '\u{BCD}'),
        ('\u{D85}', '\u{DDF}'),
        ('\u{1780}', '\u{17D2}'),
        ('\u{E01}', '\u{E4E}'),
        ('\u{4E00}', '\u{9FA5}'),
        ('\u{985}', '\u{9CD}'),
        ('\u{620}', '\u{6D3}'),
        ('A', '\u{24F}'),
        ('\u{2010}', '\u{2030}'),
    ];

    /// One to three long runs of two scripts without a blank, as far as `printable` takes them.
    fn runs() -> impl Strategy<Value = String> {
        let script = |(from, to): (char, char)| {
            let taken =
                TAKEN.iter().copied().filter(|letter| (from..=to).contains(letter)).collect::<Vec<_>>();
            prop::collection::vec(prop::sample::select(taken), 1..90)
        };
        let run = prop::sample::select(SCRIPTS.to_vec()).prop_flat_map(script);
        prop::collection::vec(run, 1..4).prop_map(|runs| {
            let all: Vec<char> = runs.concat();
            let fits = |length: &usize| printable(&all[..*length].iter().collect::<String>()).is_ok();
            let longest = (1..=all.len()).rev().find(fits).unwrap_or(0);
            all[..longest].iter().copied().nfc().collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_is_printable_stays_on_the_page(text in runs(), language in prop::sample::select(RecordLanguage::ALL.to_vec())) {
            let mut face = page_of(&text, language.tag());
            face.parts[0].blocks.push(Block::Rows { rows: vec![row("Test", &text)] });
            prop_assert_eq!(off_the_page(&face), Vec::<String>::new(), "{} {:?}", language, text);
        }
    }

    #[test]
    fn what_would_run_off_the_page_is_seen() {
        let face = page_of(&"a".repeat(200), "en");
        assert_eq!(off_the_page(&face).len(), 1);
    }

    #[test]
    fn thai_and_khmer_are_broken_between_words_on_a_page_of_any_language() {
        let thai = "คืนเงินมัดจำห้องชุดในมีร์ปูร์เป็นสองงวดโดยไม่คิดดอกเบี้ย".repeat(4);
        let khmer = "សងប្រាក់កក់ផ្ទះល្វែងនៅមីរពួរវិញជាពីរដំណាក់កាល".repeat(4);
        for text in [thai, khmer] {
            assert_eq!(printable(&text), Ok(()));
            for language in RecordLanguage::ALL {
                let mut face = page_of(&text, language.tag());
                face.parts[0].blocks.push(Block::Rows { rows: vec![row("Test", &text)] });
                assert_eq!(off_the_page(&face), Vec::<String>::new(), "{language}");
            }
        }
    }

    #[test]
    fn where_words_end_is_printed_on_a_page_of_any_language() {
        let text = "សង\u{200B}ប្រាក់\u{200B}កក់ คืน\u{200B}เงิน ".repeat(9);
        assert_eq!(printable(&text), Ok(()));
        use RecordLanguage::{Chinese, English, Khmer};
        for language in [English, Khmer, Chinese] {
            let face = page_of(&text, language.tag());
            assert_eq!(print(&face, b"{}", "", now()).err(), None, "{language}");
            assert_eq!(off_the_page(&face), Vec::<String>::new(), "{language}");
        }
    }

    #[test]
    fn every_character_that_is_taken_is_printed() {
        let letters = TAKEN.iter().flat_map(|letter| [*letter, ' ']).collect::<String>();
        use RecordLanguage::{Chinese, English, Khmer, Urdu};
        for language in [English, Urdu, Khmer, Chinese] {
            assert_eq!(print(&page_of(&letters, language.tag()), b"{}", "", now()).err(), None, "{language}");
        }
    }

    #[test]
    fn the_same_record_gives_the_same_bytes_and_markup_stays_text() {
        let hostile = "#panic() $x$ *b* <label> @ref \\ `raw` = heading #sys.inputs #read(\"/face.json\")";
        let print = || print(&page_of(hostile, "en"), b"{}", "", now());
        assert_eq!(print().map(|pdf| pdf.len() > 1000), Ok(true));
        assert_eq!(print(), print());
    }
}
