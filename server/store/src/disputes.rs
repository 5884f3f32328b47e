//! Disputes: the state machine's value, sealed, with the columns beside it that lists and clocks ask for, and the rows
//! of who takes part. The sealed value is the truth; the columns are written from it each time. Deliberately not here:
//! what people wrote (`claims` and the papers), and every rule.

use std::collections::BTreeMap;

use diesel::dsl::exists;
use diesel::prelude::*;

use domain::assignment::Proposal;
use domain::dispute::{Dispute, Stage, StageName};
use domain::ids::{AccountId, AssignmentId, DisputeId, SettlementId};
use domain::keeping::over_at;
use domain::party::{Joining, Side, Sides};
use domain::time::Moment;

use crate::columns::{At, Word, at, spelled, word, word_opt};
use crate::dialect::on_both;
use crate::error::{Error, Result};
use crate::schema::{amendments, assignments, dispute_people, disputes};
use crate::shapes::process::DisputeShape;
use crate::shapes::{read, write};
use crate::stored::{Stored, Tx, one};
use crate::vault::{Key, Place};

/// As what somebody takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Claimant,
    Respondent,
    Pending,
    Proposed,
    Mediator,
    CoMediator,
    Companion,
}

spelled!(Role {
    Claimant = "claimant",
    Respondent = "respondent",
    Pending = "pending",
    Proposed = "proposed",
    Mediator = "mediator",
    CoMediator = "co-mediator",
    Companion = "companion",
});

/// What became of a proposal of a mediator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProposalState {
    Proposed,
    Accepted,
    Confirmed,
    Ended,
}

spelled!(ProposalState {
    Proposed = "proposed",
    Accepted = "accepted",
    Confirmed = "confirmed",
    Ended = "ended",
});

/// A list on the registrar's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// A safety question waits for a decision.
    Screening,
    /// Somebody took an invitation, and it is not known who they are.
    Takers,
    /// A mediator is to be proposed.
    Assigning,
    /// All clocks stand still.
    Suspended,
}

/// What a list or clock asks for, from the dispute's value.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = disputes, treat_none_as_null = true)]
struct Columns {
    version: i64,
    reference: Option<String>,
    category: String,
    stage: Word<StageName>,
    filed_at: Option<At>,
    due_at: Option<At>,
    over_at: Option<At>,
    changed_at: At,
    awaits_screening: bool,
    awaits_takers: bool,
    awaits_mediator: bool,
    is_suspended: bool,
    process_sealed: Vec<u8>,
}

impl Columns {
    fn of(
        tx: &mut Tx<'_>,
        dispute: &Dispute,
        version: i64,
        due_at: Option<Moment>,
        now: Moment,
    ) -> Result<Self> {
        let process = write(&DisputeShape::from(dispute))?;
        let over_at = over_at(dispute);
        let waits =
            |joining: &Joining| matches!(joining, Joining::Awaited { pending } if !pending.is_empty());
        let unassigned =
            matches!(&dispute.stage, Stage::Assigning(assigning) if assigning.proposal.is_none());
        Ok(Self {
            version,
            reference: dispute.reference.as_ref().map(ToString::to_string),
            category: dispute.category.to_string(),
            stage: word(&dispute.stage.name()),
            filed_at: dispute.filed_at.map(at),
            due_at: due_at.filter(|_| over_at.is_none()).map(at),
            over_at: over_at.map(at),
            changed_at: at(now),
            awaits_screening: dispute.awaits_screening(),
            awaits_takers: over_at.is_none() && dispute.parties.either(|party| waits(&party.joining)),
            awaits_mediator: unassigned,
            is_suspended: over_at.is_none() && dispute.suspension.is_some(),
            process_sealed: tx.vault().seal(Key::Record, &place(dispute.id, version), &process)?,
        })
    }
}

/// The version is part of the place: an earlier state of the same dispute cannot be put back either.
fn place(dispute: DisputeId, version: i64) -> Place {
    Place::of("dispute", dispute).row(version)
}

/// Keeps a new dispute as version 1, and makes its keys. The salt goes into its record (R9).
///
/// # Errors
/// `Conflict` where the id is known; `Unavailable`.
pub fn insert(tx: &mut Tx<'_>, dispute: &Dispute, salt: &[u8; 16], now: Moment) -> Result<()> {
    tx.vault().create_keys(dispute.id)?;
    let columns = Columns::of(tx, dispute, 1, None, now)?;
    let salt = tx.vault().seal(Key::Record, &Place::of("salt", dispute.id), salt)?;
    diesel::insert_into(disputes::table)
        .values((disputes::id.eq(word(&dispute.id)), disputes::salt_sealed.eq(salt), columns))
        .execute(tx.db)?;
    if let Some(settlement) = &dispute.amends {
        let row = (amendments::dispute.eq(word(&dispute.id)), amendments::settlement.eq(word(settlement)));
        diesel::insert_into(amendments::table).values(row).execute(tx.db)?;
    }
    keep_people(tx, dispute)
}

/// The dispute with the version of its row. In a transaction that writes it stays as it is until the end of that: acts on
/// one dispute come one after the other.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn load(tx: &mut Tx<'_>, id: DisputeId) -> Result<Stored<Dispute>> {
    tx.hold(id)?;
    stored(tx, id)
}

/// The dispute as it is now, for whoever changes another one: what is done to it meanwhile does not wait.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn peek(tx: &mut Tx<'_>, id: DisputeId) -> Result<Dispute> {
    Ok(stored(tx, id)?.value)
}

fn stored(tx: &mut Tx<'_>, id: DisputeId) -> Result<Stored<Dispute>> {
    let found = disputes::table.find(word(&id)).select((disputes::version, disputes::process_sealed));
    let (version, sealed): (i64, Vec<u8>) = on_both!(&mut *tx.db, |c| found.first(c))?;
    let value = tx.vault().open_dispute(place(id, version), sealed, |plain| {
        let shape: DisputeShape = read(plain)?;
        shape.value(id)
    })?;
    Ok(Stored { value, version })
}

/// Keeps of a dispute that was loaded as `version` what is left of it, and nothing else: no list or clock changes.
///
/// # Errors
/// `Conflict` where another version was kept meanwhile.
pub(crate) fn keep_rest(tx: &mut Tx<'_>, rest: &Dispute, version: i64) -> Result<()> {
    let next = version.checked_add(1).ok_or(Error::Corrupt)?;
    let process = write(&DisputeShape::from(rest))?;
    let sealed = tx.vault().seal(Key::Record, &place(rest.id, next), &process)?;
    let row = disputes::table.find(word(&rest.id)).filter(disputes::version.eq(version));
    let changed = (disputes::version.eq(next), disputes::process_sealed.eq(sealed));
    one(diesel::update(row).set(changed).execute(tx.db)?, Error::Conflict)
}

/// Keeps a dispute that was loaded as `version`, and answers its new version. `due_at` is when something happens by
/// itself.
///
/// # Errors
/// `Conflict` where another version was kept meanwhile.
pub fn save(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    version: i64,
    due_at: Option<Moment>,
    now: Moment,
) -> Result<i64> {
    let next = version.checked_add(1).ok_or(Error::Corrupt)?;
    let columns = Columns::of(tx, dispute, next, due_at, now)?;
    let row = disputes::table.find(word(&dispute.id)).filter(disputes::version.eq(version));
    one(diesel::update(row).set(columns).execute(tx.db)?, Error::Conflict)?;
    keep_people(tx, dispute)?;
    keep_proposals(tx, dispute, now)?;
    Ok(next)
}

/// The disputes that are or were about changing that settlement, the first one first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn amending(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Vec<DisputeId>> {
    let about = amendments::table.filter(amendments::settlement.eq(word(&settlement)));
    let ids: Vec<Word<DisputeId>> =
        about.order(amendments::dispute).select(amendments::dispute).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// Who is on each side, without opening the dispute.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn parties(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Sides<Option<AccountId>>> {
    let mut parties = Sides::default();
    let people: Vec<(Word<AccountId>, Word<Role>)> = dispute_people::table
        .filter(dispute_people::dispute.eq(word(&dispute)))
        .filter(dispute_people::role.eq_any([Role::Claimant, Role::Respondent].map(|role| word(&role))))
        .select((dispute_people::account, dispute_people::role))
        .load(tx.db)?;
    for (account, role) in people {
        let side = if role.value()? == Role::Claimant { Side::Claimant } else { Side::Respondent };
        *parties.of_mut(side) = Some(account.value()?);
    }
    Ok(parties)
}

fn keep_people(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<()> {
    let mut people: Vec<(AccountId, Role)> = Vec::new();
    for (side, role) in [(Side::Claimant, Role::Claimant), (Side::Respondent, Role::Respondent)] {
        match &dispute.parties.of(side).joining {
            Joining::Joined { account } => people.push((*account, role)),
            Joining::Awaited { pending } => {
                people.extend(pending.iter().map(|account| (*account, Role::Pending)))
            }
        }
    }
    people.extend(dispute.proposed_mediator().map(|mediator| (mediator, Role::Proposed)));
    people.extend(dispute.mediator().map(|mediator| (mediator, Role::Mediator)));
    people.extend(dispute.co_mediator().map(|mediator| (mediator, Role::CoMediator)));
    people.extend(dispute.companions.iter().filter_map(|one| Some((one.sits()?, Role::Companion))));
    diesel::delete(dispute_people::table.filter(dispute_people::dispute.eq(word(&dispute.id))))
        .execute(tx.db)?;
    for (account, role) in people {
        diesel::insert_into(dispute_people::table)
            .values((
                dispute_people::dispute.eq(word(&dispute.id)),
                dispute_people::account.eq(word(&account)),
                dispute_people::role.eq(word(&role)),
            ))
            .execute(tx.db)?;
    }
    Ok(())
}

/// Proposals are never deleted: a mediator may ask for one that came to nothing.
fn keep_proposals(tx: &mut Tx<'_>, dispute: &Dispute, now: Moment) -> Result<()> {
    let under_way =
        assignments::state.eq_any([word(&ProposalState::Proposed), word(&ProposalState::Accepted)]);
    let theirs = assignments::table.filter(assignments::dispute.eq(word(&dispute.id))).filter(under_way);
    let proposal = dispute.proposal();
    for mediator in [dispute.mediator(), dispute.co_mediator()].into_iter().flatten() {
        let confirmed = theirs.clone().filter(assignments::mediator.eq(word(&mediator)));
        diesel::update(confirmed)
            .set(assignments::state.eq(word(&ProposalState::Confirmed)))
            .execute(tx.db)?;
    }
    let Some(proposal) = proposal else {
        diesel::update(theirs).set(assignments::state.eq(word(&ProposalState::Ended))).execute(tx.db)?;
        return Ok(());
    };
    let others = theirs.filter(assignments::id.ne(word(&proposal.id)));
    diesel::update(others).set(assignments::state.eq(word(&ProposalState::Ended))).execute(tx.db)?;
    let state = word(&match proposal.state {
        Proposal::Proposed => ProposalState::Proposed,
        Proposal::Accepted { .. } => ProposalState::Accepted,
    });
    let row = diesel::update(assignments::table.find(word(&proposal.id)));
    if row.set(assignments::state.eq(state.clone())).execute(tx.db)? == 0 {
        diesel::insert_into(assignments::table)
            .values((
                assignments::id.eq(word(&proposal.id)),
                assignments::dispute.eq(word(&dispute.id)),
                assignments::mediator.eq(word(&proposal.mediator)),
                assignments::state.eq(state),
                assignments::proposed_at.eq(at(now)),
            ))
            .execute(tx.db)?;
    }
    Ok(())
}

/// The salt of the dispute's record.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn salt(tx: &mut Tx<'_>, id: DisputeId) -> Result<[u8; 16]> {
    let sealed: Vec<u8> = disputes::table.find(word(&id)).select(disputes::salt_sealed).first(tx.db)?;
    let salt = tx.vault().open(Key::Record, &Place::of("salt", id), &sealed)?;
    salt.try_into().map_err(|_| Error::Corrupt)
}

/// The disputes in which the account takes part in any way, the newest first, after the one that was shown last.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_account(
    tx: &mut Tx<'_>,
    account: AccountId,
    after: Option<DisputeId>,
    limit: i64,
) -> Result<Vec<DisputeId>> {
    let theirs = dispute_people::table
        .filter(dispute_people::account.eq(word(&account)))
        .select(dispute_people::dispute);
    let mut found = disputes::table.filter(disputes::id.eq_any(theirs)).into_boxed();
    if let Some(after) = word_opt(after.as_ref()) {
        found = found.filter(disputes::id.lt(after));
    }
    ids(found.order(disputes::id.desc()).limit(limit).select(disputes::id).load(tx.db)?)
}

/// A list on the registrar's desk, the longest waiting first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn on_desk(tx: &mut Tx<'_>, desk: Desk, limit: i64) -> Result<Vec<DisputeId>> {
    let open = disputes::table.filter(disputes::over_at.is_null()).into_boxed();
    let found = match desk {
        Desk::Screening => open.filter(disputes::awaits_screening),
        Desk::Takers => open.filter(disputes::awaits_takers),
        Desk::Assigning => open.filter(disputes::awaits_mediator),
        Desk::Suspended => open.filter(disputes::is_suspended),
    };
    ids(found.order((disputes::filed_at, disputes::id)).limit(limit).select(disputes::id).load(tx.db)?)
}

/// Disputes that are filed and not over, the newest first: at one stage or at all, and only those before one that was
/// shown already.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn open(
    tx: &mut Tx<'_>,
    stage: Option<StageName>,
    before: Option<DisputeId>,
    limit: i64,
) -> Result<Vec<DisputeId>> {
    let filed = disputes::table.filter(disputes::filed_at.is_not_null());
    let mut found = filed.filter(disputes::over_at.is_null()).into_boxed();
    if let Some(stage) = stage {
        found = found.filter(disputes::stage.eq(word(&stage)));
    }
    if let Some(before) = before {
        found = found.filter(disputes::id.lt(word(&before)));
    }
    ids(found.order(disputes::id.desc()).limit(limit).select(disputes::id).load(tx.db)?)
}

/// The disputes of which a clock has run out.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let due = disputes::table.filter(disputes::due_at.le(at(now)));
    ids(due.order(disputes::due_at).limit(limit).select(disputes::id).load(tx.db)?)
}

/// Says anew when something happens by itself, where the row says otherwise than the law: a period was set anew.
///
/// # Errors
/// `NotFound`.
pub fn set_due(tx: &mut Tx<'_>, id: DisputeId, due_at: Option<Moment>) -> Result<()> {
    let row = diesel::update(disputes::table.find(word(&id)));
    one(row.set(disputes::due_at.eq(due_at.map(at))).execute(tx.db)?, Error::NotFound)
}

/// The dispute of a proposal, under way or not.
///
/// # Errors
/// `NotFound`.
pub fn of_assignment(tx: &mut Tx<'_>, id: AssignmentId) -> Result<DisputeId> {
    let found: Word<DisputeId> =
        assignments::table.find(word(&id)).select(assignments::dispute).first(tx.db)?;
    found.value()
}

/// The dispute of that short name.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_reference(tx: &mut Tx<'_>, reference: &domain::ids::Reference) -> Result<Option<DisputeId>> {
    let found = disputes::table.filter(disputes::reference.eq(Some(word(reference)))).select(disputes::id);
    found.first::<Word<DisputeId>>(tx.db).optional()?.map(|id| id.value()).transpose()
}

/// How many open mediations and proposals each mediator has; who has none is left out.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn loads(tx: &mut Tx<'_>) -> Result<BTreeMap<AccountId, u32>> {
    let open = disputes::table.filter(disputes::over_at.is_null()).select(disputes::id);
    let rows: Vec<Word<AccountId>> = dispute_people::table
        .filter(
            dispute_people::role
                .eq_any([Role::Proposed, Role::Mediator, Role::CoMediator].map(|role| word(&role))),
        )
        .filter(dispute_people::dispute.eq_any(open))
        .select(dispute_people::account)
        .load(tx.db)?;
    let mut loads = BTreeMap::new();
    for mediator in rows {
        let load: &mut u32 = loads.entry(mediator.value()?).or_default();
        *load = load.saturating_add(1);
    }
    Ok(loads)
}

/// Whether the mediator was a party in any dispute with one of those accounts, or sits beside one (R14).
///
/// # Errors
/// `Unavailable`.
pub fn mediator_knows(tx: &mut Tx<'_>, mediator: AccountId, accounts: &[AccountId]) -> Result<bool> {
    let parties = || {
        dispute_people::role
            .eq_any([Role::Claimant, Role::Respondent, Role::Companion].map(|role| word(&role)))
    };
    let theirs = dispute_people::table
        .filter(dispute_people::account.eq(word(&mediator)))
        .filter(parties())
        .select(dispute_people::dispute);
    let theirs: Vec<String> = theirs.load(tx.db)?;
    let met = dispute_people::table
        .filter(dispute_people::dispute.eq_any(theirs))
        .filter(dispute_people::account.eq_any(accounts.iter().map(word).collect::<Vec<_>>()))
        .filter(parties());
    Ok(diesel::select(exists(met)).get_result(tx.db)?)
}

fn ids(words: Vec<Word<DisputeId>>) -> Result<Vec<DisputeId>> {
    words.iter().map(Word::value).collect()
}

#[cfg(test)]
mod tests;
