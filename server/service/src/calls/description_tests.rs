//! Descriptions as Chromium writes them, as an attacker would, and as a random generator does: what comes out holds no
//! address but a relay's.

use proptest::prelude::*;

use super::*;

#[path = "../../examples/fuzz_signals/check.rs"]
mod check;

const OFFER: &str = include_str!("examples/offer.sdp");
const ANSWER: &str = include_str!("examples/answer.sdp");
const GATHERED: &str = include_str!("examples/gathered.sdp");
const RELAY: &str = "a=candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 192.0.2.2 rport 4321";

fn relayed(text: &str) -> Result<String, Unreadable> {
    let any = Reach::default();
    let told = Description::read(text)?.text(&any);
    check::has_no_address_but_a_relays(&told).unwrap_or_else(|fault| panic!("{fault}: {told}"));
    Ok(told)
}

/// The offer of sound with more lines in its section.
fn with(lines: &str) -> String {
    OFFER.replace("a=rtcp-mux\r\n", &format!("{lines}\r\na=rtcp-mux\r\n"))
}

#[test]
fn what_chromium_offers_is_written_anew() {
    let expected = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:xX4/\r\n\
        a=ice-pwd:4F7rpHJOhZzMuu9FcPiFezeu\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 FF:9E:68:F6:B8:C0:A7:D9:22:29:9A:1A:17:0A:67:C8:E9:AA:8D:1F:6D:EA:79:45:9D:FD:4B:DE:02:42:1D:CA\r\n\
        a=setup:actpass\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n\
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=sendrecv\r\n\
        a=msid:6a20d5d6-bf00-4309-834d-18abc1b0ba9f 03ffed0e-a064-44e5-9e04-6de1f07d1ea7\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
        a=ssrc:3932975131 cname:UJnpcgGUkKVN3RbQ\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n\
        a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:0 PCMU/8000\r\n\
        a=rtpmap:8 PCMA/8000\r\n";
    assert_eq!(relayed(OFFER), Ok(expected.to_owned()));
    assert_eq!(relayed(expected), Ok(expected.to_owned()), "written anew, it is the same");
    assert!(relayed(ANSWER).is_ok_and(|told| told.contains("a=setup:active\r\n")));
}

#[test]
fn what_would_grow_or_keep_the_parser_busy_is_cut_short_or_refused() {
    let doubled = OFFER.replace("SAVPF 111", &format!("SAVPF{}", " 111".repeat(100)));
    assert_ne!(doubled, OFFER);
    assert_eq!(relayed(&doubled), relayed(OFFER), "a format that stands there twice is written once");
    assert!(relayed(&with(&["a=x:1"; 300].join("\r\n"))).is_ok());
    assert_eq!(relayed(&with(&["a=x:1"; 400].join("\r\n"))), Err(Unreadable));
}

#[test]
fn r17_host_addresses_of_a_gathered_offer_are_gone_and_sound_and_picture_stay() {
    assert!(GATHERED.contains("192.0.2.2") && GATHERED.contains("fd00::2"), "there is something to hide");
    let told = relayed(GATHERED).expect("a description");
    for line in [
        "m=audio 9 ",
        "m=video 9 ",
        "a=rtpmap:96 VP8/90000\r\n",
        "a=fmtp:97 apt=96\r\n",
        "a=ssrc-group:FID 3895208909 764566294\r\n",
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n",
        "a=rtcp-fb:96 nack pli\r\n",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    for gone in ["AV1", "VP9", "ulpfec", "apt=45", "candidate", "127.0.0.1"] {
        assert!(!told.contains(gone), "{gone} in {told}");
    }
    let direct = Description::read(GATHERED)
        .expect("a description")
        .text(&Reach { is_direct: true, ..Reach::default() });
    assert!(direct.contains("192.0.2.2 43278 typ host\r\n"), "where a house chose so: {direct}");
}

#[test]
fn r17_whatever_an_address_hides_behind_is_rebuilt_or_refused() {
    let told = relayed(&with(RELAY)).expect("a relay passes");
    assert!(told.contains("198.51.100.9 50001 typ relay raddr 0.0.0.0 rport 0\r\n"), "{told}");
    let plain = relayed(OFFER).expect("a description");
    for hidden in [
        "a=candidate:1 1 udp 2122063615 192.0.2.2 43278 typ host",
        "A=CANDIDATE:1 1 UDP 2122063615 192.0.2.2 43278 TYP HOST",
        "a=candidate:1 1 udp 9 203.0.113.7 43278 typ srflx raddr 192.0.2.2 rport 1",
        "a=candidate:1 1 udp 9 x.local 43278 typ host",
        "a=candidate:1 1 udp 9 fd00::2 43278 typ relay",
        "a=candidate:1 1 tcp 9 192.0.2.2 9 typ host tcptype active",
        "a=rtcp:4444 IN IP4 192.0.2.2",
        "a=remote-candidates:1 192.0.2.2 9",
        "a=label:192.0.2.2",
        "a=x-address:192.0.2.2",
        "a=fmtp:8 address=192.0.2.2",
        "a=ssrc:7 cname:192.0.2.2",
        "a=ssrc:7 address:192.0.2.2",
        "a=msid:192.0.2.2",
        "a=extmap:9 http://192.0.2.2/",
        "a=rtpmap:110 192.0.2.2/8000",
        "b=AS:30",
    ] {
        assert_eq!(relayed(&with(hidden)).as_ref(), Ok(&plain), "{hidden}");
    }
    for refused in [
        "a=mid:0\ra=candidate:1 1 udp 9 192.0.2.2 1 typ host",
        "a=mid:0\na=candidate:1 1 udp 9 192.0.2.2 1 typ host",
        "a=x\0",
        "a=é",
        &format!("a=label:{}", "x".repeat(LINE_BYTES_MAX)),
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.0.2.2\r\na=mid:1",
    ] {
        assert_eq!(relayed(&with(refused)), Err(Unreadable), "{refused:?}");
    }
    for (from, to) in [
        ("a=mid:0\r\n", "a=mid:192.0.2.2\r\n"),
        ("a=ice-ufrag:xX4/", "a=ice-ufrag:192.0.2.2"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        ("sha-256", "sha-1"),
        ("m=audio 9 UDP", "m=text 9 UDP"),
        ("opus", "oqus"),
    ] {
        let changed = OFFER.replace(from, to);
        if to == "oqus" {
            assert!(relayed(&changed).is_ok_and(|told| !told.contains("qus")), "another codec is left out");
        } else {
            assert_eq!(relayed(&changed), Err(Unreadable), "{to}");
        }
    }
    let section = OFFER.split_once("m=").map(|(_, section)| format!("m={section}")).expect("a section");
    assert_eq!(
        relayed(&format!("{OFFER}{}", section.repeat(SECTIONS_MAX))),
        Err(Unreadable),
        "too many sections"
    );
    for (from, to) in [
        ("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.2"),
        ("IN IP4 127.0.0.1", "IN IP4 192.0.2.2"),
        ("o=-", "o=192.0.2.2"),
    ] {
        assert_eq!(relayed(&OFFER.replace(from, to)).as_ref(), Ok(&plain), "{to}");
    }
}

#[test]
fn a_section_that_is_not_used_keeps_its_place() {
    let rejected =
        format!("{OFFER}m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 192.0.2.2\r\na=inactive\r\na=mid:1\r\n");
    let told = relayed(&rejected).expect("a description");
    assert!(
        told.ends_with("m=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=inactive\r\n"),
        "{told}"
    );
}

proptest! {
    /// Whatever lines are dropped, doubled, moved or spoilt: no address but a relay's comes out, and what came out is
    /// the same when it is read again.
    #[test]
    fn r17_no_mixture_of_lines_lets_an_address_through(
        picks in prop::collection::vec((0_usize..400, 0_usize..8, any::<u16>()), 1..60),
    ) {
        let mixture = check::mixture(&[OFFER, ANSWER, GATHERED], &picks);
        if let Ok(told) = relayed(&mixture) {
            prop_assert_eq!(relayed(&told), Ok(told.clone()));
        }
    }
}
