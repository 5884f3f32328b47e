//! The canonical text of a certificate (R10), whose digest stands in the ledger. It carries a salt, because dates and a
//! reference can be guessed (R9). Deliberately not here: when a certificate is given, which the law decides, and its
//! face.

use domain::certificate::Certificate;
use domain::ids::Reference;
use domain::party::Side;
use domain::time::Day;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::agreement::Salt;
use crate::canonical::{NotCanonical, canonical_bytes};
use crate::spelled;

#[derive(Serialize)]
struct Written<'a> {
    version: u8,
    kind: &'static str,
    #[serde(with = "spelled")]
    salt: Salt,
    #[serde(with = "spelled")]
    reference: &'a Reference,
    #[serde(with = "spelled")]
    filed_on: Day,
    #[serde(with = "spelled::maybe", skip_serializing_if = "Option::is_none")]
    mediation_began_on: Option<Day>,
    #[serde(with = "spelled")]
    ended_on: Day,
    settled: bool,
    #[serde(with = "spelled::list")]
    present: Vec<Side>,
}

/// The salt of a dispute's certificate, made of the one of its record. It is another one, so that who is shown a
/// certificate cannot guess at the digest of the record.
pub fn salt(of_record: &Salt) -> Salt {
    let hash: [u8; 32] = Sha256::new_with_prefix(b"concord certificate 1\n")
        .chain_update(of_record.as_bytes())
        .finalize()
        .into();
    let mut salt = [0; 16];
    for (into, from) in salt.iter_mut().zip(hash) {
        *into = from;
    }
    Salt::new(salt)
}

/// The canonical JSON of a certificate.
///
/// # Errors
/// `NotCanonical`, never for values of these types.
pub fn text(certificate: &Certificate, salt: Salt) -> Result<Vec<u8>, NotCanonical> {
    canonical_bytes(&Written {
        version: 1,
        kind: "certificate",
        salt,
        reference: &certificate.reference,
        filed_on: certificate.filed_on,
        mediation_began_on: certificate.mediation_began_on,
        ended_on: certificate.ended_on,
        settled: certificate.settled,
        present: certificate.present.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_has_a_text_with_a_salt_of_its_own() {
        let day = |day| Day::new(2026, 11, day).expect("a day");
        let certificate = Certificate {
            reference: "CD-7K4M-92QX".parse().expect("a reference"),
            filed_on: day(1),
            mediation_began_on: None,
            ended_on: day(20),
            settled: false,
            present: Side::BOTH.to_vec(),
            co_mediators: Vec::new(),
        };
        let record = Salt::new([7; 16]);
        let own = salt(&record);
        assert!(own != record && own == salt(&record) && own != salt(&Salt::new([8; 16])));
        let json = String::from_utf8(text(&certificate, own).expect("text")).expect("UTF-8");
        let expected = format!(
            r#"{{"ended_on":"2026-11-20","filed_on":"2026-11-01","kind":"certificate","present":["claimant","respondent"],"reference":"CD-7K4M-92QX","salt":"{own}","settled":false,"version":1}}"#
        );
        assert_eq!(json, expected);
        let held = Certificate { mediation_began_on: Some(day(5)), ..certificate };
        let json = String::from_utf8(text(&held, own).expect("text")).expect("UTF-8");
        assert!(json.contains(r#""mediation_began_on":"2026-11-05""#), "{json}");
    }
}
