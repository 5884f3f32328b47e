//! Public keys as devices give them (RFC 9052, 7; RFC 9053, 2 and 7; RFC 8812), each kind with the one algorithm that is
//! taken for it, and what they signed.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use coset::iana::{self, EnumI64 as _};
use coset::{Algorithm, CborSerializable as _, CoseKey, KeyType, Label};

use super::Wrong;

pub const ES256: i64 = -7;
pub const EDDSA: i64 = -8;
pub const RS256: i64 = -257;

/// A key that can verify.
pub enum PublicKey {
    Es256(ParsedPublicKey),
    EdDsa(ParsedPublicKey),
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    /// Reads a key; what is no point on its curve is none.
    pub fn read(cose: &[u8]) -> Result<Self, Wrong> {
        let key = CoseKey::from_slice(cose).map_err(|_| Wrong::Key)?;
        let Some(Algorithm::Assigned(algorithm)) = key.alg else { return Err(Wrong::Key) };
        let KeyType::Assigned(kind) = key.kty else { return Err(Wrong::Key) };
        let part = |label: i64| {
            let found = key.params.iter().find(|(one, _)| *one == Label::Int(label));
            found.map(|(_, value)| value).ok_or(Wrong::Key)
        };
        let bytes = |label: i64| part(label)?.as_bytes().cloned().ok_or(Wrong::Key);
        let is_on = |curve: iana::EllipticCurve| {
            let named = part(-1)?.as_integer().and_then(|number| i64::try_from(number).ok());
            if named == Some(curve.to_i64()) { Ok(()) } else { Err(Wrong::Key) }
        };
        match (kind, algorithm.to_i64()) {
            (iana::KeyType::EC2, ES256) => {
                is_on(iana::EllipticCurve::P_256)?;
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(Wrong::Key);
                }
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                parsed.map(Self::Es256).map_err(|_| Wrong::Key)
            }
            (iana::KeyType::OKP, EDDSA) => {
                is_on(iana::EllipticCurve::Ed25519)?;
                let point = bytes(-2)?;
                if point.len() != 32 {
                    return Err(Wrong::Key);
                }
                let parsed = ParsedPublicKey::new(&ED25519, point);
                parsed.map(Self::EdDsa).map_err(|_| Wrong::Key)
            }
            (iana::KeyType::RSA, RS256) => {
                let (modulus, exponent) = (bytes(-1)?, bytes(-2)?);
                // 2048 bits or more; the library refuses what is weaker when it verifies, which is too late.
                let is_long = |first: u8| if modulus.len() > 256 { first > 0 } else { first >= 0x80 };
                let is_sized =
                    (256..=1024).contains(&modulus.len()) && modulus.first().copied().is_some_and(is_long);
                // As the library takes it: odd, 3 or more, and of at most 33 bits.
                let number = exponent.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
                let is_short = (1..=8).contains(&exponent.len()) && exponent.first() != Some(&0);
                let is_usable = is_sized && is_short && number >= 3 && number & 1 == 1 && number < 1 << 33;
                if is_usable { Ok(Self::Rs256 { modulus, exponent }) } else { Err(Wrong::Key) }
            }
            _ => Err(Wrong::Key),
        }
    }

    pub const fn algorithm(&self) -> i64 {
        match self {
            Self::Es256(_) => ES256,
            Self::EdDsa(_) => EDDSA,
            Self::Rs256 { .. } => RS256,
        }
    }

    /// Whether this key signed these bytes.
    pub fn check(&self, signed: &[u8], signature: &[u8]) -> Result<(), Wrong> {
        let checked = match self {
            Self::Es256(key) | Self::EdDsa(key) => key.verify_sig(signed, signature),
            Self::Rs256 { modulus, exponent } => {
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
            }
        };
        checked.map_err(|_| Wrong::Signature)
    }
}
