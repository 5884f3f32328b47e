//! Who sits beside a party. The party names an address; whoever has an account with that address, confirmed, may sign the
//! agreement to mediate and sit down. What the party reads never depends on whether the address is known here.
//! Deliberately not here: what a seat may read and write, which the room's rules decide.

use domain::companion::{Companion, CompanionRole, Ground, Sitting};
use domain::dispute::{Actor, Command, Dispute, decide};
use domain::ids::{AccountId, CompanionId, DisputeId};
use domain::language::Language;
use domain::party::Side;
use domain::person::{EmailAddress, HouseRole, PersonName};
use pages::mails::Mail;
use store::Tx;
use store::companions::Asked;

use super::letters::{Envelope, post};
use super::process::{carry_out, carry_out_as, house, look};
use super::{Doing, notices};
use crate::refused::{FieldErrors, Refused, words_code};

/// A seat beside a party, as that party sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSeat {
    pub companion: Companion,
    /// Who was asked, as the party named them; whoever sits there, by their account's name.
    pub name: String,
    /// The address that was asked, until the seat is over.
    pub email: String,
    /// Whether the party may ask the registrar now that they sign for it (R3).
    pub may_claim: bool,
}

/// A seat, as whoever is asked to take it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedSeat {
    pub dispute: DisputeId,
    pub companion: Companion,
    /// Beside whom.
    pub beside: String,
    /// Whether there is a room to go to now.
    pub has_room: bool,
}

/// What somebody typed of whom they ask.
///
/// # Errors
/// `Fields`.
pub fn parse(role: &str, name: &str, email: &str) -> Result<(CompanionRole, Asked), Refused> {
    let mut errors = FieldErrors::default();
    let role = errors.take("role", role.parse::<CompanionRole>(), |_| "not-a-choice");
    let name = errors.take("name", name.parse::<PersonName>(), words_code);
    let email = errors.take("email", email.parse::<EmailAddress>(), words_code);
    match (role, name, email) {
        (Some(role), Some(name), Some(email)) => Ok((role, Asked { name, email })),
        _ => Err(errors.refused()),
    }
}

/// Asks somebody to sit beside the party. `may_mail` says whether that address may be written to now, and counts it: it is
/// asked only where a mail would go out.
///
/// # Errors
/// `Absent` for whoever is no party; the rule.
pub fn ask(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    (role, reads_earlier): (CompanionRole, bool),
    asked: &Asked,
    may_mail: impl FnOnce(&EmailAddress) -> bool,
) -> Result<OwnSeat, Refused> {
    let mut seen = look(tx, doing, dispute)?;
    let side = seen.party()?;
    let id = CompanionId::new(doing.new_uuid());
    carry_out(tx, doing, &mut seen, &Command::AskCompanion { id, role, reads_earlier })?;
    store::companions::put(tx, dispute, id, asked, doing.now)?;
    // To whoever has a part in this already nothing goes out: no way leads round what keeps two sides apart (R17).
    if !is_of_the_dispute(tx, &seen.dispute, side, asked)? && may_mail(&asked.email) {
        let url = doing.config.public_url.link(&address(dispute, id));
        let envelope =
            Envelope { to: &asked.email, language: seen.dispute.language, purpose: "beside", delivery: None };
        post(tx, doing, &envelope, &Mail::AskedBeside { url }, Vec::new())?;
    }
    let found = seen.dispute.companions.iter().find(|one| one.id == id);
    let companion = *found.ok_or_else(|| Refused::broken("a seat that was asked for is gone"))?;
    let (name, email) = (asked.name.to_string(), asked.email.to_string());
    Ok(OwnSeat { companion, name, email, may_claim: false })
}

/// Where whoever is asked takes the seat. It opens for the account with that address alone.
pub fn address(dispute: DisputeId, id: CompanionId) -> String {
    format!("/disputes/{dispute}/companions/{id}")
}

/// Whether that address is that of somebody with a part in this: whoever sits beside the other side, or was asked to, is
/// the other side's.
fn is_of_the_dispute(tx: &mut Tx<'_>, dispute: &Dispute, by: Side, asked: &Asked) -> Result<bool, Refused> {
    let claim = store::claims::load(tx, dispute.id)?;
    if claim.respondent_email.as_ref() == Some(&asked.email) {
        return Ok(true);
    }
    let parties = Side::BOTH.into_iter().filter_map(|side| dispute.parties.of(side).account());
    let mediators =
        dispute.mediator().into_iter().chain(dispute.co_mediator()).chain(dispute.proposed_mediator());
    let beside = || dispute.companions.iter().filter(|one| one.side != by);
    for account in parties.chain(mediators).chain(beside().filter_map(Companion::account)) {
        if store::people::by_id(tx, account)?.email.as_ref() == Some(&asked.email) {
            return Ok(true);
        }
    }
    for seat in beside() {
        if store::companions::get(tx, dispute.id, seat.id)?.is_some_and(|other| other.email == asked.email) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The seats beside the party that are asked for or taken.
///
/// # Errors
/// `Absent` for whoever is no party.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<OwnSeat>, Refused> {
    let seen = look(tx, doing, dispute)?;
    let side = seen.party()?;
    let own = seen.dispute.companions.iter().filter(|one| one.side == side && one.is_open());
    let mut seats = Vec::new();
    for companion in own {
        let asked = store::companions::get(tx, dispute, companion.id)?;
        let (mut name, email) =
            asked.map_or_else(Default::default, |asked| (asked.name.to_string(), asked.email.to_string()));
        if let Some(account) = companion.account() {
            name = store::people::by_id(tx, account)?.name.to_string();
        }
        let claim = Command::ClaimAuthority { id: companion.id, ground: Ground::WrittenPower };
        let may_claim = decide(&seen.dispute, &claim, Actor::Party(side), &house(doing)).is_ok();
        seats.push(OwnSeat { companion: *companion, name, email, may_claim });
    }
    Ok(seats)
}

/// A seat that somebody may take or has, with the dispute and its version.
struct Theirs {
    account: AccountId,
    dispute: Dispute,
    version: i64,
    companion: Companion,
    is_of_house: bool,
}

/// Looked up through the person: the seat is theirs where they sit in it, or where it was asked for by their address and
/// that is confirmed. To everybody else it is not there.
fn theirs(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId, seat: CompanionId) -> Result<Theirs, Refused> {
    let account = doing.by.person()?;
    let stored = store::disputes::load(tx, id)?;
    let found = stored.value.companions.iter().find(|one| one.id == seat).copied();
    let companion = found.ok_or(Refused::Absent)?;
    let person = store::people::by_id(tx, account)?;
    let is_theirs = match companion.sitting {
        Sitting::Asked => {
            let asked = store::companions::get(tx, id, seat)?.map(|asked| asked.email);
            person.confirmed_at.is_some() && asked.is_some() && person.email == asked
        }
        Sitting::Seated { account: who, .. } => who == account,
        Sitting::Over { .. } => false,
    };
    if !is_theirs {
        return Err(Refused::Absent);
    }
    let is_of_house = [HouseRole::Registrar, HouseRole::Auditor].iter().any(|role| person.has(*role));
    Ok(Theirs { account, dispute: stored.value, version: stored.version, companion, is_of_house })
}

/// A seat that the person may take, or has.
///
/// # Errors
/// `Absent` where it is not theirs.
pub fn show(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    seat: CompanionId,
) -> Result<OfferedSeat, Refused> {
    let theirs = theirs(tx, doing, dispute, seat)?;
    offered(tx, &theirs.dispute, theirs.account, theirs.companion)
}

fn offered(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    account: AccountId,
    companion: Companion,
) -> Result<OfferedSeat, Refused> {
    let names = store::names::of(tx, dispute.id)?;
    let beside = names.of(companion.side).as_ref().map_or_else(String::new, ToString::to_string);
    let has_room = dispute.seat_of(account).is_some();
    Ok(OfferedSeat { dispute: dispute.id, companion, beside, has_room })
}

/// Signs the agreement to mediate and sits down beside the party who asked (R1).
///
/// # Errors
/// `Absent` where the seat is not theirs; the rule.
pub fn sit(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    seat: CompanionId,
    version: u32,
    language: Language,
) -> Result<OfferedSeat, Refused> {
    let mut theirs = theirs(tx, doing, dispute, seat)?;
    let actor = Actor::Companion(theirs.account);
    let command = Command::SitBeside { id: seat, is_of_house: theirs.is_of_house, version, language };
    carry_out_as(tx, doing, &mut theirs.dispute, theirs.version, actor, &command)?;
    let found = theirs.dispute.companions.iter().find(|one| one.id == seat).copied();
    offered(tx, &theirs.dispute, theirs.account, found.ok_or(Refused::Absent)?)
}

/// Ends a seat at once: the party, or whoever sits there or was asked.
///
/// # Errors
/// `Absent` where it is neither's; the rule.
pub fn end(tx: &mut Tx<'_>, doing: &mut Doing, dispute: DisputeId, seat: CompanionId) -> Result<(), Refused> {
    let command = Command::EndCompanion(seat);
    match theirs(tx, doing, dispute, seat) {
        Ok(mut theirs) => {
            let actor = Actor::Companion(theirs.account);
            carry_out_as(tx, doing, &mut theirs.dispute, theirs.version, actor, &command)?;
            // Nobody signs for the party any more, and what was signed for it may be gone.
            let party = theirs.dispute.parties.of(theirs.companion.side).account();
            if let Some(party) = party.filter(|_| theirs.companion.has_authority_under_way()) {
                notices::something_to_do(tx, doing, party, dispute)?;
            }
        }
        Err(Refused::Absent) => {
            let mut seen = look(tx, doing, dispute)?;
            seen.side().ok_or(Refused::Absent)?;
            carry_out(tx, doing, &mut seen, &command)?;
        }
        Err(refused) => return Err(refused),
    }
    Ok(())
}
