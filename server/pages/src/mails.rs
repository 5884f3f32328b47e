//! The bodies of the mails that the house sends. None carries substance: no name of a person, no title, no amount, no
//! reason (R11); whoever shares a phone or a mailbox learns no more than that something waits. Deliberately not here:
//! addresses, headers, sending.

use crate::form::Part;
use crate::frame::Institution;
use crate::words::{Said, Words};
use domain::language::Language;
use domain::time::Day;

/// A mail without its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailBody {
    /// One line, without isolation marks.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part: the same words, no pictures, nothing loaded.
    pub html: String,
}

/// What a mail is about, with the absolute addresses that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// To confirm an address; `url` is `PUBLIC_URL/confirmations?code=CODE`.
    Confirmation { url: String },
    /// To choose a new password; `url` is `PUBLIC_URL/passwords/resets/CODE`.
    Reset { url: String },
    /// To somebody invited; `url` is `PUBLIC_URL/invitations/CODE`, `entry` is `PUBLIC_URL/invitations`.
    Invitation { url: String, entry: String, expires_on: Day },
    /// To somebody whom a party asked to sit beside it; `url` is the page on which they take the seat.
    AskedBeside { url: String },
    /// To somebody who is named to certify a record; `url` is `PUBLIC_URL/certifications/codes/CODE`.
    AskedToCertify { url: String, expires_on: Day },
    /// Something waits; `url` is `PUBLIC_URL/sign-in` or a page behind it.
    SomethingToDo { url: String },
    /// A period ends on this day.
    Deadline { url: String, ends_on: Day },
    /// The record is attached.
    RecordAttached { is_encrypted: bool, verify: String },
    /// The record can be fetched after signing in.
    RecordLink { url: String },
    /// The mediation has ended.
    Ended { url: String },
    /// To somebody who took an invitation and waited: the house could not confirm that it was meant for them.
    NotConfirmed,
    /// To somebody who mediated: they do so no more.
    MediatorLeft,
    /// To the institution: the ledger's signed head, to be kept.
    LedgerHead { note: String },
    /// Something came of the account's passkeys; `url` is the page that lists them.
    Passkeys { news: PasskeyNews, url: String },
    /// Somebody asked for an account with an address that has one already.
    AlreadyKnown { url: String },
}

/// What came of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyNews {
    /// One was added.
    Added,
    /// One was removed.
    Removed,
    /// One was refused, because there may be a copy of it.
    Refused,
}

impl Mail {
    /// The mail in a language, from this house.
    pub fn body(&self, language: Language, institution: &Institution) -> MailBody {
        let w = Words::unmarked(language);
        let subject = self.subject(&w).text().to_owned();
        let lines = self.lines(&w, institution);
        MailBody {
            text: text_of(&w, &lines, institution),
            html: html_of(&w, &subject, &lines, institution),
            subject,
        }
    }

    fn subject(&self, w: &Words) -> Said {
        match self {
            Self::Confirmation { .. } => w.mail_confirmation_subject(),
            Self::Reset { .. } => w.mail_reset_subject(),
            Self::Invitation { .. } => w.mail_invitation_subject(),
            Self::SomethingToDo { .. }
            | Self::AlreadyKnown { .. }
            | Self::AskedBeside { .. }
            | Self::AskedToCertify { .. } => w.mail_something_subject(),
            Self::Deadline { .. } => w.mail_deadline_subject(),
            Self::RecordAttached { .. } | Self::RecordLink { .. } => w.mail_record_subject(),
            Self::Ended { .. } | Self::NotConfirmed => w.mail_ended_subject(),
            Self::MediatorLeft => w.mail_mediator_left_subject(),
            Self::LedgerHead { .. } => w.mail_ledger_subject(),
            Self::Passkeys { news: PasskeyNews::Refused, .. } => w.mail_passkeys_refused_subject(),
            Self::Passkeys { .. } => w.mail_passkeys_subject(),
        }
    }

    fn lines(&self, w: &Words, institution: &Institution) -> Vec<Line> {
        let said = |said: Said| Line::Said(said.text().to_owned());
        match self {
            Self::Confirmation { url } => {
                vec![
                    said(w.mail_confirmation_text()),
                    Line::Link(url.clone()),
                    said(w.mail_confirmation_not_you()),
                ]
            }
            Self::Reset { url } => {
                vec![said(w.mail_reset_text()), Line::Link(url.clone()), said(w.mail_reset_not_you())]
            }
            Self::Invitation { url, entry, expires_on } => vec![
                said(w.mail_invitation_text(&institution.name)),
                Line::Link(url.clone()),
                said(w.mail_invitation_free(w.day_text(*expires_on))),
                said(w.mail_invitation_no()),
                said(w.mail_invitation_code(entry)),
                said(w.mail_invitation_never()),
            ],
            Self::AskedBeside { url } => vec![
                said(w.mail_beside_text(&institution.name)),
                Line::Link(url.clone()),
                said(w.mail_beside_account()),
                said(w.mail_invitation_never()),
            ],
            Self::AskedToCertify { url, expires_on } => vec![
                said(w.mail_certify_text(&institution.name, w.day_text(*expires_on))),
                Line::Link(url.clone()),
                said(w.mail_beside_account()),
                said(w.mail_invitation_never()),
            ],
            Self::SomethingToDo { url } => vec![said(w.mail_something_text()), Line::Link(url.clone())],
            Self::Deadline { url, ends_on } => {
                vec![said(w.mail_deadline_text(w.day_text(*ends_on))), Line::Link(url.clone())]
            }
            Self::RecordAttached { is_encrypted, verify } => {
                let key = is_encrypted.then(|| said(w.mail_record_encrypted()));
                let check = [said(w.mail_record_verify()), Line::Link(verify.clone())];
                [said(w.mail_record_attached())].into_iter().chain(key).chain(check).collect()
            }
            Self::RecordLink { url } => vec![said(w.mail_record_link()), Line::Link(url.clone())],
            Self::Ended { url } => vec![said(w.mail_ended_text()), Line::Link(url.clone())],
            Self::NotConfirmed => vec![said(w.mail_not_confirmed_text())],
            Self::MediatorLeft => vec![said(w.mail_mediator_left_text())],
            Self::LedgerHead { note } => vec![said(w.mail_ledger_text()), Line::Exact(note.clone())],
            Self::Passkeys { news, url } => {
                let text = match news {
                    PasskeyNews::Added => w.mail_passkeys_added(),
                    PasskeyNews::Removed => w.mail_passkeys_removed(),
                    PasskeyNews::Refused => w.mail_passkeys_refused(),
                };
                let stays = (*news != PasskeyNews::Added).then(|| said(w.mail_passkeys_signed()));
                let first = [said(text), Line::Link(url.clone())].into_iter().chain(stays);
                first.chain([said(w.mail_passkeys_not_you())]).collect()
            }
            Self::AlreadyKnown { url } => vec![said(w.mail_known_text()), Line::Link(url.clone())],
        }
    }
}

/// A paragraph of a mail.
enum Line {
    Said(String),
    Link(String),
    /// Lines that mean something only as they stand.
    Exact(String),
}

fn text_of(w: &Words, lines: &[Line], institution: &Institution) -> String {
    let paragraphs = lines.iter().map(|line| match line {
        Line::Said(text) | Line::Link(text) | Line::Exact(text) => text.clone(),
    });
    let greeting = w.mail_greeting().text().to_owned();
    let foot = format!("{}\n{}\n{}", institution.name, institution.phone, institution.address);
    let all: Vec<_> = [greeting].into_iter().chain(paragraphs).chain([foot]).collect();
    // A mail's lines end as RFC 5322 has it once the transport writes them; here they end as text does.
    format!("{}\n", all.join("\n\n"))
}

fn html_of(w: &Words, subject: &str, lines: &[Line], institution: &Institution) -> String {
    #[derive(askama::Template)]
    #[template(path = "mails/mail.html")]
    struct View<'a> {
        w: &'a Words,
        subject: &'a str,
        lines: &'a [Line],
        institution: &'a Institution,
    }
    Part::of(&View { w, subject, lines, institution }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "AAAAAAAABBBBBBBBCCCCCC_-";

    fn house() -> Institution {
        Institution {
            name: "Dhaka Mediation House".to_owned(),
            phone: "+880 2 0000 0000".to_owned(),
            address: "1 Court Street, Dhaka".to_owned(),
            emergency_number: "999".to_owned(),
        }
    }

    fn every_mail() -> Vec<Mail> {
        let day = Day::new(2026, 12, 8).expect("a day");
        let url = "https://example.org/sign-in".to_owned();
        vec![
            Mail::Confirmation { url: format!("https://example.org/confirmations?code={CODE}") },
            Mail::Reset { url: format!("https://example.org/passwords/resets/{CODE}") },
            Mail::Invitation {
                url: format!("https://example.org/invitations/{CODE}"),
                entry: "https://example.org/invitations".to_owned(),
                expires_on: day,
            },
            Mail::SomethingToDo { url: url.clone() },
            Mail::AskedBeside { url: url.clone() },
            Mail::AskedToCertify { url: url.clone(), expires_on: day },
            Mail::Deadline { url: url.clone(), ends_on: day },
            Mail::RecordAttached { is_encrypted: true, verify: "https://example.org/verify".to_owned() },
            Mail::RecordLink { url: url.clone() },
            Mail::Ended { url: url.clone() },
            Mail::AlreadyKnown { url: url.clone() },
            Mail::Passkeys { news: PasskeyNews::Added, url: url.clone() },
            Mail::Passkeys { news: PasskeyNews::Removed, url: url.clone() },
            Mail::Passkeys { news: PasskeyNews::Refused, url },
            Mail::LedgerHead { note: "house.example/ledger\n1\nroot\n\n\u{2014} house sig\n".to_owned() },
        ]
    }

    #[test]
    fn the_first_word_that_begins_with_confirm_is_the_address_with_the_code() {
        for language in Language::ALL {
            let mail = Mail::Confirmation { url: format!("https://example.org/confirmations?code={CODE}") };
            let body = mail.body(language, &house());
            let found = body.text.to_lowercase().find("confirm").expect("the address");
            let line = format!("https://example.org/confirmations?code={CODE}");
            assert_eq!(body.text.find(&line), found.checked_sub("https://example.org/".len()), "{language}");
            assert!(body.text.lines().any(|found| found == line), "{language}");
        }
    }

    #[test]
    fn an_invitation_holds_the_address_with_the_code_on_a_line_of_its_own() {
        for language in Language::ALL {
            let mail = every_mail().remove(2);
            let body = mail.body(language, &house());
            let line = format!("https://example.org/invitations/{CODE}");
            assert!(body.text.lines().any(|found| found == line), "{language}");
            assert_eq!(body.text.find("/invitations/"), body.text.find(&format!("/invitations/{CODE}")));
        }
    }

    #[test]
    fn subjects_are_one_line_of_plain_words() {
        for language in Language::ALL {
            for mail in every_mail() {
                let body = mail.body(language, &house());
                assert!(!body.subject.is_empty());
                assert!(!body.subject.contains(['\n', '\r', '\u{2068}', '\u{2069}']), "{:?}", body.subject);
                assert!(body.html.contains("<html") && body.html.contains(language.tag()));
            }
        }
    }
}
