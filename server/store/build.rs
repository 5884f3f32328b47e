//! The migrations are embedded by a macro that does not tell Cargo which files it read: without these lines a new
//! migration would be ignored until something else changed.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations/sqlite");
    println!("cargo:rerun-if-changed=../../migrations/postgres");
}
