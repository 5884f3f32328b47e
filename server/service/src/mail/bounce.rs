//! Reads what another mail server says of a mail of the house: a multipart report with a delivery status (RFC 3464) and
//! the mail, or its headers (RFC 6522). It comes from a stranger: of all that it says nothing is kept but a Message-ID,
//! addresses to compare, and words and numbers of closed lists. It is taken apart here, and the library reads headers
//! alone: what lies in mails that lie in mails is never opened. Deliberately not here: what follows from it (acts).

use domain::person::EmailAddress;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use crate::acts::bounces::{Recipient, Report};

/// The longest report that is read: one that gives a whole record back has room in it.
pub const REPORT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A report has three parts.
const PARTS_MAX: usize = 10;
/// The most bytes of the headers of a part, or of what is said of one recipient.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// A mail of the house has one recipient; a few more are a server's own way of counting.
const RECIPIENTS_MAX: usize = 20;
/// No Message-ID of ours is longer.
const MESSAGE_ID_BYTES_MAX: usize = 400;

/// Why a message is no report of a mail's delivery. Holds nothing of what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAReport(pub &'static str);

/// One part of a message: its headers as they are read, and what follows them.
struct Part<'b> {
    headers: Message<'b>,
    body: &'b [u8],
}

/// Reads a report.
///
/// # Errors
/// What is missing in it.
pub fn read(bytes: &[u8]) -> Result<Report, NotAReport> {
    let whole = part(without_mbox_line(bytes)).ok_or(NotAReport("it is no mail"))?;
    let kind = whole.headers.content_type();
    let of_delivery = kind.and_then(|kind| kind.attribute("report-type"));
    if !is_kind(&whole, "multipart", &["report"])
        || !of_delivery.is_some_and(|word| word.eq_ignore_ascii_case("delivery-status"))
    {
        return Err(NotAReport("it is no report of a delivery"));
    }
    let boundary = kind.and_then(|kind| kind.attribute("boundary")).filter(|boundary| !boundary.is_empty());
    let boundary = boundary.ok_or(NotAReport("it does not say where its parts end"))?;
    let parts: Vec<Part<'_>> = parts(whole.body, boundary).into_iter().filter_map(part).collect();
    let is_status =
        |part: &&Part<'_>| is_kind(part, "message", &["delivery-status", "global-delivery-status"]);
    let status = parts.iter().find(is_status).ok_or(NotAReport("it has no delivery status"))?;
    let recipients = recipients(status.body);
    if recipients.is_empty() {
        return Err(NotAReport("it says nothing of a recipient that can be read"));
    }
    let message_id = parts.iter().find_map(returned_id);
    let message_id = message_id.ok_or(NotAReport("it does not say which mail it is about"))?;
    Ok(Report { message_id, recipients })
}

/// Some servers hand a mail on as it would lie in a mailbox file, with a line of theirs before its headers.
fn without_mbox_line(bytes: &[u8]) -> &[u8] {
    let after = || bytes.splitn(2, |byte| *byte == b'\n').nth(1);
    if bytes.starts_with(b"From ") { after().unwrap_or_default() } else { bytes }
}

/// A message or a part: headers, an empty line, and the rest.
fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    let (head, body) = bytes.split_at_checked(at)?;
    // Reading one takes longer than in proportion.
    if head.len() > HEAD_BYTES_MAX {
        return None;
    }
    Some(Part { headers: MessageParser::default().parse_headers(head)?, body })
}

/// The parts between the lines that a boundary makes. A last one without its end is one, too: long reports are cut off.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Vec<&'b [u8]> {
    let delimiter = format!("--{boundary}");
    let (mut found, mut begun, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        if let Some(rest @ (b"" | b"--")) = line.trim_ascii_end().strip_prefix(delimiter.as_bytes()) {
            found.extend(begun.and_then(|begun| body.get(begun..at)));
            begun = rest.is_empty().then_some(end);
            if begun.is_none() || found.len() == PARTS_MAX {
                return found;
            }
        }
        at = end;
    }
    found.extend(begun.and_then(|begun| body.get(begun..)));
    found
}

fn is_kind(part: &Part<'_>, wide: &str, narrow: &[&str]) -> bool {
    part.headers.content_type().is_some_and(|kind| {
        let narrower = kind.subtype().unwrap_or_default();
        kind.ctype().eq_ignore_ascii_case(wide)
            && narrow.iter().any(|word| narrower.eq_ignore_ascii_case(word))
    })
}

/// What is said of each recipient: groups of fields with empty lines between them; the first is about the mail itself.
fn recipients(status: &[u8]) -> Vec<Recipient> {
    let text = String::from_utf8_lossy(status).replace("\r\n", "\n");
    let groups = text.split("\n\n").filter(|group| group.len() <= HEAD_BYTES_MAX).take(RECIPIENTS_MAX + 1);
    groups.filter_map(recipient).collect()
}

fn recipient(group: &str) -> Option<Recipient> {
    let group = format!("{}\n\n", group.trim());
    let fields = MessageParser::default().parse_headers(group.as_bytes())?;
    // A word may have a comment behind it.
    let word = |name: &'static str| {
        let mut words = fields.header_raw(name)?.split(['(', ' ', '\t', '\n']);
        Some(words.find(|word| !word.is_empty())?.to_ascii_lowercase())
    };
    let addresses = ["Original-Recipient", "Final-Recipient"].map(|name| address(fields.header_raw(name)?));
    let addresses: Vec<EmailAddress> = addresses.into_iter().flatten().collect();
    let (action, status) = (word("Action")?.parse().ok()?, word("Status")?.parse().ok()?);
    if addresses.is_empty() { None } else { Some(Recipient { addresses, action, status }) }
}

/// The address of a value such as `rfc822; bela@example.org`.
fn address(value: &str) -> Option<EmailAddress> {
    let (kind, address) = value.split_once(';')?;
    let is_mail = ["rfc822", "utf-8"].iter().any(|word| kind.trim().eq_ignore_ascii_case(word));
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    if is_mail { address.parse().ok() } else { None }
}

/// The Message-ID of the mail that is given back, whole or as its headers.
fn returned_id(given: &Part<'_>) -> Option<String> {
    let is_returned = is_kind(given, "message", &["rfc822", "rfc822-headers", "global", "global-headers"])
        || is_kind(given, "text", &["rfc822-headers"]);
    let returned = if is_returned { part(given.body)? } else { return None };
    let id = returned.headers.message_id()?;
    let fits = id.len() <= MESSAGE_ID_BYTES_MAX && id.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| format!("<{id}>"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As Postfix writes one.
    const REPORT: &str = "From MAILER-DAEMON Thu Nov 26 10:00:00 2026\n\
Return-Path: <>\n\
Date: Thu, 26 Nov 2026 10:00:00 +0000 (UTC)\n\
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\n\
Subject: Undelivered Mail Returned to Sender\n\
To: bounces@concord.example\n\
Auto-Submitted: auto-replied\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\tboundary=\"A1B2.1795/mx.example.net\"\n\
\n\
This is a MIME-encapsulated message.\n\
\n\
--A1B2.1795/mx.example.net\n\
Content-Description: Notification\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
I'm sorry to have to inform you that your message could not be delivered.\n\
Message-ID: <in-the-text@concord.example>\n\
\n\
--A1B2.1795/mx.example.net\n\
Content-Description: Delivery report\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; mx.example.net\n\
X-Postfix-Queue-ID: A1B2\n\
Arrival-Date: Thu, 26 Nov 2026 09:59:58 +0000 (UTC)\n\
\n\
Final-Recipient: rfc822; Bela@Example.org\n\
Original-Recipient: rfc822;bela@example.org\n\
Action: failed\n\
Status: 5.1.1\n\
Remote-MTA: dns; mail.example.org\n\
Diagnostic-Code: smtp; 550 5.1.1 <bela@example.org>: Recipient address\n\
\x20   rejected: User unknown\n\
\n\
--A1B2.1795/mx.example.net\n\
Content-Description: Undelivered Message Headers\n\
Content-Type: text/rfc822-headers\n\
\n\
Received: from house.concord.example\n\
From: The House <house@concord.example>\n\
To: bela@example.org\n\
Subject: Your document\n\
Message-ID: <019abc@concord.example>\n\
\n\
--A1B2.1795/mx.example.net--\n";

    fn read_text(text: &str) -> Result<Report, NotAReport> {
        read(text.as_bytes())
    }

    fn expected(action: &str, status: &str) -> Report {
        let address: EmailAddress = "bela@example.org".parse().expect("an address");
        Report {
            message_id: "<019abc@concord.example>".to_owned(),
            recipients: vec![Recipient {
                addresses: vec![address.clone(), address],
                action: action.parse().expect("an action"),
                status: status.parse().expect("a status"),
            }],
        }
    }

    #[test]
    fn a_report_says_which_mail_to_whom_and_what_became_of_it() {
        let as_sent = REPORT.replace('\n', "\r\n");
        let whole = REPORT
            .replace("text/rfc822-headers", "message/rfc822")
            .replace("019abc@concord.example>\n", "019abc@concord.example>\n\nThe text of it\n");
        let cut_off = whole.split("The text of it").next().expect("a beginning").to_owned();
        let small = REPORT.to_ascii_lowercase().replace("a1b2", "A1B2");
        let commented =
            REPORT.replace("failed\n", "FAILED (for good)\n").replace("5.1.1\n", "5.1.1 (no such mailbox)\n");
        let expected = expected("failed", "5.1.1");
        for text in [REPORT, &as_sent, &whole, &cut_off, &small, &commented] {
            assert_eq!(read_text(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_tried_again_or_has_arrived_is_told_apart() {
        for (action, status) in [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.1.9")] {
            let text =
                REPORT.replace(": failed", &format!(": {action}")).replace("5.1.1\n", &format!("{status}\n"));
            assert_eq!(read_text(&text), Ok(expected(action, status)));
        }
    }

    #[test]
    fn what_is_no_report_of_a_delivery_is_refused_and_says_why() {
        let cases = [
            ("".to_owned(), "it is no mail"),
            ("\n\n".to_owned(), "it is no mail"),
            ("Subject: hello\n\nwords".to_owned(), "it is no report of a delivery"),
            (REPORT.replace("multipart/report", "multipart/mixed"), "it is no report of a delivery"),
            // Whether somebody has read a mail is nothing that the house wants to know.
            (
                REPORT.replace("=delivery-status", "=disposition-notification"),
                "it is no report of a delivery",
            ),
            (REPORT.replace("boundary=", "border="), "it does not say where its parts end"),
            (REPORT.replace("message/delivery-status", "text/plain"), "it has no delivery status"),
            (REPORT.replace("rfc822;", "x400;"), "it says nothing of a recipient that can be read"),
            (
                REPORT.replace("Action: failed", "Action: burnt"),
                "it says nothing of a recipient that can be read",
            ),
            (
                REPORT.replace("Status: 5.1.1", "Status: never"),
                "it says nothing of a recipient that can be read",
            ),
            (REPORT.replace("rfc822-headers", "plain"), "it does not say which mail it is about"),
            (REPORT.replace("<019abc@concord.example>", ""), "it does not say which mail it is about"),
        ];
        for (text, why) in cases {
            assert_eq!(read_text(&text), Err(NotAReport(why)), "{text}");
        }
    }

    proptest! {
        /// A stranger writes it: whatever it is, it is read or refused.
        #[test]
        fn nothing_that_a_stranger_sends_breaks_the_reader(
            cut in 0..REPORT.len(),
            put in prop::collection::vec(any::<u8>(), 0..40),
            over in 0_usize..60,
        ) {
            let bytes = REPORT.as_bytes();
            let rest = bytes.get(cut + over..).unwrap_or_default();
            let changed = [bytes.get(..cut).unwrap_or_default(), &put, rest].concat();
            drop(read(&changed));
            drop(read(&put));
        }
    }
}
