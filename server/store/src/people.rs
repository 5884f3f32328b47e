//! Accounts, what they may do for the house, and their second factor. Deliberately not here: password hashing and the
//! checking of codes, which are `service`'s, and sessions, which have a file of their own.

use diesel::prelude::*;

use domain::category::Category;
use domain::ids::AccountId;
use domain::language::Language;
use domain::person::{EmailAddress, HouseRole, PersonName};
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::{accounts, house_roles};
use crate::stored::{Tx, one};

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The address, where the person has one.
    pub email: Option<EmailAddress>,
    /// When they showed that the address is theirs.
    pub confirmed_at: Option<Moment>,
    /// The name.
    pub name: PersonName,
    /// The language in which the house speaks to them.
    pub language: Language,
    /// The password's hash, in the PHC form.
    pub password_hash: Option<String>,
    /// Whether a second factor is set up.
    pub totp: bool,
    /// Since when the account is closed to its owner.
    pub disabled_at: Option<Moment>,
    /// When it was opened.
    pub created_at: Moment,
    /// What it may do for the house.
    pub roles: Vec<Appointment>,
}

impl Account {
    /// The appointment to that role.
    pub fn appointment(&self, role: HouseRole) -> Option<&Appointment> {
        self.roles.iter().find(|appointment| appointment.role == role)
    }

    /// Whether the account has that role.
    pub fn has(&self, role: HouseRole) -> bool {
        self.appointment(role).is_some()
    }
}

/// A role of the house, and for a mediator what they take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The role.
    pub role: HouseRole,
    /// The categories that a mediator takes; empty: all.
    pub specialities: Vec<Category>,
    /// The languages in which a mediator mediates; empty: the account's own.
    pub languages: Vec<Language>,
}

/// An account that is being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its id, a UUIDv7.
    pub id: AccountId,
    /// The address, where the person has one.
    pub email: Option<EmailAddress>,
    /// When the address was confirmed, if that is known from elsewhere.
    pub confirmed_at: Option<Moment>,
    /// The name.
    pub name: PersonName,
    /// The language.
    pub language: Language,
    /// The password's hash, in the PHC form.
    pub password_hash: Option<String>,
}

#[derive(Queryable)]
struct Row {
    id: Word<AccountId>,
    email: Option<Word<EmailAddress>>,
    confirmed_at: Option<At>,
    name: Word<PersonName>,
    language: Word<Language>,
    password_hash: Option<String>,
    totp_sealed: Option<Vec<u8>>,
    _totp_last_step: Option<i64>,
    disabled_at: Option<At>,
    created_at: At,
}

#[derive(Queryable)]
struct RoleRow {
    _account: String,
    role: Word<HouseRole>,
    specialities: String,
    languages: String,
    _granted_at: i64,
}

/// Opens an account.
///
/// # Errors
/// `Conflict` where the address or id is known; the transaction goes on after it.
pub fn insert(tx: &mut Tx<'_>, new: &NewAccount, now: Moment) -> Result<()> {
    tx.attempt(|tx| {
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(word(&new.id)),
                accounts::email.eq(word_opt(new.email.as_ref())),
                accounts::confirmed_at.eq(new.confirmed_at.map(at)),
                accounts::name.eq(word(&new.name)),
                accounts::language.eq(word(&new.language)),
                accounts::password_hash.eq(new.password_hash.as_deref()),
                accounts::created_at.eq(at(now)),
            ))
            .execute(tx.db)?;
        Ok(())
    })
}

/// The account.
///
/// # Errors
/// `NotFound`.
pub fn by_id(tx: &mut Tx<'_>, id: AccountId) -> Result<Account> {
    let row: Row = accounts::table.find(word(&id)).first(tx.db)?;
    whole(tx, row)
}

/// The account with that address, confirmed or not.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_email(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Account>> {
    let row: Option<Row> = accounts::table.filter(accounts::email.eq(word(email))).first(tx.db).optional()?;
    row.map(|row| whole(tx, row)).transpose()
}

/// Everybody who has that role and an open account, by id.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn with_role(tx: &mut Tx<'_>, role: HouseRole) -> Result<Vec<Account>> {
    let holders = house_roles::table.filter(house_roles::role.eq(word(&role))).select(house_roles::account);
    let rows: Vec<Row> = accounts::table
        .filter(accounts::id.eq_any(holders))
        .filter(accounts::disabled_at.is_null())
        .order(accounts::id)
        .load(tx.db)?;
    rows.into_iter().map(|row| whole(tx, row)).collect()
}

/// Notes that the address is its owner's; the first time counts.
///
/// # Errors
/// `NotFound`.
pub fn confirm(tx: &mut Tx<'_>, id: AccountId, now: Moment) -> Result<()> {
    let account = by_id(tx, id)?;
    if account.confirmed_at.is_some() {
        return Ok(());
    }
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::confirmed_at.eq(Some(at(now)))).execute(tx.db)?, Error::NotFound)
}

/// Changes the name.
///
/// # Errors
/// `NotFound`.
pub fn set_name(tx: &mut Tx<'_>, id: AccountId, name: &PersonName) -> Result<()> {
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::name.eq(word(name))).execute(tx.db)?, Error::NotFound)
}

/// Changes the language.
///
/// # Errors
/// `NotFound`.
pub fn set_language(tx: &mut Tx<'_>, id: AccountId, language: Language) -> Result<()> {
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::language.eq(word(&language))).execute(tx.db)?, Error::NotFound)
}

/// Changes the address.
///
/// # Errors
/// `NotFound`; `Conflict` where it is another's; the transaction goes on after it.
pub fn set_email(
    tx: &mut Tx<'_>,
    id: AccountId,
    email: &EmailAddress,
    confirmed_at: Option<Moment>,
) -> Result<()> {
    tx.attempt(|tx| {
        let row = diesel::update(accounts::table.find(word(&id)));
        let change = (accounts::email.eq(Some(word(email))), accounts::confirmed_at.eq(confirmed_at.map(at)));
        one(row.set(change).execute(tx.db)?, Error::NotFound)
    })
}

/// Changes the password's hash.
///
/// # Errors
/// `NotFound`.
pub fn set_password(tx: &mut Tx<'_>, id: AccountId, hash: &str) -> Result<()> {
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::password_hash.eq(Some(hash))).execute(tx.db)?, Error::NotFound)
}

/// Closes the account to its owner. Its sessions are another matter: see `sessions::revoke_all`.
///
/// # Errors
/// `NotFound`.
pub fn disable(tx: &mut Tx<'_>, id: AccountId, now: Moment) -> Result<()> {
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::disabled_at.eq(Some(at(now)))).execute(tx.db)?, Error::NotFound)
}

/// Opens the account to its owner again.
///
/// # Errors
/// `NotFound`.
pub fn enable(tx: &mut Tx<'_>, id: AccountId) -> Result<()> {
    let row = diesel::update(accounts::table.find(word(&id)));
    one(row.set(accounts::disabled_at.eq(None::<At>)).execute(tx.db)?, Error::NotFound)
}

/// Gives the account a role, or changes what it takes in it.
///
/// # Errors
/// `NotFound` where there is no such account.
pub fn appoint(tx: &mut Tx<'_>, id: AccountId, appointment: &Appointment, now: Moment) -> Result<()> {
    dismiss(tx, id, appointment.role)?;
    let specialities = appointment.specialities.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" ");
    let languages = appointment.languages.iter().map(|one| one.tag()).collect::<Vec<_>>().join(" ");
    diesel::insert_into(house_roles::table)
        .values((
            house_roles::account.eq(word(&id)),
            house_roles::role.eq(word(&appointment.role)),
            house_roles::specialities.eq(specialities),
            house_roles::languages.eq(languages),
            house_roles::granted_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Takes a role away; nothing happens where the account has it not.
///
/// # Errors
/// `Unavailable`.
pub fn dismiss(tx: &mut Tx<'_>, id: AccountId, role: HouseRole) -> Result<()> {
    diesel::delete(house_roles::table.find((word(&id), word(&role)))).execute(tx.db)?;
    Ok(())
}

/// Sets up or takes away the second factor. A fresh secret starts with no step used.
///
/// # Errors
/// `NotFound`.
pub fn set_totp(tx: &mut Tx<'_>, id: AccountId, secret: Option<&[u8]>) -> Result<()> {
    let row = id.to_string();
    let sealed = secret.map(|secret| tx.vault().seal_house("totp", &row, secret)).transpose()?;
    let change = (accounts::totp_sealed.eq(sealed), accounts::totp_last_step.eq(None::<i64>));
    one(diesel::update(accounts::table.find(word(&id))).set(change).execute(tx.db)?, Error::NotFound)
}

/// The second factor's secret, where one is set up.
///
/// # Errors
/// `NotFound`; `Corrupt`.
pub fn totp_secret(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Vec<u8>>> {
    let sealed: Option<Vec<u8>> =
        accounts::table.find(word(&id)).select(accounts::totp_sealed).first(tx.db)?;
    let row = id.to_string();
    sealed.map(|sealed| tx.vault().open_house("totp", &row, &sealed)).transpose()
}

/// Uses up a step of the second factor: true the first time alone, so that a code that was looked at over a shoulder
/// serves nobody (one step once, sign-in and signing together).
///
/// # Errors
/// `Unavailable`.
pub fn use_totp_step(tx: &mut Tx<'_>, id: AccountId, step: i64) -> Result<bool> {
    let fresh = accounts::totp_last_step.is_null().or(accounts::totp_last_step.lt(step));
    let changed = diesel::update(accounts::table.find(word(&id)).filter(fresh))
        .set(accounts::totp_last_step.eq(Some(step)))
        .execute(tx.db)?;
    Ok(changed == 1)
}

fn whole(tx: &mut Tx<'_>, row: Row) -> Result<Account> {
    let roles: Vec<RoleRow> = house_roles::table
        .filter(house_roles::account.eq(row.id.clone()))
        .order(house_roles::role)
        .load(tx.db)?;
    Ok(Account {
        id: row.id.value()?,
        email: value_opt(row.email.as_ref())?,
        confirmed_at: row.confirmed_at.map(At::moment),
        name: row.name.value()?,
        language: row.language.value()?,
        password_hash: row.password_hash,
        totp: row.totp_sealed.is_some(),
        disabled_at: row.disabled_at.map(At::moment),
        created_at: row.created_at.moment(),
        roles: roles.into_iter().map(appointment).collect::<Result<_>>()?,
    })
}

fn appointment(row: RoleRow) -> Result<Appointment> {
    let specialities =
        row.specialities.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>();
    let languages = row.languages.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>();
    Ok(Appointment {
        role: row.role.value()?,
        specialities: specialities.map_err(|_| Error::Corrupt)?,
        languages: languages.map_err(|_| Error::Corrupt)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, houses, join, moment};

    #[test]
    fn an_address_belongs_to_one_account_and_the_transaction_goes_on() {
        for house in houses() {
            let outcome = house.write(|tx| {
                join(tx, 1, "Amara")?;
                let again = NewAccount { id: account(2), ..new("Amara") };
                assert_eq!(insert(tx, &again, moment(0)), Err(Error::Conflict));
                join(tx, 3, "Bela")
            });
            assert_eq!(outcome, Ok(account(3)), "{}", house.backend);
            let found =
                house.read(|tx| by_email(tx, &"amara@example.org".parse().unwrap())).unwrap().unwrap();
            assert_eq!((found.id, found.confirmed_at, found.totp), (account(1), None, false));
            assert_eq!(house.read(|tx| by_id(tx, account(2))), Err(Error::NotFound));
        }
    }

    fn new(name: &str) -> NewAccount {
        NewAccount {
            id: account(9),
            email: Some(format!("{}@example.org", name.to_lowercase()).parse().unwrap()),
            confirmed_at: None,
            name: name.parse().unwrap(),
            language: Language::Bangla,
            password_hash: Some("hash".to_owned()),
        }
    }

    #[test]
    fn a_mediator_is_found_by_role_with_what_they_take() {
        for house in houses() {
            let taken = Appointment {
                role: HouseRole::Mediator,
                specialities: vec![Category::Tenancy, Category::Debt],
                languages: vec![Language::Urdu],
            };
            let given = taken.clone();
            house
                .write(move |tx| {
                    let noor = join(tx, 1, "Noor")?;
                    join(tx, 2, "Bela")?;
                    appoint(tx, noor, &Appointment { specialities: Vec::new(), ..given.clone() }, moment(0))?;
                    appoint(tx, noor, &given, moment(1))
                })
                .unwrap();
            let found = house.read(|tx| with_role(tx, HouseRole::Mediator)).unwrap();
            assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [account(1)]);
            assert_eq!(found[0].roles, [taken]);
            house.write(|tx| disable(tx, account(1), moment(2))).unwrap();
            assert_eq!(house.read(|tx| with_role(tx, HouseRole::Mediator)), Ok(Vec::new()));
            assert_eq!(house.read(|tx| with_role(tx, HouseRole::Auditor)), Ok(Vec::new()));
        }
    }

    #[test]
    fn a_step_of_the_second_factor_serves_once_and_none_before_it() {
        for house in houses() {
            let used = house.write(|tx| {
                let noor = join(tx, 1, "Noor")?;
                set_totp(tx, noor, Some(b"secret"))?;
                [7, 7, 6, 8].into_iter().map(|step| use_totp_step(tx, noor, step)).collect::<Result<Vec<_>>>()
            });
            assert_eq!(used, Ok(vec![true, false, false, true]), "{}", house.backend);
            assert_eq!(house.read(|tx| totp_secret(tx, account(1))), Ok(Some(b"secret".to_vec())));
        }
    }
}
