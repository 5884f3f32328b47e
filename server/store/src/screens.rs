//! What was on the screen of whoever signed, as evidence of the signature, under its own digest. Under the data key while the
//! text may come to nothing (R12), and under the record key once there is a record, as what a passkey signed
//! (`assertions`). Deliberately not here: what a page shows.

use domain::agreement::TextDigest;
use domain::ids::DisputeId;
use domain::language::Language;
use domain::party::Side;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::papers::{self, Kind, MEDIATOR};
use crate::shapes::{read, write};
use crate::stored::Tx;

/// What was shown to somebody who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The SHA-256 digest of what was shown: of the page's HTML, or of what a program over the API says that it showed.
    pub digest: TextDigest,
    /// What the house showed itself; nothing where a program did, of which the house knows no more than the digest.
    pub page: Option<ScreenPage>,
}

/// The part of a page that says what is signed, before anything was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenPage {
    /// The language of the page; the text's own languages stand in it.
    pub language: Language,
    /// The bytes that `digest` is of.
    pub html: String,
}

impl Screen {
    /// What a page of the house showed.
    pub fn of_page(language: Language, html: String) -> Self {
        let digest = TextDigest(Sha256::digest(&html).into());
        Self { digest, page: Some(ScreenPage { language, html }) }
    }

    /// What a program says that it showed.
    pub const fn stated(digest: TextDigest) -> Self {
        Self { digest, page: None }
    }
}

#[derive(Serialize, Deserialize)]
struct Shape {
    digest: String,
    page: Option<PageShape>,
}

#[derive(Serialize, Deserialize)]
struct PageShape {
    language: String,
    html: String,
}

impl Shape {
    fn of(screen: &Screen) -> Self {
        let page = screen.page.as_ref();
        Self {
            digest: screen.digest.to_string(),
            page: page
                .map(|page| PageShape { language: page.language.tag().to_owned(), html: page.html.clone() }),
        }
    }

    fn read(self) -> Result<Screen> {
        let page = |page: PageShape| -> Result<ScreenPage> {
            let language = page.language.parse().map_err(|_| Error::Corrupt)?;
            Ok(ScreenPage { language, html: page.html })
        };
        let digest = self.digest.parse().map_err(|_| Error::Corrupt)?;
        Ok(Screen { digest, page: self.page.map(page).transpose()? })
    }
}

/// Keeps what was shown to whoever signed for a side in place of what was before; nothing where nobody said what it was.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Side,
    screen: Option<&Screen>,
    now: Moment,
) -> Result<()> {
    match screen {
        Some(screen) => {
            papers::put(tx, Kind::Screen, dispute, side.as_str(), &write(&Shape::of(screen))?, now)
        }
        None => papers::delete(tx, Kind::Screen, dispute, side.as_str()),
    }
}

/// Lets what was shown to both sides live as long as the record.
pub(crate) fn keep(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<()> {
    for side in Side::BOTH {
        if let Some(plain) = papers::get(tx, Kind::Screen, dispute, side.as_str())? {
            papers::put(tx, Kind::KeptScreen, dispute, side.as_str(), &plain, now)?;
            papers::delete(tx, Kind::Screen, dispute, side.as_str())?;
        }
    }
    Ok(())
}

/// Keeps what was shown to the mediator who attested.
pub(crate) fn keep_attestation(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    screen: &Screen,
    now: Moment,
) -> Result<()> {
    papers::put(tx, Kind::KeptScreen, dispute, MEDIATOR, &write(&Shape::of(screen))?, now)
}

/// What was shown to whoever signed for a side, or to the mediator who attested, where that is known.
///
/// # Errors
/// `NotFound` where there is no such dispute; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Option<Side>) -> Result<Option<Screen>> {
    let part = side.map_or(MEDIATOR, Side::as_str);
    let plain = match papers::get(tx, Kind::KeptScreen, dispute, part)? {
        Some(plain) => Some(plain),
        None => papers::get(tx, Kind::Screen, dispute, part)?,
    };
    plain.map(|plain| read::<Shape>(&plain)?.read()).transpose()
}
