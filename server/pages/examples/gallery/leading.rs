//! Samples of what stands at the head of a channel, and of what the mediator leads with.

use super::*;
use pages::assignments::{CoMediating, ProposedMediator, Replacing};
use pages::balance::{BalancePage, SpokenLine, WaitingLine};
use pages::phrases::Phrases;
use pages::standings::{Standing, StandingPage, TimerLine};
use pages::summaries::SummaryPage;

fn standing(caucus: &str) -> Standing {
    Standing {
        caucus: s(caucus),
        agenda: vec![(s("Window"), false), (s("জামানত"), true)],
        timer: Some(TimerLine { entry: s(ID), of: s("Amara Sen"), ends_at: at(10), left: 540 }),
    }
}

fn page(channel: &str, caucus: &str, is_mediator: bool) -> StandingPage {
    StandingPage {
        id: s(ID),
        channel: s(channel),
        with: s(if is_mediator { "Bela Roy" } else { "" }),
        audience: s("00"),
        entry_id: s(ID),
        may_lead: true,
        is_mediator,
        standing: standing(caucus),
    }
}

fn summary(may_answer: bool, is_confirmed: bool) -> SummaryPage {
    SummaryPage {
        id: s(ID),
        channel: s("joint"),
        entry: s(ID),
        entry_id: s(ID),
        audience: s("00"),
        text: (s("Both want to sleep at night."), s("en")),
        language: s("en"),
        may_answer,
        is_confirmed,
        form: Form::default().with("text", "By day, too."),
    }
}

fn co_mediating(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let replacing = Replacing {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        mediator: s(ID),
        name: s("Noor Haque"),
        is_own: false,
    };
    add("replacing", replacing.render(w, f));
    let proposed = ProposedMediator {
        id: s(ID),
        name: s("Omar Vale"),
        languages: list(&["bn", "en"]),
        specialities: list(&["tenancy"]),
        disclosure: String::new(),
        has_earlier: true,
        beside: s("Noor Haque"),
        is_answered: false,
        answer_by: None,
    };
    add("proposed-beside", proposed.render(w, f));
    let beside = CoMediating {
        id: s(ID),
        reference: s("CD-7K4M-92QX"),
        leads: s("Noor Haque"),
        may_propose: true,
        roster: vec![(s(ID), s("Omar Vale"))],
        ..CoMediating::default()
    };
    add("co-mediating", beside.clone().render(w, f));
    let sits = CoMediating {
        beside: Some((s(ID), s("Omar Vale"))),
        sits: true,
        may_end: true,
        may_propose: false,
        ..beside
    };
    add("co-mediating-sits", sits.render(w, f));
}

pub fn leading(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    co_mediating(add, w, f);
    for (caucus, is_mediator) in [("", false), ("asked", false), ("asked", true), ("started", true)] {
        let name = format!("standing-{caucus}-{is_mediator}");
        add(&name, page("caucus-respondent", caucus, is_mediator).render(w, f));
    }
    add("standing-joint", page("joint", "", true).render(w, f));
    add("summary", summary(true, false).render(w, f));
    add("summary-confirmed", summary(true, true).render(w, f));
    add("summary-mediator", summary(false, false).render(w, f));
    let phrases = vec![(s(ID), s("What would help you now?"))];
    add("phrases", Phrases { phrases: phrases.clone(), form: Form::default() }.render(w, f));
    let spoken = |name: &str, share| SpokenLine { name: s(name), messages: 3, words: 40, share };
    let balance = BalancePage {
        id: s(ID),
        spoken: vec![spoken("Amara Sen", 60), spoken("Bela Roy", 30), spoken("Noor Haque", 10)],
        waiting: vec![WaitingLine {
            of: s("Bela Roy"),
            by: s("Amara Sen"),
            entry: s(ID),
            before: 4,
            text: s("Why?"),
        }],
    };
    add("balance", balance.render(w, f));
    add("balance-none", BalancePage { waiting: Vec::new(), ..balance }.render(w, f));
    let mut room = room("joint", "mediator");
    room.standing = standing("");
    room.phrases = phrases;
    room.entries = vec![
        entry(1, "Noor Haque", "mediator", true, EntryBody::Timer { length: s("10:00"), of: s("Amara Sen") }),
        entry(2, "Noor Haque", "mediator", true, EntryBody::Timer { length: s("5:00"), of: s("") }),
        entry(
            3,
            "Noor Haque",
            "mediator",
            true,
            EntryBody::Summary {
                text: s("Both want to sleep at night."),
                language: s("en"),
                answers: vec![
                    (s("claimant"), s("Amara Sen"), s("confirmed")),
                    (s("respondent"), s("Bela Roy"), s("corrected")),
                ],
                may_answer: false,
            },
        ),
        entry(
            4,
            "Bela Roy",
            "respondent",
            false,
            EntryBody::Corrected { text: s("By day, too."), language: s("en"), entry: s("e3") },
        ),
        entry(5, "", "house", false, EntryBody::Event(s("timer-stopped"))),
    ];
    add("room-led", room.render(w, f));
}
