//! Filing, answering, preparing, assigning, leaving.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;

/// A dispute about rent with somebody, as a wizard would send it.
pub fn a_dispute(with: &Person) -> Value {
    json!({
        "category": "tenancy",
        "title": "The deposit for the flat in Lake Road",
        "statement": "I moved out in March and the deposit was never paid back to me.",
        "outcome_sought": "I want the whole deposit back by January.",
        "amount": {"value": "450.00", "currency": "BDT"},
        "language": "en",
        "respondent": {"name": with.name, "email": with.email},
        "needs": [],
    })
}

/// Safety answers that pass by themselves.
pub fn all_clear() -> Value {
    json!({"alone": "yes", "afraid": "no", "violence": "no", "control": "no", "order": "no"})
}

/// Safety answers that are clear but for one.
pub fn an_answer(question: &str, answer: &str) -> Value {
    let mut answers = all_clear();
    answers[question] = answer.into();
    answers
}

impl Person {
    /// Begins a draft.
    pub async fn drafts(&self, dispute: Value) -> Answer {
        self.client().post("/disputes", dispute).await
    }

    /// Answers the safety questions.
    pub async fn answers_safety(&self, dispute: &str, answers: Value) -> Answer {
        self.client().put(&format!("/disputes/{dispute}/safety"), answers).await
    }

    /// Files a draft.
    pub async fn files(&self, dispute: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/filing"), json!({})).await
    }

    /// Reads a dispute.
    pub async fn reads(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}")).await
    }

    /// The stage that this person reads.
    pub async fn stage(&self, dispute: &str) -> String {
        self.reads(dispute).await.expects(200)["stage"].as_str().unwrap_or_default().to_owned()
    }

    /// Decides about a dispute that waits for the registrar.
    pub async fn screens(&self, dispute: &str, decision: Value) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/screening"), decision).await
    }

    /// Looks at an invitation.
    pub async fn reads_invitation(&self, code: &str) -> Answer {
        self.client().get(&format!("/invitations/{code}")).await
    }

    /// Takes part.
    pub async fn accepts_invitation(&self, code: &str) -> Answer {
        self.client().post(&format!("/invitations/{code}/acceptance"), json!({})).await
    }

    /// Says no.
    pub async fn refuses_invitation(&self, code: &str) -> Answer {
        self.client().post(&format!("/invitations/{code}/refusal"), json!({})).await
    }

    /// Signs the agreement to mediate in the version that is shown.
    pub async fn consents(&self, dispute: &str) -> Answer {
        let path = format!("/disputes/{dispute}/consents");
        let shown = self.client().get(&format!("{path}/agreement-to-mediate?language=en")).await.expects(200);
        let body = json!({"document": "agreement-to-mediate", "version": shown["version"], "language": "en"});
        self.client().post(&path, body).await
    }

    /// Says that they are ready, and for which route.
    pub async fn is_ready_for(&self, dispute: &str, route: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/readiness"), json!({"route": route})).await
    }

    /// Does all that stands before a mediator can be assigned, for the own side.
    pub async fn prepares(&self, dispute: &str, safety: Option<Value>) {
        if let Some(answers) = safety {
            self.answers_safety(dispute, answers).await.expects(204);
        }
        self.consents(dispute).await.expects(201);
        self.is_ready_for(dispute, "mediation").await.expects(200);
    }

    /// Proposes a mediator; none named: the best match.
    pub async fn assigns(&self, dispute: &str, mediator: Option<&Person>) -> Answer {
        let body = match mediator {
            Some(person) => json!({"mediator_id": person.id}),
            None => json!({}),
        };
        self.client().post(&format!("/disputes/{dispute}/assignments"), body).await
    }

    /// Proposes a second mediator beside the one who leads.
    pub async fn assigns_beside(&self, dispute: &str, mediator: &Person) -> Answer {
        let body = json!({"mediator_id": mediator.id, "beside": true});
        self.client().post(&format!("/disputes/{dispute}/assignments"), body).await
    }

    /// Asks the house for a second mediator.
    pub async fn asks_for_co_mediator(&self, dispute: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/co-mediation-requests"), json!({})).await
    }

    /// Lays the co-mediator's seat down, or ends that of the one named.
    pub async fn ends_co_mediation(&self, dispute: &str, of: Option<&Person>) -> Answer {
        let body = of.map_or(json!({}), |person| json!({"mediator_id": person.id}));
        self.client().post(&format!("/disputes/{dispute}/co-mediation-endings"), body).await
    }

    /// Answers the conflict inquiry with no conflict, and accepts.
    pub async fn takes_on(&self, assignment: &str) -> Answer {
        self.takes_on_with(assignment, json!({"conflict": false})).await
    }

    /// Answers the conflict inquiry.
    pub async fn takes_on_with(&self, assignment: &str, inquiry: Value) -> Answer {
        self.client().post(&format!("/assignments/{assignment}/acceptance"), inquiry).await
    }

    /// Accepts the proposed mediator.
    pub async fn approves(&self, assignment: &str) -> Answer {
        self.client().post(&format!("/assignments/{assignment}/approval"), json!({})).await
    }

    /// Accepts them, and lets them read what one told an earlier mediator in private.
    pub async fn approves_and_opens_earlier(&self, assignment: &str) -> Answer {
        let body = json!({"reads_earlier": true});
        self.client().post(&format!("/assignments/{assignment}/approval"), body).await
    }

    /// Lays the mediation down, or takes it from that mediator.
    pub async fn seeks_another_mediator(&self, dispute: &str, than: &Person) -> Answer {
        let body = json!({"mediator_id": than.id});
        self.client().post(&format!("/disputes/{dispute}/replacements"), body).await
    }

    /// Objects to the proposed mediator.
    pub async fn objects(&self, assignment: &str) -> Answer {
        self.client().post(&format!("/assignments/{assignment}/objection"), json!({})).await
    }

    /// Leaves.
    pub async fn withdraws(&self, dispute: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/withdrawal"), json!({})).await
    }

    /// Closes a mediation that found no way.
    pub async fn closes(&self, dispute: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/closing"), json!({"outcome": "impasse"})).await
    }

    /// Looks into the room.
    pub async fn looks_into_room(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/room")).await
    }

    /// Opens a session, as the mediator: from now on people see who is there.
    pub async fn opens_session(&self, dispute: &str) -> Answer {
        self.client().post(&format!("/disputes/{dispute}/room/sessions"), json!({})).await
    }

    /// Posts by the plain door.
    pub async fn posts(&self, dispute: &str, channel: &str, id: &str, body: Value) -> Answer {
        let path = format!("/disputes/{dispute}/room/channels/{channel}/entries");
        self.client().post(&path, json!({"id": id, "body": body})).await
    }

    /// Reads a channel after a number.
    pub async fn reads_channel(&self, dispute: &str, channel: &str, after: u64) -> Answer {
        let path = format!("/disputes/{dispute}/room/channels/{channel}/entries?after={after}&limit=500");
        self.client().get(&path).await
    }
}
