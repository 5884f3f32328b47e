//! The first page, the help page and the page that says nothing. Deliberately not here: anything that needs an
//! account.

use crate::frame::page;

/// `GET /`. Links only: `/disputes/new`, `/sign-in`, `/invitations`, `/verify`.
#[derive(Debug, Clone, Default)]
pub struct Home {}
page!(Home, "home/home.html");

/// `GET /help`: what mediation is, what it costs, how to be safe, how to reach the house.
#[derive(Debug, Clone, Default)]
pub struct Help {}
page!(Help, "home/help.html");

/// `GET /exit`: the neutral page after *Leave this page* (`POST /exit` ends the session, gives the browser a fresh
/// cookie without a session, and answers 303 to here). It names neither the house nor a dispute.
#[derive(Debug, Clone, Default)]
pub struct Exit {}
page!(Exit, "home/exit.html");
