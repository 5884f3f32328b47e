//! What happens because time passed. Each job is an act like any other and goes through the desk; it may run twice or
//! late, and then finds nothing to do. Deliberately not here: what becomes of a dispute at its deadline, which is an
//! act of `acts`, and mail, which has a worker of its own.

use std::time::Duration;

use store::{Tx, codes, idempotency, outbox, sessions};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::desk::Desk;
use crate::acts::By;
use crate::refused::Refused;

/// How often old rows are swept away.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How long the row of a mail that has left is kept: without address and body, for whoever asks where it went.
const MAIL_ROWS_KEPT: Duration = Duration::from_secs(90 * 86_400);

/// Sweeps until the program stops.
pub async fn sweep_until_stop(desk: Desk, clock: Clock, mut stopping: watch::Receiver<bool>) {
    loop {
        if let Err(refused) = sweep(&desk, &clock).await {
            tracing::error!(%refused, "old rows could not be swept away");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stopping.changed() => return,
        }
    }
}

async fn sweep(desk: &Desk, clock: &Clock) -> Result<(), Refused> {
    let now = clock.now();
    desk.write(By::House, move |tx: &mut Tx<'_>, _| {
        let swept = codes::sweep(tx, now)? + sessions::sweep(tx, now)? + idempotency::sweep(tx, now)?;
        let mails = outbox::sweep(tx, now.minus(MAIL_ROWS_KEPT))?;
        tracing::debug!(swept, mails, "old rows swept away");
        Ok(())
    })
    .await
}
