//! All evidence of a signature that lies beside it, as one: what a passkey signed and what was on the screen come, go and stay
//! together. Deliberately not here: what either of them is.

use domain::agreement::Agreement;
use domain::ids::DisputeId;
use domain::party::Side;
use domain::time::Moment;

use crate::assertions::{self, Assertion};
use crate::error::Result;
use crate::screens::{self, Screen};
use crate::stored::Tx;

/// What there is for one signature; either may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// What a passkey signed.
    pub assertion: Option<&'a Assertion>,
    /// What was shown.
    pub screen: Option<&'a Screen>,
}

/// Keeps the evidence of a signature for a side in place of all that was before; none where no signature stands.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Side,
    evidence: Evidence<'_>,
    now: Moment,
) -> Result<()> {
    assertions::put(tx, dispute, side, evidence.assertion, now)?;
    screens::put(tx, dispute, side, evidence.screen, now)
}

/// Lets the evidence of both sides' signatures under this text live as long as its record, which is sealed now.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn keep(tx: &mut Tx<'_>, dispute: DisputeId, agreement: &Agreement, now: Moment) -> Result<()> {
    assertions::keep(tx, dispute, agreement, now)?;
    screens::keep(tx, dispute, now)
}

/// Keeps the evidence of the mediator's attestation under the record that is sealed now.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn keep_attestation(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    evidence: Evidence<'_>,
    now: Moment,
) -> Result<()> {
    if let Some(assertion) = evidence.assertion {
        assertions::keep_attestation(tx, dispute, assertion, now)?;
    }
    if let Some(screen) = evidence.screen {
        screens::keep_attestation(tx, dispute, screen, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use domain::agreement::TextDigest;
    use domain::language::Language;

    #[test]
    fn r12_what_was_on_the_screen_goes_with_the_talk_unless_there_is_a_record() {
        for house in houses() {
            house
                .write(|tx| {
                    let [agreement, _] =
                        [a_dispute(tx, 1)?, a_dispute(tx, 2)?].map(|dispute| dispute.agreement);
                    let [settled, ended] = [dispute_id(1), dispute_id(2)];
                    let (side, other) = (Side::Claimant, Side::Respondent);
                    let shown = Screen::of_page(Language::Urdu, "<p>What is signed</p>".to_owned());
                    let stated = Screen::stated(TextDigest([7; 32]));
                    let on = |screen| Evidence { screen: Some(screen), assertion: None };
                    for dispute in [settled, ended] {
                        put(tx, dispute, side, on(&shown), moment(1))?;
                        put(tx, dispute, other, on(&stated), moment(1))?;
                        assert_eq!(screens::get(tx, dispute, Some(other))?.as_ref(), Some(&stated));
                        // Signed again, by a program that says nothing of it.
                        put(tx, dispute, other, Evidence::default(), moment(2))?;
                        assert_eq!(screens::get(tx, dispute, Some(other))?, None);
                    }
                    keep(tx, settled, &agreement, moment(3))?;
                    keep_attestation(tx, settled, on(&stated), moment(3))?;
                    for dispute in [settled, ended] {
                        erasure::destroy_talk(tx, dispute, moment(4))?;
                    }
                    assert_eq!(screens::get(tx, settled, Some(side))?, Some(shown));
                    assert_eq!(screens::get(tx, settled, None)?, Some(stated));
                    assert_eq!(screens::get(tx, settled, Some(other))?, None);
                    assert_eq!(screens::get(tx, ended, Some(side))?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
