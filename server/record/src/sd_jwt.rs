//! A record as an SD-JWT (RFC 9901): a paper that shows a court that a settlement exists, sealed when and by whom, and
//! beside that what its holder chooses, one thing at a time or nothing. How much there is that is not shown cannot be
//! counted: the digests are filled up with others. Each one's salt follows from the record's own, which only those know who
//! have the record, so that the same record always makes the same paper. Deliberately not here: who may have one.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::canonical::{Digest, canonical_bytes};
use crate::contents::Contents;
use crate::jws::{NotOpened, open_as, seal_as};
use crate::keys::{KeyError, KeySet, PublishedKey, SealKey};

const TYPE: &str = "settlement-record+sd-jwt";
/// The digests are a multiple of this number.
const DIGESTS_AT_ONCE: usize = 32;
/// The most disclosures that are read: more than any record has.
const DISCLOSURES_MAX: usize = 1_000;

/// Something that its holder may show or not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Disclosure {
    name: String,
    /// As it stands in the paper.
    text: String,
    /// The name of what it is a part of.
    within: Option<String>,
}

/// The paper with all that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    jwt: String,
    disclosures: Vec<Disclosure>,
}

impl Paper {
    /// The names of what can be shown: `party_1`, `mediator`, `filed_on`, `started_at`, `term_1`, `term_1_amount`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.disclosures.iter().map(|one| one.name.as_str())
    }

    /// The paper that shows what is chosen, and what that is a part of.
    pub fn shows(&self, is_chosen: impl Fn(&str) -> bool) -> String {
        let chosen = |one: &&Disclosure| {
            let part_is_chosen = self
                .disclosures
                .iter()
                .any(|part| part.within.as_deref() == Some(one.name.as_str()) && is_chosen(&part.name));
            is_chosen(&one.name) || part_is_chosen
        };
        let shown = self.disclosures.iter().filter(chosen).map(|one| format!("{}~", one.text));
        format!("{}~{}", self.jwt, shown.collect::<String>())
    }
}

/// What is derived from the record's salt, for one purpose.
fn derived(contents: &Contents, purpose: &str) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, contents.salt.to_string().as_bytes());
    let tag = hmac::sign(&key, format!("concord sd-jwt {purpose}").as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn digest_of_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

fn disclose(contents: &Contents, name: &str, value: &Value, within: Option<&str>) -> Disclosure {
    // 128 bits and more are asked for (RFC 9901, section 9.3).
    let salt = URL_SAFE_NO_PAD.encode(derived(contents, &format!("salt {name}")));
    let claim = name.rsplit_once("_amount").map_or(name, |_| "amount");
    let text = URL_SAFE_NO_PAD.encode(json!([salt, claim, value]).to_string());
    Disclosure { name: name.to_owned(), text, within: within.map(str::to_owned) }
}

/// Makes the paper of a record, for the institution at that address.
///
/// # Errors
/// `NotSigned`.
pub fn issue(contents: &Contents, digest: Digest, issuer: &str, key: &SealKey) -> Result<Paper, KeyError> {
    let (shown, mut disclosures) = (always(contents, digest, issuer), Vec::new());
    for (party, number) in contents.parties.iter().zip(1..) {
        let value = json!({ "side": party.side.as_str(), "name": party.name });
        disclosures.push(disclose(contents, &format!("party_{number}"), &value, None));
    }
    if let Some(beside) = &contents.co_mediator {
        disclosures.push(disclose(contents, "co_mediator", &json!(beside.name), None));
    }
    for (signature, number) in contents.signatures.iter().zip(1..) {
        if let Some(behalf) = &signature.on_behalf_of {
            let value = json!({ "name": signature.name, "on_behalf_of": behalf.party });
            disclosures.push(disclose(contents, &format!("representative_{number}"), &value, None));
        }
    }
    let mediation = &contents.mediation;
    for (name, value) in [
        ("mediator", json!(contents.mediator.name)),
        ("filed_on", json!(mediation.filed_on.to_string())),
        ("started_at", json!(mediation.started_at.to_string())),
    ] {
        disclosures.push(disclose(contents, name, &value, None));
    }
    let mut digests: Vec<String> = disclosures.iter().map(|one| digest_of_text(&one.text)).collect();
    for term in &contents.terms {
        let name = format!("term_{}", term.number);
        let Ok(Value::Object(mut value)) = serde_json::to_value(term) else {
            return Err(KeyError::NotSigned);
        };
        let amount = value.remove("amount");
        let amount_name = format!("{name}_amount");
        let amount = amount.map(|amount| disclose(contents, &amount_name, &amount, Some(&name)));
        // Whether there is an amount is not to be seen either.
        let filled = || URL_SAFE_NO_PAD.encode(derived(contents, &amount_name));
        let within = amount.as_ref().map_or_else(filled, |one| digest_of_text(&one.text));
        value.insert("_sd".to_owned(), json!([within]));
        let term = disclose(contents, &name, &Value::Object(value), None);
        digests.push(digest_of_text(&term.text));
        disclosures.push(term);
        disclosures.extend(amount);
    }
    let all = digests.len().next_multiple_of(DIGESTS_AT_ONCE);
    digests.extend(
        (digests.len()..all)
            .map(|number| URL_SAFE_NO_PAD.encode(derived(contents, &format!("fill {number}")))),
    );
    digests.sort_unstable();
    let mut payload = shown;
    payload.insert("_sd".to_owned(), json!(digests));
    let payload = canonical_bytes(&payload).map_err(|_| KeyError::NotSigned)?;
    Ok(Paper { jwt: seal_as(TYPE, &payload, key)?, disclosures })
}

/// What every paper shows.
fn always(contents: &Contents, digest: Digest, issuer: &str) -> Map<String, Value> {
    let sealed_at = contents.mediation.sealed_at;
    let shown = json!({
        "_sd_alg": "sha-256",
        "iss": issuer,
        "iat": sealed_at.millis().div_euclid(1_000),
        "kind": "settlement",
        "id": contents.id.to_string(),
        "reference": contents.reference.to_string(),
        "sealed_at": sealed_at.to_string(),
        "record_digest": digest.to_string(),
        "institution": contents.institution.name,
    });
    let mut shown = match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    };
    if let Some(earlier) = contents.supersedes {
        shown.insert("supersedes".to_owned(), json!(earlier.to_string()));
    }
    shown
}

/// Opens a paper, and gives what it shows, the claims without a digest in them, and the key that sealed it.
///
/// # Errors
/// `Unknown` where no key of the set is named; `Altered` where it is not what that key sealed, or shows something that was
/// not sealed, twice, or not as it was sealed (RFC 9901, section 7).
pub fn open<'k>(paper: &[u8], keys: &'k KeySet) -> Result<(Map<String, Value>, &'k PublishedKey), NotOpened> {
    let paper = std::str::from_utf8(paper).map_err(|_| NotOpened::Unknown)?;
    let mut parts = paper.split('~');
    let jwt = parts.next().ok_or(NotOpened::Unknown)?;
    let (payload, key) = open_as(TYPE, jwt.as_bytes(), keys)?;
    let shown: Vec<&str> = parts.collect();
    let (last, shown) = shown.split_last().ok_or(NotOpened::Altered)?;
    if !last.is_empty() || shown.len() > DISCLOSURES_MAX {
        return Err(NotOpened::Altered);
    }
    let mut claims: Map<String, Value> = serde_json::from_slice(&payload).map_err(|_| NotOpened::Altered)?;
    claims.remove("_sd_alg");
    let mut waiting: Vec<Shown> = shown.iter().map(|text| read(text)).collect::<Result<_, _>>()?;
    let digests: BTreeSet<&String> = waiting.iter().map(|one| &one.digest).collect();
    if digests.len() != waiting.len() {
        return Err(NotOpened::Altered);
    }
    put(&mut claims, &mut waiting)?;
    if waiting.is_empty() { Ok((claims, key)) } else { Err(NotOpened::Altered) }
}

/// A disclosure as it was read.
struct Shown {
    digest: String,
    claim: String,
    value: Value,
}

fn read(text: &str) -> Result<Shown, NotOpened> {
    let plain = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotOpened::Altered)?;
    let (_, claim, value): (String, String, Value) =
        serde_json::from_slice(&plain).map_err(|_| NotOpened::Altered)?;
    Ok(Shown { digest: digest_of_text(text), claim, value })
}

/// Puts what is shown in the place of its digest, and what is shown within that likewise.
fn put(claims: &mut Map<String, Value>, waiting: &mut Vec<Shown>) -> Result<(), NotOpened> {
    let Some(digests) = claims.remove("_sd") else { return Ok(()) };
    let digests: Vec<String> = serde_json::from_value(digests).map_err(|_| NotOpened::Altered)?;
    for digest in digests {
        let Some(at) = waiting.iter().position(|one| one.digest == digest) else { continue };
        let Shown { claim, mut value, .. } = waiting.swap_remove(at);
        if let Some(inner) = value.as_object_mut() {
            put(inner, waiting)?;
        }
        if claim == "_sd" || claim == "..." || claims.insert(claim, value).is_some() {
            return Err(NotOpened::Altered);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::language::RecordLanguage;

    use super::*;
    use crate::canonical::digest_of;
    use crate::samples::{THREE, key, settlement};

    fn claims_of(paper: &[u8], keys: &KeySet) -> Result<Map<String, Value>, NotOpened> {
        open(paper, keys).map(|(claims, _)| claims)
    }

    const ISSUER: &str = "https://house.example";

    fn paper() -> (Paper, KeySet, Digest) {
        let (contents, key) = (settlement(&THREE), key());
        let digest = digest_of(&contents.canonical().expect("canonical"));
        (issue(&contents, digest, ISSUER, &key).expect("a paper"), KeySet::of(&[&key]), digest)
    }

    #[test]
    fn a_paper_shows_what_is_chosen_and_nothing_else() {
        let (paper, keys, digest) = paper();
        let names: Vec<&str> = paper.names().collect();
        for name in
            ["party_1", "party_2", "mediator", "filed_on", "started_at", "term_1", "term_1_amount", "term_2"]
        {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        assert!(!names.contains(&"term_2_amount"), "there is none");
        let bare = paper.shows(|_| false);
        let shown = claims_of(bare.as_bytes(), &keys).expect("opened");
        assert_eq!(shown["record_digest"], digest.to_string());
        let always = ["iat", "id", "institution", "iss", "kind", "record_digest", "reference", "sealed_at"];
        assert_eq!(shown.keys().map(String::as_str).collect::<Vec<_>>(), always);
        let one = claims_of(paper.shows(|name| name == "term_1").as_bytes(), &keys).expect("opened");
        assert!(one["term_1"]["text"]["en"].is_string() && one["term_1"].get("amount").is_none(), "{one:?}");
        assert!(one.get("term_2").is_none() && one.get("party_1").is_none());
        let amount =
            claims_of(paper.shows(|name| name == "term_1_amount").as_bytes(), &keys).expect("opened");
        assert_eq!(amount["term_1"]["amount"]["value"], "125000.00", "with what it is a part of");
        let all = claims_of(paper.shows(|_| true).as_bytes(), &keys).expect("opened");
        assert_eq!(all.len(), always.len() + 7, "{all:?}");
    }

    #[test]
    fn how_much_is_not_shown_cannot_be_counted() {
        let (key, mut contents) = (key(), settlement(&[RecordLanguage::English]));
        let count = |contents: &Contents| {
            let paper = issue(contents, digest_of(b"x"), ISSUER, &key).expect("a paper").shows(|_| false);
            let payload = paper.split('.').nth(1).expect("a payload");
            let payload = URL_SAFE_NO_PAD.decode(payload).expect("bytes");
            let claims: Value = serde_json::from_slice(&payload).expect("JSON");
            claims["_sd"].as_array().map(Vec::len)
        };
        let two = count(&contents);
        contents.terms.truncate(1);
        assert_eq!((two, count(&contents)), (Some(32), Some(32)));
    }

    #[test]
    fn one_changed_letter_anywhere_is_found() {
        let (paper, keys, _) = paper();
        let whole = paper.shows(|name| name.starts_with("term_1"));
        assert!(claims_of(whole.as_bytes(), &keys).is_ok());
        for at in (0..whole.len()).step_by(3) {
            let mut changed = whole.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(claims_of(&changed, &keys).is_err(), "at {at}");
        }
        let (jwt, rest) = whole.split_once('~').expect("disclosures");
        let first = rest.split('~').next().expect("one");
        for other in [
            jwt.to_owned(),
            format!("{jwt}~{first}"),
            format!("{jwt}~{first}~{first}~"),
            format!("{whole}~"),
            format!("{whole}{}~", URL_SAFE_NO_PAD.encode(r#"["salt","extra",1]"#)),
            format!("{whole}{jwt}"),
        ] {
            assert_eq!(claims_of(other.as_bytes(), &keys), Err(NotOpened::Altered), "{other}");
        }
        // An amount without the term that it is a part of.
        let amount = paper.disclosures.iter().find(|one| one.name == "term_1_amount").expect("an amount");
        assert_eq!(claims_of(format!("{jwt}~{}~", amount.text).as_bytes(), &keys), Err(NotOpened::Altered));
        assert_eq!(claims_of(whole.as_bytes(), &KeySet::of(&[])), Err(NotOpened::Unknown));
    }

    #[test]
    fn the_same_record_makes_the_same_paper() {
        let (contents, key) = (settlement(&THREE), key());
        let made = || issue(&contents, digest_of(b"x"), ISSUER, &key).expect("a paper");
        let (one, other) = (made(), made());
        assert_eq!(one.disclosures, other.disclosures);
        let payload = |paper: &Paper| paper.jwt.rsplit_once('.').map(|(signed, _)| signed.to_owned());
        assert_eq!(payload(&one), payload(&other));
    }
}
