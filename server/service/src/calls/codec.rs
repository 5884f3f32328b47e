//! The formats of sound and picture that pass, and what belongs to them: few enough for a thin line, and known to every
//! browser. Names, feedback and extensions are words of closed lists; the rest is numbers.

use std::fmt::Write as _;

use webrtc_sdp::attribute_type::{
    SdpAttribute, SdpAttributeFmtpParameters, SdpAttributePayloadType, SdpAttributeRtcpFb,
    SdpAttributeRtcpFbType,
};

/// A format: its name as SDP spells it, its clock and its channels.
const FORMATS: &[(&str, u32, Option<u32>)] = &[
    ("opus", 48_000, Some(2)),
    ("red", 48_000, Some(2)),
    ("PCMU", 8_000, None),
    ("PCMA", 8_000, None),
    ("VP8", 90_000, None),
    ("H264", 90_000, None),
    ("rtx", 90_000, None),
];

/// What may stand between header and sound, by its address in the registry.
const EXTENSIONS: &[&str] = &[
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:toffset",
    "urn:3gpp:video-orientation",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
];

/// The most formats of a section.
const CODECS_MAX: usize = 16;

/// The extension of that name, where it passes.
pub fn extension(url: &str) -> Option<&'static str> {
    EXTENSIONS.iter().copied().find(|known| known.eq_ignore_ascii_case(url))
}

/// One format of a media section under its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codec {
    number: u8,
    name: &'static str,
    clock: u32,
    channels: Option<u32>,
    feedback: Vec<&'static str>,
    parameters: String,
}

impl Codec {
    /// The formats of a section that pass, in the order in which it prefers them.
    pub fn all(numbers: &[u32], attributes: &[SdpAttribute]) -> Vec<Self> {
        let number = |number: &u32| u8::try_from(*number).ok().filter(|number| *number < 128);
        // A number that stands there twice would be written twice.
        let numbers: Vec<u8> = numbers.iter().filter_map(number).collect();
        let is_first =
            |(at, number): &(usize, &u8)| !numbers.iter().take(*at).any(|before| before == *number);
        let each = numbers.iter().enumerate().filter(is_first).map(|(_, number)| *number);
        let mut codecs: Vec<Self> =
            each.filter_map(|number| Self::of(number, attributes)).take(CODECS_MAX).collect();
        // What is sent again, or doubled, is nothing without what it repeats.
        let known: Vec<u8> = codecs.iter().map(|codec| codec.number).collect();
        codecs.retain(|codec| codec.name != "rtx" || codec.repeats().is_some_and(|apt| known.contains(&apt)));
        codecs
    }

    fn of(number: u8, attributes: &[SdpAttribute]) -> Option<Self> {
        let (name, clock, channels) = attributes.iter().find_map(|attribute| match attribute {
            SdpAttribute::Rtpmap(map) if map.payload_type == number => {
                let is_it = |known: &&(&str, u32, Option<u32>)| {
                    known.0.eq_ignore_ascii_case(&map.codec_name) && known.1 == map.frequency
                };
                FORMATS.iter().find(is_it).copied()
            }
            _ => None,
        })?;
        let mut feedback: Vec<&'static str> = attributes
            .iter()
            .filter_map(|attribute| match attribute {
                SdpAttribute::Rtcpfb(said) if concerns(&said.payload_type, number) => feedback_of(said),
                _ => None,
            })
            .collect();
        feedback.sort_unstable();
        feedback.dedup();
        let parameters = attributes.iter().find_map(|attribute| match attribute {
            SdpAttribute::Fmtp(said) if said.payload_type == number => {
                Some(parameters(name, &said.parameters))
            }
            _ => None,
        });
        let parameters = parameters.unwrap_or_default();
        Some(Self { number, name, clock, channels, feedback, parameters })
    }

    fn repeats(&self) -> Option<u8> {
        self.parameters.strip_prefix("apt=")?.parse().ok()
    }

    pub const fn number(&self) -> u8 {
        self.number
    }

    /// Its lines.
    pub fn write(&self, text: &mut String) {
        let Self { number, name, clock, channels, feedback, parameters } = self;
        let channels = channels.map_or_else(String::new, |channels| format!("/{channels}"));
        // Writing to a String does not fail.
        let _ = write!(text, "a=rtpmap:{number} {name}/{clock}{channels}\r\n");
        for said in feedback {
            let _ = write!(text, "a=rtcp-fb:{number} {said}\r\n");
        }
        if !parameters.is_empty() {
            let _ = write!(text, "a=fmtp:{number} {parameters}\r\n");
        }
    }
}

fn concerns(payload: &SdpAttributePayloadType, number: u8) -> bool {
    match payload {
        SdpAttributePayloadType::PayloadType(named) => *named == number,
        SdpAttributePayloadType::Wildcard => true,
    }
}

fn feedback_of(said: &SdpAttributeRtcpFb) -> Option<&'static str> {
    let parameter = said.parameter.to_ascii_lowercase();
    Some(match (&said.feedback_type, parameter.as_str()) {
        (SdpAttributeRtcpFbType::Nack, "") => "nack",
        (SdpAttributeRtcpFbType::Nack, "pli") => "nack pli",
        (SdpAttributeRtcpFbType::Ccm, "fir") => "ccm fir",
        (SdpAttributeRtcpFbType::Remb, _) => "goog-remb",
        (SdpAttributeRtcpFbType::TransCc, _) => "transport-cc",
        _ => return None,
    })
}

/// The parameters that matter, from their numbers; texts of a format are not taken.
fn parameters(name: &str, said: &SdpAttributeFmtpParameters) -> String {
    let mut list = Vec::new();
    match name {
        "opus" => {
            for (key, number) in [("minptime", said.minptime), ("maxaveragebitrate", said.maxaveragebitrate)]
            {
                if number > 0 {
                    list.push(format!("{key}={number}"));
                }
            }
            for (key, is_on) in [("useinbandfec", said.useinbandfec), ("usedtx", said.usedtx)] {
                if is_on {
                    list.push(format!("{key}=1"));
                }
            }
        }
        "red" => {
            let numbers: Vec<String> = said.encodings.iter().take(4).map(u8::to_string).collect();
            return numbers.join("/");
        }
        "rtx" => list.extend(said.rtx.as_ref().map(|rtx| format!("apt={}", rtx.apt))),
        "H264" => {
            list.push(format!("level-asymmetry-allowed={}", u8::from(said.level_asymmetry_allowed)));
            list.push(format!("packetization-mode={}", said.packetization_mode.min(2)));
            list.push(format!("profile-level-id={:06x}", said.profile_level_id & 0x00ff_ffff));
        }
        _ => {}
    }
    list.join(";")
}
