//! The dispute as a state machine of pure functions: `decide` holds every rule of the process, `apply` says what an
//! event makes of a dispute, `actions` what a person may do next. The row is the truth; events feed the audit trail
//! and the live room, and are not stored themselves.

mod state;
mod command;
mod event;
mod refusal;
mod apply;
mod decide;
mod actions;

pub use self::actions::{Action, actions};
pub use self::apply::apply;
pub use self::command::{Actor, Command, House, ScreeningDecision};
pub use self::decide::{decide, reflection_ends_at};
pub use self::event::{Event, Trace};
pub use self::refusal::Refusal;
pub use self::state::{Assigning, Cause, Dispute, Ending, Mediation, Stage, StageName, Suspension};

#[cfg(test)]
mod tests;
