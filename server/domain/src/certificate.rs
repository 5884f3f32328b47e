//! The neutral paper where there is no settlement (R10): that a mediation took place or did not, the dates that a
//! limitation clock needs, and who was present. No free text, and no word on why.

use crate::dispute::{Dispute, Stage};
use crate::ids::{AccountId, Reference};
use crate::party::Side;
use crate::time::Day;

/// What a certificate says. There is no field for a reason, so that none can be put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The dispute's short name.
    pub reference: Reference,
    /// When it was filed.
    pub filed_on: Day,
    /// When the mediator was confirmed, where a mediation took place.
    pub mediation_began_on: Option<Day>,
    /// When it ended.
    pub ended_on: Day,
    /// Whether it ended in a settlement.
    pub settled: bool,
    /// The sides that were present at sessions held.
    pub present: Vec<Side>,
    /// Who was present there as a co-mediator. Like the mediator, they do not stand in the text of which the digest is kept.
    pub co_mediators: Vec<AccountId>,
}

/// The certificate of a dispute that is over; none while it is under way or was never filed.
pub fn certificate(dispute: &Dispute) -> Option<Certificate> {
    let (ended_at, settled) = match &dispute.stage {
        Stage::Settled { at, .. } => (*at, true),
        Stage::Ended(ending) => (ending.at, false),
        _ => return None,
    };
    let mediation = dispute.mediation();
    let attended = |side: &Side| mediation.is_some_and(|held| *held.room.attended.of(*side));
    Some(Certificate {
        reference: dispute.reference.clone()?,
        filed_on: dispute.filed_at?.day(),
        mediation_began_on: mediation.map(|held| held.began.day()),
        ended_on: ended_at.day(),
        settled,
        present: Side::BOTH.into_iter().filter(attended).collect(),
        co_mediators: mediation.map_or_else(Vec::new, |held| held.co_mediated.clone()),
    })
}
