//! The tests of the dispute: the grid of states and commands, a test for each rule of the design that the process
//! itself keeps, and random walks. All of them go through `decide` and `apply`; none builds a state by hand, apart from
//! what only an older release can have left behind.

mod play;
mod stages;
mod commands;
mod grid;
mod consent;
mod co_mediating;
mod companions;
mod representing;
mod secrecy;
mod neutrality;
mod safety;
mod signing;
mod model;
mod clocks;
mod walks;
