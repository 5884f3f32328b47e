//! The agreement under way: its revision, who is ready, the frozen text and its signatures (R22 to R24). The words are
//! not here; a digest stands for them, and every signature binds that digest.

use std::fmt;
use std::str::FromStr;

use crate::ids::{AccountId, NotAnId};
use crate::language::RecordLanguage;
use crate::party::{Side, Sides};
use crate::time::Moment;

/// A SHA-256 digest, written `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextDigest(pub [u8; 32]);

impl fmt::Display for TextDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for TextDigest {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let hex = text.strip_prefix("sha256:").ok_or(NotAnId)?;
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return Err(NotAnId);
        }
        let mut digest = [0_u8; 32];
        for (at, byte) in digest.iter_mut().enumerate() {
            let pair = hex.get(2 * at..2 * at + 2).ok_or(NotAnId)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAnId)?;
        }
        Ok(Self(digest))
    }
}

/// One numbered state of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// 1, 2, 3, ...
    pub number: u32,
    /// What every signature under it binds.
    pub digest: TextDigest,
    /// The language that counts where two differ.
    pub prevailing: RecordLanguage,
    /// The languages in which every term has its text.
    pub languages: Vec<RecordLanguage>,
}

words! {
    /// How somebody proved who they are when they signed; the record says it.
    pub enum Proof {
        /// By their password.
        Password = "password",
        /// By their password and a code of their second factor.
        PasswordAndCode = "password-and-code",
        /// By a passkey whose device found out that it was its person; what it signed is kept.
        Passkey = "passkey",
    }
}

words! {
    /// What a signature under a text means.
    pub enum Intent {
        /// To be bound by it, as a party or for one.
        Sign = "sign",
        /// To attest that it came out of a mediation, as the mediator.
        Attest = "attest",
    }
}

/// Who gave a signature for a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The party itself.
    Party,
    /// Its representative, on authority that a registrar accepted (R3).
    Representative {
        /// Who.
        account: AccountId,
        /// When the registrar accepted it.
        accepted_at: Moment,
    },
}

/// One party's assent to the frozen text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// When.
    pub at: Moment,
    /// Whether this party lets an auditor read the terms (R8).
    pub auditor_may_read_terms: bool,
    /// How whoever signed proved who they are.
    pub proof: Proof,
    /// Who gave it.
    pub by: Signer,
}

/// How far the text has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Agreement {
    /// Nothing is written.
    #[default]
    Blank,
    /// A revision under discussion.
    Draft {
        /// Which.
        revision: Revision,
        /// Who said that they are ready for it to be frozen.
        ready: Sides<bool>,
    },
    /// Frozen by digest, in its reflection period or open for signatures.
    Frozen {
        /// Which.
        revision: Revision,
        /// When it was frozen: the reflection period runs from here.
        since: Moment,
        /// Who gave up the rest of the reflection period.
        waived: Sides<bool>,
        /// Who has signed.
        signatures: Sides<Option<Signature>>,
    },
    /// Every party has signed: it binds, and waits for the mediator's attestation.
    Signed {
        /// Which.
        revision: Revision,
        /// When the last party signed.
        since: Moment,
        /// The parties' signatures.
        signatures: Sides<Signature>,
    },
}

impl Agreement {
    /// The revision at hand.
    pub const fn revision(&self) -> Option<&Revision> {
        match self {
            Self::Blank => None,
            Self::Draft { revision, .. } | Self::Frozen { revision, .. } | Self::Signed { revision, .. } => {
                Some(revision)
            }
        }
    }

    /// The signature of that side, where there is one.
    pub const fn signature(&self, side: Side) -> Option<Signature> {
        match self {
            Self::Blank | Self::Draft { .. } => None,
            Self::Frozen { signatures, .. } => *signatures.of(side),
            Self::Signed { signatures, .. } => Some(*signatures.of(side)),
        }
    }

    /// Its number; 0 where nothing is written.
    pub fn number(&self) -> u32 {
        self.revision().map_or(0, |revision| revision.number)
    }

    /// Whether the parties are bound.
    pub const fn is_binding(&self) -> bool {
        matches!(self, Self::Signed { .. })
    }

    /// Whether the text is frozen and waits for signatures: the mediation does not lapse meanwhile.
    pub const fn is_frozen(&self) -> bool {
        matches!(self, Self::Frozen { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_back_in_one_spelling() {
        let digest = TextDigest(std::array::from_fn(|at| u8::try_from(at * 7).unwrap_or(255)));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(digest.to_string().to_uppercase().parse::<TextDigest>(), Err(NotAnId));
        assert_eq!("sha256:00".parse::<TextDigest>(), Err(NotAnId));
        assert_eq!(format!("sha256:{}", "é".repeat(32)).parse::<TextDigest>(), Err(NotAnId));
    }
}
