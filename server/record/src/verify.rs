//! What anyone may ask of a file: is it a record that the institution sealed, unchanged? It needs the file and the
//! published keys alone (R25). Whether a newer record took its place is the caller's to find out, who has the
//! ledger; whose file it is that fails is told only where it names one of the keys.

use std::time::Duration;

use domain::ids::{Reference, SettlementId};
use domain::time::Moment;
use serde_json::{Map, Value};

use crate::canonical::{Digest, digest_of};
use crate::certification::{self, Statement};
use crate::contents::Contents;
use crate::face::keyword;
use crate::file::{PdfFile, split_at_first, split_at_last};
use crate::jws::{self, NotOpened};
use crate::keys::{KeySet, PublishedKey};
use crate::pades;
use crate::report;
use crate::revocation::Revocation;
use crate::sd_jwt;

/// How far the house's clock and an authority's may lie apart.
const STAMPED_APART_MAX: Duration = Duration::from_secs(3_600);

/// What a file is found to be. It says nothing of what the record says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// A record, byte for byte as it was sealed. The caller who knows of a newer one says *superseded* instead.
    Valid {
        /// The dispute's reference.
        reference: Reference,
        /// When it was sealed.
        sealed_at: Moment,
        /// The record's id.
        record_id: SettlementId,
        /// The SHA-256 of its canonical JSON.
        digest: Digest,
        /// When a time-stamp authority saw it sealed: of a PDF that has a time stamp, by an authority among those that
        /// are published beside the keys.
        stamped_at: Option<Moment>,
        /// When the key was revoked that had sealed it before.
        key_revoked_at: Option<Moment>,
    },
    /// A report of the house, byte for byte as it was sealed: it speaks of records, and is none.
    Report {
        /// When it was made.
        made_at: Moment,
        /// When a time-stamp authority saw it sealed, as of a record.
        stamped_at: Option<Moment>,
    },
    /// A certification of a record, byte for byte as it was made: it speaks of a record, and is none.
    Certification {
        /// What it says.
        statement: Box<Statement>,
        /// The SHA-256 of its canonical JSON.
        digest: Digest,
        /// When a time-stamp authority saw it sealed, as of a record.
        stamped_at: Option<Moment>,
        /// When the key was revoked that had sealed it before.
        key_revoked_at: Option<Moment>,
    },
    /// A key signed it that is revoked, and it is none of what that key is known to have sealed before.
    Revoked {
        /// When the key was revoked.
        at: Moment,
    },
    /// It names a key of the institution, and is not what that key sealed.
    Altered,
    /// It names none of the keys.
    Unknown,
}

/// Checks a file: a signed PDF, or a compact JWS or SD-JWT without anything around it.
pub fn verify(file: &[u8], keys: &KeySet) -> Verdict {
    if split_at_first(file.get(..1024).unwrap_or(file), b"%PDF-").is_some() {
        return verify_pdf(file, keys);
    }
    if file.ends_with(b"~") {
        return match sd_jwt::open(file, keys) {
            // A paper says what its maker wants: no list knows those that were made before.
            Ok((claims, key)) => revocable(shown(&claims), keys, key, |_, _| false),
            Err(NotOpened::Altered) => Verdict::Altered,
            Err(NotOpened::Unknown) => unproven(file, keys),
        };
    }
    match jws::open(file, keys) {
        Ok((payload, key)) => revocable(verdict(&payload), keys, key, Revocation::had_sealed),
        // Under its own type alone: what is sealed as one is never read as the other.
        Err(NotOpened::Altered) => match jws::open_as(certification::TYPE, file, keys) {
            Ok((payload, key)) => revocable(stated(&payload), keys, key, Revocation::had_sealed),
            Err(_) => Verdict::Altered,
        },
        Err(NotOpened::Unknown) => unproven(file, keys),
    }
}

fn verify_pdf(file: &[u8], keys: &KeySet) -> Verdict {
    let Some((key, stamp)) = pades::signer(file, keys) else { return unproven(file, keys) };
    // From here on every byte is one that the institution signed, so what follows guards against its own mistakes.
    let pdf = digest_of(file);
    let found = printed(file).and_then(|printed| {
        let record = attached(&printed, key, keys).and_then(|json| verdict(&json));
        record.or_else(|| certified(&printed, key, keys)).or_else(|| reported(&printed))
    });
    let found = revocable(found, keys, key, |revocation, _| revocation.had_signed(pdf));
    // Keys that were kept before the house had this authority do not know it: they tell no time, and the seal counts.
    let vouched = stamp.filter(|stamp| keys.authorities().vouch_for(stamp)).map(|stamp| stamp.at);
    match found {
        Verdict::Report { made_at, .. } => {
            let stamped_at = vouched.filter(|at| is_of_the_sealing(*at, made_at));
            Verdict::Report { made_at, stamped_at }
        }
        Verdict::Valid { reference, sealed_at, record_id, digest, key_revoked_at, .. } => {
            let stamped_at = vouched.filter(|at| is_of_the_sealing(*at, sealed_at));
            Verdict::Valid { reference, sealed_at, record_id, digest, stamped_at, key_revoked_at }
        }
        Verdict::Certification { statement, digest, key_revoked_at, .. } => {
            let stamped_at = vouched.filter(|at| is_of_the_sealing(*at, statement.certified_at));
            Verdict::Certification { statement, digest, stamped_at, key_revoked_at }
        }
        other => other,
    }
}

/// Whether a stamp may be the one that was asked for at the sealing: anybody can ask an authority later for another one of
/// the same seal, and one whose clock is wrong tells nothing.
fn is_of_the_sealing(stamped_at: Moment, sealed_at: Moment) -> bool {
    let apart = stamped_at.since(sealed_at).max(sealed_at.since(stamped_at));
    apart <= STAMPED_APART_MAX
}

/// What was found of a file, once it is asked whether its key is revoked, and had sealed it before.
fn revocable(
    found: Option<Verdict>,
    keys: &KeySet,
    key: &PublishedKey,
    before: impl Fn(&Revocation, Digest) -> bool,
) -> Verdict {
    match (found, keys.revocation(key.kid())) {
        (Some(Verdict::Valid { reference, sealed_at, record_id, digest, stamped_at, .. }), Some(revoked)) => {
            let at = revoked.revoked_at;
            if !before(revoked, digest) {
                return Verdict::Revoked { at };
            }
            let key_revoked_at = Some(at);
            Verdict::Valid { reference, sealed_at, record_id, digest, stamped_at, key_revoked_at }
        }
        (Some(Verdict::Certification { statement, digest, stamped_at, .. }), Some(revoked)) => {
            let at = revoked.revoked_at;
            if !before(revoked, digest) {
                return Verdict::Revoked { at };
            }
            Verdict::Certification { statement, digest, stamped_at, key_revoked_at: Some(at) }
        }
        // No list knows the reports that were made before.
        (Some(Verdict::Report { .. }), Some(revoked)) => Verdict::Revoked { at: revoked.revoked_at },
        (found, _) => found.unwrap_or(Verdict::Altered),
    }
}

/// The file as it was printed, before it was signed.
fn printed(file: &[u8]) -> Option<PdfFile<'_>> {
    let (update, _) = split_at_last(file, b"/ByteRange [0 ")?;
    PdfFile::read(split_at_last(update, b"%%EOF")?.0)
}

/// What a report says of itself.
fn reported(printed: &PdfFile<'_>) -> Option<Verdict> {
    let made_at = report::made_at(&printed.attachment(report::ATTACHED)?)?;
    Some(Verdict::Report { made_at, stamped_at: None })
}

/// What a certification says of itself, where the JSON on it is the payload of the JWS on it, and one key sealed both.
fn certified(printed: &PdfFile<'_>, key: &PublishedKey, keys: &KeySet) -> Option<Verdict> {
    let (json, jws) = certification::ATTACHED;
    let (json, jws) = (printed.attachment(json)?, printed.attachment(jws)?);
    let (payload, by) = jws::open_as(certification::TYPE, &jws, keys).ok()?;
    stated(&json).filter(|_| payload == json && by == key)
}

fn stated(json: &[u8]) -> Option<Verdict> {
    let statement = Box::new(Statement::from_canonical(json)?);
    Some(Verdict::Certification {
        statement,
        digest: digest_of(json),
        stamped_at: None,
        key_revoked_at: None,
    })
}

/// The attached JSON, where it is the payload of the attached JWS and both are sealed by the one key.
fn attached(printed: &PdfFile<'_>, key: &PublishedKey, keys: &KeySet) -> Option<Vec<u8>> {
    let json = printed.attachment("record.json")?;
    let jws = printed.attachment("record.jws")?;
    let (payload, by) = jws::open(&jws, keys).ok()?;
    (payload == json && by == key).then_some(json)
}

fn verdict(json: &[u8]) -> Option<Verdict> {
    let contents = Contents::from_canonical(json)?;
    Some(Verdict::Valid {
        reference: contents.reference,
        sealed_at: contents.mediation.sealed_at,
        record_id: contents.id,
        digest: digest_of(json),
        stamped_at: None,
        key_revoked_at: None,
    })
}

/// What a paper says that shows a part of a record alone.
fn shown(claims: &Map<String, Value>) -> Option<Verdict> {
    let text = |name: &str| claims.get(name)?.as_str();
    Some(Verdict::Valid {
        reference: text("reference")?.parse().ok()?,
        sealed_at: text("sealed_at")?.parse().ok()?,
        record_id: text("id")?.parse().ok()?,
        digest: text("record_digest")?.parse().ok()?,
        stamped_at: None,
        key_revoked_at: None,
    })
}

/// What is not proven is altered where it names a key of ours anywhere, in the file's metadata or beside the
/// signature, and otherwise of unknown origin.
fn unproven(file: &[u8], keys: &KeySet) -> Verdict {
    let names = |key: &PublishedKey| split_at_first(file, keyword(key.kid()).as_bytes()).is_some();
    if keys.iter().any(names) { Verdict::Altered } else { Verdict::Unknown }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use domain::language::RecordLanguage;
    use proptest::prelude::*;

    use super::*;
    use crate::keys::SealKey;
    use crate::pades::Paper;
    use crate::revocation::{Reason, SealedBefore};
    use crate::samples::{THREE, key, now, settlement};
    use crate::seal::{Sealed, seal};

    struct House {
        key: SealKey,
        keys: KeySet,
        sealed: Sealed,
    }

    static HOUSE: LazyLock<House> = LazyLock::new(|| {
        let key = key();
        let keys = KeySet::of(&[&key]);
        let sealed = seal(settlement(&THREE), &key).expect("a sealed record");
        House { key, keys, sealed }
    });

    fn is_valid(file: &[u8]) -> bool {
        matches!(verify(file, &HOUSE.keys), Verdict::Valid { .. })
    }

    #[test]
    fn r25_both_forms_of_a_record_are_valid_with_the_published_keys_alone() {
        let published = KeySet::from_jwks(&HOUSE.keys.to_jwks()).expect("the keys");
        let expected = Verdict::Valid {
            reference: "CD-7K4M-92QX".parse().expect("a reference"),
            sealed_at: now(),
            record_id: settlement(&THREE).id,
            digest: HOUSE.sealed.digest,
            stamped_at: None,
            key_revoked_at: None,
        };
        assert_eq!(verify(&HOUSE.sealed.pdf, &published), expected);
        assert_eq!(verify(HOUSE.sealed.jws.as_bytes(), &published), expected);
    }

    #[test]
    fn a_past_key_still_proves_and_a_foreign_one_proves_nothing() {
        let present = key();
        let both = KeySet::of(&[&present]).merged(&HOUSE.keys);
        assert!(matches!(verify(&HOUSE.sealed.pdf, &both), Verdict::Valid { .. }));
        let foreign = KeySet::of(&[&present]);
        assert_eq!(verify(&HOUSE.sealed.pdf, &foreign), Verdict::Unknown);
        assert_eq!(verify(HOUSE.sealed.jws.as_bytes(), &foreign), Verdict::Unknown);
    }

    #[test]
    fn a_revoked_key_proves_what_it_is_known_to_have_sealed_before_and_nothing_else() {
        let Sealed { json, jws, pdf, digest, kid } = &HOUSE.sealed;
        let before = SealedBefore { record: *digest, pdf: digest_of(pdf) };
        let revocation = |sealed_before| Revocation {
            kid: kid.clone(),
            revoked_at: now(),
            reason: Reason::Compromised,
            sealed_before,
        };
        let keys = HOUSE.keys.clone().with_revocation(revocation(vec![before]));
        let published = KeySet::from_jwks(&keys.to_jwks()).expect("the keys");
        for file in [pdf.as_slice(), jws.as_bytes()] {
            let found = verify(file, &published);
            assert!(
                matches!(found, Verdict::Valid { key_revoked_at: Some(at), .. } if at == now()),
                "{found:?}"
            );
        }
        let none = HOUSE.keys.clone().with_revocation(revocation(Vec::new()));
        for file in [pdf.as_slice(), jws.as_bytes()] {
            assert_eq!(verify(file, &none), Verdict::Revoked { at: now() });
        }
        // Whoever has the key signs other pages around a true record, or makes a record of their own.
        let contents = settlement(&THREE).checked().expect("a record");
        let face = crate::face::of_settlement(&contents, *digest, kid);
        let printed = crate::pdf::print(&face, json, jws, now()).expect("a print");
        let forged = pades::sign(&printed, Paper::Record, &HOUSE.key, now()).expect("a signature");
        assert!(is_valid(&forged));
        assert_eq!(verify(&forged, &published), Verdict::Revoked { at: now() });
        let other = seal(settlement(&[RecordLanguage::English]), &HOUSE.key).expect("a record");
        assert_eq!(verify(other.jws.as_bytes(), &published), Verdict::Revoked { at: now() });
        // What was published first stays: nobody widens it.
        assert_eq!(
            none.with_revocation(revocation(vec![before])).revocation(kid),
            Some(&revocation(Vec::new()))
        );
        // An altered file is altered, whatever became of the key.
        assert_eq!(verify(&pdf[..pdf.len() - 1], &published), Verdict::Altered);
    }

    #[test]
    fn bytes_added_or_taken_away_make_a_file_altered() {
        let Sealed { pdf, jws, .. } = &HOUSE.sealed;
        for added in ["\n", " ", "%", "%%EOF\n", "1 0 obj\n<<>>\nendobj\n"] {
            assert_eq!(verify(&[pdf, added.as_bytes()].concat(), &HOUSE.keys), Verdict::Altered, "{added:?}");
            assert_eq!(
                verify(format!("{jws}{added}").as_bytes(), &HOUSE.keys),
                Verdict::Altered,
                "{added:?}"
            );
        }
        assert_eq!(verify(&[pdf.as_slice(), pdf].concat(), &HOUSE.keys), Verdict::Altered);
        for kept in [pdf.len() - 1, pdf.len() - 20_000, pdf.len() / 2] {
            assert!(!is_valid(&pdf[..kept]), "{kept}");
        }
        assert_eq!(verify(&pdf[..pdf.len() - 1], &HOUSE.keys), Verdict::Altered);
        assert!(!is_valid(&pdf[1..]));
    }

    #[test]
    fn the_place_of_the_signature_hides_nothing() {
        let pdf = &HOUSE.sealed.pdf;
        let (before, after) = split_at_last(pdf, b"/Contents <").expect("the place");
        let from = before.len() + b"/Contents <".len();
        let to = from + split_at_first(after, b">").expect("its end").0.len();
        for (at, byte) in [(from, b' '), (to - 1, b'1'), (to - 1, b' '), (to - 2, b'\n'), (to - 1, b'>')] {
            let mut changed = pdf.clone();
            changed[at] = byte;
            assert_eq!(verify(&changed, &HOUSE.keys), Verdict::Altered, "{at} {byte}");
        }
        let mut upper = pdf.clone();
        upper[from..to].make_ascii_uppercase();
        assert_eq!(verify(&upper, &HOUSE.keys), Verdict::Altered);
    }

    #[test]
    fn a_record_that_contradicts_itself_is_not_valid_even_under_the_true_key() {
        let json = String::from_utf8(HOUSE.sealed.json.clone()).expect("text");
        let other = json.replace("125000.00", "925000.00");
        let jws = crate::jws::seal(other.as_bytes(), &HOUSE.key).expect("a seal");
        assert_eq!(verify(jws.as_bytes(), &HOUSE.keys), Verdict::Altered);
        let jws = crate::jws::seal(b"{}", &HOUSE.key).expect("a seal");
        assert_eq!(verify(jws.as_bytes(), &HOUSE.keys), Verdict::Altered);
    }

    #[test]
    fn a_pdf_whose_attachments_differ_is_not_valid_even_under_the_true_key() {
        let contents = settlement(&THREE).checked().expect("a record");
        let Sealed { json, jws, digest, .. } = &HOUSE.sealed;
        let signed = |json: &[u8], jws: &str| {
            let face = crate::face::of_settlement(&contents, *digest, HOUSE.key.kid());
            let printed = crate::pdf::print(&face, json, jws, now()).expect("a print");
            pades::sign(&printed, Paper::Record, &HOUSE.key, now()).expect("a signature")
        };
        assert!(is_valid(&signed(json, jws)));
        let other = String::from_utf8(json.clone()).expect("text").replace("125000.00", "925000.00");
        assert_eq!(verify(&signed(other.as_bytes(), jws), &HOUSE.keys), Verdict::Altered);
        let foreign = crate::jws::seal(json, &key()).expect("a seal");
        assert_eq!(verify(&signed(json, &foreign), &HOUSE.keys), Verdict::Altered);
    }

    #[test]
    fn an_institution_with_an_odd_name_seals_too() {
        let mut contents = settlement(&[RecordLanguage::English]);
        contents.institution.name =
            "A) >> endobj %%EOF startxref 0 /ByteRange [0 1 2 3] /Contents <00>".into();
        let sealed = seal(contents, &HOUSE.key).expect("a sealed record");
        assert!(is_valid(&sealed.pdf));
    }

    #[test]
    fn what_is_no_record_is_unknown() {
        for file in ["", "%PDF-", "%PDF-1.7\n", "a.b.c", "{}", "hello", "/ByteRange [0 "] {
            assert_eq!(verify(file.as_bytes(), &HOUSE.keys), Verdict::Unknown, "{file}");
        }
        assert_eq!(verify(&HOUSE.sealed.json, &HOUSE.keys), Verdict::Unknown);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn r25_no_byte_of_a_pdf_can_be_changed(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut file = HOUSE.sealed.pdf.clone();
            let at = at.index(file.len());
            file[at] ^= 1_u8 << bit;
            prop_assert!(!is_valid(&file), "bit {} of byte {}", bit, at);
        }

        #[test]
        fn r25_no_byte_of_a_jws_can_be_changed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut file = HOUSE.sealed.jws.clone().into_bytes();
            let at = at.index(file.len());
            prop_assume!(file[at] != byte);
            file[at] = byte;
            prop_assert!(!is_valid(&file), "byte {}", at);
        }

        #[test]
        fn a_shortened_file_is_never_valid(kept in any::<prop::sample::Index>(), cut in any::<bool>()) {
            let file = if cut { HOUSE.sealed.pdf.as_slice() } else { HOUSE.sealed.jws.as_bytes() };
            prop_assert!(!is_valid(&file[..kept.index(file.len())]));
        }

        #[test]
        fn garbage_is_unknown(garbage in prop::collection::vec(any::<u8>(), 0..2000), pdf in any::<bool>()) {
            let head: &[u8] = if pdf { b"%PDF-1.7\n" } else { b"" };
            prop_assert_eq!(verify(&[head, &garbage].concat(), &HOUSE.keys), Verdict::Unknown);
        }

        #[test]
        fn a_hostile_update_behind_a_record_is_never_valid(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "/ByteRange [0 ", "0000000000 0000000000 0000000000", "]", "/Contents <", "00", ">", "%%EOF", "xref\n",
                "startxref\n", "0", "trailer", "<<", ">>", "stream\n", "endobj",
            ]), 1..30),
        ) {
            let file = [HOUSE.sealed.pdf.as_slice(), pieces.concat().as_bytes()].concat();
            prop_assert_eq!(verify(&file, &HOUSE.keys), Verdict::Altered);
        }
    }
}
