//! What stands at the head of a channel for everyone in it: a private meeting that was asked for or goes on, what is talked
//! about, whose time it is. It stands in the room's page, and as a page of its own from which the room's script brings it
//! when it has changed. Deliberately not here: the forms by which the mediator leads (`rooms`).

use crate::frame::page;
use domain::time::Moment;

/// Time that the mediator gave.
#[derive(Debug, Clone)]
pub struct TimerLine {
    /// The entry by which it was set.
    pub entry: String,
    /// To whom, by name; empty: to all.
    pub of: String,
    /// When it is over.
    pub ends_at: Moment,
    /// How many seconds are left, as the house reckons: the clocks of cheap telephones are wrong.
    pub left: u64,
}

/// What stands at the head of a channel.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The private meeting of this caucus: `asked`, `started`, `ended`; empty where there was none.
    pub caucus: String,
    /// The points that are talked about, and whether it is each one's turn.
    pub agenda: Vec<(String, bool)>,
    /// Whose time it is.
    pub timer: Option<TimerLine>,
}

impl Standing {
    /// The points, one on each line, as the form for them takes them.
    pub fn points(&self) -> String {
        let points: Vec<&str> = self.agenda.iter().map(|(point, _)| point.as_str()).collect();
        points.join("\n")
    }
}

/// `GET /rooms/{id}/standing?channel=…`. Its forms are those that stand in the room's page: `/rooms/{id}/caucus` (`act`:
/// `ask`, `start`, `end`), `/rooms/{id}/agenda` (`agenda`, `current`), `/rooms/{id}/timers/{entry}/end`; each with
/// `channel`, `id`, `audience_digest`.
#[derive(Debug, Clone)]
pub struct StandingPage {
    /// The dispute's id.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The name of whose caucus it is, for the mediator; otherwise empty.
    pub with: String,
    /// Who reads the reader's channels, as a digest.
    pub audience: String,
    /// A fresh UUIDv7 for the entry that is written.
    pub entry_id: String,
    /// Whether the mediation is under way and the reader may write here.
    pub may_lead: bool,
    /// Whether the reader is the mediator.
    pub is_mediator: bool,
    /// What stands there.
    pub standing: Standing,
}
page!(StandingPage, "rooms/heading.html");

impl StandingPage {
    /// Whether the channel is a private meeting.
    pub fn is_caucus(&self) -> bool {
        self.channel.starts_with("caucus")
    }

    /// Whether the reader is the mediator.
    pub const fn is_mediator(&self) -> bool {
        self.is_mediator
    }

    /// Whether the reader may write here.
    pub const fn may_lead(&self) -> bool {
        self.may_lead
    }

    /// The name of whose caucus it is.
    pub fn with(&self) -> &str {
        &self.with
    }
}
