//! The making of a seal key in a token, which people watch: the key is made there and never leaves it, what the token says
//! of it is read back, it signs its own certificate, and it takes the place of the key before. Deliberately not here: the
//! sheet that those people sign, and the house's standing still meanwhile.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use domain::time::Moment;
use record::{Digest, PublishedKey, SealKey, Signer};

use super::pkcs11::{Module, Token, TokenError};
use super::rotation::{forget, publish_present};
use super::{
    KeysError, SEAL_CERTIFICATE_FILE, SEAL_FILE, make_private, published_before, published_keys, put, random,
    sync_folder,
};
use crate::config::SealToken;

/// The curve P-256 by its name (`1.2.840.10045.3.1.7`, in DER).
const P_256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// What came of it.
#[derive(Debug)]
pub struct Made {
    pub key: PublishedKey,
    pub token: About,
    /// The keys whose place it took; none in a house that had none.
    pub before: Vec<PublishedKey>,
    /// Whether one of them was a file, which is deleted.
    pub was_file: bool,
}

/// A token, as it says of itself.
#[derive(Debug)]
pub struct About {
    pub label: String,
    pub serial: String,
    pub maker: String,
    pub model: String,
}

impl About {
    fn of(token: &Token) -> Result<Self, TokenError> {
        let about = token.about()?;
        Ok(Self {
            label: about.label().to_owned(),
            serial: about.serial_number().to_owned(),
            maker: about.manufacturer_id().to_owned(),
            model: about.model().to_owned(),
        })
    }
}

/// Makes the key and puts it in place. The house must not be running, on no machine that shares the database. The token of
/// the key before need not be there.
///
/// # Errors
/// A token that cannot be opened, that has a key of that label, or that makes another key than was asked for; a folder that
/// cannot be written. Then the key before stays in use, and the new one is deleted again. `InPlace` where what failed did so
/// afterwards: the new key is in use, and `again` goes on from there.
pub fn make(folder: &Path, set: &SealToken, institution: &str, now: Moment) -> Result<Made, KeysError> {
    make_private(folder)?;
    let before = publish_present(folder)?;
    let module = Module::load(&set.module)?;
    let token = Token::open(&module, set, true)?;
    let about = About::of(&token)?;
    let pair = Pair::generate(&token, &set.key)?;
    let line = Arc::new(OpenLine { token: Mutex::new(token), key: pair.private, failed: Mutex::default() });
    let key = match put_in_place(folder, &line, &pair, institution, now) {
        Ok(key) => key,
        Err(error) => {
            line.with(|token| pair.delete(token));
            return Err(error);
        }
    };
    let was_file = forget_file(folder).map_err(|error| KeysError::InPlace(Box::new(error)))?;
    Ok(Made { key, token: about, before, was_file })
}

/// Looks at the key that is in use as when it was made, for a sheet that was not printed then; and ends what was broken off
/// after it was in place: its file before is deleted.
///
/// # Errors
/// A token that cannot be opened, that holds another key, or one that is not as it must be; a folder that cannot be written.
pub fn again(folder: &Path, set: &SealToken) -> Result<Made, KeysError> {
    let certificate = folder.join(SEAL_CERTIFICATE_FILE);
    let mut before = publish_present(folder)?;
    // The one of the token is the last one, where there is one.
    let key = if certificate.exists() { before.pop() } else { None };
    let key = key.ok_or(KeysError::NoCeremony)?;
    if published_before(folder)?.revocation(key.kid()).is_some() {
        return Err(KeysError::Revoked(certificate));
    }
    let module = Module::load(&set.module)?;
    let token = Token::open(&module, set, false)?;
    let private = token.key(&set.key)?;
    stays(&token, private)?;
    let trial = b"concord: whether this token signs";
    let made = token.sign(private, &record::digest_of(trial).0)?;
    if !key.is_signed(trial, &made) {
        return Err(KeysError::OtherKey(certificate));
    }
    let about = About::of(&token)?;
    let was_file = forget_file(folder)?;
    Ok(Made { key, token: about, before, was_file })
}

/// Deletes the key in a file, where there is one. Returns whether there was.
fn forget_file(folder: &Path) -> Result<bool, KeysError> {
    // So that the certificate is there whatever happens, before the key is gone whose place it takes.
    let certificate = folder.join(SEAL_CERTIFICATE_FILE);
    sync_folder(&certificate).map_err(|error| KeysError::File(certificate, error))?;
    let file = folder.join(SEAL_FILE);
    let was_file = file.exists();
    forget(&file).map(|()| was_file)
}

/// Whatever fails here fails before the key is in place: it is deleted then.
fn put_in_place(
    folder: &Path,
    line: &Arc<OpenLine>,
    pair: &Pair,
    institution: &str,
    now: Moment,
) -> Result<PublishedKey, KeysError> {
    let point = line.with(|token| {
        stays(token, pair.private)?;
        pair.point(token)
    })?;
    let seal = SealKey::certify(institution, &point, Arc::<OpenLine>::clone(line), now);
    // Without a reason of the token's, its public half did not verify what it signed.
    let unsafe_key = || TokenError::Unsafe("signs nothing that its public half verifies");
    let seal = seal.map_err(|_| line.failure().unwrap_or_else(unsafe_key))?;
    // It is published before it is in use: nothing is ever sealed that nobody can verify.
    published_keys(folder, seal.published())?;
    let path = folder.join(SEAL_CERTIFICATE_FILE);
    put(&path, &seal.certificate_pem()).map_err(|error| KeysError::File(path, error))?;
    Ok(seal.published().clone())
}

/// The session in which the key was made: some tokens have no second one.
struct OpenLine {
    token: Mutex<Token>,
    key: ObjectHandle,
    /// Why it made no signature.
    failed: Mutex<Option<TokenError>>,
}

impl OpenLine {
    fn with<T>(&self, does: impl FnOnce(&Token) -> T) -> T {
        does(&self.token.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failure(&self) -> Option<TokenError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Signer for OpenLine {
    fn sign(&self, digest: &Digest) -> Option<[u8; 64]> {
        let made = self.with(|token| token.sign(self.key, &digest.0));
        made.map_err(|error| *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error)).ok()
    }
}

/// A key in the token.
struct Pair {
    public: ObjectHandle,
    private: ObjectHandle,
}

impl Pair {
    fn generate(token: &Token, label: &str) -> Result<Self, TokenError> {
        for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
            if !token.keys(class, label)?.is_empty() {
                return Err(TokenError::KeyThere(label.to_owned()));
            }
        }
        let id: [u8; 16] = random().map_err(|error| TokenError::Failed(error.to_string()))?;
        let both = [Attribute::Token(true), Attribute::Label(label.into()), Attribute::Id(id.to_vec())];
        let public =
            [Attribute::Private(false), Attribute::Verify(true), Attribute::EcParams(P_256.to_vec())];
        let private = [
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let (public, private) = token.session.generate_key_pair(
            &Mechanism::EccKeyPairGen,
            &[both.as_slice(), &public].concat(),
            &[both.as_slice(), &private].concat(),
        )?;
        Ok(Self { public, private })
    }

    /// The public half (SEC 1, uncompressed).
    fn point(&self, token: &Token) -> Result<Vec<u8>, TokenError> {
        let read = token.session.get_attributes(self.public, &[AttributeType::EcPoint])?;
        let point = match read.as_slice() {
            // An OCTET STRING, as the standard has it; or bare, as some have it.
            [Attribute::EcPoint(wrapped)] => match wrapped.as_slice() {
                [4, 65, point @ ..] if point.len() == 65 => Some(point.to_vec()),
                point @ [4, ..] if point.len() == 65 => Some(point.to_vec()),
                _ => None,
            },
            _ => None,
        };
        point.ok_or(TokenError::Unsafe("is none of P-256"))
    }

    /// Takes it away again, as far as the token lets it be taken.
    fn delete(&self, token: &Token) {
        for half in [self.private, self.public] {
            if let Err(error) = token.session.destroy_object(half) {
                tracing::warn!(%error, "a seal key that is not in use is left in the token");
            }
        }
    }
}

/// Reads back what the token says of the private half: that it was made there, and cannot be had.
fn stays(token: &Token, private: ObjectHandle) -> Result<(), TokenError> {
    let told = token.session.get_attributes(
        private,
        &[
            AttributeType::Token,
            AttributeType::Private,
            AttributeType::Sensitive,
            AttributeType::AlwaysSensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::Local,
            AttributeType::Value,
        ],
    )?;
    for (wanted, reason) in [
        (Attribute::Token(true), "does not stay in it"),
        (Attribute::Private(true), "others than its user can see"),
        (Attribute::Sensitive(true), "is not kept secret"),
        (Attribute::AlwaysSensitive(true), "was not always kept secret"),
        (Attribute::Extractable(false), "can be taken out"),
        (Attribute::NeverExtractable(true), "could once be taken out"),
        (Attribute::Local(true), "was not made in it"),
    ] {
        if !told.contains(&wanted) {
            return Err(TokenError::Unsafe(reason));
        }
    }
    if told.iter().any(|one| matches!(one, Attribute::Value(_))) {
        return Err(TokenError::Unsafe("it tells to whoever asks"));
    }
    Ok(())
}
