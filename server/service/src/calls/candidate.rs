//! A way by which a browser may be reached, and which of them the other side is told: those through the relay, and
//! nothing that shows where somebody is (R17). A browser's own relay-only option binds an honest browser; this binds
//! whatever speaks.

use std::net::{IpAddr, Ipv4Addr};

use webrtc_sdp::address::Address;
use webrtc_sdp::attribute_type::{
    SdpAttribute, SdpAttributeCandidate, SdpAttributeCandidateTransport, SdpAttributeCandidateType,
};
use webrtc_sdp::{SdpType, parse_sdp_line};

use super::word::Word;
use crate::config::{Calls, Network};

/// Which ways are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// From where the relay relays: where that is known, nothing else passes for it.
    pub relays: Vec<Network>,
    /// Whether the way from browser to browser is told too: a house may choose so for people who are not kept apart.
    pub is_direct: bool,
}

impl From<&Calls> for Reach {
    fn from(calls: &Calls) -> Self {
        Self { relays: calls.relays.clone(), is_direct: calls.is_direct }
    }
}

/// How a candidate was found; those learned on the way (`prflx`) are never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    Reflexive,
    Relay,
}

/// A candidate: UDP, with an address in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    foundation: Word,
    priority: u32,
    address: IpAddr,
    port: u16,
    kind: Kind,
}

impl Candidate {
    /// Takes a candidate that can be told to anybody at all: a name (mDNS), TCP, and parts beyond the first are left out.
    pub fn of(read: &SdpAttributeCandidate) -> Option<Self> {
        let kind = match read.c_type {
            SdpAttributeCandidateType::Host => Kind::Host,
            SdpAttributeCandidateType::Srflx => Kind::Reflexive,
            SdpAttributeCandidateType::Relay => Kind::Relay,
            SdpAttributeCandidateType::Prflx => return None,
        };
        let Address::Ip(address) = read.address else { return None };
        let is_somewhere = !address.is_unspecified() && !address.is_multicast();
        let is_plain = read.transport == SdpAttributeCandidateTransport::Udp && read.component == 1;
        let port = u16::try_from(read.port).ok().filter(|port| *port > 0)?;
        (is_plain && is_somewhere).then_some(Self {
            foundation: Word::of(&read.foundation, 32)?,
            priority: u32::try_from(read.priority).ok()?,
            address,
            port,
            kind,
        })
    }

    /// Reads the text of a candidate event, `candidate:…`.
    ///
    /// # Errors
    /// Where it is no candidate. `Ok(None)`: it is one, of a kind that is never told.
    pub fn read(text: &str) -> Result<Option<Self>, Unreadable> {
        let text = text.strip_prefix("a=").unwrap_or(text);
        if text.len() > CANDIDATE_BYTES_MAX || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(Unreadable);
        }
        match parse_sdp_line(&format!("a={text}"), 0).map(|line| line.sdp_type) {
            Ok(SdpType::Attribute(SdpAttribute::Candidate(read))) => Ok(Self::of(&read)),
            _ => Err(Unreadable),
        }
    }

    /// Whether it may be told.
    pub fn passes(&self, reach: &Reach) -> bool {
        let Reach { relays, is_direct } = reach;
        // A relay gives IPv4 unless it is asked for more, and browsers do not ask.
        let IpAddr::V4(address) = self.address else { return *is_direct };
        let is_relays = match relays.as_slice() {
            // Whoever speaks says which kind it is. A relay that is not known is at least none of a house's own network,
            // into which the other one's relay could be sent.
            [] => is_public(address),
            known => known.iter().any(|relay| relay.holds(self.address)),
        };
        *is_direct || (self.kind == Kind::Relay && is_relays)
    }

    /// As a browser reads it. Where it was reached from (`raddr`) is what a relay hides.
    pub fn text(&self) -> String {
        let Self { foundation, priority, address, port, kind } = self;
        let kind = match kind {
            Kind::Host => "host",
            Kind::Reflexive => "srflx raddr 0.0.0.0 rport 0",
            Kind::Relay => "relay raddr 0.0.0.0 rport 0",
        };
        format!("candidate:{foundation} 1 udp {priority} {address} {port} typ {kind}")
    }
}

fn is_public(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_near = address.is_loopback() || address.is_private() || address.is_link_local() || is_shared;
    !is_near && !address.is_broadcast() && first != 0
}

/// The longest text of a candidate.
const CANDIDATE_BYTES_MAX: usize = 400;

/// What was sent is not of the kind that it says it is. What it was is not said back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, reach: &Reach) -> String {
        match Candidate::read(text) {
            Ok(Some(candidate)) if candidate.passes(reach) => candidate.text(),
            Ok(_) => "left out".to_owned(),
            Err(Unreadable) => "unreadable".to_owned(),
        }
    }

    #[test]
    fn r17_only_what_the_relay_gave_is_told_and_not_where_it_was_reached_from() {
        let relayed = "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 0.0.0.0 rport 0";
        let any = Reach::default();
        for (text, expected) in [
            (
                "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 192.0.2.2 rport 4321 generation 0 ufrag a network-cost 50",
                relayed,
            ),
            ("CANDIDATE:7 1 UDP 41885439 198.51.100.9 50001 TYP RELAY RADDR 192.0.2.2 RPORT 4321", relayed),
            ("a=candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay x 192.0.2.2", relayed),
            ("candidate:1 1 udp 2122063615 192.0.2.2 43278 typ host generation 0", "left out"),
            ("candidate:7 1 udp 41885439 10.0.0.5 50001 typ relay", "left out"),
            ("candidate:7 1 udp 41885439 127.0.0.1 50001 typ relay", "left out"),
            ("candidate:7 1 udp 41885439 169.254.169.254 80 typ relay", "left out"),
            ("candidate:7 1 udp 41885439 100.64.0.1 50001 typ relay", "left out"),
            (
                "candidate:1 1 udp 2122063615 0d5e3c64-2d1a-4d2a-a5ef-0b1e0ac9b8a1.local 43278 typ host",
                "left out",
            ),
            ("candidate:1 1 udp 1677729535 203.0.113.7 43278 typ srflx raddr 192.0.2.2 rport 1", "left out"),
            ("candidate:1 1 udp 1677729535 203.0.113.7 43278 typ prflx raddr 192.0.2.2 rport 1", "left out"),
            ("candidate:1 1 tcp 1518214911 198.51.100.9 9 typ relay tcptype active", "left out"),
            ("candidate:1 1 udp 41885439 fd00::2 50001 typ relay", "left out"),
            ("candidate:1 1 udp 41885439 relay.example 50001 typ relay", "left out"),
            ("candidate:1.2.3.4 1 udp 41885439 198.51.100.9 50001 typ relay", "left out"),
            ("candidate:1 2 udp 41885439 198.51.100.9 50001 typ relay", "left out"),
            ("candidate:1 1 udp 41885439 0.0.0.0 50001 typ relay", "left out"),
            ("candidate:1 1 udp 41885439 198.51.100.9 0 typ relay", "left out"),
            (
                "candidate:1 1 udp 41885439 198.51.100.9 50001 typ relay\ra=candidate:2 1 udp 1 192.0.2.2 1 typ host",
                "unreadable",
            ),
            ("candidate:1 1 udp 41885439 198.51.100.9 50001 typ relay\0", "unreadable"),
            ("mid:0", "unreadable"),
            ("candidate:1 1 udp", "unreadable"),
            ("", "unreadable"),
        ] {
            assert_eq!(told(text, &any), expected, "{text}");
        }
    }

    #[test]
    fn r17_where_the_relays_are_known_nothing_else_passes_for_one() {
        let network = "198.51.100.0/24".parse().expect("a network");
        let relays = Reach { relays: vec![network], is_direct: false };
        let of = |address: &str| told(&format!("candidate:1 1 udp 9 {address} 50001 typ relay"), &relays);
        assert!(of("198.51.100.9").ends_with("typ relay raddr 0.0.0.0 rport 0"));
        assert_eq!(of("192.0.2.2"), "left out");
    }

    #[test]
    fn a_house_may_let_browsers_meet_without_the_relay() {
        let host = "candidate:1 1 udp 2122063615 192.0.2.2 43278 typ host";
        let direct = Reach { is_direct: true, ..Reach::default() };
        assert_eq!(told(host, &direct), host);
        assert_eq!(
            told("candidate:1 1 udp 9 203.0.113.7 43278 typ srflx raddr 192.0.2.2 rport 1", &direct),
            "candidate:1 1 udp 9 203.0.113.7 43278 typ srflx raddr 0.0.0.0 rport 0"
        );
    }
}
