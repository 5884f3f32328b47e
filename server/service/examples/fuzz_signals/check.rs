//! What must hold of every signal that is passed on, asked of its text alone and with no code of the parser's; and the
//! mixtures of real and hostile lines that it is asked of.

/// Lines and pieces by which an address might be brought through.
const HOSTILE: &[&str] = &[
    "a=candidate:1 1 udp 2122063615 192.0.2.2 43278 typ host",
    "A=CANDIDATE:1 1 UDP 9 192.0.2.2 43278 TYP HOST",
    "a=candidate:1 1 udp 9 203.0.113.7 43278 typ srflx raddr 192.0.2.2 rport 1",
    "a=candidate:7 1 udp 9 198.51.100.9 50001 typ relay raddr 192.0.2.2 rport 4321",
    "a=candidate:7 1 udp 9 fd00::2 50001 typ relay",
    "a=candidate:1 1 udp 9 x.local 43278 typ host",
    "a=candidate:1 1 tcp 9 192.0.2.2 9 typ host tcptype active",
    "c=IN IP6 fd00::2",
    "c=IN IP4 192.0.2.2",
    "a=rtcp:9 IN IP4 192.0.2.2",
    "a=mid:192.0.2.2",
    "a=msid:192.0.2.2 fd00::2",
    "a=ssrc:1 cname:192.0.2.2",
    "a=ice-ufrag:192.0.2.2",
    "a=fmtp:111 x=192.0.2.2",
    "a=fmtp:96 192.0.2.2",
    "a=rtpmap:111 192.0.2.2/48000",
    "a=group:BUNDLE 0 192.0.2.2",
    "a=ice-options:192.0.2.2",
    "a=extmap:1 urn:192.0.2.2",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "m=video 0 UDP/TLS/RTP/SAVPF 96",
    "a=mid:0\ra=candidate:1 1 udp 9 192.0.2.2 1 typ host",
    "s=192.0.2.2",
    "i=192.0.2.2",
];

/// Whether no address stands in a text but that of a relay, in a line of its own form; `Err` says which one does.
pub fn has_no_address_but_a_relays(text: &str) -> Result<(), String> {
    for line in text.split("\r\n") {
        if !line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(format!("a line of more than plain letters: {line:?}"));
        }
        let words: Vec<&str> = line.split(' ').collect();
        let is_relay = match words.as_slice() {
            [head, "1", "udp", priority, address, port, "typ", "relay", "raddr", "0.0.0.0", "rport", "0"] => {
                (head.starts_with("a=candidate:") || head.starts_with("candidate:"))
                    && priority.parse::<u32>().is_ok()
                    && address.parse::<std::net::Ipv4Addr>().is_ok_and(|address| !address.is_unspecified())
                    && port.parse::<u16>().is_ok_and(|port| port > 0)
            }
            _ => false,
        };
        if is_relay {
            continue;
        }
        if line.contains("candidate:") {
            return Err(format!("a candidate that is no relay's: {line}"));
        }
        // A fingerprint has colons and the registry's names have dots; both are known by their whole form.
        let bare = line.replace("0.0.0.0", "");
        let is_known = line.starts_with("a=extmap:") || line.starts_with("a=fingerprint:");
        if !is_known && (bare.contains('.') || bare.matches(':').count() > 1) {
            let is_source =
                line.starts_with("a=ssrc:") && bare.matches(':').count() == 2 && !bare.contains('.');
            if !is_source {
                return Err(format!("what may be an address: {line}"));
            }
        }
        if line.contains("192.0.2.2")
            || line.contains("203.0.113.7")
            || line.contains("fd00")
            || line.contains("local")
        {
            return Err(format!("an address of somebody's own: {line}"));
        }
    }
    Ok(())
}

/// A description made of the lines of real ones and of hostile ones, each pick keeping, doubling, moving or spoiling one.
pub fn mixture(real: &[&str], picks: &[(usize, usize, u16)]) -> String {
    let base = picks.first().map_or(0, |(at, _, _)| *at) % real.len().max(1);
    let mut lines: Vec<String> =
        real.get(base).map_or_else(Vec::new, |text| text.lines().map(str::to_owned).collect());
    let others: Vec<&str> = real.iter().flat_map(|text| text.lines()).collect();
    for (at, act, more) in picks {
        let at = at % lines.len().max(1);
        let more = usize::from(*more);
        match act {
            0 if lines.len() > 6 => drop(lines.remove(at)),
            1 => lines.insert(at, others.get(more % others.len().max(1)).copied().unwrap_or("").to_owned()),
            2..=4 => lines.insert(at, HOSTILE.get(more % HOSTILE.len()).copied().unwrap_or("").to_owned()),
            5 => spoil(&mut lines, at, more),
            6 => lines.swap(at, 0),
            _ => {
                if let Some(line) = lines.get_mut(at) {
                    *line = line.to_ascii_uppercase();
                }
            }
        }
    }
    let mut text = lines.join("\r\n");
    text.push_str("\r\n");
    text
}

/// Puts a piece of a hostile line, or a letter that does not belong there, into a line.
fn spoil(lines: &mut [String], at: usize, more: usize) {
    let Some(line) = lines.get_mut(at) else { return };
    let piece =
        ["192.0.2.2", "fd00::2", "x.local", "\r", "\n", "\0", " ", ":", "=", "é", "a=candidate:", "typ host"];
    let place = more % (line.len() + 1);
    if line.is_char_boundary(place) {
        line.insert_str(place, piece.get(more % piece.len()).copied().unwrap_or(""));
    }
}
