//! A certification of a settlement record: what an officer outside the house signs under the record's digest, as
//! canonical JSON under the house's seal, and the paper that is printed of it. The record itself stays as it is, to the
//! bit. It is no certificate (`certificate`), and its JWS says so by a type of its own. Deliberately not here: who may
//! certify, and the words of the paper, which come from the caller.

use domain::certification::Capacity;
use domain::ids::{CertificationId, Reference, SettlementId};
use domain::language::{Direction, Language};
use domain::time::Moment;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::is_nfc;

use crate::agreement::Salt;
use crate::canonical::{Digest, NotCanonical, canonical_bytes, digest_of};
use crate::face::{Block, Face, Part, heading, keyword};
use crate::fonts::{made_printable, printable};
use crate::jws::{self, NotOpened};
use crate::keys::{KeySet, PublishedKey, SealKey};
use crate::pades::{self, Paper};
use crate::pdf::{self, Attached};
use crate::report::{Passage, block};
use crate::seal::{SealError, Sealed, Unstamped, UnstampedPdf};
use crate::spelled;
use crate::time_stamp::Authorities;

/// What the header calls a certification: never what it calls a record.
pub(crate) const TYPE: &str = "settlement-certification+jws";
/// Under which names the two are attached.
pub(crate) const ATTACHED: (&str, &str) = ("certification.json", "certification.jws");

/// What somebody certified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The version of this structure.
    pub version: Version,
    /// What kind of document it is.
    pub kind: Kind,
    /// Its id.
    #[serde(with = "spelled")]
    pub id: CertificationId,
    /// 128 random bits, without which the digest in the ledger could be guessed at (R9).
    #[serde(with = "spelled")]
    pub salt: Salt,
    /// Which record.
    pub record: Certified,
    /// Who certified it.
    pub certifier: Certifier,
    /// The institution that saw to it that they hold the office.
    pub institution: String,
    /// Their words of intent, as they were shown.
    pub intent: String,
    /// The language of those.
    #[serde(with = "spelled")]
    pub language: Language,
    /// How they proved afresh who they are, such as `password` or `password+totp`.
    pub method: String,
    /// When.
    #[serde(with = "spelled")]
    pub certified_at: Moment,
}

/// The version of the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The first.
    One,
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match u8::deserialize(input)? {
            1 => Ok(Self::One),
            _ => Err(D::Error::custom("not a version that is known here")),
        }
    }
}

/// What kind of document a certification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A certification of a settlement record.
    #[serde(rename = "settlement-certification")]
    Certification,
}

/// The record that was certified, as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certified {
    /// Its id.
    #[serde(with = "spelled")]
    pub id: SettlementId,
    /// The dispute's reference, by which people know it.
    #[serde(with = "spelled")]
    pub reference: Reference,
    /// The SHA-256 of its canonical JSON.
    #[serde(with = "spelled")]
    pub digest: Digest,
    /// When it was sealed.
    #[serde(with = "spelled")]
    pub sealed_at: Moment,
}

/// Who certified a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certifier {
    /// Their name.
    pub name: String,
    /// In which capacity.
    #[serde(with = "spelled")]
    pub capacity: Capacity,
    /// The name of their office, in one line.
    pub office: String,
}

impl Statement {
    /// The RFC 8785 bytes.
    ///
    /// # Errors
    /// `NotCanonical`, never for statements of these types.
    pub fn canonical(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical_bytes(self)
    }

    /// Reads a statement back from its canonical bytes; nothing where they are of another shape or spelling.
    pub fn from_canonical(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        let is_spelled = read.texts().all(|text| is_nfc(text) && !text.is_empty());
        (is_spelled && read.canonical().ok()? == bytes).then_some(read)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let certifier = [&self.certifier.name, &self.certifier.office];
        certifier.into_iter().chain([&self.institution, &self.intent, &self.method]).map(String::as_str)
    }
}

/// Opens the JWS of a certification: the statement's bytes, and the key that sealed it. What they say is not looked at.
///
/// # Errors
/// As of a record's.
pub fn open<'k>(jws: &[u8], keys: &'k KeySet) -> Result<(Vec<u8>, &'k PublishedKey), NotOpened> {
    jws::open_as(TYPE, jws, keys)
}

/// The paper of a certification in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The language.
    pub language: Language,
    /// What the paper is called in it.
    pub title: String,
    /// What stands below that, in this order.
    pub passages: Vec<Passage>,
}

/// Seals a statement, and prints it in each of those languages. It takes as long as a record.
///
/// # Errors
/// The first thing that is in the way.
pub fn seal(statement: &Statement, sheets: &[Sheet], key: &SealKey) -> Result<Sealed, SealError> {
    let (sealed, printed) = unsigned(statement, sheets, key)?;
    let pdf = pades::sign(&printed, Paper::Certification, key, statement.certified_at)?;
    Ok(Sealed { pdf, ..sealed })
}

/// The same in a way that a time stamp can be added to, and without one.
///
/// # Errors
/// As [`seal`].
pub fn seal_to_stamp(
    statement: &Statement,
    sheets: &[Sheet],
    key: &SealKey,
    authorities: &Authorities,
) -> Result<Unstamped, SealError> {
    let (sealed, printed) = unsigned(statement, sheets, key)?;
    let at = statement.certified_at;
    let file = UnstampedPdf::sign(&printed, Paper::Certification, key, at, authorities)?;
    Ok(Unstamped::of(sealed, file))
}

fn unsigned(statement: &Statement, sheets: &[Sheet], key: &SealKey) -> Result<(Sealed, Vec<u8>), SealError> {
    statement.texts().try_for_each(printable)?;
    let json = statement.canonical()?;
    if Statement::from_canonical(&json).is_none() {
        return Err(NotCanonical.into());
    }
    let jws = jws::seal_as(TYPE, &json, key)?;
    let attached = [
        Attached {
            path: "/certification.json",
            relationship: "source",
            kind: "application/json",
            description: "The certification: the text that counts (canonical JSON, RFC 8785)",
            bytes: &json,
        },
        Attached {
            path: "/certification.jws",
            relationship: "supplement",
            kind: "application/jose",
            description: "The same text under the institution's seal (compact JWS, RFC 7515)",
            bytes: jws.as_bytes(),
        },
    ];
    let printed = pdf::print_with(&face(statement, sheets, key.kid()), &attached, statement.certified_at)?;
    let (digest, kid) = (digest_of(&json), key.kid().to_owned());
    Ok((Sealed { json, jws, pdf: Vec::new(), digest, kid }, printed))
}

fn face(statement: &Statement, sheets: &[Sheet], kid: &str) -> Face {
    let part = |sheet: &Sheet| {
        let top = heading(1, &made_printable(&sheet.title));
        let blocks: Vec<Block> = std::iter::once(top).chain(sheet.passages.iter().map(block)).collect();
        Part {
            language: sheet.language.tag(),
            rtl: sheet.language.direction() == Direction::RightToLeft,
            blocks,
        }
    };
    let first = sheets.first();
    let title = first.map_or_else(String::new, |sheet| made_printable(&sheet.title));
    let reference = statement.record.reference.to_string();
    Face {
        title: format!("{title} {reference}").trim().to_owned(),
        author: statement.institution.clone(),
        reference,
        keywords: vec![keyword(kid)],
        language: first.map_or(Language::English.tag(), |sheet| sheet.language.tag()),
        parts: sheets.iter().map(part).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use domain::language::RecordLanguage;

    use super::*;
    use crate::keys::KeySet;
    use crate::revocation::{Reason, Revocation, SealedBefore};
    use crate::samples::{key, now, settlement};
    use crate::verify::{Verdict, verify};

    fn statement() -> Statement {
        let record = settlement(&[RecordLanguage::English]);
        Statement {
            version: Version::One,
            kind: Kind::Certification,
            id: "0193a1b2-0000-7000-8000-000000000009".parse().expect("an id"),
            salt: Salt::new([9; 16]),
            record: Certified {
                id: record.id,
                reference: record.reference,
                digest: digest_of(b"a record"),
                sealed_at: now(),
            },
            certifier: Certifier {
                name: "Judith Osei".to_owned(),
                capacity: Capacity::Judge,
                office: "District Court, Dhaka".to_owned(),
            },
            institution: "Dhaka Mediation House".to_owned(),
            intent: "I certify this record.".to_owned(),
            language: Language::English,
            method: "password".to_owned(),
            certified_at: now(),
        }
    }

    fn sheets() -> Vec<Sheet> {
        let sheet = |language, title: &str| Sheet {
            language,
            title: title.to_owned(),
            passages: vec![
                Passage::Text("A line 😀 #panic()".to_owned()),
                Passage::Rows(vec![("حوالہ".to_owned(), vec!["CD-7K4M-92QX".to_owned()])]),
            ],
        };
        vec![sheet(Language::English, "Certification"), sheet(Language::Urdu, "تصدیق")]
    }

    struct House {
        key: SealKey,
        keys: KeySet,
        sealed: Sealed,
    }

    static HOUSE: LazyLock<House> = LazyLock::new(|| {
        let key = key();
        let keys = KeySet::of(&[&key]);
        let sealed = seal(&statement(), &sheets(), &key).expect("a certification");
        House { key, keys, sealed }
    });

    fn told() -> Verdict {
        Verdict::Certification {
            statement: Box::new(statement()),
            digest: HOUSE.sealed.digest,
            stamped_at: None,
            key_revoked_at: None,
        }
    }

    #[test]
    fn a_certification_is_told_from_a_record_in_either_form() {
        let Sealed { pdf, jws, .. } = &HOUSE.sealed;
        assert_eq!(verify(pdf, &HOUSE.keys), told());
        assert_eq!(verify(jws.as_bytes(), &HOUSE.keys), told());
        let foreign = KeySet::of(&[&key()]);
        assert_eq!(verify(pdf, &foreign), Verdict::Unknown);
        assert_eq!(verify(jws.as_bytes(), &foreign), Verdict::Unknown);
    }

    #[test]
    fn no_text_passes_under_the_type_of_another() {
        let json = &HOUSE.sealed.json;
        // The true key under the wrong name: a statement as a record, a record as a statement.
        let as_record = jws::seal(json, &HOUSE.key).expect("a seal");
        assert_eq!(verify(as_record.as_bytes(), &HOUSE.keys), Verdict::Altered);
        let record = settlement(&[RecordLanguage::English]).canonical().expect("bytes");
        let as_statement = jws::seal_as(TYPE, &record, &HOUSE.key).expect("a seal");
        assert_eq!(verify(as_statement.as_bytes(), &HOUSE.keys), Verdict::Altered);
        assert!(crate::sd_jwt::open(HOUSE.sealed.jws.as_bytes(), &HOUSE.keys).is_err());
        assert!(jws::open(HOUSE.sealed.jws.as_bytes(), &HOUSE.keys).is_err());
    }

    #[test]
    fn a_statement_is_read_back_from_its_canonical_bytes_and_from_no_others() {
        let json = String::from_utf8(statement().canonical().expect("bytes")).expect("text");
        assert!(json.contains(r#""capacity":"judge""#) && json.ends_with(r#""version":1}"#), "{json}");
        assert_eq!(Statement::from_canonical(json.as_bytes()), Some(statement()));
        for other in [
            format!("{json}\n"),
            json.replacen("{\"", "{ \"", 1),
            json.replacen('{', "{\"a\":1,", 1),
            json.replace(r#""version":1"#, r#""version":2"#),
            json.replace("judge", "king"),
            json.replace("settlement-certification", "settlement"),
            json.replace("Osei", "Osei\u{301}"),
            json.replace("I certify this record.", ""),
        ] {
            assert_ne!(other, json);
            let read = Statement::from_canonical(other.as_bytes());
            assert!(read.is_none() || read.is_some_and(|read| read != statement()), "{other}");
        }
    }

    #[test]
    fn under_a_revoked_key_a_certification_counts_where_the_ledger_held_it() {
        let Sealed { pdf, jws, digest, kid, .. } = &HOUSE.sealed;
        let revocation = |sealed_before| Revocation {
            kid: kid.clone(),
            revoked_at: now(),
            reason: Reason::Compromised,
            sealed_before,
        };
        let before = SealedBefore { record: *digest, pdf: digest_of(pdf) };
        let keys = HOUSE.keys.clone().with_revocation(revocation(vec![before]));
        for file in [pdf.as_slice(), jws.as_bytes()] {
            let found = verify(file, &keys);
            assert!(
                matches!(found, Verdict::Certification { key_revoked_at: Some(at), .. } if at == now()),
                "{found:?}"
            );
        }
        let none = HOUSE.keys.clone().with_revocation(revocation(Vec::new()));
        for file in [pdf.as_slice(), jws.as_bytes()] {
            assert_eq!(verify(file, &none), Verdict::Revoked { at: now() });
        }
    }

    fn is_refused(file: &[u8]) -> bool {
        !matches!(verify(file, &HOUSE.keys), Verdict::Certification { .. } | Verdict::Valid { .. })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_bit_of_its_pdf_can_be_changed(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut file = HOUSE.sealed.pdf.clone();
            let at = at.index(file.len());
            file[at] ^= 1_u8 << bit;
            prop_assert!(is_refused(&file));
        }

        #[test]
        fn no_byte_of_its_jws_can_be_changed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut file = HOUSE.sealed.jws.clone().into_bytes();
            let at = at.index(file.len());
            prop_assume!(file[at] != byte);
            file[at] = byte;
            prop_assert!(is_refused(&file));
        }
    }
}
