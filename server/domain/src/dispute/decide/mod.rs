//! Every rule of the process: what comes of a command, or why it is refused. First whether it is this person's to do,
//! then whether the dispute is open to it at all, then the rules of its part.

mod sessions;
mod filing;
mod preparing;
mod assigning;
mod co_mediating;
mod companions;
mod representing;
mod signing;
mod ending;

use super::command::{Actor, Command, House};
use super::event::Event;
use super::refusal::Refusal;
use super::state::{Dispute, Stage};
use crate::party::Side;

pub use self::signing::reflection_ends_at;
use self::{
    assigning as assign, co_mediating as co, companions as beside, ending as end, filing as file,
    preparing as prepare, representing as represent, signing as sign,
};

type Decision = Result<Vec<Event>, Refusal>;

/// What comes of `command`, asked by `actor` at `house.now`.
///
/// # Errors
/// The rule that stands against it.
pub fn decide(dispute: &Dispute, command: &Command, actor: Actor, house: &House) -> Decision {
    if !is_theirs(command, actor, dispute) {
        return Err(elsewhere(command, actor, dispute));
    }
    check_open(dispute, command)?;
    match command {
        Command::AnswerSafety(finding) => file::answer_safety(dispute, *finding, actor, house),
        Command::File { reference, needs_registrar } => {
            file::file(dispute, reference, *needs_registrar, house)
        }
        Command::Screen(decision) => file::screen(dispute, *decision, house),
        Command::AcceptInvitation { account, is_invited_address, said_no } => {
            prepare::accept_invitation(dispute, *account, *is_invited_address, *said_no, house)
        }
        Command::RefuseInvitation => prepare::refuse_invitation(dispute),
        Command::UndoRefusal => prepare::undo_refusal(dispute),
        Command::InviteAgain => prepare::invite_again(dispute, house),
        Command::ConfirmIdentity(account) => prepare::confirm_identity(dispute, *account, house),
        Command::RejectTaker(account) => prepare::reject_taker(dispute, *account),
        Command::Consent { version, language } => {
            prepare::consent(dispute, *version, *language, actor, house)
        }
        Command::BeReady(route) => prepare::be_ready(dispute, *route, actor, house),
        Command::ChooseDelivery(choice) => prepare::choose_delivery(dispute, *choice, actor),
        Command::ChooseReadingLanguage(language) => sign::choose_reading(dispute, *language, actor),
        Command::RequestMediation => assign::request_mediation(dispute, house),
        Command::Propose { id, candidate } => assign::propose(dispute, *id, candidate, actor, house),
        Command::AcceptAssignment { disclosed } => assign::accept(dispute, *disclosed),
        Command::DeclineAssignment => assign::decline(dispute),
        Command::Approve { reads_earlier } => assign::approve(dispute, *reads_earlier, actor, house),
        Command::Object => assign::object(dispute),
        Command::Disclose => sessions::disclose(dispute),
        Command::SeekAnotherMediator => assign::seek_another(dispute, house),
        Command::AskCoMediator | Command::ProposeCoMediator { .. } | Command::EndCoMediation => {
            co::decide(dispute, command)
        }
        Command::OpenSession => sessions::open(dispute),
        Command::CloseSession => sessions::close(dispute),
        Command::AcceptDisclosure => sessions::answer_disclosure(dispute, actor, true),
        Command::ObjectToDisclosure => sessions::answer_disclosure(dispute, actor, false),
        Command::Attend(side) => sessions::attend(dispute, *side),
        Command::Enter(who) => sessions::enter(dispute, *who),
        Command::Leave(who) => sessions::leave(dispute, *who),
        Command::Pause(channel) => sessions::pause(dispute, *channel),
        Command::ResumeChannel(channel) => sessions::resume(dispute, *channel),
        Command::GiveSignal(signal) => sessions::give_signal(dispute, *signal, actor),
        Command::Revise { base, revision } => sign::revise(dispute, *base, revision),
        Command::BeReadyToSign(digest) => sign::be_ready(dispute, *digest, actor),
        Command::Freeze { digest, needed } => sign::freeze(dispute, *digest, needed),
        Command::Waive(digest) => sign::waive(dispute, *digest, actor, house),
        Command::Sign { digest, freely, auditor_may_read_terms: may_read, proof } => {
            let promise = sign::Promise { freely: *freely, auditor_may_read_terms: *may_read, proof: *proof };
            sign::sign(dispute, *digest, promise, actor, house)
        }
        Command::TakeSignatureBack => sign::take_back(dispute, actor),
        Command::Attest { digest, settlement, by } => sign::attest(dispute, *digest, *settlement, *by, house),
        Command::AskCompanion { .. } | Command::SitBeside { .. } | Command::EndCompanion(_) => {
            beside::decide(dispute, command, actor)
        }
        Command::ClaimAuthority { .. } | Command::AnswerAuthority { .. } | Command::EndAuthority(_) => {
            represent::decide(dispute, command, actor)
        }
        Command::DeclareImpasse => end::declare_impasse(dispute),
        Command::Withdraw => end::withdraw(dispute),
        Command::Suspend => end::suspend(dispute, actor, house),
        Command::Resume => end::resume(dispute, actor),
        Command::PassDeadline => end::pass_deadline(dispute, house),
    }
}

/// Whether the dispute is open to such a command at all.
fn check_open(dispute: &Dispute, command: &Command) -> Result<(), Refusal> {
    if matches!(dispute.stage, Stage::Settled { .. } | Stage::Ended(_)) {
        return Err(Refusal::Ended);
    }
    if dispute.suspension.is_some() && !is_open_while_suspended(command) {
        return Err(Refusal::Paused);
    }
    Ok(())
}

/// Why somebody is refused whose it is not. Whoever sits beside a party knows of the dispute: they are told whose it is
/// (R3).
fn elsewhere(command: &Command, actor: Actor, dispute: &Dispute) -> Refusal {
    let sits = matches!(actor, Actor::Companion(account) if dispute.companion_of(account).is_some());
    let is_partys = sits && Side::BOTH.iter().any(|side| is_theirs(command, Actor::Party(*side), dispute));
    if is_partys { Refusal::PartyAlone } else { Refusal::NotYours }
}

/// Whose a command is to give. Nobody signs, accepts or withdraws for a party; a representative signs whose authority a
/// registrar accepted (R3).
fn is_theirs(command: &Command, actor: Actor, dispute: &Dispute) -> bool {
    use super::command::Actor as By;
    use crate::settlement::Attestation;
    // An empty seat asks for nothing: whoever is invited is a party only once they have joined (R3).
    if matches!(actor, By::Party(side) if dispute.parties.of(side).account().is_none()) {
        return false;
    }
    let confirmed = matches!(actor, By::Mediator(account) if dispute.mediator() == Some(account));
    let beside = matches!(actor, By::Mediator(account) if dispute.co_mediator() == Some(account));
    let represents = matches!(actor, By::Companion(account) if dispute.represented_by(account).is_some());
    let proposed = matches!(actor, By::Mediator(account) if dispute.proposed_mediator() == Some(account));
    match command {
        Command::AnswerSafety(_)
        | Command::Consent { .. }
        | Command::BeReady(_)
        | Command::ChooseDelivery(_)
        | Command::RequestMediation
        | Command::Approve { .. }
        | Command::Object
        | Command::AcceptDisclosure
        | Command::ObjectToDisclosure
        | Command::GiveSignal(_)
        | Command::Waive(_)
        | Command::AskCompanion { .. }
        | Command::ClaimAuthority { .. }
        | Command::EndAuthority(_)
        | Command::Withdraw => matches!(actor, By::Party(_)),
        Command::ChooseReadingLanguage(_)
        | Command::BeReadyToSign(_)
        | Command::Sign { .. }
        | Command::TakeSignatureBack => matches!(actor, By::Party(_)) || represents,
        Command::SitBeside { .. } => matches!(actor, By::Companion(_)),
        Command::EndCompanion(_) => matches!(actor, By::Party(_) | By::Companion(_)),
        Command::File { .. } => actor == By::Party(Side::Claimant),
        Command::InviteAgain => matches!(actor, By::Party(Side::Claimant) | By::Registrar),
        Command::AcceptInvitation { .. } | Command::RefuseInvitation | Command::UndoRefusal => {
            actor == By::Invited
        }
        Command::Screen(_) | Command::ConfirmIdentity(_) | Command::RejectTaker(_) => actor == By::Registrar,
        Command::Propose { .. } => matches!(actor, By::Registrar | By::House),
        Command::Suspend | Command::Resume => matches!(actor, By::Registrar | By::Party(_)),
        Command::AcceptAssignment { .. } | Command::DeclineAssignment => proposed,
        Command::Disclose
        | Command::OpenSession
        | Command::CloseSession
        | Command::Pause(_)
        | Command::ResumeChannel(_)
        | Command::Revise { .. }
        | Command::Freeze { .. } => confirmed || beside,
        // One of two attests and ends it: whoever leads (R23).
        Command::DeclareImpasse
        | Command::AskCoMediator
        | Command::Attest { by: Attestation::Mediator, .. } => confirmed,
        Command::SeekAnotherMediator => confirmed || actor == By::Registrar,
        Command::ProposeCoMediator { .. } | Command::AnswerAuthority { .. } => actor == By::Registrar,
        Command::EndCoMediation => beside || actor == By::Registrar,
        Command::Attest { by: Attestation::Institution, .. }
        | Command::PassDeadline
        | Command::Attend(_)
        | Command::Enter(_)
        | Command::Leave(_) => actor == By::House,
    }
}

/// While all clocks stand still a person may still leave, speak of danger, and let the clocks run again.
const fn is_open_while_suspended(command: &Command) -> bool {
    matches!(
        command,
        Command::Suspend
            | Command::Resume
            | Command::Withdraw
            | Command::TakeSignatureBack
            | Command::AcceptDisclosure
            | Command::ObjectToDisclosure
            | Command::RefuseInvitation
            | Command::AnswerSafety(_)
            | Command::Screen(_)
            | Command::GiveSignal(_)
            | Command::SeekAnotherMediator
            | Command::EndCoMediation
            | Command::EndCompanion(_)
            | Command::EndAuthority(_)
            | Command::PassDeadline
    )
}
