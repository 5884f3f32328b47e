//! PDF as it is kept: without its author, its hidden files, what it would do by itself, and the metadata of its
//! pictures. The parser trusts what a document says of its own size, so a stranger's document is read in a process
//! apart (`apart`) and never in the house itself.

use lopdf::{Dictionary, Document, LoadOptions, Object, Stream};

use super::jpeg;

/// The most bytes that one packed stream of the document's structure may unfold to.
const UNPACKED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How far into a picture's bytes its beginning may stand: some writers put a line break before it.
const PICTURE_OFFSET_MAX: usize = 4;

/// What tells of the maker, hides files, or does something by itself, wherever it stands.
const TOLD_BESIDE: [&[u8]; 20] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"Thumb",
    b"OpenAction",
    b"AA",
    b"JS",
    b"JavaScript",
    b"EmbeddedFiles",
    b"EF",
    b"AF",
    b"FS",
    b"XFA",
    b"Collection",
    b"RichMediaContent",
    b"RichMediaSettings",
    b"3DD",
    b"DSS",
    b"Perms",
    b"SpiderInfo",
];
/// Of the document as a whole: its author and dates, and the marks by which one copy is known again.
const OF_TRAILER: [&[u8]; 5] = [b"Info", b"ID", b"DocChecksum", b"Prev", b"XRefStm"];
/// Of a remark: who made it and when. In a field of a form `T` is the field's name.
const OF_REMARK: [&[u8]; 4] = [b"T", b"M", b"NM", b"CreationDate"];
/// Actions that reach outside the document or run something.
const ACTIONS: [&[u8]; 10] = [
    b"JavaScript",
    b"Launch",
    b"SubmitForm",
    b"ImportData",
    b"GoToR",
    b"GoToE",
    b"Rendition",
    b"RichMediaExecute",
    b"Sound",
    b"Movie",
];

/// The document alone; nothing where it is none, is encrypted, or holds a picture that cannot be cleaned.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let options = LoadOptions { max_decompressed_size: Some(UNPACKED_BYTES_MAX), ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(bytes, options).ok()?;
    if document.is_encrypted() {
        return None;
    }
    for key in OF_TRAILER {
        document.trailer.remove(key);
    }
    for object in document.objects.values_mut() {
        clean_object(object)?;
    }
    // What nothing names any more (older states of the document too) is not written.
    document.prune_objects();
    let mut copy = Vec::new();
    document.save_to(&mut copy).ok()?;
    Some(copy)
}

fn clean_object(object: &mut Object) -> Option<()> {
    match object {
        Object::Array(items) => items.iter_mut().try_for_each(clean_object),
        Object::Dictionary(dictionary) => clean_dictionary(dictionary),
        Object::Stream(stream) => {
            clean_dictionary(&mut stream.dict)?;
            clean_picture(stream)
        }
        _ => Some(()),
    }
}

fn clean_dictionary(dictionary: &mut Dictionary) -> Option<()> {
    let name = |dictionary: &Dictionary, key: &[u8]| {
        dictionary.get(key).and_then(Object::as_name).map(<[u8]>::to_vec).unwrap_or_default()
    };
    for key in TOLD_BESIDE {
        dictionary.remove(key);
    }
    let (kind, action) = (name(dictionary, b"Type"), name(dictionary, b"S"));
    let is_signature = matches!(kind.as_slice(), b"Sig" | b"DocTimeStamp") && dictionary.has(b"Contents");
    // A changed document carries no valid signature; what is left of one is a name, a place and a mail address.
    if is_signature || ACTIONS.contains(&action.as_slice()) {
        *dictionary = Dictionary::new();
    }
    if matches!(kind.as_slice(), b"Filespec" | b"F") {
        for key in [b"F".as_slice(), b"UF", b"Desc"] {
            dictionary.remove(key);
        }
    }
    if dictionary.has(b"Rect") && dictionary.has(b"Subtype") {
        let is_field = name(dictionary, b"Subtype") == b"Widget";
        for key in OF_REMARK.into_iter().filter(|key| *key != b"T" || !is_field) {
            dictionary.remove(key);
        }
    }
    dictionary.iter_mut().try_for_each(|(_, value)| clean_object(value))
}

/// A photo inside a document is a JPEG as its camera wrote it.
fn clean_picture(stream: &mut Stream) -> Option<()> {
    let filters = stream.filters().unwrap_or_default();
    if !matches!(filters.as_slice(), [b"DCTDecode"] | [b"DCT"]) {
        return Some(());
    }
    let starts = stream.content.windows(2).take(PICTURE_OFFSET_MAX).position(|pair| pair == [0xff, 0xd8])?;
    let copy = jpeg::clean(stream.content.get(starts..)?)?;
    stream.set_content(copy);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bytes: &[u8], told: &str) -> bool {
        bytes.windows(told.len()).any(|part| part == told.as_bytes())
    }

    /// A document of one page with everything that a document may tell beside its page.
    fn a_document() -> Vec<u8> {
        let mut photo = b"\xff\xd8\xff\xe1\0\x0fExif\0\0GPS 23.".to_vec();
        photo.extend(b"\xff\xda\0\x02\x12\xff\xd9a film behind the photo");
        let objects: [(&str, Option<&[u8]>); 12] = [
            (
                "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R/OpenAction 6 0 R/Names<</JavaScript 6 0 R/EmbeddedFiles<</Names[(secret.txt) 7 0 R]>>>>>>",
                None,
            ),
            ("<</Type/Pages/Kids[3 0 R]/Count 1>>", None),
            (
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Annots[9 0 R 10 0 R 11 0 R]/Resources<</XObject<</P 12 0 R>>>>/AA<</O 6 0 R>>>>",
                None,
            ),
            ("<<", Some(b"0 0 m (Rent paid in May) Tj")),
            ("<</Type/Metadata/Subtype/XML", Some(b"<creator>Amara by XMP</creator>")),
            ("<</S/JavaScript/JS(app.alert)>>", None),
            ("<</Type/Filespec/F(secret.txt)/EF<</F 8 0 R>>>>", None),
            ("<</Type/EmbeddedFile", Some(b"a hidden file")),
            ("<</Type/Annot/Subtype/Text/Rect[0 0 1 1]/T(Amara Sen)/M(D:2026)/Contents(Look here)>>", None),
            ("<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/Launch/F(calc.exe)>>>>", None),
            ("<</Type/Annot/Subtype/Widget/FT/Tx/Rect[0 0 1 1]/T(field_name)/M(D:2025)>>", None),
            ("<</Type/XObject/Subtype/Image/Width 1/Height 1/Filter/DCTDecode", Some(&photo)),
        ];
        let mut bytes = b"%PDF-1.5\n".to_vec();
        let mut places = Vec::new();
        for (at, (dictionary, stream)) in objects.iter().enumerate() {
            places.push(bytes.len());
            bytes.extend(format!("{} 0 obj\n{dictionary}", at + 1).bytes());
            if let Some(stream) = stream {
                bytes.extend(format!("/Length {}>>\nstream\n", stream.len()).bytes());
                bytes.extend(*stream);
                bytes.extend(b"\nendstream");
            }
            bytes.extend(b"\nendobj\n");
        }
        let begin = bytes.len();
        bytes.extend(b"xref\n0 13\n0000000000 65535 f \n");
        for place in places {
            bytes.extend(format!("{place:010} 00000 n \n").bytes());
        }
        bytes.extend(
            format!("trailer\n<</Size 13/Root 1 0 R/Info<</Author(Amara)>>>>\nstartxref\n{begin}\n%%EOF")
                .bytes(),
        );
        bytes
    }

    #[test]
    fn a_document_keeps_its_pages_and_loses_what_it_tells_and_does_beside_them() {
        let told = [
            "Author",
            "Amara",
            "by XMP",
            "OpenAction",
            "JavaScript",
            "app.alert",
            "EmbeddedFile",
            "secret.txt",
            "a hidden file",
            "D:2026",
            "D:2025",
            "Launch",
            "calc.exe",
            "/AA",
            "GPS",
            "a film behind",
        ];
        let (before, after) = (a_document(), clean(&a_document()).expect("a document"));
        for told in told {
            assert!(holds(&before, told), "the test says {told} at first");
            assert!(!holds(&after, told), "the copy says {told}: {}", String::from_utf8_lossy(&after));
        }
        for kept in ["Rent paid in May", "Look here", "field_name", "DCTDecode"] {
            assert!(holds(&after, kept), "{kept}: {}", String::from_utf8_lossy(&after));
        }
        assert_eq!(Document::load_mem(&after).expect("a document").get_pages().len(), 1);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for broken in [b"".as_slice(), b"%PDF-1.7 and then nothing", b"%PDF-1.7\ntrailer\n<</Root 1 0 R>>"] {
            assert_eq!(clean(broken), None);
        }
    }
}
