//! What people of a test said: every password, token and sentence that went out in a body. When the service ends,
//! none of it may stand in its log, nor in a mail. This is how each journey is a test of secrecy as well.

use std::sync::{Arc, Mutex};

use serde_json::Value;

/// The sentences and secrets of one service's people.
#[derive(Clone, Default)]
pub struct Said(Arc<Mutex<Vec<String>>>);

/// Fields whose every value is secret, however short.
const SECRET: [&str; 6] = ["password", "passphrase", "refresh_token", "access_token", "totp_secret", "code"];

impl Said {
    /// Remembers what a body says.
    pub fn hears(&self, body: &Value) {
        let mut list = self.0.lock().expect("nobody died while speaking");
        collect(None, body, &mut list);
    }

    /// The first thing said that stands in a text.
    pub fn found_in(&self, text: &str) -> Option<String> {
        let list = self.0.lock().expect("nobody died while speaking");
        list.iter().find(|said| text.contains(said.as_str())).cloned()
    }
}

fn collect(field: Option<&str>, value: &Value, list: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let secret = field.is_some_and(|name| SECRET.contains(&name)) && text.len() >= 8;
            // A sentence is what has three words or more; shorter values are names, ids and words of the protocol.
            let sentence = text.split_whitespace().count() >= 3;
            if (secret || sentence) && !list.contains(text) {
                list.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(field, item, list)),
        Value::Object(map) => map.iter().for_each(|(name, item)| collect(Some(name), item, list)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sentence_and_a_password_are_remembered_and_a_word_of_the_protocol_is_not() {
        let said = Said::default();
        said.hears(
            &json!({"password": "correcthorse", "body": {"kind": "message", "text": "I cannot pay now"}}),
        );
        assert!(said.found_in("log: I cannot pay now!").is_some());
        assert!(said.found_in("log: correcthorse").is_some());
        assert!(said.found_in("log: kind=message").is_none());
    }
}
