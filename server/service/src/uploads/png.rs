//! PNG as it is kept: the chunks that draw the picture, up to its end. Everything else, and whatever lies behind the
//! end, is left out.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The chunks that are needed to draw a picture, with the most bytes that each can need.
const DRAWN: [(&[u8; 4], usize); 10] = [
    (b"IHDR", 13),
    (b"PLTE", 768),
    (b"IDAT", usize::MAX),
    (b"IEND", 0),
    (b"tRNS", 256),
    (b"gAMA", 4),
    (b"cHRM", 32),
    (b"sRGB", 1),
    (b"sBIT", 4),
    (b"bKGD", 6),
];

/// The picture alone; nothing where it is none.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut copy = SIGNATURE.to_vec();
    if rest.get(4..8)? != b"IHDR" {
        return None;
    }
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.first_chunk().copied()?)).ok()?;
        let kind = rest.get(4..8)?;
        // Its length and kind stand before a chunk's bytes, its sum behind them.
        let whole = rest.get(..length.checked_add(12)?)?;
        if DRAWN.iter().any(|(drawn, longest)| kind == *drawn && length <= *longest) {
            copy.extend(whole);
        }
        if kind == b"IEND" {
            return (length == 0).then_some(copy);
        }
        rest = rest.get(whole.len()..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short").to_be_bytes();
        [length.as_slice(), kind, body, b"sum!"].concat()
    }

    fn a_picture(told: bool) -> Vec<u8> {
        let tell = |kind: &[u8; 4], body: &[u8]| if told { chunk(kind, body) } else { Vec::new() };
        [
            SIGNATURE.to_vec(),
            chunk(b"IHDR", &[0; 13]),
            tell(b"tEXt", b"Author\0Amara"),
            tell(b"eXIf", b"GPS 23.7,90.4"),
            tell(b"gAMA", b"a name where a number belongs"),
            chunk(b"gAMA", &[0; 4]),
            chunk(b"IDAT", b"drawn"),
            tell(b"prVt", b"a maker's own"),
            chunk(b"IEND", b""),
        ]
        .concat()
    }

    #[test]
    fn a_picture_keeps_what_draws_it_and_ends_at_its_end() {
        for trailer in [b"".as_slice(), b"GPS 23.7,90.4", SIGNATURE] {
            let copy = clean(&[a_picture(true), trailer.to_vec()].concat());
            assert_eq!(copy, Some(a_picture(false)), "{trailer:?}");
        }
        let whole = a_picture(false);
        for length in [0, 8, 20, whole.len() - 1] {
            assert_eq!(clean(whole.get(..length).expect("shorter")), None, "{length}");
        }
    }
}
