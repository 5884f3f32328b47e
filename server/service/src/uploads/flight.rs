//! Which uploads somebody is just sending a piece of: one request at a time each. Deliberately not here: how far they are,
//! which is the database's; two nodes that took a piece at once would find out there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::UploadId;
use tokio::sync::{Notify, watch};

/// How long a request gets to put down what it has taken in.
const LANDING_MAX: Duration = Duration::from_secs(10);

type Flights = HashMap<UploadId, (Arc<Notify>, watch::Receiver<()>)>;

/// All requests under way. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct InFlight(Arc<Mutex<Flights>>);

/// One request under way; it is over when this is dropped.
#[derive(Debug)]
pub struct Flight {
    id: UploadId,
    all: InFlight,
    stop: Arc<Notify>,
    /// Whoever waits for the end hears it when this goes.
    _over: watch::Sender<()>,
}

impl InFlight {
    /// Begins a request for an upload; nothing where one is under way.
    pub fn begin(&self, id: UploadId) -> Option<Flight> {
        let mut flights = self.flights();
        if flights.contains_key(&id) {
            return None;
        }
        let (over, ended) = watch::channel(());
        let stop = Arc::new(Notify::new());
        flights.insert(id, (Arc::clone(&stop), ended));
        Some(Flight { id, all: self.clone(), stop, _over: over })
    }

    /// Ends the request for an upload, where one is under way, and waits until what came is put down: whoever asks how
    /// far it is has lost that line, though the house may not have noticed yet.
    pub async fn land(&self, id: UploadId) {
        let Some((stop, mut ended)) = self.flights().get(&id).cloned() else { return };
        stop.notify_one();
        // An error is the end that is waited for.
        let _ = tokio::time::timeout(LANDING_MAX, ended.changed()).await;
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Resolves once the request is to end.
    pub async fn is_to_land(&self) {
        self.stop.notified().await;
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.all.flights().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn one_request_at_a_time_and_whoever_asks_how_far_it_is_ends_it() {
        let (all, id) = (InFlight::default(), UploadId::new(Uuid::from_u128(1)));
        let flight = all.begin(id).expect("the first");
        assert!(all.begin(id).is_none());
        assert!(all.begin(UploadId::new(Uuid::from_u128(2))).is_some(), "another upload is another matter");
        let lands = tokio::spawn(async move {
            flight.is_to_land().await;
            drop(flight);
        });
        all.land(id).await;
        lands.await.expect("it ended");
        assert!(all.begin(id).is_some());
        all.land(id).await;
    }
}
