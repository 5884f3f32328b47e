//! What the mediator leads a room with, and what a side asks and answers there: private talks, the agenda, timers, summaries.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;
use crate::socket::entry_id;

/// A private talk that is `asked` for, `started` or `ended`.
pub fn a_caucus(state: &str) -> Value {
    json!({"kind": "caucus", "state": state})
}

/// Time for everyone, or for one side.
pub fn a_timer(seconds: u64, who: Option<&str>) -> Value {
    match who {
        Some(side) => json!({"kind": "timer", "seconds": seconds, "who": side}),
        None => json!({"kind": "timer", "seconds": seconds}),
    }
}

/// What the mediator has understood.
pub fn a_summary(text: &str) -> Value {
    json!({"kind": "summary", "text": text, "lang": "en"})
}

/// What a side says of a summary: yes, or (with a text) what is right instead.
pub fn an_answer_to(summary: &str, instead: Option<&str>) -> Value {
    match instead {
        Some(text) => json!({"kind": "summary_corrected", "entry": summary, "text": text, "lang": "en"}),
        None => json!({"kind": "summary_confirmed", "entry": summary}),
    }
}

impl Person {
    /// Posts a body under a fresh id.
    pub async fn adds(&self, dispute: &str, channel: &str, body: Value) -> Answer {
        self.posts(dispute, channel, &entry_id(), body).await
    }

    /// Reads what stands at the head of a channel.
    pub async fn reads_standing(&self, dispute: &str, channel: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/room/channels/{channel}/standing")).await
    }
}
