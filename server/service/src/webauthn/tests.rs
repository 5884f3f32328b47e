//! Devices of each kind in software, and everything that the standard has a relying party refuse. Not here: challenges that
//! were used, and whose passkey it is.

use super::*;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};

const CHALLENGE: &[u8] = b"a challenge that nobody guesses";
const USER: &[u8] = b"somebody";

/// A key in a device.
enum Device {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    coset::cbor::ser::into_writer(value, &mut bytes).expect("CBOR");
    bytes
}

fn map(members: Vec<(Value, Value)>) -> Value {
    Value::Map(members)
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn ec2(algorithm: i64, curve: i64, x: &[u8], y: &[u8]) -> Vec<u8> {
    let number = |number: i64| Value::Integer(number.into());
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    cbor(&map(vec![
        (number(1), number(2)),
        (number(3), number(algorithm)),
        (number(-1), number(curve)),
        (number(-2), bytes(x)),
        (number(-3), bytes(y)),
    ]))
}

impl Device {
    fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"))
    }

    fn each() -> [Self; 3] {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        [Self::es256(), Self::EdDsa(Ed25519KeyPair::generate().expect("a key")), Self::Rs256(rsa)]
    }

    fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => -7,
            Self::EdDsa(_) => -8,
            Self::Rs256(_) => -257,
        }
    }

    fn public_key(&self) -> Vec<u8> {
        let number = |number: i64| Value::Integer(number.into());
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        match self {
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                ec2(-7, 1, &point[1..33], &point[33..])
            }
            Self::EdDsa(key) => cbor(&map(vec![
                (number(1), number(1)),
                (number(3), number(-8)),
                (number(-1), number(6)),
                (number(-2), bytes(key.public_key().as_ref())),
            ])),
            Self::Rs256(key) => {
                let public = key.public_key();
                cbor(&map(vec![
                    (number(1), number(3)),
                    (number(3), number(-257)),
                    (number(-1), bytes(public.modulus().big_endian_without_leading_zero())),
                    (number(-2), bytes(public.exponent().big_endian_without_leading_zero())),
                ]))
            }
        }
    }

    fn signs(&self, bytes: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => key.sign(&random, bytes).expect("a signature").as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(bytes).as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature).expect("a signature");
                signature
            }
        }
    }
}

/// Puts a part of what is said otherwise.
type Otherwise = fn(&mut Saying);

/// What a browser and a device say, each part as a test wants it.
struct Saying {
    ceremony: &'static str,
    origin: &'static str,
    beside: &'static str,
    relying_party: &'static str,
    flags: u8,
    key: Option<Vec<u8>>,
    behind: Vec<u8>,
}

impl Saying {
    fn signing() -> Self {
        Self {
            ceremony: "webauthn.get",
            origin: "https://concord.example",
            beside: "",
            relying_party: "concord.example",
            flags: 5,
            key: None,
            behind: Vec::new(),
        }
    }

    fn making(device: &Device) -> Self {
        Self { ceremony: "webauthn.create", flags: 0x45, key: Some(device.public_key()), ..Self::signing() }
    }

    fn client_data(&self) -> Vec<u8> {
        let Self { ceremony, origin, beside, .. } = self;
        let challenge = URL_SAFE_NO_PAD.encode(CHALLENGE);
        format!(r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":"{origin}"{beside}}}"#)
            .into_bytes()
    }

    fn data(&self) -> Vec<u8> {
        let mut bytes = digest(&SHA256, self.relying_party.as_bytes()).as_ref().to_vec();
        bytes.push(self.flags);
        bytes.extend(7_u32.to_be_bytes());
        if let Some(key) = &self.key {
            bytes.extend([0; 16]);
            bytes.extend([0, 4, 1, 2, 3, 4]);
            bytes.extend(key);
        }
        bytes.extend(&self.behind);
        bytes
    }

    fn made(&self, format: &str, statement: Vec<(Value, Value)>) -> Made {
        let attestation = cbor(&map(vec![
            (text("fmt"), text(format)),
            (text("attStmt"), map(statement)),
            (text("authData"), Value::Bytes(self.data())),
        ]));
        Made { client_data: self.client_data(), attestation }
    }

    fn signed(&self, device: &Device) -> Signed {
        let (client_data, authenticator_data) = (self.client_data(), self.data());
        let signature = device.signs(&signed_bytes(&authenticator_data, &client_data));
        Signed { client_data, authenticator_data, signature, user: None }
    }
}

fn house() -> RelyingParty {
    RelyingParty { id: "concord.example".to_owned(), origin: "https://concord.example".to_owned() }
}

fn known(device: &Device) -> Credential {
    Credential { id: vec![1, 2, 3, 4], public_key: device.public_key(), counter: 0, may_be_backed_up: false }
}

#[test]
fn a_passkey_of_each_kind_is_made_and_signs() {
    for device in Device::each() {
        let made = Saying::making(&device).made("none", Vec::new());
        let credential = house().registers(&made, CHALLENGE).expect("a passkey");
        assert_eq!(credential, Credential { counter: 7, ..known(&device) });
        let signed = Saying::signing().signed(&device);
        assert_eq!(house().verifies(&signed, CHALLENGE, &credential, USER), Ok(7));
        let other = known(&Device::es256());
        assert_eq!(house().verifies(&signed, CHALLENGE, &other, USER), Err(Wrong::Signature));
    }
}

#[test]
fn what_is_not_as_the_standard_has_it_is_refused_in_both_ceremonies() {
    let device = Device::es256();
    let table: [(&str, Wrong, Otherwise); 10] = [
        ("another ceremony", Wrong::Type, |saying| saying.ceremony = "payment.get"),
        ("another origin", Wrong::Origin, |saying| saying.origin = "https://concord.example.evil.example"),
        ("plain http", Wrong::Origin, |saying| saying.origin = "http://concord.example"),
        ("inside another site", Wrong::CrossOrigin, |saying| saying.beside = r#","crossOrigin":true"#),
        ("under another site", Wrong::CrossOrigin, |saying| {
            saying.beside = r#","topOrigin":"https://evil.example""#;
        }),
        ("another relying party", Wrong::RelyingParty, |saying| saying.relying_party = "evil.example"),
        ("nobody there", Wrong::Presence, |saying| saying.flags &= !1),
        ("nobody verified", Wrong::Verification, |saying| saying.flags &= !4),
        ("a copy that may not be", Wrong::Backup, |saying| saying.flags |= 16),
        ("something behind the end", Wrong::Form, |saying| saying.behind = vec![0]),
    ];
    for (what, wrong, otherwise) in table {
        let mut saying = Saying::making(&device);
        otherwise(&mut saying);
        assert_eq!(house().registers(&saying.made("none", Vec::new()), CHALLENGE), Err(wrong), "{what}");
        let mut saying = Saying::signing();
        otherwise(&mut saying);
        let signed = saying.signed(&device);
        assert_eq!(house().verifies(&signed, CHALLENGE, &known(&device), USER), Err(wrong), "{what}");
    }
}

#[test]
fn an_answer_is_to_its_own_challenge_from_its_own_person_and_unchanged() {
    let device = Device::es256();
    let (house, known, signed) = (house(), known(&device), Saying::signing().signed(&device));
    assert_eq!(house.verifies(&signed, b"another", &known, USER), Err(Wrong::Challenge));
    let of_another = Signed { user: Some(b"another".to_vec()), ..signed.clone() };
    assert_eq!(house.verifies(&of_another, CHALLENGE, &known, USER), Err(Wrong::Person));
    let own = Signed { user: Some(USER.to_vec()), ..signed.clone() };
    assert_eq!(house.verifies(&own, CHALLENGE, &known, USER), Ok(7));
    let backed_up = Credential { may_be_backed_up: true, ..known.clone() };
    assert_eq!(house.verifies(&signed, CHALLENGE, &backed_up, USER), Err(Wrong::Backup));
    let shows_a_key = Saying { flags: 0x45, key: Some(device.public_key()), ..Saying::signing() };
    assert_eq!(house.verifies(&shows_a_key.signed(&device), CHALLENGE, &known, USER), Err(Wrong::Form));
    // A bit that says nothing, in each part that is signed.
    let mut spaced = signed.clone();
    spaced.client_data.push(b' ');
    assert_eq!(house.verifies(&spaced, CHALLENGE, &known, USER), Err(Wrong::Signature));
    let mut counted = signed.clone();
    counted.authenticator_data[36] ^= 1;
    assert_eq!(house.verifies(&counted, CHALLENGE, &known, USER), Err(Wrong::Signature));
    let mut cut = signed;
    cut.authenticator_data.truncate(36);
    assert_eq!(house.verifies(&cut, CHALLENGE, &known, USER), Err(Wrong::Form));
}

#[test]
fn extensions_are_read_over_and_have_to_be_a_map() {
    let device = Device::es256();
    let extensions = |value: &Value| Saying { flags: 0x85, behind: cbor(value), ..Saying::signing() };
    let named = map(vec![(text("credProtect"), Value::Integer(2.into()))]);
    let signed = extensions(&named).signed(&device);
    assert_eq!(house().verifies(&signed, CHALLENGE, &known(&device), USER), Ok(7));
    let signed = extensions(&Value::Bool(true)).signed(&device);
    assert_eq!(house().verifies(&signed, CHALLENGE, &known(&device), USER), Err(Wrong::Form));
}

#[test]
fn no_statement_counts_but_none_and_the_new_keys_own() {
    let device = Device::es256();
    let saying = Saying::making(&device);
    let own = |device: &Device, algorithm: i64| {
        let signature = device.signs(&signed_bytes(&saying.data(), &saying.client_data()));
        vec![(text("alg"), Value::Integer(algorithm.into())), (text("sig"), Value::Bytes(signature))]
    };
    let with =
        |format: &str, statement| house().registers(&saying.made(format, statement), CHALLENGE).map(drop);
    assert_eq!(with("packed", own(&device, device.algorithm())), Ok(()));
    assert_eq!(with("packed", own(&device, -8)), Err(Wrong::Statement));
    assert_eq!(with("packed", own(&Device::es256(), -7)), Err(Wrong::Signature));
    assert_eq!(with("none", own(&device, -7)), Err(Wrong::Statement));
    assert_eq!(with("packed", Vec::new()), Err(Wrong::Statement));
    assert_eq!(with("fido-u2f", own(&device, -7)), Err(Wrong::Statement));
}

/// An RSA key of those numbers.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let number = |number: i64| Value::Integer(number.into());
    cbor(&map(vec![
        (number(1), number(3)),
        (number(3), number(-257)),
        (number(-1), Value::Bytes(modulus.to_vec())),
        (number(-2), Value::Bytes(exponent.to_vec())),
    ]))
}

#[test]
fn a_key_of_another_kind_or_off_its_curve_is_none() {
    let device = Device::es256();
    let Device::Es256(key) = &device else { return };
    let point = key.public_key().as_ref();
    let (x, y) = (&point[1..33], &point[33..]);
    let keys = [
        ("ES384", ec2(-35, 2, x, y)),
        ("another curve", ec2(-7, 2, x, y)),
        ("off the curve", ec2(-7, 1, x, x)),
        ("too short", ec2(-7, 1, &x[1..], y)),
        ("no key", cbor(&Value::Bytes(vec![1]))),
        ("2047 bits", rsa(&[&[0x7f; 1][..], &[0xff; 255]].concat(), &[1, 0, 1])),
        ("an exponent of 1", rsa(&[0xff; 256], &[1])),
        ("an even exponent", rsa(&[0xff; 256], &[1, 0, 2])),
        ("a zero before the exponent", rsa(&[0xff; 256], &[0, 1, 0, 1])),
    ];
    for (what, key) in keys {
        let saying = Saying { key: Some(key), ..Saying::making(&device) };
        assert_eq!(house().registers(&saying.made("none", Vec::new()), CHALLENGE), Err(Wrong::Key), "{what}");
    }
    let keyless = Saying { flags: 5, key: None, ..Saying::making(&device) };
    assert_eq!(house().registers(&keyless.made("none", Vec::new()), CHALLENGE), Err(Wrong::Form));
}

#[test]
fn garbage_is_refused_and_never_a_panic() {
    let device = Device::es256();
    let made = Saying::making(&device).made("none", Vec::new());
    for length in 0..made.attestation.len() {
        let cut = Made { attestation: made.attestation[..length].to_vec(), ..made.clone() };
        assert!(house().registers(&cut, CHALLENGE).is_err(), "{length}");
    }
    let deep = Made { attestation: vec![0x81; 10_000], ..made.clone() };
    assert_eq!(house().registers(&deep, CHALLENGE), Err(Wrong::Form));
    // An array that says that it has more members than there are bytes in the world.
    let vast = Made { attestation: vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], ..made };
    assert_eq!(house().registers(&vast, CHALLENGE), Err(Wrong::Form));
    for text in ["", "{}", "[]", "\u{feff}", r#"{"type":1}"#] {
        assert_eq!(challenge_of(text.as_bytes()), Err(Wrong::Form), "{text}");
    }
}

#[test]
fn the_house_is_a_relying_party_by_its_name_alone() {
    let of = |url: &str| RelyingParty::of(&url.parse::<PublicUrl>().expect("a public address"));
    let party = |id: &str, origin: &str| Some(RelyingParty { id: id.to_owned(), origin: origin.to_owned() });
    assert_eq!(of("https://concord.example"), party("concord.example", "https://concord.example"));
    assert_eq!(of("https://concord.example:8443"), party("concord.example", "https://concord.example:8443"));
    assert_eq!(of("http://127.0.0.1:8080"), party("localhost", "http://localhost:8080"));
    assert_eq!(of("http://[::1]:8080"), party("localhost", "http://localhost:8080"));
    assert_eq!(of("http://localhost"), party("localhost", "http://localhost"));
    assert_eq!(of("https://192.0.2.7"), None);
    assert_eq!(of("https://[2001:db8::7]:8443"), None);
}
