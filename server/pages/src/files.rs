//! Files of a dispute: adding, listing, and showing one to the other person after a preview. Deliberately not here:
//! their bytes.

use crate::form::Form;
use crate::frame::page;
use crate::words::{Said, Words};

/// One file as the reader may know it.
#[derive(Debug, Clone, Default)]
pub struct FileLine {
    /// Its id; opened at `/files/{id}`.
    pub id: String,
    /// Its name: the owner's own for the owner, `File 2` and such for others.
    pub name: String,
    /// Its size in words, such as `1.2 MB`.
    pub size: String,
    /// Whether it is the reader's own.
    pub is_mine: bool,
    /// Whether the other person may see it.
    pub is_shown: bool,
    /// Why nobody may open it, for its owner alone: `waiting`, `held`, or nothing.
    pub quarantine: String,
}

impl FileLine {
    /// Whether it may be opened.
    pub fn may_open(&self) -> bool {
        self.quarantine.is_empty()
    }

    /// How a file of one's own stands.
    pub fn state(&self, w: &Words) -> Said {
        match self.quarantine.as_str() {
            "waiting" => w.files_waiting(),
            "held" => w.files_held(),
            _ if self.is_shown => w.files_shown(),
            _ => w.files_yours(),
        }
    }
}

/// The words that the script says which sends a file in pieces, by what it calls them. The last ones are codes of refusals.
pub fn sending_words(w: &Words) -> Vec<(&'static str, String)> {
    let said = [
        ("sending", w.upload_sending()),
        ("broken", w.upload_broken()),
        ("checks", w.upload_checks()),
        ("sent", w.upload_sent()),
        ("resumes", w.upload_resumes()),
        ("stop", w.upload_stop()),
        ("stopped", w.upload_stopped()),
        ("failed", w.upload_failed()),
        ("too-many", w.of("error-help", "too-many")),
    ];
    let fields = ["file-too-large", "file-kind", "file-unreadable"].map(|code| (code, w.of("field", code)));
    let rules = ["dispute-files-full", "stale-audience", "paused", "mediation-has-ended"]
        .map(|code| (code, w.of("problem", code)));
    let all = said.into_iter().chain(fields).chain(rules);
    all.map(|(key, said)| (key, said.text().to_owned())).collect()
}

/// A file of one's own for a channel of the room, which nobody has said there yet.
#[derive(Debug, Clone)]
pub struct UnsaidFile {
    /// The file.
    pub file: FileLine,
    /// The channel: `joint`, `caucus-claimant`, `caucus-respondent`, `notes`.
    pub channel: String,
    /// Whose private meeting it is, by name, for the mediator.
    pub with: String,
    /// A fresh UUIDv7 for the entry that says it.
    pub entry_id: String,
}

impl UnsaidFile {
    /// What its channel is called.
    pub fn channel_name(&self, w: &Words) -> Said {
        w.channel(&self.channel, &self.with)
    }
}

/// `GET /disputes/{id}/files`. Posts the same path as `multipart/form-data`: `csrf`, `file`. Links to
/// `/disputes/{id}/files/{file}/showing`. Posts `/disputes/{id}/files/{file}/removal` without more fields, and
/// `/rooms/{id}/files/{file}` with `channel`, `id`, `audience_digest`.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The dispute's id.
    pub id: String,
    /// What the reader may open.
    pub items: Vec<FileLine>,
    /// What the reader added for the room and has not said there.
    pub unsaid: Vec<UnsaidFile>,
    /// Who reads the reader's channels, as a digest; empty where nothing can be said in the room.
    pub audience: String,
    /// Whether the reader may add one.
    pub may_add: bool,
    /// Whether the dispute is still a draft: the page then leads back to the check page.
    pub is_draft: bool,
    /// What was wrong.
    pub form: Form,
}
page!(Files, "files/list.html");

/// `GET /disputes/{id}/files/{file}/showing`: the preview. Posts the same path: `show=yes`.
#[derive(Debug, Clone, Default)]
pub struct FileShowing {
    /// The dispute's id.
    pub id: String,
    /// The file's id.
    pub file: String,
    /// Its name as the other person will see it.
    pub name: String,
    /// Whether it is a picture that the page can show.
    pub is_picture: bool,
    /// What was wrong.
    pub form: Form,
}
page!(FileShowing, "files/showing.html");
