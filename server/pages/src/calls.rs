//! The page on which one tries out one's device before a session (R30), and the words that the scripts of a call say.
//! Deliberately not here: the call itself, which `web/scripts/call` makes inside the room's page.

use crate::form::{Form, Part};
use crate::frame::page;
use crate::rooms::in_json;
use crate::words::{Said, Words};

/// `GET /try-out`, for anybody. Post: `/try-out` with `text`, which comes back on the page and is stored nowhere.
#[derive(Debug, Clone, Default)]
pub struct TryOut {
    /// Whether the way through the relay can be tried: `on`, `off` (there is none), `sign-in` (not by a stranger).
    pub relay: String,
    /// What was written to try it; empty for nothing.
    pub wrote: String,
    /// The box to write in.
    pub form: Form,
}
page!(TryOut, "calls/try-out.html");

impl TryOut {
    /// The words that the page's script says, as JSON that cannot end the block in which it stands.
    pub fn messages(&self, w: &Words) -> Part {
        Part(json(w, TRY_OUT))
    }
}

/// The words that the scripts of a call say, as JSON; `%1` stands for a name.
pub fn messages(w: &Words) -> String {
    json(w, CALL)
}

fn json(w: &Words, table: &[(&str, &str)]) -> String {
    let say = |id: &str| match id {
        "call-picture-of" => Some(w.call_picture_of("%1")),
        "call-unreached" => Some(w.call_unreached("%1")),
        id => w.by_id(id),
    };
    let line = |said: Said, key: &str| format!("\"{key}\":\"{}\"", in_json(said.text()));
    let lines: Vec<String> = table.iter().filter_map(|(key, id)| Some(line(say(id)?, key))).collect();
    format!("{{{}}}", lines.join(","))
}

/// What the scripts call a message, and its id.
const CALL: &[(&str, &str)] = &[
    ("talk", "call-talk"),
    ("leave", "call-leave"),
    ("mute", "call-mute"),
    ("unmute", "call-unmute"),
    ("camera", "call-camera"),
    ("no-picture", "call-no-picture"),
    ("begins", "call-begins"),
    ("connected", "call-connected"),
    ("waits", "call-waits"),
    ("needs-mediator", "call-needs-mediator"),
    ("poor", "call-poor"),
    ("again", "call-again"),
    ("unreached", "call-unreached"),
    ("ended", "call-ended"),
    ("failed", "call-failed"),
    ("no-microphone", "call-no-microphone"),
    ("no-camera", "call-no-camera"),
    ("private", "call-private"),
    ("picture-of", "call-picture-of"),
];

const TRY_OUT: &[(&str, &str)] = &[
    ("start", "try-sound-start"),
    ("stop", "try-stop"),
    ("hears", "try-hears"),
    ("silent", "try-silent"),
    ("hear", "try-hear"),
    ("hear-stop", "try-hear-stop"),
    ("tries", "try-relay-tries"),
    ("works", "try-relay-works"),
    ("fails", "try-relay-fails"),
    ("picture", "try-picture-start"),
    ("no-microphone", "try-no-microphone"),
    ("no-camera", "try-no-camera"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::language::Language;

    #[test]
    fn every_message_of_the_scripts_is_there_in_every_language() {
        for language in Language::ALL {
            let w = Words::new(language);
            for (key, id) in CALL.iter().chain(TRY_OUT) {
                let is_said = ["call-picture-of", "call-unreached"].contains(id)
                    || w.by_id(id).is_some_and(|said| !said.to_string().contains("lang=\"en\""));
                assert!(is_said, "{language}: {key}: {id}");
            }
            assert!(messages(&w).contains("%1"));
        }
    }
}
