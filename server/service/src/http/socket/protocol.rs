//! Every frame of `concord.room.v1`, both ways, and every limit. A text frame carries one of these or a JSON array of
//! them. `web/scripts/room/protocol.js` mirrors this file. Deliberately not here: what is done with a frame.

use std::collections::BTreeMap;
use std::time::Duration;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::acts::rooms::RoomView;
use crate::http::json::entries::{BodyJson, EntryJson};
use crate::live::News;
use crate::refused::Refused;

/// The subprotocol that a client asks for.
pub const SUBPROTOCOL: &str = "concord.room.v1";
/// The most bytes of a frame that a client sends.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// About how many bytes of waiting frames are put into one array.
pub const BATCH_BYTES: usize = 24 * 1024;
/// How long a client may take to say hello.
pub const HELLO_PERIOD: Duration = Duration::from_secs(10);
/// How often a quiet client is asked whether it is there.
pub const PING_PERIOD: Duration = Duration::from_secs(20);
/// After how long a client from which nothing comes is given up.
pub const SILENCE_PERIOD: Duration = Duration::from_secs(50);
/// How long one write may take.
pub const WRITE_PERIOD: Duration = Duration::from_secs(8);
/// How many entries are read at once for a replay.
pub const REPLAY_ENTRIES: usize = 500;

/// The program restarts.
pub const CLOSE_RESTART: u16 = 1001;
/// Not UTF-8.
pub const CLOSE_NOT_UTF8: u16 = 1007;
/// Not of the protocol, or too many frames.
pub const CLOSE_PROTOCOL: u16 = 1008;
/// A frame that is too large.
pub const CLOSE_TOO_LARGE: u16 = 1009;
/// The session has ended, or the seat.
pub const CLOSE_SESSION: u16 = 4001;
/// The reader is too slow.
pub const CLOSE_SLOW: u16 = 4008;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// First of all, once: the last number that the client has, channel by channel.
    Hello {
        #[serde(default)]
        after: BTreeMap<String, u64>,
    },
    Post {
        id: String,
        channel: String,
        body: BodyJson,
        /// Who could read it when it was written, by the room's digest.
        #[serde(default)]
        audience_digest: Option<String>,
    },
    Typing {
        channel: String,
    },
    /// Taken and passed on to nobody: there are no read receipts (R19).
    Seen {
        channel: String,
        seq: u64,
    },
    /// One's own hand; with `who` the mediator takes that person's down and gives them the floor.
    Hand {
        up: bool,
        #[serde(default)]
        who: Option<String>,
    },
    Unsafe {},
    /// Joins the call of that channel (`on`), or leaves it.
    Call {
        channel: String,
        on: bool,
    },
    /// A call's signal to one other person, who is in the same call. Without a channel: the call that the sender is in;
    /// `n` says which joining of theirs is meant.
    Signal {
        to: String,
        #[serde(default)]
        channel: Option<String>,
        #[serde(default)]
        n: Option<u64>,
        data: Value,
    },
}

/// Somebody in a call, and the number of their joining.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Caller {
    pub who: &'static str,
    pub n: u64,
}

/// What the house says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Answer<'a> {
    Welcome {
        #[serde(flatten)]
        room: &'a RoomView,
        server_time: String,
    },
    /// The room has changed, as this reader sees it.
    Room {
        #[serde(flatten)]
        room: &'a RoomView,
    },
    Entry {
        #[serde(flatten)]
        entry: EntryJson,
    },
    Posted {
        id: &'a str,
        channel: &'a str,
        seq: u64,
        at: String,
    },
    Refused {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        problem: Value,
    },
    CaughtUp {
        channel: &'a str,
        seq: u64,
    },
    Presence {
        who: &'a str,
        here: bool,
    },
    Typing {
        who: &'a str,
        channel: &'a str,
    },
    Hand {
        who: &'a str,
        up: bool,
        /// The mediator took it down: this person has the floor.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        floor: bool,
    },
    /// A party has the room open while no session is (mediator only).
    Waiting {
        who: &'a str,
        here: bool,
    },
    /// Who is in the call of that channel now.
    Call {
        channel: &'a str,
        people: Vec<Caller>,
    },
    /// This socket is in the call.
    CallBegun {
        channel: &'a str,
        n: u64,
    },
    /// This socket is in it no more.
    CallEnded {
        channel: &'a str,
    },
    /// What another member of the call tells this one.
    Signal {
        from: &'a str,
        n: u64,
        channel: &'a str,
        data: &'a Value,
    },
    /// An *I do not feel safe* has reached the mediator.
    Signalled {
        kind: &'a str,
        told: &'a str,
        reply_time: &'a str,
        emergency_number: &'a str,
    },
    Bye {
        reason: &'a str,
        retry_ms: u64,
    },
}

/// Reads what a client sent: one frame or an array of them.
///
/// # Errors
/// `Malformed` or `Fields` where it is not of the protocol; what was sent is not said back.
pub fn read(text: &str) -> Result<Vec<Said>, Refused> {
    if text.trim_start().starts_with('[') {
        return crate::http::body::parse(text.as_bytes());
    }
    crate::http::body::parse(text.as_bytes()).map(|frame| vec![frame])
}

/// The id of the post in a frame that could not be read, so that its author can be told which one it was.
pub fn id_of_post(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    let is_post = frame.get("t").and_then(Value::as_str) == Some("post");
    let id = frame.get("id").and_then(Value::as_str).filter(|_| is_post)?;
    // Only what has the form of an id is said back: the rest may be what somebody wrote.
    id.parse::<uuid::Uuid>().is_ok().then(|| id.to_owned())
}

/// Writes one frame.
pub fn write(answer: &Answer<'_>) -> ByteString {
    // These types have string keys alone, so that they cannot fail to be written; a lost frame heals by `hello`.
    serde_json::to_string(answer).unwrap_or_default().into()
}

/// Writes a piece of news: once, for all who hear it.
pub fn encode(news: &News) -> ByteString {
    write(&match news {
        News::Entry(entry) => Answer::Entry { entry: EntryJson::from(entry.as_ref()) },
        News::Room(room) => Answer::Room { room },
        News::Presence { who, here } => Answer::Presence { who: who.as_str(), here: *here },
        News::Typing { who, channel } => Answer::Typing { who: who.as_str(), channel: channel.as_str() },
        News::Hand { who, up, floor } => Answer::Hand { who: who.as_str(), up: *up, floor: *floor },
        News::Waiting { who, here } => Answer::Waiting { who: who.as_str(), here: *here },
        News::Call { channel, people } => Answer::Call {
            channel: channel.as_str(),
            people: people.iter().map(|(who, n)| Caller { who: who.as_str(), n: *n }).collect(),
        },
        News::CallBegun { channel, number } => Answer::CallBegun { channel: channel.as_str(), n: *number },
        News::CallEnded { channel } => Answer::CallEnded { channel: channel.as_str() },
        News::Signal { from, number, channel, data } => {
            Answer::Signal { from: from.as_str(), n: *number, channel: channel.as_str(), data }
        }
        News::Refused(refused) => Answer::Refused { id: None, problem: refused.document() },
    })
}

/// Puts frames into one: alone as it is, several as an array.
pub fn batch(frames: &[ByteString]) -> ByteString {
    if let [one] = frames {
        return one.clone();
    }
    let bytes = frames.iter().map(|frame| frame.len() + 1).sum::<usize>() + 2;
    let mut text = String::with_capacity(bytes);
    text.push('[');
    for (at, frame) in frames.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(frame);
    }
    text.push(']');
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::rooms::{ChannelView, PersonView};
    use domain::entry::{Author, Body, Entry};
    use domain::language::Language;
    use domain::party::Side;
    use domain::room::{Channel, Seat};
    use domain::time::Moment;
    use serde_json::json;
    use std::sync::Arc;
    use uuid::Uuid;

    #[test]
    fn every_frame_of_a_client_is_read() {
        let id = "01900000-0000-7000-8000-000000000001";
        let after = BTreeMap::from([("joint".to_owned(), 41), ("caucus-claimant".to_owned(), 7)]);
        let body = BodyJson::Message { text: "Good morning".to_owned(), lang: "bn".to_owned() };
        let (channel, audience_digest) = ("joint".to_owned(), Some("00".to_owned()));
        let posted = Said::Post { id: id.to_owned(), channel, body, audience_digest };
        let post = format!(
            r#"{{"t":"post","id":"{id}","channel":"joint","body":{{"kind":"message","text":"Good morning","lang":"bn"}},"audience_digest":"00"}}"#
        );
        for (text, frame) in [
            (r#"{"t":"hello","after":{"joint":41,"caucus-claimant":7}}"#, Said::Hello { after }),
            (r#"{"t":"hello"}"#, Said::Hello { after: BTreeMap::new() }),
            (post.as_str(), posted),
            (r#"{"t":"typing","channel":"joint"}"#, Said::Typing { channel: "joint".to_owned() }),
            (
                r#"{"t":"seen","channel":"joint","seq":42}"#,
                Said::Seen { channel: "joint".to_owned(), seq: 42 },
            ),
            (r#"{"t":"hand","up":true}"#, Said::Hand { up: true, who: None }),
            (
                r#"{"t":"hand","up":false,"who":"claimant"}"#,
                Said::Hand { up: false, who: Some("claimant".to_owned()) },
            ),
            (r#"{"t":"unsafe"}"#, Said::Unsafe {}),
            (
                r#"{"t":"signal","to":"mediator","data":{"a":1}}"#,
                Said::Signal { to: "mediator".to_owned(), channel: None, n: None, data: json!({"a":1}) },
            ),
            (
                r#"{"t":"signal","to":"mediator","channel":"joint","n":3,"data":{}}"#,
                Said::Signal {
                    to: "mediator".to_owned(),
                    channel: Some("joint".to_owned()),
                    n: Some(3),
                    data: json!({}),
                },
            ),
            (
                r#"{"t":"call","channel":"joint","on":true}"#,
                Said::Call { channel: "joint".to_owned(), on: true },
            ),
        ] {
            assert_eq!(read(text), Ok(vec![frame]), "{text}");
        }
        assert_eq!(read(r#"[{"t":"unsafe"},{"t":"hand","up":false}]"#).map(|frames| frames.len()), Ok(2));
    }

    #[test]
    fn what_is_not_of_the_protocol_is_refused() {
        for text in [
            "",
            "x",
            "{}",
            "null",
            r#"{"t":"shout"}"#,
            r#"{"t":"typing"}"#,
            r#"{"t":"hand","up":true,"x":1}"#,
            r#"{"t":"hand","up":1}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_author_of_a_post_that_cannot_be_read_learns_which_one_it_was() {
        let id = "01900000-0000-7000-8000-000000000001";
        let post =
            |id: &str| format!(r#"{{"t":"post","id":"{id}","channel":"joint","body":{{"kind":"shout"}}}}"#);
        assert!(read(&post(id)).is_err());
        assert_eq!(id_of_post(&post(id)).as_deref(), Some(id));
        assert_eq!(id_of_post(&post("a secret")), None);
        assert_eq!(id_of_post(&format!(r#"{{"t":"typing","id":"{id}"}}"#)), None);
    }

    fn room() -> RoomView {
        RoomView {
            id: "d".to_owned(),
            stage: "mediation".to_owned(),
            you: "claimant".to_owned(),
            session: "open".to_owned(),
            channels: vec![ChannelView {
                name: "joint".to_owned(),
                last_seq: 3,
                may_post: true,
                paused: false,
                steering: None,
            }],
            people: vec![PersonView {
                id: "claimant".to_owned(),
                role: "claimant".to_owned(),
                name: "Amara Sen".to_owned(),
                beside: None,
            }],
            audience_digest: "00".to_owned(),
            signals: vec![],
            destroyed_at: None,
        }
    }

    #[test]
    fn every_frame_of_the_house_is_written_so() {
        let claimant = Seat::Party(Side::Claimant);
        let entry = Entry {
            channel: Channel::Joint,
            seq: 42,
            id: domain::ids::EntryId::new(Uuid::from_u128(1)),
            at: Moment::from_millis(0),
            by: Author::Seat(claimant),
            body: Body::Message { text: "Good \"morning\"".to_owned(), lang: Language::Bangla.into() },
        };
        let room = room();
        let shown = r#""id":"d","stage":"mediation","you":"claimant","session":"open","channels":[{"name":"joint","last_seq":3,"may_post":true,"paused":false}],"people":[{"id":"claimant","role":"claimant","name":"Amara Sen"}],"audience_digest":"00""#;
        let at = "1970-01-01T00:00:00.000Z".to_owned();
        for (frame, text) in [
            (write(&Answer::Welcome { room: &room, server_time: at.clone() }), format!(r#"{{"t":"welcome",{shown},"server_time":"{at}"}}"#)),
            (encode(&News::Room(Arc::new(room.clone()))), format!(r#"{{"t":"room",{shown}}}"#)),
            (encode(&News::Entry(Arc::new(entry))), r#"{"t":"entry","channel":"joint","seq":42,"id":"00000000-0000-0000-0000-000000000001","at":"1970-01-01T00:00:00.000Z","by":"claimant","body":{"kind":"message","text":"Good \"morning\"","lang":"bn"}}"#.to_owned()),
            (write(&Answer::Posted { id: "i", channel: "joint", seq: 42, at: at.clone() }), format!(r#"{{"t":"posted","id":"i","channel":"joint","seq":42,"at":"{at}"}}"#)),
            (write(&Answer::Refused { id: Some("i"), problem: json!({"code":"paused"}) }), r#"{"t":"refused","id":"i","problem":{"code":"paused"}}"#.to_owned()),
            (write(&Answer::CaughtUp { channel: "joint", seq: 42 }), r#"{"t":"caught_up","channel":"joint","seq":42}"#.to_owned()),
            (encode(&News::Presence { who: claimant, here: true }), r#"{"t":"presence","who":"claimant","here":true}"#.to_owned()),
            (encode(&News::Typing { who: claimant, channel: Channel::Joint }), r#"{"t":"typing","who":"claimant","channel":"joint"}"#.to_owned()),
            (encode(&News::Hand { who: claimant, up: true, floor: false }), r#"{"t":"hand","who":"claimant","up":true}"#.to_owned()),
            (encode(&News::Hand { who: claimant, up: false, floor: true }), r#"{"t":"hand","who":"claimant","up":false,"floor":true}"#.to_owned()),
            (encode(&News::Waiting { who: claimant, here: true }), r#"{"t":"waiting","who":"claimant","here":true}"#.to_owned()),
            (encode(&News::Call { channel: Channel::Joint, people: vec![(claimant, 2)] }), r#"{"t":"call","channel":"joint","people":[{"who":"claimant","n":2}]}"#.to_owned()),
            (encode(&News::CallBegun { channel: Channel::Joint, number: 2 }), r#"{"t":"call_begun","channel":"joint","n":2}"#.to_owned()),
            (encode(&News::CallEnded { channel: Channel::Joint }), r#"{"t":"call_ended","channel":"joint"}"#.to_owned()),
            (encode(&News::Signal { from: claimant, number: 2, channel: Channel::Joint, data: json!({"kind":"x"}) }), r#"{"t":"signal","from":"claimant","n":2,"channel":"joint","data":{"kind":"x"}}"#.to_owned()),
            (write(&Answer::Signalled { kind: "unsafe", told: "mediator", reply_time: "15", emergency_number: "999" }), r#"{"t":"signalled","kind":"unsafe","told":"mediator","reply_time":"15","emergency_number":"999"}"#.to_owned()),
            (write(&Answer::Bye { reason: "restart", retry_ms: 1500 }), r#"{"t":"bye","reason":"restart","retry_ms":1500}"#.to_owned()),
        ] {
            assert_eq!(&*frame, text);
        }
    }

    #[test]
    fn what_waits_is_put_into_one_array() {
        let frames: Vec<ByteString> = vec![r#"{"t":"a"}"#.into(), r#"{"t":"b"}"#.into()];
        assert_eq!(&*batch(&frames), r#"[{"t":"a"},{"t":"b"}]"#);
        assert_eq!(batch(frames.get(..1).expect("one")), frames[0]);
    }
}
