//! What every handler may reach. One of it for the whole program; clones share everything.

use std::sync::Arc;

use domain::ids::AccountId;
use domain::person::EmailAddress;
use store::Store;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::gate::Gate;
use crate::keys::Keys;
use crate::limits::{Limit, Limits};
use crate::live::Rooms;
use crate::passwords::Passwords;
use crate::refused::Refused;
use crate::tally::Tally;
use crate::time_stamps::Sealer;
use crate::tokens::Tokens;
use crate::uploads::Cleaner;
use crate::uploads::flight::InFlight;
use crate::uploads::scanner::Scanner;

/// The house, as handlers see it.
#[derive(Clone)]
pub struct AppState {
    pub store: Store,
    pub config: Arc<Config>,
    pub keys: Arc<Keys>,
    pub tokens: Arc<Tokens>,
    pub passwords: Passwords,
    pub limits: Arc<Limits>,
    pub clock: Clock,
    pub desk: Desk,
    pub cleaner: Cleaner,
    pub scanner: Scanner,
    pub sealer: Arc<Sealer>,
    /// The uploads of which a piece is just coming in.
    pub in_flight: InFlight,
    /// The door of verification, which is open to strangers.
    pub verifying: Gate,
    /// The door of auditors' reports, each of which may verify and lay out as much as two hundred settlements.
    pub reporting: Gate,
    pub tally: Arc<Tally>,
    /// The live rooms and sockets of this node.
    pub rooms: Rooms,
    /// The tasks of open lines to the rooms.
    pub connections: TaskTracker,
    /// Whether this is the demo: anybody may sign in as its people and read its mails.
    pub is_demo: bool,
    /// Turns true when the program stops: sockets say goodbye.
    pub stopping: watch::Receiver<bool>,
    /// The main runtime, for tasks that outlive a request: the web workers' own runtimes are not shared.
    pub runtime: tokio::runtime::Handle,
}

impl AppState {
    /// Whether that address may be written to now, for that purpose. That it was written to often is nobody's business
    /// but its owner's: what was asked for is done in any case.
    pub fn may_mail(&self, purpose: &'static str, to: &EmailAddress) -> bool {
        self.limits.take(Limit::Mails, (purpose, to.as_str()), self.clock.now()).is_ok()
    }

    /// Counts what somebody says, asks or answers in a room: all of it shares the limit of entries.
    ///
    /// # Errors
    /// `TooMuch` where they have said too much in too short a time.
    pub fn count_entry(&self, account: AccountId) -> Result<(), Refused> {
        let taken = self.limits.take(Limit::Entries, account, self.clock.now());
        taken.map_err(|retry_after| Refused::TooMuch { retry_after })
    }
}
