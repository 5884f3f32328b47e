//! A PKCS#11 token in which the seal key lives: its module is loaded, its user signed in, the key found by its label.
//! Deliberately not here: when that is done, and what becomes of a line that breaks, which `signer` decides; and how a key
//! is made, which is a ceremony.

use std::fmt;
use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use crate::config::SealToken;

/// Why the token did not do what it was asked for. No PIN is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// The module's file is none, or cannot be loaded.
    Module(PathBuf, String),
    /// No token has that label; or more than one.
    NoToken(String),
    TwoTokens(String),
    /// The PIN cannot be read.
    NoPin(String),
    /// The token refused the PIN.
    WrongPin,
    /// It was locked before, or is now.
    Locked,
    /// Its PIN is right, and must be changed before anything else.
    PinExpired,
    /// A wrong PIN was offered since the last right one: a program does not spend the tries that are left, however often it
    /// is started.
    FewTries,
    /// No key has that label; or more than one.
    NoKey(String),
    TwoKeys(String),
    /// A key that is to be made would be the second one of its label.
    KeyThere(String),
    /// A key is not as a seal key must be.
    Unsafe(&'static str),
    /// It signs with a key of another kind.
    NotP256,
    /// The line to it is dead: it was taken out, or it lost its sessions.
    Gone(String),
    /// It did not answer in time.
    Silent,
    /// The thread that talks to it is gone.
    Ended,
    /// Anything else, as the module calls it.
    Failed(String),
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(path, reason) => {
                write!(f, "the PKCS#11 module {} cannot be loaded: {reason}", path.display())
            }
            Self::NoToken(label) => write!(f, "no PKCS#11 token with the label `{label}` is there"),
            Self::TwoTokens(label) => write!(f, "more than one PKCS#11 token has the label `{label}`"),
            Self::NoPin(reason) => write!(f, "the setting of the PKCS#11 token's PIN {reason}"),
            Self::WrongPin => f.write_str(
                "the PKCS#11 token refuses the PIN; it is not tried again, because a token locks itself after some \
                 wrong ones: set the right one, then start again",
            ),
            Self::Locked => f.write_str("the PKCS#11 token is locked after wrong PINs; its officer must unlock it"),
            Self::PinExpired => f.write_str(
                "the PIN of the PKCS#11 token has expired: set a new one with the token's own tool, then start again",
            ),
            Self::FewTries => f.write_str(
                "the PKCS#11 token was offered a wrong PIN since it last took one, and the tries that are left are not for a \
                 program to spend: sign in once with the token's own tool, and try again then",
            ),
            Self::NoKey(label) => write!(
                f,
                "the PKCS#11 token holds no seal key with the label `{label}`; name the right one, or make one with: \
                 concord keys ceremony"
            ),
            Self::TwoKeys(label) => write!(f, "the PKCS#11 token holds more than one key with the label `{label}`"),
            Self::KeyThere(label) => write!(
                f,
                "the PKCS#11 token holds a key with the label `{label}` already; set seal_pkcs11_key to the label that \
                 the new one is to have"
            ),
            Self::Unsafe(reason) => write!(f, "the PKCS#11 token has a key that {reason}: it is not taken for a seal key"),
            Self::NotP256 => f.write_str("the key in the PKCS#11 token is none of P-256"),
            Self::Gone(reason) => write!(f, "the PKCS#11 token is gone ({reason})"),
            Self::Silent => f.write_str("the PKCS#11 token does not answer"),
            Self::Ended => f.write_str(
                "the thread that talks to the PKCS#11 token has broken off; nothing is sealed before concord is started again",
            ),
            Self::Failed(reason) => write!(f, "the PKCS#11 token fails ({reason})"),
        }
    }
}

impl std::error::Error for TokenError {}

impl TokenError {
    /// Whether the PIN was offered in vain: each further time could cost one of the tries after which a token locks itself.
    pub const fn refuses_pin(&self) -> bool {
        matches!(self, Self::WrongPin | Self::Locked | Self::PinExpired)
    }

    /// Whether a program that starts us again and again must not: somebody has to look first.
    pub const fn forbids_restart(&self) -> bool {
        self.refuses_pin() || matches!(self, Self::FewTries)
    }

    /// Whether it may pass without anybody changing a setting: a token that is away, or that does not answer. One that was
    /// named wrongly cannot be told from one that is away.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::NoToken(_) | Self::Gone(_) | Self::Silent | Self::Failed(_))
    }
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        let said = error.to_string();
        match error {
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => {
                Self::WrongPin
            }
            Error::Pkcs11(RvError::PinLocked, _) => Self::Locked,
            Error::Pkcs11(RvError::PinExpired, _) => Self::PinExpired,
            Error::Pkcs11(
                RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid
                | RvError::CryptokiNotInitialized,
                _,
            ) => Self::Gone(said),
            _ => Self::Failed(said),
        }
    }
}

/// A loaded module. It stays loaded as long as this is kept: programs in it may run on.
pub struct Module(Pkcs11);

impl Module {
    /// Loads it.
    ///
    /// # Errors
    /// A file that is none.
    pub fn load(path: &Path) -> Result<Self, TokenError> {
        let module = Pkcs11::new(path).map_err(|error| not_loaded(path, &error))?;
        Ok(Self(module))
    }

    /// Lets it begin anew: what it knew of a token that was taken out, it may go on believing otherwise. Every session ends.
    pub fn forgets(&self) {
        // Where there is nothing to forget, that is as well.
        let _ = self.0.clone().finalize();
    }
}

fn not_loaded(path: &Path, error: &Error) -> TokenError {
    TokenError::Module(path.to_owned(), error.to_string())
}

/// A token whose user is signed in.
pub struct Token {
    pub session: Session,
    slot: Slot,
    module: Pkcs11,
}

impl Token {
    /// Opens it. A PIN that it refuses is offered once: trying again is not for a program to decide.
    ///
    /// # Errors
    /// What is missing, or was refused.
    pub fn open(Module(module): &Module, set: &SealToken, writes: bool) -> Result<Self, TokenError> {
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another user of it in this program was faster.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            // It is the right file: what it speaks to is away.
            Err(error) => return Err(error.into()),
        }
        let slot = find(module, &set.token)?;
        let session = if writes { module.open_rw_session(slot) } else { module.open_ro_session(slot) }?;
        let about = module.get_token_info(slot)?;
        if about.user_pin_locked() {
            return Err(TokenError::Locked);
        }
        // The former says that one try is left, the latter that one was spent: a token may show either.
        if about.user_pin_final_try() || about.user_pin_count_low() {
            return Err(TokenError::FewTries);
        }
        let pin = set.pin.read().map_err(|impossible| TokenError::NoPin(impossible.0))?;
        match session.login(UserType::User, Some(&AuthPin::new(pin.as_str().into()))) {
            // By another session of this program.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                Ok(Self { session, slot, module: module.clone() })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What it says of itself.
    ///
    /// # Errors
    /// A token that does not answer.
    pub fn about(&self) -> Result<TokenInfo, TokenError> {
        Ok(self.module.get_token_info(self.slot)?)
    }

    /// The private key of that label.
    ///
    /// # Errors
    /// `NoKey`, `TwoKeys`.
    pub fn key(&self, label: &str) -> Result<ObjectHandle, TokenError> {
        let found = self.keys(ObjectClass::PRIVATE_KEY, label)?;
        match found.as_slice() {
            [key] => Ok(*key),
            [] => Err(TokenError::NoKey(label.to_owned())),
            _ => Err(TokenError::TwoKeys(label.to_owned())),
        }
    }

    /// Every key of a class and label.
    ///
    /// # Errors
    /// A token that does not answer.
    pub fn keys(&self, class: ObjectClass, label: &str) -> Result<Vec<ObjectHandle>, TokenError> {
        let wanted =
            [Attribute::Class(class), Attribute::KeyType(KeyType::EC), Attribute::Label(label.into())];
        Ok(self.session.find_objects(&wanted)?)
    }

    /// The signature of a text with that SHA-256 digest: r and s.
    ///
    /// # Errors
    /// A token that makes none.
    pub fn sign(&self, key: ObjectHandle, digest: &[u8; 32]) -> Result<[u8; 64], TokenError> {
        let made = self.session.sign(&Mechanism::Ecdsa, key, digest)?;
        made.try_into().map_err(|_| TokenError::NotP256)
    }
}

fn find(module: &Pkcs11, label: &str) -> Result<Slot, TokenError> {
    let mut found = Vec::new();
    for slot in module.get_slots_with_token()? {
        // One that does not answer is not the one that is looked for.
        let is_it = |about: TokenInfo| about.token_initialized() && about.label().trim_end() == label;
        if module.get_token_info(slot).is_ok_and(is_it) {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [slot] => Ok(*slot),
        [] => Err(TokenError::NoToken(label.to_owned())),
        _ => Err(TokenError::TwoTokens(label.to_owned())),
    }
}
