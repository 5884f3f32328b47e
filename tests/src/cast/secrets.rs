//! What the mediator asks both sides to answer in secret: blind bids and the proposal.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;

/// A question for blind bids about the deposit, which the respondent would pay back.
pub fn a_question(rounds: u64) -> Value {
    json!({
        "question": {"en": "How much of the deposit is paid back"},
        "currency": "BDT",
        "payer": "respondent",
        "rounds": rounds,
    })
}

impl Person {
    /// Asks both sides for blind bids.
    pub async fn asks_for_bids(&self, dispute: &str, question: Value) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/room/blind-bids"), question).await
    }

    /// Reads the questions that were asked.
    pub async fn reads_bids(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/room/blind-bids")).await
    }

    /// Enters a figure in taka for a round.
    pub async fn enters(&self, dispute: &str, bid: &str, round: u64, figure: &str) -> Answer {
        let body = json!({"round": round, "amount": {"value": figure, "currency": "BDT"}});
        self.client().post(&format!("/disputes/{dispute}/room/blind-bids/{bid}/figures"), body).await
    }

    /// Takes a question back.
    pub async fn takes_question_back(&self, dispute: &str, bid: &str) -> Answer {
        self.client().delete(&format!("/disputes/{dispute}/room/blind-bids/{bid}")).await
    }

    /// Proposes terms to both sides, until `expires_at` where it is named.
    pub async fn proposes(&self, dispute: &str, terms: Value, expires_at: Option<&str>) -> Answer {
        let mut body = json!({ "terms": terms });
        if let Some(end) = expires_at {
            body["expires_at"] = end.into();
        }
        self.client().post(&format!("/disputes/{dispute}/room/proposals"), body).await
    }

    /// Reads the proposals that were made.
    pub async fn reads_proposals(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/room/proposals")).await
    }

    /// Answers a proposal.
    pub async fn answers_proposal(&self, dispute: &str, proposal: &str, accepts: bool) -> Answer {
        let path = format!("/disputes/{dispute}/room/proposals/{proposal}/answer");
        self.client().put(&path, json!({ "accepts": accepts })).await
    }

    /// Takes a proposal back.
    pub async fn takes_proposal_back(&self, dispute: &str, proposal: &str) -> Answer {
        self.client().delete(&format!("/disputes/{dispute}/room/proposals/{proposal}")).await
    }
}
