//! What a party says in its own words that it will do, before it signs: the mediator reads it and may talk about what was
//! misunderstood. It stops no signature, changes no version and leaves no row in the audit trail: the other side learns in
//! no way that it was said or not (R5).

use domain::agreement::TextDigest;
use domain::dispute::{Refusal, Stage};
use domain::ids::DisputeId;
use domain::party::Side;
use domain::read_back::{NotReadBack, ReadBack, clean_read_back, own_promises};
use domain::sight::Item;
use store::Tx;

use super::Doing;
use super::process::{look, refused};
use crate::refused::{Refused, words_code};

/// What a party says of its promises: words for each, or that it has told the mediator itself.
#[derive(Debug, Clone)]
pub enum Said {
    Texts(Vec<String>),
    ToldTheMediator,
}

/// Keeps what a party says of the text with that digest.
///
/// # Errors
/// `Absent` for others than the parties; fields; a conflict with a newer text; the rule.
pub fn put(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    digest: TextDigest,
    said: &Said,
) -> Result<(), Refused> {
    let seen = look(tx, doing, id)?;
    let side = seen.party()?;
    let dispute = &seen.dispute;
    let rule = |refusal: Refusal| Err(Refused::rule(refusal.code()));
    if !matches!(dispute.stage, Stage::Mediation(_)) {
        return rule(Refusal::WrongStage);
    }
    let Some(revision) = dispute.agreement.revision() else { return rule(Refusal::NothingWritten) };
    if revision.digest != digest {
        return Err(refused(Refusal::StaleDigest, dispute));
    }
    if dispute.agreement.is_binding() {
        return rule(Refusal::AlreadyBinding);
    }
    let texts = match said {
        Said::ToldTheMediator => Vec::new(),
        Said::Texts(texts) => {
            let promises = own_promises(&store::revisions::terms(tx, id, revision.number)?, side);
            clean_read_back(&promises, texts).map_err(|why| not_taken(why, promises.len() > texts.len()))?
        }
    };
    Ok(store::read_backs::put(tx, id, side, &ReadBack { digest, texts }, doing.now)?)
}

fn not_taken(why: NotReadBack, too_few: bool) -> Refused {
    match why {
        NotReadBack::WrongNumber => Refused::field("texts", if too_few { "missing" } else { "too-many" }),
        NotReadBack::Text { at, why } => Refused::field(&format!("texts[{at}]"), words_code(why)),
    }
}

/// What the person may read of what was read back, by side.
///
/// # Errors
/// `Absent` for whoever reads none.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Vec<(Side, ReadBack)>, Refused> {
    let seen = look(tx, doing, id)?;
    let theirs: Vec<Side> =
        Side::BOTH.into_iter().filter(|of| seen.may_read(Item::ReadBack { of: *of })).collect();
    if theirs.is_empty() || seen.seat().is_none() {
        return Err(Refused::Absent);
    }
    let mut all = Vec::new();
    for side in theirs {
        all.extend(store::read_backs::get(tx, id, side)?.map(|said| (side, said)));
    }
    Ok(all)
}
