//! Tests of the ground under the nouns: opening, group commit, what is lost and what is not, keys and places.
//! Deliberately not here: tests of any noun, which stand beside it.

use diesel::prelude::*;

use domain::ids::DisputeId;
use uuid::Uuid;

use crate::dialect::{on_both, run};
use crate::testing::{House, account, db_line, houses, join, moment};
use crate::{Error, Key, OpenError, Place, Store, Tx, WrappingKey, people, schema};

fn dispute(number: u128) -> DisputeId {
    DisputeId::new(Uuid::from_u128(number))
}

fn names(house: &House) -> Vec<String> {
    house
        .read(|tx| {
            Ok(schema::accounts::table
                .select(schema::accounts::name)
                .order(schema::accounts::name)
                .load(tx.db)?)
        })
        .unwrap()
}

#[test]
fn a_refused_act_is_undone_alone_among_many() {
    for house in houses() {
        let outcomes = house.at_once((1..=60_u128).map(|number| {
            move |tx: &mut Tx<'_>| {
                join(tx, number, &format!("P{number}"))?;
                match number % 3 {
                    0 => Err(Error::Conflict),
                    1 => panic!("a job that panics, as the test wants"),
                    _ => Ok(number),
                }
            }
        }));
        let kept: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(kept.len(), 20, "{}", house.backend);
        assert!(outcomes.contains(&Err(Error::Conflict)) && outcomes.contains(&Err(Error::Corrupt)));
        assert_eq!(names(&house).len(), 20);
    }
}

#[test]
fn nothing_is_answered_as_kept_that_a_full_disk_took_away() {
    let house = houses().remove(0);
    // The writer's own connection gets a limit of a few more pages; SQLite rolls back everything when it is met.
    house.write(|tx| run(tx.db, "PRAGMA max_page_count = 1")).unwrap();
    let long = "x".repeat(190);
    let outcomes = house.at_once((1..=200_u128).map(|number| {
        let name = format!("{long}{number:03}");
        move |tx: &mut Tx<'_>| {
            join(tx, number, &name[185..]).and_then(|id| {
                people::set_password(tx, id, &name.repeat(4))?;
                Ok(id)
            })
        }
    }));
    let kept = outcomes.iter().flatten().count();
    assert!(outcomes.contains(&Err(Error::Unavailable)), "the limit was never met");
    assert_eq!(names(&house).len(), kept);
    house.write(|tx| run(tx.db, "PRAGMA max_page_count = 1000000")).unwrap();
    assert_eq!(house.write(|tx| join(tx, 999, "Later")), Ok(account(999)));
}

#[test]
fn an_error_that_a_job_swallowed_is_not_answered_as_kept() {
    for house in houses() {
        let outcome = house.write(|tx| {
            join(tx, 1, "Amara")?;
            let _swallowed = run(tx.db, "INSERT INTO accounts (id) VALUES ('1')");
            Ok(())
        });
        assert_eq!(outcome.is_ok(), names(&house).len() == 1, "{}", house.backend);
    }
}

#[test]
fn reading_changes_nothing() {
    for house in houses() {
        assert!(house.read(|tx| join(tx, 1, "Amara")).is_err(), "{}", house.backend);
        assert_eq!(names(&house).len(), 0);
        assert_eq!(house.wait(house.store.ping()), Ok(()));
    }
}

#[test]
fn a_restarted_database_is_found_again() {
    for house in houses() {
        house.write(|tx| join(tx, 1, "Amara")).unwrap();
        if house.backend == "postgres" {
            let mut db = db_line(&house);
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            run(&mut db, others).unwrap();
        }
        for number in 2..12 {
            house.write(move |tx| join(tx, number, &format!("P{number}"))).unwrap();
            house.write(move |tx| tx.vault().create_keys(dispute(number))).unwrap();
            house.wait(house.store.ping()).unwrap();
        }
        assert_eq!(names(&house).len(), 11);
    }
}

#[test]
fn a_stopped_store_refuses_and_is_opened_again_with_all_it_held() {
    for house in houses() {
        house.write(|tx| join(tx, 1, "Amara")).unwrap();
        house.wait(house.store.stop());
        assert_eq!(house.write(|tx| join(tx, 2, "Bela")), Err(Error::Unavailable));
        let again = Store::open(&house.settings).unwrap();
        let found = house.wait(again.read(|tx| people::by_id(tx, account(1))));
        assert_eq!(found.map(|found| found.name.to_string()), Ok("Amara".to_owned()), "{}", house.backend);
        house.wait(again.stop());
    }
}

#[test]
fn a_newer_database_and_a_wrong_wrapping_key_stop_the_start() {
    for house in houses() {
        let mut wrong = house.settings.clone();
        wrong.wrapping_key = WrappingKey::new([8; 32]);
        assert!(matches!(Store::open(&wrong), Err(OpenError::WrongWrappingKey)), "{}", house.backend);
        let mut db = db_line(&house);
        run(&mut db, "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', CURRENT_TIMESTAMP)")
            .unwrap();
        let Err(refused) = Store::open(&house.settings) else { panic!("a newer database was opened") };
        assert!(refused.to_string().contains("29990101000000"), "{refused}");
    }
}

#[test]
fn several_processes_may_start_at_once() {
    for house in houses() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = house.settings.clone();
        settings.data = folder.path().to_owned();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&settings).map(drop))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(opened.iter().all(Result::is_ok), "{}: {opened:?}", house.backend);
    }
}

#[test]
fn a_row_moved_elsewhere_does_not_open() {
    for house in houses() {
        house
            .write(|tx| {
                let vault = tx.vault();
                vault.create_keys(dispute(1))?;
                vault.create_keys(dispute(2))?;
                let place = |purpose, number, row: &str| Place::of(purpose, dispute(number)).row(row);
                let here = place("entry", 1, "joint/1");
                let sealed = vault.seal(Key::Data, &here, b"words")?;
                assert_eq!(vault.open(Key::Data, &here, &sealed), Ok(b"words".to_vec()));
                for elsewhere in
                    [place("entry", 1, "joint/2"), place("entry", 2, "joint/1"), place("offer", 1, "joint/1")]
                {
                    assert_eq!(
                        vault.open(Key::Data, &elsewhere, &sealed),
                        Err(Error::Corrupt),
                        "{elsewhere:?}"
                    );
                }
                assert_eq!(vault.open(Key::Record, &here, &sealed), Err(Error::Corrupt));
                assert_eq!(vault.open(Key::Data, &here, b"\x01"), Err(Error::Corrupt));
                let house = vault.seal_house("mail-to", "1", b"x")?;
                assert_eq!(vault.open_house("mail-to", "2", &house), Err(Error::Corrupt));
                assert_ne!(
                    vault.digest(dispute(1), "entry", b"x")?,
                    vault.digest(dispute(2), "entry", b"x")?
                );
                assert_eq!(vault.sealer(Key::Data, dispute(1))?.open(&here, &sealed), Ok(b"words".to_vec()));
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn r12_a_destroyed_key_is_gone_and_the_other_stays() {
    for house in houses() {
        let here = || Place::of("entry", dispute(1)).row("joint/1");
        let (talk, record) = house
            .write(move |tx| {
                tx.vault().create_keys(dispute(1))?;
                Ok((
                    tx.vault().seal(Key::Data, &here(), b"talk")?,
                    tx.vault().seal(Key::Record, &here(), b"record")?,
                ))
            })
            .unwrap();
        house.write(|tx| tx.vault().destroy(dispute(1), Key::Data, moment(5))).unwrap();
        let left = house.read(move |tx| {
            assert_eq!(tx.vault().open(Key::Data, &here(), &talk), Err(Error::NotFound));
            assert_eq!(tx.vault().erasures(), Ok(vec![(dispute(1), Key::Data, moment(5))]));
            tx.vault().open(Key::Record, &here(), &record)
        });
        assert_eq!(left, Ok(b"record".to_vec()), "{}", house.backend);
    }
}

#[test]
fn nobodys_words_lie_readable_in_the_files() {
    let house = houses().remove(0);
    house
        .write(|tx| {
            let mail = crate::outbox::NewMail {
                id: domain::ids::MailId::new(Uuid::from_u128(1)),
                message_id: "<1@concord>".to_owned(),
                purpose: "invitation".to_owned(),
                to: "hidden-address@example.org".to_owned(),
                body: b"hidden-words".to_vec(),
                delivery: None,
                due_at: moment(0),
            };
            crate::outbox::queue(tx, &mail, moment(0))
        })
        .unwrap();
    for file in std::fs::read_dir(&house.settings.data).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"hidden-"));
    }
}

#[test]
fn r12_a_restored_backup_forgets_what_was_forgotten_since() {
    let house = houses().remove(0);
    let folder = tempfile::tempdir().unwrap();
    let (rows, keys) = (folder.path().join("rows"), folder.path().join("it's keys"));
    house
        .write(|tx| {
            join(tx, 1, "Amara")?;
            tx.vault().create_keys(dispute(1))?;
            tx.vault().create_keys(dispute(2))
        })
        .unwrap();
    crate::backup(&house.settings, &rows, &keys, moment(1)).unwrap();
    assert!(matches!(crate::backup(&house.settings, &rows, &keys, moment(1)), Err(OpenError::Backup(_))));
    house.write(|tx| tx.vault().destroy(dispute(1), Key::Data, moment(5))).unwrap();
    house.wait(house.store.stop());
    assert!(matches!(crate::restore(&house.settings, &rows, &keys, &[]), Err(OpenError::Backup(_))));
    for aside in ["concord.db", "concord.db-wal", "concord.db-shm"] {
        drop(std::fs::remove_file(house.settings.data.join(aside)));
    }
    crate::restore(&house.settings, &rows, &keys, &[]).unwrap();
    let again = Store::open(&house.settings).unwrap();
    let held = house.wait(again.read(|tx| -> crate::Result<_> {
        assert!(people::by_id(tx, account(1)).is_ok());
        let vault = tx.vault();
        Ok([
            vault.holds(dispute(1), Key::Data)?,
            vault.holds(dispute(1), Key::Record)?,
            vault.holds(dispute(2), Key::Data)?,
        ])
    }));
    assert_eq!(held, Ok([false, true, true]));
    house.wait(again.stop());
}

/// Every table of `schema` is read with all its columns, on every backend.
macro_rules! read_all {
    ($db:expr, $($table:ident),+ $(,)?) => {$(
        on_both!(&mut *$db, |c| {
            let query = schema::$table::table.select(schema::$table::all_columns).limit(0);
            assert_eq!(query.execute(c), Ok(0), stringify!($table));
        });
    )+};
}

#[test]
fn the_tables_are_as_the_schema_says() {
    for house in houses() {
        let mut db = db_line(&house);
        read_all!(
            &mut db,
            accounts,
            house_roles,
            codes,
            sessions,
            refresh_tokens,
            known_devices,
            outbox,
            audit,
            audit_head,
            idempotency,
            disputes,
            dispute_people,
            assignments,
            claims,
            papers,
            invitation_codes,
            duties,
            channels,
            entries,
            seats,
            offers,
            files,
            settlements,
            deliveries,
            drafts,
            ledger_head,
            ledger_leaves,
            ledger_nodes,
            ledger_checkpoints,
            ledger_cosignatures,
        );
    }
}
