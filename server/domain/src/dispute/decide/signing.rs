//! From the first draft to the seal (R22 to R24): the text signed is the text read, and nobody is hurried.

use crate::agreement::{Agreement, Proof, Revision, Signature, Signer, TextDigest};
use crate::ids::SettlementId;
use crate::language::RecordLanguage;
use crate::party::{Side, Sides};
use crate::room::Signal;
use crate::settlement::Attestation;
use crate::time::Moment;

use super::super::command::{Actor, House};
use super::super::state::Stage;
use super::representing::without_authority;
use super::{Decision, Dispute, Event, Refusal};

/// What a party says beside its name when it signs.
pub(super) struct Promise {
    pub(super) freely: bool,
    pub(super) auditor_may_read_terms: bool,
    pub(super) proof: Proof,
}

pub(super) fn revise(dispute: &Dispute, base: u32, revision: &Revision) -> Decision {
    in_mediation(dispute)?;
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    if base != dispute.agreement.number() || revision.number != base.saturating_add(1) {
        return Err(Refusal::StaleRevision);
    }
    Ok(vec![Event::Revised { revision: revision.clone() }])
}

/// In which language a party, or who signs for it (R3), reads and signs, from the moment at which it is asked for anything in
/// writing. What is frozen stays as it is (R22): whoever wants it in another language says so before, or asks the mediator for
/// a new revision.
pub(super) fn choose_reading(dispute: &Dispute, language: RecordLanguage, actor: Actor) -> Decision {
    let (side, _) = signer(dispute, actor)?;
    match dispute.agreement {
        Agreement::Frozen { .. } => Err(Refusal::AlreadyFrozen),
        Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
        Agreement::Blank | Agreement::Draft { .. } => {
            Ok(vec![Event::ReadingLanguageChosen { side, language }])
        }
    }
}

pub(super) fn be_ready(dispute: &Dispute, digest: TextDigest, actor: Actor) -> Decision {
    in_mediation(dispute)?;
    let (side, _) = signer(dispute, actor)?;
    match &dispute.agreement {
        Agreement::Blank => Err(Refusal::NothingWritten),
        Agreement::Draft { revision, .. } if revision.digest != digest => Err(Refusal::StaleDigest),
        Agreement::Draft { ready, .. } if *ready.of(side) => Err(Refusal::AlreadyReady),
        Agreement::Draft { .. } => Ok(vec![Event::ReadyToSign { side }]),
        Agreement::Frozen { .. } => Err(Refusal::AlreadyFrozen),
        Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
    }
}

pub(super) fn freeze(dispute: &Dispute, digest: TextDigest, needed: &[RecordLanguage]) -> Decision {
    in_mediation(dispute)?;
    match &dispute.agreement {
        Agreement::Blank => Err(Refusal::NothingWritten),
        Agreement::Draft { revision, .. } if revision.digest != digest => Err(Refusal::StaleDigest),
        Agreement::Draft { revision, .. } if !covers(revision, needed) => Err(Refusal::LanguageMissing),
        Agreement::Draft { ready, .. } if !ready.both(|said| *said) => Err(Refusal::PartiesNotReady),
        Agreement::Draft { .. } => Ok(vec![Event::Frozen { digest }]),
        Agreement::Frozen { .. } => Err(Refusal::AlreadyFrozen),
        Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
    }
}

fn covers(revision: &Revision, needed: &[RecordLanguage]) -> bool {
    let has = |language: &RecordLanguage| revision.languages.contains(language);
    needed.iter().all(has) && has(&revision.prevailing)
}

/// Nobody shortens the time to think where the sides are kept apart, which both know, nor whoever raised something
/// (R24). From the other side it is taken as ever: a refusal would tell it what the first one answered (R16).
pub(super) fn waive(dispute: &Dispute, digest: TextDigest, actor: Actor, house: &House) -> Decision {
    let side = side(actor)?;
    let frozen = frozen(dispute, digest)?;
    if dispute.shuttle || dispute.parties.of(side).safety.is_flagged() {
        return Err(Refusal::WaiverNotPossible);
    }
    if *frozen.waived.of(side) || reflection_ends_at(dispute, side, house).is_none() {
        return Err(Refusal::AlreadyWaived);
    }
    Ok(vec![Event::Waived { side }])
}

pub(super) fn sign(
    dispute: &Dispute,
    digest: TextDigest,
    promise: Promise,
    actor: Actor,
    house: &House,
) -> Decision {
    let (side, by) = signer(dispute, actor)?;
    // Of two clocks one may be behind the other: nobody signs before it was accepted that they do.
    let by = match by {
        Signer::Representative { account, accepted_at } => {
            Signer::Representative { account, accepted_at: accepted_at.min(house.now) }
        }
        Signer::Party => by,
    };
    let frozen = frozen(dispute, digest)?;
    if dispute.awaits_screening() {
        return Err(Refusal::Paused);
    }
    if reflection_ends_at(dispute, side, house).is_some() {
        return Err(Refusal::ReflectionRunning);
    }
    // What was signed for a party it may sign itself, and say no to.
    let may_replace = |signed: &Signature| by == Signer::Party && signed.by != by;
    if !frozen.signatures.of(side).as_ref().is_none_or(may_replace) {
        return Err(Refusal::AlreadySigned);
    }
    if !promise.freely {
        return Ok(vec![Event::NotFreely { side }]);
    }
    // Whoever acts for a party against its word may be the one who makes it (R23). What it said reaches the mediator alone:
    // its representative meets nothing but this, and only by trying.
    if by != Signer::Party && is_in_doubt(dispute, side) {
        return Ok(Vec::new());
    }
    let Promise { auditor_may_read_terms, proof, .. } = promise;
    let mut events = vec![Event::Signed { side, digest, auditor_may_read_terms, proof, by }];
    if frozen.signatures.of(side.other()).is_some() {
        events.push(Event::AllSigned { digest });
    }
    Ok(events)
}

/// A party takes back what was signed for its side, by whomever; a representative, what they signed.
pub(super) fn take_back(dispute: &Dispute, actor: Actor) -> Decision {
    let (side, by) = signer(dispute, actor)?;
    let is_theirs = |signed: &Signature| by == Signer::Party || signed.by != Signer::Party;
    match &dispute.agreement {
        Agreement::Frozen { signatures, .. } if signatures.of(side).as_ref().is_some_and(is_theirs) => {
            let ended = if by == Signer::Party { without_authority(dispute, side) } else { None };
            Ok(std::iter::once(Event::SignatureTakenBack { side }).chain(ended).collect())
        }
        Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
        _ => Err(Refusal::NotSigned),
    }
}

/// Whether it was said that this side is not signing freely, or it said that it does not feel safe.
fn is_in_doubt(dispute: &Dispute, side: Side) -> bool {
    let room = dispute.mediation().map(|mediation| &mediation.room);
    room.is_some_and(|room| *room.not_freely.of(side) || *room.signals.of(side) == Some(Signal::Unsafe))
}

pub(super) fn attest(
    dispute: &Dispute,
    digest: TextDigest,
    settlement: SettlementId,
    by: Attestation,
    house: &House,
) -> Decision {
    in_mediation(dispute)?;
    let Agreement::Signed { revision, since, .. } = &dispute.agreement else {
        return Err(Refusal::PartiesSignFirst);
    };
    if revision.digest != digest {
        return Err(Refusal::StaleDigest);
    }
    if by == Attestation::Institution && house.now < since.plus(house.periods.attestation) {
        return Err(Refusal::NotDue);
    }
    Ok(vec![Event::Sealed { settlement, digest, by }])
}

struct FrozenText<'a> {
    waived: &'a Sides<bool>,
    signatures: &'a Sides<Option<Signature>>,
}

fn frozen(dispute: &Dispute, digest: TextDigest) -> Result<FrozenText<'_>, Refusal> {
    in_mediation(dispute)?;
    match &dispute.agreement {
        Agreement::Blank => Err(Refusal::NothingWritten),
        Agreement::Draft { revision, .. } if revision.digest != digest => Err(Refusal::StaleDigest),
        Agreement::Draft { .. } => Err(Refusal::NotFrozen),
        Agreement::Frozen { revision, .. } if revision.digest != digest => Err(Refusal::StaleDigest),
        Agreement::Frozen { waived, signatures, .. } => Ok(FrozenText { waived, signatures }),
        Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
    }
}

/// When the time to think ends for that side, while it runs for it.
///
/// It is each side's own question. For whoever raised something waivers count no more, those given before included
/// (R24). For the other side they count as they did: had both given it up and one of them then raised something, the
/// other could sign a moment ago, and a period that runs again would tell it why (R16). So it may sign, and sees of the
/// first one what it sees of anybody who takes their time: "not yet signed". Nothing binds before both have signed, so
/// whoever raised something keeps the whole period. A waiver that the other side gives afterwards meets one that was
/// given before, or none; either way its answer is the one that it would get if nothing had been raised.
pub fn reflection_ends_at(dispute: &Dispute, side: Side, house: &House) -> Option<Moment> {
    let Agreement::Frozen { since, waived, .. } = &dispute.agreement else { return None };
    let counts = !dispute.shuttle && !dispute.parties.of(side).safety.is_flagged();
    let ends = since.plus(house.periods.reflection);
    let is_over = (counts && waived.both(|waived| *waived)) || house.now >= ends;
    (!is_over).then_some(ends)
}

const fn in_mediation(dispute: &Dispute) -> Result<(), Refusal> {
    match dispute.stage {
        Stage::Mediation(_) => Ok(()),
        _ => Err(Refusal::WrongStage),
    }
}

/// For which side whoever asks signs, and as whom (R3).
fn signer(dispute: &Dispute, actor: Actor) -> Result<(Side, Signer), Refusal> {
    match actor {
        Actor::Party(side) => Ok((side, Signer::Party)),
        Actor::Companion(account) => dispute.represented_by(account).ok_or(Refusal::NotYours),
        _ => Err(Refusal::NotYours),
    }
}

const fn side(actor: Actor) -> Result<Side, Refusal> {
    match actor {
        Actor::Party(side) => Ok(side),
        _ => Err(Refusal::NotYours),
    }
}
