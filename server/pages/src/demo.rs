//! What only the demo shows: the people of the demo, and every mail that was sent. Deliberately not here: anything that
//! a real house would serve.

use crate::frame::page;
use domain::time::Moment;

/// A person of the demo.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// What `person` is posted with.
    pub id: String,
    /// The name.
    pub name: String,
    /// What they are: `claimant`, `respondent`, `mediator`, `registrar`, `auditor`.
    pub role: String,
    /// What they can be tried for: a short line, in English, of the demo's own; may be empty.
    pub about: String,
}

/// `GET /demo`. Posts `/demo`: `person`; signs in and goes on to that person's first page.
#[derive(Debug, Clone, Default)]
pub struct DemoPeople {
    /// Everyone.
    pub people: Vec<DemoPerson>,
}
page!(DemoPeople, "demo/people.html");

/// One mail in the list.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Its id; shown at `/mailbox/{id}`.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub at: Moment,
    /// How many attachments it has.
    pub attachments: usize,
}

/// `GET /mailbox[?to=address]`. No form.
#[derive(Debug, Clone, Default)]
pub struct Mailbox {
    /// The mails, newest first.
    pub mails: Vec<MailLine>,
}
page!(Mailbox, "demo/mailbox.html");

/// `GET /mailbox/{id}`. Attachments at `/mailbox/{id}/attachments/{n}`, n from 1. No form.
#[derive(Debug, Clone)]
pub struct MailPage {
    /// Its id.
    pub id: String,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub at: Moment,
    /// Its text part. Addresses of the house in it (`http…`) become links.
    pub text: String,
    /// The names and sizes of its attachments.
    pub attachments: Vec<(String, String)>,
}
page!(MailPage, "demo/mail.html");

impl MailPage {
    /// The lines of the text in words and links: (text, is a link).
    pub fn lines(&self) -> Vec<Vec<(String, bool)>> {
        let is_link = |word: &str| word.starts_with("http://") || word.starts_with("https://");
        let line =
            |line: &str| line.split_inclusive(' ').map(|word| (word.to_owned(), is_link(word))).collect();
        self.text.lines().map(line).collect()
    }
}
