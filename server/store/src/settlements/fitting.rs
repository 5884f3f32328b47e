//! Which records an auditor asks for, and how the database is asked for those. Deliberately not here: what is told of them.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use domain::category::Category;
use domain::ids::AccountId;
use domain::settlement::{DeliveryChoice, DeliveryState, FindingKind, Noted};
use domain::time::Moment;

use crate::columns::{at, word};
use crate::db::Db;
use crate::disputes::Role;
use crate::schema::{deliveries, dispute_people, findings, ledger_leaves, settlements};

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

/// Records that are being asked for.
pub(super) type Fitting<'a> = settlements::BoxedQuery<'a, <Db as diesel::Connection>::Backend>;

/// Those that fit.
pub(super) fn fitting(filter: &Filter) -> Fitting<'_> {
    let mut found = settlements::table.into_boxed();
    let of_records = deliveries::table.filter(deliveries::certification.is_null());
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
        let with = of_records.filter(deliveries::state.eq(word(&state))).select(deliveries::settlement);
        found = found.filter(settlements::id.eq_any(with));
    }
    if let Some(since) = filter.waiting_since {
        let waiting = of_records
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
