//! A copy of the record that opens with its recipient's passphrase alone (R11): the sealed PDF, byte for byte, in a ZIP
//! archive encrypted with AES-256 (WinZip's AE-2), which 7-Zip, Keka and the archive apps of phones open. The PDF itself
//! stays as it is, because encrypting it would break its signature. Deliberately not here: where passphrases are kept.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

use crate::passwords::{self, Weak};

/// Whether words can lock a record: as strong as a password, and of letters that every archive program types alike.
///
/// # Errors
/// The code of the field's fault.
pub fn check(passphrase: &str) -> Result<(), &'static str> {
    if !passphrase.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err("plain-letters");
    }
    passwords::check(passphrase, false).map_err(Weak::code)
}

/// The record in an archive that opens with these words; nothing where it could not be made.
pub fn locked(pdf: &[u8], passphrase: &str) -> Option<Vec<u8>> {
    let options = SimpleFileOptions::default()
        // A PDF is compressed already.
        .compression_method(CompressionMethod::Stored)
        .with_aes_encryption(AesMode::Aes256, passphrase);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("record.pdf", options).ok()?;
    archive.write_all(pdf).ok()?;
    archive.finish().ok().map(Cursor::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_locked_record_opens_with_its_words_alone() {
        let archive = locked(b"%PDF-1.7 the record", "copper lantern cloud").expect("made");
        assert!(!archive.windows(10).any(|window| window == b"the record"), "it lies open");
        let mut read = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
        assert!(read.by_index(0).is_err(), "without words");
        assert!(read.by_index_decrypt(0, b"copper lantern clouds").is_err(), "with others");
        let mut copy = Vec::new();
        let mut file = read.by_index_decrypt(0, b"copper lantern cloud").expect("its words");
        file.read_to_end(&mut copy).expect("whole");
        assert_eq!(copy, b"%PDF-1.7 the record");
    }

    #[test]
    fn words_that_can_be_guessed_or_not_typed_are_refused() {
        assert_eq!(check("copper lantern cloud"), Ok(()));
        assert_eq!(check("short"), Err("too-short"));
        assert_eq!(check("তামার লণ্ঠন আর মেঘের কথা"), Err("plain-letters"));
        assert_eq!(check("aaaaaaaaaaaaaaaaaa"), Err("common-password"));
    }
}
