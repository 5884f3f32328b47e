//! Somebody who looks everywhere: every page that a link leads to, every operation of the interface that only reads, with
//! every id that was ever seen. What they get is for the test to judge.

use std::collections::{BTreeSet, VecDeque};

use reqwest::Method;
use serde_json::Value;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::client::Client;
use crate::papers;

/// More pages than a house with one dispute has.
const PAGES_MAX: usize = 400;

/// What was asked for, and all that came: status, headers and body.
pub struct Found {
    /// Method and path.
    pub asked: String,
    /// Whether it was there.
    pub is_there: bool,
    /// Everything of the answer.
    pub text: String,
}

/// Follows every link of the house from these pages on, and reads each once.
pub async fn pages(browser: &Browser, from: &[String]) -> Vec<Found> {
    let mut known: BTreeSet<String> = from.iter().cloned().collect();
    let mut waiting: VecDeque<String> = from.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let answer = browser.opens(&path).await;
        let text = all_of(&answer);
        for link in links(&text).filter(|link| is_read_only(link)) {
            if known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        found.push(Found { asked: format!("GET {path}"), is_there: answer.status == 200, text });
        assert!(
            found.len() <= PAGES_MAX,
            "links without end: {:?}",
            known.iter().take(60).collect::<Vec<_>>()
        );
    }
    found
}

/// Calls every operation that only reads, with each id in each of its places, as GET and as HEAD.
pub async fn operations(client: &Client, openapi: &Value, ids: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    for (path, item) in openapi["paths"].as_object().expect("paths") {
        // A line without an end is listened to elsewhere.
        let is_line = path.ends_with("/socket") || path.ends_with("/events");
        if item.get("get").is_none() || is_line {
            continue;
        }
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        for filled in filled(path, ids) {
            for method in [Method::GET, Method::HEAD] {
                let answer = client.send(client.request(method.clone(), &filled)).await;
                let text = all_of(&answer);
                let asked = format!("{method} {filled}");
                found.push(Found { asked, is_there: answer.status == 200, text });
            }
        }
    }
    found
}

/// An answer to something that was asked for by hand.
pub fn found(asked: &str, answer: &Answer) -> Found {
    Found { asked: asked.to_owned(), is_there: answer.status == 200, text: all_of(answer) }
}

/// Headers and body; of a sealed paper what stands on its pages and in the files inside, which nobody finds in its bytes.
fn all_of(answer: &Answer) -> String {
    let sealed = if answer.bytes.starts_with(b"%PDF-") { papers::told(&answer.bytes) } else { String::new() };
    format!("{:?}\n{}\n{sealed}", answer.headers, answer.text())
}

/// The path with its parameters filled in, in every way; the dispute is the first of the ids.
fn filled(path: &str, ids: &[String]) -> Vec<String> {
    const CHANNELS: [&str; 5] =
        ["joint", "caucus-claimant", "caucus-respondent", "notes", "notes-co-mediator"];
    let mut all = vec![String::new()];
    let mut parts = 0;
    for part in path.split('/').skip(1) {
        let choices: Vec<String> = match part {
            "{channel}" => CHANNELS.iter().map(ToString::to_string).collect(),
            "{n}" | "{number}" | "{revision}" => vec!["1".to_owned(), "2".to_owned()],
            // What lies under a dispute is asked for under this one.
            _ if part.starts_with('{') && parts == 0 && path.starts_with("/disputes/") => {
                vec![ids[0].clone()]
            }
            _ if part.starts_with('{') => ids.to_vec(),
            _ => vec![part.to_owned()],
        };
        parts += usize::from(part.starts_with('{'));
        all =
            all.iter().flat_map(|start| choices.iter().map(move |part| format!("{start}/{part}"))).collect();
    }
    all
}

fn links(page: &str) -> impl Iterator<Item = String> + '_ {
    page.split("href=\"").skip(1).filter_map(|after| {
        let link = after.split('"').next()?.replace("&amp;", "&");
        let link = link.split('#').next()?.to_owned();
        (link.starts_with('/') && !link.starts_with("//")).then_some(link)
    })
}

/// Styles say nothing, and leaving ends the walk.
fn is_read_only(link: &str) -> bool {
    !["/a/", "/exit", "/left", "/leave", "/sign-out"].iter().any(|start| link.starts_with(start))
}
