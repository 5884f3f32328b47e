//! The pages: the second thin face of the acts, beside the JSON API. One file a noun, each with its handlers and its
//! `configure`; a form that was taken answers 303, one that was not comes back with what was typed. Everything works
//! without scripts. Deliberately not here: HTML and words (`pages`), and rules.

pub mod frame;
pub mod left;
pub mod home;
pub mod people;
pub mod passkeys;
pub mod setup;
pub mod tasks;
pub mod files;
pub mod drafts;
pub mod disputes;
pub mod safety;
pub mod invitations;
pub mod preparing;
pub mod assignments;
pub mod companions;
pub mod terms;
pub mod entries;
pub mod rooms;
pub mod calls;
pub mod posts;
pub mod standings;
pub mod summaries;
pub mod phrases;
pub mod balance;
pub mod own_data;
pub mod bids;
pub mod proposals;
pub mod shares;
pub mod read_backs;
pub mod agreements;
pub mod differences;
pub mod suggestions;
pub mod signing;
pub mod settlements;
pub mod registrar;
pub mod certifications;
pub mod searches;
pub mod holds;
pub mod representing;
pub mod mediators;
pub mod audit;
pub mod audit_all;
pub mod eml;
pub mod demo;

use actix_web::web;

use super::problem::ProblemPages;

/// Every page, and the pages of refusals.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes.app_data(web::Data::new(ProblemPages(frame::problem_page)));
    home::configure(routes);
    people::configure(routes);
    passkeys::configure(routes);
    setup::configure(routes);
    files::configure(routes);
    drafts::configure(routes);
    disputes::configure(routes);
    safety::configure(routes);
    invitations::configure(routes);
    preparing::configure(routes);
    assignments::configure(routes);
    companions::configure(routes);
    representing::configure(routes);
    rooms::configure(routes);
    calls::configure(routes);
    posts::configure(routes);
    standings::configure(routes);
    summaries::configure(routes);
    phrases::configure(routes);
    balance::configure(routes);
    own_data::configure(routes);
    bids::configure(routes);
    proposals::configure(routes);
    shares::configure(routes);
    read_backs::configure(routes);
    agreements::configure(routes);
    differences::configure(routes);
    suggestions::configure(routes);
    signing::configure(routes);
    settlements::configure(routes);
    certifications::configure(routes);
    registrar::configure(routes);
    holds::configure(routes);
    searches::configure(routes);
    mediators::configure(routes);
    audit_all::configure(routes);
    audit::configure(routes);
    demo::configure(routes);
}
