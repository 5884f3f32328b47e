//! Each table says what becomes of it once a talk is destroyed (R12). A table or column that is new and stands here
//! nowhere fails the test: whoever adds one has to say where its words end.

use super::*;
use crate::dialect::{on_both, run};
use crate::testing::{House, account, db_line, dispute_id, houses, moment};
use Fate::{Claim, Desk, House as OfTheHouse, Passing, Seats, Talk, Years};

/// What becomes of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Erased with the talk.
    Talk,
    /// Kept ten years: who, when and which record, sealed under the record key where anybody's words are in it.
    Years,
    /// No dispute's words: people of the house, their sessions, the ledger's digests.
    House,
    /// Answers that were given once, and mail without substance (R11): gone within days, and in no backup.
    Passing,
    /// The claim: emptied; what is left are keyed digests, by which a second filing is found.
    Claim,
    /// The registrar's desk: what a side called for goes, what the house is to look after stays.
    Desk,
    /// Who sat where is kept ten years, in one row for each; the numbers, which count what was said, go.
    Seats,
}

/// Every table with its columns.
const TABLES: [(&str, Fate, &str); 49] = [
    (
        "accounts",
        OfTheHouse,
        "id email confirmed_at name language password_hash totp_sealed totp_last_step disabled_at created_at",
    ),
    ("house_roles", OfTheHouse, "account role specialities languages granted_at"),
    ("codes", OfTheHouse, "hash purpose subject created_at expires_at used_at"),
    (
        "sessions",
        OfTheHouse,
        "id account kind secret_hash label created_at seen_at proved_at idle_until expires_at revoked_at",
    ),
    ("refresh_tokens", OfTheHouse, "hash session issued_at used_at"),
    ("known_devices", OfTheHouse, "account hash seen_at"),
    (
        "outbox",
        Passing,
        "id message_id purpose to_sealed body_sealed state due_at leased_until attempts problem delivery created_at \
         finished_at",
    ),
    ("audit", Years, "seq at actor kind dispute subjects previous digest"),
    ("audit_head", Years, "id last_seq last_digest"),
    ("idempotency", Passing, "account key request_digest status body_sealed created_at expires_at"),
    (
        "disputes",
        Years,
        "id version reference category stage filed_at due_at over_at changed_at erased_at awaits_screening awaits_takers \
         awaits_mediator is_suspended process_sealed salt_sealed",
    ),
    ("reminders", Talk, "dispute due_at remind_at reminded_at"),
    ("dispute_people", Years, "dispute account role"),
    ("assignments", Years, "id dispute mediator state proposed_at"),
    ("claims", Claim, "dispute claimant email_digest name_digest sealed silenced"),
    // Each paper says under which key it lies; those under the data key go.
    ("papers", Claim, "dispute kind part key sealed at"),
    (
        "invitation_codes",
        Years,
        "locator invitation dispute number secret_hash expires_at wrong_secrets replaced made_at refused",
    ),
    ("duties", Desk, "id kind dispute side at closed_at"),
    ("channels", Talk, "dispute channel last_seq"),
    ("entries", Talk, "dispute channel seq id at account author body_digest body_sealed"),
    ("seats", Seats, "dispute account channel from_seq until_seq seat granted_at"),
    ("offers", Talk, "dispute channel id author state expires_at made answered content_sealed"),
    ("blind_bids", Talk, "dispute id state round asked_at question_sealed met_sealed"),
    ("blind_bid_figures", Talk, "dispute bid side figure_sealed"),
    ("proposals", Talk, "dispute id state made_at expires_at content_sealed"),
    ("proposal_answers", Talk, "dispute proposal side answer_sealed"),
    ("files", Talk, "id dispute owner side channel content_type bytes name_sealed shown at quarantine"),
    ("uploads", Talk, "id dispute account side channel length received pieces name_sealed begun_at"),
    ("thumbnails", Talk, "file width height picture_sealed"),
    ("file_entries", Talk, "file seq"),
    ("shares", Talk, "dispute channel entry state copy_channel copy file"),
    ("standings", Talk, "dispute channel kind entry"),
    ("summary_answers", Talk, "dispute channel entry side answer"),
    (
        "settlements",
        Years,
        "id dispute reference category sealed_at digest auditor_may_read json_sealed jws_sealed pdf_sealed supersedes",
    ),
    ("amendments", Years, "dispute settlement"),
    ("deliveries", Years, "id settlement account side choice state made_at changed_at certification"),
    ("delivery_steps", Years, "delivery number state at"),
    (
        "certifications",
        Years,
        "id settlement dispute state asked_by refused asked_at agreed_at since capacity account certifier_sealed digest \
         json_sealed jws_sealed pdf_sealed",
    ),
    ("drafts", Passing, "account key sealed at"),
    ("ledger_head", OfTheHouse, "id size mailed_at"),
    ("ledger_leaves", OfTheHouse, "number kind subject leaf at"),
    ("ledger_nodes", OfTheHouse, "level position hash"),
    ("ledger_checkpoints", OfTheHouse, "size note at"),
    ("ledger_cosignatures", OfTheHouse, "size witness line at"),
    (
        "holds",
        Years,
        "id dispute reason_sealed placed_by placed_at confirmed_by confirmed_at lifted_by lifted_at ended_by ended_at",
    ),
    ("phrases", OfTheHouse, "id account at sealed"),
    (
        "passkeys",
        OfTheHouse,
        "id account credential public_key counter may_be_backed_up transports name_sealed added_at used_at suspended_at",
    ),
    ("findings", OfTheHouse, "id settlement auditor at sealed kind"),
    ("__diesel_schema_migrations", OfTheHouse, "version run_on"),
];

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    of: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn columns(house: &House) -> Vec<(String, String)> {
    let mut db = db_line(house);
    let sql = match house.backend {
        "sqlite" => {
            "SELECT m.name AS \"of\", p.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        _ => {
            "SELECT table_name::text AS \"of\", column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    let found: Vec<Column> = on_both!(&mut db, |c| diesel::sql_query(sql).load(c)).unwrap();
    let mut all: Vec<_> = found.into_iter().map(|column| (column.of, column.name)).collect();
    all.sort();
    all
}

fn rows(house: &House, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS rows FROM {table}");
    let mut db = db_line(house);
    let found: Count = on_both!(&mut db, |c| diesel::sql_query(&sql).get_result(c)).unwrap();
    found.rows
}

#[test]
fn r12_every_table_and_column_says_where_its_words_end() {
    for house in houses() {
        let mut declared: Vec<(String, String)> = TABLES
            .iter()
            .flat_map(|(table, _, columns)| {
                columns.split_whitespace().map(|column| ((*table).to_owned(), column.to_owned()))
            })
            .collect();
        declared.sort();
        let found = columns(&house);
        let new: Vec<_> = found.iter().filter(|column| !declared.contains(column)).collect();
        assert!(new.is_empty(), "{}: say in {} what becomes of {new:?} (R12)", house.backend, file!());
        let gone: Vec<_> = declared.iter().filter(|column| !found.contains(column)).collect();
        assert!(gone.is_empty(), "{}: {gone:?} is declared and not there", house.backend);
    }
}

/// What the nouns above do not write in [`super::tests::full`].
fn fill_the_rest(house: &House) {
    let dispute = dispute_id(1);
    let file = super::tests::file().id;
    let rows = [
        format!("INSERT INTO reminders (dispute, due_at, remind_at) VALUES ('{dispute}', 1, 1)"),
        format!(
            "INSERT INTO duties (id, kind, dispute, side, at) VALUES ('a', 'unsafe', '{dispute}', 'claimant', 1)"
        ),
        format!("INSERT INTO duties (id, kind, dispute, at) VALUES ('b', 'deadline-stuck', '{dispute}', 1)"),
        format!(
            "INSERT INTO offers (dispute, channel, id, author, state, made, answered, content_sealed) \
             VALUES ('{dispute}', 'joint', 'a', 'claimant', 'open', 1, 1, '')"
        ),
        format!(
            "INSERT INTO blind_bid_figures (dispute, bid, side, figure_sealed) \
             SELECT dispute, id, 'claimant', '' FROM blind_bids WHERE dispute = '{dispute}'"
        ),
        format!(
            "INSERT INTO uploads (id, dispute, account, length, received, pieces, name_sealed, begun_at) \
             VALUES ('a', '{dispute}', '{}', 9, 0, 0, '', 1)",
            account(1)
        ),
        format!("INSERT INTO file_entries (file, seq) VALUES ('{file}', 1)"),
        format!(
            "INSERT INTO shares (dispute, channel, entry, state) VALUES ('{dispute}', 'joint', 'a', 'asked')"
        ),
        format!(
            "INSERT INTO standings (dispute, channel, kind, entry) VALUES ('{dispute}', 'joint', 'timer', 'a')"
        ),
        format!(
            "INSERT INTO summary_answers (dispute, channel, entry, side, answer) \
             VALUES ('{dispute}', 'joint', 'a', 'claimant', 'agreed')"
        ),
    ];
    let mut db = db_line(house);
    for row in rows {
        run(&mut db, &row).unwrap();
    }
}

#[test]
fn r12_what_goes_with_the_talk_is_gone_from_every_table_and_the_rest_stays() {
    for house in houses() {
        house.write(super::tests::full).unwrap();
        fill_the_rest(&house);
        let before: Vec<i64> = TABLES.iter().map(|(table, ..)| rows(&house, table)).collect();
        house.write(|tx| destroy_talk(tx, dispute_id(1), moment(12))).unwrap();
        for ((table, fate, _), before) in TABLES.iter().zip(before) {
            let after = rows(&house, table);
            let told = format!("{} on {}: {before} rows, then {after}", table, house.backend);
            match fate {
                Talk => assert!(before > 0 && after == 0, "{told}"),
                Desk => assert_eq!((before, after), (2, 1), "{told}"),
                Seats => assert_eq!((before, after), (3, 2), "{told}"),
                Years | OfTheHouse | Passing => assert_eq!(before, after, "{told}"),
                Claim => assert!(after > 0, "{told}"),
            }
        }
        assert_eq!(rows(&house, "papers WHERE key = 'data'"), 0, "{}", house.backend);
        assert_eq!(rows(&house, "claims WHERE length(sealed) > 0"), 0, "{}", house.backend);
    }
}
