//! The mediator's attestation, the institution's seal, and the record's way to each person (R23, R25, R26). The record
//! is made before the transaction, because laying out a page takes long, and is stored under the version that it was
//! made from: whoever was quicker, nothing but what was read is sealed.

use std::collections::BTreeMap;

use domain::agreement::{Agreement, Signer, TextDigest};
use domain::consent::AGREEMENT_TO_MEDIATE_NAME;
use domain::dispute::{Actor, Command, Dispute, decide};
use domain::ids::{AccountId, DeliveryId, DisputeId, SettlementId};
use domain::language::RecordLanguage;
use domain::party::Side;
use domain::settlement::{Attestation, DeliveryChoice, delivery};
use pages::mails::Mail;
use record::{Contents, Salt, Sealed};
use store::deliveries::NewDelivery;
use store::settlements::NewSettlement;
use store::{Stored, Tx};

use super::agreements::signer_name;
use super::letters::{Attachment, Envelope, post};
use super::process::{carry_out_as, house, look, refused};
use super::{Doing, ledger, legal};
use crate::locked::locked;
use crate::refused::Refused;

/// What is to be sealed, and the version of the dispute that it was read from.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The record's content.
    pub contents: Contents,
    version: i64,
    digest: TextDigest,
    by: Attestation,
}

/// Reads what the record will say when the mediator attests.
///
/// # Errors
/// `Absent` for others than the mediator; a name that differs; a conflict with a newer text; the rule.
pub fn prepare_attestation(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    digest: TextDigest,
    name: &str,
) -> Result<Prepared, Refused> {
    let seen = look(tx, doing, id)?;
    if seen.dispute.mediator() != Some(seen.account) {
        return Err(Refused::Absent);
    }
    let mediator = store::people::by_id(tx, seen.account)?.name;
    if !mediator.is_written(name) {
        return Err(Refused::field("name", "name-differs"));
    }
    let stored = Stored { value: seen.dispute, version: seen.version };
    prepare(tx, doing, stored, digest, Attestation::Mediator)
}

/// The same where the institution attests, because the mediator did not in time.
///
/// # Errors
/// The rule where it is not due.
pub fn prepare_for_institution(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Prepared, Refused> {
    let stored = store::disputes::load(tx, id)?;
    let digest = stored.value.agreement.revision().map(|revision| revision.digest).ok_or(Refused::Absent)?;
    prepare(tx, doing, stored, digest, Attestation::Institution)
}

fn prepare(
    tx: &mut Tx<'_>,
    doing: &Doing,
    stored: Stored<Dispute>,
    digest: TextDigest,
    by: Attestation,
) -> Result<Prepared, Refused> {
    let settlement = SettlementId::new(doing.new_uuid());
    let dispute = &stored.value;
    let command = Command::Attest { digest, settlement, by };
    let decided = decide(dispute, &command, attester(dispute, by), &house(doing));
    decided.map_err(|refusal| refused(refusal, dispute))?;
    let contents = contents(tx, doing, dispute, settlement, by)?;
    Ok(Prepared { contents, version: stored.version, digest, by })
}

fn attester(dispute: &Dispute, by: Attestation) -> Actor {
    match (by, dispute.mediator()) {
        (Attestation::Mediator, Some(mediator)) => Actor::Mediator(mediator),
        _ => Actor::House,
    }
}

fn contents(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: &Dispute,
    id: SettlementId,
    by: Attestation,
) -> Result<Contents, Refused> {
    let broken = || Refused::broken("a record lacks what the law asks for");
    let Agreement::Signed { revision, signatures, .. } = &dispute.agreement else { return Err(broken()) };
    let mediation = dispute.mediation().ok_or_else(broken)?;
    let terms = store::revisions::terms(tx, dispute.id, revision.number)?;
    // Those that were frozen, and no others: the digest that everybody signed covers each text (R22).
    let languages = revision.languages.clone();
    let attested = |who| (by == who).then_some(doing.now);
    let set = &doing.config.institution;
    let papers = papers(tx, dispute)?;
    let co_mediator = match dispute.co_mediator() {
        Some(beside) => Some(record::CoMediator { name: store::people::by_id(tx, beside)?.name.to_string() }),
        None => None,
    };
    Ok(Contents {
        version: record::Version::of(co_mediator.as_ref(), &papers.signatures, &languages),
        kind: record::Kind::Settlement,
        id,
        dispute: dispute.id,
        reference: dispute.reference.clone().ok_or_else(broken)?,
        salt: Salt::new(store::disputes::salt(tx, dispute.id)?),
        category: dispute.category,
        institution: record::Institution {
            name: set.name.clone(),
            address: set.address.clone(),
            phone: set.phone.clone(),
            website: Some(set.website.clone()).filter(|website| !website.is_empty()),
            attested_at: attested(Attestation::Institution),
        },
        parties: papers.parties,
        mediator: record::Mediator {
            name: store::people::by_id(tx, mediation.mediator)?.name.to_string(),
            attested_at: attested(Attestation::Mediator),
        },
        co_mediator,
        mediation: record::Mediation {
            filed_on: dispute.filed_at.ok_or_else(broken)?.day(),
            started_at: mediation.since,
            sealed_at: doing.now,
        },
        not_a_court_order: texts(&languages, legal::not_a_court_order),
        enforcement: texts(&languages, legal::enforcement),
        languages,
        prevailing_language: revision.prevailing,
        terms: record::numbered(&terms),
        agreement: record::Agreement { revision: revision.number, digest: revision.digest },
        signatures: papers.signatures,
        consents: papers.consents,
        auditor_may_read_terms: signatures.both(|signature| signature.auditor_may_read_terms),
        supersedes: dispute.amends,
    })
}

/// What the record says of each side.
#[derive(Default)]
struct Papers {
    parties: Vec<record::Party>,
    signatures: Vec<record::Signature>,
    consents: Vec<record::Consent>,
}

fn papers(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Papers, Refused> {
    let broken = || Refused::broken("a side of the record lacks what the law asks for");
    let Agreement::Signed { revision, signatures, .. } = &dispute.agreement else { return Err(broken()) };
    let names = store::names::of(tx, dispute.id)?;
    let mut papers = Papers::default();
    for side in Side::BOTH {
        let name = names.of(side).as_ref().ok_or_else(broken)?.to_string();
        let consent = dispute.parties.of(side).consent.ok_or_else(broken)?;
        let signature = signatures.of(side);
        let signer = signer_name(tx, dispute.id, side, signature.by)?.ok_or_else(broken)?;
        let on_behalf_of = match signature.by {
            Signer::Party => None,
            Signer::Representative { accepted_at, .. } => {
                Some(record::OnBehalf { party: name.clone(), authority_accepted_at: accepted_at })
            }
        };
        papers.signatures.push(record::Signature {
            side,
            name: signer.to_string(),
            signed_at: signature.at,
            intent: "sign".to_owned(),
            method: signature.proof.to_string(),
            digest: revision.digest,
            on_behalf_of,
        });
        papers.consents.push(record::Consent {
            side,
            document: AGREEMENT_TO_MEDIATE_NAME.to_owned(),
            version: consent.version,
            language: consent.language,
            given_at: consent.at,
        });
        papers.parties.push(record::Party { side, name });
    }
    Ok(papers)
}

fn texts(
    languages: &[RecordLanguage],
    text: fn(RecordLanguage) -> &'static str,
) -> BTreeMap<RecordLanguage, String> {
    languages.iter().map(|language| (*language, text(*language).to_owned())).collect()
}

/// Stores the sealed record, ends the mediation with it, and sends it on its way: one transaction.
///
/// # Errors
/// A conflict where the dispute changed since the record was prepared.
pub fn seal(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    prepared: &Prepared,
    sealed: &Sealed,
) -> Result<SettlementId, Refused> {
    let contents = &prepared.contents;
    let mut dispute = store::disputes::load(tx, contents.dispute)?.value;
    if let Some(replaced) = contents.supersedes {
        // Whoever certifies that one at this moment does so before, or not at all.
        tx.hold_settlement(replaced)?;
    }
    let actor = attester(&dispute, prepared.by);
    let command = Command::Attest { digest: prepared.digest, settlement: contents.id, by: prepared.by };
    carry_out_as(tx, doing, &mut dispute, prepared.version, actor, &command)?;
    let row = NewSettlement {
        id: contents.id,
        dispute: dispute.id,
        reference: contents.reference.clone(),
        category: contents.category,
        sealed_at: contents.mediation.sealed_at,
        digest: sealed.digest,
        auditor_may_read: contents.auditor_may_read_terms,
        supersedes: contents.supersedes,
        json: &sealed.json,
        jws: &sealed.jws,
        pdf: &sealed.pdf,
    };
    store::settlements::put(tx, &row)?;
    store::evidence::keep(tx, dispute.id, &dispute.agreement, doing.now)?;
    ledger::enter_record(tx, doing, contents.id, sealed.digest);
    for side in Side::BOTH {
        let party = dispute.parties.of(side);
        if let Some(account) = party.account() {
            let choice = delivery(party.delivery, party.safety.is_flagged());
            deliver(tx, doing, contents, sealed, (account, Some(side)), choice)?;
        }
    }
    if let Some(mediator) = dispute.mediator() {
        deliver(tx, doing, contents, sealed, (mediator, None), DeliveryChoice::Link)?;
    }
    Ok(contents.id)
}

fn deliver(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    contents: &Contents,
    sealed: &Sealed,
    (account, side): (AccountId, Option<Side>),
    choice: DeliveryChoice,
) -> Result<(), Refused> {
    let id = DeliveryId::new(doing.new_uuid());
    let person = store::people::by_id(tx, account)?;
    let address = person.email.filter(|_| person.confirmed_at.is_some());
    let choice = if address.is_some() { choice } else { DeliveryChoice::Collect };
    let row = NewDelivery {
        id,
        settlement: contents.id,
        account,
        side,
        choice,
        at: doing.now,
        certification: None,
    };
    store::deliveries::put(tx, &row)?;
    let (Some(to), url) = (&address, &doing.config.public_url) else { return Ok(()) };
    let (mail, attachments) = match choice {
        DeliveryChoice::Collect => return Ok(()),
        DeliveryChoice::Link => {
            let link = url.link(&format!("/disputes/{}/settlement", contents.dispute));
            (Mail::RecordLink { url: link }, Vec::new())
        }
        DeliveryChoice::Attachment => {
            let (is_encrypted, file) = attachment(tx, contents.dispute, side, &sealed.pdf)?;
            (Mail::RecordAttached { is_encrypted, verify: url.link("/verify") }, vec![file])
        }
    };
    let envelope = Envelope { to, language: person.language, purpose: "record", delivery: Some(id) };
    post(tx, doing, &envelope, &mail, attachments)?;
    Ok(())
}

/// The copy that goes with a mail, locked where its recipient chose words for it; those words are needed no more.
fn attachment(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Option<Side>,
    pdf: &[u8],
) -> Result<(bool, Attachment), Refused> {
    let passphrase = match side {
        Some(side) => store::passphrases::get(tx, dispute, side)?,
        None => None,
    };
    let (Some(passphrase), Some(side)) = (passphrase, side) else {
        return Ok((false, Attachment::new("record.pdf", "application/pdf", pdf)));
    };
    // A record that a person believes to be locked must not travel open.
    let archive = locked(pdf, &passphrase).ok_or_else(|| Refused::broken("a record could not be locked"))?;
    store::passphrases::put(tx, dispute, side, None)?;
    Ok((true, Attachment::new("record.zip", "application/zip", &archive)))
}
