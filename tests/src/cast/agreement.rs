//! Offers, the text, signing it, and what comes of it.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;

/// One promise, complete.
pub fn a_term(text: &str, amount: &str) -> Value {
    json!({
        "debtor": "respondent",
        "creditor": "claimant",
        "text": {"en": text},
        "amount": {"value": amount, "currency": "BDT"},
        "due_on": "2027-01-31",
    })
}

/// The body of an offer.
pub fn an_offer(text: &str, amount: &str) -> Value {
    json!({"kind": "offer", "terms": [a_term(text, amount)], "expires_at": "2027-01-15T12:00:00Z"})
}

impl Person {
    /// Reads the agreement as it stands.
    pub async fn reads_agreement(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/agreement")).await
    }

    /// Writes a revision upon the one with the number `base`.
    pub async fn revises(&self, dispute: &str, base: u64, terms: Value) -> Answer {
        let body = json!({"base": base, "prevailing_language": "en", "terms": terms});
        self.client().post(&format!("/disputes/{dispute}/agreement/revisions"), body).await
    }

    /// Suggests something for the text.
    pub async fn suggests(&self, dispute: &str, what: Value) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/agreement/suggestions"), what).await
    }

    /// The suggestions that this person may read.
    pub async fn reads_suggestions(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/agreement/suggestions")).await
    }

    /// Answers a suggestion: `acceptance` (upon the revision with that number), `refusal` or `withdrawal`.
    pub async fn answers_suggestion(&self, dispute: &str, id: &str, answer: &str, base: u64) -> Answer {
        let body = if answer == "acceptance" { json!({"base": base}) } else { json!({}) };
        self.client().post(&format!("/disputes/{dispute}/agreement/suggestions/{id}/{answer}"), body).await
    }

    /// Says in its own words what it will do.
    pub async fn reads_back(&self, dispute: &str, digest: &str, texts: Value) -> Answer {
        let body = json!({"digest": digest, "texts": texts});
        self.client().put(&format!("/disputes/{dispute}/agreement/read-back"), body).await
    }

    /// What this person may read of what was read back.
    pub async fn hears_read_back(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/agreement/read-back")).await
    }

    /// Says that the text is ready to be frozen.
    pub async fn finds_ready(&self, dispute: &str, digest: &str) -> Answer {
        self.client()
            .post(&format!("/disputes/{dispute}/agreement/readiness"), json!({"digest": digest}))
            .await
    }

    /// Freezes the text.
    pub async fn freezes(&self, dispute: &str, digest: &str) -> Answer {
        self.client()
            .post(&format!("/disputes/{dispute}/agreement/freezing"), json!({"digest": digest}))
            .await
    }

    /// Gives up the time to think.
    pub async fn waives(&self, dispute: &str, digest: &str) -> Answer {
        let body = json!({"digest": digest, "advice_notice_read": true});
        self.client().post(&format!("/disputes/{dispute}/agreement/waivers"), body).await
    }

    /// Signs freely, with a fresh proof, and lets the auditor read the terms.
    pub async fn signs(&self, dispute: &str, digest: &str) -> Answer {
        self.signs_with(dispute, digest, json!({})).await
    }

    /// Signs, with some of the fields put otherwise.
    pub async fn signs_with(&self, dispute: &str, digest: &str, otherwise: Value) -> Answer {
        let body = json!({"intent": "sign", "freely": true, "auditor_may_read_terms": true});
        self.puts_name(dispute, digest, body, otherwise).await
    }

    /// Attests, as the mediator.
    pub async fn attests(&self, dispute: &str, digest: &str) -> Answer {
        self.puts_name(dispute, digest, json!({"intent": "attest"}), json!({})).await
    }

    async fn puts_name(&self, dispute: &str, digest: &str, mut body: Value, otherwise: Value) -> Answer {
        body["digest"] = digest.into();
        body["name"] = self.name.as_str().into();
        let proof = if otherwise.get("password").is_some() { json!({}) } else { self.proof().await };
        for more in [proof, otherwise] {
            for (name, value) in more.as_object().expect("an object") {
                body[name] = value.clone();
            }
        }
        self.client().post(&format!("/disputes/{dispute}/agreement/signatures"), body).await
    }

    /// Writes a revision in which the text of that language counts.
    pub async fn revises_in(&self, dispute: &str, base: u64, prevailing: &str, terms: Value) -> Answer {
        let body = json!({"base": base, "prevailing_language": prevailing, "terms": terms});
        self.client().post(&format!("/disputes/{dispute}/agreement/revisions"), body).await
    }

    /// Chooses the language in which this person reads and signs the text.
    pub async fn wants_to_read(&self, dispute: &str, language: &str) -> Answer {
        let path = format!("/disputes/{dispute}/reading-language");
        self.client().put(&path, json!({"language": language})).await
    }

    /// Chooses how the record comes.
    pub async fn wants_delivery(&self, dispute: &str, how: Value) -> Answer {
        self.client().put(&format!("/disputes/{dispute}/delivery"), how).await
    }

    /// Reads the own view of the settlement.
    pub async fn reads_settlement(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/settlement")).await
    }
}
