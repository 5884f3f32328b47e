//! Signing: the whole text in every party's language, one box a promise, the private question, a fresh proof of who
//! signs. What says what is signed is one part of its page, which is kept as evidence. Deliberately not here: what a
//! signature is bound to.

use crate::agreements::Standing;
use crate::form::{Form, Part};
use crate::frame::page;
use crate::terms::TermLine;
use crate::words::Words;
use askama::Template;
use domain::time::Moment;

/// Gives a page the part of it that says what is signed: everything but tokens, the proof of who signs, and the way out. In its
/// template `w` is the words, `form` the form, `p` the page.
macro_rules! screen {
    ($page:ident, $path:tt) => {
        const _: () = {
            #[derive(Template)]
            #[template(path = $path)]
            struct View<'a> {
                w: &'a Words,
                form: &'a Form,
                p: &'a $page,
            }

            impl $page {
                fn screen(&self, w: &Words, form: &Form) -> Part {
                    Part::of(&View { w, form, p: self })
                }

                /// The part that says what is signed, as the page shows it before anything was filled in, byte for byte.
                pub fn blank_screen(&self, w: &Words) -> String {
                    self.screen(w, &Form::default()).to_string()
                }
            }
        };
    };
}

/// `GET /disputes/{id}/signing`. Posts the same path: `digest`, `shown`, `term-1` … `term-N` (each `yes`), `freely` (`yes`,
/// `no`), `auditor_may_read_terms=yes` (may be missing), `name`, and `password` with `totp` (may be empty) or `passkey`. Where `has_signed`:
/// posts `/disputes/{id}/signing/return` (no fields) to take it back.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The reference of the settlement in whose place what is signed here will stand.
    pub replaces: Option<String>,
    /// The digest of the frozen text, `sha256:…`.
    pub digest: String,
    /// The digest of [`Signing::blank_screen`].
    pub shown: String,
    /// The terms, each with its text in every party's language.
    pub terms: Vec<TermLine>,
    /// The tag of the prevailing language.
    pub prevailing_language: String,
    /// The tag of the language in which the text is read on that side; empty where that is not known.
    pub reads_in: String,
    /// The name as it has to be typed.
    pub name: String,
    /// For whom the reader signs, where it is not for themselves.
    pub on_behalf_of: Option<String>,
    /// When signing may begin, where the reflection period still runs: then there is no form.
    pub opens_at: Option<Moment>,
    /// Whether that side has signed.
    pub has_signed: bool,
    /// Who signed for that side, where it was not the reader.
    pub signed_by: Option<String>,
    /// Whether somebody may sign for that side.
    pub has_representative: bool,
    /// Whether the reader may still take it back.
    pub may_take_back: bool,
    /// Whether the reader has a second factor, which is then asked for.
    pub has_second_factor: bool,
    /// The origin at which the reader may sign with a passkey, where they have one.
    pub passkey_origin: Option<String>,
    /// What was typed; leave `freely`, `password` and `totp` out.
    pub form: Form,
}
page!(Signing, "signing/signing.html");
screen!(Signing, "signing/signing-screen.html");

impl Signing {
    /// Whether the reader may sign now: a party may itself what was signed for it, until that binds.
    pub const fn may_sign(&self) -> bool {
        let may_replace = self.signed_by.is_some() && self.on_behalf_of.is_none() && self.may_take_back;
        self.opens_at.is_none() && (!self.has_signed || may_replace)
    }

    /// Whether the reader may still leave: a party may until the last one has signed (R2), and nobody for it (R3).
    pub const fn may_withdraw(&self) -> bool {
        self.on_behalf_of.is_none() && (!self.has_signed || self.may_take_back)
    }
}

/// After "no" to "Are you signing freely?" (`GET /disputes/{id}/signing/heard`): what happens now. No form.
#[derive(Debug, Clone, Default)]
pub struct NotFreely {
    /// The dispute's id.
    pub id: String,
}
page!(NotFreely, "signing/not-freely.html");

/// `GET /disputes/{id}/attestation` (mediator). Posts the same path: `digest`, `shown`, `name`, and `password` with
/// `totp` or `passkey`.
#[derive(Debug, Clone, Default)]
pub struct Attestation {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The reference of the settlement in whose place what is signed here will stand.
    pub replaces: Option<String>,
    /// The digest of the signed text.
    pub digest: String,
    /// The digest of [`Attestation::blank_screen`].
    pub shown: String,
    /// The terms.
    pub terms: Vec<TermLine>,
    /// Who signed, for each side.
    pub standings: Vec<Standing>,
    /// The name as it has to be typed.
    pub name: String,
    /// The origin at which the reader may sign with a passkey, where they have one.
    pub passkey_origin: Option<String>,
    /// What was typed; leave `password` and `totp` out.
    pub form: Form,
}
page!(Attestation, "signing/attestation.html");
screen!(Attestation, "signing/attestation-screen.html");
