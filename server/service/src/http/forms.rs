//! Forms of the pages: url-encoded, with the token of the session in the field `csrf`. Deliberately not here: what was
//! typed going back into the page, which each page does with `pages::form::Form`.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::body::all_bytes;
use super::origin;
use super::who::{SignedIn, check_csrf, identify, state};
use crate::refused::Refused;

/// A posted form, and who posted it. Whoever is signed in has sent the token of their session; whoever is not came from
/// our own pages, as far as their browser says.
#[derive(Debug, Clone)]
pub struct Posted {
    pub who: Option<SignedIn>,
    fields: Vec<(String, String)>,
}

impl Posted {
    /// The first value of a field; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// The value of a field that may be left empty.
    pub fn given(&self, field: &str) -> Option<&str> {
        Some(self.text(field).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, field: &str) -> bool {
        self.text(field) == "yes"
    }

    /// Every value of a field that may be sent several times.
    pub fn all<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// Everything that was typed, for the page that shows it again; without the token, passwords and
    /// what a passkey signed.
    pub fn typed(&self) -> Vec<(String, String)> {
        let hidden = ["csrf", "password", "totp", "passphrase", "passkey", "credential"];
        self.fields.iter().filter(|(name, _)| !hidden.contains(&name.as_str())).cloned().collect()
    }

    /// Who posted it.
    ///
    /// # Errors
    /// `NotYou`.
    pub fn signed_in(&self) -> Result<&SignedIn, Refused> {
        self.who.as_ref().ok_or(Refused::NotYou)
    }
}

impl FromRequest for Posted {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let state = state(&request)?;
            origin::check_origin(&request, &state.config, true)?;
            let bytes = all_bytes(&request, payload).await?;
            let unreadable = Refused::Malformed { code: "unreadable" };
            let fields: Vec<(String, String)> = decode(&bytes).ok_or(unreadable)?;
            // Kept for the page of a refusal before anything can refuse: a session that has ended, a busy house.
            request.extensions_mut().insert(Typed(in_words(&fields)));
            let who = match identify(&request).await {
                Err(Refused::NotYou) => None,
                other => other?,
            };
            let posted = Self { who, fields };
            if let Some(who) = &posted.who {
                check_csrf(&state, who, posted.text("csrf"))?;
            }
            Ok(posted)
        })
    }
}

/// The fields that people write in words. What is not named here is never shown again by a page that it was not typed
/// into: passwords, codes and digits, and what was answered to the safety questions.
const IN_WORDS: [&str; 14] = [
    "text",
    "note",
    "title",
    "statement",
    "outcome_sought",
    "amount",
    "respondent_name",
    "respondent_email",
    "disclosure",
    "reason",
    "referral_name",
    "referral_contact",
    "name",
    "email",
];

/// What was typed in words into the form of a request.
#[derive(Clone)]
struct Typed(Vec<String>);

fn in_words(fields: &[(String, String)]) -> Vec<String> {
    let is_of_a_term =
        |name: &str| name.starts_with("term-") && (name.contains("-text") || name.ends_with("-amount"));
    // A question to both sides has a field for each language.
    let is_asked = |name: &str| name.starts_with("question-");
    let is_in_words = |name: &str| IN_WORDS.contains(&name) || is_of_a_term(name) || is_asked(name);
    let kept = fields.iter().filter(|(name, _)| is_in_words(name));
    kept.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

/// What was typed in words into the form of this request, so that it can be copied from the page that refused it; empty
/// where nothing was.
pub fn typed_in_words(request: &HttpRequest) -> String {
    request.extensions().get::<Typed>().map_or_else(String::new, |typed| typed.0.join("\n\n"))
}

/// Reads `application/x-www-form-urlencoded`; nothing where it is not UTF-8.
fn decode(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((unescape(name)?, unescape(value)?))
        })
        .collect()
}

/// A text without its percent signs; nothing where it is not UTF-8.
pub fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?.to_owned();
                bytes.push(u8::from_str_radix(&digits, 16).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_in_words_is_shown_again() {
        let field = |name: &str| (name.to_owned(), format!("the {name}"));
        let names = [
            "csrf",
            "text",
            "password",
            "totp",
            "code",
            "afraid",
            "reach_note",
            "term-2-text-bn",
            "term-2-debtor",
            "question-ur",
        ];
        assert_eq!(in_words(&names.map(field)), ["the text", "the term-2-text-bn", "the question-ur"]);
    }

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields =
            decode(b"name=Amara+Sen&note=%E0%A6%86%26+b&tick=yes&tick=no&empty=&bare").expect("a form");
        let posted = Posted { who: None, fields };
        assert_eq!(posted.text("name"), "Amara Sen");
        assert_eq!(posted.text("note"), "আ& b");
        assert!(posted.ticked("tick"));
        assert_eq!(posted.all("tick").collect::<Vec<_>>(), ["yes", "no"]);
        assert_eq!((posted.given("empty"), posted.text("bare"), posted.text("none")), (None, "", ""));
        for broken in [b"a=%".as_slice(), b"a=%zz", b"a=%ff", b"\xff=1"] {
            assert!(decode(broken).is_none());
        }
    }
}
