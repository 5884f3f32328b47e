//! How long each step may take. Every period is a setting; these are the defaults of section 2 of the design.

use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// The house's periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// To answer an invitation.
    pub answer: Duration,
    /// For both sides to prepare.
    pub preparing: Duration,
    /// For negotiation without a mediator.
    pub negotiation: Duration,
    /// For one proposal of a mediator.
    pub assignment: Duration,
    /// For the mediation.
    pub mediation: Duration,
    /// To think before the first signature (R24).
    pub reflection: Duration,
    /// For the mediator to attest after the last party signed (R23).
    pub attestation: Duration,
    /// A party's one suspension.
    pub suspension: Duration,
}

impl Default for Periods {
    fn default() -> Self {
        Self {
            answer: DAY * 14,
            preparing: DAY * 7,
            negotiation: DAY * 10,
            assignment: DAY * 3,
            mediation: DAY * 30,
            reflection: HOUR * 24,
            attestation: DAY * 3,
            suspension: DAY * 7,
        }
    }
}
