//! What makes contents a record: complete in each language, attested, signed by both sides, and with the digest that
//! was signed being the digest of these terms. Whether the dispute's state allows a record is the domain's.

use std::collections::BTreeMap;

use domain::language::RecordLanguage;
use domain::party::Side;
use unicode_normalization::UnicodeNormalization as _;

use crate::agreement::{Term, digest_of_numbered, normalised};
use crate::canonical::Digest;
use crate::contents::{Contents, Version};

/// Why contents make no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is no term.
    #[error("an agreement has at least one term")]
    NoTerms,
    /// The terms are not numbered 1, 2, 3 and so on.
    #[error("terms are numbered from 1 without a gap")]
    Misnumbered,
    /// No language is named, or one twice, or the prevailing one is not among them.
    #[error("the languages are not a list that holds the prevailing one")]
    Languages,
    /// A term lacks its text in a language of the record, or has one in another (R22).
    #[error("term {term} is not written in exactly the languages of the record")]
    TermText {
        /// The term's number.
        term: u32,
    },
    /// A statement about courts lacks a language of the record.
    #[error("a statement is missing in the language {language}")]
    StatementMissing {
        /// Which language.
        language: RecordLanguage,
    },
    /// Nobody stands on a side.
    #[error("nobody stands on the side of the {side}")]
    PartyMissing {
        /// Which side.
        side: Side,
    },
    /// Nobody signed for a side.
    #[error("nobody signed for the {side}")]
    SignatureMissing {
        /// Which side.
        side: Side,
    },
    /// A representative signed for somebody who is no party on that side.
    #[error("somebody signed for nobody on the side of the {side}")]
    NobodyRepresented {
        /// Which side.
        side: Side,
    },
    /// A representative signed before the institution had accepted that they do.
    #[error("somebody signed for the {side} before that was accepted")]
    SignedBeforeAccepted {
        /// For which side.
        side: Side,
    },
    /// The digest of the terms is not the one that the agreement or a signature names.
    #[error("what was signed is not what the record says")]
    AgreementDiffers,
    /// The version is another one than that of such contents.
    #[error("the version is not that of what the record says")]
    Version,
    /// Neither the mediator nor the institution attested, or both did.
    #[error("either the mediator or the institution attests")]
    Attestation,
}

impl Contents {
    /// The contents with every text in Unicode's form C, once they are found to make a record: complete, in each
    /// language, signed by both sides, and with the digest that was signed being the digest of these terms.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn checked(self) -> Result<Self, Unfit> {
        let contents = self.normalised();
        if contents.version
            != Version::of(contents.co_mediator.as_ref(), &contents.signatures, &contents.languages)
        {
            return Err(Unfit::Version);
        }
        contents.check_languages()?;
        contents.check_terms()?;
        contents.check_people()?;
        Ok(contents)
    }

    /// Reads contents back from their canonical bytes; nothing where the bytes are of another shape, differ from
    /// the canonical ones in any place, or say something that no record may say.
    pub fn from_canonical(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        let checked = read.clone().checked().ok()?;
        (checked == read && read.canonical().ok()? == bytes).then_some(read)
    }

    fn normalised(mut self) -> Self {
        let nfc = |text: &mut String| *text = text.nfc().collect();
        nfc(&mut self.institution.name);
        nfc(&mut self.institution.address);
        nfc(&mut self.institution.phone);
        self.institution.website.iter_mut().for_each(nfc);
        nfc(&mut self.mediator.name);
        self.co_mediator.iter_mut().for_each(|beside| nfc(&mut beside.name));
        self.parties.iter_mut().for_each(|party| nfc(&mut party.name));
        for signature in &mut self.signatures {
            nfc(&mut signature.name);
            nfc(&mut signature.intent);
            nfc(&mut signature.method);
            signature.on_behalf_of.iter_mut().for_each(|behalf| nfc(&mut behalf.party));
        }
        self.consents.iter_mut().for_each(|consent| nfc(&mut consent.document));
        self.terms = self.terms.into_iter().map(Term::normalised).collect();
        self.not_a_court_order = normalised(self.not_a_court_order);
        self.enforcement = normalised(self.enforcement);
        self
    }

    fn check_languages(&self) -> Result<(), Unfit> {
        let mut seen = self.languages.clone();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() != self.languages.len() || !seen.contains(&self.prevailing_language) {
            return Err(Unfit::Languages);
        }
        for language in seen {
            if is_blank(&self.not_a_court_order, language) || is_blank(&self.enforcement, language) {
                return Err(Unfit::StatementMissing { language });
            }
        }
        Ok(())
    }

    fn check_terms(&self) -> Result<(), Unfit> {
        if self.terms.is_empty() {
            return Err(Unfit::NoTerms);
        }
        if !self.terms.iter().zip(1..).all(|(term, number)| term.number == number) {
            return Err(Unfit::Misnumbered);
        }
        for term in &self.terms {
            let complete = self.languages.iter().all(|language| !is_blank(&term.text, *language));
            if !complete || term.text.len() != self.languages.len() {
                return Err(Unfit::TermText { term: term.number });
            }
        }
        let language = self.prevailing_language;
        let digest =
            digest_of_numbered(&self.salt, self.dispute, self.agreement.revision, language, &self.terms);
        let same = |signed: Digest| digest == Ok(signed);
        let signed = self.signatures.iter().all(|signature| same(signature.digest));
        if signed && same(self.agreement.digest) { Ok(()) } else { Err(Unfit::AgreementDiffers) }
    }

    fn check_people(&self) -> Result<(), Unfit> {
        for &side in Side::ALL {
            if !self.parties.iter().any(|party| party.side == side) {
                return Err(Unfit::PartyMissing { side });
            }
            if !self.signatures.iter().any(|signature| signature.side == side) {
                return Err(Unfit::SignatureMissing { side });
            }
        }
        for signature in &self.signatures {
            let Some(behalf) = &signature.on_behalf_of else { continue };
            let side = signature.side;
            if !self.parties.iter().any(|party| party.side == side && party.name == behalf.party) {
                return Err(Unfit::NobodyRepresented { side });
            }
            if behalf.authority_accepted_at > signature.signed_at {
                return Err(Unfit::SignedBeforeAccepted { side });
            }
        }
        let attested = [self.mediator.attested_at, self.institution.attested_at];
        if attested.iter().flatten().count() == 1 { Ok(()) } else { Err(Unfit::Attestation) }
    }
}

fn is_blank(texts: &BTreeMap<RecordLanguage, String>, language: RecordLanguage) -> bool {
    texts.get(&language).is_none_or(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Salt;
    use crate::canonical::digest_of;
    use crate::samples::{self, now, settlement};

    const BOTH: [RecordLanguage; 2] = [RecordLanguage::English, RecordLanguage::Bangla];

    #[test]
    fn a_record_of_version_1_has_the_same_bytes_for_ever() {
        let json = settlement(&BOTH).checked().expect("a record").canonical().expect("bytes");
        let text = String::from_utf8(json).expect("text");
        assert!(text.starts_with(r#"{"agreement":{"digest":"sha256:"#), "{text}");
        let term = concat!(
            r#"{"amount":{"currency":"BDT","value":"125000.00"},"creditor":"claimant","debtor":"respondent","#,
            r#""due_on":"2027-01-31","number":1,"text":{"bn":"#
        );
        assert!(text.contains(term), "{text}");
        assert!(
            text.contains(r#""salt":"BwcHBwcHBwcHBwcHBwcHBw""#) && text.ends_with(r#""version":1}"#),
            "{text}"
        );
        let digest = "sha256:355687771afcb5e233a155506142feec56a73e6f0fdb4ef7ee45aaf9a179e9ff";
        assert_eq!(digest_of(text.as_bytes()).to_string(), digest);
    }

    #[test]
    fn contents_are_read_back_from_their_canonical_bytes_and_from_no_others() {
        let contents = settlement(&BOTH).checked().expect("a record");
        let json = contents.canonical().expect("bytes");
        assert_eq!(Contents::from_canonical(&json).as_ref(), Some(&contents));
        let text = String::from_utf8(json).expect("text");
        let others = [
            format!("{text}\n"),
            text.replacen("{\"", "{ \"", 1),
            text.replacen("{", "{\"a\":1,", 1),
            text.replace(r#""version":1"#, r#""version":2"#),
            text.replace("125000.00", "125000"),
            text.replace("125000.00", "125000.01"),
            text.replace("মিরপুরের", "ঢাকার"),
            text.replace(r#","version":1"#, r#","supersedes":null,"version":1"#),
            text.replace("বাসার", "বাসা\u{9c7}\u{9be}র"),
        ];
        for other in others {
            assert_ne!(other, text);
            assert_eq!(Contents::from_canonical(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_record_of_two_mediators_is_of_version_2_and_a_record_of_one_of_version_1() {
        let two = samples::co_mediated(&BOTH).checked().expect("a record");
        let json = String::from_utf8(two.canonical().expect("bytes")).expect("text");
        assert!(
            json.starts_with(r#"{"agreement":{"digest":"sha256:"#) && json.ends_with(r#""version":2}"#),
            "{json}"
        );
        assert!(json.contains(r#""co_mediator":{"name":"Omar Vale"}"#), "{json}");
        assert_eq!(Contents::from_canonical(json.as_bytes()).as_ref(), Some(&two));
        let one = settlement(&BOTH);
        assert_eq!(Contents { version: Version::Two, ..one.clone() }.checked(), Err(Unfit::Version));
        let unsaid = Contents { version: Version::One, ..two.clone() };
        assert_eq!(unsaid.checked(), Err(Unfit::Version));
        for other in [
            json.replace(r#""version":2"#, r#""version":1"#),
            json.replace(r#""version":2"#, r#""version":3"#),
            json.replace(r#""co_mediator":{"name":"Omar Vale"},"#, ""),
            json.replace(r#""co_mediator":{"name":"Omar Vale"},"#, r#""co_mediator":null,"#),
        ] {
            assert_eq!(Contents::from_canonical(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn r3_a_record_that_a_representative_signed_is_of_version_3_and_says_for_whom() {
        let signed = samples::represented(&BOTH).checked().expect("a record");
        let json = String::from_utf8(signed.canonical().expect("bytes")).expect("text");
        let behalf = concat!(
            r#""on_behalf_of":{"authority_accepted_at":"2026-11-24T05:07:00.000Z","party":"Amara Sen"},"#,
            r#""side":"claimant""#
        );
        assert!(json.contains(behalf) && json.ends_with(r#""version":3}"#), "{json}");
        assert_eq!(Contents::from_canonical(json.as_bytes()).as_ref(), Some(&signed));
        for other in [
            json.replace(r#""version":3"#, r#""version":1"#),
            json.replace(r#""version":3"#, r#""version":2"#),
            json.replace(r#""authority_accepted_at":"2026-"#, r#""authority_accepted_at":"2027-"#),
            json.replace(r#""party":"Amara Sen""#, r#""party":"Amara Roy""#),
            json.replace(r#""party":"Amara Sen""#, r#""party":"বেলা রায়""#),
        ] {
            assert_ne!(other, json);
            assert_eq!(Contents::from_canonical(other.as_bytes()), None, "{other}");
        }
        let beside = samples::co_mediated(&BOTH).co_mediator;
        let both = Contents { co_mediator: beside, ..samples::represented(&BOTH) };
        assert!(both.checked().is_ok(), "two may mediate where a representative signs");
        let unsaid = Contents { version: Version::Three, ..settlement(&BOTH) };
        assert_eq!(unsaid.checked(), Err(Unfit::Version));
    }

    #[test]
    fn texts_are_brought_to_one_form() {
        let mut typed = settlement(&BOTH);
        typed.parties[0].name = "Ame\u{301}lie".into();
        assert_eq!(typed.checked().map(|contents| contents.parties[0].name.clone()), Ok("Amélie".to_owned()));
    }

    #[test]
    fn r22_every_term_stands_in_every_language_and_every_signature_under_the_same_text() {
        let spoilt = |spoil: &dyn Fn(&mut Contents)| {
            let mut contents = settlement(&BOTH);
            spoil(&mut contents);
            contents.checked().err()
        };
        let bangla = RecordLanguage::Bangla;
        assert_eq!(spoilt(&|_| ()), None);
        assert_eq!(spoilt(&|it| it.terms.clear()), Some(Unfit::NoTerms));
        assert_eq!(spoilt(&|it| it.terms[1].number = 3), Some(Unfit::Misnumbered));
        assert_eq!(spoilt(&|it| _ = it.terms[1].text.remove(&bangla)), Some(Unfit::TermText { term: 2 }));
        assert_eq!(spoilt(&|it| it.terms.truncate(1)), Some(Unfit::AgreementDiffers));
        assert_eq!(spoilt(&|it| it.agreement.revision = 4), Some(Unfit::AgreementDiffers));
        assert_eq!(spoilt(&|it| it.signatures[0].digest = digest_of(b"")), Some(Unfit::AgreementDiffers));
        assert_eq!(spoilt(&|it| it.salt = Salt::new([8; 16])), Some(Unfit::AgreementDiffers));
        assert_eq!(spoilt(&|it| it.languages.push(bangla)), Some(Unfit::Languages));
        assert_eq!(spoilt(&|it| it.prevailing_language = RecordLanguage::Urdu), Some(Unfit::Languages));
        let missing = Some(Unfit::StatementMissing { language: bangla });
        assert_eq!(spoilt(&|it| _ = it.enforcement.remove(&bangla)), missing);
        let respondent = Side::Respondent;
        let unsigned = Some(Unfit::SignatureMissing { side: respondent });
        assert_eq!(spoilt(&|it| it.signatures.truncate(1)), unsigned);
        assert_eq!(spoilt(&|it| it.parties.truncate(1)), Some(Unfit::PartyMissing { side: respondent }));
        assert_eq!(spoilt(&|it| it.mediator.attested_at = None), Some(Unfit::Attestation));
        assert_eq!(spoilt(&|it| it.institution.attested_at = Some(now())), Some(Unfit::Attestation));
    }
}
