//! What one member of a call tells another: an offer, an answer, or ways by which it may be reached. Anything else is
//! refused, and what passes is written by this house, not by its sender.

use serde::Deserialize;
use serde_json::{Value, json};

use super::candidate::{Candidate, Reach, Unreadable};
use super::description::Description;
use super::word::Word;

/// The most candidates in one signal.
const ITEMS_MAX: usize = 20;

/// A signal as it is sent.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Sent {
    Offer { sdp: String },
    Answer { sdp: String },
    Candidates { items: Vec<Item> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    candidate: String,
    mid: String,
    #[serde(default)]
    ufrag: Option<String>,
}

/// A signal that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    Offer(Description),
    Answer(Description),
    /// Each with the section and the attempt that it belongs to.
    Candidates(Vec<(Candidate, Word, Option<Word>)>),
}

impl Signal {
    /// Reads a signal.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(data: Value) -> Result<Self, Unreadable> {
        match serde_json::from_value(data).map_err(|_| Unreadable)? {
            Sent::Offer { sdp } => Ok(Self::Offer(Description::read(&sdp)?)),
            Sent::Answer { sdp } => Ok(Self::Answer(Description::read(&sdp)?)),
            Sent::Candidates { items } if items.len() <= ITEMS_MAX => {
                let mut read = Vec::new();
                for item in items {
                    let mid = Word::of(&item.mid, 16).ok_or(Unreadable)?;
                    let ufrag = item.ufrag.map(|ufrag| Word::of(&ufrag, 64).ok_or(Unreadable)).transpose()?;
                    read.extend(Candidate::read(&item.candidate)?.map(|candidate| (candidate, mid, ufrag)));
                }
                Ok(Self::Candidates(read))
            }
            Sent::Candidates { .. } => Err(Unreadable),
        }
    }

    /// What the other one is told; nothing where nothing of it may be told.
    pub fn told(&self, reach: &Reach) -> Option<Value> {
        match self {
            Self::Offer(description) => Some(json!({"kind": "offer", "sdp": description.text(reach)})),
            Self::Answer(description) => Some(json!({"kind": "answer", "sdp": description.text(reach)})),
            Self::Candidates(all) => {
                let told = all.iter().filter(|(candidate, _, _)| candidate.passes(reach));
                let item = |(candidate, mid, ufrag): &(Candidate, Word, Option<Word>)| {
                    let mut item = json!({"candidate": candidate.text(), "mid": mid.as_str()});
                    if let (Some(ufrag), Some(fields)) = (ufrag, item.as_object_mut()) {
                        fields.insert("ufrag".to_owned(), Value::from(ufrag.as_str()));
                    }
                    item
                };
                let items: Vec<Value> = told.map(item).collect();
                (!items.is_empty()).then(|| json!({"kind": "candidates", "items": items}))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_one_of_three_kinds_and_nothing_beside() {
        let relay = "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 192.0.2.2 rport 4321";
        let host = "candidate:1 1 udp 2122063615 192.0.2.2 43278 typ host";
        let any = Reach::default();
        let both = json!({"kind": "candidates", "items": [
            {"candidate": host, "mid": "0"}, {"candidate": relay, "mid": "0", "ufrag": "xX4/"}]});
        let told = Signal::read(both).expect("a signal").told(&any).expect("something to tell");
        let expected = "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 0.0.0.0 rport 0";
        assert_eq!(
            told,
            json!({"kind": "candidates", "items": [{"candidate": expected, "mid": "0", "ufrag": "xX4/"}]})
        );
        let alone = Signal::read(json!({"kind": "candidates", "items": [{"candidate": host, "mid": "0"}]}));
        assert_eq!(alone.expect("a signal").told(&any), None, "a signal that would be empty is not sent");
        let many: Vec<Value> = (0..=ITEMS_MAX).map(|_| json!({"candidate": relay, "mid": "0"})).collect();
        for wrong in [
            json!({"kind": "bye"}),
            json!({"sdp": "v=0"}),
            json!({"kind": "offer", "sdp": "v=0"}),
            json!({"kind": "offer", "sdp": "v=0", "address": "192.0.2.2"}),
            json!({"kind": "candidates", "items": [{"candidate": relay, "mid": "192.0.2.2"}]}),
            json!({"kind": "candidates", "items": [{"candidate": relay, "mid": "0", "ufrag": "192.0.2.2"}]}),
            json!({"kind": "candidates", "items": [{"candidate": relay, "mid": "0", "address": "192.0.2.2"}]}),
            json!({"kind": "candidates", "items": many}),
            json!("192.0.2.2"),
            json!(null),
        ] {
            assert_eq!(Signal::read(wrong.clone()), Err(Unreadable), "{wrong}");
        }
    }
}
