//! Passkeys, with which people sign where their device has them: how many, what a challenge binds, and when a counter
//! tells of a copy. Deliberately not here: what a device answers with (W3C Web Authentication), and how it is verified.

use std::fmt;

use crate::agreement::{Intent, TextDigest};
use crate::ids::{AccountId, DisputeId};
use crate::party::Side;

/// The most passkeys of one account.
pub const PASSKEYS_MAX: usize = 10;
/// The most characters of the name that somebody gives to one.
pub const PASSKEY_NAME_CHARACTERS_MAX: usize = 60;

words! {
    /// Why a passkey cannot be taken.
    pub enum PasskeyRefusal {
        /// There are as many as there may be.
        TooMany = "too-many-passkeys",
        /// There is none.
        NoPasskeys = "no-passkeys",
        /// It belongs to an account already.
        AlreadyKnown = "passkey-known",
        /// The house has no address at which passkeys work.
        NotOffered = "passkeys-not-offered",
        /// Its counter went back: somebody may have a copy of it.
        MayBeCopied = "passkey-may-be-copied",
    }
}

/// What a party says beside the text when it signs by passkey. Whoever does not sign freely has signed nothing, and no
/// device is asked to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    /// For which side; whoever signs may be its representative.
    pub side: Side,
    /// Whether an auditor may read the terms (R8).
    pub auditor_may_read_terms: bool,
}

/// What a challenge is for, and with it whatever is signed by its answer. The challenge holds the digest of its spelling,
/// so that a passkey's signature is one under this text, and can be shown to be under no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signable {
    /// Who signs.
    pub account: AccountId,
    /// In which dispute.
    pub dispute: DisputeId,
    /// The number of the text's revision.
    pub revision: u32,
    /// The text's digest.
    pub digest: TextDigest,
    /// What the signature means.
    pub intent: Intent,
    /// What a party says beside the text; nothing where the mediator attests.
    pub promised: Option<Promised>,
}

impl fmt::Display for Signable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, dispute, revision, digest, intent, promised } = self;
        writeln!(f, "concord passkey signature 1\naccount {account}\ndispute {dispute}")?;
        writeln!(f, "revision {revision}\ndigest {digest}\nintent {intent}")?;
        let Some(Promised { side, auditor_may_read_terms }) = promised else { return Ok(()) };
        let may = if *auditor_may_read_terms { "yes" } else { "no" };
        writeln!(f, "side {side}\nfreely yes\nauditor_may_read_terms {may}")
    }
}

/// Whether a passkey's counter goes on (W3C Web Authentication, 7.2, step 22): a device that counts must have counted on, or
/// its key is in two places. Most passkeys that are kept in several devices do not count, and stay at zero.
pub const fn counts_on(kept: u32, shown: u32) -> bool {
    shown > kept || (shown == 0 && kept == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_counter_goes_on_or_is_none() {
        let table = [
            ((0, 0), true),
            ((0, 1), true),
            ((4, 5), true),
            ((4, 4), false),
            ((4, 3), false),
            ((4, 0), false),
        ];
        for ((kept, shown), goes_on) in table {
            assert_eq!(counts_on(kept, shown), goes_on, "{kept}, then {shown}");
        }
    }

    #[test]
    fn each_part_of_what_is_signed_is_in_its_spelling() {
        let id = |n| Uuid::from_u128(n);
        let promised = Promised { side: Side::Claimant, auditor_may_read_terms: false };
        let one = Signable {
            account: AccountId::new(id(1)),
            dispute: DisputeId::new(id(2)),
            revision: 3,
            digest: TextDigest([4; 32]),
            intent: Intent::Sign,
            promised: Some(promised),
        };
        let other_side = Promised { side: Side::Respondent, ..promised };
        let open = Promised { auditor_may_read_terms: true, ..promised };
        let others = [
            Signable { account: AccountId::new(id(9)), ..one },
            Signable { dispute: DisputeId::new(id(9)), ..one },
            Signable { revision: 4, ..one },
            Signable { digest: TextDigest([5; 32]), ..one },
            Signable { intent: Intent::Attest, ..one },
            Signable { promised: None, ..one },
            Signable { promised: Some(other_side), ..one },
            Signable { promised: Some(open), ..one },
        ];
        for other in others {
            assert_ne!(one.to_string(), other.to_string());
        }
        assert!(
            one.to_string().contains("\nside claimant\nfreely yes\nauditor_may_read_terms no\n"),
            "{one}"
        );
    }
}
