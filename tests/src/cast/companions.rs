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

    /// Asks the registrar to accept that whoever sits there signs for one.
    pub async fn claims_authority(&self, dispute: &str, seat: &str, ground: &str) -> Answer {
        let path = format!("/disputes/{dispute}/companions/{seat}/authority");
        self.client().post(&path, json!({"ground": ground})).await
    }

    /// Takes that back.
    pub async fn ends_authority(&self, dispute: &str, seat: &str) -> Answer {
        self.client().delete(&format!("/disputes/{dispute}/companions/{seat}/authority")).await
    }

    /// Answers it, as a registrar: `acceptance` or `refusal`.
    pub async fn answers_authority(&self, dispute: &str, seat: &str, answer: &str, ground: &str) -> Answer {
        let path = format!("/disputes/{dispute}/companions/{seat}/authority/{answer}");
        self.client().post(&path, json!({"ground": ground})).await
    }

    /// Ends a seat.
    pub async fn ends_seat(&self, dispute: &str, seat: &str) -> Answer {
        self.client().delete(&format!("/disputes/{dispute}/companions/{seat}")).await
    }
}
