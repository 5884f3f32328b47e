//! What is checked about the source itself: who may import whom, which words stay in which rooms, how long a file may
//! grow. A rule that is not a test is a wish. What the compiler and clippy check by themselves is not here.

#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/order.rs"]
mod order;

use std::collections::BTreeSet;

use source::{Source, files, has_word, top};

/// Rust files that this tree ships or runs.
fn rust() -> Vec<Source> {
    let mut all = files("server", &[".rs"]);
    all.extend(files("tests", &[".rs"]));
    all
}

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_crate_knows_only_those_below_it() {
    let allowed = [
        ("server/domain", &[][..]),
        ("server/store", &["domain"]),
        ("server/record", &["domain"]),
        ("server/pages", &["domain"]),
        ("server/service", &["domain", "store", "record", "pages"]),
        ("tests", &[]),
    ];
    let ours = ["domain", "store", "record", "pages", "service", "tests"];
    let mut wrong = Vec::new();
    for (folder, may) in allowed {
        let manifest = std::fs::read_to_string(top().join(folder).join("Cargo.toml")).expect("a manifest");
        for line in manifest.lines().map(str::trim) {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let is_dependency =
                line.contains("workspace = true") && line.contains('=') && !line.starts_with('[');
            if is_dependency && ours.contains(&name) && !may.contains(&name) {
                wrong.push(format!("{folder} may not know `{name}`"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn inside_a_crate_a_file_imports_only_what_stands_above_it() {
    let mut wrong = Vec::new();
    for folder in
        ["server/domain", "server/store", "server/record", "server/pages", "server/service", "tests"]
    {
        wrong.extend(order::wrong_imports(folder));
    }
    none(&wrong);
}

#[test]
fn pages_and_api_never_import_their_brothers() {
    let mut wrong = Vec::new();
    for room in ["api", "page"] {
        let folder = format!("server/service/src/http/{room}");
        for source in files(&folder, &[".rs"]).iter().filter(|source| !source.name.ends_with("/mod.rs")) {
            let code = source.shipped_code();
            let in_full = source::paths_from(&code, "crate");
            let brothers =
                in_full.iter().filter(|path| path.len() > 2 && path[0] == "http" && path[1] == room);
            wrong.extend(
                brothers.map(|path| format!("{} imports its brother `{}`", source.name, path.join("::"))),
            );
        }
    }
    none(&wrong);
}

#[test]
fn words_stay_in_their_rooms() {
    /// A word, where it may stand, and where the rule holds.
    struct Rule(&'static [&'static str], &'static [&'static str], &'static str);
    let rules = [
        Rule(
            &["Sqlite", "SqliteConnection", "Pg", "PgConnection"],
            &["server/store/src/dialect.rs", "server/store/src/db.rs"],
            "server/",
        ),
        Rule(&["diesel", "diesel_migrations"], &["server/store/"], "server/"),
        Rule(
            &[
                "actix_codec",
                "actix_http",
                "actix_multipart",
                "actix_server",
                "actix_service",
                "actix_web",
                "tokio_tungstenite",
            ],
            &["server/service/"],
            "server/",
        ),
        Rule(&["serde", "serde_json", "Serialize", "Deserialize"], &[], "server/domain/"),
        Rule(
            &["StatusCode", "HttpResponse"],
            &["server/service/src/http/", "server/service/src/http.rs"],
            "server/",
        ),
        Rule(
            &["SystemTime", "Utc::now", "Timestamp::now", "Zoned::now"],
            &["server/service/src/clock.rs"],
            "server/",
        ),
        Rule(&["async", "await"], &[], "server/domain/"),
    ];
    let mut wrong = Vec::new();
    for source in rust() {
        let code = source.shipped_code();
        for Rule(words, rooms, holds) in &rules {
            if !source.name.starts_with(holds) || rooms.iter().any(|room| source.name.starts_with(room)) {
                continue;
            }
            let found = words.iter().filter(|word| has_word(&code, word));
            wrong.extend(found.map(|word| format!("{} says `{word}`", source.name)));
        }
    }
    none(&wrong);
}

#[test]
fn no_file_is_longer_than_600_lines_and_no_function_than_70() {
    let mut wrong = Vec::new();
    let mut all = files("server", &[".rs"]);
    for folder in ["tests", "web"] {
        all.extend(files(folder, &[".rs", ".js", ".html", ".css", ".ftl", ".py"]));
    }
    for source in &all {
        let is_generated = source.name.ends_with("/schema.rs");
        // Messages and the words of a language are lists: nobody reads them from end to end.
        let is_list = source.name.ends_with(".ftl");
        if source.lines() > 600 && !is_generated && !is_list {
            wrong.push(format!("{} has {} lines", source.name, source.lines()));
        }
        if source.name.ends_with(".rs") && !is_generated {
            // The gallery's samples are lists of values, each function one shelf.
            let is_samples = source.name.contains("/examples/gallery/");
            let long = functions(&source.code()).into_iter().filter(|(_, lines)| *lines > 70 && !is_samples);
            wrong.extend(long.map(|(name, lines)| format!("{}: `{name}` has {lines} lines", source.name)));
        }
    }
    none(&wrong);
}

/// Every function of some code with its length in lines.
fn functions(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let name: String =
            code[at + 3..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let stands_alone = at == 0 || code[..at].ends_with([' ', '\n', '(']);
        let Some(open) = code[at..].find(['{', ';']).filter(|open| code[at + open..].starts_with('{')) else {
            continue;
        };
        if name.is_empty() || !stands_alone {
            continue;
        }
        let mut depth = 0;
        let close = code[at + open..].char_indices().find(|(_, letter)| {
            depth += match letter {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            depth == 0
        });
        let end = at + open + close.map_or(0, |(place, _)| place);
        found.push((name, code[at..(end + 1).min(code.len())].lines().count()));
    }
    found
}

#[test]
fn each_file_begins_by_saying_what_it_is() {
    let wrong: Vec<String> = rust()
        .iter()
        .filter(|source| !source.name.ends_with("/schema.rs") && !source.text.starts_with("//!"))
        .map(|source| format!("{} has no `//!` paragraph at its beginning", source.name))
        .collect();
    none(&wrong);
}

#[test]
fn migrations_have_the_same_names_for_both_databases() {
    let names = |database: &str| -> BTreeSet<String> {
        let start = format!("migrations/{database}/");
        let found = files(&format!("migrations/{database}"), &[".sql"]);
        found.into_iter().map(|source| source.name.trim_start_matches(&start).to_owned()).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "there are migrations");
    assert_eq!(sqlite, postgres);
    for name in &sqlite {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        assert!(
            sqlite.contains(&format!("{folder}/up.sql")) && sqlite.contains(&format!("{folder}/down.sql")),
            "{folder}"
        );
    }
    // Of two with one stamp, one is never run, and nothing says so.
    let stamp = |name: &String| name.split('_').next().unwrap_or_default().to_owned();
    let stamps: BTreeSet<String> = sqlite.iter().map(stamp).collect();
    assert_eq!(2 * stamps.len(), sqlite.len(), "two migrations have one stamp");
}

#[test]
fn nothing_is_left_for_later_or_left_out() {
    let unfinished = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"];
    let left_out = [".only(", ".skip(", "test.fixme("];
    let mut wrong = Vec::new();
    for source in rust() {
        let code = source.code();
        wrong.extend(
            unfinished
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{}: {word}", source.name)),
        );
    }
    for source in files("tests/browser", &[".js"]).iter().chain(&files("web", &[".js"])) {
        let found = left_out.iter().filter(|word| source.text.contains(**word));
        wrong.extend(found.map(|word| format!("{}: {word}", source.name)));
    }
    none(&wrong);
}

#[test]
fn scripts_never_write_markup() {
    let words = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("];
    let mut wrong = Vec::new();
    for source in files("web/scripts", &[".js"]) {
        let found = words.iter().filter(|word| source.text.contains(**word));
        wrong.extend(found.map(|word| format!("{} says `{word}`", source.name)));
    }
    none(&wrong);
}

#[test]
fn styles_have_no_left_or_right() {
    let words = [
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "text-align: left",
        "text-align: right",
        "float:left",
        "float: left",
        "float:right",
        "float: right",
    ];
    let mut wrong = Vec::new();
    for source in files("web/styles", &[".css"]) {
        let found = words.iter().filter(|word| source.text.contains(**word));
        wrong.extend(found.map(|word| format!("{} says `{word}`: use the logical property", source.name)));
    }
    none(&wrong);
}

#[test]
fn a_function_is_counted_from_its_name_to_its_closing_brace() {
    let code = "fn one() {\n  if x {\n  }\n}\ntrait T { fn two(); }\nimpl X { pub fn three() -> u8 { 1 } }";
    assert_eq!(functions(code), [("one".to_owned(), 4), ("three".to_owned(), 1)]);
}
