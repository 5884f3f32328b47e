//! The mails that people get, read from a folder of `.eml` files with a parser that is not ours: from the `files`
//! transport's folder or from the test's mail server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mail_parser::{MessageParser, MimeHeaders, PartType};

/// One mail.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The addresses in `To`.
    pub to: Vec<String>,
    /// `Subject`.
    pub subject: String,
    /// `Message-ID`.
    pub id: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Attachments by name.
    pub attachments: Vec<(String, Vec<u8>)>,
    /// The whole mail as it was sent.
    pub raw: String,
    /// The file it lies in.
    pub file: PathBuf,
}

impl Letter {
    fn read(file: &Path) -> Option<Self> {
        let raw = std::fs::read(file).ok()?;
        let message = MessageParser::default().parse(&raw)?;
        let to =
            message.to().map(|list| list.iter().filter_map(|one| one.address()).map(str::to_owned).collect());
        let attachments = message.attachments().map(|part| {
            let bytes = match &part.body {
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
                _ => part.contents().to_vec(),
            };
            (part.attachment_name().unwrap_or_default().to_owned(), bytes)
        });
        Some(Self {
            to: to.unwrap_or_default(),
            subject: message.subject().unwrap_or_default().to_owned(),
            id: message.message_id().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            attachments: attachments.collect(),
            raw: String::from_utf8_lossy(&raw).into_owned(),
            file: file.to_owned(),
        })
    }

    /// The code in the first link of the text part that holds `before`, such as `/invitations/`.
    pub fn code_after(&self, before: &str) -> Option<String> {
        let start = self.text.find(before)? + before.len();
        let is_code = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        let code: String = self.text.get(start..)?.chars().take_while(|letter| is_code(*letter)).collect();
        (code.len() >= 22).then_some(code)
    }

    /// An attachment by its name.
    pub fn attachment(&self, name: &str) -> Option<&[u8]> {
        self.attachments.iter().find(|(own, _)| own == name).map(|(_, bytes)| bytes.as_slice())
    }
}

/// A folder into which mails fall.
#[derive(Debug, Clone)]
pub struct Letters(PathBuf);

impl Letters {
    /// The mails in this folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Every mail that lies there now.
    pub fn all(&self) -> Vec<Letter> {
        let Ok(folder) = std::fs::read_dir(&self.0) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|kind| kind == "eml"));
        files.sort_by_key(|file| std::fs::metadata(file).and_then(|about| about.modified()).ok());
        files.iter().filter_map(|file| Letter::read(file)).collect()
    }

    /// The mails to one address that lie there now, the oldest first.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        self.all().into_iter().filter(|letter| letter.to.iter().any(|to| to == address)).collect()
    }

    /// Waits for the newest mail to an address that fits.
    pub async fn wait_for(&self, address: &str, fits: impl Fn(&Letter) -> bool) -> Letter {
        self.wait_within(Duration::from_secs(20), address, fits).await
    }

    /// The same, with patience of its own: a mail server that was away is tried again after a while.
    pub async fn wait_within(
        &self,
        patience: Duration,
        address: &str,
        fits: impl Fn(&Letter) -> bool,
    ) -> Letter {
        let begun = Instant::now();
        loop {
            if let Some(letter) = self.to(address).into_iter().rfind(&fits) {
                return letter;
            }
            let got: Vec<String> = self.to(address).into_iter().map(|letter| letter.subject).collect();
            assert!(
                begun.elapsed() < patience,
                "no such mail to {address} in {}; got {got:?}",
                self.0.display()
            );
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}
