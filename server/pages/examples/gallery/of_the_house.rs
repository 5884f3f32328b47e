//! Samples of the pages for those who run the house. Not here: how a page is drawn.

use super::*;

pub fn of_the_house(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let waiting =
        WaitingDispute { id: s(ID), reference: s("CD-7K4M-92QX"), category: s("family"), since: at(0) };
    let failed = FailedMail {
        id: s(ID),
        kind: s("invitation"),
        to: s("bela@example.org"),
        reference: s("CD-7K4M-92QX"),
        attempts: 7,
        at: at(0),
        has_come_back: false,
        is_whole: true,
    };
    let desk = RegistrarDesk {
        alarms: vec![Alarm {
            duty: s(ID),
            id: s(ID),
            reference: s("CD-7K4M-92QX"),
            kind: s("unsafe"),
            by: s("Amara Sen"),
            since: at(0),
            answered_at: None,
        }],
        screening: vec![waiting.clone()],
        takers: vec![PendingTaker {
            dispute: s(ID),
            reference: s("CD-7K4M-92QX"),
            party: s(ID),
            invited: s("Bela Roy"),
            taker: s("B. Roy"),
            email: s("roy@example.org"),
            filed_at: at(0),
        }],
        assigning: vec![waiting.clone()],
        suspended: vec![waiting.clone()],
        holds: vec![waiting.clone()],
        certifications: vec![waiting],
        mails: vec![
            failed.clone(),
            FailedMail { kind: s("record"), has_come_back: true, ..failed.clone() },
            FailedMail { has_come_back: true, is_whole: false, ..failed },
        ],
        form: Form::default(),
    };
    add("registrar", desk.render(w, f));
    add(
        "registrar-disputes",
        DisputeSearch { stages: list(&["inviting"]), ..Default::default() }.render(w, f),
    );
    let hold = OpenHold {
        id: s(ID),
        state: s("placed"),
        reason: s("The district court asked for it on 3 November, file 114/2026."),
        placed_by: s("Rosa Lind"),
        placed_at: at(0),
        lapses_at: Some(at(7)),
        may_confirm: true,
        may_end: true,
    };
    let held = HoldDesk { id: s(ID), reference: s("CD-7K4M-92QX"), hold: Some(hold), ..Default::default() };
    add("registrar-hold", held.render(w, f));
    add(
        "registrar-hold-none",
        HoldDesk { id: s(ID), reference: s("CD-7K4M-92QX"), ..Default::default() }.render(w, f),
    );
    let claim = ClaimLine {
        seat: s(ID),
        party: s("Amara Sen"),
        representative: s("Dela Haq"),
        ground: s("written-power"),
    };
    let form = Form::default().wrong(&format!("sure-{ID}"), "required");
    let authority = AuthorityDesk { id: s(ID), reference: s("CD-7K4M-92QX"), claims: vec![claim], form };
    add("registrar-authority", authority.render(w, f));
    let none = AuthorityDesk { claims: Vec::new(), form: Form::default(), ..authority };
    add("registrar-authority-none", none.render(w, f));
    let answers = ["alone", "afraid", "violence", "control", "order"]
        .map(|question| (s(question), s("rather-not-say")));
    let safety = SafetyAnswers {
        name: s("Amara Sen"),
        role: s("claimant"),
        answers: answers.to_vec(),
        reach: s("phone"),
        reach_note: s("Mornings only"),
    };
    let screening = Screening {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        category: s("family"),
        title: s("The house in Comilla"),
        statement: s("We want to share it."),
        claimant: s("Amara Sen"),
        respondent: s("Bela Roy"),
        reasons: list(&["family", "safety"]),
        safety: vec![safety],
        form: Form::default(),
    };
    add("screening", screening.render(w, f));
    let one =
        Match { id: s(ID), name: s("Noor Haque"), score: 87, reasons: list(&["language", "speciality"]) };
    let assigning = AssignmentDesk {
        matches: vec![one],
        languages: list(&["bn"]),
        category: s("tenancy"),
        ..Default::default()
    };
    add("assigning", assigning.render(w, f));
    let proposal = Proposal {
        id: s(ID),
        category: s("debt"),
        names: list(&["Amara Sen", "Bela Roy"]),
        answer_by: Some(at(9)),
    };
    let line = DeskLine {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        category: s("tenancy"),
        stage: s("mediation"),
        names: list(&["Amara Sen", "Bela Roy"]),
        waiting_since: Some(at(0)),
        signals: vec![(s("Amara Sen"), s("break"))],
        next: Some((s("attestation"), s("/x"))),
    };
    add("mediator", MediatorDesk { proposals: vec![proposal], disputes: vec![line] }.render(w, f));
    let line = AuditLine {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        category: s("tenancy"),
        sealed_on: day(),
        mediator: s("Noor Haque"),
        state: s("sealed"),
        is_open: false,
    };
    let audit = AuditList {
        categories: list(&["tenancy", "family"]),
        states: list(&["sealed", "superseded"]),
        noted: list(&["none", "some", "objection"]),
        items: vec![line],
        next: Some(s("/audit?after=x")),
        mediators: vec![(s(ID), s("Noor Haque"))],
        numbers: Some(AuditNumbers { all: 120, failed: 2, late: 0, objected: 1 }),
        sample: Some(AuditSample { seed: s("spring-2027"), size: 20, of: 120 }),
        ..AuditList::default()
    };
    add("audit", audit.render(w, f));
    let detail = AuditDetail {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        category: s("tenancy"),
        mediator: s("Noor Haque"),
        digest: s(DIGEST),
        sealed_at: Some(at(0)),
        state: s("superseded"),
        supersedes: None,
        superseded_by: Some(s(ID)),
        signatures: vec![(s("claimant"), at(0)), (s("mediator"), at(9))],
        consents: vec![(s("claimant"), 1, s(Language::Bangla.tag()), at(0))],
        disclosures: list(&["none", "later"]),
        attended: list(&["claimant", "respondent"]),
        deliveries: vec![
            vec![(s("queued"), at(2)), (s("sent"), at(3))],
            vec![(s("queued"), at(2)), (s("collected"), at(60))],
        ],
        trace: vec![TraceLine { at: at(0), kind: s("filed"), facts: s("0199a1b2") }],
        is_open: true,
        entry: Some(41),
        certifications: certified::audited(),
        verified: Some(list(&["text", "jws", "pdf", "ledger", "unreadable"])),
        findings: vec![FindingLine {
            by: s("Odil Karim"),
            at: at(9),
            kind: s("objection"),
            text: s("Signed within a minute."),
        }],
        form: Form::default(),
    };
    let turn = Verification {
        run: s("sealed"),
        checked: 25,
        of: 60,
        wrong: 2,
        named: vec![(s(ID), s("CD-7K4M-92QX"))],
        is_done: false,
    };
    add("audit-verification", turn.render(w, f));
    add("audit-detail", detail.render(w, f));
    let person =
        DemoPerson { id: s("amara"), name: s("Amara Sen"), role: s("claimant"), about: s("A deposit.") };
    add("demo", DemoPeople { people: vec![person] }.render(w, f));
    let mail = MailLine {
        id: s("1"),
        to: s("a@example.org"),
        subject: s("Your document"),
        at: at(0),
        attachments: 1,
    };
    add("mailbox", Mailbox { mails: vec![mail] }.render(w, f));
    let mail = MailPage {
        id: s("1"),
        from: s("house@example.org"),
        to: s("a@example.org"),
        subject: s("Your new account"),
        at: at(0),
        text: s("Hello,\n\nhttps://example.org/confirmations?code=abc\n\nGoodbye"),
        attachments: vec![(s("record.pdf"), s("120 KB"))],
    };
    add("mail", mail.render(w, f));
}
