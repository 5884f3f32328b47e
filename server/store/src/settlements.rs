//! Sealed settlement records: what an auditor may list beside the sealed JSON, JWS and PDF, under the record key.
//! Deliberately not here: who may read which, and anything that needs the data key: records outlive it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use domain::agreement::TextDigest;
use domain::category::Category;
use domain::ids::{AccountId, DisputeId, Reference, SettlementId};
use domain::person::PersonName;
use domain::settlement::{DeliveryChoice, DeliveryState, FindingKind, Noted};
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::db::Db;
use crate::disputes::Role;
use crate::error::{Error, OpenError, Result};
use crate::schema::{accounts, deliveries, dispute_people, findings, ledger_leaves, settlements};
use crate::stored::Tx;
use crate::vault::{Key, Place};
use crate::writer::ask;

/// A record that is being kept.
#[derive(Debug, Clone)]
pub struct NewSettlement<'a> {
    /// Its id.
    pub id: SettlementId,
    /// The dispute that it ends.
    pub dispute: DisputeId,
    /// The dispute's short name.
    pub reference: Reference,
    /// What the dispute was about.
    pub category: Category,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// The digest of its canonical JSON.
    pub digest: TextDigest,
    /// Whether every party let an auditor read the terms (R8).
    pub auditor_may_read: bool,
    /// The record in whose place it stands.
    pub supersedes: Option<SettlementId>,
    /// The canonical JSON.
    pub json: &'a [u8],
    /// The JWS, in its compact form.
    pub jws: &'a str,
    /// The signed PDF.
    pub pdf: &'a [u8],
}

/// What is known of a record without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Its id.
    pub id: SettlementId,
    /// The dispute that it ended.
    pub dispute: DisputeId,
    /// The dispute's short name.
    pub reference: Reference,
    /// What the dispute was about.
    pub category: Category,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// The digest of its canonical JSON.
    pub digest: TextDigest,
    /// Whether every party let an auditor read the terms (R8).
    pub auditor_may_read: bool,
    /// The record in whose place it stands.
    pub supersedes: Option<SettlementId>,
}

/// A record's three forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// The canonical JSON.
    pub json: Vec<u8>,
    /// The JWS, in its compact form.
    pub jws: String,
    /// The signed PDF.
    pub pdf: Vec<u8>,
}

/// Which records an auditor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Sealed then or later.
    pub from: Option<Moment>,
    /// Sealed before then.
    pub to: Option<Moment>,
    /// Of that category.
    pub category: Option<Category>,
    /// With a delivery in that state.
    pub state: Option<DeliveryState>,
    /// With a delivery that has waited to be sent since before then.
    pub waiting_since: Option<Moment>,
    /// Only those in whose place a newer one stands.
    pub is_superseded: bool,
    /// Mediated by that account.
    pub mediator: Option<AccountId>,
    /// Of which auditors noted that.
    pub noted: Option<Noted>,
    /// Where only what that auditor noted counts there.
    pub noted_by: Option<AccountId>,
    /// Of disputes in which that account has no part: nobody audits their own.
    pub not_of: Option<AccountId>,
    /// With an entry of that kind in the ledger, under a number below that one.
    pub entered_below: Option<(&'static str, i64)>,
}

/// What a list tells of a record beside its outline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The name of whoever mediated; empty where nobody is known.
    pub mediator: String,
    /// Whether a delivery of it has failed.
    pub has_failed: bool,
    /// Whether a newer record stands in its place.
    pub is_superseded: bool,
}

#[derive(Queryable)]
struct Row {
    id: Word<SettlementId>,
    dispute: Word<DisputeId>,
    reference: Word<Reference>,
    category: Word<Category>,
    sealed_at: At,
    digest: Word<TextDigest>,
    auditor_may_read: bool,
    supersedes: Option<Word<SettlementId>>,
}

type Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
    settlements::supersedes,
);

const COLUMNS: Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
    settlements::supersedes,
);

impl Row {
    fn value(self) -> Result<Settlement> {
        Ok(Settlement {
            id: self.id.value()?,
            dispute: self.dispute.value()?,
            reference: self.reference.value()?,
            category: self.category.value()?,
            sealed_at: self.sealed_at.moment(),
            digest: self.digest.value()?,
            auditor_may_read: self.auditor_may_read,
            supersedes: value_opt(self.supersedes.as_ref())?,
        })
    }
}

fn place(form: &'static str, dispute: DisputeId, id: SettlementId) -> Place {
    Place::of(form, dispute).row(id)
}

/// Keeps a record.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such dispute.
pub fn put(tx: &mut Tx<'_>, new: &NewSettlement<'_>) -> Result<()> {
    let mut seal = |form, plain| tx.vault().seal(Key::Record, &place(form, new.dispute, new.id), plain);
    let (json, jws, pdf) = (
        seal("record-json", new.json)?,
        seal("record-jws", new.jws.as_bytes())?,
        seal("record-pdf", new.pdf)?,
    );
    diesel::insert_into(settlements::table)
        .values((
            settlements::id.eq(word(&new.id)),
            settlements::dispute.eq(word(&new.dispute)),
            settlements::reference.eq(word(&new.reference)),
            settlements::category.eq(word(&new.category)),
            settlements::sealed_at.eq(at(new.sealed_at)),
            settlements::digest.eq(word(&new.digest)),
            settlements::auditor_may_read.eq(new.auditor_may_read),
            settlements::supersedes.eq(word_opt(new.supersedes.as_ref())),
            settlements::json_sealed.eq(json),
            settlements::jws_sealed.eq(jws),
            settlements::pdf_sealed.eq(pdf),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What is known of a record.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, id: SettlementId) -> Result<Settlement> {
    settlements::table.find(word(&id)).select(COLUMNS).first::<Row>(tx.db)?.value()
}

/// The dispute's newest record.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_dispute(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<Settlement>> {
    let theirs = settlements::table.filter(settlements::dispute.eq(word(&dispute)));
    let newest = theirs.order((settlements::sealed_at.desc(), settlements::id.desc())).select(COLUMNS);
    newest.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// The record that stands in the place of that one.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn superseding(tx: &mut Tx<'_>, id: SettlementId) -> Result<Option<Settlement>> {
    let found = settlements::table.filter(settlements::supersedes.eq(word(&id))).select(COLUMNS);
    found.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// Whether a newer record stands in the place of that one, asked of the house in that folder or database beside whatever runs
/// there: for whoever verifies a file.
///
/// # Errors
/// See [`OpenError`].
pub fn is_superseded_in(
    data: &Path,
    database_url: Option<&str>,
    id: SettlementId,
) -> std::result::Result<bool, OpenError> {
    let newer = settlements::table.filter(settlements::supersedes.eq(word(&id))).count();
    let found: Option<i64> = ask(data, database_url, |db| newer.get_result(db))?;
    Ok(found.is_some_and(|newer| newer > 0))
}

/// The record of that digest: for whoever asks whether a file is one of the house's.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_digest(tx: &mut Tx<'_>, digest: TextDigest) -> Result<Option<Settlement>> {
    let found = settlements::table.filter(settlements::digest.eq(word(&digest))).select(COLUMNS);
    found.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// The three forms of a record.
///
/// # Errors
/// `NotFound` also where the record key was destroyed; `Corrupt`.
pub fn documents(tx: &mut Tx<'_>, id: SettlementId) -> Result<Documents> {
    let columns =
        (settlements::dispute, settlements::json_sealed, settlements::jws_sealed, settlements::pdf_sealed);
    let (dispute, json, jws, pdf): (Word<DisputeId>, Vec<u8>, Vec<u8>, Vec<u8>) =
        settlements::table.find(word(&id)).select(columns).first(tx.db)?;
    let dispute = dispute.value()?;
    let mut open = |form, sealed: &[u8]| tx.vault().open(Key::Record, &place(form, dispute, id), sealed);
    let jws = String::from_utf8(open("record-jws", &jws)?).map_err(|_| Error::Corrupt)?;
    Ok(Documents { json: open("record-json", &json)?, jws, pdf: open("record-pdf", &pdf)? })
}

/// Records by what an auditor asks for, the newest first, after the one that was shown last.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &Filter,
    after: Option<SettlementId>,
    limit: i64,
) -> Result<Vec<Settlement>> {
    let mut found = fitting(filter);
    if let Some(after) = after {
        let shown = by_id(tx, after)?.sealed_at;
        let earlier = settlements::sealed_at.lt(at(shown));
        let beside = settlements::sealed_at.eq(at(shown)).and(settlements::id.lt(word(&after)));
        found = found.filter(earlier.or(beside));
    }
    let found = found.order((settlements::sealed_at.desc(), settlements::id.desc())).limit(limit);
    found.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// The ids of all records that fit, in no order of which anything may be made.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn ids(tx: &mut Tx<'_>, filter: &Filter) -> Result<Vec<SettlementId>> {
    let rows: Vec<Word<SettlementId>> = fitting(filter).select(settlements::id).load(tx.db)?;
    rows.iter().map(Word::value).collect()
}

/// How many records fit.
///
/// # Errors
/// `Unavailable`.
pub fn count(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64> {
    Ok(fitting(filter).count().get_result(tx.db)?)
}

/// How many records are asked about in one statement: a statement takes no more than some thousand values.
const ASKED_AT_ONCE: usize = 500;

/// What a list tells of those records, in their order: two queries for many of them, and no dispute is opened or locked.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn facts(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<Vec<Facts>> {
    let mut told = Vec::with_capacity(of.len());
    for some in of.chunks(ASKED_AT_ONCE) {
        let (mediators, failed, superseded) =
            (mediators(tx, some)?, failed(tx, some)?, superseded(tx, some)?);
        told.extend(some.iter().map(|row| Facts {
            mediator: mediators.get(&row.dispute).cloned().unwrap_or_default(),
            has_failed: failed.contains(&row.id),
            is_superseded: superseded.contains(&row.id),
        }));
    }
    Ok(told)
}

fn mediators(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeMap<DisputeId, String>> {
    let disputes: Vec<_> = of.iter().map(|row| word(&row.dispute)).collect();
    let rows: Vec<(Word<DisputeId>, Word<PersonName>)> = dispute_people::table
        .inner_join(accounts::table.on(accounts::id.eq(dispute_people::account)))
        .filter(dispute_people::role.eq(word(&Role::Mediator)))
        .filter(dispute_people::dispute.eq_any(disputes))
        .select((dispute_people::dispute, accounts::name))
        .load(tx.db)?;
    rows.iter().map(|(dispute, name)| Ok((dispute.value()?, name.value()?.to_string()))).collect()
}

fn failed(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeSet<SettlementId>> {
    let rows: Vec<Word<SettlementId>> = deliveries::table
        .filter(deliveries::state.eq(word(&DeliveryState::Failed)))
        .filter(deliveries::settlement.eq_any(of.iter().map(|row| word(&row.id)).collect::<Vec<_>>()))
        .select(deliveries::settlement)
        .load(tx.db)?;
    rows.iter().map(Word::value).collect()
}

fn superseded(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeSet<SettlementId>> {
    let ids: Vec<_> = of.iter().map(|row| word(&row.id)).collect();
    let rows: Vec<Option<Word<SettlementId>>> = settlements::table
        .filter(settlements::supersedes.eq_any(ids))
        .select(settlements::supersedes)
        .load(tx.db)?;
    rows.iter().flatten().map(Word::value).collect()
}

type Fitting<'a> = settlements::BoxedQuery<'a, <Db as diesel::Connection>::Backend>;

fn fitting(filter: &Filter) -> Fitting<'_> {
    let mut found = settlements::table.into_boxed();
    if let Some(from) = filter.from {
        found = found.filter(settlements::sealed_at.ge(at(from)));
    }
    if let Some(to) = filter.to {
        found = found.filter(settlements::sealed_at.lt(at(to)));
    }
    if let Some(category) = filter.category {
        found = found.filter(settlements::category.eq(word(&category)));
    }
    if let Some(state) = filter.state {
        let with =
            deliveries::table.filter(deliveries::state.eq(word(&state))).select(deliveries::settlement);
        found = found.filter(settlements::id.eq_any(with));
    }
    if let Some(since) = filter.waiting_since {
        let waiting = deliveries::table
            .filter(deliveries::state.eq(word(&DeliveryState::Queued)))
            .filter(deliveries::choice.ne(word(&DeliveryChoice::Collect)))
            .filter(deliveries::changed_at.lt(at(since)))
            .select(deliveries::settlement);
        found = found.filter(settlements::id.eq_any(waiting));
    }
    if filter.is_superseded {
        let newer = diesel::alias!(settlements as newer);
        let replaced = newer.field(settlements::supersedes);
        found = found
            .filter(settlements::id.nullable().eq_any(newer.filter(replaced.is_not_null()).select(replaced)));
    }
    if let Some(mediator) = filter.mediator {
        let theirs = dispute_people::table
            .filter(dispute_people::account.eq(word(&mediator)))
            .filter(dispute_people::role.eq_any([Role::Mediator, Role::CoMediator].map(|role| word(&role))))
            .select(dispute_people::dispute);
        found = found.filter(settlements::dispute.eq_any(theirs));
    }
    if let Some(noted) = filter.noted {
        let by = filter.noted_by.map(|auditor| auditor.to_string()).unwrap_or_default();
        let by_anybody = filter.noted_by.is_none().into_sql::<Bool>();
        let all =
            findings::table.filter(findings::auditor.eq(by).or(by_anybody)).select(findings::settlement);
        let objection = findings::kind.eq(word(&FindingKind::Objection));
        found = match noted {
            Noted::Nothing => found.filter(not(settlements::id.eq_any(all))),
            Noted::Something => found.filter(settlements::id.eq_any(all)),
            Noted::Objection => found.filter(settlements::id.eq_any(all.filter(objection))),
        };
    }
    if let Some(account) = filter.not_of {
        let theirs = dispute_people::table
            .filter(dispute_people::account.eq(word(&account)))
            .select(dispute_people::dispute);
        found = found.filter(not(settlements::dispute.eq_any(theirs)));
    }
    if let Some((kind, below)) = filter.entered_below {
        let entered = ledger_leaves::table
            .filter(ledger_leaves::kind.eq(kind))
            .filter(ledger_leaves::number.lt(below))
            .select(ledger_leaves::subject);
        found = found.filter(settlements::id.eq_any(entered));
    }
    found
}

#[cfg(test)]
mod tests;
