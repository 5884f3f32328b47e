//! `concord account add`: takes somebody into the house, beside a running `serve` or without one.

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use clap::Args;
use domain::category::Category;
use domain::person::HouseRole;

use super::{Failed, Place};
use crate::acts::{By, accounts};
use crate::app::House;
use crate::config::Config;
use crate::entrance::{Setup, of_house};
use crate::refused::Refused;
use crate::totp;

/// What `account add` is told.
#[derive(Args)]
pub struct Add {
    #[command(flatten)]
    pub place: Place,
    /// registrar, mediator or auditor.
    #[arg(long)]
    pub role: String,
    #[arg(long)]
    pub email: String,
    #[arg(long)]
    pub name: String,
    /// Read the password from the first line of standard input.
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// en, bn or ur.
    #[arg(long, default_value = "en")]
    pub language: String,
    /// What a mediator knows about, such as tenancy; may be given several times. None: everything.
    #[arg(long)]
    pub speciality: Vec<String>,
}

/// Adds the account and prints its id and the secret of its second factor.
///
/// # Errors
/// What cannot be taken.
pub async fn add(config: Config, add: Add) -> Result<ExitCode, Failed> {
    let role: HouseRole = add
        .role
        .parse()
        .map_err(|_| Failed::Said(format!("--role {} is none of registrar, mediator, auditor", add.role)))?;
    let category = |word: &String| {
        word.parse::<Category>()
            .map_err(|_| Failed::Said(format!("--speciality {word} is no kind of dispute")))
    };
    let specialities = add.speciality.iter().map(category).collect::<Result<Vec<Category>, Failed>>()?;
    let mut password = String::new();
    io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let typed = Setup { email: add.email, password, name: add.name, language: add.language };
    let house = House::open(config).await?;
    let added = add_to(&house, &typed, role, specialities).await;
    house.close().await;
    let (id, secret) = added.map_err(Failed::from)?;
    let mut out = io::stdout().lock();
    writeln!(out, "id: {id}")?;
    writeln!(out, "totp_secret: {}", totp::base32(&secret))?;
    Ok(ExitCode::SUCCESS)
}

async fn add_to(
    house: &House,
    typed: &Setup,
    role: HouseRole,
    specialities: Vec<Category>,
) -> Result<(domain::ids::AccountId, Vec<u8>), Refused> {
    let new = of_house(&house.state, typed, role, specialities).await?;
    let secret = new.totp_secret.clone();
    let add =
        move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| accounts::add_to_house(tx, doing, &new);
    Ok((house.state.desk.write(By::House, add).await?, secret))
}
