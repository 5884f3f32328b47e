//! `concord demo`: the whole of Concord on a throw-away folder, with people of every role and a dispute at each stage,
//! made by the same acts that people use. Deliberately not here: anything that a real house could be run with.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use domain::agreement::Proof;
use domain::dispute::{Actor, Command};
use domain::ids::{AccountId, AssignmentId, DisputeId};
use domain::language::{Language, RecordLanguage};
use domain::money::Money;
use domain::party::{Route, Side};
use domain::person::HouseRole;
use domain::safety::{Answer, SafetyAnswers};
use domain::terms::Term;
use store::Tx;
use store::people::{self, Appointment, NewAccount};
use tokio::signal::unix::{SignalKind, signal};

use super::Failed;
use crate::acts::agreements::Signing;
use crate::acts::disputes::Change;
use crate::acts::process::carry_out_as;
use crate::acts::{By, Doing, agreements, assignments, disputes, preparing, safety, sealing};
use crate::app::{self, Running};
use crate::config::Config;
use crate::refused::Refused;
use crate::state::AppState;

/// With this password every person of the demo can sign in over the API as well.
const PASSWORD: &str = "demo people sign in here";

/// The throw-away folder; it goes when the demo ends.
pub struct Folder(PathBuf);

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the machine's folder for temporary things, which the machine empties.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes the throw-away folder.
///
/// # Errors
/// Where it cannot be made.
pub fn folder() -> Result<Folder, Failed> {
    let path = std::env::temp_dir().join(format!("concord-demo-{}", std::process::id()));
    std::fs::create_dir_all(&path)?;
    Ok(Folder(path))
}

/// Serves the demo until SIGTERM or SIGINT.
///
/// # Errors
/// What keeps the house from opening.
pub async fn demo(mut config: Config, folder: Folder) -> Result<ExitCode, Failed> {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    config.is_demo = true;
    // What is sealed in play is not sealed with the key of a house.
    config.seal_token = None;
    config.institution.name = "Concord Demo House".to_owned();
    config.institution.phone = "+880 2 0000 0000".to_owned();
    config.institution.address = "1 Example Road, Dhaka".to_owned();
    config.institution.emergency_number = "999".to_owned();
    let running = app::start(config).await?;
    furnish(&running.state).await?;
    greet(&running)?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    drop(folder);
    Ok(ExitCode::SUCCESS)
}

fn greet(running: &Running) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    writeln!(out, "Concord demo: http://{}", running.addr)?;
    writeln!(out, "People to be, with one click: http://{}/demo   Mail: http://{0}/mailbox", running.addr)?;
    writeln!(out, "Over the API they all have the password: {PASSWORD}")?;
    Ok(out.flush()?)
}

/// The people of the demo.
#[derive(Debug, Clone, Copy)]
struct People {
    amara: AccountId,
    bela: AccountId,
    noor: AccountId,
    rumi: AccountId,
}

async fn furnish(state: &AppState) -> Result<(), Refused> {
    let hash = state.passwords.hash(PASSWORD).await?;
    let person = |name: &'static str, role: Option<HouseRole>| {
        let hash = hash.clone();
        state.desk.write(By::House, move |tx, doing| add_person(tx, doing, name, role, &hash))
    };
    let amara = person("Amara Sen", None).await?;
    let bela = person("Bela Roy", None).await?;
    let noor = person("Noor Khan", Some(HouseRole::Mediator)).await?;
    let rumi = person("Rumi Das", Some(HouseRole::Registrar)).await?;
    person("Asha Paul", Some(HouseRole::Auditor)).await?;
    let people = People { amara, bela, noor, rumi };
    for (until, title) in STAGES {
        lead(state, people, until, title).await?;
    }
    Ok(())
}

fn add_person(
    tx: &mut Tx<'_>,
    doing: &Doing,
    name: &str,
    role: Option<HouseRole>,
    hash: &str,
) -> Result<AccountId, Refused> {
    let broken = || Refused::broken("a person of the demo");
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    let id = AccountId::new(doing.new_uuid());
    let account = NewAccount {
        id,
        email: Some(format!("{first}@demo.example").parse().map_err(|_| broken())?),
        confirmed_at: Some(doing.now),
        name: name.parse().map_err(|_| broken())?,
        language: Language::English,
        password_hash: Some(hash.to_owned()),
    };
    people::insert(tx, &account, doing.now)?;
    if let Some(role) = role {
        let appointment = Appointment { role, specialities: Vec::new(), languages: Vec::new() };
        people::appoint(tx, id, &appointment, doing.now)?;
    }
    Ok(id)
}

/// How far a dispute of the demo is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Until {
    Draft,
    Inviting,
    Screening,
    Preparing,
    Assigning,
    Mediation,
    Signing,
    Settled,
}

const STAGES: [(Until, &str); 8] = [
    (Until::Draft, "A bicycle that was never delivered"),
    (Until::Inviting, "A loan between friends"),
    (Until::Screening, "The shared wall"),
    (Until::Preparing, "Noise from the workshop"),
    (Until::Assigning, "Wages for October"),
    (Until::Mediation, "The deposit for the flat"),
    (Until::Signing, "A broken sewing machine"),
    (Until::Settled, "The water pump"),
];

/// Takes one dispute as far as its stage, by the acts of the people whose turn it is.
async fn lead(state: &AppState, people: People, until: Until, title: &'static str) -> Result<(), Refused> {
    let desk = &state.desk;
    let dispute =
        desk.write(By::Person(people.amara), move |tx, doing| begin(tx, doing, until, title)).await?;
    if until <= Until::Screening {
        return Ok(());
    }
    desk.write(By::House, move |tx, doing| join(tx, doing, dispute, people.bela)).await?;
    if until == Until::Preparing {
        return Ok(());
    }
    for account in [people.amara, people.bela] {
        desk.write(By::Person(account), move |tx, doing| prepare(tx, doing, dispute)).await?;
    }
    if until == Until::Assigning {
        return Ok(());
    }
    let propose = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        assignments::propose(tx, doing, dispute, Some(people.noor), false)
    };
    let assignment: AssignmentId = desk.write(By::Person(people.rumi), propose).await?;
    let accept = move |tx: &mut Tx<'_>, doing: &mut Doing| assignments::accept(tx, doing, assignment, None);
    desk.write(By::Person(people.noor), accept).await?;
    for account in [people.amara, people.bela] {
        desk.write(By::Person(account), move |tx, doing| assignments::approve(tx, doing, assignment, false))
            .await?;
    }
    if until == Until::Mediation {
        return Ok(());
    }
    agree(state, people, dispute, until).await
}

fn begin(tx: &mut Tx<'_>, doing: &mut Doing, until: Until, title: &str) -> Result<DisputeId, Refused> {
    let broken = || Refused::broken("a dispute of the demo");
    let taka = "BDT".parse().map_err(|_| broken())?;
    let change = Change {
        category: Some(domain::category::Category::Tenancy),
        language: Some(Language::English),
        title: Some(title.to_owned()),
        statement: Some("This is a made-up dispute. It is here to be tried.".to_owned()),
        outcome_sought: Some("The 450.00 back by the end of January.".to_owned()),
        amount: Some(Money::parse("450.00", taka).ok()),
        amount_shown: Some(true),
        respondent_name: Some("Bela Roy".parse().map_err(|_| broken())?),
        respondent_email: Some(Some("bela@demo.example".parse().map_err(|_| broken())?)),
        needs: None,
    };
    let id = disputes::begin(tx, doing, &change)?.dispute.id;
    if until > Until::Draft {
        safety::answer(tx, doing, id, &clear(), None)?;
        disputes::file(tx, doing, id)?;
    }
    // A second filing against the same person waits for a registrar, as it should; the demo's registrar is quick.
    let stored = store::disputes::load(tx, id)?;
    if until > Until::Screening && stored.value.awaits_screening() {
        let suitable = domain::dispute::ScreeningDecision::Suitable { shuttle: false };
        let mut dispute = stored.value;
        let command = Command::Screen(suitable);
        carry_out_as(tx, doing, &mut dispute, stored.version, Actor::Registrar, &command)?;
    }
    Ok(id)
}

const fn clear() -> SafetyAnswers {
    let no = Some(Answer::No);
    SafetyAnswers { alone: Some(Answer::Yes), afraid: no, violence: no, control: no, order: no }
}

fn join(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, account: AccountId) -> Result<(), Refused> {
    let mut stored = store::disputes::load(tx, id)?;
    let command = Command::AcceptInvitation { account, is_invited_address: true, said_no: false };
    carry_out_as(tx, doing, &mut stored.value, stored.version, Actor::Invited, &command).map(drop)
}

fn prepare(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    let seen = crate::acts::process::look(tx, doing, id)?;
    if seen.side() == Some(Side::Respondent) {
        safety::answer(tx, doing, id, &clear(), None)?;
    }
    let document = domain::consent::AGREEMENT_TO_MEDIATE_NAME;
    let version = domain::consent::AGREEMENT_TO_MEDIATE;
    preparing::consent(tx, doing, id, document, version, Language::English)?;
    preparing::be_ready(tx, doing, id, Route::Mediation).map(drop)
}

async fn agree(state: &AppState, people: People, dispute: DisputeId, until: Until) -> Result<(), Refused> {
    let desk = &state.desk;
    let revise = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        agreements::revise(tx, doing, dispute, 0, RecordLanguage::English, vec![term()?])
    };
    let digest = desk.write(By::Person(people.noor), revise).await?.digest;
    for account in [people.amara, people.bela] {
        desk.write(By::Person(account), move |tx, doing| agreements::be_ready(tx, doing, dispute, digest))
            .await?;
    }
    desk.write(By::Person(people.noor), move |tx, doing| agreements::freeze(tx, doing, dispute, digest))
        .await?;
    for account in [people.amara, people.bela] {
        let waive =
            move |tx: &mut Tx<'_>, doing: &mut Doing| agreements::waive(tx, doing, dispute, digest, true);
        desk.write(By::Person(account), waive).await?;
    }
    if until == Until::Signing {
        return Ok(());
    }
    for (account, name) in [(people.amara, "Amara Sen"), (people.bela, "Bela Roy")] {
        let signing = Signing {
            digest,
            name: name.to_owned(),
            freely: true,
            auditor_may_read_terms: true,
            screen: None,
        };
        desk.write(By::Person(account), move |tx, doing| {
            agreements::sign(tx, doing, dispute, &signing, Proof::Password, None)
        })
        .await?;
    }
    let prepare = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        sealing::prepare_attestation(tx, doing, dispute, digest, "Noor Khan")
    };
    let prepared = desk.write(By::Person(people.noor), prepare).await?;
    let sealed = state.sealer.seal(prepared.contents.clone()).await?;
    desk.write(By::Person(people.noor), move |tx, doing| sealing::seal(tx, doing, &prepared, &sealed))
        .await?;
    Ok(())
}

fn term() -> Result<Term, Refused> {
    let broken = || Refused::broken("the terms of the demo");
    let taka = "BDT".parse().map_err(|_| broken())?;
    Ok(Term {
        debtor: Side::Respondent,
        creditor: Side::Claimant,
        text: std::iter::once((RecordLanguage::English, "pays back the deposit".to_owned())).collect(),
        amount: Money::parse("450.00", taka).ok(),
        due_on: "2030-01-31".parse().ok(),
    })
}
