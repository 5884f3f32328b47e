//! Who is in a room, counted over their sockets: pure, told what time it is. A line that breaks and comes back within
//! the grace period is no departure. Deliberately not here: who may learn of it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::AccountId;
use domain::time::Moment;

/// How long somebody whose last socket is gone still counts as there.
pub const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// One connection, on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// One person's sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Here {
    sockets: usize,
    /// When the last socket went, while none is left.
    gone_at: Option<Moment>,
}

/// Everybody who is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    here: BTreeMap<AccountId, Here>,
}

impl Presence {
    /// One more socket of that person; true where the person was not there before.
    pub fn enter(&mut self, account: AccountId) -> bool {
        let here = self.here.entry(account).or_insert(Here { sockets: 0, gone_at: None });
        let is_new = here.sockets == 0 && here.gone_at.is_none();
        here.sockets += 1;
        here.gone_at = None;
        is_new
    }

    /// One socket less.
    pub fn leave(&mut self, account: AccountId, now: Moment) {
        if let Some(here) = self.here.get_mut(&account) {
            here.sockets = here.sockets.saturating_sub(1);
            if here.sockets == 0 {
                here.gone_at.get_or_insert(now);
            }
        }
    }

    /// Whether that person counts as there.
    pub fn is_here(&self, account: AccountId) -> bool {
        self.here.contains_key(&account)
    }

    /// Everybody who counts as there.
    pub fn everybody(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.here.keys().copied()
    }

    /// Those whose grace is over: they have left.
    pub fn left(&mut self, now: Moment) -> Vec<AccountId> {
        let is_over = |here: &Here| here.gone_at.is_some_and(|gone| gone.plus(GRACE_PERIOD) <= now);
        let left: Vec<_> =
            self.here.iter().filter(|(_, here)| is_over(here)).map(|(account, _)| *account).collect();
        self.here.retain(|_, here| !is_over(here));
        left
    }

    /// When `left` may have something to say next.
    pub fn next(&self) -> Option<Moment> {
        self.here.values().filter_map(|here| here.gone_at).min().map(|gone| gone.plus(GRACE_PERIOD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_line_that_comes_back_in_time_is_no_departure() {
        let amara = AccountId::new(Uuid::from_u128(1));
        let (start, soon) = (Moment::from_millis(0), Moment::from_millis(9_000));
        let mut presence = Presence::default();
        assert!(presence.enter(amara));
        assert!(!presence.enter(amara), "a second tablet is no second arrival");
        presence.leave(amara, start);
        presence.leave(amara, start);
        assert_eq!(presence.left(soon), []);
        assert!(!presence.enter(amara), "back in time: no arrival");
        presence.leave(amara, soon);
        assert_eq!(presence.next(), Some(soon.plus(GRACE_PERIOD)));
        assert_eq!(presence.left(soon.plus(GRACE_PERIOD)), [amara]);
        assert!(!presence.is_here(amara));
        assert!(presence.enter(amara));
    }
}
