//! The small pictures of files that are pictures, sealed with the dispute's data key; they go with their file.
//! Deliberately not here: who may look at one, which is the file's.

use diesel::prelude::*;

use domain::ids::{DisputeId, FileId};

use crate::columns::word;
use crate::error::{Error, Result};
use crate::schema::thumbnails;
use crate::stored::Tx;
use crate::vault::{Key, Place};

/// Width and height, in pixels.
pub type Size = (u16, u16);

fn place(dispute: DisputeId, file: FileId) -> Place {
    Place::of("thumbnail", dispute).row(file)
}

/// Keeps the small picture of a file.
///
/// # Errors
/// `Conflict` where it has one; `NotFound` where there is no such file or the data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, file: FileId, size: Size, picture: &[u8]) -> Result<()> {
    let sealed = tx.vault().seal(Key::Data, &place(dispute, file), picture)?;
    diesel::insert_into(thumbnails::table)
        .values((
            thumbnails::file.eq(word(&file)),
            thumbnails::width.eq(i32::from(size.0)),
            thumbnails::height.eq(i32::from(size.1)),
            thumbnails::picture_sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// How large the small picture of a file is, where it has one.
///
/// # Errors
/// `Corrupt`.
pub fn size(tx: &mut Tx<'_>, file: FileId) -> Result<Option<Size>> {
    let found = thumbnails::table.find(word(&file)).select((thumbnails::width, thumbnails::height));
    let found: Option<(i32, i32)> = found.first(tx.db).optional()?;
    let Some((width, height)) = found else { return Ok(None) };
    let side = |pixels: i32| u16::try_from(pixels).map_err(|_| Error::Corrupt);
    Ok(Some((side(width)?, side(height)?)))
}

/// The small picture of a file.
///
/// # Errors
/// `NotFound` where it has none or the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, file: FileId) -> Result<Vec<u8>> {
    let found = thumbnails::table.find(word(&file)).select(thumbnails::picture_sealed);
    let sealed: Vec<u8> = found.first(tx.db)?;
    tx.vault().open(Key::Data, &place(dispute, file), &sealed)
}
