//! What people do on pages without a script, where the pages do more than the interface behind them.

mod files;
mod typed;
mod joining;
mod leaving;
mod steps;
