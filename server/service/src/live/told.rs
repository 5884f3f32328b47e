//! What one connection was told of its channels, in which order. Pure. A client that comes back asks for what follows the
//! last number that it knows, so that no number may reach it while an earlier one is still under way: where the line
//! broke between the two, the earlier entry would never come. Deliberately not here: who may hear what (`room`).

use std::collections::BTreeMap;

use domain::room::Channel;

use super::room::Heads;

/// What was told, and what is owed; `F` is a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Told<F> {
    sent: Heads,
    /// The answers to posts whose forerunners are still under way, by their number.
    owed: BTreeMap<(Channel, u64), Vec<F>>,
}

impl<F> Default for Told<F> {
    fn default() -> Self {
        Self { sent: Heads::new(), owed: BTreeMap::new() }
    }
}

impl<F> Told<F> {
    /// The client knows the channel up to that number.
    pub fn begin(&mut self, channel: Channel, seq: u64) {
        self.sent.insert(channel, seq);
    }

    /// The last number of the channel that the client was told.
    pub fn last(&self, channel: Channel) -> u64 {
        self.sent.get(&channel).copied().unwrap_or(0)
    }

    /// The last numbers of all its channels.
    pub const fn heads(&self) -> &Heads {
        &self.sent
    }

    /// A post of this client is stored under that number; gives the answer where it may go out now. Otherwise it takes
    /// the place of the entry, when its turn comes.
    pub fn post(&mut self, channel: Channel, seq: u64, answer: F) -> Option<F> {
        let last = self.last(channel);
        if seq > last.saturating_add(1) {
            self.owed.entry((channel, seq)).or_default().push(answer);
            return None;
        }
        self.begin(channel, last.max(seq));
        Some(answer)
    }

    /// The room says that entry, in the channel's order; gives what goes out. The author of an entry knows it by the
    /// answer, and is not told it again.
    pub fn hear(&mut self, channel: Channel, seq: u64, entry: F) -> Vec<F> {
        if seq <= self.last(channel) {
            return Vec::new();
        }
        self.begin(channel, seq);
        self.owed.remove(&(channel, seq)).unwrap_or_else(|| vec![entry])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOINT: Channel = Channel::Joint;

    #[test]
    fn no_number_overtakes_an_earlier_one() {
        let mut told = Told::default();
        told.begin(JOINT, 3);
        assert_eq!(told.post(JOINT, 4, "posted 4"), Some("posted 4"));
        assert_eq!(told.hear(JOINT, 4, "entry 4"), [""; 0], "one's own is known by its answer");
        assert_eq!(told.post(JOINT, 6, "posted 6"), None, "5 is somebody else's, and under way");
        assert_eq!(
            told.post(Channel::Notes, 1, "posted"),
            Some("posted"),
            "another channel waits for nothing"
        );
        assert_eq!(told.post(JOINT, 6, "posted 6 again"), None);
        assert_eq!(told.hear(JOINT, 5, "entry 5"), ["entry 5"]);
        assert_eq!(told.hear(JOINT, 6, "entry 6"), ["posted 6", "posted 6 again"]);
        assert_eq!(
            told.post(JOINT, 2, "posted 2"),
            Some("posted 2"),
            "what was sent before is answered at once"
        );
        assert_eq!((told.last(JOINT), told.last(Channel::CaucusClaimant)), (6, 0));
    }
}
