//! The ledger in a database of its own, grown to a thousand entries and to many more: what one more costs, alone in its
//! transaction and among a thousand, and what is asked of it.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use domain::ids::SettlementId;
use domain::time::Moment;
use record::ledger::{Hash, is_consistent, is_included, leaf_hash, prove_consistency, prove_inclusion, root};
use record::{Leaf, LeafKind, digest_of};
use service::acts::ledger::{self, Owed};
use service::acts::{By, Doing};
use service::config::{Config, Values};
use service::refused::Refused;
use store::{Settings, Store, WrappingKey};
use uuid::Uuid;

use crate::weighing::{Row, Times};

type Failed = Box<dyn Error>;

/// The smaller tree, to which the larger one is compared.
const SMALL: u64 = 1_000;
/// How many are entered in one transaction while it grows.
const AT_ONCE: u64 = 1_000;
/// How many of each are timed.
const TRIED: u64 = 300;

/// What was weighed at one size, in microseconds: the one in the middle.
struct Weighed {
    what: &'static str,
    micros: f64,
}

/// Grows a ledger to that many entries.
pub async fn measure(entries: u64) -> Result<Vec<Row>, Failed> {
    let folder = tempfile::tempdir()?;
    let grown = Grown {
        store: Store::open(&Settings::in_folder(folder.path(), WrappingKey::random()?))?,
        config: Arc::new(Config::read(&Values::default()).map_err(|bad| bad.to_string())?),
    };
    let mut rows = Vec::new();
    let mut before: Vec<Weighed> = Vec::new();
    let (mut size, mut each_before) = (0, None);
    for wanted in [SMALL.min(entries), entries] {
        let begun = Instant::now();
        let from = size;
        while size < wanted {
            size += grown.enters(size, AT_ONCE.min(wanted - size)).await?;
        }
        if wanted > from {
            let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(wanted - from)?);
            let figure = format!("{each:.0} us{}", ratio(each_before, each));
            rows.push(Row::new(
                format!("{from} to {wanted} entries: one among {AT_ONCE} in a transaction"),
                figure,
            ));
            each_before = Some(each);
        }
        let weighed = grown.weighs(&mut size).await?;
        for (at, Weighed { what, micros }) in weighed.iter().enumerate() {
            let figure =
                format!("p50 {micros:.0} us{}", ratio(before.get(at).map(|past| past.micros), *micros));
            rows.push(Row::new(format!("{wanted} entries: {what}"), figure));
        }
        before = weighed;
    }
    grown.store.stop().await;
    let bytes = std::fs::read_dir(folder.path())?
        .filter_map(|file| Some(file.ok()?.metadata().ok()?.len()))
        .sum::<u64>();
    rows.push(Row::new(format!("the database with {size} entries"), format!("{} MiB", bytes >> 20)));
    Ok(rows)
}

/// By how much it grew.
fn ratio(before: Option<f64>, now: f64) -> String {
    before.map_or_else(String::new, |before| format!(", x{:.1}", now / before))
}

fn owed(number: u64) -> Owed {
    let leaf = Leaf { kind: LeafKind::Record, digest: digest_of(&number.to_be_bytes()) };
    (leaf, SettlementId::new(Uuid::from_u128(u128::from(number))).to_string())
}

struct Grown {
    store: Store,
    config: Arc<Config>,
}

impl Grown {
    /// Enters so many in one transaction, as the house enters what has no entry yet.
    async fn enters(&self, size: u64, count: u64) -> Result<u64, Failed> {
        let all: Vec<Owed> = (size..size + count).map(owed).collect();
        let doing = Doing::new(Moment::from_millis(1_795_496_820_000), By::House, Arc::clone(&self.config));
        self.store.write(move |tx| ledger::enter_owed(tx, &doing, &all)).await.map_err(told)?;
        Ok(count)
    }

    async fn weighs(&self, size: &mut u64) -> Result<Vec<Weighed>, Failed> {
        let (whole, earlier) = (*size, (*size / 2).max(1));
        let (root_now, root_then) = (self.root(whole).await?, self.root(earlier).await?);
        let mut weighed = Vec::new();

        let mut times = Times::default();
        for number in 0..TRIED {
            let index = number.wrapping_mul(7_919) % whole;
            let begun = Instant::now();
            let look =
                move |tx: &mut store::Tx<'_>| prove_inclusion(index, whole, |node| ledger::node(tx, node));
            let proof = self.store.read(look).await.map_err(told)?.ok_or("no such leaf")?;
            times.note(begun);
            let text = owed(index).0.text()?;
            if !is_included(index, whole, leaf_hash(text.as_bytes()), &proof, &root_now) {
                return Err("a proof of inclusion proves nothing".into());
            }
        }
        weighed.push(Weighed { what: "a proof of inclusion", micros: times.micros().0 });

        let mut times = Times::default();
        for _ in 0..TRIED {
            let begun = Instant::now();
            let look = move |tx: &mut store::Tx<'_>| {
                prove_consistency(earlier, whole, |node| ledger::node(tx, node))
            };
            let proof = self.store.read(look).await.map_err(told)?.ok_or("no such head")?;
            times.note(begun);
            if !is_consistent(earlier, whole, &root_then, &root_now, &proof) {
                return Err("a proof of consistency proves nothing".into());
            }
        }
        weighed.push(Weighed { what: "a proof of consistency with half of it", micros: times.micros().0 });

        let mut times = Times::default();
        for _ in 0..TRIED {
            let begun = Instant::now();
            self.root(whole).await?;
            times.note(begun);
        }
        weighed.push(Weighed { what: "its root, as for a signed head", micros: times.micros().0 });

        let mut times = Times::default();
        for _ in 0..TRIED {
            let begun = Instant::now();
            *size += self.enters(*size, 1).await?;
            times.note(begun);
        }
        weighed.push(Weighed { what: "one more, in a transaction of its own", micros: times.micros().0 });
        Ok(weighed)
    }

    async fn root(&self, size: u64) -> Result<Hash, Failed> {
        let look = move |tx: &mut store::Tx<'_>| root(size, |node| ledger::node(tx, node));
        self.store.read(look).await.map_err(told)
    }
}

fn told(refused: Refused) -> Failed {
    refused.to_string().into()
}
