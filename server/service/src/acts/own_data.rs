//! What a party takes home of its own, at any time: what it wrote, and what the house knows of it in this dispute. No words of
//! anybody else are in it, for that would be a transcript (R11), and nothing of the other side's private talk (R5). Its
//! safety answers are not in it either: nobody who makes somebody else download this is to read them (R16).

use domain::consent::Consent;
use domain::entry::{Author, Entry};
use domain::ids::DisputeId;
use domain::party::Side;
use domain::person::{EmailAddress, PersonName};
use domain::room::{Channel, Seat};
use domain::time::Moment;
use store::Tx;
use store::assertions::Assertion;
use store::files::FileRow;
use store::passkeys::Passkey;
use store::screens::Screen;

use super::process::look;
use super::suggestions::{self, Listed};
use super::views::{DisputeView, view};
use super::{Doing, entries, passkeys};
use crate::refused::Refused;

/// How many entries are read at a time.
const ENTRIES_AT_ONCE: i64 = 500;

/// A party's own.
#[derive(Debug, Clone)]
pub struct OwnData {
    pub at: Moment,
    pub name: PersonName,
    pub email: Option<EmailAddress>,
    /// The dispute as the party sees it.
    pub dispute: DisputeView,
    /// The agreement to mediate that it signed.
    pub consent: Option<Consent>,
    /// What it wrote in the channels that it reads.
    pub said: Vec<Entry>,
    pub suggestions: Vec<Listed>,
    /// The certifications of the record that it was asked about, or asked for.
    pub certifications: Vec<OwnCertification>,
    /// What it said of its promises in its own words.
    pub promises: Vec<String>,
    /// The files that it uploaded; each is fetched by its id.
    pub files: Vec<FileRow>,
    /// The passkeys of its account.
    pub passkeys: Vec<Passkey>,
    /// What a passkey of its own signed, where one did; what its representative's signed is that one's.
    pub assertion: Option<Assertion>,
    /// What was shown to whoever signed for it, where that is known.
    pub screen: Option<Screen>,
}

/// A certification as its party reads it.
#[derive(Debug, Clone)]
pub struct OwnCertification {
    pub state: &'static str,
    /// Whether it asked itself.
    pub asked_by_you: bool,
    pub asked_at: Moment,
    pub agreed_at: Option<Moment>,
    /// Since when it is as it is.
    pub since: Moment,
}

fn certifications(tx: &mut Tx<'_>, id: DisputeId, side: Side) -> Result<Vec<OwnCertification>, Refused> {
    let Some(settlement) = store::settlements::by_dispute(tx, id)? else { return Ok(Vec::new()) };
    let all = store::certifications::of_settlement(tx, settlement.id)?.into_iter();
    let told = all.map(|kept| OwnCertification {
        state: kept.certification.seen_by(side).as_str(),
        asked_by_you: kept.certification.asked_by == side,
        asked_at: kept.certification.asked_at,
        agreed_at: kept.certification.agreed_at,
        since: kept.certification.since,
    });
    Ok(told.collect())
}

/// Collects what is a party's own.
///
/// # Errors
/// `Absent` for whoever is no party; `party-alone` from a seat beside one.
pub fn collect(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<OwnData, Refused> {
    let seen = look(tx, doing, id)?;
    let side = seen.party()?;
    let person = store::people::by_id(tx, seen.account)?;
    let mut files = store::files::of_dispute(tx, id)?;
    files.retain(|file| file.owner == seen.account);
    let suggestions = match suggestions::list(tx, doing, id) {
        // There is no room yet.
        Err(Refused::Absent) => Vec::new(),
        all => all?.into_iter().filter(|one| one.suggestion.by == side).collect(),
    };
    let promises = store::read_backs::get(tx, id, side)?;
    let assertion = match passkeys::own_evidence(tx, doing, id) {
        Err(Refused::Absent) => None,
        own => Some(own?),
    };
    // What was signed before somebody else led the mediation counts no more.
    let has_signed = seen.dispute.agreement.signature(side).is_some();
    let screen = store::screens::get(tx, id, Some(side))?.filter(|_| has_signed);
    // Who took something home is for whoever asks later, perhaps for the party itself.
    doing.trace("own-data-downloaded", Some(id), &serde_json::json!({}));
    Ok(OwnData {
        at: doing.now,
        name: person.name,
        email: person.email,
        dispute: view(tx, doing, &seen)?,
        consent: seen.dispute.parties.of(side).consent,
        said: said(tx, doing, id, side)?,
        suggestions,
        certifications: certifications(tx, id, side)?,
        promises: promises.into_iter().flat_map(|said| said.texts).map(|(_, text)| text).collect(),
        files,
        passkeys: store::passkeys::list(tx, seen.account)?,
        assertion,
        screen,
    })
}

/// What the side's own party wrote, channel by channel; a channel in which it has no seat is not there.
fn said(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId, side: Side) -> Result<Vec<Entry>, Refused> {
    let mut own = Vec::new();
    for channel in Channel::ALL {
        let mut after = 0;
        loop {
            let page = match entries::read(tx, doing, id, *channel, after, ENTRIES_AT_ONCE) {
                Err(Refused::Absent) => break,
                page => page?,
            };
            let Some(last) = page.last() else { break };
            after = last.seq;
            own.extend(page.into_iter().filter(|entry| entry.by == Author::Seat(Seat::Party(side))));
        }
    }
    Ok(own)
}
