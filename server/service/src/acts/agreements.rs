//! The agreement's text on its way to the seal (R22 to R24): the mediator holds the pen, each party says that it is
//! ready, and a signature binds the digest of the words that were read. Deliberately not here: the seal (`sealing`).

use domain::agreement::{Agreement, Proof, Revision, Signature, Signer, TextDigest};
use domain::dispute::{Command, Event, reflection_ends_at};
use domain::flag::{Flag, flags};
use domain::ids::DisputeId;
use domain::language::RecordLanguage;
use domain::party::{Side, Sides};
use domain::person::PersonName;
use domain::room::Seat;
use domain::sight::{Item, Viewer};
use domain::terms::{Term, languages_begun, languages_of};
use domain::time::{Day, Moment};
use record::Salt;
use store::Tx;
use store::assertions::Assertion;
use store::evidence::{self, Evidence};
use store::screens::Screen;
use store::settlements::Settlement;

use super::process::{Seen, carry_out, house, look, refused};
use super::{Doing, aftermath, amended, keeping};
use crate::refused::{FieldErrors, Refused};

/// The agreement as a reader may see it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// As whom the reader looks, and the state of the text.
    pub seen: Seen,
    /// The words of the revision at hand.
    pub terms: Vec<Term>,
    /// The terms of the offer that was accepted last, or of the settlement that is to be changed: a draft for whoever holds
    /// the pen, and not yet binding (R24).
    pub draft: Option<Vec<Term>>,
    /// When the time to think ends for the reader, while it runs.
    pub reflection_ends_at: Option<Moment>,
    /// The names under the text.
    pub names: Sides<Option<PersonName>>,
    /// Who signed for a side that did not sign itself (R3).
    pub representatives: Sides<Option<PersonName>>,
    /// The settlement in whose place what is signed here will stand.
    pub replaces: Option<Settlement>,
}

impl Shown {
    /// What is marked in each of the terms on that day (R21), for the reader. The mediator reads it for both sides; to a
    /// party no language is missing but its own and those that the text has: in which one the other side reads is not
    /// told by a flag.
    pub fn flags(&self, terms: &[Term], today: Day) -> Vec<Vec<Flag>> {
        let dispute = &self.seen.dispute;
        let mut languages = languages_begun(terms);
        match self.seen.side() {
            _ if self.seen.viewer.mediates() => languages.extend(aftermath::languages_needed(dispute)),
            Some(side) => {
                languages.extend(dispute.parties.of(side).reads_in());
            }
            None => {}
        }
        terms.iter().map(|term| flags(term, &languages, today)).collect()
    }
}

impl Shown {
    /// The languages that a text needs before it is frozen, for whoever holds the pen: in which one the other side reads is
    /// told to no party.
    pub fn languages_needed(&self) -> Option<Vec<RecordLanguage>> {
        self.seen.viewer.mediates().then(|| aftermath::languages_needed(&self.seen.dispute))
    }
}

/// The agreement's text, for those who negotiate it.
///
/// # Errors
/// `Absent` for others; `talk-destroyed` once it is (R12): what was signed stands in the record.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Shown, Refused> {
    let seen = look(tx, doing, id)?;
    if !seen.may_read(Item::AgreementText) || seen.seat().is_none() {
        return Err(Refused::Absent);
    }
    keeping::check(tx, &seen.dispute)?;
    let number = seen.dispute.agreement.number();
    let terms = if number == 0 { Vec::new() } else { store::revisions::terms(tx, id, number)? };
    let negotiates = !matches!(seen.viewer, Viewer::Beside { .. });
    let draft = if number == 0 && negotiates { draft(tx, &seen)? } else { None };
    // Each side reads when it may sign itself; the mediator, when both may.
    // Whoever sits beside one, when that one may.
    let own = seen.seat().and_then(Seat::of_side);
    let sides = own.map_or(Side::BOTH.to_vec(), |side| vec![side]);
    let house = house(doing);
    let ends = sides.into_iter().filter_map(|side| reflection_ends_at(&seen.dispute, side, &house)).max();
    let names = store::names::of(tx, id)?;
    let representatives = representatives(tx, &seen.dispute.agreement)?;
    let replaces = match seen.dispute.amends {
        Some(settlement) => Some(store::settlements::by_id(tx, settlement)?),
        None => None,
    };
    Ok(Shown { seen, terms, draft, reflection_ends_at: ends, names, representatives, replaces })
}

/// What a first text can begin from: the offer that was accepted last, or else what is to be changed here. Whoever holds the
/// pen has it in the languages that are read here; a party has all that it signed, because what is left out would tell it what
/// the other side chose (R5).
fn draft(tx: &mut Tx<'_>, seen: &Seen) -> Result<Option<Vec<Term>>, Refused> {
    match store::offers::last_accepted(tx, seen.dispute.id)? {
        Some(offer) => Ok(Some(offer.terms)),
        None => {
            let needed = seen.viewer.mediates().then(|| aftermath::languages_needed(&seen.dispute));
            amended::terms(tx, &seen.dispute, needed.as_deref())
        }
    }
}

fn representatives(tx: &mut Tx<'_>, agreement: &Agreement) -> Result<Sides<Option<PersonName>>, Refused> {
    let mut names = Sides::default();
    for side in Side::BOTH {
        if let Some(Signature { by: Signer::Representative { account, .. }, .. }) = agreement.signature(side)
        {
            *names.of_mut(side) = Some(store::people::by_id(tx, account)?.name);
        }
    }
    Ok(names)
}

/// The terms of a revision, for those who negotiate them; none for number 0, from which the first one began.
///
/// # Errors
/// `Absent` for others, and where there is no such revision.
pub fn revision(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    number: u32,
) -> Result<(Shown, Vec<Term>), Refused> {
    let shown = show(tx, doing, id)?;
    if number > shown.seen.dispute.agreement.number() {
        return Err(Refused::Absent);
    }
    let terms = if number == 0 { Vec::new() } else { store::revisions::terms(tx, id, number)? };
    Ok((shown, terms))
}

/// Writes a new revision of cleaned terms upon number `base`; every signature under an older one is void.
///
/// # Errors
/// `Absent` for others than the mediator; terms that cannot be taken; a conflict with a newer revision; the rule.
pub fn revise(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    base: u32,
    prevailing: RecordLanguage,
    terms: Vec<Term>,
) -> Result<Revision, Refused> {
    let mut seen = look(tx, doing, id)?;
    if !seen.dispute.mediates(seen.account) {
        return Err(Refused::Absent);
    }
    check_printable(&terms)?;
    let languages = languages_of(&terms);
    if !languages.contains(&prevailing) {
        return Err(Refused::field("prevailing_language", "language-missing"));
    }
    let number = base.saturating_add(1);
    let salt = Salt::new(store::disputes::salt(tx, id)?);
    let digest = record::agreement_digest(&salt, id, number, prevailing, &terms)
        .map_err(|_| Refused::broken("agreement digest"))?;
    let revision = Revision { number, digest, prevailing, languages };
    carry_out(tx, doing, &mut seen, &Command::Revise { base, revision: revision.clone() })?;
    store::revisions::put(tx, id, &revision, &terms, doing.now)?;
    Ok(revision)
}

/// A record that cannot be rendered must be impossible before anyone signs.
pub(super) fn check_printable(terms: &[Term]) -> Result<(), Refused> {
    let mut errors = FieldErrors::default();
    for (at, term) in terms.iter().enumerate() {
        for (language, text) in &term.text {
            if record::printable(text).is_err() {
                errors.push(&format!("terms[{at}].text.{language}"), "not-printable");
            }
        }
    }
    errors.check()
}

/// A party says that it is ready for this text to be frozen.
///
/// # Errors
/// `Absent` for others than the parties; a conflict with a newer text; the rule.
pub fn be_ready(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    digest: TextDigest,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, &Command::BeReadyToSign(digest))?;
    Ok(())
}

/// The mediator freezes the text; the time to think begins.
///
/// # Errors
/// `Absent` for others than the mediator; a conflict with a newer text; the rule.
pub fn freeze(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, digest: TextDigest) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let number = seen.dispute.agreement.number();
    let terms = if number == 0 { Vec::new() } else { store::revisions::terms(tx, id, number)? };
    // A draft may lack texts; what is frozen says each term in the same languages, because its record has to (R22).
    let mut needed = aftermath::languages_needed(&seen.dispute);
    needed.extend(languages_begun(&terms));
    carry_out(tx, doing, &mut seen, &Command::Freeze { digest, needed })?;
    amended::may_freeze(tx, &seen.dispute)?;
    check_record(tx, doing, &seen, &terms)
}

/// Whether a record of this text would print. Asked where the text is frozen, before anyone signs: whoever is bound must
/// not wait for a seal that cannot be made.
fn check_record(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen, terms: &[Term]) -> Result<(), Refused> {
    let names = store::names::of(tx, seen.dispute.id)?;
    let parties = Side::BOTH.into_iter().filter_map(|side| names.of(side).as_ref().map(ToString::to_string));
    let mut texts: Vec<String> = parties.collect();
    let dispute = &seen.dispute;
    let signers = dispute.companions.iter().filter_map(|companion| Some(companion.signs()?.0));
    for account in dispute.mediator().into_iter().chain(dispute.co_mediator()).chain(signers) {
        texts.push(store::people::by_id(tx, account)?.name.to_string());
    }
    let institution = &doing.config.institution;
    let lines = [&institution.name, &institution.address, &institution.phone, &institution.website];
    texts.extend(lines.into_iter().cloned());
    texts.extend(terms.iter().flat_map(|term| term.text.values().cloned()));
    if texts.iter().all(|text| record::printable(text).is_ok()) {
        Ok(())
    } else {
        Err(Refused::rule("record-not-printable"))
    }
}

/// A party gives up the rest of the reflection period, privately.
///
/// # Errors
/// `Absent` for others than the parties; `advice_notice_read` where the notice was not read; the rule.
pub fn waive(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    digest: TextDigest,
    advice_notice_read: bool,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    if !advice_notice_read {
        return Err(Refused::field("advice_notice_read", "not-read"));
    }
    carry_out(tx, doing, &mut seen, &Command::Waive(digest))?;
    Ok(())
}

/// What a party says when it signs.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The text that was read.
    pub digest: TextDigest,
    /// The name that was typed.
    pub name: String,
    /// "Are you signing freely?"
    pub freely: bool,
    /// Whether an auditor may read the terms (R8).
    pub auditor_may_read_terms: bool,
    /// What was shown to whoever signs, where that is known.
    pub screen: Option<Screen>,
}

impl Signing {
    const fn command(&self, proof: Proof) -> Command {
        Command::Sign {
            digest: self.digest,
            freely: self.freely,
            auditor_may_read_terms: self.auditor_may_read_terms,
            proof,
        }
    }
}

/// Whether the signature would be taken: asked before the proof of identity, so that only an act that the law allows
/// uses up a code. Checks seat, name and rule, in this order.
///
/// # Errors
/// As [`sign`].
pub fn may_sign(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId, signing: &Signing) -> Result<Seen, Refused> {
    let seen = look(tx, doing, id)?;
    let (side, signer) = seen.signer()?;
    check_name(tx, id, side, signer, &signing.name)?;
    let command = signing.command(Proof::Password);
    let decided = domain::dispute::decide(&seen.dispute, &command, seen.actor()?, &house(doing));
    decided.map_err(|refusal| refused(refusal, &seen.dispute))?;
    Ok(seen)
}

/// Everybody signs with their own name.
fn check_name(
    tx: &mut Tx<'_>,
    id: DisputeId,
    side: Side,
    signer: Signer,
    typed: &str,
) -> Result<(), Refused> {
    match signer_name(tx, id, side, signer)? {
        Some(name) if name.is_written(typed) => Ok(()),
        _ => Err(Refused::field("name", "name-differs")),
    }
}

/// The name of whoever signs for that side.
///
/// # Errors
/// Those of the store.
pub fn signer_name(
    tx: &mut Tx<'_>,
    id: DisputeId,
    side: Side,
    signer: Signer,
) -> Result<Option<PersonName>, Refused> {
    match signer {
        Signer::Party => Ok(store::names::of(tx, id)?.of(side).clone()),
        Signer::Representative { account, .. } => Ok(Some(store::people::by_id(tx, account)?.name)),
    }
}

/// A party signs, or its representative for it; the caller has proved, in the way of `proof`, who that is. Returns whether
/// a signature stands: who says privately that they are not signing freely has signed nothing, and the mediator learns of
/// it. What a passkey signed and what was on the screen are kept beside the signature.
///
/// # Errors
/// `Absent`; a name that differs; a conflict with a newer text; the rule.
pub fn sign(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    signing: &Signing,
    proof: Proof,
    assertion: Option<&Assertion>,
) -> Result<bool, Refused> {
    let mut seen = may_sign(tx, doing, id, signing)?;
    let (side, _) = seen.signer()?;
    let events = carry_out(tx, doing, &mut seen, &signing.command(proof))?;
    let stands = events.iter().any(|event| matches!(event, Event::Signed { .. }));
    let all = Evidence { assertion, screen: signing.screen.as_ref() };
    let kept = if stands { all } else { Evidence::default() };
    evidence::put(tx, id, side, kept, doing.now)?;
    if let Some(assertion) = kept.assertion {
        trace_evidence(doing, id, assertion);
    }
    Ok(stands)
}

/// Binds what a passkey signed to its place in the trail, which is closed to auditors: the trace of the signature itself is
/// open to them.
pub fn trace_evidence(doing: &mut Doing, id: DisputeId, evidence: &Assertion) {
    let subjects = serde_json::json!({ "evidence": evidence.digest() });
    doing.trace("passkey-signature-kept", Some(id), &subjects);
}

/// A party takes its signature back, until the last party has signed.
///
/// # Errors
/// `Absent` for others than the parties; the rule.
pub fn take_back(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.signer()?;
    carry_out(tx, doing, &mut seen, &Command::TakeSignatureBack)?;
    Ok(())
}
