//! What a passkey signed, as evidence of a signature: whole, so that anybody to whom it is shown can verify it with public
//! tools. Under the data key while the text may come to nothing (R12), and under the record key once there is a record, as
//! long as which it lives. Deliberately not here: its verification.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::agreement::{Agreement, Proof, Signature};
use domain::ids::DisputeId;
use domain::party::Side;
use domain::passkey::{Promised, Signable};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::papers::{self, Kind, MEDIATOR};
use crate::secret::hex;
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

impl Assertion {
    /// The digest under which the trail notes that this was shown: the SHA-256 of what was signed and, each on a line of its
    /// own, the id of the relying party, the credential's, and in Base64 for URLs the key, the client's data, the
    /// authenticator's and the signature. Whoever is shown the evidence can compute it again.
    pub fn digest(&self) -> String {
        let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let lines = [
            self.relying_party.clone(),
            self.credential.clone(),
            base64(&self.public_key),
            base64(&self.client_data),
            base64(&self.authenticator_data),
            base64(&self.signature),
        ];
        let spelled = format!("{}{}\n", self.signable, lines.join("\n"));
        format!("sha256:{}", hex(&Sha256::digest(spelled)))
    }

    /// Whether it is what stands behind that signature under that text.
    fn is_behind(&self, agreement: &Agreement, side: Side) -> bool {
        let is_passkeys = |signature: Signature| signature.proof == Proof::Passkey;
        let Signable { revision, digest, .. } = self.signable;
        let is_of_text =
            agreement.revision().is_some_and(|one| one.number == revision && one.digest == digest);
        is_of_text && agreement.signature(side).is_some_and(is_passkeys)
    }
}

#[derive(Serialize, Deserialize)]
struct Shape {
    account: String,
    revision: u32,
    digest: String,
    intent: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promised: Option<PromisedShape>,
    relying_party: String,
    credential: String,
    public_key: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
struct PromisedShape {
    side: String,
    auditor_may_read_terms: bool,
}

impl PromisedShape {
    fn of(promised: Promised) -> Self {
        let Promised { side, auditor_may_read_terms } = promised;
        Self { side: side.as_str().to_owned(), auditor_may_read_terms }
    }

    fn read(self) -> Result<Promised> {
        let side = self.side.parse().map_err(|_| Error::Corrupt)?;
        Ok(Promised { side, auditor_may_read_terms: self.auditor_may_read_terms })
    }
}

impl Shape {
    fn of(assertion: &Assertion) -> Self {
        let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self {
            account: assertion.signable.account.to_string(),
            revision: assertion.signable.revision,
            digest: assertion.signable.digest.to_string(),
            intent: assertion.signable.intent.to_string(),
            promised: assertion.signable.promised.map(PromisedShape::of),
            relying_party: assertion.relying_party.clone(),
            credential: assertion.credential.clone(),
            public_key: base64(&assertion.public_key),
            client_data: base64(&assertion.client_data),
            authenticator_data: base64(&assertion.authenticator_data),
            signature: base64(&assertion.signature),
        }
    }

    fn read(self, dispute: DisputeId) -> Result<Assertion> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Corrupt);
        Ok(Assertion {
            signable: Signable {
                account: self.account.parse().map_err(|_| Error::Corrupt)?,
                dispute,
                revision: self.revision,
                digest: self.digest.parse().map_err(|_| Error::Corrupt)?,
                intent: self.intent.parse().map_err(|_| Error::Corrupt)?,
                promised: self.promised.map(PromisedShape::read).transpose()?,
            },
            public_key: bytes(&self.public_key)?,
            client_data: bytes(&self.client_data)?,
            authenticator_data: bytes(&self.authenticator_data)?,
            signature: bytes(&self.signature)?,
            relying_party: self.relying_party,
            credential: self.credential,
        })
    }
}

/// Keeps what was signed for a side in place of what was before; nothing stands for a signature by password, beside which no
/// older passkey's may lie.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Side,
    assertion: Option<&Assertion>,
    now: Moment,
) -> Result<()> {
    match assertion {
        Some(assertion) => {
            let plain = write(&Shape::of(assertion))?;
            papers::put(tx, Kind::Assertion, dispute, side.as_str(), &plain, now)
        }
        None => papers::delete(tx, Kind::Assertion, dispute, side.as_str()),
    }
}

/// Lets what both sides' passkeys signed live as long as the record of this text, which is sealed now; what lies there
/// from elsewhere goes.
pub(crate) fn keep(tx: &mut Tx<'_>, dispute: DisputeId, agreement: &Agreement, now: Moment) -> Result<()> {
    for side in Side::BOTH {
        let Some(plain) = papers::get(tx, Kind::Assertion, dispute, side.as_str())? else { continue };
        if read::<Shape>(&plain)?.read(dispute)?.is_behind(agreement, side) {
            papers::put(tx, Kind::Evidence, dispute, side.as_str(), &plain, now)?;
        }
        papers::delete(tx, Kind::Assertion, dispute, side.as_str())?;
    }
    Ok(())
}

/// Keeps what the mediator's passkey attested under the record that is sealed now.
pub(crate) fn keep_attestation(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    assertion: &Assertion,
    now: Moment,
) -> Result<()> {
    papers::put(tx, Kind::Evidence, dispute, MEDIATOR, &write(&Shape::of(assertion))?, now)
}

/// What was signed for a side, or by the mediator, where it was by a passkey.
///
/// # Errors
/// `NotFound` where there is no such dispute; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Option<Side>) -> Result<Option<Assertion>> {
    let part = side.map_or(MEDIATOR, Side::as_str);
    let plain = match papers::get(tx, Kind::Evidence, dispute, part)? {
        Some(plain) => Some(plain),
        None => papers::get(tx, Kind::Assertion, dispute, part)?,
    };
    plain.map(|plain| read::<Shape>(&plain)?.read(dispute)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, account, houses, moment};
    use domain::agreement::{Intent, Revision, Signer, TextDigest};
    use domain::language::RecordLanguage;
    use domain::party::Sides;

    fn assertion(dispute: DisputeId, intent: Intent) -> Assertion {
        let (account, digest) = (account(1), TextDigest([7; 32]));
        let promised = (intent == Intent::Sign)
            .then_some(Promised { side: Side::Claimant, auditor_may_read_terms: true });
        Assertion {
            signable: Signable { account, dispute, revision: 2, digest, intent, promised },
            relying_party: "concord.example".to_owned(),
            credential: "AQID".to_owned(),
            public_key: vec![1],
            client_data: vec![2, 3],
            authenticator_data: vec![4],
            signature: vec![5],
        }
    }

    /// A text that everybody signed, the claimant in that way.
    fn sealed(number: u32, proof: Proof) -> Agreement {
        let (prevailing, digest) = (RecordLanguage::English, TextDigest([7; 32]));
        let revision = Revision { number, digest, prevailing, languages: vec![prevailing] };
        let signature =
            |proof| Signature { at: moment(2), auditor_may_read_terms: true, proof, by: Signer::Party };
        let signatures = Sides { claimant: signature(proof), respondent: signature(Proof::Password) };
        Agreement::Signed { revision, since: moment(2), signatures }
    }

    #[test]
    fn what_stands_behind_another_text_or_signature_is_not_kept_with_the_record() {
        for house in houses() {
            house
                .write(|tx| {
                    let others = [sealed(3, Proof::Passkey), sealed(2, Proof::Password), Agreement::Blank];
                    for (n, agreement) in others.into_iter().enumerate() {
                        let dispute = a_dispute(tx, u128::try_from(n).unwrap() + 1)?.id;
                        let signed = assertion(dispute, Intent::Sign);
                        put(tx, dispute, Side::Claimant, Some(&signed), moment(1))?;
                        keep(tx, dispute, &agreement, moment(3))?;
                        assert_eq!(get(tx, dispute, Some(Side::Claimant))?, None, "{agreement:?}");
                    }
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn r12_what_a_passkey_signed_goes_with_the_talk_unless_there_is_a_record() {
        for house in houses() {
            house
                .write(|tx| {
                    let [settled, ended] = [a_dispute(tx, 1)?.id, a_dispute(tx, 2)?.id];
                    let (side, other) = (Side::Claimant, Side::Respondent);
                    for dispute in [settled, ended] {
                        put(tx, dispute, side, Some(&assertion(dispute, Intent::Sign)), moment(1))?;
                        put(tx, dispute, other, Some(&assertion(dispute, Intent::Sign)), moment(1))?;
                        // Signed again, by password.
                        put(tx, dispute, other, None, moment(2))?;
                        assert_eq!(get(tx, dispute, Some(other))?, None);
                    }
                    keep(tx, settled, &sealed(2, Proof::Passkey), moment(3))?;
                    let attested = assertion(settled, Intent::Attest);
                    keep_attestation(tx, settled, &attested, moment(3))?;
                    for dispute in [settled, ended] {
                        erasure::destroy_talk(tx, dispute, moment(4))?;
                    }
                    assert_eq!(get(tx, settled, Some(side))?, Some(assertion(settled, Intent::Sign)));
                    assert_eq!(get(tx, settled, None)?, Some(attested));
                    assert_eq!((get(tx, settled, Some(other))?, get(tx, ended, Some(side))?), (None, None));
                    Ok(())
                })
                .unwrap();
        }
    }
}
