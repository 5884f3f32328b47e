//! The JSON API under `/api/v1`: one file a noun, each with its handlers, its `configure` and its part of the OpenAPI
//! document. Add a noun to this list and to `routes`.

pub mod accounts;
pub mod disputes;
pub mod preparing;
pub mod invitations;
pub mod assignments;
pub mod companions;
pub mod representing;
pub mod agreements;
pub mod suggestions;
pub mod read_backs;
pub mod certifications;
pub mod settlements;
pub mod verifications;
pub mod audits;
pub mod reports;
pub mod ledger;
pub mod files;
pub mod uploads;
pub mod rooms;
pub mod bids;
pub mod proposals;
pub mod calls;
pub mod phrases;
pub mod passkeys;
pub mod balance;
pub mod own_data;
pub mod holds;
