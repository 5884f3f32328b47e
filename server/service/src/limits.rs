//! How often things may happen: buckets in memory that leak at their rate. They are lost at a restart, which gives
//! a guesser one more burst, and cannot be away, so none has to choose between open and closed; only the map of
//! buckets can be full: then what guards a secret is refused, and what only guards the machine's ease goes on.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::time::Moment;

use crate::config::{Rate, Rates};

/// What a bucket counts. Each says what happens while its count cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Wrong passwords, an account and address (or known device): closed.
    SignIn,
    /// Wrong passwords, an address: closed.
    SignInAddress,
    /// Wrong proofs at a signature, an account: closed.
    Signing,
    /// Wrong secrets of a code, its locator: closed.
    Codes,
    /// Wrong codes, an address: closed.
    CodesAddress,
    /// Confirmation and reset mails, an address written to: closed.
    Mails,
    /// Entries, an account: open.
    Entries,
    /// Frames of a socket, a session: open.
    Frames,
    /// Signals of calls, an account: open.
    Signals,
    /// Handshakes, a session: open.
    Handshakes,
    /// Refused handshakes, an address: open.
    HandshakesRefused,
    /// Uploads, an account: closed.
    Uploads,
    /// Files verified, an address: closed.
    Verifications,
    /// Cosignatures of the ledger's head, an address: closed.
    Cosignatures,
    /// Media credentials, an account: closed.
    MediaCredentials,
}

impl Limit {
    const fn is_open_when_full(self) -> bool {
        matches!(
            self,
            Self::Entries | Self::Frames | Self::Signals | Self::Handshakes | Self::HandshakesRefused
        )
    }
}

/// More buckets than this are not kept: about 16 MiB.
const BUCKETS_MAX: usize = 200_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// When it will be empty again, in milliseconds since the epoch (a "theoretical arrival time").
    empty_at: i64,
}

/// All buckets of this program.
pub struct Limits {
    rates: Rates,
    /// Keys are hashed with a secret of this run: what people typed is not kept, and nobody can aim at a collision.
    hasher: RandomState,
    buckets: Mutex<HashMap<(Limit, u64, u64), Bucket>>,
}

impl Limits {
    pub fn new(rates: Rates) -> Self {
        Self { rates, hasher: RandomState::new(), buckets: Mutex::new(HashMap::new()) }
    }

    /// Whether one more may happen; nothing is counted. `Err` says when to come back.
    ///
    /// # Errors
    /// The time until one is free.
    pub fn look(&self, limit: Limit, key: impl Hash, now: Moment) -> Result<(), Duration> {
        self.pour(limit, key, now, false)
    }

    /// Counts one, where it may happen.
    ///
    /// # Errors
    /// The time until one is free.
    pub fn take(&self, limit: Limit, key: impl Hash, now: Moment) -> Result<(), Duration> {
        self.pour(limit, key, now, true)
    }

    /// Takes back one that was counted before it was known to be right: only wrong tries count, and yet many tries
    /// at once cannot slip through between looking and counting.
    pub fn give_back(&self, limit: Limit, key: impl Hash) {
        let Some(rate) = self.rate(limit) else { return };
        let key = self.key(limit, key);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&key) {
            bucket.empty_at = bucket.empty_at.saturating_sub(drop_millis(rate));
        }
    }

    /// Forgets what was counted: the right answer came.
    pub fn forgive(&self, limit: Limit, key: impl Hash) {
        let key = self.key(limit, key);
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// How many sockets one person may hold open at once.
    pub fn sockets_max(&self) -> Option<u32> {
        self.rates.sockets.map(|rate| rate.burst)
    }

    fn pour(&self, limit: Limit, key: impl Hash, now: Moment, counts: bool) -> Result<(), Duration> {
        let Some(rate) = self.rate(limit) else { return Ok(()) };
        let key = self.key(limit, key);
        let drop_millis = drop_millis(rate);
        let depth = drop_millis.saturating_mul(i64::from(rate.burst));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let empty_at = buckets.get(&key).map_or(0, |bucket| bucket.empty_at).max(now.millis());
        let filled = empty_at.saturating_add(drop_millis);
        let over = filled.saturating_sub(now.millis()).saturating_sub(depth);
        if over > 0 {
            return Err(Duration::from_millis(u64::try_from(over).unwrap_or(0)));
        }
        if !counts {
            return Ok(());
        }
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| bucket.empty_at > now.millis());
            if buckets.len() >= BUCKETS_MAX {
                return if limit.is_open_when_full() { Ok(()) } else { Err(Duration::from_secs(60)) };
            }
        }
        buckets.insert(key, Bucket { empty_at: filled });
        Ok(())
    }

    fn key(&self, limit: Limit, key: impl Hash) -> (Limit, u64, u64) {
        (limit, self.hasher.hash_one((1_u8, &key)), self.hasher.hash_one((2_u8, &key)))
    }

    const fn rate(&self, limit: Limit) -> Option<Rate> {
        match limit {
            Limit::SignIn => self.rates.sign_in,
            Limit::SignInAddress => self.rates.sign_in_address,
            Limit::Signing => self.rates.signing,
            Limit::Codes => self.rates.codes,
            Limit::CodesAddress => self.rates.codes_address,
            Limit::Mails => self.rates.mails,
            Limit::Entries => self.rates.entries,
            Limit::Frames => self.rates.frames,
            Limit::Signals => self.rates.signals,
            Limit::Handshakes => self.rates.handshakes,
            Limit::HandshakesRefused => self.rates.handshakes_refused,
            Limit::Uploads => self.rates.uploads,
            Limit::Verifications => self.rates.verifications,
            Limit::Cosignatures => self.rates.cosignatures,
            Limit::MediaCredentials => self.rates.media_credentials,
        }
    }
}

/// What counts as one address: an IPv6 customer has a whole /64.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into())
        }
        other => other.to_canonical(),
    }
}

/// How long one that was counted takes to be forgotten.
fn drop_millis(rate: Rate) -> i64 {
    (i64::try_from(rate.per.as_millis()).unwrap_or(i64::MAX) / i64::from(rate.refill)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Values};

    fn limits(name: &str, text: &str) -> Limits {
        let mut values = Values::default();
        values.set(name, text.to_owned(), crate::config::Place::CommandLine);
        Limits::new(Config::read(&values).expect("possible").limits)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let limits = limits("limit_entries", "3,1/s");
        let at = Moment::from_millis;
        for _ in 0..3 {
            assert_eq!(limits.take(Limit::Entries, "amara", at(10_000)), Ok(()));
        }
        assert_eq!(limits.take(Limit::Entries, "amara", at(10_000)), Err(Duration::from_secs(1)));
        assert_eq!(limits.take(Limit::Entries, "bela", at(10_000)), Ok(()));
        assert_eq!(limits.take(Limit::Entries, "amara", at(11_000)), Ok(()));
        assert_eq!(limits.take(Limit::Entries, "amara", at(11_999)), Err(Duration::from_millis(1)));
    }

    #[test]
    fn looking_counts_nothing_and_the_right_answer_forgives() {
        let limits = limits("limit_sign_in", "2,2/15min");
        let now = Moment::from_millis(5);
        for _ in 0..9 {
            assert_eq!(limits.look(Limit::SignIn, 1, now), Ok(()));
        }
        for _ in 0..9 {
            assert_eq!(limits.take(Limit::SignIn, 1, now), Ok(()));
            limits.give_back(Limit::SignIn, 1);
        }
        assert_eq!(limits.take(Limit::SignIn, 1, now), Ok(()));
        assert_eq!(limits.take(Limit::SignIn, 1, now), Ok(()));
        assert!(limits.look(Limit::SignIn, 1, now).is_err());
        limits.forgive(Limit::SignIn, 1);
        assert_eq!(limits.look(Limit::SignIn, 1, now), Ok(()));
    }

    #[test]
    fn a_customer_of_ipv6_is_one_address() {
        let of = |text: &str| network_of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("::ffff:9.9.9.9"), of("9.9.9.9"));
        assert_ne!(of("9.9.9.8"), of("9.9.9.9"));
    }

    #[test]
    fn what_is_off_never_refuses() {
        let limits = limits("limit_sign_in", "off");
        let now = Moment::from_millis(5);
        for _ in 0..99 {
            assert_eq!(limits.take(Limit::SignIn, 1, now), Ok(()));
            assert_eq!(limits.take(Limit::SignInAddress, 1, now), Ok(()));
        }
    }
}
