//! People with verbs: what a claimant, a respondent, a mediator, a registrar and an auditor do, each verb one call of
//! the interface. A verb returns the bare answer, so that the same one serves for `ok()` and for `assert_refused!`.

mod accounts;
mod companions;
mod certifying;
mod disputes;
mod agreement;
mod passkeys;
mod secrets;
mod leading;
mod files;

use std::sync::Mutex;

use crate::client::Client;
use crate::totp::Device;

pub use agreement::{a_term, an_offer};
pub use certifying::a_certifier;
pub use disputes::{a_dispute, all_clear, an_answer};
pub use files::{a_picture, last_said};
pub use leading::{a_caucus, a_summary, a_timer, an_answer_to};
pub use secrets::a_question;

/// Somebody with an account (or about to have one).
pub struct Person {
    /// As on their papers.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The account's id, where a command printed it.
    pub id: Option<String>,
    device: Option<Device>,
    client: Mutex<Client>,
    refresh_token: Mutex<String>,
}

impl Person {
    /// Their client, with the token of their last sign-in.
    pub fn client(&self) -> Client {
        self.client.lock().expect("nobody died while signing in").clone()
    }

    /// A proof of identity for signing: the password, and a code where they have a device.
    pub async fn proof(&self) -> serde_json::Value {
        let mut proof = serde_json::json!({"password": self.password});
        if let Some(device) = &self.device {
            proof["totp"] = device.code().await.into();
        }
        proof
    }

    /// Their second factor.
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }
}
