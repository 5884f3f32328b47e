//! Having a record certified: asking, agreeing, naming, and what the certifier does.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;

/// Whom a registrar names.
pub fn a_certifier(who: &Person) -> Value {
    json!({
        "name": who.name,
        "capacity": "legal-aid-officer",
        "office": "Legal Aid Office, Dhaka",
        "email": who.email,
    })
}

impl Person {
    /// Asks that a record be certified.
    pub async fn asks_for_certification(&self, settlement: &str) -> Answer {
        self.client().post(&format!("/settlements/{settlement}/certifications"), json!({})).await
    }

    /// Reads a certification, as a party or a registrar.
    pub async fn reads_certification(&self, id: &str) -> Answer {
        self.client().get(&format!("/certifications/{id}")).await
    }

    /// Answers as a party: `agreement` or `withdrawal`; as the certifier: `declining`.
    pub async fn answers_certification(&self, id: &str, answer: &str) -> Answer {
        self.client().post(&format!("/certifications/{id}/{answer}"), json!({})).await
    }

    /// Names who certifies, as a registrar.
    pub async fn names_certifier(&self, id: &str, whom: Value) -> Answer {
        self.client().put(&format!("/certifications/{id}/certifier"), whom).await
    }

    /// Takes a certification on by the code from the mail.
    pub async fn takes_certification(&self, code: &str) -> Answer {
        self.client().post(&format!("/certifications/codes/{code}/acceptance"), json!({})).await
    }

    /// Reads what one is to certify.
    pub async fn reads_what_to_certify(&self, id: &str) -> Answer {
        self.client().get(&format!("/certifications/{id}/desk")).await
    }

    /// Certifies, with a fresh proof; some of the fields put otherwise.
    pub async fn certifies(&self, id: &str, digest: &str, otherwise: Value) -> Answer {
        let mut body = self.proof().await;
        let fields = json!({"digest": digest, "name": self.name, "intent": "certify", "language": "en"});
        for more in [fields, otherwise] {
            for (name, value) in more.as_object().expect("an object") {
                body[name] = value.clone();
            }
        }
        self.client().post(&format!("/certifications/{id}/statement"), body).await
    }

    /// Fetches a file of a certification, such as `certification.pdf`.
    pub async fn fetches_of_certification(&self, id: &str, name: &str) -> Answer {
        self.client().get(&format!("/certifications/{id}/{name}")).await
    }
}
