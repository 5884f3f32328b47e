//! Reading sealed records: one's own, and what an auditor may read (R8). All of it works from records, deliveries and
//! the audit trail alone, so that the destruction of what was said changes nothing here.

use domain::certificate::{Certificate, certificate};
use domain::dispute::{Dispute, Event};
use domain::ids::{DisputeId, SettlementId};
use domain::party::Side;
use domain::person::HouseRole;
use domain::settlement::{DeliveryChoice, DeliveryState};
use domain::sight::{Item, Viewer, may_read};
use store::Tx;
use store::audit::Trace;
use store::deliveries::Delivery;
use store::settlements::{Documents, Filter, Settlement};

use super::Doing;
use super::process::look;
use crate::refused::Refused;

/// One's own settlement, with the deliveries that the reader may see.
#[derive(Debug, Clone)]
pub struct Own {
    /// The record's outline.
    pub settlement: Settlement,
    /// How it is on its way: to oneself; to everybody for the registrar.
    pub deliveries: Vec<Delivery>,
}

/// A settlement as an auditor may read it.
#[derive(Debug, Clone)]
pub struct Audited {
    /// The record's outline.
    pub settlement: Settlement,
    /// The mediation that it came of.
    pub dispute: Dispute,
    /// The mediator's name.
    pub mediator: String,
    /// The rows of the trail that are open to auditors.
    pub traces: Vec<Trace>,
    /// The states of the deliveries, without whose they are.
    pub deliveries: Vec<DeliveryState>,
    /// The codes of what the mediator disclosed: `none`, `made` before the parties approved, `later`.
    pub disclosures: Vec<&'static str>,
    /// The sides that were present at a session held.
    pub attended: Vec<Side>,
    /// Whether the terms may be read.
    pub terms_are_open: bool,
}

/// The settlement of a dispute, for those who took part and the registrar.
///
/// # Errors
/// `Absent` for others, and where there is none.
pub fn own(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Own, Refused> {
    let seen = look(tx, doing, id)?;
    let settlement = store::settlements::by_dispute(tx, id)?.ok_or(Refused::Absent)?;
    let may_see = matches!(seen.viewer, Viewer::Party(_) | Viewer::Mediator | Viewer::Registrar);
    if !may_see {
        return Err(Refused::Absent);
    }
    let all = store::deliveries::of_settlement(tx, settlement.id)?;
    let mine = |delivery: &Delivery| match delivery.side {
        Some(of) => seen.may_read(Item::Delivery { of }),
        None => delivery.account == seen.account || seen.viewer == Viewer::Registrar,
    };
    Ok(Own { settlement, deliveries: all.into_iter().filter(mine).collect() })
}

fn is_auditor(tx: &mut Tx<'_>, doing: &Doing) -> Result<bool, Refused> {
    Ok(store::people::by_id(tx, doing.by.person()?)?.has(HouseRole::Auditor))
}

/// Whether the house lets auditors read the terms: every party agreed, or a court's reference is on record (R8).
fn open_to_auditor(doing: &Doing, settlement: &Settlement) -> bool {
    settlement.auditor_may_read || doing.config.institution.court_reference.is_some()
}

/// As whom the reader looks at a settlement.
fn viewer(tx: &mut Tx<'_>, doing: &Doing, settlement: &Settlement) -> Result<Viewer, Refused> {
    match look(tx, doing, settlement.dispute) {
        Ok(seen) if seen.viewer != Viewer::Registrar => Ok(seen.viewer),
        Ok(_) | Err(Refused::Absent) if is_auditor(tx, doing)? => Ok(Viewer::Auditor),
        Ok(seen) => Ok(seen.viewer),
        Err(refused) => Err(refused),
    }
}

/// The record itself. Fetching one's own copy is its collection (R26), asking for its head alone (`collects` is false)
/// is not; an auditor's look is traced.
///
/// # Errors
/// `Absent` for whoever may not read it: closed and missing look the same.
pub fn documents(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: SettlementId,
    collects: bool,
) -> Result<(Settlement, Documents), Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    let viewer = viewer(tx, doing, &settlement)?;
    let open_to_auditor = open_to_auditor(doing, &settlement);
    if !may_read(viewer, Item::Record { open_to_auditor }) {
        return Err(Refused::Absent);
    }
    let account = doing.by.person()?;
    for delivery in store::deliveries::of_settlement(tx, id)? {
        let sent_otherwise = delivery.choice == DeliveryChoice::Attachment;
        if collects
            && delivery.account == account
            && !sent_otherwise
            && delivery.state != DeliveryState::Collected
        {
            store::deliveries::set_state(tx, delivery.id, DeliveryState::Collected, doing.now)?;
        }
    }
    if viewer == Viewer::Auditor {
        let subjects = serde_json::json!({ "settlement": id.to_string() });
        doing.trace("record-read-by-auditor", Some(settlement.dispute), &subjects);
    }
    let documents = store::settlements::documents(tx, id)?;
    Ok((settlement, documents))
}

/// The settlements, for an auditor; the look is traced.
///
/// # Errors
/// `Absent` for others.
pub fn list(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    filter: &Filter,
    after: Option<SettlementId>,
    limit: i64,
) -> Result<Vec<Settlement>, Refused> {
    if !is_auditor(tx, doing)? {
        return Err(Refused::Absent);
    }
    doing.trace("settlements-listed", None, &serde_json::json!({}));
    Ok(store::settlements::list(tx, filter, after, limit)?)
}

/// One settlement, for an auditor who has no part in it; the look is traced.
///
/// # Errors
/// `Absent` for others.
pub fn audit(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<Audited, Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    if viewer(tx, doing, &settlement)? != Viewer::Auditor {
        return Err(Refused::Absent);
    }
    let dispute = store::disputes::load(tx, settlement.dispute)?.value;
    let mediator = match dispute.mediator() {
        Some(account) => store::people::by_id(tx, account)?.name.to_string(),
        None => String::new(),
    };
    let mut traces = store::audit::of_dispute(tx, settlement.dispute, 0, 1_000)?;
    traces.retain(|trace| Event::is_kind_open_to_auditors(&trace.kind));
    let deliveries = store::deliveries::of_settlement(tx, id)?.into_iter().map(|row| row.state).collect();
    let terms_are_open = open_to_auditor(doing, &settlement);
    doing.trace(
        "settlement-audited",
        Some(settlement.dispute),
        &serde_json::json!({ "settlement": id.to_string() }),
    );
    let disclosures = disclosures(&traces);
    let attended = dispute.mediation().map(|mediation| mediation.room.attended).unwrap_or_default();
    let attended = Side::BOTH.into_iter().filter(|side| *attended.of(*side)).collect();
    Ok(Audited { settlement, dispute, mediator, traces, deliveries, disclosures, attended, terms_are_open })
}

/// What the trail tells of the confirmed mediator's disclosures, as codes: never what was said, and nothing of a
/// mediator who was proposed before (R8).
fn disclosures(traces: &[Trace]) -> Vec<&'static str> {
    let fact = |trace: &Trace, name: &str| {
        let facts: serde_json::Value = serde_json::from_str(&trace.subjects).ok()?;
        Some(facts.get(name)?.as_str()?.to_owned())
    };
    let of_kind = |kind: &'static str| traces.iter().filter(move |trace| trace.kind == kind);
    let confirmed = of_kind("mediator-confirmed").next_back().and_then(|trace| fact(trace, "assignment"));
    let made = confirmed.is_some()
        && of_kind("assignment-accepted").any(|accepted| {
            fact(accepted, "disclosed").as_deref() == Some("true")
                && fact(accepted, "assignment") == confirmed
        });
    let later = of_kind("disclosed-later").next().is_some();
    let mut codes: Vec<_> = made.then_some("made").into_iter().chain(later.then_some("later")).collect();
    if codes.is_empty() {
        codes.push("none");
    }
    codes
}

/// The neutral certificate of a dispute that is over (R10), for those who took part and the registrar.
///
/// # Errors
/// `Absent` for others; the rule while it is under way.
pub fn certificate_of(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Certificate, Refused> {
    let seen = look(tx, doing, id)?;
    if !matches!(seen.viewer, Viewer::Party(_) | Viewer::Mediator | Viewer::Registrar) {
        return Err(Refused::Absent);
    }
    certificate(&seen.dispute).ok_or(Refused::rule("not-at-this-stage"))
}
