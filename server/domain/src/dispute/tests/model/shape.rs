//! What tells one dispute of the model from another: all that can change in it, and no more.

use std::mem::{Discriminant, discriminant};

use crate::agreement::{Agreement, Signature, Signer, TextDigest};
use crate::companion::Authority;
use crate::dispute::{Dispute, StageName};
use crate::ids::AccountId;
use crate::party::Side;
use crate::time::Moment;

use super::world::Text;

/// What of a dispute can change here.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Shape {
    stage: StageName,
    mediator: Option<AccountId>,
    until: Option<Moment>,
    agreement: Discriminant<Agreement>,
    number: u32,
    text: Option<Text>,
    said: [bool; 2],
    signed: [Option<bool>; 2],
    since: Option<Moment>,
    authority: Option<Discriminant<Authority>>,
    not_freely: [bool; 2],
}

pub(super) const fn digest(text: Text) -> TextDigest {
    TextDigest([text; 32])
}

pub(super) fn text(dispute: &Dispute) -> Option<Text> {
    dispute.agreement.revision().map(|revision| revision.digest.0[0])
}

fn of_both<T>(of: impl Fn(Side) -> T) -> [T; 2] {
    Side::BOTH.map(of)
}

impl Shape {
    pub(super) fn of(dispute: &Dispute) -> Self {
        let agreement = &dispute.agreement;
        let (said, since) = match agreement {
            Agreement::Blank => ([false; 2], None),
            Agreement::Draft { ready, .. } => (of_both(|side| *ready.of(side)), None),
            Agreement::Frozen { waived, since, .. } => (of_both(|side| *waived.of(side)), Some(*since)),
            Agreement::Signed { since, .. } => ([false; 2], Some(*since)),
        };
        let by_party = |signature: Signature| signature.by == Signer::Party;
        let mediation = dispute.mediation();
        Self {
            stage: dispute.stage.name(),
            mediator: dispute.mediator(),
            until: mediation.map(|mediation| mediation.until),
            agreement: discriminant(agreement),
            number: agreement.number(),
            text: text(dispute),
            said,
            signed: of_both(|side| agreement.signature(side).map(by_party)),
            since,
            authority: dispute.companions.first().map(|seat| discriminant(&seat.authority())),
            not_freely: of_both(|side| mediation.is_some_and(|one| *one.room.not_freely.of(side))),
        }
    }
}
