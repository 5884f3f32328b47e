//! Reads the mails that this house itself wrote to files, for the demo's mailbox: enough of RFC 5322 and MIME for what
//! our own writer makes. Deliberately not here: anybody else's mails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail as the mailbox shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Name and bytes.
    pub attachments: Vec<(String, Vec<u8>)>,
}

/// How deep parts lie within parts in our mails, and one more.
const DEPTH_MAX: usize = 4;

/// Reads a mail; what is not understood is left out.
pub fn read(bytes: &[u8]) -> Mail {
    let whole = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (headers, _) = split(&whole);
    let mut mail = Mail {
        from: words(&header(&headers, "from")),
        to: words(&header(&headers, "to")),
        subject: words(&header(&headers, "subject")),
        ..Mail::default()
    };
    add_part(&whole, &mut mail, 0);
    mail
}

/// Headers, each on one line, and the body.
fn split(part: &str) -> (Vec<String>, &str) {
    let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
    let mut lines: Vec<String> = Vec::new();
    for line in head.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    (lines, body)
}

fn header(headers: &[String], name: &str) -> String {
    let value = |line: &String| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    headers.iter().find_map(value).unwrap_or_default()
}

fn parameter(header: &str, name: &str) -> Option<String> {
    let value =
        |part: &str| Some(part.trim().strip_prefix(name)?.strip_prefix('=')?.trim_matches('"').to_owned());
    header.split(';').find_map(value)
}

fn add_part(part: &str, mail: &mut Mail, depth: usize) {
    let (headers, body) = split(part);
    let kind = header(&headers, "content-type");
    if let (Some(boundary), true) = (parameter(&kind, "boundary"), depth < DEPTH_MAX) {
        let mark = format!("--{boundary}");
        for inner in body.split(mark.as_str()).skip(1).filter(|inner| !inner.starts_with("--")) {
            add_part(inner.trim_start_matches('\n'), mail, depth.saturating_add(1));
        }
        return;
    }
    let bytes = decoded(body, &header(&headers, "content-transfer-encoding"));
    let about = header(&headers, "content-disposition");
    if about.starts_with("attachment") {
        mail.attachments.push((parameter(&about, "filename").unwrap_or_default(), bytes));
    } else if (kind.is_empty() || kind.starts_with("text/plain")) && mail.text.is_empty() {
        mail.text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
    }
}

fn decoded(body: &str, encoding: &str) -> Vec<u8> {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" => {
            let plain: String = body.split_whitespace().collect();
            STANDARD.decode(plain).unwrap_or_default()
        }
        "quoted-printable" => quoted(body.replace("=\n", "").as_str()),
        _ => body.as_bytes().to_vec(),
    }
}

fn quoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        let digits = more.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => bytes.push(*first),
        }
    }
    bytes
}

/// A header's words; those in another script stand as `=?utf-8?b?…?=`.
fn words(header: &str) -> String {
    let mut out = String::new();
    let mut rest = header;
    while let Some((before, coded)) = rest.split_once("=?") {
        if !before.trim().is_empty() || out.is_empty() {
            out.push_str(before);
        }
        let mut parts = coded.splitn(4, '?');
        let (Some(_), Some(kind), Some(text), Some(after)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return header.to_owned();
        };
        let bytes = match kind {
            "b" | "B" => STANDARD.decode(text).unwrap_or_default(),
            _ => quoted(&text.replace('_', " ")),
        };
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = after.strip_prefix('=').unwrap_or(after);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_of_ours_is_read_with_its_attachment() {
        let written = "From: House <a@b.example>\r\nTo: c@d.example\r\nSubject: =?utf-8?b?4KaG?= =?utf-8?b?4Kau?=\r\nContent-Type: multipart/mixed;\r\n boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGood=20mor=\r\nning =E0=A6=86\r\n--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"record.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBE\r\nRg==\r\n--x--\r\n";
        let mail = read(written.as_bytes());
        assert_eq!(mail.to, "c@d.example");
        assert_eq!(mail.subject, "আম");
        assert_eq!(mail.text, "Good morning আ");
        assert_eq!(mail.attachments, [("record.pdf".to_owned(), b"%PDF".to_vec())]);
    }
}
