//! What a record costs, by the functions that the house calls and without the network: laying it out and sealing it, with
//! the memory that this takes; verifying it; verifying ten thousand of them anew, as an auditor has it done; entering it
//! into the ledger and proving that it stands there, in the database, at a thousand and at a million entries. It prints a
//! table, with what grew as a ratio within this run, and judges nothing. Not here: what the whole house makes of it, which
//! `bench --records` measures from outside; the tree without a database, which `ledger_costs` of `record` weighs.
//!
//! `cargo run --release -p service --example record_costs -- [--records 200] [--again 10000] [--entries 1000000]`

mod growing;
mod making;
mod weighing;

use std::error::Error;
use std::io::{self, Write as _};

use weighing::Row;

/// How much is made.
struct Wanted {
    records: usize,
    again: usize,
    entries: u64,
}

fn wanted() -> Result<Wanted, Box<dyn Error>> {
    let mut wanted = Wanted { records: 200, again: 10_000, entries: 1_000_000 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
        match word.as_str() {
            "--records" => wanted.records = value.parse()?,
            "--again" => wanted.again = value.parse()?,
            "--entries" => wanted.entries = value.parse()?,
            other => return Err(format!("`{other}` is no option").into()),
        }
    }
    Ok(wanted)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wanted = wanted()?;
    let mut out = io::stdout().lock();
    writeln!(out, "| what | how much |\n| --- | --- |")?;
    let mut print = |rows: Vec<Row>| {
        rows.into_iter().try_for_each(|Row { what, figure }| writeln!(out, "| {what} | {figure} |"))
    };
    print(making::measure(wanted.records, wanted.again)?)?;
    print(growing::measure(wanted.entries).await?)?;
    Ok(())
}
