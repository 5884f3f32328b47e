//! Writing and filing a dispute, and leaving it. Deliberately not here: screening and safety (`safety`), and what one
//! reader may see (`views`).

use domain::accommodation::Need;
use domain::category::Category;
use domain::dispute::{Cause, Command, Dispute, Event, Stage, apply};
use domain::ids::{DisputeId, Reference};
use domain::language::Language;
use domain::money::Money;
use domain::party::Side;
use domain::person::{EmailAddress, PersonName, clean_words};
use store::Tx;
use store::claims::Claim;

use super::process::{Seen, carry_out, look};
use super::{Doing, keeping};
use crate::keys::random;
use crate::refused::{FieldErrors, Refused, words_code};

/// The most characters of a title.
pub const TITLE_CHARACTERS_MAX: usize = 200;
/// The most characters of a statement.
pub const STATEMENT_CHARACTERS_MAX: usize = 10_000;
/// The most characters of the outcome sought.
pub const OUTCOME_CHARACTERS_MAX: usize = 4_000;

/// What somebody changes in a draft; what is missing stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it is about.
    pub category: Option<Category>,
    /// The language in which it is filed.
    pub language: Option<Language>,
    /// Its name.
    pub title: Option<String>,
    /// What happened.
    pub statement: Option<String>,
    /// What is asked for.
    pub outcome_sought: Option<String>,
    /// How much; `Some(None)` takes it away.
    pub amount: Option<Option<Money>>,
    /// Whether the invitation shows the amount.
    pub amount_shown: Option<bool>,
    /// With whom.
    pub respondent_name: Option<PersonName>,
    /// Where an invitation reaches them; `Some(None)` takes it away.
    pub respondent_email: Option<Option<EmailAddress>>,
    /// What the claimant needs.
    pub needs: Option<Vec<Need>>,
}

/// Begins a draft.
///
/// # Errors
/// Fields that cannot be taken.
pub fn begin(tx: &mut Tx<'_>, doing: &mut Doing, change: &Change) -> Result<Seen, Refused> {
    let account = doing.by.person()?;
    let person = store::people::by_id(tx, account)?;
    let id = DisputeId::new(doing.new_uuid());
    let category = change.category.unwrap_or(Category::Other);
    let dispute = Dispute::draft(id, account, category, change.language.unwrap_or(person.language));
    let mut claim = Claim::default();
    alter(&mut claim, change)?;
    store::disputes::insert(tx, &dispute, &random::<16>()?, doing.now)?;
    store::claims::save(tx, id, account, &claim)?;
    store::names::put(tx, id, Side::Claimant, &person.name)?;
    doing.trace("draft-begun", Some(id), &serde_json::json!({}));
    look(tx, doing, id)
}

/// Changes a draft. `version` is the one that was read, where the caller says so.
///
/// # Errors
/// `Absent`; the rule where it is filed; fields that cannot be taken; a conflict with a newer version.
pub fn change(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    version: Option<i64>,
    change: &Change,
) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    if seen.side() != Some(Side::Claimant) {
        return Err(Refused::Absent);
    }
    let mut claim = store::claims::load(tx, id)?;
    if seen.dispute.amends.is_some() {
        check_fixed(&seen.dispute, &claim, change)?;
    }
    alter(&mut claim, change)?;
    if seen.dispute.stage != Stage::Draft {
        return Err(Refused::rule("not-at-this-stage"));
    }
    if version.is_some_and(|read| read != seen.version) {
        let current = serde_json::json!({ "version": seen.version });
        return Err(Refused::Conflict { code: "changed-meanwhile", current });
    }
    seen.dispute.category = change.category.unwrap_or(seen.dispute.category);
    seen.dispute.language = change.language.unwrap_or(seen.dispute.language);
    store::disputes::save(tx, &seen.dispute, seen.version, None, doing.now)?;
    store::claims::save(tx, id, seen.account, &claim)?;
    look(tx, doing, id)
}

/// What a settlement is about, and between whom, is not for one of them to change.
fn check_fixed(dispute: &Dispute, claim: &Claim, change: &Change) -> Result<(), Refused> {
    let mut errors = FieldErrors::default();
    if change.category.is_some_and(|category| category != dispute.category) {
        errors.push("category", "fixed-by-settlement");
    }
    if change.respondent_name.is_some() && change.respondent_name != claim.respondent_name {
        errors.push("respondent.name", "fixed-by-settlement");
    }
    if matches!(change.respondent_email, Some(Some(_))) {
        errors.push("respondent.email", "fixed-by-settlement");
    }
    errors.check()
}

fn alter(claim: &mut Claim, change: &Change) -> Result<(), Refused> {
    let mut errors = FieldErrors::default();
    let mut text = |field: &str, typed: &Option<String>, characters_max: usize, into: &mut String| {
        if let Some(typed) = typed {
            *into = errors.take(field, clean_words(typed, characters_max), words_code).unwrap_or_default();
        }
    };
    text("title", &change.title, TITLE_CHARACTERS_MAX, &mut claim.title);
    text("statement", &change.statement, STATEMENT_CHARACTERS_MAX, &mut claim.statement);
    text("outcome_sought", &change.outcome_sought, OUTCOME_CHARACTERS_MAX, &mut claim.outcome_sought);
    if let Some(amount) = change.amount {
        claim.amount = amount;
    }
    claim.amount_shown = change.amount_shown.unwrap_or(claim.amount_shown);
    if let Some(name) = &change.respondent_name {
        if record::printable(name.as_str()).is_err() {
            errors.push("respondent.name", "not-printable");
        }
        claim.respondent_name = Some(name.clone());
    }
    if let Some(email) = &change.respondent_email {
        claim.respondent_email.clone_from(email);
    }
    if let Some(needs) = &change.needs {
        claim.needs.clone_from(needs);
    }
    errors.check()
}

/// Files a draft: the invitation goes out, or a registrar looks at it first.
///
/// # Errors
/// `Absent`; fields that are missing; the rule that stands against it.
pub fn file(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    if seen.side() != Some(Side::Claimant) {
        return Err(Refused::Absent);
    }
    let claim = store::claims::load(tx, id)?;
    if seen.dispute.stage == Stage::Draft {
        check_complete(&claim)?;
    }
    if let Some(name) = &claim.respondent_name {
        store::names::put(tx, id, Side::Respondent, name)?;
    }
    let listed = doing.config.institution.screened_categories.contains(&seen.dispute.category);
    let needs_registrar = listed || store::claims::filed_against_before(tx, id)?;
    let random = u64::from_be_bytes(random::<8>()?);
    let command = Command::File { reference: Reference::from_random(random), needs_registrar };
    carry_out(tx, doing, &mut seen, &command)?;
    Ok(seen)
}

fn check_complete(claim: &Claim) -> Result<(), Refused> {
    let mut errors = FieldErrors::default();
    let fields =
        [("title", &claim.title), ("statement", &claim.statement), ("outcome_sought", &claim.outcome_sought)];
    for (field, _) in fields.iter().filter(|(_, text)| text.is_empty()) {
        errors.push(field, "missing");
    }
    if claim.respondent_name.is_none() {
        errors.push("respondent.name", "missing");
    }
    errors.check()
}

/// Lets the other side read the claimant's statement, or no longer.
///
/// # Errors
/// `Absent` for others than the claimant.
pub fn show_statement(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, shown: bool) -> Result<(), Refused> {
    let seen = look(tx, doing, id)?;
    if seen.side() != Some(Side::Claimant) {
        return Err(Refused::Absent);
    }
    let mut claim = store::claims::load(tx, id)?;
    claim.statement_shown = shown;
    store::claims::save(tx, id, seen.account, &claim)?;
    let kind = if shown { "statement-shown" } else { "statement-hidden" };
    doing.trace(kind, Some(id), &serde_json::json!({}));
    Ok(())
}

/// A party leaves (R2). Leaving twice is no mistake: it is over either way. A draft goes whole, and nothing of it stays.
///
/// # Errors
/// `Absent` for whoever is no party; the rule where everybody has signed.
pub fn withdraw(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    match seen.dispute.stage {
        Stage::Ended(_) => {}
        Stage::Draft => {
            keeping::delete_draft(tx, doing, id)?;
            seen.dispute = apply(seen.dispute, &Event::Ended { cause: Cause::Withdrawn }, doing.now);
        }
        _ => drop(carry_out(tx, doing, &mut seen, &Command::Withdraw)?),
    }
    Ok(seen)
}

/// The mediator sees no way on.
///
/// # Errors
/// `Absent` for others than the mediator; the rule that stands against it.
pub fn declare_impasse(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, &Command::DeclareImpasse)?;
    Ok(seen)
}

/// Stops all clocks, or lets them run again.
///
/// # Errors
/// `Absent`; the rule that stands against it.
pub fn suspend(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, suspended: bool) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    let command = if suspended { Command::Suspend } else { Command::Resume };
    carry_out(tx, doing, &mut seen, &command)?;
    Ok(seen)
}
