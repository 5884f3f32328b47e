//! Sitting beside a party.

use serde_json::json;

use super::Person;
use crate::answer::Answer;

impl Person {
    /// Asks somebody to sit beside one, who hears what is said from then on.
    pub async fn asks_beside(&self, dispute: &str, role: &str, whom: &Person) -> Answer {
        let body = json!({"role": role, "name": whom.name, "email": whom.email});
        self.client().post(&format!("/disputes/{dispute}/companions"), body).await
    }

    /// Reads the seat that one is asked to take, or has.
    pub async fn reads_seat(&self, dispute: &str, seat: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/companions/{seat}?language=en")).await
    }

    /// Signs the agreement to mediate and sits down.
    pub async fn sits_beside(&self, dispute: &str, seat: &str) -> Answer {
        let body = json!({"document": "agreement-to-mediate", "version": 1, "language": "en"});
        self.client().post(&format!("/disputes/{dispute}/companions/{seat}/acceptance"), body).await
    }

    /// Ends a seat.
    pub async fn ends_seat(&self, dispute: &str, seat: &str) -> Answer {
        self.client().delete(&format!("/disputes/{dispute}/companions/{seat}")).await
    }
}
