//! What people do with files.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::Person;
use crate::answer::Answer;

impl Person {
    /// Adds a file: to a channel, or beside the statement.
    pub async fn adds_file(&self, dispute: &str, channel: Option<&str>, name: &str, bytes: &[u8]) -> Answer {
        let mut form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
        if let Some(channel) = channel {
            form = form.text("channel", channel.to_owned());
        }
        let client = self.client();
        let request = client.request(Method::POST, &format!("/disputes/{dispute}/files"));
        client.send(request.multipart(form)).await
    }

    /// Begins an upload in pieces.
    pub async fn begins_upload(
        &self,
        dispute: &str,
        channel: Option<&str>,
        name: &str,
        length: usize,
    ) -> Answer {
        let mut body = json!({"name": name, "length": length});
        if let Some(channel) = channel {
            body["channel"] = channel.into();
        }
        self.client().post(&format!("/disputes/{dispute}/uploads"), body).await
    }

    /// Sends a piece of an upload, from there on.
    pub async fn sends_piece(&self, upload: &str, offset: usize, piece: &[u8]) -> Answer {
        let client = self.client();
        let request = client.request(Method::PATCH, &format!("/uploads/{upload}"));
        let request = request.header("content-type", "application/partial-upload");
        client.send(request.header("upload-offset", offset).body(piece.to_vec())).await
    }

    /// Completes an upload.
    pub async fn completes_upload(&self, upload: &str, body: Value) -> Answer {
        self.client().post(&format!("/uploads/{upload}/completion"), body).await
    }

    /// Says a file of one's own in its channel; returns the entry's id.
    pub async fn says_file(&self, dispute: &str, channel: &str, file: &str, caption: Option<&str>) -> String {
        let id = crate::socket::entry_id();
        let mut body = json!({"kind": "file", "file": file});
        if let Some(caption) = caption {
            body["caption"] = caption.into();
        }
        self.posts(dispute, channel, &id, body).await.expects(201);
        id
    }

    /// Adds a file to a channel and says it there; returns the file's id.
    pub async fn shares_file(&self, dispute: &str, channel: &str, name: &str, bytes: &[u8]) -> String {
        let kept = self.adds_file(dispute, Some(channel), name, bytes).await.expects(201);
        let file = kept["id"].as_str().expect("an id").to_owned();
        self.says_file(dispute, channel, &file, None).await;
        file
    }

    /// Asks for something of a file (`""`, `"/thumbnail"`) with these further headers.
    pub async fn asks_for_file(
        &self,
        how: Method,
        file: &str,
        part: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let client = self.client();
        let mut request = client.request(how, &format!("/files/{file}{part}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        client.send(request).await
    }
}

/// A picture of one grey pixel, with a comment in its metadata.
pub fn a_picture() -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        picture.extend(u32::try_from(data.len()).expect("small").to_be_bytes());
        let body = [kind.as_slice(), data].concat();
        picture.extend(&body);
        picture.extend(crc32(&body).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(b"tEXt", b"Comment\0taken by Amara at 23.81 N 90.41 E");
    // A zlib stream with one stored block.
    chunk(b"IDAT", &[0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x80, 0x00, 0x82, 0x00, 0x81]);
    chunk(b"IEND", b"");
    picture
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

/// The body of the last entry of that channel.
pub async fn last_said(person: &Person, dispute: &str, channel: &str) -> Value {
    let read = person.reads_channel(dispute, channel, 0).await.expects(200);
    read["items"].as_array().and_then(|items| items.last()).map_or(Value::Null, |entry| entry["body"].clone())
}
