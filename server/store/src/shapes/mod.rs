//! How values of `domain` are written as JSON before they are sealed. `domain` knows no JSON, and the API's spelling
//! may change when rows may not: these shapes are the store's own. Deliberately not here: sealing, and any query.

mod atoms;
pub use atoms::MoneyShape;
pub mod words;
pub mod talk;
pub mod suggestion;
mod agreement;
pub mod process;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A shape as bytes to seal.
pub fn write<T: Serialize>(shape: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(shape).map_err(|_| Error::Corrupt)
}

/// A shape from bytes that were opened; the error of the parser would quote them and is left out.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|_| {
        tracing::error!("a sealed value is no legal state");
        Error::Corrupt
    })
}
