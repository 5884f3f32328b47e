//! One sealed paper of a dispute: a name, answers, a disclosure, a referral, a revision. The nouns below each have a
//! file with their own types; this is what they share. Deliberately not here: what any of them says.

use diesel::prelude::*;

use domain::ids::DisputeId;
use domain::time::Moment;

use crate::columns::{At, at, spelled, word};
use crate::error::Result;
use crate::schema::papers;
use crate::stored::Tx;
use crate::vault::{Key, Place};

/// What a paper is, and with it the key under which it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Name,
    Safety,
    Disclosure,
    Referral,
    Passphrase,
    Revision,
    Suggestion,
    ReadBack,
    Companion,
    Assertion,
    Evidence,
    Screen,
    KeptScreen,
}

/// The part that is the mediator's, where the others are the sides'.
pub const MEDIATOR: &str = "mediator";

spelled!(Kind {
    Name = "name",
    Safety = "safety",
    Disclosure = "disclosure",
    Referral = "referral",
    Passphrase = "passphrase",
    Revision = "revision",
    Suggestion = "suggestion",
    ReadBack = "read-back",
    Companion = "companion",
    Assertion = "assertion",
    Evidence = "evidence",
    Screen = "screen",
    KeptScreen = "kept-screen",
});

impl Kind {
    /// Names, disclosures and the evidence of what was settled stay as long as the record; the rest is talk.
    const fn key(self) -> Key {
        match self {
            Self::Name | Self::Disclosure | Self::Evidence | Self::KeptScreen => Key::Record,
            Self::Safety
            | Self::Referral
            | Self::Passphrase
            | Self::Revision
            | Self::Suggestion
            | Self::ReadBack
            | Self::Companion
            | Self::Assertion
            | Self::Screen => Key::Data,
        }
    }

    fn place(self, dispute: DisputeId, part: &str) -> Place {
        let purpose = match self {
            Self::Name => "name",
            Self::Safety => "safety",
            Self::Disclosure => "disclosure",
            Self::Referral => "referral",
            Self::Passphrase => "passphrase",
            Self::Revision => "revision",
            Self::Suggestion => "suggestion",
            Self::ReadBack => "read-back",
            Self::Companion => "companion",
            Self::Assertion => "assertion",
            Self::Evidence => "evidence",
            Self::Screen => "screen",
            Self::KeptScreen => "kept-screen",
        };
        Place::of(purpose, dispute).row(part)
    }
}

/// Keeps a paper in place of the one before.
pub fn put(
    tx: &mut Tx<'_>,
    kind: Kind,
    dispute: DisputeId,
    part: &str,
    plain: &[u8],
    now: Moment,
) -> Result<()> {
    let sealed = tx.vault().seal(kind.key(), &kind.place(dispute, part), plain)?;
    let row = diesel::update(papers::table.find((word(&dispute), word(&kind), part)));
    if row.set((papers::sealed.eq(&sealed), papers::at.eq(at(now)))).execute(tx.db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(papers::table)
        .values((
            papers::dispute.eq(word(&dispute)),
            papers::kind.eq(word(&kind)),
            papers::part.eq(part),
            papers::key.eq(word(&kind.key())),
            papers::sealed.eq(&sealed),
            papers::at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// A paper, where there is one.
pub fn get(tx: &mut Tx<'_>, kind: Kind, dispute: DisputeId, part: &str) -> Result<Option<Vec<u8>>> {
    let found = papers::table.find((word(&dispute), word(&kind), part)).select(papers::sealed);
    let sealed: Option<Vec<u8>> = found.first(tx.db).optional()?;
    sealed.map(|sealed| tx.vault().open(kind.key(), &kind.place(dispute, part), &sealed)).transpose()
}

/// A paper with its name and the time at which it was kept.
pub struct Paper {
    pub part: String,
    pub at: Moment,
    pub plain: Vec<u8>,
}

/// Every paper of a kind, in the order of their names.
pub fn all(tx: &mut Tx<'_>, kind: Kind, dispute: DisputeId) -> Result<Vec<Paper>> {
    let rows: Vec<(String, Vec<u8>, At)> = papers::table
        .filter(papers::dispute.eq(word(&dispute)))
        .filter(papers::kind.eq(word(&kind)))
        .order(papers::part)
        .select((papers::part, papers::sealed, papers::at))
        .load(tx.db)?;
    rows.into_iter()
        .map(|(part, sealed, at)| {
            let plain = tx.vault().open(kind.key(), &kind.place(dispute, &part), &sealed)?;
            Ok(Paper { part, at: at.moment(), plain })
        })
        .collect()
}

/// Takes a paper away; nothing happens where there is none.
pub fn delete(tx: &mut Tx<'_>, kind: Kind, dispute: DisputeId, part: &str) -> Result<()> {
    diesel::delete(papers::table.find((word(&dispute), word(&kind), part))).execute(tx.db)?;
    Ok(())
}

/// Deletes every paper that lies under that key.
pub fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId, key: Key) -> Result<()> {
    let under = papers::table.filter(papers::dispute.eq(word(&dispute))).filter(papers::key.eq(word(&key)));
    diesel::delete(under).execute(tx.db)?;
    Ok(())
}
