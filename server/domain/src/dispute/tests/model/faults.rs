//! The ways in which the house could be wrong, each put where the right one stands: in what is read, what is decided, what
//! comes of it.

use crate::agreement::Agreement;
use crate::dispute::{Dispute, Event, Stage, apply};
use crate::party::{Side, Sides};
use crate::time::Moment;

use super::super::play::companion;
use super::world::{Who, Wish};

/// A way in which the house could be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Whatever text stands there is signed, whichever was read.
    AsksForNoDigest,
    /// Whoever stores last overwrites what was stored meanwhile.
    AsksForNoVersion,
    /// An edit leaves the text frozen, and its signatures standing.
    KeepsSignatures,
    /// Whoever sits beside a party signs for it, accepted or not.
    AsksForNoAuthority,
    /// A representative signs over the party's word.
    SignsOverANo,
    /// Another mediator comes, and what a party said is forgotten.
    ForgetsANo,
    /// What was signed on authority stays when that is taken back.
    KeepsWhatWasSignedFor,
    /// The text binds with the first signature.
    BindsWithOne,
    /// What binds is taken back.
    TakesBackWhatBinds,
    /// Mails go out when it is decided, and the store may still refuse.
    MailsFirst,
}

/// The dispute as a house that is wrong would take it to be.
pub(super) fn misread(dispute: &Dispute, who: Who, wish: Wish, fault: Option<Fault>) -> Option<Dispute> {
    let mut misread = dispute.clone();
    match (fault?, who, wish) {
        (Fault::AsksForNoAuthority, Who::Representative, _) => {
            let accepted = Event::AuthorityAccepted { id: companion(1), side: Side::Claimant };
            misread = apply(misread, &accepted, Moment::from_millis(0));
        }
        (Fault::SignsOverANo, Who::Representative, _) => {
            if let Stage::Mediation(mediation) = &mut misread.stage {
                mediation.room.not_freely = Sides::default();
            }
        }
        (Fault::TakesBackWhatBinds, Who::Party(_), Wish::TakeBack) => unbind(&mut misread),
        _ => return None,
    }
    Some(misread)
}

/// Binding no more: both signatures stand under a text that waits for signatures.
fn unbind(dispute: &mut Dispute) {
    if let Agreement::Signed { revision, since, signatures } = dispute.agreement.clone() {
        let Sides { claimant, respondent } = signatures;
        let signatures = Sides { claimant: Some(claimant), respondent: Some(respondent) };
        let waived = Sides { claimant: true, respondent: true };
        dispute.agreement = Agreement::Frozen { revision, since, waived, signatures };
    }
}

pub(super) fn is_forgotten(event: &Event, wish: Wish, fault: Option<Fault>) -> bool {
    let ends = matches!(wish, Wish::EndAuthority | Wish::EndSeat);
    fault == Some(Fault::KeepsWhatWasSignedFor) && ends && matches!(event, Event::SignatureTakenBack { .. })
}

/// What the events make of it, in a house that may be wrong.
pub(super) fn applied(mut dispute: Dispute, events: &[Event], now: Moment, fault: Option<Fault>) -> Dispute {
    for event in events {
        if let (Some(Fault::TakesBackWhatBinds), Event::SignatureTakenBack { .. }) = (fault, event) {
            unbind(&mut dispute);
        }
        let before = fault.map(|_| dispute.agreement.clone());
        dispute = apply(dispute, event, now);
        match (fault, event, before) {
            (
                Some(Fault::KeepsSignatures),
                Event::Revised { revision },
                Some(Agreement::Frozen { since, waived, signatures, .. }),
            ) => {
                let revision = revision.clone();
                dispute.agreement = Agreement::Frozen { revision, since, waived, signatures };
            }
            (Some(Fault::BindsWithOne), Event::Signed { side, .. }, _) => {
                let revision = dispute.agreement.revision().cloned();
                if let (Some(revision), Some(one)) = (revision, dispute.agreement.signature(*side)) {
                    let signatures = Sides { claimant: one, respondent: one };
                    dispute.agreement = Agreement::Signed { revision, since: now, signatures };
                }
            }
            (Some(Fault::ForgetsANo), Event::MediatorConfirmed { .. }, _) => {
                if let Stage::Mediation(mediation) = &mut dispute.stage {
                    mediation.room.not_freely = Sides::default();
                }
            }
            _ => {}
        }
    }
    dispute
}
