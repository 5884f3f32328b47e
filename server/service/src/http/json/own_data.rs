//! What a party takes home, as one document. Deliberately not here: what is in it, which is the act's.

use serde::Serialize;
use utoipa::ToSchema;

use super::entries::EntryJson;
use super::passkeys::{AssertionJson, PasskeyJson};
use super::terms::TermJson;
use crate::acts::own_data::{OwnCertification, OwnData};
use crate::acts::suggestions::Listed;
use crate::acts::views::DisputeView;
use domain::consent::Consent;
use domain::suggestion::Suggested;
use store::files::FileRow;
use store::screens::Screen;

#[derive(Serialize, ToSchema)]
struct PersonJson {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SignedJson {
    version: u32,
    language: String,
    at: String,
}

#[derive(Serialize, ToSchema)]
struct OwnFileJson {
    /// Fetched under `/files/{id}`.
    id: String,
    name: String,
    content_type: String,
    bytes: i64,
    at: String,
}

#[derive(Serialize, ToSchema)]
struct OwnSuggestionJson {
    id: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<TermJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    state: String,
    at: String,
}

#[derive(Serialize, ToSchema)]
struct OwnCertificationJson {
    state: String,
    asked_by_you: bool,
    asked_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed_at: Option<String>,
    since: String,
}

#[derive(Serialize, ToSchema)]
struct ScreenJson {
    /// The SHA-256 digest of `html`, or of what a program says that it showed.
    digest: String,
    /// `page`, where the house showed it, or `program`, where one said so over the API.
    shown_by: &'static str,
    /// The language of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    /// The part of the page that said what is signed, before anything was filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
}

/// What a party has of its own in a dispute.
#[derive(Serialize, ToSchema)]
pub struct OwnDataJson {
    /// When it was collected.
    at: String,
    person: PersonJson,
    /// The dispute as the party sees it; `destroyed_at` where what was said is gone.
    dispute: DisputeView,
    /// The agreement to mediate as the party signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement_to_mediate: Option<SignedJson>,
    /// What the party wrote itself, in the channels that it reads.
    said: Vec<EntryJson>,
    suggestions: Vec<OwnSuggestionJson>,
    /// The certifications of the record, as the party reads them.
    certifications: Vec<OwnCertificationJson>,
    /// What the party said of its promises in its own words.
    promises: Vec<String>,
    files: Vec<OwnFileJson>,
    /// The passkeys of its account.
    passkeys: Vec<PasskeyJson>,
    /// What a passkey of its own signed, where one did; what its representative's signed is that one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey_signature: Option<AssertionJson>,
    /// What was on the screen of whoever signed for the party.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_when_signing: Option<ScreenJson>,
}

impl From<&OwnData> for OwnDataJson {
    fn from(own: &OwnData) -> Self {
        Self {
            at: own.at.to_string(),
            person: PersonJson {
                name: own.name.to_string(),
                email: own.email.as_ref().map(ToString::to_string),
            },
            dispute: own.dispute.clone(),
            agreement_to_mediate: own.consent.map(signed),
            said: own.said.iter().map(EntryJson::from).collect(),
            suggestions: own.suggestions.iter().map(suggestion).collect(),
            certifications: own.certifications.iter().map(certification).collect(),
            promises: own.promises.clone(),
            files: own.files.iter().map(file).collect(),
            passkeys: own.passkeys.iter().map(PasskeyJson::from).collect(),
            passkey_signature: own.assertion.as_ref().map(AssertionJson::from),
            shown_when_signing: own.screen.as_ref().map(screen),
        }
    }
}

fn signed(consent: Consent) -> SignedJson {
    SignedJson {
        version: consent.version,
        language: consent.language.tag().to_owned(),
        at: consent.at.to_string(),
    }
}

fn screen(screen: &Screen) -> ScreenJson {
    let page = screen.page.as_ref();
    ScreenJson {
        digest: screen.digest.to_string(),
        shown_by: if page.is_some() { "page" } else { "program" },
        language: page.map(|page| page.language.tag()),
        html: page.map(|page| page.html.clone()),
    }
}

fn suggestion(listed: &Listed) -> OwnSuggestionJson {
    let suggestion = &listed.suggestion;
    let change = match &suggestion.suggested {
        Suggested::Change { to, .. } | Suggested::Addition { to } => Some(TermJson::from(to)),
        Suggested::Removal { .. } | Suggested::Comment { .. } => None,
    };
    OwnSuggestionJson {
        id: listed.id.to_string(),
        kind: suggestion.suggested.kind().to_owned(),
        change,
        note: suggestion.note.as_ref().map(|(text, _)| text.clone()),
        state: suggestion.state.to_string(),
        at: suggestion.at.to_string(),
    }
}

fn certification(own: &OwnCertification) -> OwnCertificationJson {
    OwnCertificationJson {
        state: own.state.to_owned(),
        asked_by_you: own.asked_by_you,
        asked_at: own.asked_at.to_string(),
        agreed_at: own.agreed_at.map(|at| at.to_string()),
        since: own.since.to_string(),
    }
}

fn file(row: &FileRow) -> OwnFileJson {
    OwnFileJson {
        id: row.id.to_string(),
        name: row.name.clone(),
        content_type: row.content_type.clone(),
        bytes: row.bytes,
        at: row.at.to_string(),
    }
}
