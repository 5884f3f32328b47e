//! What an auditor does beside looking: draws a sample that can be drawn again, has records verified anew, and notes
//! findings apart from the dispute. Each is traced. Nothing here asks for anything that was said (R8): settlements,
//! deliveries, the ledger and the auditor's own notes are all that it names.

use domain::ids::{FindingId, SettlementId};
use domain::person::clean_words;
use domain::settlement::{Fault, FindingKind};
use record::{Digest, KeySet, Leaf, LeafKind, Verdict, digest_of};
use store::Tx;
use store::findings::Finding;
use store::settlements::{Documents, Filter, Settlement};

use super::Doing;
use super::ledger::is_as_stated;
use super::settlements::{audited_only, for_auditor, is_auditor, list, told};
use crate::refused::{Refused, words_code};

/// The most settlements of a sample.
pub const SAMPLE_MAX: usize = 200;
/// The most records that are verified at a time.
pub const VERIFIED_MAX: i64 = 25;
/// The most characters of a seed.
const SEED_CHARACTERS_MAX: usize = 64;
/// The most characters of a finding.
pub const FINDING_CHARACTERS_MAX: usize = 4_000;
/// The most rows of an export.
pub const EXPORT_MAX: i64 = 10_000;

/// Settlements that were drawn.
#[derive(Debug, Clone)]
pub struct Sample {
    /// From how many.
    pub of: usize,
    /// Those that were drawn, in the order in which they were drawn.
    pub items: Vec<Settlement>,
}

/// Draws that many of the settlements that fit. The same seed draws the same ones again, as long as the same settlements
/// fit: they are taken in the order of the digest over seed and id, which nobody can bend towards one of them.
///
/// # Errors
/// `Absent` for whoever is no auditor; `Fields` for a seed of other letters than `A-Z`, `a-z`, `0-9` and `-`.
pub fn sample(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    filter: &Filter,
    seed: &str,
    size: usize,
) -> Result<Sample, Refused> {
    let drawn = draw(tx, doing, filter, seed, size)?;
    let mut subjects = told(filter);
    subjects.insert("seed".to_owned(), seed.into());
    subjects.insert("size".to_owned(), size.to_string().into());
    doing.trace("settlements-sampled", None, &subjects.into());
    Ok(drawn)
}

/// Draws a sample without a trace, for what leaves one of its own.
///
/// # Errors
/// As [`sample`].
pub fn draw(
    tx: &mut Tx<'_>,
    doing: &Doing,
    filter: &Filter,
    seed: &str,
    size: usize,
) -> Result<Sample, Refused> {
    let filter = for_auditor(tx, doing, filter)?;
    check_draw(seed, size)?;
    let fitting = store::settlements::ids(tx, &filter)?;
    let of = fitting.len();
    let mut drawn: Vec<_> = fitting.into_iter().map(|id| (lot(seed, id).0, id)).collect();
    drawn.sort_unstable();
    drawn.truncate(size);
    let items = drawn.into_iter().map(|(_, id)| Ok(store::settlements::by_id(tx, id)?));
    Ok(Sample { of, items: items.collect::<Result<_, Refused>>()? })
}

fn lot(seed: &str, id: SettlementId) -> Digest {
    digest_of(format!("{seed}\n{id}").as_bytes())
}

fn check_draw(seed: &str, size: usize) -> Result<(), Refused> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    if seed.is_empty() || seed.len() > SEED_CHARACTERS_MAX || !seed.bytes().all(is_plain) {
        return Err(Refused::field("seed", "not-a-choice"));
    }
    if (1..=SAMPLE_MAX).contains(&size) { Ok(()) } else { Err(Refused::field("size", "not-a-choice")) }
}

/// How many settlements fit, for an auditor.
///
/// # Errors
/// `Absent` for whoever is no auditor.
pub fn count(tx: &mut Tx<'_>, doing: &Doing, filter: &Filter) -> Result<usize, Refused> {
    let filter = for_auditor(tx, doing, filter)?;
    let count = store::settlements::count(tx, &filter)?;
    usize::try_from(count).map_err(|_| Refused::broken("fewer than no settlements"))
}

/// A record as it is kept, to be judged outside any transaction.
pub struct Kept {
    /// Its outline.
    pub settlement: Settlement,
    documents: Option<Documents>,
    /// The digest in its entry of the ledger.
    entered: Option<Digest>,
    /// Its certification, where one was made.
    certification: Option<KeptCertification>,
}

/// A certification as it is kept.
struct KeptCertification {
    row: store::certifications::Kept,
    documents: Option<Documents>,
    entered: Option<Digest>,
}

/// Reads records that are to be verified: one, or those after that one in the order of the list.
///
/// # Errors
/// `Absent` for whoever may not audit it.
pub fn kept(
    tx: &mut Tx<'_>,
    doing: &Doing,
    one: Option<SettlementId>,
    after: Option<SettlementId>,
) -> Result<Vec<Kept>, Refused> {
    let settlements = match one {
        Some(id) => vec![audited_only(tx, doing, id)?],
        None => list(tx, doing, &Filter::default(), after, VERIFIED_MAX)?,
    };
    settlements.into_iter().map(|settlement| read(tx, settlement)).collect()
}

/// Reads records of settlements that were listed for this auditor.
///
/// # Errors
/// `Absent` for whoever is no auditor.
pub fn kept_of(tx: &mut Tx<'_>, doing: &Doing, listed: Vec<Settlement>) -> Result<Vec<Kept>, Refused> {
    if !is_auditor(tx, doing)? {
        return Err(Refused::Absent);
    }
    listed.into_iter().map(|settlement| read(tx, settlement)).collect()
}

fn read(tx: &mut Tx<'_>, settlement: Settlement) -> Result<Kept, Refused> {
    let documents = match store::settlements::documents(tx, settlement.id) {
        Ok(documents) => Some(documents),
        Err(store::Error::NotFound | store::Error::Corrupt) => None,
        Err(error) => return Err(error.into()),
    };
    let entry = store::ledger::find(tx, LeafKind::Record.as_str(), &settlement.id.to_string())?;
    let entered = entry.and_then(|entry| Leaf::read(&entry.leaf)).map(|leaf| leaf.digest);
    let certification = match store::certifications::made_of(tx, settlement.id)? {
        Some(made) => Some(read_certification(tx, &made)?),
        None => None,
    };
    Ok(Kept { settlement, documents, entered, certification })
}

fn read_certification(
    tx: &mut Tx<'_>,
    made: &store::certifications::Kept,
) -> Result<KeptCertification, Refused> {
    let documents = match store::certifications::documents(tx, made) {
        Ok(documents) => Some(documents),
        Err(store::Error::NotFound | store::Error::Corrupt) => None,
        Err(error) => return Err(error.into()),
    };
    let entry = store::ledger::find(tx, LeafKind::Certification.as_str(), &made.id.to_string())?;
    let entered = entry.and_then(|entry| Leaf::read(&entry.leaf)).map(|leaf| leaf.digest);
    Ok(KeptCertification { row: *made, documents, entered })
}

/// Whether a certification is as it was made: its text, both forms of its seal, its entry, the record that it names, and
/// what is kept beside it.
fn is_right(kept: &KeptCertification, of: Digest, keys: &KeySet) -> bool {
    let (Some(documents), Some(digest)) = (&kept.documents, kept.row.digest) else { return false };
    let is_of_it = |file: &[u8]| {
        matches!(record::verify(file, keys), Verdict::Certification { statement, digest: found, .. }
            if found == digest && statement.record.digest == of && is_as_stated(&kept.row, &statement))
    };
    digest_of(&documents.json) == digest
        && is_of_it(documents.jws.as_bytes())
        && is_of_it(&documents.pdf)
        && kept.entered == Some(digest)
}

/// What is wrong with a record that is kept; nothing where it is as it was sealed.
pub fn faults(kept: &Kept, keys: &KeySet) -> Vec<Fault> {
    let digest = kept.settlement.digest;
    let mut faults = Vec::new();
    let is_of_it = |file: &[u8]| matches!(record::verify(file, keys), Verdict::Valid { digest: sealed, .. } if sealed == digest);
    match &kept.documents {
        None => faults.push(Fault::Unreadable),
        Some(documents) => {
            let checks = [
                (digest_of(&documents.json) == digest, Fault::Text),
                (is_of_it(documents.jws.as_bytes()), Fault::Jws),
                (is_of_it(&documents.pdf), Fault::Pdf),
            ];
            faults.extend(checks.into_iter().filter(|(is_right, _)| !is_right).map(|(_, fault)| fault));
        }
    }
    if kept.entered != Some(digest) {
        faults.push(Fault::Ledger);
    }
    if kept.certification.as_ref().is_some_and(|made| !is_right(made, digest, keys)) {
        faults.push(Fault::Certification);
    }
    faults
}

/// Notes that records were verified anew, and which of them were not right.
///
/// # Errors
/// Those of the store.
pub fn note_verified(doing: &mut Doing, judged: &[(Settlement, Vec<Fault>)]) {
    for (settlement, faults) in judged {
        let codes = faults.iter().map(|fault| fault.as_str()).collect::<Vec<_>>().join(" ");
        let subjects = serde_json::json!({ "settlement": settlement.id.to_string(), "faults": codes });
        doing.trace("record-verified-again", Some(settlement.dispute), &subjects);
    }
}

/// Notes a finding.
///
/// # Errors
/// `Absent` for whoever may not audit it; `Fields` where nothing is said, or too much.
pub fn note(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: SettlementId,
    kind: FindingKind,
    typed: &str,
) -> Result<(Finding, String), Refused> {
    let settlement = audited_only(tx, doing, id)?;
    let text = clean_words(typed, FINDING_CHARACTERS_MAX);
    let text = text.map_err(|why| Refused::field("text", words_code(why)))?;
    let (auditor, at) = (doing.by.person()?, doing.now);
    let finding = Finding { id: FindingId::new(doing.new_uuid()), settlement: id, auditor, at, kind, text };
    store::findings::put(tx, &finding)?;
    let subjects = serde_json::json!({
        "settlement": id.to_string(), "finding": finding.id.to_string(), "kind": kind.as_str(),
    });
    doing.trace("finding-noted", Some(settlement.dispute), &subjects);
    let by = store::people::by_id(tx, auditor)?.name.to_string();
    Ok((finding, by))
}

/// What auditors noted of a settlement, each with the name of who did. They read each other's; the look is traced.
///
/// # Errors
/// `Absent` for whoever may not audit it.
pub fn findings(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: SettlementId,
) -> Result<Vec<(Finding, String)>, Refused> {
    let dispute = audited_only(tx, doing, id)?.dispute;
    doing.trace("findings-read", Some(dispute), &serde_json::json!({ "settlement": id.to_string() }));
    let named = store::findings::of_settlement(tx, id)?.into_iter().map(|finding| {
        let by = store::people::by_id(tx, finding.auditor)?.name.to_string();
        Ok((finding, by))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::DisputeId;
    use uuid::Uuid;

    fn drawn(seed: &str, size: usize) -> Vec<u128> {
        let ids = (1..=50).map(|number| SettlementId::new(Uuid::from_u128(number)));
        let mut lots: Vec<_> = ids.map(|id| (lot(seed, id).0, id.uuid().as_u128())).collect();
        lots.sort_unstable();
        lots.into_iter().take(size).map(|(_, number)| number).collect()
    }

    #[test]
    fn a_seed_draws_the_same_again_and_another_one_others() {
        assert_eq!(drawn("spring-2027", 5), drawn("spring-2027", 5));
        assert_ne!(drawn("spring-2027", 5), drawn("autumn-2027", 5));
        // A larger sample begins with the smaller one.
        assert_eq!(drawn("spring-2027", 9)[..5], drawn("spring-2027", 5));
    }

    #[test]
    fn a_seed_is_plain_and_a_sample_of_some_size() {
        assert_eq!(check_draw("Spring-2027", 1), Ok(()));
        for (seed, size) in
            [("", 1), ("two words", 1), ("বসন্ত", 1), (&*"x".repeat(65), 1), ("x", 0), ("x", 201)]
        {
            assert!(matches!(check_draw(seed, size), Err(Refused::Fields(_))), "{seed} {size}");
        }
    }

    #[test]
    fn a_record_that_does_not_open_or_was_never_entered_is_told_by_name() {
        let settlement = Settlement {
            id: SettlementId::new(Uuid::from_u128(1)),
            dispute: DisputeId::new(Uuid::from_u128(2)),
            reference: domain::ids::Reference::from_random(1),
            category: domain::category::Category::Tenancy,
            sealed_at: domain::time::Moment::from_millis(1),
            digest: digest_of(b"text"),
            auditor_may_read: false,
            supersedes: None,
        };
        let keys = KeySet::of(&[]);
        let kept = |documents, entered| Kept {
            settlement: settlement.clone(),
            documents,
            entered,
            certification: None,
        };
        assert_eq!(faults(&kept(None, None), &keys), [Fault::Unreadable, Fault::Ledger]);
        let documents = Documents { json: b"text".to_vec(), jws: "a.b.c".to_owned(), pdf: b"%PDF".to_vec() };
        assert_eq!(faults(&kept(Some(documents), Some(digest_of(b"text"))), &keys), [Fault::Jws, Fault::Pdf]);
    }
}
