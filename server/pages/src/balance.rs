//! How the joint session is shared out, for the mediator alone. It is a tool for one conversation, and judges nobody.

use crate::frame::page;

/// How much somebody has said.
#[derive(Debug, Clone)]
pub struct SpokenLine {
    /// Who.
    pub name: String,
    /// How many messages.
    pub messages: u32,
    /// How many words.
    pub words: u32,
    /// How many of a hundred words.
    pub share: u8,
}

/// A question that waits for somebody.
#[derive(Debug, Clone)]
pub struct WaitingLine {
    /// For whom, by name.
    pub of: String,
    /// Who asked.
    pub by: String,
    /// The entry.
    pub entry: String,
    /// The number before which the page of the room shows it.
    pub before: u32,
    /// What was asked.
    pub text: String,
}

/// `GET /rooms/{id}/balance`. No form.
#[derive(Debug, Clone)]
pub struct BalancePage {
    /// The dispute's id.
    pub id: String,
    /// Each side, and the mediator.
    pub spoken: Vec<SpokenLine>,
    /// Questions that wait.
    pub waiting: Vec<WaitingLine>,
}
page!(BalancePage, "rooms/balance.html");
