//! Passkeys: adding them, and signing with them.

use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;
use crate::authenticator::Authenticator;

impl Person {
    /// Asks for a challenge under which a device makes a passkey.
    pub async fn asks_for_passkey(&self) -> Answer {
        let proof = self.proof().await;
        self.client().post("/passkeys/challenges", proof).await
    }

    /// Sends what a device answered.
    pub async fn sends_passkey(&self, name: &str, credential: Value) -> Answer {
        self.client().post("/passkeys", json!({"name": name, "credential": credential})).await
    }

    /// Adds a passkey of that device, and returns its id.
    pub async fn adds_passkey(&self, device: &Authenticator) -> String {
        let options = self.asks_for_passkey().await.expects(201);
        let made = device.makes(&device.making(&options));
        let added = self.sends_passkey("My own telephone", made).await.expects(201);
        added["id"].as_str().expect("an id").to_owned()
    }

    /// A device with a passkey of this person's, which counts.
    pub async fn with_passkey(&self) -> Authenticator {
        let device = Authenticator::new(1);
        self.adds_passkey(&device).await;
        device
    }

    /// One's own passkeys.
    pub async fn lists_passkeys(&self) -> Answer {
        self.client().get("/passkeys").await
    }

    /// Removes a passkey.
    pub async fn removes_passkey(&self, id: &str) -> Answer {
        let proof = self.proof().await;
        self.client().post(&format!("/passkeys/{id}/removal"), proof).await
    }

    /// Asks for a challenge under which a passkey signs that text, freely and open to auditors where that is to be said.
    pub async fn asks_to_sign(&self, dispute: &str, digest: &str, intent: &str) -> Answer {
        let body = match intent {
            "sign" => json!({"intent": intent, "freely": true, "auditor_may_read_terms": true}),
            _ => json!({"intent": intent}),
        };
        self.asks_to_sign_with(dispute, digest, body).await
    }

    /// The same in other words.
    pub async fn asks_to_sign_with(&self, dispute: &str, digest: &str, mut body: Value) -> Answer {
        let path = format!("/disputes/{dispute}/agreement/signatures/challenges");
        body["digest"] = digest.into();
        self.client().post(&path, body).await
    }

    /// Reads what a passkey of one's own signed there.
    pub async fn reads_evidence(&self, dispute: &str) -> Answer {
        self.client().get(&format!("/disputes/{dispute}/agreement/signatures/mine")).await
    }

    /// Signs with what a passkey answered, as `signs` does with a password.
    pub async fn signs_by_passkey(&self, dispute: &str, digest: &str, passkey: Value) -> Answer {
        let body = json!({"intent": "sign", "freely": true, "auditor_may_read_terms": true});
        self.puts_passkey(dispute, digest, passkey, body).await
    }

    /// Attests with what a passkey answered.
    pub async fn attests_by_passkey(&self, dispute: &str, digest: &str, passkey: Value) -> Answer {
        self.puts_passkey(dispute, digest, passkey, json!({"intent": "attest"})).await
    }

    async fn puts_passkey(&self, dispute: &str, digest: &str, passkey: Value, mut body: Value) -> Answer {
        body["digest"] = digest.into();
        body["name"] = self.name.as_str().into();
        body["passkey"] = passkey;
        self.client().post(&format!("/disputes/{dispute}/agreement/signatures"), body).await
    }
}
