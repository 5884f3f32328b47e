//! The worker that drains the outbox: claims what is due, sends it, and says what became of it. A mail that cannot
//! leave is tried again after a minute, two, four, ... six hours, for three days; one that is none, or that a server
//! refuses for good, is set aside for the registrar. A crash between sending and saying so makes a double, which its
//! Message-ID shows to be one.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{DeliveryId, MailId};
use domain::settlement::DeliveryState;
use domain::time::Moment;
use lettre::Message;
use store::outbox::{self, Claimed};
use store::{Store, Tx, deliveries};
use tokio::sync::{Notify, watch};

use super::dkim::Signer;
use super::message::{NotAMail, of_row};
use super::transport::{NotSent, Transport};
use crate::clock::Clock;
use crate::config::Config;

/// How long a claimed mail is ours unless we say that we are still at it: this long it waits after a crash.
const LEASE: Duration = Duration::from_secs(30);
/// How often we say so. Two may be missed.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How many are sent at once.
const AT_ONCE: usize = 8;
/// How often the worker looks without being woken: for mails that are due again, and those of `account add`.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// Drains the outbox.
pub struct Worker {
    pub store: Store,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub transport: Arc<Transport>,
    pub signer: Option<Arc<Signer>>,
    pub wake: Arc<Notify>,
}

/// What became of one mail.
enum Fate {
    Sent,
    Retry(Moment, String),
    SetAside(String),
}

impl Worker {
    /// Works until the program stops; what is on its way is finished first.
    pub async fn run(self, mut stopping: watch::Receiver<bool>) {
        loop {
            // One that sent a full batch looks again at once.
            let is_more = self.drain().await;
            if *stopping.borrow() {
                return;
            }
            if is_more {
                continue;
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopping.changed() => return,
            }
        }
    }

    async fn drain(&self) -> bool {
        let now = self.clock.now();
        let claimed = self.store.write(move |tx: &mut Tx<'_>| outbox::claim(tx, now, LEASE, AT_ONCE)).await;
        let claimed = match claimed {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return false;
            }
        };
        let mails: Vec<MailId> = claimed.iter().map(|row| row.id).collect();
        let sending = futures_util::future::join_all(claimed.into_iter().map(|row| self.send(row)));
        tokio::select! {
            _ = sending => {}
            () = self.keep_leases(&mails) => {}
        }
        mails.len() == AT_ONCE
    }

    /// Renews the leases until it is dropped: a server may take longer over a mail than a lease lasts.
    async fn keep_leases(&self, mails: &[MailId]) {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let (mails, now) = (mails.to_vec(), self.clock.now());
            let renewed =
                self.store.write(move |tx: &mut Tx<'_>| outbox::renew(tx, &mails, now, LEASE)).await;
            if let Err(error) = renewed {
                // Another worker may send them as well: a double, never a loss.
                tracing::warn!(%error, "the lease of mails could not be renewed");
            }
        }
    }

    async fn send(&self, row: Claimed) {
        let now = self.clock.now();
        let fate = match of_row(&row, &self.config, now) {
            Err(NotAMail(part)) => Fate::SetAside(format!("not-a-mail-{part}")),
            Ok(message) => match self.transport.send(row.id, self.signed(message).await).await {
                Ok(()) => Fate::Sent,
                Err(NotSent::Never(problem)) => Fate::SetAside(problem),
                Err(NotSent::Later(problem)) => self.later(&row, now, problem),
            },
        };
        tell(&row, &fate);
        let (id, delivery, now) = (row.id, row.delivery, self.clock.now());
        if let Err(error) =
            self.store.write(move |tx: &mut Tx<'_>| settle(tx, id, delivery, &fate, now)).await
        {
            // Its lease ends, and it is sent again: a double, never a loss.
            tracing::error!(%error, mail = %id, "what became of a mail could not be kept");
        }
    }

    /// A mail under the house's signature, where it has one: made on a thread of its own, for it takes a while.
    async fn signed(&self, message: Message) -> Message {
        let Some(signer) = self.signer.clone() else { return message };
        let unsigned = message.clone();
        let sign = move || {
            let mut message = message;
            signer.sign(&mut message);
            message
        };
        match tokio::task::spawn_blocking(sign).await {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "a mail could not be signed");
                unsigned
            }
        }
    }

    fn later(&self, row: &Claimed, now: Moment, problem: String) -> Fate {
        let due_at = now.plus(wait_after(row.attempts));
        if due_at > row.created_at.plus(self.config.mail.lasting) {
            Fate::SetAside(problem)
        } else {
            Fate::Retry(due_at, problem)
        }
    }
}

/// A minute after the first try, doubled after each.
fn wait_after(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    FIRST_WAIT.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_WAIT)
}

fn tell(row: &Claimed, fate: &Fate) {
    let (mail, purpose) = (row.id, row.purpose.as_str());
    match fate {
        Fate::Sent => tracing::info!(%mail, purpose, "mail sent"),
        Fate::Retry(due_at, problem) => tracing::warn!(%mail, purpose, problem, %due_at, "mail waits"),
        Fate::SetAside(problem) => tracing::error!(%mail, purpose, problem, "mail set aside"),
    }
}

/// Notes what became of a mail, and, where it carried a record, of that delivery (R26).
fn settle(
    tx: &mut Tx<'_>,
    id: MailId,
    delivery: Option<DeliveryId>,
    fate: &Fate,
    now: Moment,
) -> store::Result<()> {
    let state = match fate {
        Fate::Sent => {
            outbox::sent(tx, id, now)?;
            DeliveryState::Sent
        }
        Fate::Retry(due_at, problem) => return outbox::retry(tx, id, *due_at, problem),
        Fate::SetAside(problem) => {
            outbox::set_aside(tx, id, now, problem)?;
            DeliveryState::Failed
        }
    };
    match delivery.map(|delivery| deliveries::set_state(tx, delivery, state, now)) {
        // The delivery is gone. The mail was sent all the same, and is not to be sent for ever.
        None | Some(Err(store::Error::NotFound)) => Ok(()),
        Some(done) => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        let minutes: Vec<u64> = (1..=11).map(|attempts| wait_after(attempts).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(wait_after(i32::MAX), LONGEST_WAIT);
        assert_eq!(wait_after(0), FIRST_WAIT);
    }
}
