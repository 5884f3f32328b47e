//! Reading sealed records: one's own, and what an auditor may read (R8). All of it works from records, deliveries and
//! the audit trail alone, so that the destruction of what was said changes nothing here.

use domain::certificate::{Certificate, certificate};
use domain::certification::CertificationState;
use domain::dispute::{Dispute, Event};
use domain::ids::{DisputeId, SettlementId};
use domain::person::HouseRole;
use domain::room::Seat;
use domain::settlement::{DeliveryChoice, DeliveryState};
use domain::sight::{Item, Viewer, may_read};
use domain::time::Moment;
use record::{Digest, LeafKind, digest_of};
use store::Tx;
use store::audit::Trace;
use store::deliveries::{Delivery, Step};
use store::settlements::{Documents, Filter, Settlement};

use super::certifications::{self, Shown};
use super::process::look;
use super::{Doing, ledger};
use crate::refused::Refused;

/// One's own settlement, with the deliveries that the reader may see.
#[derive(Debug, Clone)]
pub struct Own {
    /// The record's outline.
    pub settlement: Settlement,
    /// How it is on its way: to oneself; to everybody for the registrar.
    pub deliveries: Vec<Delivery>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// The record that stands in its place now.
    pub superseded_by: Option<Settlement>,
    /// Whether the reader may ask to change it: a party, while no newer one stands in its place.
    pub may_be_amended: bool,
    /// The newest certification of it, for a party.
    pub certification: Option<Shown>,
    /// Whether the reader may ask that it be certified.
    pub may_be_certified: bool,
}

/// What an auditor is told of a certification: that it was asked for, when, and what was made; never who asked, who agreed
/// or who is named.
#[derive(Debug, Clone)]
pub struct AuditedCertification {
    /// When it was asked for.
    pub asked_at: Moment,
    /// `open`, `made` or `over`.
    pub state: &'static str,
    /// When it was made or came to nothing.
    pub over_at: Option<Moment>,
    /// In which capacity it was made.
    pub capacity: Option<&'static str>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// The states of its deliveries, without whose they are.
    pub deliveries: Vec<DeliveryState>,
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
    /// What each delivery came to and when, without whose they are.
    pub deliveries: Vec<Vec<Step>>,
    /// The codes of what the mediator disclosed: `none`, `made` before the parties approved, `later`.
    pub disclosures: Vec<&'static str>,
    /// The sides that were present at a session held, and whether a co-mediator was.
    pub attended: Vec<&'static str>,
    /// Whether the terms may be read.
    pub terms_are_open: bool,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// The record that stands in its place now.
    pub superseded_by: Option<SettlementId>,
    /// The certifications that were asked for, the newest first.
    pub certifications: Vec<AuditedCertification>,
}

/// The settlement of a dispute, for those who took part and the registrar.
///
/// # Errors
/// `Absent` for others, and where there is none.
pub fn own(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Own, Refused> {
    let seen = look(tx, doing, id)?;
    let settlement = store::settlements::by_dispute(tx, id)?.ok_or(Refused::Absent)?;
    let may_see = seen.viewer.mediates() || matches!(seen.viewer, Viewer::Party(_) | Viewer::Registrar);
    if !may_see {
        return Err(Refused::Absent);
    }
    let all = store::deliveries::of_settlement(tx, settlement.id)?;
    let mine = |delivery: &Delivery| match delivery.side {
        Some(of) => seen.may_read(Item::Delivery { of }),
        None => delivery.account == seen.account || seen.viewer == Viewer::Registrar,
    };
    let entry = entry_of(tx, settlement.id)?;
    let superseded_by = store::settlements::superseding(tx, settlement.id)?;
    let may_be_amended = superseded_by.is_none() && seen.side().is_some();
    let deliveries = all.into_iter().filter(mine).collect();
    let (certification, may_be_certified) = certifications::of_record(tx, doing, &seen, settlement.id)?;
    Ok(Own { settlement, deliveries, entry, superseded_by, may_be_amended, certification, may_be_certified })
}

/// A settlement's number in the ledger.
///
/// # Errors
/// The store's.
pub fn entry_of(tx: &mut Tx<'_>, id: SettlementId) -> Result<Option<i64>, Refused> {
    let found = store::ledger::find(tx, LeafKind::Record.as_str(), &id.to_string())?;
    Ok(found.map(|entry| entry.number))
}

/// Whether a newer record stands in the place of that one: for whoever verifies a file.
///
/// # Errors
/// Those of the store.
pub fn is_superseded(tx: &mut Tx<'_>, id: SettlementId) -> Result<bool, Refused> {
    Ok(store::settlements::superseding(tx, id)?.is_some())
}

/// What an auditor's list says of a record in one word: first what somebody has to see to.
pub const fn state_in_a_word(has_failed: bool, is_superseded: bool) -> &'static str {
    match (has_failed, is_superseded) {
        (true, _) => "delivery-failed",
        (false, true) => "superseded",
        (false, false) => "sealed",
    }
}

/// Whether whoever asks is an auditor of the house.
///
/// # Errors
/// Those of the store.
pub fn is_auditor(tx: &mut Tx<'_>, doing: &Doing) -> Result<bool, Refused> {
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

/// A settlement, for an auditor who has no part in it.
///
/// # Errors
/// `Absent` for others.
pub fn audited_only(tx: &mut Tx<'_>, doing: &Doing, id: SettlementId) -> Result<Settlement, Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    match viewer(tx, doing, &settlement)? {
        Viewer::Auditor => Ok(settlement),
        _ => Err(Refused::Absent),
    }
}

/// The record itself. Fetching one's own copy is its collection (R26), where it was not to come by mail or the mail has
/// failed; asking for its head alone (`collects` is false) is not; an auditor's look is traced.
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
        let sent_otherwise =
            delivery.choice == DeliveryChoice::Attachment && delivery.state != DeliveryState::Failed;
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

/// The record's text for a paper that shows a part of it, and whether the reader may show more than that it exists: an
/// auditor to whom the terms are closed may not (R8). An auditor's look is traced.
///
/// # Errors
/// `Absent` for whoever may have no paper.
pub fn for_paper(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<(Vec<u8>, bool), Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    let viewer = viewer(tx, doing, &settlement)?;
    let open_to_auditor = open_to_auditor(doing, &settlement);
    let may_show = may_read(viewer, Item::Record { open_to_auditor });
    if !may_show && viewer != Viewer::Auditor {
        return Err(Refused::Absent);
    }
    // It would tell a court that this is what the two hold to.
    if viewer != Viewer::Auditor && is_superseded(tx, id)? {
        return Err(Refused::rule("record-superseded"));
    }
    if viewer == Viewer::Auditor {
        let subjects = serde_json::json!({ "settlement": id.to_string() });
        doing.trace("paper-made-for-auditor", Some(settlement.dispute), &subjects);
    }
    Ok((store::settlements::documents(tx, id)?.json, may_show))
}

/// What an auditor's lists, counts and samples go by: the filter, and nothing in which they have a part themselves.
///
/// # Errors
/// `Absent` for whoever is no auditor.
pub fn for_auditor(tx: &mut Tx<'_>, doing: &Doing, filter: &Filter) -> Result<Filter, Refused> {
    if !is_auditor(tx, doing)? {
        return Err(Refused::Absent);
    }
    Ok(Filter { not_of: Some(doing.by.person()?), ..*filter })
}

/// The settlements, for an auditor. It is read apart from [`note_listed`], so that a long list keeps nobody from writing.
///
/// # Errors
/// `Absent` for others.
pub fn list(
    tx: &mut Tx<'_>,
    doing: &Doing,
    filter: &Filter,
    after: Option<SettlementId>,
    limit: i64,
) -> Result<Vec<Settlement>, Refused> {
    let filter = for_auditor(tx, doing, filter)?;
    Ok(store::settlements::list(tx, &filter, after, limit)?)
}

/// Notes that an auditor is about to look through the settlements, and by what.
///
/// # Errors
/// `Absent` for others.
pub fn note_listed(tx: &mut Tx<'_>, doing: &mut Doing, filter: &Filter) -> Result<(), Refused> {
    if !is_auditor(tx, doing)? {
        return Err(Refused::Absent);
    }
    doing.trace("settlements-listed", None, &told(filter).into());
    Ok(())
}

/// A filter for the trail: codes, ids and times.
pub fn told(filter: &Filter) -> serde_json::Map<String, serde_json::Value> {
    let told = [
        ("from", filter.from.map(|at| at.to_string())),
        ("to", filter.to.map(|at| at.to_string())),
        ("category", filter.category.map(|category| category.to_string())),
        ("state", filter.state.map(|state| state.as_str().to_owned())),
        ("superseded", filter.is_superseded.then(|| "yes".to_owned())),
        ("waiting-since", filter.waiting_since.map(|at| at.to_string())),
        ("mediator", filter.mediator.map(|account| account.to_string())),
        ("findings", filter.noted.map(|noted| noted.to_string())),
    ];
    told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// One settlement, for an auditor who has no part in it; the look is traced.
///
/// # Errors
/// `Absent` for others.
pub fn audit(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<Audited, Refused> {
    let settlement = audited_only(tx, doing, id)?;
    let dispute = store::disputes::load(tx, settlement.dispute)?.value;
    let mediator = match dispute.mediator() {
        Some(account) => store::people::by_id(tx, account)?.name.to_string(),
        None => String::new(),
    };
    let mut traces = store::audit::of_dispute(tx, settlement.dispute, 0, 1_000)?;
    traces.retain(|trace| Event::is_kind_open_to_auditors(&trace.kind));
    let traces = without_unconfirmed(traces);
    let deliveries = store::deliveries::of_settlement(tx, id)?.into_iter().map(|row| row.steps).collect();
    let terms_are_open = open_to_auditor(doing, &settlement);
    doing.trace(
        "settlement-audited",
        Some(settlement.dispute),
        &serde_json::json!({ "settlement": id.to_string() }),
    );
    let disclosures = disclosures(&traces);
    let held = certificate(&dispute);
    let attended = held.iter().flat_map(|held| {
        let beside = held.co_mediators.first().map(|_| Seat::CoMediator.as_str());
        held.present.iter().map(|side| side.as_str()).chain(beside)
    });
    let attended = attended.collect();
    let entry = entry_of(tx, id)?;
    let superseded_by = store::settlements::superseding(tx, id)?.map(|newer| newer.id);
    let certifications = audited_certifications(tx, id)?;
    let audited = Audited {
        settlement,
        dispute,
        mediator,
        traces,
        deliveries,
        disclosures,
        attended,
        terms_are_open,
        entry,
        superseded_by,
        certifications,
    };
    Ok(audited)
}

fn audited_certifications(tx: &mut Tx<'_>, id: SettlementId) -> Result<Vec<AuditedCertification>, Refused> {
    let mut told = Vec::new();
    for kept in store::certifications::of_settlement(tx, id)? {
        let certification = &kept.certification;
        let is_made = certification.state() == CertificationState::Certified;
        let state = match (certification.is_open(), is_made) {
            (true, _) => "open",
            (false, true) => "made",
            (false, false) => "over",
        };
        let deliveries = store::deliveries::of_certification(tx, kept.id)?;
        told.push(AuditedCertification {
            asked_at: certification.asked_at,
            state,
            over_at: (!certification.is_open()).then_some(certification.since),
            capacity: certification.capacity().filter(|_| is_made).map(|capacity| capacity.as_str()),
            entry: certifications::entry_of(tx, kept.id)?,
            deliveries: deliveries.into_iter().map(|row| row.state).collect(),
        });
    }
    Ok(told)
}

/// What the trail's row says of that name.
fn fact(trace: &Trace, name: &str) -> Option<String> {
    let facts: serde_json::Value = serde_json::from_str(&trace.subjects).ok()?;
    Some(facts.get(name)?.as_str()?.to_owned())
}

/// The trail without the yes of anybody who was not confirmed after it: what became of that is an objection, or nobody's to
/// read (R8, R13).
fn without_unconfirmed(mut traces: Vec<Trace>) -> Vec<Trace> {
    let is_confirmed = |kind: &str| matches!(kind, "mediator-confirmed" | "co-mediator-confirmed");
    let confirmed: Vec<_> = traces.iter().filter(|trace| is_confirmed(&trace.kind)).collect();
    let confirmed: Vec<String> =
        confirmed.into_iter().filter_map(|trace| fact(trace, "assignment")).collect();
    traces.retain(|trace| {
        trace.kind != "assignment-accepted"
            || fact(trace, "assignment").is_some_and(|assignment| confirmed.contains(&assignment))
    });
    traces
}

/// What the trail tells of the confirmed mediator's disclosures, as codes: never what was said, and nothing of a
/// mediator who was proposed before (R8).
fn disclosures(traces: &[Trace]) -> Vec<&'static str> {
    let of_kind = |kind: &'static str| traces.iter().filter(move |trace| trace.kind == kind);
    let confirmed = of_kind("mediator-confirmed").next_back();
    let confirmed: Vec<String> = confirmed
        .into_iter()
        .chain(of_kind("co-mediator-confirmed"))
        .filter_map(|trace| fact(trace, "assignment"))
        .collect();
    let made = of_kind("assignment-accepted").any(|accepted| {
        fact(accepted, "disclosed").as_deref() == Some("true")
            && fact(accepted, "assignment").is_some_and(|assignment| confirmed.contains(&assignment))
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
    if !seen.viewer.mediates() && !matches!(seen.viewer, Viewer::Party(_) | Viewer::Registrar) {
        return Err(Refused::Absent);
    }
    certificate(&seen.dispute).ok_or(Refused::rule("not-at-this-stage"))
}

/// What proves a certificate: the text whose digest was entered, and its number in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateProof {
    /// The canonical text, with its salt.
    pub text: String,
    /// The digest of that text.
    pub digest: Digest,
    /// The number in the ledger; nothing until it was entered.
    pub entry: Option<i64>,
}

/// The certificate with what proves it, for those who may have it.
///
/// # Errors
/// As [`certificate_of`].
pub fn proven_certificate(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
) -> Result<(Certificate, CertificateProof), Refused> {
    let certificate = certificate_of(tx, doing, id)?;
    let dispute = store::disputes::load(tx, id)?.value;
    let text = ledger::certificate_text(tx, &dispute)?.ok_or(Refused::rule("not-at-this-stage"))?;
    let digest = digest_of(&text);
    let text = String::from_utf8(text).map_err(|_| Refused::broken("a certificate is no text"))?;
    let entry = store::ledger::find(tx, LeafKind::Certificate.as_str(), &id.to_string())?;
    Ok((certificate, CertificateProof { text, digest, entry: entry.map(|entry| entry.number) }))
}
