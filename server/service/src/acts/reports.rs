//! What an auditor's report is made of: the settlements that fit or were drawn, what of them stands at the auditor's desk,
//! and the ledger's head (decision 0028). Nothing here asks for anything that was said (R8). The records are verified, and
//! the pages laid out, outside any transaction; that a report was made is traced before it leaves the house.

use domain::ids::SettlementId;
use domain::person::HouseRole;
use domain::settlement::DeliveryState;
use domain::time::Moment;
use record::Digest;
use store::Tx;
use store::findings::Finding;
use store::ledger::Checkpoint;
use store::settlements::{Facts, Filter, Settlement};

use super::settlements::{entry_of, for_auditor, list, told};
use super::{Doing, audits};
use crate::refused::Refused;

/// The most settlements of a report: as many as a sample has at most.
const REPORTED_MAX: usize = audits::SAMPLE_MAX;

/// Of what a report is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which settlements fit.
    pub filter: Filter,
    /// Where some of them are drawn by lot.
    pub draw: Option<Draw>,
}

/// A sample that is wanted.
#[derive(Debug, Clone)]
pub struct Draw {
    /// What draws the same ones again; one is made where there is none.
    pub seed: Option<String>,
    /// How many.
    pub size: usize,
}

/// What a report tells, but for what comes of verifying.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The report's number.
    pub number: String,
    /// When it was gathered.
    pub at: Moment,
    /// The name of whoever asked for it.
    pub auditor: String,
    /// Which settlements fit.
    pub filter: Filter,
    /// The name of the mediator by whom they were chosen; their id where they are not on the roster.
    pub mediator: Option<String>,
    /// Where they were drawn by lot.
    pub sample: Option<Sampled>,
    /// The settlements, in the order of the list.
    pub items: Vec<Item>,
    /// The ledger's newest signed head.
    pub head: Option<Checkpoint>,
}

/// A sample that was drawn.
#[derive(Debug, Clone)]
pub struct Sampled {
    /// What draws the same ones again.
    pub seed: String,
    /// How many were asked for.
    pub size: usize,
    /// From how many they were drawn.
    pub of: usize,
}

/// What a report tells of a settlement.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its outline.
    pub settlement: Settlement,
    /// What the list tells beside that.
    pub facts: Facts,
    /// How many deliveries of it are in which state.
    pub deliveries: Vec<(DeliveryState, usize)>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// What this auditor noted of it.
    pub findings: Vec<Finding>,
}

/// Gathers what a report will tell. A list that was cut short would read as if it were all, so one is refused.
///
/// # Errors
/// `Absent` for whoever is no auditor; the rule where more fit than a report tells of; `Fields` for a seed or size that is
/// none.
pub fn gather(tx: &mut Tx<'_>, doing: &Doing, wanted: &Wanted) -> Result<Gathered, Refused> {
    // It leaves the house under this auditor's name: what others noted chooses nothing in it.
    let filter = &Filter { noted_by: Some(doing.by.person()?), ..wanted.filter };
    for_auditor(tx, doing, filter)?;
    let (listed, sample) = match &wanted.draw {
        Some(Draw { seed, size }) => {
            let seed = seed.clone().unwrap_or_else(|| doing.new_uuid().to_string());
            let drawn = audits::draw(tx, doing, filter, &seed, *size)?;
            (drawn.items, Some(Sampled { seed, size: *size, of: drawn.of }))
        }
        None if audits::count(tx, doing, filter)? > REPORTED_MAX => {
            return Err(Refused::rule("too-many-to-report"));
        }
        None => {
            let most = i64::try_from(REPORTED_MAX).map_err(|_| Refused::broken("a report"))?;
            (list(tx, doing, filter, None, most)?, None)
        }
    };
    let account = doing.by.person()?;
    Ok(Gathered {
        number: doing.new_uuid().to_string(),
        at: doing.now,
        auditor: store::people::by_id(tx, account)?.name.to_string(),
        filter: *filter,
        mediator: chosen_mediator(tx, filter)?,
        sample,
        items: items(tx, doing, listed)?,
        head: store::ledger::latest_checkpoint(tx)?,
    })
}

/// Who mediates is named to an auditor (R8); an id of anybody else stays what was typed.
fn chosen_mediator(tx: &mut Tx<'_>, filter: &Filter) -> Result<Option<String>, Refused> {
    let Some(chosen) = filter.mediator else { return Ok(None) };
    let roster = store::people::with_role(tx, HouseRole::Mediator)?;
    let known = roster.into_iter().find(|account| account.id == chosen);
    Ok(Some(known.map_or_else(|| chosen.to_string(), |account| account.name.to_string())))
}

fn items(tx: &mut Tx<'_>, doing: &Doing, listed: Vec<Settlement>) -> Result<Vec<Item>, Refused> {
    let facts = store::settlements::facts(tx, &listed)?;
    let mut items = Vec::with_capacity(listed.len());
    for (settlement, facts) in listed.into_iter().zip(facts) {
        let id = settlement.id;
        items.push(Item {
            facts,
            deliveries: deliveries(tx, id)?,
            entry: entry_of(tx, id)?,
            findings: own_findings(tx, doing, id)?,
            settlement,
        });
    }
    Ok(items)
}

fn deliveries(tx: &mut Tx<'_>, id: SettlementId) -> Result<Vec<(DeliveryState, usize)>, Refused> {
    let all = store::deliveries::of_settlement(tx, id)?;
    let counted = DeliveryState::ALL.iter().map(|state| {
        let count = all.iter().filter(|delivery| delivery.state == *state).count();
        (*state, count)
    });
    Ok(counted.filter(|(_, count)| *count > 0).collect())
}

/// A report leaves the house under its auditor's name: what others noted stays at the desk.
fn own_findings(tx: &mut Tx<'_>, doing: &Doing, id: SettlementId) -> Result<Vec<Finding>, Refused> {
    let account = doing.by.person()?;
    let mut findings = store::findings::of_settlement(tx, id)?;
    findings.retain(|finding| finding.auditor == account);
    Ok(findings)
}

/// Notes that a report was made, of what, and its digest: so the house can tell one that it made from another one.
pub fn note_made(doing: &mut Doing, gathered: &Gathered, digest: Digest) {
    let mut subjects = told(&gathered.filter);
    let mut tell = |name: &str, value: String| subjects.insert(name.to_owned(), value.into());
    tell("report", gathered.number.clone());
    tell("digest", digest.to_string());
    tell("settlements", gathered.items.len().to_string());
    if let Some(sample) = &gathered.sample {
        tell("seed", sample.seed.clone());
        tell("size", sample.size.to_string());
        tell("of", sample.of.to_string());
    }
    doing.trace("audit-report-made", None, &subjects.into());
}
