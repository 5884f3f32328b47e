//! Every representative state of a dispute, each reached by what people do.

use crate::companion::CompanionRole;
use crate::dispute::{Actor, Command};
use crate::party::Route;
use crate::room::Signal;
use crate::safety::Finding;

use super::play::{
    CARIM, CLAIMANT, DAY, DELA, HOUR, NOOR, OMAR, Play, RESPONDENT, accept_authority, ask_companion,
    claim_authority, companion, file, propose_beside, sit_beside, take,
};

pub(super) fn inviting() -> Play {
    Play::draft().answers_safety(CLAIMANT, Finding::Clear).files()
}

pub(super) fn screening() -> Play {
    Play::draft().answers_safety(CLAIMANT, Finding::Raised).files()
}

pub(super) fn preparing() -> Play {
    inviting().bela_joins()
}

/// Both answered, both signed the agreement to mediate; nobody said yet that they are ready.
pub(super) fn prepared() -> Play {
    preparing().answers_safety(RESPONDENT, Finding::Clear).both(Play::consents)
}

pub(super) fn negotiation() -> Play {
    prepared().both(|play, actor| play.gets_ready(actor, Route::Negotiation))
}

pub(super) fn assigning() -> Play {
    prepared().both(|play, actor| play.gets_ready(actor, Route::Mediation))
}

pub(super) fn accepted() -> Play {
    assigning().proposes(NOOR).noor_accepts()
}

pub(super) fn mediation() -> Play {
    accepted().both(Play::approves)
}

/// The claimant has asked helpers as often as one may, and none of them sits.
pub(super) fn asked_too_often() -> Play {
    (0..20).fold(mediation(), |play, number| {
        let asked = play.does(CLAIMANT, &ask_companion(number, CompanionRole::Helper));
        asked.does(CLAIMANT, &Command::EndCompanion(companion(number)))
    })
}

pub(super) fn helper_asked() -> Play {
    mediation().does(CLAIMANT, &ask_companion(1, CompanionRole::Helper))
}

pub(super) fn helper_sits() -> Play {
    helper_asked().does(Actor::Companion(DELA), &sit_beside(1))
}

/// The claimant asked that its representative, Dela, may sign for it.
pub(super) fn authority_claimed() -> Play {
    let asked = mediation().does(CLAIMANT, &ask_companion(1, CompanionRole::Representative));
    asked.does(Actor::Companion(DELA), &sit_beside(1)).does(CLAIMANT, &claim_authority())
}

/// A text waits for signatures, and Dela may sign for the claimant.
pub(super) fn represented() -> Play {
    let accepted = authority_claimed().does(Actor::Registrar, &accept_authority());
    freeze_of(accepted).waits(DAY)
}

/// The sides are kept apart from the beginning.
pub(super) fn shuttle() -> Play {
    screening()
        .passes_screening(true)
        .bela_joins()
        .answers_safety(RESPONDENT, Finding::Clear)
        .both(Play::consents)
        .both(|play, actor| play.gets_ready(actor, Route::Negotiation))
        .proposes(NOOR)
        .noor_accepts()
        .both(Play::approves)
}

/// Omar is proposed beside Noor, and has answered the conflict inquiry.
pub(super) fn co_mediator_accepted(play: Play) -> Play {
    play.does(Actor::Registrar, &propose_beside(OMAR, false))
        .does(Actor::Mediator(OMAR), &Command::AcceptAssignment { disclosed: false })
}

/// Omar sits beside Noor; the respondent alone lets him read what she told Noor in private.
pub(super) fn co_mediated(play: Play) -> Play {
    co_mediator_accepted(play).approves(CLAIMANT).does(RESPONDENT, &Command::Approve { reads_earlier: true })
}

/// Frozen just now: the reflection period runs.
pub(super) fn freeze_of(play: Play) -> Play {
    play.noor_revises().both(Play::gets_ready_to_sign).noor_freezes()
}

pub(super) fn frozen() -> Play {
    freeze_of(mediation())
}

/// Frozen, and the reflection period is over.
pub(super) fn thought_over() -> Play {
    frozen().waits(DAY)
}

pub(super) fn all_signed() -> Play {
    thought_over().both(Play::signs)
}

pub(super) fn settled() -> Play {
    all_signed().waits(HOUR).noor_attests()
}

pub(super) fn ended() -> Play {
    mediation().does(CLAIMANT, &Command::Withdraw)
}

/// The states that the grid walks, by name.
pub(super) fn all() -> Vec<(&'static str, Play)> {
    vec![
        ("draft", Play::draft()),
        ("screening", screening()),
        ("inviting", inviting()),
        ("inviting, refused", inviting().does(Actor::Invited, &Command::RefuseInvitation)),
        ("inviting, a taker waits", inviting().does(Actor::Invited, &take(CARIM, false))),
        ("preparing, fresh", preparing()),
        ("preparing, one ready", prepared().gets_ready(CLAIMANT, Route::Negotiation)),
        ("preparing, flagged", prepared().answers_safety(RESPONDENT, Finding::Raised)),
        ("negotiation", negotiation()),
        ("assigning, nobody proposed", assigning()),
        ("assigning, proposed", assigning().proposes(NOOR)),
        ("assigning, accepted", accepted()),
        ("assigning, one approved", accepted().approves(CLAIMANT)),
        ("assigning, a mediator left", mediation().noor_does(&Command::SeekAnotherMediator)),
        ("mediation, nothing written", mediation()),
        ("mediation, in session", mediation().noor_does(&Command::OpenSession)),
        ("mediation, draft", mediation().noor_revises()),
        ("mediation, both ready to sign", mediation().noor_revises().both(Play::gets_ready_to_sign)),
        ("mediation, frozen, reflecting", frozen()),
        ("mediation, frozen, thought over", thought_over()),
        ("mediation, one signed", thought_over().signs(CLAIMANT)),
        ("mediation, all signed", all_signed()),
        ("mediation, held for a safety answer", thought_over().answers_safety(RESPONDENT, Finding::Raised)),
        ("mediation, held for a disclosure", thought_over().noor_does(&Command::Disclose)),
        ("mediation, a side signalled", mediation().signals(RESPONDENT, Signal::Unsafe)),
        ("mediation, a helper sits beside", helper_sits()),
        ("mediation, frozen, a representative signs", represented()),
        ("mediation, a co-mediator sits", co_mediated(mediation())),
        ("mediation in shuttle", shuttle()),
        ("mediation in shuttle, frozen", freeze_of(shuttle())),
        ("suspended by the claimant", frozen().does(CLAIMANT, &Command::Suspend)),
        ("suspended by the registrar", frozen().does(Actor::Registrar, &Command::Suspend)),
        ("settled", settled()),
        ("ended", ended()),
    ]
}

/// Filed where a registrar is needed for another reason than the answers.
pub(super) fn filed_on_the_list() -> Play {
    Play::draft().answers_safety(CLAIMANT, Finding::Clear).does(CLAIMANT, &file(true))
}
