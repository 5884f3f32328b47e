//! Stores for the tests of this crate: SQLite in a folder of its own, and PostgreSQL as well where
//! `CONCORD_TEST_DATABASE_URL` names a server. Deliberately not here: anything that the program itself uses.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use domain::agreement::TextDigest;
use domain::assignment::CoMediation;
use domain::category::Category;
use domain::dispute::{Dispute, Mediation, Stage};
use domain::ids::{AccountId, DisputeId, Reference, SettlementId};
use domain::language::Language;
use domain::party::Joining;
use domain::person::PersonName;
use domain::room::RoomState;
use domain::time::Moment;
use uuid::Uuid;

use crate::db::{Db, Location};
use crate::disputes;
use crate::people::{self, NewAccount};
use crate::settlements::{self, NewSettlement};
use crate::{Settings, Store, Tx, WrappingKey};

/// A store with what keeps it alive.
pub struct House {
    pub backend: &'static str,
    pub store: Store,
    pub settings: Settings,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl House {
    /// Writes, and waits for it.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> crate::Result<T> + Send + 'static,
    ) -> crate::Result<T> {
        self.runtime.block_on(self.store.write(job))
    }

    /// Reads, and waits for it.
    pub fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> crate::Result<T> + Send + 'static,
    ) -> crate::Result<T> {
        self.runtime.block_on(self.store.read(job))
    }

    /// Runs something that waits.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Writes many things at once, and answers what came of each.
    pub fn at_once<T: Send + 'static, J>(&self, jobs: impl IntoIterator<Item = J>) -> Vec<crate::Result<T>>
    where
        J: FnOnce(&mut Tx<'_>) -> crate::Result<T> + Send + 'static,
    {
        self.runtime.block_on(async {
            let started = jobs.into_iter().map(|job| {
                let store = self.store.clone();
                tokio::spawn(async move { store.write(job).await })
            });
            let mut done = Vec::new();
            for one in started.collect::<Vec<_>>() {
                done.push(one.await.unwrap());
            }
            done
        })
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A name that no other test of any process uses.
fn fresh_name() -> String {
    format!("concord_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Every backend at hand, empty.
pub fn houses() -> Vec<House> {
    let mut urls = vec![("sqlite", None)];
    if let Ok(server) = std::env::var("CONCORD_TEST_DATABASE_URL") {
        let name = fresh_name();
        let mut line = Location::read(&server, None, false).connect().unwrap();
        line.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        urls.push(("postgres", Some(format!("{server}/{name}"))));
    }
    urls.into_iter()
        .map(|(backend, database_url)| {
            let folder = tempfile::tempdir().unwrap();
            let mut settings = Settings::in_folder(folder.path(), WrappingKey::new([7; 32]));
            settings.database_url = database_url;
            let store = Store::open(&settings).unwrap();
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            House { backend, store, settings, runtime, _folder: folder }
        })
        .collect()
}

impl Drop for House {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.stop());
        if let Some(url) = &self.settings.database_url {
            let (server, name) = url.rsplit_once('/').unwrap();
            let mut line = Location::read(&format!("{server}/postgres"), None, false).connect().unwrap();
            line.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
        }
    }
}

/// A connection of one's own to the rows, to go round the door.
pub fn db_line(house: &House) -> Db {
    let url = house.settings.database_url.clone();
    let file = house.settings.data.join("concord.db");
    Location::read(&url.unwrap_or_else(|| file.to_str().unwrap().to_owned()), None, false).connect().unwrap()
}

/// A moment: so many milliseconds after the first.
pub const fn moment(millis: i64) -> Moment {
    Moment::from_millis(1_795_496_820_000 + millis)
}

/// The account of that number.
pub fn account(number: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(number))
}

/// Opens an account.
pub fn join(tx: &mut Tx<'_>, number: u128, name: &str) -> crate::Result<AccountId> {
    let id = account(number);
    let new = NewAccount {
        id,
        email: Some(format!("{}@example.org", name.to_lowercase()).parse().unwrap()),
        confirmed_at: None,
        name: name.parse::<PersonName>().unwrap(),
        language: Language::English,
        password_hash: None,
    };
    people::insert(tx, &new, moment(0))?;
    Ok(id)
}

/// The dispute's id of that number.
pub fn dispute_id(number: u128) -> DisputeId {
    DisputeId::new(Uuid::from_u128(number))
}

/// The claimant, the respondent and the mediator of every dispute in these tests.
pub const PEOPLE: [(u128, &str); 3] = [(1, "Amara"), (2, "Bela"), (3, "Noor")];

/// Opens the three accounts where they are missing.
pub fn join_all(tx: &mut Tx<'_>) -> crate::Result<()> {
    for (number, name) in PEOPLE {
        match join(tx, number, name) {
            Ok(_) | Err(crate::Error::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A draft of the claimant's, with the three accounts.
pub fn a_dispute(tx: &mut Tx<'_>, number: u128) -> crate::Result<Dispute> {
    join_all(tx)?;
    let dispute = Dispute::draft(dispute_id(number), account(1), Category::Tenancy, Language::English);
    disputes::insert(tx, &dispute, &[9; 16], moment(0))?;
    Ok(dispute)
}

/// A record of a dispute of its own, with the same number; an auditor may read the first one's.
pub fn a_settlement(tx: &mut Tx<'_>, number: u8, category: Category, sealed: i64) -> crate::Result<()> {
    let dispute = a_dispute(tx, u128::from(number))?.id;
    let new = NewSettlement {
        id: SettlementId::new(Uuid::from_u128(u128::from(number))),
        dispute,
        reference: Reference::from_random(u64::from(number)),
        category,
        sealed_at: moment(sealed),
        digest: TextDigest([number; 32]),
        auditor_may_read: number == 1,
        supersedes: None,
        json: b"{}",
        jws: "a.b.c",
        pdf: b"%PDF",
    };
    settlements::put(tx, &new)
}

/// The same dispute, in mediation between the three.
pub fn in_mediation(dispute: &Dispute) -> Dispute {
    let mut dispute = dispute.clone();
    dispute.reference = Some(Reference::from_random(u64::from(dispute.id.uuid().as_bytes()[15])));
    dispute.filed_at = Some(moment(1));
    dispute.parties.respondent.joining = Joining::Joined { account: account(2) };
    dispute.stage = Stage::Mediation(Mediation {
        mediator: account(3),
        since: moment(5),
        began: moment(4),
        until: moment(500),
        room: RoomState::default(),
        beside: CoMediation::Vacant,
        co_mediated: Vec::new(),
        tried: Vec::new(),
    });
    dispute
}
