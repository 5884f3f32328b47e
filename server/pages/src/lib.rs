//! The words and the HTML of the house, and the bodies of its mails: values in, text out.
//!
//! Deliberately not here: any store, request, cookie or JSON. A page is a plain struct that says what it shows and,
//! in its documentation, what its forms post and where; `render` gives the whole document.

pub mod words;
pub mod assets;
pub mod content;
pub mod form;
pub mod frame;
pub mod home;
pub mod people;
pub mod passkeys;
pub mod drafts;
pub mod safety;
pub mod files;
pub mod disputes;
pub mod invitations;
pub mod preparing;
pub mod assignments;
pub mod companions;
pub mod terms;
pub mod entries;
pub mod standings;
pub mod rooms;
pub mod bids;
pub mod proposals;
pub mod shares;
pub mod summaries;
pub mod phrases;
pub mod balance;
pub mod read_backs;
pub mod calls;
pub mod agreements;
pub mod differences;
pub mod suggestions;
pub mod signing;
pub mod settlements;
pub mod verifications;
pub mod registrar;
pub mod mediators;
pub mod audit;
pub mod reports;
pub mod certifications;
pub mod demo;
pub mod problems;
pub mod mails;
