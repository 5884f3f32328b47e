//! Samples of the pages on which a text is signed and attested. Not here: how a page is drawn.

use super::*;

pub fn at_the_end(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let signing = Signing {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        digest: s(DIGEST),
        shown: s(DIGEST),
        terms: terms(),
        prevailing_language: s("en"),
        reads_in: s("ta"),
        name: s("Amara Sen"),
        replaces: Some(s("CD-8P2R-44TZ")),
        ..Signing::default()
    };
    add("signing-early", Signing { opens_at: Some(at(1440)), ..signing.clone() }.render(w, f));
    add("signing-done", Signing { has_signed: true, may_take_back: true, ..signing.clone() }.render(w, f));
    let (name, on_behalf_of) = (s("Dela Haq"), Some(s("Amara Sen")));
    let other = Some(s("Dela Haq"));
    add("signing-done-by", Signing { has_signed: true, signed_by: other, ..signing.clone() }.render(w, f));
    add("signing-for-somebody", Signing { name, on_behalf_of, ..signing.clone() }.render(w, f));
    let form = Form::default().wrong("term-2", "tick-each").wrong("freely", "required");
    let passkey_origin = Some(s("https://concord.example"));
    add("signing", Signing { form, passkey_origin: passkey_origin.clone(), ..signing }.render(w, f));
    let promises = vec![(1, terms().swap_remove(0)), (2, terms().swap_remove(1))];
    let form =
        Form::default().wrong("term-2-text", "required").with("term-1-text", "I pay it back in January.");
    add("read-back", ReadBackQuestion { id: s(ID), digest: s(DIGEST), promises, form }.render(w, f));
    add("not-freely", NotFreely { id: s(ID) }.render(w, f));
    let signed =
        |name: &str, by: Option<&str>| Standing { name: s(name), state: s("signed"), signed_by: by.map(s) };
    let attestation = Attestation {
        terms: terms(),
        standings: vec![signed("Amara Sen", Some("Dela Haq")), signed("Bela Roy", None)],
        name: s("Noor Haque"),
        digest: s(DIGEST),
        shown: s(DIGEST),
        passkey_origin,
        ..Attestation::default()
    };
    add("attestation", attestation.render(w, f));
}
