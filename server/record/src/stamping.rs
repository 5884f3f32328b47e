//! Tests of time stamps: what an authority may say and what it may not, and what becomes of a record that has one.

use der::asn1::OctetString;
use der::{Any, Encode as _};
use domain::language::RecordLanguage;
use proptest::prelude::*;

use crate::authority::{Authority, MAILS, STAMPS};
use crate::keys::KeySet;
use crate::rfc3161::TstInfo;
use crate::samples::{key, settlement};
use crate::seal::{Sealed, Unstamped, seal_to_stamp};
use crate::time_stamp::{Asked, Authorities, NotStamped, read};
use crate::verify::{Verdict, verify};

fn asked() -> Asked {
    Asked::about(b"a signature", [200; 16]).expect("a request")
}

#[test]
fn an_honest_answer_is_believed() {
    let (authority, asked) = (Authority::new(), asked());
    let token = asked.answered(&authority.answers(asked.request()), &authority.trusted()).expect("a token");
    let stamp = read(&token.0, b"a signature").expect("a stamp");
    assert_eq!(stamp.at.to_string(), "2026-11-24T05:07:03.250Z");
    assert_eq!(read(&token.0, b"another"), Err(NotStamped::OtherImprint));
    assert!(token.0.to_der().expect("bytes").len() < 2_000, "the issuer's certificate is left out");
}

#[test]
fn an_authority_that_lies_is_not_believed() {
    let (authority, asked) = (Authority::new(), asked());
    let trusted = authority.trusted();
    let answer = |answer: &[u8]| asked.answered(answer, &trusted).map(drop);
    let other = Asked::about(b"another", [200; 16]).expect("a request");
    assert_eq!(answer(&authority.answers(other.request())), Err(NotStamped::OtherImprint));
    let again = Asked::about(b"a signature", [201; 16]).expect("a request");
    assert_eq!(answer(&authority.answers(again.request())), Err(NotStamped::OtherNonce));
    let lies = |says: fn(&mut TstInfo)| answer(&authority.lies(asked.request(), says, |_| {}));
    assert_eq!(lies(|said| said.nonce = None), Err(NotStamped::OtherNonce));
    assert_eq!(lies(|said| said.version = 2), Err(NotStamped::NotUnderstood));
    assert_eq!(lies(|said| said.at = Any::null()), Err(NotStamped::NotUnderstood));
    // Long before its certificate was made: it says what it cannot know.
    let long_ago = |said: &mut TstInfo| {
        said.at = Any::new(der::Tag::GeneralizedTime, b"19600101000000Z".as_slice()).expect("a time");
    };
    assert_eq!(lies(long_ago), Err(NotStamped::NotTrusted));
    let unsigned = authority.lies(
        asked.request(),
        |_| {},
        |signer| {
            signer.signature = OctetString::new(vec![0; 70]).expect("bytes");
        },
    );
    assert_eq!(answer(&unsigned), Err(NotStamped::NotSigned));
    for garbage in [b"".as_slice(), b"0", &[0x30, 0x03, 0x02, 0x01, 0x00]] {
        assert_eq!(answer(garbage), Err(NotStamped::NotUnderstood));
    }
    // A status of 2 is a refusal.
    assert_eq!(answer(&[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]), Err(NotStamped::NotGranted));
}

#[test]
fn only_whoever_issues_certificates_is_set_to_vouch_for_stamps() {
    let [own, issuer] = Authority::new().pems();
    assert!(Authorities::from_pem(&issuer).is_some());
    assert_eq!(Authorities::from_pem(&own), None, "it would vouch for nothing that it stamps");
    assert_eq!(Authorities::from_pem(&format!("{issuer}{own}")), None);
    assert_eq!(Authorities::from_pem(""), None);
}

#[test]
fn only_a_certificate_for_time_stamps_alone_will_do_and_only_of_somebody_trusted() {
    let asked = asked();
    let both = [&[0x30, 0x14], &STAMPS[2..], &MAILS[2..]].concat();
    for (purpose, critical) in [(MAILS, true), (STAMPS, false), (&both, true)] {
        let authority = Authority::with(purpose, critical);
        let answer = asked.answered(&authority.answers(asked.request()), &authority.trusted());
        assert_eq!(answer.err(), Some(NotStamped::NotForStamps));
    }
    let (one, other) = (Authority::new(), Authority::new());
    let answer = asked.answered(&one.answers(asked.request()), &other.trusted());
    assert_eq!(answer.err(), Some(NotStamped::NotTrusted));
    let answer = asked.answered(&one.answers(asked.request()), &Authorities::default());
    assert_eq!(answer.err(), Some(NotStamped::NotTrusted));
}

struct House {
    keys: KeySet,
    unstamped: Unstamped,
    stamped: Sealed,
}

static HOUSE: std::sync::LazyLock<House> = std::sync::LazyLock::new(|| {
    let (key, authority) = (key(), Authority::new());
    let trusted = authority.trusted();
    let unstamped = seal_to_stamp(settlement(&[RecordLanguage::English]), &key, &trusted).expect("a record");
    let asked = unstamped.file.ask([7; 16]).expect("a request");
    let token = asked.answered(&authority.answers(asked.request()), &trusted).expect("a token");
    let stamped = unstamped.clone().with(unstamped.file.stamped(&token).expect("a file"));
    House { keys: KeySet::of(&[&key]).with_authorities(&trusted), unstamped, stamped }
});

fn stamped_at(file: &[u8], keys: &KeySet) -> Option<Option<String>> {
    match verify(file, keys) {
        Verdict::Valid { stamped_at, .. } => Some(stamped_at.map(|at| at.to_string())),
        _ => None,
    }
}

#[test]
fn r25_a_stamped_record_tells_its_time_with_the_published_keys_alone() {
    let published = KeySet::from_jwks(&HOUSE.keys.to_jwks()).expect("the keys");
    let at = Some("2026-11-24T05:07:03.250Z".to_owned());
    assert_eq!(stamped_at(&HOUSE.stamped.pdf, &published), Some(at));
    assert_eq!(stamped_at(HOUSE.stamped.jws.as_bytes(), &published), Some(None));
    // Where none could be had the record is as good, and tells no time.
    let without = HOUSE.unstamped.file.clone().unstamped();
    assert_eq!(stamped_at(&without, &published), Some(None));
    // Keys that were kept before the house had the authority: genuine, and no time is told.
    let jwks = HOUSE.keys.to_jwks();
    let old = jwks.split(",\"time_stamp").next().expect("keys").to_owned() + "}";
    let old = KeySet::from_jwks(&old).expect("the keys");
    assert_eq!(stamped_at(&HOUSE.stamped.pdf, &old), Some(None));
}

#[test]
fn a_time_stamp_cannot_be_taken_away_or_put_in_unseen() {
    // The whole file as it was signed, without its time stamp.
    let bare = HOUSE.unstamped.file.waiting_bare();
    assert_eq!(verify(&bare, &HOUSE.keys), Verdict::Altered);
    // Somebody else's, made for this very signature: it is no time of anybody whom the house trusts.
    let foreign = Authority::new();
    let asked = HOUSE.unstamped.file.ask([9; 16]).expect("a request");
    let token = asked.answered(&foreign.answers(asked.request()), &foreign.trusted()).expect("a token");
    let replaced = HOUSE.unstamped.file.stamped(&token).expect("a file");
    assert_eq!(stamped_at(&replaced, &HOUSE.keys), Some(None));
    // One of something else.
    let other = Asked::about(b"something else", [9; 16]).expect("a request");
    let token = other.answered(&foreign.answers(other.request()), &foreign.trusted()).expect("a token");
    let replaced = HOUSE.unstamped.file.stamped(&token).expect("a file");
    assert_eq!(verify(&replaced, &HOUSE.keys), Verdict::Altered);
}

#[test]
fn a_stamp_that_was_asked_for_later_tells_no_time() {
    let (key, authority) = (key(), Authority::new());
    let trusted = authority.trusted();
    let unstamped = seal_to_stamp(settlement(&[RecordLanguage::English]), &key, &trusted).expect("a record");
    let keys = KeySet::of(&[&key]).with_authorities(&trusted);
    let asked = unstamped.file.ask([7; 16]).expect("a request");
    for (at, told) in [("20261124055959Z", true), ("20261124071500Z", false), ("20261124030000Z", false)] {
        let says = |said: &mut TstInfo| {
            said.at = Any::new(der::Tag::GeneralizedTime, at.as_bytes()).expect("a time");
        };
        let answer = authority.lies(asked.request(), says, |_| {});
        let token = asked.answered(&answer, &trusted).expect("the authority itself signed it");
        let stamped = unstamped.file.stamped(&token).expect("a file");
        assert_eq!(stamped_at(&stamped, &keys).expect("a record").is_some(), told, "{at}");
    }
}

#[test]
fn no_bit_of_a_signature_with_a_time_stamp_can_be_changed() {
    let pdf = &HOUSE.stamped.pdf;
    let from = pdf.windows(11).rposition(|window| window == b"/Contents <").expect("the place") + 11;
    let length = pdf[from..].windows(64).position(|window| window.iter().all(|digit| *digit == b'0'));
    let mut changed = pdf.clone();
    for at in from..from + length.expect("its end") {
        let digit = pdf[at];
        let value = char::from(digit).to_digit(16).expect("a digit");
        // One bit of each half byte, another one each time.
        let other = char::from_digit(value ^ (1 << (at % 4)), 16).expect("a digit");
        changed[at] = u8::try_from(other).expect("a digit");
        assert_eq!(verify(&changed, &HOUSE.keys), Verdict::Altered, "digit {}", at - from);
        changed[at] = digit;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn r25_no_byte_of_a_stamped_pdf_can_be_changed(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut file = HOUSE.stamped.pdf.clone();
        let at = at.index(file.len());
        file[at] ^= 1_u8 << bit;
        prop_assert_eq!(stamped_at(&file, &HOUSE.keys), None, "bit {} of byte {}", bit, at);
    }

    #[test]
    fn garbage_is_no_time_stamp(garbage in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(asked().answered(&garbage, &Authorities::default()).is_err());
    }
}
