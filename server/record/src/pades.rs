//! The institution's signature in a PDF (PAdES B-B, `ETSI.CAdES.detached`, DocMDP P=1: nothing may be changed after
//! it), as one incremental update at the file's end; and its check, which is stricter than a reader's: the signature
//! covers every byte of the file but its own place, and that place holds nothing else. One that waits for a time stamp
//! says so in what it signs, so that nobody takes the stamp away unseen, and brings the certificates of those who vouch
//! for it (a document security store, as B-LT has it).

use domain::time::Moment;

use crate::canonical::{digest_of_parts, lower_hex};
use crate::civil::Civil;
use crate::cms;
use crate::file::{PdfFile, reference, split_at_first, split_at_last};
use crate::keys::{KeyError, KeySet, PublishedKey, SealKey};
use crate::time_stamp::{Authorities, Stamp, Token};

/// How many bytes are kept free for the CMS signature. It is under 1,500 bytes with the longest name; the rest is
/// for a time stamp, whose token is under 4,000 bytes with the longest keys that are in use.
const SIGNATURE_BYTES: usize = 8_192;
/// Stands in the signature's dictionary where a time stamp belongs to it.
const STAMPED: &str = "/ConcordTimeStamp true";
const RANGE_KEY: &[u8] = b"/ByteRange [0 ";
const CONTENTS_KEY: &[u8] = b"/Contents <";

/// Why a PDF was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// The file is not of the shape that the printer makes.
    #[error("the printed file has an unexpected shape")]
    Shape,
    /// The key gave no signature.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What is signed, as the signature itself says it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paper {
    Record,
    Report,
    Certification,
}

impl Paper {
    const fn reason(self) -> &'static str {
        match self {
            Self::Record => "Settlement record",
            Self::Report => "Audit report",
            Self::Certification => "Certification of a settlement record",
        }
    }
}

/// Signs what `pdf::print` made.
pub(crate) fn sign(pdf: &[u8], paper: Paper, key: &SealKey, at: Moment) -> Result<Vec<u8>, NotSigned> {
    Waiting::sign(pdf, paper, key, at, None)?.finish(None)
}

/// The same, to be finished with a time stamp by one of those.
pub(crate) fn sign_to_stamp(
    pdf: &[u8],
    paper: Paper,
    key: &SealKey,
    at: Moment,
    authorities: &Authorities,
) -> Result<Waiting, NotSigned> {
    Waiting::sign(pdf, paper, key, at, Some(authorities))
}

/// A file that is signed, and whose signature is not in its place yet.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pdf: Vec<u8>,
    place: Place,
    signed: cms::Signed,
}

impl Waiting {
    fn sign(
        pdf: &[u8],
        paper: Paper,
        key: &SealKey,
        at: Moment,
        authorities: Option<&Authorities>,
    ) -> Result<Self, NotSigned> {
        let place = signature_dictionary(paper, key.kid(), at, authorities.is_some());
        let pdf = with_place(pdf, &place.ok_or(NotSigned::Shape)?, authorities).ok_or(NotSigned::Shape)?;
        let place = Place::find(&pdf).ok_or(NotSigned::Shape)?;
        let content = digest_of_parts(&place.covered(&pdf).ok_or(NotSigned::Shape)?);
        Ok(Self { signed: cms::Signed::over(content, key)?, pdf, place })
    }

    /// What a time stamp is of: the signature value.
    pub(crate) fn to_stamp(&self) -> &[u8] {
        &self.signed.value
    }

    /// Puts the signature in its place, with its time stamp.
    pub(crate) fn finish(mut self, token: Option<&Token>) -> Result<Vec<u8>, NotSigned> {
        let signature = self.signed.to_der(token.map(|token| &token.0))?;
        let digits: Vec<u8> = signature.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
        if digits.len() > 2 * SIGNATURE_BYTES {
            return Err(NotSigned::Shape);
        }
        let from = self.place.open + 1;
        self.pdf.get_mut(from..from + digits.len()).ok_or(NotSigned::Shape)?.copy_from_slice(&digits);
        Ok(self.pdf)
    }
}

/// Which of the keys signed every byte of a file, and what its time stamp says; nothing where none did, or where there is
/// no time stamp although one belongs to it.
pub(crate) fn signer<'k>(pdf: &[u8], keys: &'k KeySet) -> Option<(&'k PublishedKey, Option<Stamp>)> {
    let place = Place::find(pdf)?;
    let signature = lower_hex(pdf.get(place.open + 1..place.close)?)?;
    let content = digest_of_parts(&place.covered(pdf)?);
    let signed = |key: &'k PublishedKey| Some((key, cms::verified(&signature, content, key)?));
    let (key, stamp) = keys.iter().find_map(signed)?;
    (stamp.is_some() == place.awaits_stamp(pdf)?).then_some((key, stamp))
}

/// Where the signature stands: between `open` (a `<`) and `close` (a `>`).
#[derive(Debug, Clone, Copy)]
struct Place {
    open: usize,
    close: usize,
}

impl Place {
    /// Finds the place in the last update, and checks that its range is the whole file but itself: bytes that
    /// somebody appended, or a second gap, leave no place.
    fn find(pdf: &[u8]) -> Option<Self> {
        let (before, after) = split_at_last(pdf, RANGE_KEY)?;
        let (range, after) = (after.get(..32)?, after.get(32..)?);
        let after = after.strip_prefix(b"]")?.strip_prefix(CONTENTS_KEY)?;
        let open = before.len() + RANGE_KEY.len() + 32 + 1 + CONTENTS_KEY.len() - 1;
        let close = open + 1 + split_at_first(after, b">")?.0.len();
        (range == spelled_range(open, close, pdf.len())?.as_bytes()).then_some(Self { open, close })
    }

    /// Whether the signature's dictionary says that a time stamp belongs to it.
    fn awaits_stamp(&self, pdf: &[u8]) -> Option<bool> {
        let (_, dictionary) = split_at_last(pdf.get(..self.open)?, b"<</Type/Sig/")?;
        Some(split_at_first(dictionary, STAMPED.as_bytes()).is_some())
    }

    /// The two parts of the file that are signed.
    fn covered<'b>(&self, pdf: &'b [u8]) -> Option<[&'b [u8]; 2]> {
        Some([pdf.get(..self.open)?, pdf.get(self.close + 1..)?])
    }
}

/// Always 32 characters, so that a range can be written before its numbers are known.
fn spelled_range(open: usize, close: usize, length: usize) -> Option<String> {
    let range = format!("{open:010} {:010} {:010}", close + 1, length.checked_sub(close + 1)?);
    (range.len() == 32).then_some(range)
}

/// The file and an update with a signature field whose value is still empty.
fn with_place(pdf: &[u8], dictionary: &str, authorities: Option<&Authorities>) -> Option<Vec<u8>> {
    let file = PdfFile::read(pdf)?;
    let root = reference(file.trailer(), "/Root ")?;
    let catalogue = file.dictionary(root)?;
    let page = reference(file.dictionary(reference(catalogue, "/Pages ")?)?, "/Kids[")?;
    let page_dictionary = file.dictionary(page)?;
    let (value, field) = (file.size(), file.size() + 1);
    // The printer makes neither; if it ever does, what it made is not to be overwritten.
    if catalogue.contains("/AcroForm") || page_dictionary.contains("/Annots") {
        return None;
    }
    let mut entries = format!("/AcroForm<</Fields[{field} 0 R]/SigFlags 3>>/Perms<</DocMDP {value} 0 R>>");
    let widget = format!(
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/TU(Seal of the institution)/V {value} 0 R/P {page} 0 R/F 132\
         /Rect[-1 -1 -1 -1]>>"
    );
    let mut update = Update { bytes: pdf.to_vec(), offsets: Vec::new() };
    if !pdf.ends_with(b"\n") {
        update.bytes.push(b'\n');
    }
    if let Some(authorities) = authorities {
        let store = update.store(authorities, field + 1);
        entries.push_str(&format!("/DSS {store} 0 R"));
    }
    update.object(root, &with_entries(catalogue, &entries)?);
    update.object(page, &with_entries(page_dictionary, &format!("/Annots[{field} 0 R]"))?);
    update.object(field, &widget);
    update.object(value, dictionary);
    update.finish(&file)
}

fn signature_dictionary(paper: Paper, kid: &str, at: Moment, is_stamped: bool) -> Option<String> {
    let range = "0".repeat(32);
    let free = "0".repeat(2 * SIGNATURE_BYTES);
    let time = Civil::of(at)?.pdf();
    let (reason, stamped) = (paper.reason(), if is_stamped { STAMPED } else { "" });
    Some(format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Reason({reason})\
         /ContactInfo(concord-seal:{kid}){stamped}/M({time})/Reference[<</Type/SigRef/TransformMethod/DocMDP\
         /TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]/ByteRange [0 {range}]/Contents <{free}>>>"
    ))
}

/// A dictionary with more entries before its `>>`.
fn with_entries(dictionary: &str, entries: &str) -> Option<String> {
    Some(format!("{}{entries}>>", dictionary.strip_suffix(">>")?))
}

/// An incremental update under way.
struct Update {
    bytes: Vec<u8>,
    offsets: Vec<(usize, usize)>,
}

impl Update {
    fn object(&mut self, number: usize, body: &str) {
        self.offsets.push((number, self.bytes.len()));
        self.bytes.extend(format!("{number} 0 obj\n{body}\nendobj\n").into_bytes());
    }

    /// Writes certificates as a document security store (ETSI EN 319 142-1, section 5.4), in objects from that number on.
    /// Returns the store's.
    fn store(&mut self, authorities: &Authorities, mut number: usize) -> usize {
        let mut listed = String::new();
        for der in authorities.iter() {
            self.offsets.push((number, self.bytes.len()));
            self.bytes.extend(format!("{number} 0 obj\n<</Length {}>>stream\n", der.len()).into_bytes());
            self.bytes.extend(der);
            self.bytes.extend(b"\nendstream\nendobj\n");
            listed.push_str(&format!("{number} 0 R "));
            number += 1;
        }
        self.object(number, &format!("<</Type/DSS/Certs[{}]>>", listed.trim_end()));
        number
    }

    /// Writes the table and the trailer, then the range, whose numbers are known only now.
    fn finish(mut self, file: &PdfFile) -> Option<Vec<u8>> {
        let xref_at = self.bytes.len();
        self.bytes.extend(b"xref\n");
        self.offsets.sort_unstable();
        for (number, offset) in &self.offsets {
            self.bytes.extend(format!("{number} 1\n{offset:010} 00000 n \n").into_bytes());
        }
        let size = format!("/Size {}", file.size());
        let count = self.offsets.iter().map(|(number, _)| number + 1).max()?.max(file.size());
        let trailer = file.trailer().replacen(&size, &format!("/Size {count}"), 1);
        let trailer = with_entries(&trailer, &format!("/Prev {}", file.xref_at()))?;
        self.bytes.extend(format!("trailer\n{trailer}\nstartxref\n{xref_at}\n%%EOF\n").into_bytes());

        let length = self.bytes.len();
        let (before, after) = split_at_last(&self.bytes, RANGE_KEY)?;
        let range_at = before.len() + RANGE_KEY.len();
        let open = range_at + 32 + 1 + CONTENTS_KEY.len() - 1;
        let close = open + 1 + split_at_first(after.get(33 + CONTENTS_KEY.len()..)?, b">")?.0.len();
        let range = spelled_range(open, close, length)?;
        self.bytes.get_mut(range_at..range_at + 32)?.copy_from_slice(range.as_bytes());
        Some(self.bytes)
    }
}
