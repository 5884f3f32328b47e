//! Samples of the pages on which a record is certified. Not here: how a page is drawn.

use pages::certifications::*;

use super::*;

fn certifier() -> CertifierLine {
    CertifierLine {
        name: s("Judith Osei"),
        capacity: s("legal-aid-officer"),
        office: s("District Legal Aid Office, Dhaka"),
    }
}

fn part(state: &str) -> CertificationPart {
    let is_made = state == "certified";
    let is_named = is_made || state == "named";
    CertificationPart {
        id: s(ID),
        state: s(state),
        said_no: false,
        certifier: is_named.then(|| {
            let CertifierLine { name, capacity, office } = certifier();
            (name, capacity, office)
        }),
        lapses_at: (!is_made && state != "over" && state != "declined").then(|| at(43_200)),
        certified_at: is_made.then(|| at(90)),
        entry: is_made.then_some(57),
        may_agree: state == "asked-of-you",
        may_withdraw: ["asked-by-you", "asked-of-you", "agreed", "named"].contains(&state),
    }
}

/// What an auditor is told.
pub fn audited() -> Vec<AuditedCertification> {
    let made = AuditedCertification {
        asked_at: at(10),
        state: s("made"),
        over_at: Some(at(90)),
        capacity: Some(s("judge")),
        entry: Some(57),
        deliveries: list(&["sent", "collected"]),
    };
    let over = AuditedCertification {
        state: s("over"),
        capacity: None,
        entry: None,
        deliveries: Vec::new(),
        ..made.clone()
    };
    vec![made, over]
}

pub fn certified(add: &mut impl FnMut(&str, String), settlement: &Settlement, w: &Words, f: &Frame) {
    let of = |certification, form| {
        let settlement = settlement.clone();
        Settlement { certification: Some(certification), may_be_certified: false, form, ..settlement }
    };
    for state in ["asked-by-you", "asked-of-you", "agreed", "named", "certified", "declined", "over"] {
        add(&format!("certification-{state}"), of(part(state), Form::default()).render(w, f));
    }
    let said_no = CertificationPart { said_no: true, ..part("asked-of-you") };
    let form = Form::default().wrong("sure", "required");
    add("certification-said-no", of(said_no, form).render(w, f));
    let code = ByCode { code: s("AAAAAAAABBBBBBBBCCCCCC_-"), certifier: certifier(), form: Form::default() };
    add("certifier-code", code.render(w, f));
    desk(add, w, f);
    let naming = Naming {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        lapses_at: Some(at(43_200)),
        may_name: true,
        ..Naming::default()
    };
    let wrong = Form::default().wrong("sure", "required").wrong("capacity", "not-a-choice");
    add("naming", Naming { form: wrong, ..naming.clone() }.render(w, f));
    let named = Some((certifier(), s("judith@example.org"), false));
    let again = Naming { named, may_unname: true, ..naming.clone() };
    add("naming-again", again.clone().render(w, f));
    add("naming-stopped", Naming { may_name: false, ..again }.render(w, f));
    let came = Some((certifier(), s("judith@example.org"), true));
    add("naming-over", Naming { named: came, may_name: false, lapses_at: None, ..naming }.render(w, f));
    let by = certifier();
    let verdict = Verify {
        status: Some(s("valid")),
        reference: s("CD-7K4M-92QX"),
        sealed_at: Some(at(0)),
        certified: Some((by.name, by.capacity, by.office, at(90))),
        ..Verify::default()
    };
    add("verify-certified", verdict.clone().render(w, f));
    let own = Verify { status: Some(s("certification")), record_digest: s(DIGEST), ..verdict };
    add("verify-certification", own.clone().render(w, f));
    add("verify-certification-superseded", Verify { is_of_superseded: true, ..own }.render(w, f));
}

fn desk(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let record = RecordToRead {
        parties: list(&["Amara Sen", "Bela Roy"]),
        mediator: s("Noor Haque"),
        signatures: vec![(s("Amara Sen"), at(0)), (s("Bela Roy"), at(7))],
        terms: terms(),
    };
    let desk = ToCertify {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        settlement: s(ID),
        digest: s(DIGEST),
        sealed_at: Some(at(0)),
        certifier: certifier(),
        record: Some(record),
        language: s(w.language().tag()),
        intent: s(w.certification_intent().text()),
        lapses_at: Some(at(43_200)),
        certified_at: None,
        has_second_factor: true,
        form: Form::default().wrong("password", "proof-refused"),
    };
    add("certifier", desk.clone().render(w, f));
    let done = ToCertify {
        record: None,
        certified_at: Some(at(90)),
        lapses_at: None,
        form: Form::default(),
        ..desk
    };
    add("certifier-done", done.render(w, f));
}
