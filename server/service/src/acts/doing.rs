//! What an act is given beside its transaction: the time, who acts, the settings; and where it leaves what has to
//! happen once it is on disk. Deliberately not here: the transaction itself.

use std::sync::Arc;

use domain::ids::{AccountId, DisputeId, FileId};
use domain::time::Moment;
use store::audit::NewTrace;
use uuid::Uuid;

use crate::config::Config;
use crate::published::Published;
use crate::refused::Refused;
use crate::tokens::new_uuid;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody who is not signed in.
    Visitor,
    Person(AccountId),
    /// Concord itself: time passed, or the command line.
    House,
}

impl By {
    /// The person who acts.
    ///
    /// # Errors
    /// `NotYou` where nobody is signed in.
    pub const fn person(self) -> Result<AccountId, Refused> {
        match self {
            Self::Person(account) => Ok(account),
            Self::Visitor | Self::House => Err(Refused::NotYou),
        }
    }

    /// The person for the audit trail.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Person(account) => Some(account),
            Self::Visitor | Self::House => None,
        }
    }
}

/// One act under way.
#[derive(Debug)]
pub struct Doing {
    pub now: Moment,
    pub by: By,
    pub config: Arc<Config>,
    published: Vec<Published>,
    traces: Vec<NewTrace>,
    mail_waits: bool,
    head_waits: bool,
    gone: Vec<FileId>,
}

/// What has to happen after the commit.
#[derive(Debug, Default)]
pub struct Afterwards {
    pub published: Vec<Published>,
    pub mail_waits: bool,
    /// Whether the ledger is to get a new signed head at once.
    pub head_waits: bool,
    /// Files whose sealed bytes may go from the disk: their rows and their key are gone.
    pub gone: Vec<FileId>,
}

impl Doing {
    pub fn new(now: Moment, by: By, config: Arc<Config>) -> Self {
        Self {
            now,
            by,
            config,
            published: Vec::new(),
            traces: Vec::new(),
            mail_waits: false,
            head_waits: false,
            gone: Vec::new(),
        }
    }

    /// A new id that says when it was made.
    pub fn new_uuid(&self) -> Uuid {
        new_uuid(self.now)
    }

    /// Lets the live rooms hear of it, once it is on disk.
    pub fn publish(&mut self, what: Published) {
        self.published.push(what);
    }

    /// Wakes the mail worker, once the letter is on disk.
    pub fn mail_waits(&mut self) {
        self.mail_waits = true;
    }

    /// Has the ledger's head signed, once the entry is on disk.
    pub fn head_waits(&mut self) {
        self.head_waits = true;
    }

    /// Takes the bytes of files from the disk, once their rows are gone.
    pub fn forget(&mut self, files: Vec<FileId>) {
        self.gone.extend(files);
    }

    /// Adds a row to the audit trail: kind, ids, digests and time, and no text that anybody wrote (R9). The desk
    /// appends the rows at the end of the act, because the chain is locked from then until the commit.
    pub fn trace(&mut self, kind: &str, dispute: Option<DisputeId>, subjects: &serde_json::Value) {
        self.traces.push(NewTrace {
            at: self.now,
            actor: self.by.account(),
            kind: kind.to_owned(),
            dispute,
            subjects: subjects.to_string(),
        });
    }

    /// The rows of the audit trail that wait for the end of the act.
    pub fn take_traces(&mut self) -> Vec<NewTrace> {
        std::mem::take(&mut self.traces)
    }

    /// What has to happen after the commit.
    pub fn afterwards(self) -> Afterwards {
        Afterwards {
            published: self.published,
            mail_waits: self.mail_waits,
            head_waits: self.head_waits,
            gone: self.gone,
        }
    }
}
