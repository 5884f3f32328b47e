//! What a passkey signed, as evidence of a signature: whole, so that anybody to whom it is shown can verify it with public
//! tools. Under the record key, because it lives as long as the record. Deliberately not here: its verification.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::DisputeId;
use domain::party::Side;
use domain::passkey::Signable;
use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::shapes::{read, write};
use crate::stored::Tx;

/// A passkey's signature with all that it takes to verify it (W3C Web Authentication, 7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// What it signed; the challenge in `client_data` ends with the SHA-256 digest of its spelling.
    pub signable: Signable,
    /// The id of the relying party, of which `authenticator_data` holds the digest.
    pub relying_party: String,
    /// The credential's id, in Base64 for URLs.
    pub credential: String,
    /// The public key, as a `COSE_Key`.
    pub public_key: Vec<u8>,
    /// The bytes of `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// The authenticator's data.
    pub authenticator_data: Vec<u8>,
    /// The signature over `authenticator_data` and the SHA-256 digest of `client_data`.
    pub signature: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Shape {
    account: String,
    revision: u32,
    digest: String,
    intent: String,
    relying_party: String,
    credential: String,
    public_key: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

/// Whose signature it stands beside: a side's, or the mediator's.
fn part(side: Option<Side>) -> &'static str {
    side.map_or("mediator", Side::as_str)
}

/// Keeps what was signed for a side, or by the mediator, in place of what was before; nothing stands for a signature by
/// password, beside which no older passkey's may lie.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Option<Side>,
    assertion: Option<&Assertion>,
    now: Moment,
) -> Result<()> {
    let Some(assertion) = assertion else { return papers::delete(tx, Kind::Assertion, dispute, part(side)) };
    let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let shape = Shape {
        account: assertion.signable.account.to_string(),
        revision: assertion.signable.revision,
        digest: assertion.signable.digest.to_string(),
        intent: assertion.signable.intent.to_string(),
        relying_party: assertion.relying_party.clone(),
        credential: assertion.credential.clone(),
        public_key: base64(&assertion.public_key),
        client_data: base64(&assertion.client_data),
        authenticator_data: base64(&assertion.authenticator_data),
        signature: base64(&assertion.signature),
    };
    papers::put(tx, Kind::Assertion, dispute, part(side), &write(&shape)?, now)
}

/// What was signed for a side, or by the mediator, where it was by a passkey.
///
/// # Errors
/// `NotFound` where there is no such dispute; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Option<Side>) -> Result<Option<Assertion>> {
    let Some(plain) = papers::get(tx, Kind::Assertion, dispute, part(side))? else { return Ok(None) };
    let shape: Shape = read(&plain)?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Corrupt);
    Ok(Some(Assertion {
        signable: Signable {
            account: shape.account.parse().map_err(|_| Error::Corrupt)?,
            dispute,
            revision: shape.revision,
            digest: shape.digest.parse().map_err(|_| Error::Corrupt)?,
            intent: shape.intent.parse().map_err(|_| Error::Corrupt)?,
        },
        public_key: bytes(&shape.public_key)?,
        client_data: bytes(&shape.client_data)?,
        authenticator_data: bytes(&shape.authenticator_data)?,
        signature: bytes(&shape.signature)?,
        relying_party: shape.relying_party,
        credential: shape.credential,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, account, houses, moment};
    use domain::agreement::{Intent, TextDigest};

    #[test]
    fn what_a_passkey_signed_outlives_the_talk_and_gives_way_to_a_later_signature() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = a_dispute(tx, 1)?.id;
                    let assertion = Assertion {
                        signable: Signable {
                            account: account(1),
                            dispute,
                            revision: 2,
                            digest: TextDigest([7; 32]),
                            intent: Intent::Sign,
                        },
                        relying_party: "concord.example".to_owned(),
                        credential: "AQID".to_owned(),
                        public_key: vec![1],
                        client_data: vec![2, 3],
                        authenticator_data: vec![4],
                        signature: vec![5],
                    };
                    let side = Some(Side::Claimant);
                    put(tx, dispute, side, Some(&assertion), moment(1))?;
                    assert_eq!(get(tx, dispute, None)?, None);
                    erasure::destroy_talk(tx, dispute, moment(2))?;
                    assert_eq!(get(tx, dispute, side)?, Some(assertion));
                    put(tx, dispute, side, None, moment(3))?;
                    assert_eq!(get(tx, dispute, side)?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
