//! Passwords: which ones are taken, how they are hashed, and how many are hashed at once. Hashing costs 19 MiB and
//! some 40 ms, so it is bounded to the cores, and so is the queue before it. Deliberately not here: whose they are.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::sync::TryAcquireError;
use zeroize::Zeroizing;

/// The fewest characters of a password that stands alone, and of one beside a second factor.
pub const CHARACTERS_MIN: usize = 15;
pub const CHARACTERS_MIN_WITH_SECOND_FACTOR: usize = 8;
/// The most bytes; more would let strangers make the house hash for long.
pub const BYTES_MAX: usize = 1024;
/// How many may wait for a core.
pub const QUEUE_MAX: usize = 64;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What an unknown account's password is compared with, so that it takes as long as a known one's. No password is known
/// that has this hash, and one that had it would not be let in either.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y29uY29yZC1ub2JvZHktMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SUGGESTED_WORDS: usize = 5;

static COMMON: &str = include_str!("../assets/common-passwords.txt");
static WORDS: &str = include_str!("../assets/passphrase-words.txt");

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    TooShort,
    TooLong,
    /// It is a common one, or holds little else than one.
    Common,
}

impl Weak {
    /// The code of the field's error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::Common => "common-password",
        }
    }
}

/// Whether a password may be chosen. Any characters count, spaces too; nothing asks for capitals or digits.
pub fn check(password: &str, has_second_factor: bool) -> Result<(), Weak> {
    let characters_min = if has_second_factor { CHARACTERS_MIN_WITH_SECOND_FACTOR } else { CHARACTERS_MIN };
    if password.len() > BYTES_MAX {
        return Err(Weak::TooLong);
    }
    if password.chars().count() < characters_min {
        return Err(Weak::TooShort);
    }
    if is_common(password) { Err(Weak::Common) } else { Ok(()) }
}

/// Common is what the list holds, also when repeated, followed by digits or signs, or made of one or two characters.
fn is_common(password: &str) -> bool {
    let folded: String =
        password.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    // Four different characters in fifteen: a held key or a short pattern, whatever the script.
    if letters.len() < 5 || is_a_run(&folded) {
        return true;
    }
    let mut rest = folded.as_str();
    loop {
        let ends = |word: &&str| !word.is_empty() && rest.starts_with(*word);
        match COMMON.lines().filter(ends).max_by_key(|word| word.len()) {
            Some(word) => rest = rest.get(word.len()..).unwrap_or(""),
            None => break,
        }
        // Only digits left, such as a year: the list's word did all the work.
        if rest.chars().all(|letter| letter.is_ascii_digit()) {
            return true;
        }
    }
    false
}

/// Whether each character is the next or the one before of its neighbour, as in `abcdefghijklmno`.
fn is_a_run(folded: &str) -> bool {
    let codes: Vec<u32> = folded.chars().map(u32::from).collect();
    let near = |pair: &[u32]| matches!(pair, [one, other] if one.abs_diff(*other) <= 1);
    codes.windows(2).filter(|pair| !near(pair)).count() * 4 < codes.len()
}

/// Five plain words, for who would rather not invent a password.
pub fn suggest() -> Option<String> {
    let words: Vec<&str> = WORDS.lines().collect();
    let mut chosen = Vec::with_capacity(SUGGESTED_WORDS);
    while chosen.len() < SUGGESTED_WORDS {
        let random = u64::from(getrandom::u32().ok()?);
        // With 32 bits over some hundreds of words, the bias of the remainder is below one in a million.
        let at = usize::try_from(random % u64::try_from(words.len()).ok()?).ok()?;
        chosen.push(*words.get(at)?);
    }
    Some(chosen.join(" "))
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotHashed {
    /// Too many wait already; try again after a while.
    Busy(Duration),
    /// The hash in the store is none, or the machine gives no memory or randomness.
    Broken,
}

/// Hashes and compares passwords on threads of their own.
#[derive(Clone)]
pub struct Passwords {
    cores: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// Bounded to the machine's cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { cores: Arc::new(Semaphore::new(cores)), queue: Arc::new(Semaphore::new(cores + QUEUE_MAX)) }
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// `Busy` where the queue is full.
    pub async fn hash(&self, password: &str) -> Result<String, NotHashed> {
        let password = Zeroizing::new(password.to_owned());
        self.bounded(move || hash(&password)).await
    }

    /// Whether the password is the hashed one. With no hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// `Busy` where the queue is full.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, NotHashed> {
        let password = Zeroizing::new(password.chars().take(BYTES_MAX).collect::<String>());
        let known = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let right = self.bounded(move || verify(&password, &hash)).await?;
        Ok(right && known)
    }

    async fn bounded<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, NotHashed> + Send + 'static,
    ) -> Result<T, NotHashed> {
        let busy = NotHashed::Busy(Duration::from_secs(2));
        let _place = Arc::clone(&self.queue).try_acquire_owned().map_err(|error| match error {
            TryAcquireError::NoPermits => busy,
            TryAcquireError::Closed => NotHashed::Broken,
        })?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| NotHashed::Broken)?;
        let work = move || {
            let _core = core;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| NotHashed::Broken)?
    }
}

fn hash(password: &str) -> Result<String, NotHashed> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| NotHashed::Broken)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2.hash_password(password.as_bytes()).map_err(|_| NotHashed::Broken)?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool, NotHashed> {
    let hash = PasswordHash::new(hash).map_err(|_| NotHashed::Broken)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_and_short_passwords_are_refused() {
        for (password, weak) in [
            ("short", Weak::TooShort),
            ("password password", Weak::Common),
            ("Bangladesh 1971 1971", Weak::Common),
            ("aaaaaaaaaaaaaaaaaaaa", Weak::Common),
            ("abcdefghijklmnopqrs", Weak::Common),
            ("123456789012345678", Weak::Common),
            ("I love you so much 2024", Weak::Common),
            ("আআআআআআআআআআআআআআআআ", Weak::Common),
        ] {
            assert_eq!(check(password, false), Err(weak), "{password}");
        }
        assert_eq!(check(&"x y z w v ".repeat(110), false), Err(Weak::TooLong));
        for password in [
            "four plain words here",
            "kettle harbor maple quiet",
            "আমার চারটি সাধারণ শব্দ",
            "correct kettle battery moss",
        ] {
            assert_eq!(check(password, false), Ok(()), "{password}");
        }
        assert_eq!(check("kettle9!", true), Ok(()));
        assert_eq!(check("kettle9", true), Err(Weak::TooShort));
    }

    #[test]
    fn a_suggested_password_is_taken_and_never_the_same() {
        let (one, other) = (suggest().expect("words"), suggest().expect("words"));
        assert_ne!(one, other);
        for suggested in [one, other] {
            assert_eq!(check(&suggested, false), Ok(()), "{suggested}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_nobodys_is_never_right() {
        let passwords = Passwords::new();
        let hash = passwords.hash("four plain words here").await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify("four plain words here", Some(&hash)).await, Ok(true));
        assert_eq!(passwords.verify("four plain words hers", Some(&hash)).await, Ok(false));
        assert_eq!(passwords.verify("four plain words here", None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_crowd_is_told_to_come_back() {
        let passwords = Passwords::new();
        let _all = Arc::clone(&passwords.queue)
            .acquire_many_owned(u32::try_from(passwords.queue.available_permits()).expect("few"))
            .await;
        assert!(matches!(passwords.hash("four plain words here").await, Err(NotHashed::Busy(_))));
    }
}
