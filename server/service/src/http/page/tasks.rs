//! What a reader has to do in a dispute, in the order of the house: made from what the law says they may do next. The
//! page and the lists show the same. Deliberately not here: whether something may be done.

use domain::dispute::StageName;
use pages::disputes::Task;

use crate::acts::views::DisputeView;

/// Whether the law lets the reader do that now.
pub fn may(view: &DisputeView, action: &str) -> bool {
    view.actions.iter().any(|known| known == action)
}

fn task(code: &str, state: &str, href: String) -> Task {
    Task { code: code.to_owned(), state: state.to_owned(), href }
}

/// The reader's tasks.
pub fn tasks(view: &DisputeView) -> Vec<Task> {
    match view.you.as_str() {
        "claimant" | "respondent" => of_party(view),
        "mediator" | "co-mediator" => of_mediator(view),
        "proposed-mediator" => of_proposed(view),
        "registrar" => of_registrar(view),
        "pending" => vec![task("identity", "waiting", String::new())],
        _ => of_companion(view),
    }
}

fn is(view: &DisputeView, stage: StageName) -> bool {
    view.stage == stage.as_str()
}

fn of_party(view: &DisputeView) -> Vec<Task> {
    let at = |rest: &str| format!("/disputes/{}/{rest}", view.id);
    let mut tasks = Vec::new();
    let Some(own) = &view.preparation else { return tasks };
    if is(view, StageName::Draft) {
        tasks.push(task("draft", "to-do", at("draft/check")));
    }
    let is_over = is(view, StageName::Ended) || is(view, StageName::Settled);
    let state = |done: bool, may: bool| {
        if done {
            "done"
        } else if may {
            "to-do"
        } else {
            "later"
        }
    };
    if !is_over {
        tasks.push(task("safety", state(own.safety_answered, true), at("safety")));
    }
    if !is_over {
        tasks.push(task("files", "optional", at("files")));
    }
    let prepares = !is(view, StageName::Draft) && !is_over;
    if prepares {
        let may_consent = may(view, "consent");
        let href = if may_consent || own.consented { at("consent") } else { String::new() };
        tasks.push(task("consent", state(own.consented, may_consent), href));
        if may(view, "choose-delivery") {
            // By mail, unless they say otherwise: it is a choice, and never what keeps somebody from signing.
            let state = if own.delivery.is_some() { "done" } else { "optional" };
            tasks.push(task("delivery", state, at("delivery")));
        }
        if may(view, "choose-reading-language") {
            tasks.push(task("reading-language", "optional", at("reading-language")));
        }
        if !is(view, StageName::Screening) && !is(view, StageName::Inviting) {
            tasks.push(task("companions", "optional", at("companions")));
        }
        let may_be_ready = may(view, "be-ready");
        let href = if may_be_ready { at("readiness") } else { String::new() };
        tasks.push(task("readiness", state(own.route.is_some(), may_be_ready), href));
    }
    tasks.extend(of_talks(view));
    tasks
}

/// What somebody does who sits beside a party.
fn of_companion(view: &DisputeView) -> Vec<Task> {
    let Some(seat) = &view.companion else { return Vec::new() };
    let mut tasks = of_signing(view);
    if may(view, "choose-reading-language") {
        tasks.push(task("reading-language", "optional", format!("/disputes/{}/reading-language", view.id)));
    }
    if is(view, StageName::Negotiation) || is(view, StageName::Mediation) {
        tasks.push(task("room", "to-do", format!("/rooms/{}", view.id)));
    }
    tasks.push(task("seat", "optional", format!("/disputes/{}/companions/{seat}", view.id)));
    tasks
}

/// What a party does with the text, or whoever signs for it.
fn of_signing(view: &DisputeView) -> Vec<Task> {
    let steps = [("sign", "signing"), ("be-ready-to-sign", "agreement")];
    let open = steps.into_iter().filter(|(action, _)| is(view, StageName::Mediation) && may(view, action));
    open.map(|(_, code)| task(code, "to-do", format!("/disputes/{}/{code}", view.id))).collect()
}

/// What a party does once both are ready.
fn of_talks(view: &DisputeView) -> Vec<Task> {
    let at = |rest: &str| format!("/disputes/{}/{rest}", view.id);
    let mut tasks = Vec::new();
    if let Some(assignment) = &view.assignment {
        let state = if assignment.approved_by_you { "done" } else { "to-do" };
        tasks.push(task("assignment", state, format!("/assignments/{}", assignment.id)));
    }
    if is(view, StageName::Negotiation) {
        tasks.push(task("negotiation", "to-do", format!("/rooms/{}", view.id)));
    }
    if is(view, StageName::Mediation) {
        tasks.extend(of_signing(view));
        // To give up the time to think is nothing that the house asks for (R24): it never is the next step.
        if may(view, "waive-reflection") {
            tasks.push(task("signing", "later", at("signing")));
            tasks.push(task("waiver", "optional", at("agreement")));
        }
        if may(view, "take-signature-back") {
            tasks.push(task("signing", "done", at("signing")));
        }
        tasks.push(task("room", "to-do", format!("/rooms/{}", view.id)));
    }
    tasks.extend(of_end(view));
    tasks
}

/// What is left when it is over.
fn of_end(view: &DisputeView) -> Vec<Task> {
    let at = |rest: &str| format!("/disputes/{}/{rest}", view.id);
    let mut tasks = Vec::new();
    if is(view, StageName::Settled) {
        tasks.push(task("settlement", "to-do", at("settlement")));
    }
    if is(view, StageName::Ended) && view.reference.is_some() {
        tasks.push(task("certificate", "to-do", at("certificate")));
    }
    tasks
}

fn of_mediator(view: &DisputeView) -> Vec<Task> {
    let at = |rest: &str| format!("/disputes/{}/{rest}", view.id);
    let mut tasks = Vec::new();
    if may(view, "attest") {
        tasks.push(task("attestation", "to-do", at("attestation")));
    }
    if is(view, StageName::Mediation) {
        tasks.push(task("room", "to-do", format!("/rooms/{}", view.id)));
        tasks.push(task("agreement", "to-do", at("agreement")));
    }
    tasks.extend(of_end(view));
    tasks
}

fn of_proposed(view: &DisputeView) -> Vec<Task> {
    let Some(assignment) = &view.assignment else { return Vec::new() };
    let state = if assignment.state == "proposed" { "to-do" } else { "done" };
    vec![task("conflict", state, format!("/assignments/{}", assignment.id))]
}

fn of_registrar(view: &DisputeView) -> Vec<Task> {
    let mut tasks = Vec::new();
    if may(view, "screen") {
        tasks.push(task("screening", "to-do", format!("/registrar/disputes/{}/screening", view.id)));
    }
    if is(view, StageName::Assigning) && view.assignment.is_none() {
        tasks.push(task(
            "registrar-assignment",
            "to-do",
            format!("/registrar/disputes/{}/assignment", view.id),
        ));
    }
    tasks
}
