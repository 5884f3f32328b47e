//! Passing an item of a caucus on: the page on which the mediator asks for it, and on which its author sees what the
//! other person will read and lets it go. Deliberately not here: who may do either.

use crate::entries::EntryBody;
use crate::form::Form;
use crate::frame::page;

/// `GET /rooms/{id}/shares/{entry}?channel=…`. Posts the same path: `channel`, `id`, `audience_digest`, `act` (`ask`,
/// `allow`, `decline`), and with `allow` the ticked box `sure`.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// The dispute's id.
    pub id: String,
    /// The caucus in which it was said.
    pub channel: String,
    /// The entry.
    pub entry: String,
    /// A fresh UUIDv7 for the entry that is being written.
    pub entry_id: String,
    /// Who reads the reader's channels, as a digest.
    pub audience: String,
    /// Whose it is, by name.
    pub name: String,
    /// Who will read it, by name.
    pub other: String,
    /// Exactly what they will read.
    pub item: EntryBody,
    /// What the reader may do: `ask`, `decide`, or the code of what stands against it (`problem-…`).
    pub act: String,
    /// What was wrong.
    pub form: Form,
}
page!(Sharing, "rooms/sharing.html");
