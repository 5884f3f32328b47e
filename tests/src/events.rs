//! The room as it comes where no WebSocket gets through: server-sent events, read to the letter of the HTML standard as
//! far as the house uses it. It keeps what it heard, and judges nothing by itself.

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::Value;

use crate::client::Client;

/// How long a frame may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// An open line of one person, on which they only hear.
pub struct Events {
    answer: Response,
    rest: String,
    heard: VecDeque<Value>,
}

impl Events {
    /// Asks for the room after these numbers, such as `joint:3`.
    ///
    /// # Errors
    /// The status with which it was refused.
    pub async fn tries(client: &Client, dispute: &str, after: &str) -> Result<Self, u16> {
        let path = format!("/disputes/{dispute}/room/events?after={after}");
        // The whole answer may take as long as the test does.
        let request = client.request(Method::GET, &path).timeout(Duration::from_secs(600));
        let answer = request.send().await.expect("an answer");
        if answer.status() != 200 {
            return Err(answer.status().as_u16());
        }
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-store"));
        Ok(Self { answer, rest: String::new(), heard: VecDeque::new() })
    }

    /// Enters the room, and returns the welcome.
    pub async fn enters(client: &Client, dispute: &str, after: &str) -> (Self, Value) {
        let mut events = Self::tries(client, dispute, after).await.expect("a seat in the room");
        let welcome = events.hears(|frame| frame["t"] == "welcome").await;
        (events, welcome)
    }

    /// Takes the first frame that fits, heard already or still to come. The others stay.
    pub async fn hears(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(at) = self.heard.iter().position(&fits) {
                    return self.heard.remove(at).expect("it was there");
                }
                assert!(self.listens().await, "the line ended before the frame came; heard {:?}", self.heard);
            }
        });
        match heard.await {
            Ok(frame) => frame,
            Err(_) => panic!("the frame did not come; heard {:?}", self.heard),
        }
    }

    /// Takes the entry whose text is this.
    pub async fn hears_text(&mut self, text: &str) -> Value {
        self.hears(|frame| frame["t"] == "entry" && frame["body"]["text"] == text).await
    }

    /// Every frame that was heard and not asked for, and forgets them.
    pub fn heard_so_far(&mut self) -> Vec<Value> {
        self.heard.drain(..).collect()
    }

    /// Waits for the end of the line.
    pub async fn ends(&mut self) {
        let ended = tokio::time::timeout(PATIENCE, async { while self.listens().await {} });
        ended.await.expect("the line should have ended");
    }

    /// Reads a piece of the answer; whether there was one.
    async fn listens(&mut self) -> bool {
        let Ok(Some(piece)) = self.answer.chunk().await else { return false };
        self.rest.push_str(std::str::from_utf8(&piece).expect("an event is UTF-8"));
        while let Some((event, rest)) = self.rest.split_once("\n\n") {
            for line in event.lines() {
                match line.split_once(": ") {
                    Some(("data", frame)) => match serde_json::from_str(frame).expect("a frame is JSON") {
                        Value::Array(frames) => self.heard.extend(frames),
                        frame => self.heard.push_back(frame),
                    },
                    // A comment, by which the line is kept.
                    _ => assert!(line.starts_with(':'), "no line of an event: {line}"),
                }
            }
            self.rest = rest.to_owned();
        }
        true
    }
}
