//! The journeys through the JSON API and the room's socket, on both databases: one linked binary, a module a noun.

mod openapi;
mod main_job;
mod accounts;
mod room;
mod audience;
mod caucus;
mod bids;
mod proposals;
mod calls;
mod kill;
mod files;
mod pages;
mod desks;
mod mail;
mod metrics;
mod faults;
mod together;
mod deadlines;
mod bad_input;
mod rules;
