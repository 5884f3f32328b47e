//! What a browser says of itself when a call begins or changes (SDP): read by a parser that a browser itself ships into
//! the few things that a call of sound and picture needs, and written anew from those. Nothing is passed on as a line:
//! a filter over lines fell to a fuzzer at once. What is not taken into [`Description`] cannot come out.

use std::fmt::Write as _;

use webrtc_sdp::attribute_type::{
    SdpAttribute, SdpAttributeFingerprintHashType, SdpAttributeGroupSemantic, SdpAttributeSetup,
    SdpAttributeSsrc, SdpSsrcGroupSemantic,
};
use webrtc_sdp::media_type::{SdpFormatList, SdpMedia, SdpMediaValue, SdpProtocolValue};
use webrtc_sdp::parse_sdp;

use super::candidate::{Candidate, Reach, Unreadable};
use super::codec::{Codec, extension};
use super::word::Word;

/// The most bytes of a description.
pub const DESCRIPTION_BYTES_MAX: usize = 16 * 1024;
/// The most lines of it: the parser moves all that follow for each.
const LINES_MAX: usize = 400;
/// The most bytes of a line of it.
const LINE_BYTES_MAX: usize = 500;
/// The most media sections: one of sound and one of picture, and one of each that was used before.
const SECTIONS_MAX: usize = 4;
/// The most candidates of a section; more come by themselves.
const CANDIDATES_MAX: usize = 12;
/// The most streams, extensions or sources of a section.
const PARTS_MAX: usize = 16;

/// A description, in types that hold no address but those of its candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    bundle: Vec<Word>,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    kind: &'static str,
    mid: Word,
    /// Nothing where the section is not used.
    open: Option<Open>,
}

/// A section that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    is_bundle_only: bool,
    ufrag: Word,
    password: Word,
    /// Name of the hash and its bytes.
    fingerprint: (&'static str, Vec<u8>),
    setup: &'static str,
    direction: &'static str,
    streams: Vec<(Word, Option<Word>)>,
    extensions: Vec<(u16, &'static str)>,
    codecs: Vec<Codec>,
    /// Which source repeats which.
    repeats: Vec<(u32, u32)>,
    sources: Vec<(u32, Word)>,
    candidates: Vec<Candidate>,
    is_complete: bool,
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// Where it is none, holds what no browser writes, or is about something else than sound and picture.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        check_text(text)?;
        let read = parse_sdp(text, false).map_err(|_| Unreadable)?;
        if read.media.is_empty() || read.media.len() > SECTIONS_MAX {
            return Err(Unreadable);
        }
        let sections: Result<Vec<Section>, Unreadable> =
            read.media.iter().map(|media| Section::of(media, &read.attribute)).collect();
        let mut bundle = Vec::new();
        for attribute in &read.attribute {
            if let SdpAttribute::Group(group) = attribute
                && matches!(group.semantics, SdpAttributeGroupSemantic::Bundle)
            {
                bundle.extend(group.tags.iter().take(SECTIONS_MAX).filter_map(|tag| Word::of(tag, 16)));
            }
        }
        Ok(Self { bundle, sections: sections? })
    }

    /// As a browser reads it, with the candidates that may be told.
    pub fn text(&self, reach: &Reach) -> String {
        // The session's own number says nothing to a browser; its address is nobody's.
        let mut text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".to_owned();
        if !self.bundle.is_empty() {
            text.push_str("a=group:BUNDLE");
            for mid in &self.bundle {
                text.push(' ');
                text.push_str(mid.as_str());
            }
            text.push_str("\r\n");
        }
        for section in &self.sections {
            section.write(&mut text, reach);
        }
        text
    }
}

/// Browsers write printable ASCII in lines that end with CR LF; whatever else an address might hide behind is refused.
fn check_text(text: &str) -> Result<(), Unreadable> {
    let is_line =
        |line: &str| line.len() <= LINE_BYTES_MAX && line.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let is_sound = text.len() <= DESCRIPTION_BYTES_MAX && text.split("\r\n").all(is_line);
    if is_sound && text.split("\r\n").count() <= LINES_MAX { Ok(()) } else { Err(Unreadable) }
}

impl Section {
    fn of(media: &SdpMedia, session: &[SdpAttribute]) -> Result<Self, Unreadable> {
        let kind = match media.get_type() {
            SdpMediaValue::Audio => "audio",
            SdpMediaValue::Video => "video",
            SdpMediaValue::Application | SdpMediaValue::Unknown(_) => return Err(Unreadable),
        };
        if *media.get_proto() != SdpProtocolValue::UdpTlsRtpSavpf {
            return Err(Unreadable);
        }
        let own = media.get_attributes();
        let mid = own.iter().find_map(|attribute| match attribute {
            SdpAttribute::Mid(mid) => Word::of(mid, 16),
            _ => None,
        });
        let is_bundle_only = own.iter().any(|attribute| matches!(attribute, SdpAttribute::BundleOnly));
        let is_open = media.get_port() > 0 || is_bundle_only;
        let open = is_open.then(|| Open::of(media, session, is_bundle_only)).transpose()?;
        Ok(Self { kind, mid: mid.ok_or(Unreadable)?, open })
    }

    fn write(&self, text: &mut String, reach: &Reach) {
        let Self { kind, mid, open } = self;
        // Writing to a String does not fail.
        let _ = match open {
            None => write!(
                text,
                "m={kind} 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=inactive\r\n"
            ),
            Some(open) => {
                let numbers: String =
                    open.codecs.iter().map(|codec| format!(" {}", codec.number())).collect();
                let port = if open.is_bundle_only { 0 } else { 9 };
                write!(
                    text,
                    "m={kind} {port} UDP/TLS/RTP/SAVPF{numbers}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n"
                )
            }
        };
        if let Some(open) = open {
            open.write(text, reach);
        }
    }
}

impl Open {
    fn of(media: &SdpMedia, session: &[SdpAttribute], is_bundle_only: bool) -> Result<Self, Unreadable> {
        let SdpFormatList::Integers(numbers) = media.get_formats() else { return Err(Unreadable) };
        let own = media.get_attributes();
        // What a section does not say holds for the whole; a section's own word comes first.
        let all = || own.iter().chain(session);
        let ufrag = all().find_map(|attribute| match attribute {
            SdpAttribute::IceUfrag(ufrag) => Some(ufrag),
            _ => None,
        });
        let password = all().find_map(|attribute| match attribute {
            SdpAttribute::IcePwd(password) => Some(password),
            _ => None,
        });
        let codecs = Codec::all(numbers, own);
        if codecs.is_empty() {
            return Err(Unreadable);
        }
        Ok(Self {
            is_bundle_only,
            ufrag: ufrag.and_then(|ufrag| Word::of(ufrag, 64)).ok_or(Unreadable)?,
            password: password.and_then(|password| Word::of(password, 64)).ok_or(Unreadable)?,
            fingerprint: all().find_map(fingerprint_of).ok_or(Unreadable)?,
            setup: all().find_map(setup_of).ok_or(Unreadable)?,
            direction: all().find_map(direction_of).unwrap_or("sendrecv"),
            streams: own.iter().filter_map(stream_of).take(PARTS_MAX).collect(),
            extensions: own.iter().filter_map(extension_of).take(PARTS_MAX).collect(),
            codecs,
            repeats: own.iter().filter_map(repeat_of).take(PARTS_MAX).collect(),
            sources: own.iter().filter_map(source_of).take(PARTS_MAX).collect(),
            candidates: own.iter().filter_map(candidate_of).take(CANDIDATES_MAX).collect(),
            is_complete: own.iter().any(|attribute| matches!(attribute, SdpAttribute::EndOfCandidates)),
        })
    }

    fn write(&self, text: &mut String, reach: &Reach) {
        let mut lines = Vec::new();
        if self.is_bundle_only {
            lines.push("bundle-only".to_owned());
        }
        lines.push(format!("ice-ufrag:{}", self.ufrag));
        lines.push(format!("ice-pwd:{}", self.password));
        lines.push("ice-options:trickle".to_owned());
        let hash: Vec<String> = self.fingerprint.1.iter().map(|byte| format!("{byte:02X}")).collect();
        lines.push(format!("fingerprint:{} {}", self.fingerprint.0, hash.join(":")));
        lines.push(format!("setup:{}", self.setup));
        lines.extend(self.extensions.iter().map(|(number, name)| format!("extmap:{number} {name}")));
        lines.push(self.direction.to_owned());
        for (stream, track) in &self.streams {
            let track = track.as_ref().map_or_else(String::new, |track| format!(" {track}"));
            lines.push(format!("msid:{stream}{track}"));
        }
        lines.push("rtcp-mux".to_owned());
        lines.push("rtcp-rsize".to_owned());
        lines.extend(self.repeats.iter().map(|(source, repeat)| format!("ssrc-group:FID {source} {repeat}")));
        lines.extend(self.sources.iter().map(|(source, name)| format!("ssrc:{source} cname:{name}")));
        let told = self.candidates.iter().filter(|candidate| candidate.passes(reach));
        lines.extend(told.map(Candidate::text));
        if self.is_complete {
            lines.push("end-of-candidates".to_owned());
        }
        for line in lines {
            let _ = write!(text, "a={line}\r\n");
        }
        for codec in &self.codecs {
            codec.write(text);
        }
    }
}

fn fingerprint_of(attribute: &SdpAttribute) -> Option<(&'static str, Vec<u8>)> {
    let SdpAttribute::Fingerprint(said) = attribute else { return None };
    let (name, bytes) = match said.hash_algorithm {
        SdpAttributeFingerprintHashType::Sha256 => ("sha-256", 32),
        SdpAttributeFingerprintHashType::Sha384 => ("sha-384", 48),
        SdpAttributeFingerprintHashType::Sha512 => ("sha-512", 64),
        _ => return None,
    };
    (said.fingerprint.len() == bytes).then(|| (name, said.fingerprint.clone()))
}

fn setup_of(attribute: &SdpAttribute) -> Option<&'static str> {
    match attribute {
        SdpAttribute::Setup(SdpAttributeSetup::Active) => Some("active"),
        SdpAttribute::Setup(SdpAttributeSetup::Actpass) => Some("actpass"),
        SdpAttribute::Setup(SdpAttributeSetup::Passive) => Some("passive"),
        _ => None,
    }
}

const fn direction_of(attribute: &SdpAttribute) -> Option<&'static str> {
    match attribute {
        SdpAttribute::Sendrecv => Some("sendrecv"),
        SdpAttribute::Sendonly => Some("sendonly"),
        SdpAttribute::Recvonly => Some("recvonly"),
        SdpAttribute::Inactive => Some("inactive"),
        _ => None,
    }
}

fn stream_of(attribute: &SdpAttribute) -> Option<(Word, Option<Word>)> {
    let SdpAttribute::Msid(said) = attribute else { return None };
    Some((Word::of(&said.id, 64)?, said.appdata.as_deref().and_then(|track| Word::of(track, 64))))
}

fn extension_of(attribute: &SdpAttribute) -> Option<(u16, &'static str)> {
    let SdpAttribute::Extmap(said) = attribute else { return None };
    Some((said.id, extension(&said.url)?)).filter(|(number, _)| (1..=14).contains(number))
}

fn repeat_of(attribute: &SdpAttribute) -> Option<(u32, u32)> {
    let SdpAttribute::SsrcGroup(SdpSsrcGroupSemantic::FlowIdentification, sources) = attribute else {
        return None;
    };
    match sources.as_slice() {
        [SdpAttributeSsrc { id: source, .. }, SdpAttributeSsrc { id: repeat, .. }] => {
            Some((*source, *repeat))
        }
        _ => None,
    }
}

fn source_of(attribute: &SdpAttribute) -> Option<(u32, Word)> {
    let SdpAttribute::Ssrc(said) = attribute else { return None };
    let is_name = said.attribute.as_deref() == Some("cname");
    let name = said.value.as_deref().filter(|_| is_name)?;
    Some((said.id, Word::of(name, 64)?))
}

fn candidate_of(attribute: &SdpAttribute) -> Option<Candidate> {
    let SdpAttribute::Candidate(said) = attribute else { return None };
    Candidate::of(said)
}

#[cfg(test)]
#[path = "description_tests.rs"]
mod tests;
