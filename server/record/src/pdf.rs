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
    let compiled = typst::compile::<PagedDocument>(&world).output;
    let printed = compiled.map_err(|errors| reasons(&errors)).and_then(|document| {
        let options = options(&face.reference, at)?;
        typst_pdf::pdf(&document, &options).map_err(|errors| reasons(&errors))
    });
    typst::comemo::evict(KEPT_DOCUMENTS);
    printed
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
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;
    use crate::face::{Block, Part};
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
        fn what_is_printable_is_printed(text in text(), language in prop::sample::select(vec!["en", "bn", "ur"])) {
            prop_assert_eq!(printable(&text), Ok(()));
            let printed = print(&page_of(&text, language), b"{}", "", now());
            prop_assert!(printed.is_ok(), "{:?}", printed.err());
        }
    }

    #[test]
    fn every_character_that_is_taken_is_printed() {
        let letters = TAKEN.iter().flat_map(|letter| [*letter, ' ']).collect::<String>();
        for language in ["en", "bn", "ur"] {
            assert_eq!(print(&page_of(&letters, language), b"{}", "", now()).err(), None, "{language}");
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
