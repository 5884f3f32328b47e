//! The sealing of a record: contents in, and out come the canonical JSON, its JWS and the signed PDF that carries
//! both. It says nothing about whether the dispute may be settled, and stores nothing.

use domain::time::Moment;

use crate::canonical::{Digest, NotCanonical, digest_of};
use crate::contents::Contents;
use crate::face;
use crate::fit::Unfit;
use crate::fonts::{Unprintable, printable};
use crate::jws;
use crate::keys::{KeyError, SealKey};
use crate::pades::{self, NotSigned, Paper, Waiting};
use crate::pdf::{self, NotPrinted};
use crate::time_stamp::{Asked, Authorities, Token};

/// A sealed record or certification, in the three forms in which it leaves the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The authoritative text: canonical JSON.
    pub json: Vec<u8>,
    /// The same under the seal, as a compact JWS (`application/jose`).
    pub jws: String,
    /// Its face, signed, with both attached.
    pub pdf: Vec<u8>,
    /// The SHA-256 of `json`.
    pub digest: Digest,
    /// The name of the key that sealed it.
    pub kid: String,
}

/// Why contents were not sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// They make no record.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A text cannot be printed. Texts are asked about at input, so this is a mistake of the house.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
    /// They have no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The key gave no signature.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The pages could not be laid out.
    #[error(transparent)]
    NotPrinted(#[from] NotPrinted),
    /// The file could not be signed.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
}

impl SealError {
    /// Whether the key gave no signature, as one that is kept elsewhere may at any time: the same may be sealed later.
    pub fn lacks_signature(&self) -> bool {
        let missing = KeyError::NotSigned;
        *self == Self::Key(missing) || *self == Self::NotSigned(NotSigned::Key(missing))
    }
}

/// Seals contents. It takes tens of milliseconds (a hundred and more the first time and without optimisation), so
/// it is done before the transaction that stores the result.
///
/// # Errors
/// The first thing that is in the way.
pub fn seal(contents: Contents, key: &SealKey) -> Result<Sealed, SealError> {
    let at = contents.mediation.sealed_at;
    let (sealed, printed) = unsigned(contents, key)?;
    Ok(Sealed { pdf: pades::sign(&printed, Paper::Record, key, at)?, ..sealed })
}

/// Seals contents in a way that a time stamp can be added to; and without one, in case that none can be had.
///
/// # Errors
/// The first thing that is in the way.
pub fn seal_to_stamp(
    contents: Contents,
    key: &SealKey,
    authorities: &Authorities,
) -> Result<Unstamped, SealError> {
    let at = contents.mediation.sealed_at;
    let (sealed, printed) = unsigned(contents, key)?;
    Ok(Unstamped { sealed, file: UnstampedPdf::sign(&printed, Paper::Record, key, at, authorities)? })
}

/// A signed file that waits for a time stamp; and the same without one.
#[derive(Debug, Clone)]
pub struct UnstampedPdf {
    plain: Vec<u8>,
    waiting: Waiting,
}

impl UnstampedPdf {
    /// Signs what was printed in both ways.
    pub(crate) fn sign(
        printed: &[u8],
        paper: Paper,
        key: &SealKey,
        at: Moment,
        authorities: &Authorities,
    ) -> Result<Self, NotSigned> {
        let plain = pades::sign(printed, paper, key, at)?;
        Ok(Self { plain, waiting: pades::sign_to_stamp(printed, paper, key, at, authorities)? })
    }

    /// What is to be asked of an authority: about the signature's value, so that neither names nor terms are told.
    ///
    /// # Errors
    /// `NotSigned`, never for a signature that was made here.
    pub fn ask(&self, random: [u8; 16]) -> Result<Asked, SealError> {
        Asked::about(self.waiting.to_stamp(), random).map_err(|_| KeyError::NotSigned.into())
    }

    /// The file with its time stamp.
    ///
    /// # Errors
    /// `NotSigned` where the token is too long for its place.
    pub fn stamped(&self, token: &Token) -> Result<Vec<u8>, SealError> {
        Ok(self.waiting.clone().finish(Some(token))?)
    }

    /// The file that waits for a time stamp, finished without it.
    #[cfg(test)]
    pub(crate) fn waiting_bare(&self) -> Vec<u8> {
        self.waiting.clone().finish(None).expect("a file")
    }

    /// The file without one.
    pub fn unstamped(self) -> Vec<u8> {
        self.plain
    }
}

/// A sealed record whose PDF waits for a time stamp.
#[derive(Debug, Clone)]
pub struct Unstamped {
    /// Its PDF, of which nothing stands in `sealed` yet.
    pub file: UnstampedPdf,
    sealed: Sealed,
}

impl Unstamped {
    pub(crate) const fn of(sealed: Sealed, file: UnstampedPdf) -> Self {
        Self { file, sealed }
    }

    /// The record with that PDF, which came of its file.
    pub fn with(self, pdf: Vec<u8>) -> Sealed {
        Sealed { pdf, ..self.sealed }
    }
}

/// The record without its PDF, and the pages of that as they are before they are signed.
fn unsigned(contents: Contents, key: &SealKey) -> Result<(Sealed, Vec<u8>), SealError> {
    let contents = contents.checked()?;
    contents.texts().try_for_each(printable)?;
    let json = contents.canonical()?;
    let digest = digest_of(&json);
    let jws = jws::seal(&json, key)?;
    let face = face::of_settlement(&contents, digest, key.kid());
    let at = contents.mediation.sealed_at;
    let printed = pdf::print(&face, &json, &jws, at)?;
    Ok((Sealed { json, jws, pdf: Vec::new(), digest, kid: key.kid().to_owned() }, printed))
}
