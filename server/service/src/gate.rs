//! A door that lets in so many at once: for work that strangers may ask for, and that costs memory and a core.
//! Deliberately not here: how often one of them may come, which `limits` counts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refused::Refused;

/// After what time it is worth coming back.
const COME_BACK: Duration = Duration::from_secs(10);

/// The door. Clones are the same door.
#[derive(Debug, Clone)]
pub struct Gate {
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Gate {
    /// So many inside, and as many of them at work as there are cores.
    pub fn new(places: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Self { places: Arc::new(Semaphore::new(places)), cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Goes in, as long as the answer is kept.
    ///
    /// # Errors
    /// `Busy` where no place is free: nobody waits outside.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| Refused::Busy { retry_after: COME_BACK })
    }

    /// Waits for a core, as long as the answer is kept. Only who is inside waits, so that the queue is bounded.
    ///
    /// # Errors
    /// `Broken` at the end of the program.
    pub async fn core(&self) -> Result<OwnedSemaphorePermit, Refused> {
        Arc::clone(&self.cores).acquire_owned().await.map_err(|_| Refused::broken("gate"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_place_is_told_to_come_back() {
        let gate = Gate::new(2);
        let inside = (gate.enter(), gate.enter());
        assert!(inside.0.is_ok() && inside.1.is_ok());
        assert_eq!(gate.enter().err(), Some(Refused::Busy { retry_after: COME_BACK }));
        drop(inside.0);
        assert!(gate.enter().is_ok());
    }
}
