//! What the ledger costs as it grows: an append, a proof of inclusion and a proof of consistency at a thousand and at a
//! million entries, with the hashes in memory, so that the tree is weighed and no database. Run it with
//! `cargo run --release -p record --example ledger_costs`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::time::Instant;

use record::ledger::{Hash, Node, appended, leaf_hash, prove_consistency, prove_inclusion, root};

const TRIED: u64 = 2_000;

#[derive(Default)]
struct Tree {
    nodes: HashMap<Node, Hash>,
    size: u64,
    reads: u64,
}

impl Tree {
    fn at(&mut self, node: Node) -> Result<Hash, Infallible> {
        self.reads += 1;
        Ok(self.nodes.get(&node).copied().unwrap_or_default())
    }

    fn push(&mut self) {
        let (index, leaf) = (self.size, leaf_hash(&self.size.to_be_bytes()));
        let Ok(added) = appended(index, leaf, |node| self.at(node));
        self.nodes.extend(added);
        self.size += 1;
    }

    /// Microseconds and reads of one.
    fn weigh(&mut self, mut work: impl FnMut(&mut Self, u64)) -> (f64, f64) {
        self.reads = 0;
        let begun = Instant::now();
        (0..TRIED).for_each(|number| work(self, number));
        let tried = f64::from(u32::try_from(TRIED).unwrap_or(u32::MAX));
        let reads = f64::from(u32::try_from(self.reads).unwrap_or(u32::MAX));
        (begun.elapsed().as_secs_f64() * 1e6 / tried, reads / tried)
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut tree = Tree::default();
    let mut before: Vec<(f64, f64)> = Vec::new();
    for size in [1_000, 1_000_000] {
        while tree.size < size {
            tree.push();
        }
        let weighed = [
            (
                "inclusion",
                tree.weigh(|tree, number| {
                    let index = number.wrapping_mul(7_919) % size;
                    let Ok(_) = prove_inclusion(index, size, |node| tree.at(node));
                }),
            ),
            (
                "consistency",
                tree.weigh(|tree, number| {
                    let earlier = number.wrapping_mul(7_919) % size + 1;
                    let Ok(_) = prove_consistency(earlier, size, |node| tree.at(node));
                }),
            ),
            (
                "root",
                tree.weigh(|tree, _| {
                    let Ok(_) = root(size, |node| tree.at(node));
                }),
            ),
            ("append", tree.weigh(|tree, _| tree.push())),
        ];
        for (at, (name, (micros, reads))) in weighed.iter().enumerate() {
            let ratio = before.get(at).map_or(String::new(), |(past, _)| format!("  x{:.1}", micros / past));
            writeln!(out, "{size:>9} entries: {name:<12} {micros:>8.2} us {reads:>6.1} reads{ratio}")?;
        }
        before = weighed.iter().map(|(_, figures)| *figures).collect();
    }
    Ok(())
}
