//! Asking that a record be certified: a party asks, the other agrees or does not, and a registrar names an officer from
//! outside the house. Each may take its word back until it is made. Deliberately not here: what the certifier reads and
//! signs (`certifying`), and any rule of who may do what when, which is `domain::certification`'s.

use std::time::Duration;

use domain::certification::{
    Actor, Capacity, Certification, CertificationRefusal, Command, Event, Seen as Step, Standing,
};
use domain::dispute::Dispute;
use domain::ids::{AccountId, CertificationId, DisputeId, SettlementId};
use domain::keeping::over_at;
use domain::party::{Joining, Side};
use domain::person::{EmailAddress, HouseRole, PersonName, clean_words};
use domain::sight::{Item, Viewer};
use domain::time::Moment;
use pages::mails::Mail;
use record::LeafKind;
use store::certifications::{Certifier, Kept};
use store::codes::Purpose;
use store::settlements::Settlement;
use store::{SecretHash, Tx};

use super::letters::{Envelope, post};
use super::process::{Seen, look};
use super::{Doing, duties, notices};
use crate::refused::{FieldErrors, Refused, words_code};
use crate::tokens::OneTimeCode;

/// The duty by which registrars are told that somebody is to be named. It goes with that, and is never only seen to.
pub const CERTIFICATION: &str = "certification";
/// The most characters of an office's name.
const OFFICE_CHARACTERS_MAX: usize = 200;

/// How often a party may ask of one record within `AGAIN_PERIOD`: nobody is to be pressed. A mail goes once in the time
/// that a certification may take.
const AGAIN_MAX: usize = 3;
const AGAIN_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// A certification as a party or a registrar sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// How it is kept.
    pub kept: Kept,
    /// The reference by which people know the dispute.
    pub reference: String,
    /// As the reader sees how far it is.
    pub state: &'static str,
    /// Whether the reader said no, which can still be changed.
    pub said_no: bool,
    /// Who is named, or has certified.
    pub certifier: Option<Certifier>,
    /// When it lapses.
    pub lapses_at: Option<Moment>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// What the reader may do: `agree`, `withdraw`, `name`, `unname`.
    pub actions: Vec<&'static str>,
}

/// Whom a registrar names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: PersonName,
    pub capacity: Capacity,
    pub office: String,
    pub email: EmailAddress,
}

/// What a registrar typed of whom they name.
///
/// # Errors
/// `Fields`.
pub fn parse(name: &str, capacity: &str, office: &str, email: &str) -> Result<Named, Refused> {
    let mut errors = FieldErrors::default();
    let capacity = errors.take("capacity", capacity.parse::<Capacity>(), |_| "not-a-choice");
    let name = errors.take("name", name.parse::<PersonName>(), words_code);
    let email = errors.take("email", email.parse::<EmailAddress>(), words_code);
    let office = errors.take("office", clean_words(office, OFFICE_CHARACTERS_MAX), words_code);
    // Both are printed on the paper: what cannot be is refused before anybody signs.
    let lines = [("name", name.as_ref().map(PersonName::as_str)), ("office", office.as_deref())];
    for (field, text) in lines {
        if text.is_some_and(|text| text.contains(['\n', '\t']) || record::printable(text).is_err()) {
            errors.push(field, "not-printable");
        }
    }
    match (name, capacity, office, email) {
        (Some(name), Some(capacity), Some(office), Some(email)) => {
            errors.check()?;
            Ok(Named { name, capacity, office, email })
        }
        _ => Err(errors.refused()),
    }
}

/// What a rule says to whoever is refused: what is not theirs is not there.
pub fn refused(refusal: CertificationRefusal) -> Refused {
    match refusal {
        CertificationRefusal::NotYours => Refused::Absent,
        other => Refused::rule(other.as_str()),
    }
}

/// How the record stands. That somebody has begun to write of a change is told to nobody; it counts once both have a part
/// in it.
///
/// # Errors
/// Those of the store.
pub fn standing(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Standing, Refused> {
    if store::settlements::superseding(tx, settlement)?.is_some() {
        return Ok(Standing::Superseded);
    }
    for other in store::disputes::amending(tx, settlement)? {
        let other = match store::disputes::peek(tx, other) {
            Err(store::Error::NotFound) => continue,
            other => other?,
        };
        let both = matches!(other.parties.respondent.joining, Joining::Joined { .. });
        if both && over_at(&other).is_none() {
            return Ok(Standing::BeingChanged);
        }
    }
    Ok(Standing::Stands)
}

/// A certification in a transaction that may change it, with how its record stands. The dispute is held, so that two
/// who act at once do so one after the other.
pub struct Found {
    pub kept: Kept,
    pub dispute: Dispute,
    pub standing: Standing,
}

/// Finds one by its id.
///
/// # Errors
/// `Absent` where there is none.
pub fn find(tx: &mut Tx<'_>, id: CertificationId) -> Result<Found, Refused> {
    let dispute = store::certifications::by_id(tx, id)?.dispute;
    let dispute = store::disputes::load(tx, dispute)?.value;
    let kept = store::certifications::by_id(tx, id)?;
    tx.hold_settlement(kept.settlement)?;
    let standing = standing(tx, kept.settlement)?;
    Ok(Found { kept, dispute, standing })
}

/// How long each step may take.
fn period(doing: &Doing) -> Duration {
    doing.config.periods.certification
}

impl Found {
    /// What comes of a command.
    ///
    /// # Errors
    /// The rule; `Absent` for what is not theirs.
    pub fn decide(&self, doing: &Doing, command: Command, actor: Actor) -> Result<Event, Refused> {
        let decided = self.kept.certification.decide(command, actor, self.standing, period(doing), doing.now);
        decided.map_err(refused)
    }

    /// Whether that account reads the record for the sake of it.
    pub fn lets_read(&self, doing: &Doing, account: AccountId) -> bool {
        self.kept.certification.lets_read(account, self.standing, period(doing), doing.now)
    }

    /// Keeps what happened, and what follows of it: no code opens what is over, and no duty lies for it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn follow(&mut self, tx: &mut Tx<'_>, doing: &mut Doing, event: Event) -> Result<(), Refused> {
        let now = doing.now;
        self.follow_at(tx, doing, event, now)
    }

    /// The same of what happened at that moment.
    ///
    /// # Errors
    /// Those of the store.
    pub fn follow_at(
        &mut self,
        tx: &mut Tx<'_>,
        doing: &mut Doing,
        event: Event,
        at: Moment,
    ) -> Result<(), Refused> {
        let (id, dispute) = (self.kept.id, self.kept.dispute);
        self.kept.certification = self.kept.certification.apply(event, at);
        store::certifications::save(tx, id, &self.kept.certification)?;
        if !matches!(event, Event::Agreed | Event::Refused | Event::Taken(_)) {
            store::codes::void_all(tx, Purpose::Certification, &id.to_string())?;
        }
        match event {
            Event::Agreed | Event::Unnamed => duties::put(tx, doing, dispute, CERTIFICATION, None)?,
            Event::Refused | Event::Taken(_) => {}
            _ => close_duty(tx, doing, dispute)?,
        }
        let id = id.to_string();
        let subjects = match event {
            Event::Named(capacity) => {
                serde_json::json!({ "certification": id, "capacity": capacity.as_str() })
            }
            _ => serde_json::json!({ "certification": id }),
        };
        // Who said no would stand in the trail as who acted.
        if event != Event::Refused {
            doing.trace(event.kind(), Some(dispute), &subjects);
        }
        Ok(())
    }
}

fn close_duty(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<(), Refused> {
    for duty in store::duties::open_of(tx, dispute)? {
        if duty.kind == CERTIFICATION {
            store::duties::close(tx, &duty.id, doing.now)?;
        }
    }
    Ok(())
}

/// Whether that party asked, in this dispute or in one that it changed, not to be written to again: what it has to know
/// of it reads on its pages.
///
/// # Errors
/// Those of the store.
pub fn is_silenced(tx: &mut Tx<'_>, settlement: SettlementId, account: AccountId) -> Result<bool, Refused> {
    let mut next = Some(settlement);
    while let Some(id) = next {
        let settlement = store::settlements::by_id(tx, id)?;
        let respondent = store::disputes::parties(tx, settlement.dispute)?.respondent;
        if respondent == Some(account) && store::claims::is_silenced(tx, settlement.dispute)? {
            return Ok(true);
        }
        next = settlement.supersedes;
    }
    Ok(false)
}

/// Tells a party that something waits on the settlement's page: no more than that (R11).
fn tell(tx: &mut Tx<'_>, doing: &mut Doing, kept: &Kept, side: Side) -> Result<(), Refused> {
    let Some(account) = *store::disputes::parties(tx, kept.dispute)?.of(side) else { return Ok(()) };
    if is_silenced(tx, kept.settlement, account)? {
        return Ok(());
    }
    let dispute = kept.dispute;
    notices::send(tx, doing, account, "something-to-do", |links| Mail::SomethingToDo {
        url: format!("{}/settlement", links.dispute(dispute)),
    })
}

/// Its number in the ledger.
///
/// # Errors
/// The store's.
pub fn entry_of(tx: &mut Tx<'_>, id: CertificationId) -> Result<Option<i64>, Refused> {
    let found = store::ledger::find(tx, LeafKind::Certification.as_str(), &id.to_string())?;
    Ok(found.map(|entry| entry.number))
}

/// A party to the settlement, who alone may ask.
fn party(tx: &mut Tx<'_>, doing: &Doing, id: SettlementId) -> Result<(Settlement, Seen, Side), Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    let seen = look(tx, doing, settlement.dispute)?;
    let side = seen.side().filter(|_| seen.may_read(Item::Certification)).ok_or(Refused::Absent)?;
    Ok((settlement, seen, side))
}

/// Asks that the record be certified.
///
/// # Errors
/// `Absent` for whoever is no party; `certification-under-way`; `record-not-certifiable`; `TooMuch` after three within a day.
pub fn ask(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<Shown, Refused> {
    let (settlement, seen, side) = party(tx, doing, id)?;
    tx.hold_settlement(id)?;
    let standing = standing(tx, id)?;
    let (began, mails_began) = (doing.now.minus(AGAIN_PERIOD), doing.now.minus(period(doing)));
    let (mut again, mut was_told) = (Vec::new(), false);
    for earlier in store::certifications::of_settlement(tx, id)? {
        let own = Some(&earlier.certification).filter(|one| one.asked_by == side).map(|one| one.asked_at);
        was_told |= own.is_some_and(|at| at > mails_began);
        again.extend(own.filter(|at| *at > began));
        let mut found = Found { kept: earlier, dispute: seen.dispute.clone(), standing };
        // Its time has passed, and nobody has come by to say so.
        if let Ok(event) = found.decide(doing, Command::Lapse, Actor::House) {
            found.follow(tx, doing, event)?;
        }
        if !found.kept.certification.lets_ask_anew() {
            return Err(refused(CertificationRefusal::UnderWay));
        }
    }
    let certification = Certification::ask(side, standing, doing.now).map_err(refused)?;
    if let Some(oldest) = again.last().filter(|_| again.len() >= AGAIN_MAX) {
        return Err(Refused::TooMuch { retry_after: oldest.since(began) });
    }
    let id = CertificationId::new(doing.new_uuid());
    let kept =
        Kept { id, settlement: settlement.id, dispute: settlement.dispute, certification, digest: None };
    store::certifications::put(tx, &kept)?;
    let subjects = serde_json::json!({ "certification": id.to_string() });
    doing.trace("certification-asked", Some(settlement.dispute), &subjects);
    if !was_told {
        tell(tx, doing, &kept, side.other())?;
    }
    shown(tx, doing, &seen, Found { kept, dispute: seen.dispute.clone(), standing })
}

/// A certification as its reader may see it: a party; a registrar once both agreed.
fn seen(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<(Seen, Found), Refused> {
    let found = find(tx, id)?;
    let seen = look(tx, doing, found.kept.dispute)?;
    let was_agreed = found.kept.certification.agreed_at.is_some();
    let is_theirs = match seen.viewer {
        Viewer::Party(_) => true,
        Viewer::Registrar => was_agreed,
        _ => false,
    };
    if !is_theirs || !seen.may_read(Item::Certification) {
        return Err(Refused::Absent);
    }
    Ok((seen, found))
}

fn shown(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen, found: Found) -> Result<Shown, Refused> {
    let certification = &found.kept.certification;
    let (state, said_no, actor) = match seen.side() {
        Some(side) => {
            let step = certification.seen_by(side);
            let said_no = step == Step::AskedOfYou { refused: true };
            (step.as_str(), said_no, Actor::Party(side))
        }
        None => (certification.state().as_str(), false, Actor::Registrar),
    };
    let choices = [
        (Command::Agree, "agree"),
        (Command::Withdraw, "withdraw"),
        (Command::Name(Capacity::CourtOfficer), "name"),
        (Command::Unname, "unname"),
    ];
    let may = choices.into_iter().filter(|(command, _)| found.decide(doing, *command, actor).is_ok());
    let actions = may.map(|(_, name)| name).collect();
    let certifier = store::certifications::certifier(tx, &found.kept)?;
    Ok(Shown {
        reference: found.dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
        state,
        said_no,
        // Where the code went is the registrar's to know.
        certifier: certifier
            .map(|named| Certifier { email: named.email.filter(|_| seen.side().is_none()), ..named }),
        lapses_at: certification.lapses_at(period(doing)),
        entry: entry_of(tx, found.kept.id)?,
        actions,
        kept: found.kept,
    })
}

/// A certification, for a party or a registrar.
///
/// # Errors
/// `Absent` for others.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<Shown, Refused> {
    let (seen, found) = seen(tx, doing, id)?;
    shown(tx, doing, &seen, found)
}

/// The newest of a record, and whether the reader may ask for another: for a party.
///
/// # Errors
/// Those of the store.
pub fn of_record(
    tx: &mut Tx<'_>,
    doing: &Doing,
    seen: &Seen,
    settlement: SettlementId,
) -> Result<(Option<Shown>, bool), Refused> {
    if seen.side().is_none() {
        return Ok((None, false));
    }
    let standing = standing(tx, settlement)?;
    let newest = store::certifications::of_settlement(tx, settlement)?.into_iter().next();
    let may_ask = newest.is_none_or(|kept| kept.certification.lets_ask_anew());
    let newest =
        newest.map(|kept| shown(tx, doing, seen, Found { kept, dispute: seen.dispute.clone(), standing }));
    Ok((newest.transpose()?, may_ask && standing == Standing::Stands))
}

/// A party answers, or takes its word back.
fn answer(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: CertificationId,
    command: Command,
) -> Result<Shown, Refused> {
    let (seen, mut found) = seen(tx, doing, id)?;
    let side = seen.side().ok_or(Refused::Absent)?;
    let event = found.decide(doing, command, Actor::Party(side))?;
    found.follow(tx, doing, event)?;
    shown(tx, doing, &seen, found)
}

/// The other party agrees that a certifier reads the record.
///
/// # Errors
/// `Absent` for others; the rule.
pub fn agree(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<Shown, Refused> {
    answer(tx, doing, id, Command::Agree)
}

/// A party takes its word back, or does not give it.
///
/// # Errors
/// `Absent` for others; the rule.
pub fn withdraw(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<Shown, Refused> {
    answer(tx, doing, id, Command::Withdraw)
}

/// A registrar, once both have agreed; to everybody else it is not there.
fn registrar(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<(Seen, Found), Refused> {
    let (seen, found) = seen(tx, doing, id)?;
    if seen.viewer == Viewer::Registrar { Ok((seen, found)) } else { Err(Refused::Absent) }
}

/// Names somebody, or somebody else: a code goes to them, and whoever was named before reads nothing more.
///
/// # Errors
/// `Absent` for others than registrars; `certifier-has-part`; the rule.
pub fn name(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: CertificationId,
    named: &Named,
) -> Result<Shown, Refused> {
    let (seen, mut found) = registrar(tx, doing, id)?;
    let event = found.decide(doing, Command::Name(named.capacity), Actor::Registrar)?;
    if has_part_by_address(tx, &found, &named.email)? {
        return Err(refused(CertificationRefusal::CertifierHasPart));
    }
    found.follow(tx, doing, event)?;
    let certifier = Certifier {
        name: named.name.clone(),
        office: named.office.clone(),
        email: Some(named.email.clone()),
    };
    store::certifications::name(tx, &found.kept, &certifier)?;
    let code = OneTimeCode::new()?;
    let until = doing.now.plus(period(doing));
    let subject = found.kept.id.to_string();
    store::codes::put(
        tx,
        Purpose::Certification,
        &SecretHash::of(code.as_str()),
        &subject,
        until,
        doing.now,
    )?;
    let url = doing.config.public_url.link(&format!("/certifications/codes/{}", code.as_str()));
    let envelope =
        Envelope { to: &named.email, language: found.dispute.language, purpose: "certifier", delivery: None };
    post(tx, doing, &envelope, &Mail::AskedToCertify { url, expires_on: until.day() }, Vec::new())?;
    for side in Side::BOTH {
        tell(tx, doing, &found.kept, side)?;
    }
    shown(tx, doing, &seen, found)
}

/// Takes it back that somebody is named.
///
/// # Errors
/// `Absent` for others than registrars; the rule.
pub fn unname(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<Shown, Refused> {
    let (seen, mut found) = registrar(tx, doing, id)?;
    let event = found.decide(doing, Command::Unname, Actor::Registrar)?;
    found.follow(tx, doing, event)?;
    shown(tx, doing, &seen, found)
}

/// Whether that account has a part in the dispute or in one whose record this one replaced, or works for the house in a
/// way that bars it: who names and who audits does not certify.
///
/// # Errors
/// Those of the store.
pub fn has_part(tx: &mut Tx<'_>, found: &Found, account: AccountId) -> Result<bool, Refused> {
    let person = store::people::by_id(tx, account)?;
    let is_of_house = [HouseRole::Registrar, HouseRole::Auditor].iter().any(|role| person.has(*role));
    if is_of_house || found.dispute.has_part(account) {
        return Ok(true);
    }
    let mut next = store::settlements::by_id(tx, found.kept.settlement)?.supersedes;
    while let Some(id) = next {
        let earlier = store::settlements::by_id(tx, id)?;
        match store::disputes::peek(tx, earlier.dispute) {
            Ok(dispute) if dispute.has_part(account) => return Ok(true),
            Ok(_) | Err(store::Error::NotFound) => next = earlier.supersedes,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

fn has_part_by_address(tx: &mut Tx<'_>, found: &Found, email: &EmailAddress) -> Result<bool, Refused> {
    match store::people::by_email(tx, email)? {
        Some(account) => has_part(tx, found, account.id),
        None => Ok(false),
    }
}

/// Ends one whose time has passed, or whose record another one has taken the place of.
///
/// # Errors
/// Those of the store.
pub fn lapse(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<(), Refused> {
    let mut found = find(tx, id)?;
    match found.decide(doing, Command::Lapse, Actor::House) {
        Ok(event) => found.follow(tx, doing, event),
        // Somebody was quicker.
        Err(Refused::Rule { .. }) => Ok(()),
        Err(refused) => Err(refused),
    }
}
