//! The faces of the house: JSON, pages and sockets, all thin. Deliberately not here: rules; anything that is decided is
//! decided by an act at the desk.

pub mod problem;
pub mod cookies;
pub mod origin;
pub mod who;
pub mod pace;
pub mod body;
pub mod forms;
pub mod upload;
pub mod serving;
pub mod links;
pub mod json;
pub mod finish;
pub mod health;
pub mod metrics;
pub mod api;
pub mod socket;
pub mod page;
pub mod openapi;
pub mod routes;
pub mod server;
