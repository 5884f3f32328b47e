//! The private half of a seal key: in this program's memory, or with a signer that keeps it and gives nothing but
//! signatures. Deliberately not here: what such a signer is, what is signed, and what is published of the key.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use der::asn1::UintRef;
use der::{Encode as _, Sequence};
use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, SigningKey};

use crate::canonical::{Digest, digest_of};

/// Signs with a P-256 key that is kept elsewhere, such as in a security module. It may take as long as it needs: seals are
/// made where that stalls nobody.
pub trait Signer: Send + Sync {
    /// The signature (ECDSA) of a text with that SHA-256 digest: r and s, 32 bytes each, big-endian. Nothing where it made
    /// none; why is its own to tell.
    fn sign(&self, digest: &Digest) -> Option<[u8; 64]>;
}

/// Where the private half is.
pub(crate) enum Private {
    Here(Box<Here>),
    Elsewhere(Arc<dyn Signer>),
}

/// A key in memory, in the forms in which it is used.
pub(crate) struct Here {
    pair: KeyPair,
    for_der: EcdsaKeyPair,
    for_jose: EcdsaKeyPair,
}

/// `Ecdsa-Sig-Value` (RFC 3279, section 2.2.3).
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl Private {
    pub(crate) fn generate() -> Option<Self> {
        Self::of(KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).ok()?)
    }

    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        Self::of(KeyPair::from_pem(pem).ok()?)
    }

    fn of(pair: KeyPair) -> Option<Self> {
        let pkcs8 = pair.serialized_der();
        let for_der = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8).ok()?;
        let for_jose = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        Some(Self::Here(Box::new(Here { pair, for_der, for_jose })))
    }

    /// PKCS#8 in PEM, where it is here.
    pub(crate) fn to_pem(&self) -> Option<String> {
        match self {
            Self::Here(here) => Some(here.pair.serialize_pem()),
            Self::Elsewhere(_) => None,
        }
    }

    /// The public half (SEC 1, uncompressed), where the private one is here and tells it.
    pub(crate) fn point(&self) -> Option<&[u8]> {
        match self {
            Self::Here(here) => Some(here.pair.public_key_raw()),
            Self::Elsewhere(_) => None,
        }
    }

    /// Signs for CMS and certificates: DER, as ASN.1 `Ecdsa-Sig-Value`.
    pub(crate) fn sign_der(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Here(here) => here.sign_with(&here.for_der, message),
            Self::Elsewhere(signer) => in_der(&signer.sign(&digest_of(message))?),
        }
    }

    /// Signs for JOSE: r and s, 32 bytes each.
    pub(crate) fn sign_jose(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Here(here) => here.sign_with(&here.for_jose, message),
            Self::Elsewhere(signer) => signer.sign(&digest_of(message)).map(Vec::from),
        }
    }
}

impl Here {
    fn sign_with(&self, pair: &EcdsaKeyPair, message: &[u8]) -> Option<Vec<u8>> {
        Some(pair.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
    }
}

fn in_der(signature: &[u8; 64]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at(32);
    EcdsaSigValue { r: UintRef::new(r).ok()?, s: UintRef::new(s).ok()? }.to_der().ok()
}

/// A key that signs its own certificate.
pub(crate) struct Certifying<'a> {
    pub(crate) private: &'a Private,
    /// The public half (SEC 1, uncompressed).
    pub(crate) point: &'a [u8],
}

impl PublicKeyData for Certifying<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for Certifying<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.private.sign_der(message).ok_or(rcgen::Error::RemoteKeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_as_der_spells_them() {
        let mut signature = [0; 64];
        (signature[31], signature[32]) = (1, 0x80);
        let der = in_der(&signature).expect("a signature");
        // r is 1, without the zeros before it; s begins with a set bit, and gets a zero.
        assert_eq!(der[..8], [0x30, 38, 2, 1, 1, 2, 33, 0]);
        assert_eq!((der[8], der.len()), (0x80, 40));
    }
}
