//! Samples of what is changed in a text, and of what is marked in it. Not here: how a page is drawn.

use super::*;

pub fn marked() -> Vec<FlagLine> {
    vec![
        FlagLine { code: s("no-due-day"), words: Vec::new() },
        FlagLine {
            code: s("vague-word"), words: vec![(s("en"), s("soon")), (s("bn"), s("শীঘ্রই"))]
        },
    ]
}

pub fn differences() -> Differences {
    let piece = |fate, text| PieceLine { fate, text: s(text) };
    let now = terms().swap_remove(0);
    let before = TermLine {
        who: s("Amara Sen"),
        to: s("Bela Roy"),
        amount: s("BDT 9000.00"),
        due_on: None,
        ..now.clone()
    };
    let english = vec![piece("kept", "Pays back the "), piece("gone", "rest"), piece("new", "whole deposit")];
    let bangla = vec![piece("gone", "বাকি"), piece("new", "পুরো জামানত"), piece("kept", " ফেরত দেবেন।")];
    let changed = ChangedLine { now, before, texts: vec![(s("en"), english), (s("bn"), bangla)] };
    let [first, second] = [0, 1].map(|at| terms().swap_remove(at));
    let lines = vec![
        DifferenceLine::Changed(changed),
        DifferenceLine::Gone(second.clone()),
        DifferenceLine::New(first),
        DifferenceLine::Same(second),
    ];
    Differences { id: s(ID), from: 1, to: 2, last: 3, lines }
}

pub fn suggested(may_suggest: bool) -> Suggestions {
    let DifferenceLine::Changed(changed) = differences().lines.swap_remove(0) else {
        return Suggestions::default();
    };
    let line = |kind: &str, state: &str, audience: &str| SuggestionLine {
        id: s(&format!("{}{}", &ID[..35], kind.len() % 10)),
        by: s("Amara Sen"),
        is_mine: may_suggest,
        audience: s(audience),
        kind: s(kind),
        state: s(state),
        at: at(4),
        term: Some((2, 1)),
        promise: terms().pop(),
        note: s("I moved out in March."),
        language: s("en"),
        may_answer: !may_suggest && state == "open",
        may_withdraw: may_suggest && state == "open",
        changed: None,
    };
    Suggestions {
        id: s(ID),
        revision: 2,
        items: vec![
            SuggestionLine { changed: Some(changed), ..line("change", "open", "mediator") },
            line("removal", "declined", "everyone"),
            line("comment", "accepted", "mediator"),
        ],
        may_suggest,
        everyone: list(&["Amara Sen", "Bela Roy", "Noor Haque"]),
        aside: list(&["Amara Sen", "Noor Haque"]),
        about: terms().pop().map(|term| (2, term)),
        sides: (s("Amara Sen"), s("Bela Roy")),
        currencies: list(&["BDT", "PKR", "USD"]),
        language: s("en"),
        suggestion_id: s(ID),
        audience_digest: s("00"),
        form: if may_suggest {
            Form::default().wrong("audience", "required").wrong("kind", "required")
        } else {
            Form::default()
        },
    }
}
