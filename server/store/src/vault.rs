//! What people said is ciphertext before SQL sees it. Each dispute has a *data key* (talk, offers, files, answers) and
//! a *record key* (records, consents, disclosures), 32 random bytes each, which lie wrapped in a database of their own.
//! Destroying the data key destroys what it sealed, in every backup of the rows as well (R12).
//!
//! A row that was moved to another place does not open: the associated data names dispute, purpose and row, so that
//! somebody who can write to the database cannot show one side's caucus to the other by copying ciphertext.
//! Deliberately not here: which column is sealed under which key, which is each noun's.

mod erasing;

pub use erasing::Erasure;
pub(crate) use erasing::read as read_erasures;

use std::collections::HashMap;
use std::fmt::Display;
use std::path::PathBuf;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use diesel::prelude::*;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use domain::dispute::Dispute;
use domain::ids::DisputeId;

use crate::columns::{Spelled, spelled};
use crate::db::{Db, Location};
use crate::dialect::{data_version, is_line_down, make_vault, on_both};
use crate::error::{Error, OpenError, Result};
use crate::schema::wrapped_keys;
use crate::secret::{WrappingKey, random};

/// Which of a dispute's two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Seals what people say; destroyed 30 days after closing.
    Data,
    /// Seals records, consents, disclosures and delivery addresses; lives ten years.
    Record,
}

spelled!(Key { Data = "data", Record = "record" });

/// Where a sealed value lies, as its associated data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    purpose: &'static str,
    dispute: DisputeId,
    row: String,
}

impl Place {
    /// A place of this purpose in a dispute, with no row named yet.
    pub fn of(purpose: &'static str, dispute: DisputeId) -> Self {
        Self { purpose, dispute, row: String::new() }
    }

    /// The same with the row: a number, an id, or channel and number.
    #[must_use]
    pub fn row(mut self, row: impl Display) -> Self {
        self.row = row.to_string();
        self
    }

    /// The dispute.
    pub const fn dispute(&self) -> DisputeId {
        self.dispute
    }

    fn bytes(&self, key: Key) -> Vec<u8> {
        format!("concord 1\n{}\n{}\n{}\n{}", key.spelled(), self.purpose, self.dispute, self.row).into_bytes()
    }
}

/// One key of one dispute, unwrapped, to seal and open without a database: for files, off the writer's thread.
#[derive(Clone)]
pub struct Sealer {
    key: Zeroizing<[u8; 32]>,
    kind: Key,
    dispute: DisputeId,
}

/// The first byte of a sealed value: 1 is XChaCha20-Poly1305 with a random nonce of 24 bytes behind it.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 24;

impl Sealer {
    /// Seals.
    ///
    /// # Errors
    /// `Corrupt` where the place is another dispute's; `Unavailable` where the system gives no randomness.
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>> {
        if place.dispute != self.dispute {
            return Err(Error::Corrupt);
        }
        seal_with(&self.key, &place.bytes(self.kind), plain)
    }

    /// Opens.
    ///
    /// # Errors
    /// `Corrupt` where it was sealed under another key or for another place, or was changed.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Vec<u8>> {
        if place.dispute != self.dispute {
            return Err(Error::Corrupt);
        }
        open_with(&self.key, &place.bytes(self.kind), sealed)
    }
}

fn seal_with(key: &[u8; 32], place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random::<NONCE_BYTES>()?;
    let payload = Payload { msg: plain, aad: place };
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::Unavailable)?;
    Ok([&[FORM][..], nonce.as_slice(), &sealed].concat())
}

fn open_with(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let (form, rest) = sealed.split_first().ok_or(Error::Corrupt)?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Corrupt)?;
    if *form != FORM {
        return Err(Error::Corrupt);
    }
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: place }).map_err(|_| Error::Corrupt)
}

fn derived(key: &[u8; 32], purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
    Ok(Zeroizing::new(mac(key, &[b"concord derived key 1\n", purpose.as_bytes()])?))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Result<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).map_err(|_| Error::Corrupt)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

/// The vault's name for itself in the table of keys, where no dispute's id can stand.
const HOUSE: &str = "house";

/// A dispute as it was opened, and what it lay in where.
struct Opened {
    place: Place,
    sealed: Vec<u8>,
    dispute: Dispute,
}

/// How many unwrapped keys one thread keeps.
const UNWRAPPED_MAX: usize = 2_048;

/// The keys, for one thread and one job at a time. An unwrapped key is kept for the next job only while the vault is
/// certain to be unchanged, so that one that another process destroyed does not go on living here.
pub struct Vault {
    location: Location,
    line: Option<Db>,
    wrapping: WrappingKey,
    house: Zeroizing<[u8; 32]>,
    unwrapped: HashMap<(DisputeId, Key), Sealer>,
    /// Disputes as they were opened last: whatever is said in a room reads its dispute first. They go with the keys.
    opened: HashMap<DisputeId, Opened>,
    /// Whether it keeps them.
    keeps_opened: bool,
    /// The erasure ledger, where this vault keeps one.
    ledger: Option<PathBuf>,
    /// The state of the vault's file when the keys were unwrapped, where the database can tell.
    seen: Option<i64>,
}

impl Vault {
    /// Makes the vault's tables where they are missing, and checks that the wrapping key is the one they were made
    /// with: with a wrong one every dispute would look corrupt, one by one.
    pub(crate) fn prepare(location: &Location, wrapping: &WrappingKey) -> std::result::Result<(), OpenError> {
        let mut vault = Self::new(location.clone(), wrapping.clone()).map_err(OpenError::Vault)?;
        let line = vault.location.connect()?;
        let line = vault.line.insert(line);
        make_vault(line).map_err(OpenError::Vault)?;
        let check = vault.wrap(HOUSE, "check", HOUSE.as_bytes()).map_err(OpenError::Vault)?;
        vault.keep(HOUSE, "check", &check).map_err(OpenError::Vault)?;
        let kept = vault.find(HOUSE, "check").map_err(OpenError::Vault)?.unwrap_or_default();
        vault.unwrap(HOUSE, "check", &kept).map(drop).map_err(|_| OpenError::WrongWrappingKey)
    }

    /// A vault that connects when it is first asked for a key.
    pub(crate) fn new(location: Location, wrapping: WrappingKey) -> Result<Self> {
        let house = derived(wrapping.bytes(), "house")?;
        Ok(Self {
            location,
            line: None,
            wrapping,
            house,
            unwrapped: HashMap::new(),
            opened: HashMap::new(),
            keeps_opened: false,
            ledger: None,
            seen: None,
        })
    }

    /// The same vault, keeping disputes as it opened them: for a thread that stores what is said in rooms. Those that read
    /// are several, and would keep as many copies.
    pub(crate) fn keeping_opened(mut self) -> Self {
        self.keeps_opened = true;
        self
    }

    /// Forgets the unwrapped keys, unless it is certain that no other connection has changed anything in the vault since
    /// they were unwrapped: a key that was destroyed elsewhere must not go on living here.
    pub(crate) fn refresh(&mut self) {
        let seen = self.line.as_mut().and_then(|line| data_version(line).ok().flatten());
        if seen.is_none() || seen != self.seen || self.unwrapped.len() > UNWRAPPED_MAX {
            self.unwrapped.clear();
            self.opened.clear();
        }
        self.seen = seen;
    }

    /// Makes both keys of a new dispute. They are kept at once, before the dispute's row commits: an orphan key is
    /// harmless, a row without its key is lost. Keys that exist stay.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn create_keys(&mut self, dispute: DisputeId) -> Result<()> {
        for kind in [Key::Data, Key::Record] {
            let id = dispute.to_string();
            let wrapped = self.wrap(&id, &kind.spelled(), random::<32>()?.as_slice())?;
            self.keep(&id, &kind.spelled(), &wrapped)?;
        }
        Ok(())
    }

    /// Seals a value for its place.
    ///
    /// # Errors
    /// `NotFound` where the key was destroyed or never made; `Unavailable`.
    pub fn seal(&mut self, key: Key, place: &Place, plain: &[u8]) -> Result<Vec<u8>> {
        self.sealer_ref(key, place.dispute)?.seal(place, plain)
    }

    /// Opens a value at its place.
    ///
    /// # Errors
    /// `NotFound` where the key was destroyed; `Corrupt` where the value was changed or moved; `Unavailable`.
    pub fn open(&mut self, key: Key, place: &Place, sealed: &[u8]) -> Result<Vec<u8>> {
        self.sealer_ref(key, place.dispute)?.open(place, sealed)
    }

    /// The dispute that lies in those bytes at that place: the one that was opened there last where they are the same
    /// (their nonce makes certain that nothing else lies in them), otherwise what `read` makes of them.
    ///
    /// # Errors
    /// Those of [`Vault::open`] and of `read`.
    pub(crate) fn open_dispute(
        &mut self,
        place: Place,
        sealed: Vec<u8>,
        read: impl FnOnce(&[u8]) -> Result<Dispute>,
    ) -> Result<Dispute> {
        let last = self.opened.get(&place.dispute);
        if let Some(last) = last.filter(|last| last.place == place && last.sealed == sealed) {
            return Ok(last.dispute.clone());
        }
        let dispute = read(&self.open(Key::Record, &place, &sealed)?)?;
        if self.keeps_opened {
            self.opened.insert(place.dispute, Opened { place, sealed, dispute: dispute.clone() });
        }
        Ok(dispute)
    }

    /// The key itself, to seal and open files with elsewhere.
    ///
    /// # Errors
    /// `NotFound` where the key was destroyed or never made; `Unavailable`.
    pub fn sealer(&mut self, key: Key, dispute: DisputeId) -> Result<Sealer> {
        self.sealer_ref(key, dispute).cloned()
    }

    /// A digest that can be compared but not guessed at, and that means nothing once the data key is gone (R9):
    /// HMAC-SHA256 under a key derived from the data key.
    ///
    /// # Errors
    /// `NotFound` where the key was destroyed; `Unavailable`.
    pub fn digest(&mut self, dispute: DisputeId, purpose: &'static str, bytes: &[u8]) -> Result<[u8; 32]> {
        let sealer = self.sealer_ref(Key::Data, dispute)?;
        let key = derived(&sealer.key, "digest")?;
        mac(&key, &[purpose.as_bytes(), b"\n", bytes])
    }

    /// Seals what belongs to no dispute (mail that waits, second factors) under a key of the house.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn seal_house(&self, purpose: &'static str, row: &str, plain: &[u8]) -> Result<Vec<u8>> {
        seal_with(&self.house, format!("concord house 1\n{purpose}\n{row}").as_bytes(), plain)
    }

    /// Opens what [`Vault::seal_house`] sealed for the same row.
    ///
    /// # Errors
    /// `Corrupt` where the value was changed or moved.
    pub fn open_house(&self, purpose: &'static str, row: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        open_with(&self.house, format!("concord house 1\n{purpose}\n{row}").as_bytes(), sealed)
    }

    /// A digest that can be compared across disputes and not guessed at: HMAC-SHA256 under a key of the house.
    ///
    /// # Errors
    /// `Corrupt` never happens: HMAC takes keys of any length.
    pub fn digest_house(&self, purpose: &'static str, bytes: &[u8]) -> Result<[u8; 32]> {
        let key = derived(&self.house, "digest")?;
        mac(&key, &[purpose.as_bytes(), b"\n", bytes])
    }

    fn sealer_ref(&mut self, kind: Key, dispute: DisputeId) -> Result<&Sealer> {
        if !self.unwrapped.contains_key(&(dispute, kind)) {
            let id = dispute.to_string();
            let wrapped = self.find(&id, &kind.spelled())?.ok_or(Error::NotFound)?;
            let plain = Zeroizing::new(self.unwrap(&id, &kind.spelled(), &wrapped)?);
            let key = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| Error::Corrupt)?;
            self.unwrapped.insert((dispute, kind), Sealer { key: Zeroizing::new(key), kind, dispute });
        }
        self.unwrapped.get(&(dispute, kind)).ok_or(Error::NotFound)
    }

    fn wrap(&self, owner: &str, kind: &str, key: &[u8]) -> Result<Vec<u8>> {
        seal_with(self.wrapping.bytes(), format!("concord key 1\n{kind}\n{owner}").as_bytes(), key)
    }

    fn unwrap(&self, owner: &str, kind: &str, wrapped: &[u8]) -> Result<Vec<u8>> {
        open_with(self.wrapping.bytes(), format!("concord key 1\n{kind}\n{owner}").as_bytes(), wrapped)
    }

    fn keep(&mut self, owner: &str, kind: &str, wrapped: &[u8]) -> Result<()> {
        self.on_line(|db| {
            let row = (
                wrapped_keys::dispute.eq(owner),
                wrapped_keys::kind.eq(kind),
                wrapped_keys::wrapped.eq(wrapped),
            );
            on_both!(db, |c| {
                diesel::insert_into(wrapped_keys::table).values(row).on_conflict_do_nothing().execute(c)
            })?;
            Ok(())
        })
    }

    fn find(&mut self, owner: &str, kind: &str) -> Result<Option<Vec<u8>>> {
        self.on_line(|db| {
            let found = wrapped_keys::table.find((owner, kind)).select(wrapped_keys::wrapped);
            Ok(found.first::<Vec<u8>>(db).optional()?)
        })
    }

    /// Runs on the vault's own line, once more on a fresh one where the old one went down with its server: everything
    /// here may be done twice.
    fn on_line<T>(&mut self, work: impl Fn(&mut Db) -> Result<T>) -> Result<T> {
        let outcome = self.on_this_line(&work);
        match outcome {
            Err(error) if is_line_down(error) => {
                self.line = None;
                self.on_this_line(&work)
            }
            other => other,
        }
    }

    fn on_this_line<T>(&mut self, work: impl Fn(&mut Db) -> Result<T>) -> Result<T> {
        let line = match self.line.take() {
            Some(line) => line,
            None => self.location.connect().map_err(|_| Error::Unavailable)?,
        };
        work(self.line.insert(line))
    }
}
