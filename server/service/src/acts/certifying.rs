//! What a certifier does: comes with the code that was mailed to them, reads that one record and nothing else of the
//! dispute, and signs a statement under its digest, or does not. Once it is over they read no terms any more. The
//! statement is made before the transaction, because laying out a page takes long, and is kept only if it may still be
//! made then. Deliberately not here: who asked, and who was named (`certifications`).

use domain::agreement::{Proof, TextDigest};
use domain::certification::{Actor, Capacity, CertificationState, Command};
use domain::dispute::Dispute;
use domain::ids::{AccountId, CertificationId, DeliveryId, SettlementId};
use domain::language::{Language, RecordLanguage};
use domain::party::Side;
use domain::settlement::{DeliveryChoice, DeliveryState, delivery};
use domain::sight::{Item, Viewer};
use domain::time::Moment;
use pages::certifications::Paper;
use pages::mails::Mail;
use pages::words::Words;
use record::certification::{Certified, Certifier as Office, Kind, Sheet, Statement, Version};
use record::{Contents, KeySet, Passage, Salt, Sealed, Verdict};
use serde_json::json;
use store::certifications::{Certifier, Kept};
use store::codes::Purpose;
use store::deliveries::NewDelivery;
use store::settlements::{Documents, Settlement};
use store::{SecretHash, Tx};

use super::certifications::{self, Found, find, has_part, is_silenced};
use super::letters::{Envelope, post};
use super::process::look;
use super::{Doing, ledger};
use crate::keys::random;
use crate::refused::Refused;

/// What a certifier finds.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Which certification.
    pub kept: Kept,
    /// Who they are, as the registrar named them.
    pub certifier: Certifier,
    /// The outline of the record.
    pub settlement: Settlement,
    /// What the record says, while they may read it; nothing once they have certified it.
    pub contents: Option<Contents>,
    /// When it lapses.
    pub lapses_at: Option<Moment>,
}

/// The certification that the code opens for that person: it is bound to the address to which it was mailed, so that a
/// link that was passed on opens nothing.
fn by_code(tx: &mut Tx<'_>, doing: &Doing, code: &str) -> Result<(Found, AccountId), Refused> {
    let account = doing.by.person()?;
    let subject = store::codes::peek(tx, Purpose::Certification, &SecretHash::of(code), doing.now)?;
    let id = subject.and_then(|subject| subject.parse().ok()).ok_or(Refused::Absent)?;
    let found = find(tx, id)?;
    let named = store::certifications::certifier(tx, &found.kept)?.ok_or(Refused::Absent)?;
    let person = store::people::by_id(tx, account)?;
    if person.confirmed_at.is_none() || person.email.is_none() || person.email != named.email {
        return Err(Refused::Absent);
    }
    Ok((found, account))
}

/// What the code opens, for whoever looks before they take it on.
///
/// # Errors
/// `Absent` where it opens nothing for this person.
pub fn look_at_code(
    tx: &mut Tx<'_>,
    doing: &Doing,
    code: &str,
) -> Result<(CertificationId, Certifier, Option<Capacity>, bool), Refused> {
    let (found, account) = by_code(tx, doing, code)?;
    let certifier = store::certifications::certifier(tx, &found.kept)?.ok_or(Refused::Absent)?;
    let certification = &found.kept.certification;
    Ok((found.kept.id, certifier, certification.capacity(), certification.certifier() == Some(account)))
}

/// Takes it on.
///
/// # Errors
/// `Absent` where the code opens nothing for this person; `certifier-has-part`; `record-not-certifiable`.
pub fn take(tx: &mut Tx<'_>, doing: &mut Doing, code: &str) -> Result<CertificationId, Refused> {
    let (mut found, account) = by_code(tx, doing, code)?;
    let has_part = has_part(tx, &found, account)?;
    let event = found.decide(doing, Command::Take { has_part }, Actor::Certifier(account))?;
    if found.kept.certification.certifier().is_none() {
        found.follow(tx, doing, event)?;
    }
    Ok(found.kept.id)
}

/// A certification of which that person is the certifier. Until it is made they may come to have a part in the dispute or
/// to work for the house: then it is theirs no more.
fn mine(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<(Found, AccountId), Refused> {
    let account = doing.by.person()?;
    let found = find(tx, id)?;
    let has_made = found.kept.certification.state() == CertificationState::Certified
        && found.kept.certification.certifier() == Some(account);
    let is_theirs = has_made || (found.lets_read(doing, account) && !has_part(tx, &found, account)?);
    if is_theirs { Ok((found, account)) } else { Err(Refused::Absent) }
}

/// Whether that person has something to do with a certification: as a party, as a registrar or as its certifier.
///
/// # Errors
/// `Absent` where they do not.
pub fn has_seat(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<(), Refused> {
    match mine(tx, doing, id) {
        Err(Refused::Absent) => certifications::show(tx, doing, id).map(drop),
        mine => mine.map(drop),
    }
}

/// What the certifier finds.
///
/// # Errors
/// `Absent` for others, and once it is over and not made.
pub fn desk(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId) -> Result<Desk, Refused> {
    let (found, account) = mine(tx, doing, id)?;
    let certifier = store::certifications::certifier(tx, &found.kept)?.ok_or(Refused::Absent)?;
    let settlement = store::settlements::by_id(tx, found.kept.settlement)?;
    let contents = if found.lets_read(doing, account) { Some(contents(tx, settlement.id)?) } else { None };
    let lapses_at = found.kept.certification.lapses_at(doing.config.periods.certification);
    Ok(Desk { kept: found.kept, certifier, settlement, contents, lapses_at })
}

/// The same where the terms are read on the page; the look is traced as that at the record itself.
///
/// # Errors
/// As of [`desk`].
pub fn read_desk(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<Desk, Refused> {
    let desk = desk(tx, doing, id)?;
    if desk.contents.is_some() {
        trace_look(doing, &desk.kept);
    }
    Ok(desk)
}

fn trace_look(doing: &mut Doing, kept: &Kept) {
    let subjects = json!({ "certification": kept.id.to_string() });
    doing.trace("record-read-by-certifier", Some(kept.dispute), &subjects);
}

fn contents(tx: &mut Tx<'_>, id: SettlementId) -> Result<Contents, Refused> {
    let json = store::settlements::documents(tx, id)?.json;
    Contents::from_canonical(&json).ok_or_else(|| Refused::broken("a record is none"))
}

/// What that person came to certify, or has certified: as long as they find something there.
///
/// # Errors
/// Those of the store.
pub fn of_person(tx: &mut Tx<'_>, doing: &Doing) -> Result<Vec<(CertificationId, String)>, Refused> {
    let account = doing.by.person()?;
    let mut all = Vec::new();
    for kept in store::certifications::of_account(tx, account)? {
        match mine(tx, doing, kept.id) {
            Ok((found, _)) => {
                let reference = store::settlements::by_id(tx, found.kept.settlement)?.reference;
                all.push((kept.id, reference.to_string()));
            }
            Err(Refused::Absent) => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(all)
}

/// The record itself, for its certifier; the look is traced.
///
/// # Errors
/// `Absent` for others, and once it is over.
pub fn record(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<Documents, Refused> {
    let (found, account) = mine(tx, doing, id)?;
    if !found.lets_read(doing, account) {
        return Err(Refused::Absent);
    }
    trace_look(doing, &found.kept);
    Ok(store::settlements::documents(tx, found.kept.settlement)?)
}

/// A certification that was made, for its parties and its certifier. A party's copy is collected by fetching it (R26);
/// asking for its head alone is not.
///
/// # Errors
/// `Absent` for others, and where it was not made.
pub fn documents(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: CertificationId,
    collects: bool,
) -> Result<Documents, Refused> {
    let account = doing.by.person()?;
    let kept = store::certifications::by_id(tx, id)?;
    let is_certifier = kept.certification.certifier() == Some(account);
    if !is_certifier {
        let seen = look(tx, doing, kept.dispute)?;
        let is_party = matches!(seen.viewer, Viewer::Party(_));
        if !is_party || !seen.may_read(Item::Certification) {
            return Err(Refused::Absent);
        }
    }
    let documents = store::certifications::documents(tx, &kept)?;
    for delivery in store::deliveries::of_certification(tx, id)? {
        if collects && delivery.account == account && delivery.state != DeliveryState::Collected {
            store::deliveries::set_state(tx, delivery.id, DeliveryState::Collected, doing.now)?;
        }
    }
    Ok(documents)
}

/// Says that one does not certify it; no reason is asked.
///
/// # Errors
/// `Absent` for others; the rule.
pub fn decline(tx: &mut Tx<'_>, doing: &mut Doing, id: CertificationId) -> Result<(), Refused> {
    let (mut found, account) = mine(tx, doing, id)?;
    let event = found.decide(doing, Command::Decline, Actor::Certifier(account))?;
    found.follow(tx, doing, event)
}

/// What is to be certified, as it was read.
#[derive(Debug, Clone)]
pub struct Prepared {
    id: CertificationId,
    certifier: Certifier,
    settlement: Settlement,
    languages: Vec<Language>,
    capacity: Capacity,
    at: Moment,
}

/// Reads what will be certified.
///
/// # Errors
/// `Absent` for others; a name that differs; a digest that is not the record's; the rule.
pub fn prepare(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: CertificationId,
    digest: TextDigest,
    name: &str,
) -> Result<Prepared, Refused> {
    let (found, account) = mine(tx, doing, id)?;
    let certifier = store::certifications::certifier(tx, &found.kept)?.ok_or(Refused::Absent)?;
    if !certifier.name.is_written(name) {
        return Err(Refused::field("name", "name-differs"));
    }
    let settlement = store::settlements::by_id(tx, found.kept.settlement)?;
    if settlement.digest != digest {
        let current = json!({ "digest": settlement.digest.to_string() });
        return Err(Refused::Conflict { code: "changed-meanwhile", current });
    }
    found.decide(doing, Command::Certify, Actor::Certifier(account))?;
    let capacity = found.kept.certification.capacity().ok_or(Refused::Absent)?;
    // The paper's words are the pages': where the record is in a language that they are not in, the certifier's own counts.
    let of_record = contents(tx, settlement.id)?.languages;
    let is_there = |language: &Language| of_record.contains(&RecordLanguage::from(*language));
    let languages = Language::ALL.into_iter().filter(is_there).collect();
    Ok(Prepared { id, certifier, settlement, languages, capacity, at: doing.now })
}

/// The words of intent that are shown, and that stand in the statement.
pub fn intent(language: Language) -> String {
    Words::unmarked(language).certification_intent().text().to_owned()
}

/// The statement, and the paper of it in the language in which it was made and in each of the record's.
///
/// # Errors
/// Where the machine gives no randomness.
pub fn statement(
    doing: &Doing,
    prepared: &Prepared,
    language: Language,
    proof: Proof,
) -> Result<(Statement, Vec<Sheet>), Refused> {
    let house = &doing.config.institution;
    let statement = Statement {
        version: Version::One,
        kind: Kind::Certification,
        id: prepared.id,
        salt: Salt::new(random::<16>()?),
        record: Certified {
            id: prepared.settlement.id,
            reference: prepared.settlement.reference.clone(),
            digest: prepared.settlement.digest,
            sealed_at: prepared.settlement.sealed_at,
        },
        certifier: Office {
            name: prepared.certifier.name.to_string(),
            capacity: prepared.capacity,
            office: prepared.certifier.office.clone(),
        },
        institution: house.name.clone(),
        intent: intent(language),
        language,
        method: proof.to_string(),
        certified_at: prepared.at,
    };
    let others = prepared.languages.iter().copied().filter(|other| *other != language);
    let sheets = std::iter::once(language).chain(others).map(|language| {
        let words = Words::unmarked(language).in_zone(house.time_zone);
        let paper = paper(doing, &statement);
        Sheet {
            language,
            title: words.certification_title().text().to_owned(),
            passages: paper.passages(&words).into_iter().map(passage).collect(),
        }
    });
    let sheets = sheets.collect();
    Ok((statement, sheets))
}

fn paper(doing: &Doing, statement: &Statement) -> Paper {
    Paper {
        reference: statement.record.reference.to_string(),
        record: statement.record.id.to_string(),
        digest: statement.record.digest.to_string(),
        sealed_at: statement.record.sealed_at,
        name: statement.certifier.name.clone(),
        capacity: statement.certifier.capacity.as_str(),
        office: statement.certifier.office.clone(),
        institution: statement.institution.clone(),
        intent: statement.intent.clone(),
        certified_at: statement.certified_at,
        verify_url: doing.config.public_url.link("/verify"),
    }
}

fn passage(passage: pages::reports::Passage) -> Passage {
    use pages::reports::Passage as Worded;
    match passage {
        Worded::Heading(level, text) => Passage::Heading(level, text),
        Worded::Text(text) => Passage::Text(text),
        Worded::Rows(rows) => Passage::Rows(rows),
    }
}

/// Keeps the sealed statement, enters it in the ledger and tells the parties: one transaction, and once.
///
/// # Errors
/// The rule where it may not be made any more; `Absent` where it is another's by now.
pub fn keep(tx: &mut Tx<'_>, doing: &mut Doing, prepared: &Prepared, sealed: &Sealed) -> Result<(), Refused> {
    let (mut found, account) = mine(tx, doing, prepared.id)?;
    let event = found.decide(doing, Command::Certify, Actor::Certifier(account))?;
    let named = store::certifications::certifier(tx, &found.kept)?;
    // Somebody was named anew while it was signed: it says what is not so any more.
    if named.as_ref() != Some(&prepared.certifier)
        || found.kept.certification.capacity() != Some(prepared.capacity)
    {
        return Err(Refused::Conflict { code: "changed-meanwhile", current: json!(null) });
    }
    let Sealed { json, jws, pdf, digest, .. } = sealed;
    store::certifications::put_documents(tx, &found.kept, *digest, json, jws, pdf)?;
    found.follow_at(tx, doing, event, prepared.at)?;
    let kept_named = Certifier { email: None, ..prepared.certifier.clone() };
    store::certifications::name(tx, &found.kept, &kept_named)?;
    ledger::enter_certification(tx, doing, found.kept.id, *digest);
    for side in Side::BOTH {
        deliver(tx, doing, &found.kept, &found.dispute, side)?;
    }
    Ok(())
}

/// By a link or to be fetched: it is no paper that somebody chose to have in a mail.
fn deliver(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    kept: &Kept,
    dispute: &Dispute,
    side: Side,
) -> Result<(), Refused> {
    let party = dispute.parties.of(side);
    let Some(account) = party.account() else { return Ok(()) };
    let person = store::people::by_id(tx, account)?;
    let is_silenced = is_silenced(tx, kept.settlement, account)?;
    let to = person.email.filter(|_| person.confirmed_at.is_some() && !is_silenced);
    let chosen = delivery(party.delivery, party.safety.is_flagged());
    let to = to.filter(|_| chosen != DeliveryChoice::Collect);
    let choice = if to.is_some() { DeliveryChoice::Link } else { DeliveryChoice::Collect };
    let id = DeliveryId::new(doing.new_uuid());
    let row = NewDelivery {
        id,
        settlement: kept.settlement,
        account,
        side: Some(side),
        choice,
        at: doing.now,
        certification: Some(kept.id),
    };
    store::deliveries::put(tx, &row)?;
    let Some(to) = to else { return Ok(()) };
    let url = doing.config.public_url.link(&format!("/disputes/{}/settlement", kept.dispute));
    let envelope =
        Envelope { to: &to, language: person.language, purpose: "certification", delivery: Some(id) };
    post(tx, doing, &envelope, &Mail::RecordLink { url }, Vec::new())?;
    Ok(())
}

/// What is told of a record to whoever verifies it: that it was certified, by whom, in which capacity and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub name: String,
    pub capacity: &'static str,
    pub office: String,
    pub at: Moment,
}

/// The sealed statement of a record's certification, where one was made.
///
/// # Errors
/// Those of the store.
pub fn made_of(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Option<String>, Refused> {
    let Some(kept) = store::certifications::made_of(tx, settlement)? else { return Ok(None) };
    match store::certifications::documents(tx, &kept) {
        Ok(documents) => Ok(Some(documents.jws)),
        Err(store::Error::NotFound | store::Error::Corrupt) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What that statement tells of the record with that digest: nothing where it does not verify, or its key was revoked and
/// the ledger did not hold it (decision 0026).
pub fn told(jws: &str, of: TextDigest, keys: &KeySet) -> Option<Told> {
    match record::verify(jws.as_bytes(), keys) {
        Verdict::Certification { statement, .. } if statement.record.digest == of => {
            Some(told_by(&statement))
        }
        _ => None,
    }
}

/// What a statement tells of itself.
pub fn told_by(statement: &Statement) -> Told {
    Told {
        name: statement.certifier.name.clone(),
        capacity: statement.certifier.capacity.as_str(),
        office: statement.certifier.office.clone(),
        at: statement.certified_at,
    }
}
