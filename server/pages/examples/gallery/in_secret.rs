//! Samples of what the mediator asks both sides to answer in secret.

use super::*;
use pages::bids::{BlindBids, FigureCheck, QuestionLine};
use pages::companions::{Companions, OwnSeatLine, SeatBeside};
use pages::proposals::{ProposalLine, Proposals};

fn question(state: &str) -> QuestionLine {
    QuestionLine {
        id: s(ID),
        state: s(state),
        texts: vec![
            (s("en"), s("How much of the deposit is paid back?")),
            (s("bn"), s("জামানতের কত টাকা ফেরত দেওয়া হবে?")),
        ],
        payer: s("Bela Roy"),
        payee: s("Amara Sen"),
        pays: false,
        currency: s("BDT"),
        round: 2,
        rounds: 3,
        asked_at: Some(at(1)),
        has_entered: false,
        met: String::new(),
    }
}

fn bids() -> BlindBids {
    BlindBids {
        id: s(ID),
        is_mediator: false,
        open: Some(question("open")),
        before: vec![question("not-met"), QuestionLine { met: s("BDT 8200.50"), ..question("met") }],
        sides: (s("Amara Sen"), s("Bela Roy")),
        languages: list(&["en", "bn"]),
        currencies: list(&["BDT", "PKR", "USD"]),
        form: Form::default(),
    }
}

fn proposal(state: &str) -> ProposalLine {
    ProposalLine {
        id: s(ID),
        state: s(state),
        terms: terms(),
        note: s("So that both of you can go on."),
        expires_at: Some(at(4_000)),
        has_answered: true,
    }
}

fn proposals() -> Proposals {
    Proposals {
        id: s(ID),
        is_mediator: false,
        open: Some(proposal("open")),
        before: vec![proposal("lapsed"), proposal("accepted")],
        sides: (s("Amara Sen"), s("Bela Roy")),
        languages: list(&["en", "bn"]),
        currencies: list(&["BDT", "PKR", "USD"]),
        rows: 2,
        form: Form::default(),
    }
}

/// Who sits beside a party.
fn beside(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let seat = |role: &str, sits| OwnSeatLine {
        id: s(ID),
        role: s(role),
        name: s("Dela Haq"),
        email: s("dela@example.org"),
        sits,
        url: format!("https://example.org/disputes/{ID}/companions/{ID}"),
        authority: None,
        may_claim: false,
    };
    let mut page = Companions { id: s(ID), seats: Vec::new(), form: Form::default() };
    add("companions-none", page.render(w, f));
    page.seats = vec![seat("interpreter", true), seat("helper", false)];
    page.form = Form::default().with("email", "dela").wrong("email", "not-an-email");
    add("companions", page.render(w, f));
    page.form = Form::default();
    for state in [None, Some("refused"), Some("claimed"), Some("accepted")] {
        let (authority, may_claim) = (state.map(s), matches!(state, None | Some("refused")));
        page.seats = vec![OwnSeatLine { authority, may_claim, ..seat("representative", true) }];
        add(&format!("companions-authority-{}", state.unwrap_or("none")), page.render(w, f));
    }
    for role in ["support-person", "interpreter", "helper", "representative"] {
        let (id, version, language) = (s(ID), 1, w.language());
        let (seat, beside, form) = (s(ID), s("Amara Sen"), Form::default());
        let asked = SeatBeside {
            id,
            seat,
            role: s(role),
            beside,
            sits: false,
            has_room: false,
            signs: false,
            version,
            language,
            form,
        };
        add(&format!("seat-{role}"), asked.render(w, f));
        let sits = SeatBeside { sits: true, has_room: true, ..asked };
        add(&format!("seat-{role}-taken"), sits.render(w, f));
        if role == "representative" {
            add("seat-representative-signs", SeatBeside { signs: true, ..sits }.render(w, f));
        }
    }
}

pub fn in_secret(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    beside(add, w, f);
    add("bids", bids().render(w, f));
    let wrong = Form::default().with("figure", "a lot").wrong("figure", "not-an-amount");
    add("bids-wrong", BlindBids { form: wrong, ..bids() }.render(w, f));
    let entered = QuestionLine { has_entered: true, ..question("open") };
    add("bids-entered", BlindBids { open: Some(entered), before: Vec::new(), ..bids() }.render(w, f));
    add("bids-none", BlindBids { open: None, before: Vec::new(), ..bids() }.render(w, f));
    add("bids-mediator", BlindBids { is_mediator: true, ..bids() }.render(w, f));
    add("bids-ask", BlindBids { is_mediator: true, open: None, ..bids() }.render(w, f));
    let look =
        FigureCheck { id: s(ID), question: question("open"), figure: s("8200.50"), amount: s("BDT 8200.50") };
    add("bids-figure", look.render(w, f));
    add("proposals", proposals().render(w, f));
    add("proposals-none", Proposals { open: None, before: Vec::new(), ..proposals() }.render(w, f));
    add("proposals-mediator", Proposals { is_mediator: true, ..proposals() }.render(w, f));
    add("proposals-make", Proposals { is_mediator: true, open: None, ..proposals() }.render(w, f));
    let offer = OfferLine { terms: terms(), expires_at: Some(at(4_000)), ..OfferLine::default() };
    let event = |seq, by: &str, code: &str| entry(seq, by, "house", false, EntryBody::Event(s(code)));
    let entries = vec![
        entry(1, "Noor Haque", "mediator", false, EntryBody::Question(question("open").texts)),
        event(2, "Amara Sen", "bid-made"),
        event(3, "", "bid-round-next"),
        event(4, "", "bid-round-last"),
        event(5, "BDT 8200.50", "bids-met"),
        event(6, "", "bid-withdrawn"),
        entry(7, "Noor Haque", "mediator", false, EntryBody::Proposal(offer)),
        event(8, "", "proposal-accepted"),
        event(9, "", "proposal-withdrawn"),
    ];
    add("room-in-secret", Room { entries, ..room("joint", "claimant") }.render(w, f));
}
