//! Every page with samples in it, for the gallery and for the test that renders all pages in all languages.

#[path = "of_the_house.rs"]
mod of_the_house;
#[path = "in_secret.rs"]
mod in_secret;
#[path = "at_the_end.rs"]
mod at_the_end;
#[path = "leading.rs"]
mod leading;
#[path = "suggested.rs"]
mod suggested;
#[path = "passkeys.rs"]
mod passkeys;
#[path = "certified.rs"]
mod certified;

use self::suggested::{differences, marked, suggested};
use domain::language::Language;
use domain::time::{Day, Moment};
use pages::form::Form;
use pages::frame::{Frame, Institution};
use pages::words::Words;
use pages::{
    agreements::*, assignments::*, audit::*, demo::*, differences::*, disputes::*, drafts::*, entries::*,
    files::*, home::*, invitations::*, mediators::*, people::*, preparing::*, problems::*, read_backs::*,
    registrar::*, rooms::*, safety::*, settlements::*, signing::*, suggestions::*, terms::*,
    verifications::*,
};

const ID: &str = "0199a1b2-0000-7000-8000-000000000001";
const DIGEST: &str = "sha256:3f5a9c0e7d2b4f6a8c1e3d5b7f9a0c2e4d6b8f0a1c3e5d7b9f1a2c4e6d8b0f2a";

fn house() -> Institution {
    Institution {
        name: "Dhaka Mediation House".to_owned(),
        phone: "+880 2 0000 0000".to_owned(),
        address: "1 Court Street, Dhaka 1000".to_owned(),
        emergency_number: "999".to_owned(),
    }
}

fn at(minutes: i64) -> Moment {
    Moment::from_millis(1_795_496_820_000 + minutes * 60_000)
}

fn day() -> Option<Day> {
    Day::new(2027, 1, 31)
}

fn s(text: &str) -> String {
    text.to_owned()
}

fn list(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| s(word)).collect()
}

fn terms() -> Vec<TermLine> {
    vec![
        TermLine {
            who: s("Bela Roy"),
            to: s("Amara Sen"),
            texts: vec![
                (s("en"), s("Pays back the deposit for the flat in Mirpur.")),
                (s("bn"), s("মিরপুরের ফ্ল্যাটের জামানতের টাকা ফেরত দেবেন।")),
            ],
            amount: s("BDT 12000.00"),
            due_on: day(),
        },
        TermLine {
            who: s("Amara Sen"),
            to: s("Bela Roy"),
            texts: vec![(s("en"), s("Gives back both keys.")), (s("bn"), s("দুটি চাবিই ফেরত দেবেন।"))],
            amount: String::new(),
            due_on: None,
        },
    ]
}

fn entry(seq: u32, by: &str, role: &str, is_mine: bool, body: EntryBody) -> EntryLine {
    let (id, at) = (format!("e{seq}"), at(i64::from(seq)));
    EntryLine { seq, id, at, by: s(by), role: s(role), is_mine, is_shared: false, may_be_asked: false, body }
}

fn said(text: &str, language: &str) -> EntryBody {
    EntryBody::Message { text: s(text), language: s(language) }
}

fn agenda() -> EntryBody {
    EntryBody::Agenda { text: s("Window\nDeposit"), current: s("Window") }
}

fn tab(name: &str, with: &str) -> ChannelTab {
    ChannelTab { name: s(name), with: s(with), last_seq: 8, asks: with == "Bela Roy" }
}

fn room(channel: &str, role: &str) -> Room {
    let offer = OfferLine {
        instead_of: Some((s("e2"), terms().into_iter().take(1).collect())),
        terms: terms().into_iter().take(1).collect(),
        note: s("I can pay in two parts as well."),
        state: s("open"),
        expires_at: Some(at(9000)),
        may_answer: true,
        may_withdraw: false,
    };
    Room {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        you: s(ID),
        role: s(role),
        account: s(ID),
        sides: (s("Amara Sen"), s("Bela Roy")),
        steering: s("resume"),
        signals: vec![(s("Amara Sen"), s("unsafe"))],
        told: s("mediator"),
        offer_goes_to: s("Bela Roy, Noor Haque"),
        offer_language: s("hi"),
        offer_languages: list(&["hi", "en"]),
        offer_rows: 2,
        channels: if role == "mediator" {
            vec![
                tab("joint", ""),
                tab("caucus-claimant", "Amara Sen"),
                tab("caucus-respondent", "Bela Roy"),
                tab("notes", ""),
            ]
        } else {
            vec![tab("joint", ""), tab("caucus-claimant", "")]
        },
        channel: s(channel),
        readers: list(&["Amara Sen", "Bela Roy", "Noor Haque"]),
        entries: vec![
            entry(1, "", "house", false, EntryBody::Event(s("session-opened"))),
            entry(2, "Noor Haque", "mediator", false, said("Good morning. Who would like to begin?", "en")),
            entry(3, "Amara Sen", "claimant", true, said("আমি শুরু করতে চাই। জামানতের টাকা এখনো পাইনি।", "bn")),
            entry(4, "Bela Roy", "respondent", false, said("It was for the window.\nI have a bill.", "en")),
            entry(
                5,
                "Bela Roy",
                "respondent",
                false,
                EntryBody::File(FileCard {
                    id: s(ID),
                    name: s("File 1"),
                    caption: s("The lease"),
                    thumbnail: Some((240, 160)),
                }),
            ),
            entry(6, "Bela Roy", "respondent", false, EntryBody::Offer(offer)),
            entry(7, "Noor Haque", "mediator", false, agenda()),
            entry(8, "Bela Roy", "respondent", false, EntryBody::Event(s("departure"))),
        ],
        earlier: Some(1),
        last_seq: 8,
        session: s("open"),
        is_mediated: true,
        may_post: true,
        may_offer: role != "mediator",
        entry_id: s(ID),
        language: s("en"),
        currencies: list(&["BDT", "PKR", "USD"]),
        has_agreement: true,
        has_calls: true,
        people: vec![(s(ID), s("Amara Sen"), s("claimant"))],
        ..Room::default()
    }
}

fn dispute(stage: &str) -> DisputePage {
    let task = |code: &str, state: &str| Task { code: s(code), state: s(state), href: s("/disputes/x") };
    DisputePage {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        title: s("Deposit for the flat in Mirpur"),
        category: s("tenancy"),
        stage: s(stage),
        role: s("claimant"),
        tasks: vec![
            task("safety", "done"),
            task("consent", "to-do"),
            task("delivery", "done"),
            task("files", "to-do"),
            task("readiness", "later"),
        ],
        deadline: Some((s("preparing"), at(10_000))),
        people: vec![
            PersonLine { name: s("Amara Sen"), role: s("claimant"), is_you: true },
            PersonLine { name: s("Bela Roy"), role: s("respondent"), is_you: false },
        ],
        statement: s("I moved out in March.\nThe deposit was not paid back."),
        outcome_sought: s("I want the deposit back."),
        amount: s("BDT 12000.00"),
        may_show_statement: true,
        files: files(),
        invitation: Some(InvitationState { state: s("sent"), may_send_again: true, may_print: true }),
        may_withdraw: true,
        may_suspend: true,
        ..DisputePage::default()
    }
}

fn files() -> Vec<FileLine> {
    let file = |name, size| FileLine { id: s(ID), name: s(name), size: s(size), ..FileLine::default() };
    vec![
        FileLine { is_mine: true, quarantine: s("waiting"), ..file("rent-book.pdf", "1.2 MB") },
        FileLine { is_shown: true, ..file("File 1.jpg", "340 KB") },
    ]
}

fn draft(step: &str) -> DraftQuestion {
    DraftQuestion {
        id: s(ID),
        step: s(step),
        form: Form::default().with("category", "tenancy").with("needs", "breaks").with("language", "bn"),
        categories: list(&["tenancy", "consumer", "debt", "work", "neighbours", "family", "other"]),
        currencies: list(&["BDT", "PKR", "USD"]),
        needs: list(&[
            "interpreter",
            "sign-language",
            "large-print",
            "screen-reader",
            "plain-language",
            "breaks",
        ]),
        is_change: false,
        is_amendment: false,
    }
}

/// Name and HTML of every page.
pub fn every_page(w: &Words) -> Vec<(String, String)> {
    let f = Frame {
        here: s("/somewhere?channel=joint"),
        csrf: s("token"),
        institution: house(),
        signed_in_as: Some(s("Amara Sen")),
        roles: list(&["mediator"]),
        is_demo: true,
        notice: None,
    };
    let anyone = Frame { signed_in_as: None, roles: Vec::new(), is_demo: false, ..f.clone() };
    let mut all = Vec::new();
    let mut add = |name: &str, html: String| all.push((s(name), html));
    before_signing_in(&mut add, w, &anyone);
    filing(&mut add, w, &f);
    talking(&mut add, w, &f);
    in_secret::in_secret(&mut add, w, &f);
    at_the_end::at_the_end(&mut add, w, &f);
    leading::leading(&mut add, w, &f);
    settling(&mut add, w, &f);
    of_the_house::of_the_house(&mut add, w, &f);
    all
}

fn before_signing_in(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    add("home", Home {}.render(w, f));
    add("help", Help {}.render(w, f));
    let tried =
        pages::calls::TryOut { relay: s("on"), wrote: s("Can you read this?"), form: Form::default() };
    add("try-out", tried.render(w, f));
    add("exit", Exit {}.render(w, f));
    let wrong =
        Form::default().with("email", "amara@").wrong("email", "not-an-email").wrong("password", "too-short");
    add(
        "sign-up",
        SignUp { form: wrong, next: String::new(), suggestion: s("copper lantern cloud river seven") }
            .render(w, f),
    );
    add("look-at-mail", LookAtMail { about: s("reset") }.render(w, f));
    add("confirmation", Confirmation { form: Form::default(), code: s("c") }.render(w, f));
    add("confirmation-over", ConfirmationOver {}.render(w, f));
    add("sign-in", SignIn::default().render(w, f));
    add("reset-request", ResetRequest::default().render(w, f));
    add("new-password", NewPassword::default().render(w, f));
    add("taken", Taken::default().render(w, f));
    add("code", CodeEntry::default().render(w, f));
    let invitation = Invitation {
        code: s("ABCDEFGH-c"),
        from: s("Amara Sen"),
        category: s("tenancy"),
        amount: s("BDT 12000.00"),
        expires_at: at(20_000),
    };
    add("invitation", invitation.render(w, f));
    add("take-part", TakePart { code: s("c"), from: s("Amara Sen"), is_signed_in: false }.render(w, f));
    add("pending", Pending {}.render(w, f));
    add("later", NotNow { code: s("c"), expires_at: at(1) }.render(w, f));
    add("refusal", Refusal { code: s("c"), is_refused: false, expires_at: at(1) }.render(w, f));
    add("refused", Refusal { code: s("c"), is_refused: true, expires_at: at(1) }.render(w, f));
    add("concern", ConcernHeard { concern: s("afraid") }.render(w, f));
    add("no-invitation", NoInvitation {}.render(w, f));
    for status in ["valid", "altered", "superseded", "unknown", "revoked"] {
        let verdict = Verify {
            status: Some(s(status)),
            reference: s("CD-7K4M-92QX"),
            sealed_at: Some(at(0)),
            stamped_at: (status == "valid").then(|| at(0)),
            key_revoked_at: ["valid", "revoked"].contains(&status).then(|| at(9)),
            ..Verify::default()
        };
        add(&format!("verify-{status}"), verdict.render(w, f));
    }
    add("verify", Verify::default().render(w, f));
    add("problem", Problem { code: s("offer-already-answered"), ..Problem::default() }.render(w, f));
    add("error", ErrorPage { code: s("busy"), request: s("0199"), typed: s("A long letter.") }.render(w, f));
}

fn filing(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let session = SessionLine { device: s("Firefox, Android"), seen_at: at(0), is_this_one: true };
    let account = Account {
        name: s("Amara Sen"),
        email: s("amara@example.org"),
        has_second_factor: false,
        sessions: vec![session],
    };
    add("account", account.render(w, f));
    passkeys::passkeys(add, w, f);
    let line = DisputeLine {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        title: s("Deposit for the flat in Mirpur"),
        stage: s("preparing"),
        role: s("claimant"),
        next: Some(s("consent")),
    };
    add(
        "disputes",
        DisputeList {
            items: vec![line],
            is_confirmed: false,
            certifications: vec![(s(ID), s("CD-7K4M-92QX"))],
        }
        .render(w, f),
    );
    add("new", NewDispute {}.render(w, f));
    for step in STEPS {
        add(&format!("draft-{step}"), draft(step).render(w, f));
    }
    let answer = |step: &str, name: &str, answers: &[&str]| AnswerLine {
        step: s(step),
        name: s(name),
        answers: list(answers),
    };
    let check = DraftCheck {
        id: s(ID),
        answers: vec![
            answer("category", "category", &["tenancy"]),
            answer("title", "title", &["Deposit for the flat in Mirpur"]),
            answer("statement", "statement", &["I moved out in March.\nThe deposit was not paid back."]),
            answer("needs", "needs", &["breaks", "large-print"]),
            answer("amount", "amount", &[]),
        ],
        is_safety_answered: true,
        files: 2,
        missing: Vec::new(),
        form: Form::default(),
    };
    add("draft-check-missing", DraftCheck { missing: list(&["respondent"]), ..check.clone() }.render(w, f));
    add("draft-check", check.render(w, f));
    add("safety", SafetyStart { id: s(ID), is_answered: true }.render(w, f));
    add("safety-later", SafetyLater { id: s(ID) }.render(w, f));
    add("safety-questions", SafetyQuestions { id: s(ID), form: Form::default() }.render(w, f));
    add("dispute", dispute("preparing").render(w, f));
    let waiting =
        DisputePage { tasks: Vec::new(), is_paused: true, may_resume: true, ..dispute("screening") };
    add("dispute-waiting", waiting.render(w, f));
    let disclosed = DisputePage {
        disclosures: vec![(at(0), s("Noor Haque"), s("My cousin has moved into that street."))],
        disclosure_said: Some(s("nothing")),
        ..dispute("mediation")
    };
    add("dispute-disclosed", disclosed.render(w, f));
    add("withdrawal", Withdrawal { id: s(ID), reference: s("CD-7K4M-92QX") }.render(w, f));
    add("closing", Closing { id: s(ID), reference: s("CD-7K4M-92QX") }.render(w, f));
    let showing = StatementShowing {
        statement: s("I moved out."),
        outcome_sought: s("The deposit."),
        ..Default::default()
    };
    add("suspending", Suspending { id: s(ID), is_once: true }.render(w, f));
    add("say-no", SayNo { id: s(ID), is_party: true, name: s("Noor Haque") }.render(w, f));
    add("statement-showing", showing.render(w, f));
    let page = Files { id: s(ID), items: files(), may_add: true, ..Files::default() };
    add("files", page.render(w, f));
    add("file-showing", FileShowing { name: s("File 2.pdf"), ..FileShowing::default() }.render(w, f));
    for (name, code) in [("letter", ""), ("letter-print", "ABCDEFGH-abcdefghijklmnopqrstuv")] {
        let letter = Letter {
            id: s(ID),
            code: s(code),
            from: s("Amara Sen"),
            to: s("Bela Roy"),
            category: s("tenancy"),
            address: s("https://example.org/invitations"),
            expires_on: at(20_000).day(),
        };
        add(name, letter.render(w, f));
    }
}

fn talking(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let consent =
        Consent { id: s(ID), version: 1, language: w.language(), agreed_at: None, form: Form::default() };
    add("consent", consent.render(w, f));
    let readiness = Readiness { id: s(ID), may_negotiate: true, ..Readiness::default() };
    add("readiness", readiness.render(w, f));
    add("readiness-missing", Readiness { missing: list(&["consent"]), ..readiness }.render(w, f));
    add("delivery", Delivery::default().render(w, f));
    let reading =
        ReadingLanguage { id: s(ID), chosen: s("ta"), may_choose: true, ..ReadingLanguage::default() };
    add("reading-language", reading.render(w, f));
    add("reading-language-frozen", ReadingLanguage { may_choose: false, ..reading }.render(w, f));
    let inquiry = ConflictInquiry {
        id: s(ID),
        names: list(&["Amara Sen", "Bela Roy"]),
        category: s("tenancy"),
        languages: list(&["bn", "en"]),
        beside: s("Omar Vale"),
        answer_by: None,
        form: Form::default(),
    };
    add("conflict", inquiry.render(w, f));
    let later = LaterDisclosure { id: s(ID), reference: s("CD-7K4M-92QX"), form: Form::default() };
    add("later-disclosure", later.render(w, f));
    let proposed = ProposedMediator {
        id: s(ID),
        name: s("Noor Haque"),
        languages: list(&["bn", "en"]),
        specialities: list(&["tenancy", "debt"]),
        disclosure: s("I once lived in the same street as Bela Roy."),
        has_earlier: true,
        beside: String::new(),
        is_answered: false,
        answer_by: Some(at(4000)),
    };
    add("proposed", proposed.render(w, f));
    add("room", room("joint", "claimant").render(w, f));
    let private = Room { readers: list(&["Amara Sen", "Noor Haque"]), ..room("caucus-claimant", "claimant") };
    add("room-caucus", private.render(w, f));
    add("room-mediator", room("caucus-respondent", "mediator").render(w, f));
    let offering =
        Room { offer_to: Some(s("new")), is_paused: true, may_post: false, ..room("joint", "claimant") };
    add("room-offer", offering.render(w, f));
    let paused = PausedForYou {
        id: s(ID),
        of: s("unsafe"),
        told: s("mediator"),
        reply_time: s("15 minutes"),
        has_room: true,
    };
    add("room-paused", paused.render(w, f));
}

fn settling(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let editor = AgreementEditor {
        id: s(ID),
        base: 1,
        claimant: s("Amara Sen"),
        respondent: s("Bela Roy"),
        languages: list(&["en", "bn", "th"]),
        currencies: list(&["BDT", "USD"]),
        rows: 2,
        form: Form::default()
            .with("term-1-text-en", "Pays back the deposit.")
            .with("term-1-amount", "12000.00"),
        flags: vec![marked()],
        is_stale: true,
    };
    add("agreement-editor", editor.render(w, f));
    let agreement = AgreementPage {
        id: s(ID),
        replaces: Some(s("CD-8P2R-44TZ")),
        revision: 2,
        digest: s(DIGEST),
        terms: terms(),
        flags: vec![Vec::new(), marked()],
        prevailing_language: s("en"),
        reads_in: s("hi"),
        may_choose_reading: true,
        state: s("frozen"),
        standings: vec![Standing { name: s("Bela Roy"), state: s("ready"), signed_by: None }],
        reflection_ends_at: Some(at(1440)),
        read_backs: vec![
            ReadBackLine { name: s("Bela Roy"), promises: vec![(1, s("I pay half of it."))], is_old: true },
            ReadBackLine { name: s("Amara Sen"), ..ReadBackLine::default() },
        ],
        may_read_back: true,
        may_waive: true,
        may_say_ready: true,
        may_edit: true,
        ..AgreementPage::default()
    };
    add("agreement", agreement.render(w, f));
    add("agreement-none", AgreementPage::default().render(w, f));
    add("agreement-differences", differences().render(w, f));
    add("agreement-same", Differences { id: s(ID), to: 1, last: 1, ..Differences::default() }.render(w, f));
    for may_suggest in [true, false] {
        let name = if may_suggest { "agreement-suggestions" } else { "agreement-suggestions-mediator" };
        add(name, suggested(may_suggest).render(w, f));
    }
    let delivery = DeliveryLine {
        by: s("attachment"),
        steps: vec![(s("queued"), at(2)), (s("sent"), at(3)), (s("failed"), at(9))],
    };
    let settlement = Settlement {
        id: s(ID),
        settlement: s(ID),
        reference: s("CD-7K4M-92QX"),
        digest: s(DIGEST),
        sealed_at: Some(at(2)),
        entry: Some(41),
        deliveries: vec![delivery],
        newer: None,
        may_be_amended: true,
        certification: None,
        may_be_certified: true,
        form: Form::default(),
    };
    add("settlement", settlement.render(w, f));
    certified::certified(add, &settlement, w, f);
    let newer = Some(Some((s("CD-8P2R-44TZ"), s(ID))));
    add("settlement-replaced", Settlement { newer, may_be_amended: false, ..settlement }.render(w, f));
    let certificate = Certificate {
        reference: s("CD-7K4M-92QX"),
        parties: list(&["Amara Sen", "Bela Roy"]),
        mediator: s("Noor Haque"),
        co_mediators: list(&["Omar Vale"]),
        took_place: true,
        is_settled: false,
        filed_on: at(0).day(),
        ended_on: at(50_000).day(),
        began_on: Some(at(20_000).day()),
        present: list(&["Amara Sen", "Bela Roy"]),
    };
    add("certificate", certificate.render(w, f));
}
