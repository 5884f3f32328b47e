//! WebP as it is kept: the chunks that draw the picture, within the length that the file says of itself.

/// The flags by which an extended file announces EXIF and XMP.
const TOLD_FLAGS: u8 = 0b0000_1100;

const DRAWN: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// What may stand in a frame of an animation.
const DRAWN_IN_FRAME: [&[u8; 4]; 3] = [b"VP8 ", b"VP8L", b"ALPH"];
/// The numbers at the beginning of a frame.
const FRAME_HEAD: usize = 16;

/// The picture alone; nothing where it is none.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let after = bytes.strip_prefix(b"RIFF")?;
    let length = usize::try_from(u32::from_le_bytes(after.first_chunk().copied()?)).ok()?;
    let body = after.get(4..)?.get(..length)?.strip_prefix(b"WEBP")?;
    let kept = chunks(body, &DRAWN)?;
    if kept.is_empty() {
        return None;
    }
    let length = u32::try_from(kept.len().checked_add(4)?).ok()?;
    Some([b"RIFF", length.to_le_bytes().as_slice(), b"WEBP", &kept].concat())
}

/// The chunks that are on the list.
fn chunks(mut rest: &[u8], drawn: &[&[u8; 4]]) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    while !rest.is_empty() {
        let kind = rest.first_chunk::<4>().copied()?;
        let length = u32::from_le_bytes(rest.get(4..)?.first_chunk().copied()?);
        let body = rest.get(8..)?.get(..usize::try_from(length).ok()?)?;
        let padded = body.len() + body.len() % 2;
        rest = rest.get(8..)?.get(padded..).unwrap_or_default();
        if drawn.contains(&&kind) {
            let body = kept(&kind, body)?;
            copy.extend(kind);
            copy.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
            copy.extend(&body);
            copy.resize(copy.len() + body.len() % 2, 0);
        }
    }
    Some(copy)
}

fn kept(kind: &[u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    match kind {
        b"VP8X" => {
            let mut head = body.get(..10)?.to_vec();
            if let Some(flags) = head.first_mut() {
                *flags &= !TOLD_FLAGS;
            }
            Some(head)
        }
        b"ANMF" => {
            let (head, frame) = body.split_at_checked(FRAME_HEAD)?;
            Some([head, &chunks(frame, &DRAWN_IN_FRAME)?].concat())
        }
        _ => Some(body.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("short").to_le_bytes();
        let padding = vec![0; body.len() % 2];
        [kind, length.as_slice(), body, &padding].concat()
    }

    fn a_picture(told: bool) -> Vec<u8> {
        let tell = |kind: &[u8; 4], body: &[u8]| if told { chunk(kind, body) } else { Vec::new() };
        let flags = if told { 0b0010_1110 } else { 0b0010_0010 };
        let frame = [vec![0; FRAME_HEAD], chunk(b"VP8L", b"drawn"), tell(b"note", b"Amara")].concat();
        let chunks = [
            chunk(b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            chunk(b"ICCP", b"colours"),
            chunk(b"ANIM", &[0; 6]),
            chunk(b"ANMF", &frame),
            tell(b"EXIF", b"GPS 23.7,90.4"),
            tell(b"XMP ", b"<author>"),
            tell(b"LIST", b"INFO"),
        ]
        .concat();
        chunk_of_file(&chunks)
    }

    fn chunk_of_file(chunks: &[u8]) -> Vec<u8> {
        let length = u32::try_from(chunks.len() + 4).expect("short").to_le_bytes();
        [b"RIFF", length.as_slice(), b"WEBP", chunks].concat()
    }

    #[test]
    fn a_picture_keeps_what_draws_it_and_ends_where_it_says() {
        for trailer in [b"".as_slice(), b"GPS 23.7,90.4"] {
            let copy = clean(&[a_picture(true), trailer.to_vec()].concat());
            assert_eq!(copy, Some(a_picture(false)), "{trailer:?}");
        }
        let whole = a_picture(false);
        for broken in [&whole[..whole.len() - 1], &whole[..11], b"RIFF\x04\0\0\0WEBP", b"RIFF\x04\0\0\0WAVE"]
        {
            assert_eq!(clean(broken), None);
        }
    }
}
