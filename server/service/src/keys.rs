//! The keys of the house: each its own file of mode 0600 under `DATA/keys`, made on the first start; but for a seal key in a
//! PKCS#11 token, of which the certificate alone lies there. Deliberately not here: data keys of disputes, which live wrapped in the vault, and what is signed with the keys.

pub mod kept_head;
pub mod mail_key;
pub mod pkcs11;
pub mod signer;
pub mod rotation;
pub mod ceremony;

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::time::Moment;
use hmac::{Hmac, KeyInit as _, Mac as _};
use record::{Authorities, KeySet, LedgerKey, PublishedKey, SealKey, Verifier};
use sha2::Sha256;
use store::WrappingKey;
use zeroize::Zeroizing;

use self::pkcs11::TokenError;
use self::signer::TokenSigner;
use crate::config::SealToken;

/// The seal key and its certificate, where it is a file; and the certificate alone, where the key is in a token.
const SEAL_FILE: &str = "seal.pem";
const SEAL_CERTIFICATE_FILE: &str = "seal.certificate.pem";
/// The seal keys, present and past, as they are published.
const PUBLISHED_FILE: &str = "published.jwks";

/// Every key that this program holds in memory.
pub struct Keys {
    /// Wraps the data and record keys of disputes.
    pub wrapping: WrappingKey,
    /// Signs records (JWS, PAdES).
    pub seal: SealKey,
    /// What makes its signatures, where it is in a token.
    pub seal_token: Option<Arc<TokenSigner>>,
    /// The seal keys, present and past, as they are published.
    pub published: KeySet,
    /// Signs access tokens.
    pub token: TokenKey,
    /// Signs the ledger's head.
    pub ledger: LedgerKey,
    /// The ledger keys, the first one first, as they are published.
    pub ledger_published: Vec<Verifier>,
}

/// A P-256 key for access tokens, in the forms in which it is used.
#[derive(Clone)]
pub struct TokenKey {
    pub signing: jsonwebtoken::EncodingKey,
    pub verifying: jsonwebtoken::DecodingKey,
}

/// Why the keys cannot be had. It never holds what a file held.
#[derive(Debug)]
pub enum KeysError {
    Folder(PathBuf, io::Error),
    File(PathBuf, io::Error),
    NotAKey(PathBuf),
    /// Others on this machine may read it.
    Open(PathBuf),
    /// A key that was in use is not there.
    Lost(PathBuf),
    /// The key that is there was revoked.
    Revoked(PathBuf),
    /// The seal key is in a token, and no token is set.
    InToken(PathBuf),
    /// A token is set, and no key was made in it.
    NoCeremony,
    /// Two seal keys are there: a change from one to the other was broken off.
    Two(PathBuf),
    /// A key in the token takes its place by a ceremony alone.
    ByCeremony,
    /// The key in the token is another one than its certificate says.
    OtherKey(PathBuf),
    /// A new key is in use all the same: what failed, failed after that.
    InPlace(Box<KeysError>),
    /// A certificate of a key that this house never published: no ceremony laid it there.
    Unpublished(PathBuf),
    Token(TokenError),
    Random,
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path, error) => write!(f, "the folder {} cannot be made: {error}", path.display()),
            Self::File(path, error) => {
                write!(f, "the key file {} cannot be read or made: {error}", path.display())
            }
            Self::NotAKey(path) => {
                write!(f, "the file {} does not hold the key that it should", path.display())
            }
            Self::Open(path) => write!(
                f,
                "the key file {0} can be read by others on this machine; make it private with: chmod 600 {0}",
                path.display()
            ),
            Self::Lost(path) => write!(
                f,
                "the key file {} was in use and is missing; put it back, or make a new key with: concord keys rotate",
                path.display()
            ),
            Self::Revoked(path) => write!(
                f,
                "the key file {} is of a key that was revoked; make a new one with: concord keys {}",
                path.display(),
                if path.ends_with(SEAL_CERTIFICATE_FILE) { "ceremony" } else { "rotate seal" }
            ),
            Self::InToken(path) => write!(
                f,
                "the seal key is in a PKCS#11 token, as {} says; set seal_pkcs11_module, or put a key in a file in its \
                 place with: concord keys rotate seal",
                path.display()
            ),
            Self::NoCeremony => f.write_str(
                "seal_pkcs11_module is set, and no seal key was made in the token yet; make one with: concord keys \
                 ceremony",
            ),
            Self::Two(folder) => write!(
                f,
                "{0}/{SEAL_FILE} and {0}/{SEAL_CERTIFICATE_FILE} are both there: a change of the seal key was broken off; \
                 go on with: concord keys ceremony --again (the key in the token) or concord keys rotate seal (a file)",
                folder.display()
            ),
            Self::ByCeremony => f.write_str(
                "the seal key is in a PKCS#11 token: put a new one in its place with: concord keys ceremony; or leave \
                 seal_pkcs11_module out, for a key in a file",
            ),
            Self::OtherKey(path) => write!(
                f,
                "the key in the PKCS#11 token is not the one whose certificate lies in {}; set seal_pkcs11_token and \
                 seal_pkcs11_key to the right one, or put its own certificate back",
                path.display()
            ),
            Self::InPlace(error) => write!(
                f,
                "the new key is in place, and stays in the token; but then: {error}. Go on, and print its sheet, with: concord \
                 keys ceremony --again"
            ),
            Self::Unpublished(path) => write!(
                f,
                "{} is the certificate of no key that {PUBLISHED_FILE} beside it holds, as a ceremony would have left it; put \
                 both back, or take it away and make a new key",
                path.display()
            ),
            Self::Token(error) => error.fmt(f),
            Self::Random => f.write_str("the machine gives no random numbers"),
        }
    }
}

impl std::error::Error for KeysError {}

impl From<TokenError> for KeysError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl Keys {
    /// Reads the keys, and makes those that are missing. Two programs that start at once agree on the same files. Where a
    /// token is set, the seal key is in it: nothing is asked of it before something is to be sealed.
    ///
    /// # Errors
    /// A folder or file that cannot be read or written, or that holds something else.
    pub fn open(
        folder: &Path,
        institution: &str,
        ledger_origin: &str,
        token: Option<&SealToken>,
        now: Moment,
    ) -> Result<Self, KeysError> {
        make_private(folder)?;
        let wrapping = wrapping_key(&folder.join("wrapping.key"))?;
        let (seal, seal_token) = seal_in_use(folder, institution, token, now)?;
        let published = published_keys(folder, seal.published())?;
        // Whoever put an old copy of it back seals nothing with it.
        if published.revocation(seal.kid()).is_some() {
            let file = if token.is_some() { SEAL_CERTIFICATE_FILE } else { SEAL_FILE };
            return Err(KeysError::Revoked(folder.join(file)));
        }
        let token = token_key(&folder.join("token.pem"))?;
        let (ledger, ledger_published) = ledger_keys(folder, ledger_origin)?;
        Ok(Self { wrapping, seal, seal_token, published, token, ledger, ledger_published })
    }

    /// Tries a seal key out that is in a token: before anything is served, and not when the first record waits for it.
    ///
    /// # Errors
    /// A token that makes no signature; `OtherKey` where it makes it with another one than the published one.
    pub fn try_seal(&self, folder: &Path) -> Result<(), KeysError> {
        let Some(token) = &self.seal_token else { return Ok(()) };
        let trial = b"concord: whether this token signs";
        let made = token.try_to_sign(&record::digest_of(trial))?;
        let is_it = self.seal.published().is_signed(trial, &made);
        if is_it { Ok(()) } else { Err(KeysError::OtherKey(folder.join(SEAL_CERTIFICATE_FILE))) }
    }

    /// Publishes, beside the seal keys, whose time stamps this house believes; those of before stay published, because what
    /// they stamped must verify for ever (R25).
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn publish_authorities(&mut self, folder: &Path, trusted: &Authorities) -> Result<(), KeysError> {
        let all = self.published.clone().with_authorities(trusted);
        if all != self.published {
            let path = folder.join(PUBLISHED_FILE);
            replace(&path, &all.to_jwks()).map_err(|error| KeysError::File(path, error))?;
            self.published = all;
        }
        Ok(())
    }

    /// A keyed digest of something guessable (R9), such as the body of a request. `purpose` keeps the uses apart.
    pub fn digest(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        let derived = keyed(self.wrapping.bytes(), purpose.as_bytes());
        keyed(&derived, bytes)
    }
}

fn make_private(folder: &Path) -> Result<(), KeysError> {
    let failed = |error| KeysError::Folder(folder.to_owned(), error);
    fs::create_dir_all(folder).map_err(failed)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)
}

fn keyed(key: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length; nothing can fail here.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    })
}

/// Random bytes from the machine.
///
/// # Errors
/// `Random` where it gives none.
pub fn random<const N: usize>() -> Result<[u8; N], KeysError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeysError::Random)?;
    Ok(bytes)
}

fn wrapping_key(path: &Path) -> Result<WrappingKey, KeysError> {
    let made = || random::<32>().map(|bytes| STANDARD.encode(bytes) + "\n");
    let text = read_or_make(path, made)?;
    let bytes =
        Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| KeysError::NotAKey(path.to_owned()))?);
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeysError::NotAKey(path.to_owned()))?;
    Ok(WrappingKey::new(key))
}

fn seal_key(path: &Path, institution: &str, now: Moment) -> Result<SealKey, KeysError> {
    let text = read_or_make(path, || new_seal_key(institution, now))?;
    SealKey::from_pem(&text).map_err(|_| KeysError::NotAKey(path.to_owned()))
}

fn new_seal_key(institution: &str, now: Moment) -> Result<String, KeysError> {
    SealKey::generate(institution, now).ok().and_then(|key| key.to_pem()).ok_or(KeysError::Random)
}

/// The seal key where the settings say that it is. Where the files say otherwise, nothing is made up: a house must not seal
/// with a key in a file because a setting was forgotten, or a file lost. Nor is a certificate believed that lies there and
/// was not published before, as a ceremony does: whoever can lay a file must not thereby name a key as the house's.
fn seal_in_use(
    folder: &Path,
    institution: &str,
    token: Option<&SealToken>,
    now: Moment,
) -> Result<(SealKey, Option<Arc<TokenSigner>>), KeysError> {
    let (file, certificate) = (folder.join(SEAL_FILE), folder.join(SEAL_CERTIFICATE_FILE));
    // Looked at before the files: another program that starts meanwhile makes its key first, and publishes it then.
    let published = published_before(folder)?;
    match (token, file.exists(), certificate.exists()) {
        (_, true, true) => Err(KeysError::Two(folder.to_owned())),
        (None, false, false) if published.iter().next().is_some() => Err(KeysError::Lost(file)),
        (None, _, false) => Ok((seal_key(&file, institution, now)?, None)),
        (None, false, true) => Err(KeysError::InToken(certificate)),
        (Some(_), _, false) => Err(KeysError::NoCeremony),
        (Some(token), false, true) => {
            let failed = |error| KeysError::File(certificate.clone(), error);
            let text = fs::read_to_string(&certificate).map_err(failed)?;
            let signer = Arc::new(TokenSigner::start(token).map_err(failed)?);
            let seal = SealKey::elsewhere(&text, Arc::<TokenSigner>::clone(&signer));
            let seal = seal.map_err(|_| KeysError::NotAKey(certificate.clone()))?;
            let is_known = published.find(seal.kid()).is_some();
            if is_known { Ok((seal, Some(signer))) } else { Err(KeysError::Unpublished(certificate)) }
        }
    }
}

/// What was published up to now.
fn published_before(folder: &Path) -> Result<KeySet, KeysError> {
    let path = folder.join(PUBLISHED_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => KeySet::from_jwks(&text).map_err(|_| KeysError::NotAKey(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KeySet::default()),
        Err(error) => Err(KeysError::File(path, error)),
    }
}

/// Past seal keys stay published after a new one was put in place: old records must verify for ever (R25).
fn published_keys(folder: &Path, seal: &PublishedKey) -> Result<KeySet, KeysError> {
    let path = &folder.join(PUBLISHED_FILE);
    let present = KeySet::default().with(seal.clone());
    let text = read_or_make(path, || Ok(present.to_jwks()))?;
    let past = KeySet::from_jwks(&text).map_err(|_| KeysError::NotAKey(path.to_owned()))?;
    if past.find(seal.kid()).is_some() {
        return Ok(past);
    }
    let all = past.merged(&present);
    replace(path, &all.to_jwks()).map_err(|error| KeysError::File(path.to_owned(), error))?;
    Ok(all)
}

/// Puts a file in place of the one before: nobody reads a half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    put(path, text)?;
    sync_folder(path)
}

/// The same, but that the machine may forget it where it loses its power: what fails, fails before the file is in place.
fn put(path: &Path, text: &str) -> io::Result<()> {
    // A name of its own: another program that shares the folder must not rename a half of this one.
    let aside = path.with_added_extension(format!("{}.new", std::process::id()));
    write_private(&aside, text.as_bytes())?;
    fs::rename(&aside, path)
}

/// The key of the ledger, and all that ever signed its head. A ledger keeps the name with which it began, whatever the
/// house is called since: who holds an old head must know the new one for the same ledger's.
fn ledger_keys(folder: &Path, origin: &str) -> Result<(LedgerKey, Vec<Verifier>), KeysError> {
    let (path, list) = (folder.join("ledger.key"), folder.join(LEDGER_KEYS_FILE));
    let past = match fs::read_to_string(&list) {
        Ok(text) => verifiers(&text).ok_or_else(|| KeysError::NotAKey(list.clone()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(KeysError::File(list, error)),
    };
    // A new key is made on purpose, or whoever takes the file away has one made that nobody asked for.
    if !past.is_empty() && !path.exists() {
        return Err(KeysError::Lost(path));
    }
    let text = read_or_make(&path, || new_ledger_key(origin))?;
    let key = LedgerKey::from_text(&text).map_err(|_| KeysError::NotAKey(path.clone()))?;
    if past.first().is_some_and(|first| first.name() != key.verifier().name()) {
        return Err(KeysError::NotAKey(path));
    }
    if past.contains(key.verifier()) {
        return Ok((key, past));
    }
    let all: Vec<Verifier> = past.into_iter().chain([key.verifier().clone()]).collect();
    replace(&list, &verifier_lines(&all)).map_err(|error| KeysError::File(list, error))?;
    Ok((key, all))
}

fn new_ledger_key(origin: &str) -> Result<String, KeysError> {
    LedgerKey::generate(origin).map(|key| key + "\n").map_err(|_| KeysError::Random)
}

/// Where the public keys of the ledger lie, beside the others.
pub const LEDGER_KEYS_FILE: &str = "ledger.vkeys";

/// Public keys of a ledger, one a line.
pub fn verifier_lines(keys: &[Verifier]) -> String {
    keys.iter().map(|key| format!("{key}\n")).collect()
}

/// The keys of such a text; nothing where a line is none.
pub fn verifiers(text: &str) -> Option<Vec<Verifier>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.parse().ok()).collect()
}

fn token_key(path: &Path) -> Result<TokenKey, KeysError> {
    let text = read_or_make(path, || {
        let key = EcdsaKeyPair::generate_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &aws_lc_rs::rand::SystemRandom::new(),
        );
        key.map(|key| pem(key.as_ref())).map_err(|_| KeysError::Random)
    })?;
    let wrong = || KeysError::NotAKey(path.to_owned());
    let inner: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = Zeroizing::new(STANDARD.decode(inner.trim()).map_err(|_| wrong())?);
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).map_err(|_| wrong())?;
    // An uncompressed point: 4, then 32 bytes of x and 32 of y (SEC 1, 2.3.3).
    let point = pair.public_key().as_ref();
    let (x, y) = (point.get(1..33).ok_or_else(wrong)?, point.get(33..65).ok_or_else(wrong)?);
    let verifying =
        jsonwebtoken::DecodingKey::from_ec_components(&URL_SAFE_NO_PAD.encode(x), &URL_SAFE_NO_PAD.encode(y));
    Ok(TokenKey {
        signing: jsonwebtoken::EncodingKey::from_ec_der(&der),
        verifying: verifying.map_err(|_| wrong())?,
    })
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

/// Reads a file; where there is none, writes one aside and links it into place, which fails where another program was
/// faster: then that one's file is read. A key is never half written and never written twice.
fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Result<String, KeysError>,
) -> Result<Zeroizing<String>, KeysError> {
    let failed = |error| KeysError::File(path.to_owned(), error);
    match fs::read_to_string(path) {
        Ok(text) => return check_private(path).map(|()| Zeroizing::new(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let text = Zeroizing::new(make()?);
    let suffix = u64::from_ne_bytes(random()?);
    let aside = path.with_extension(format!("{suffix:x}.new"));
    write_private(&aside, text.as_bytes()).map_err(failed)?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside).map_err(failed)?;
    match linked {
        Ok(()) => sync_folder(path).map_err(failed).map(|()| text),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whether a file is its owner's alone. What is published is not, but was made so.
fn check_private(path: &Path) -> Result<(), KeysError> {
    let about = fs::metadata(path).map_err(|error| KeysError::File(path.to_owned(), error))?;
    let is_public = path.extension().is_some_and(|end| end == "jwks" || end == "vkeys");
    let is_private = about.permissions().mode() & 0o077 == 0;
    if is_public || is_private { Ok(()) } else { Err(KeysError::Open(path.to_owned())) }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(folder: &Path) -> Keys {
        let now = Moment::from_millis(1_795_496_820_000);
        Keys::open(folder, "Test House", "house.example/ledger", None, now).expect("keys")
    }

    #[test]
    fn keys_are_made_once_and_are_nobody_elses_to_read() {
        let folder = std::env::temp_dir().join(format!("concord-keys-{}", std::process::id()));
        let (first, second) = (opened(&folder), opened(&folder));
        assert_eq!(first.wrapping.bytes(), second.wrapping.bytes());
        assert_eq!(first.seal.kid(), second.seal.kid());
        assert_eq!(first.digest("a", b"x"), second.digest("a", b"x"));
        assert_ne!(first.digest("a", b"x"), first.digest("b", b"x"));
        let files: Vec<_> =
            fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
        assert_eq!(files.len(), 6, "{files:?}");
        for file in &files {
            let mode = fs::metadata(file).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        fs::remove_file(folder.join("seal.pem")).expect("removed");
        let lost = Keys::open(&folder, "Test House", "a.example", None, Moment::from_millis(0));
        assert!(matches!(lost, Err(KeysError::Lost(_))), "no key is made that nobody asked for");
        assert!(!folder.join("seal.pem").exists());
        rotation::rotate(&folder, rotation::Which::Seal, "Test House", None, Moment::from_millis(0))
            .expect("made");
        let third = opened(&folder);
        assert_ne!(third.seal.kid(), first.seal.kid());
        assert!(third.published.find(first.seal.kid()).is_some(), "a past key stays published");
        assert_eq!(third.published.iter().count(), 2, "and none that was never in use");
        fs::remove_file(folder.join("ledger.key")).expect("removed");
        let lost = Keys::open(&folder, "Test House", "other.example/ledger", None, Moment::from_millis(0));
        assert!(matches!(lost, Err(KeysError::Lost(_))), "no key is made that nobody asked for");
        rotation::rotate(&folder, rotation::Which::Ledger, "Test House", None, Moment::from_millis(0))
            .expect("made");
        let renamed = Keys::open(&folder, "Test House", "other.example/ledger", None, Moment::from_millis(0));
        let renamed = renamed.expect("keys");
        assert_eq!(renamed.ledger.verifier().name(), "house.example/ledger", "a ledger keeps its name");
        let both = [first.ledger.verifier().clone(), renamed.ledger.verifier().clone()];
        assert_eq!(renamed.ledger_published, both, "a past key stays published");
        let token = folder.join("token.pem");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o640)).expect("ours");
        let refused = Keys::open(&folder, "Test House", "a.example", None, Moment::from_millis(0))
            .err()
            .expect("no key");
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("ours");
        fs::write(folder.join("wrapping.key"), "nonsense").expect("written");
        let refused = Keys::open(&folder, "Test House", "a.example", None, Moment::from_millis(0))
            .err()
            .expect("no key");
        assert!(!refused.to_string().contains("nonsense"));
        fs::remove_dir_all(&folder).expect("removed");
    }
}
