//! Just enough of PDF to sign and check the files that `pdf` makes: a classic cross-reference table, dictionaries
//! that stand whole in the file, streams that are deflated. It is no reader of other people's files: whatever is of
//! another shape is `None`, and nothing here panics or allocates by what a file claims.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

/// What an attachment may grow to when it is inflated: far more than any record, far less than a zip bomb.
const ATTACHMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// More objects than a record of fifty long terms in three languages has.
const OBJECTS_MAX: usize = 100_000;

/// A file whose cross-reference table was read.
pub(crate) struct PdfFile<'a> {
    bytes: &'a [u8],
    /// Where each object begins, by its number.
    offsets: Vec<usize>,
    xref_at: usize,
    trailer: &'a str,
}

impl<'a> PdfFile<'a> {
    /// Reads a file that nobody has updated yet.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_, end) = split_at_last(bytes, b"startxref")?;
        let xref_at = number(std::str::from_utf8(end).ok()?.trim_start())?;
        let (table, trailer) = split_at_first(bytes.get(xref_at..)?, b"trailer")?;
        let trailer = split_at_first(trailer, b"startxref")?.0;
        let mut lines = std::str::from_utf8(table).ok()?.lines();
        (lines.next()? == "xref").then_some(())?;
        let count: usize = lines.next()?.strip_prefix("0 ")?.trim().parse().ok()?;
        (count <= OBJECTS_MAX).then_some(())?;
        let offset = |line: &str| line.get(..10)?.parse().ok();
        let offsets: Vec<usize> = lines.take(count).map(offset).collect::<Option<_>>()?;
        (offsets.len() == count).then_some(())?;
        Some(Self { bytes, offsets, xref_at, trailer: std::str::from_utf8(trailer).ok()?.trim() })
    }

    /// How many objects there are, which is the number of the next one.
    pub(crate) fn size(&self) -> usize {
        self.offsets.len()
    }

    /// Where the cross-reference table begins.
    pub(crate) fn xref_at(&self) -> usize {
        self.xref_at
    }

    /// The trailer's dictionary.
    pub(crate) fn trailer(&self) -> &'a str {
        self.trailer
    }

    /// The text of an object that is a plain dictionary, from `<<` to its `>>`.
    pub(crate) fn dictionary(&self, object: usize) -> Option<&'a str> {
        let (body, _) = split_at_first(self.object(object)?, b"endobj")?;
        let text = std::str::from_utf8(body).ok()?;
        let (from, to) = (text.find("<<")?, text.rfind(">>")?);
        text.get(from..to + 2)
    }

    /// The attached file of that name.
    pub(crate) fn attachment(&self, name: &str) -> Option<Vec<u8>> {
        let marker = format!("/Type/Filespec/F({name})");
        let specification = (1..self.size()).filter_map(|object| {
            // Few objects are looked at whole: this is asked of signed files alone, but costs nothing to keep cheap.
            let head = self.object(object)?.get(..marker.len() + 24)?;
            split_at_first(head, marker.as_bytes()).and_then(|_| self.dictionary(object))
        });
        let stream = specification.filter_map(|dictionary| reference(dictionary, "/EF<</F ")).next()?;
        self.inflated(stream)
    }

    fn inflated(&self, object: usize) -> Option<Vec<u8>> {
        let (dictionary, rest) = split_at_first(self.object(object)?, b"stream\n")?;
        let dictionary = std::str::from_utf8(dictionary).ok()?;
        let stored = rest.get(..reference(dictionary, "/Length ")?)?;
        if !dictionary.contains("/Filter/FlateDecode") {
            return (!dictionary.contains("/Filter")).then(|| stored.to_vec());
        }
        let mut bytes = Vec::new();
        ZlibDecoder::new(stored).take(ATTACHMENT_BYTES_MAX).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The bytes from an object's beginning on.
    fn object(&self, object: usize) -> Option<&'a [u8]> {
        self.bytes.get(*self.offsets.get(object)?..)
    }
}

/// The number that follows a key, such as the object that `/Root ` points at.
pub(crate) fn reference(dictionary: &str, key: &str) -> Option<usize> {
    number(dictionary.get(dictionary.find(key)? + key.len()..)?)
}

/// The digits with which a text begins.
fn number(text: &str) -> Option<usize> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// What stands before and after the first occurrence of some bytes.
pub(crate) fn split_at_first<'b>(bytes: &'b [u8], wanted: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(wanted.len()).position(|window| window == wanted)?;
    Some((bytes.get(..at)?, bytes.get(at + wanted.len()..)?))
}

/// What stands before and after the last occurrence of some bytes.
pub(crate) fn split_at_last<'b>(bytes: &'b [u8], wanted: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(wanted.len()).rposition(|window| window == wanted)?;
    Some((bytes.get(..at)?, bytes.get(at + wanted.len()..)?))
}
