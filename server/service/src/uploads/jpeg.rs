//! JPEG as it is kept: the segments that draw the picture and say how its colours are meant, up to the end of the
//! first image. A phone appends more to a photo than it shows: a film with its place, a second picture with the
//! metadata of the first, a trailer of its maker. All of that lies behind the first end mark.

const TEM: u8 = 0x01;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

/// The picture alone; nothing where it is none.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&[0xff, START])?;
    let mut copy = vec![0xff, START];
    let mut is_drawn = false;
    while let Some((marker, after)) = next_marker(rest) {
        match marker {
            END => break,
            // A second beginning before the first end: no reader agrees with another about what this shows.
            START => return None,
            TEM | 0xd0..=0xd7 => rest = after,
            _ => {
                let length = usize::from(u16::from_be_bytes(after.first_chunk().copied()?));
                let body = after.get(2..length)?;
                rest = after.get(length..)?;
                if let Some(kept) = kept(marker, body) {
                    copy.extend([0xff, marker]);
                    copy.extend(u16::try_from(kept.len() + 2).ok()?.to_be_bytes());
                    copy.extend(kept);
                }
                if marker == SCAN {
                    is_drawn = true;
                    let (drawn, behind) = rest.split_at_checked(drawn_length(rest))?;
                    copy.extend(drawn);
                    rest = behind;
                }
            }
        }
    }
    // A photo whose end was cut off still shows what is there.
    copy.extend([0xff, END]);
    is_drawn.then_some(copy)
}

/// The marker that comes next, and what follows it. Bytes that are none are padding to every reader.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let begin = bytes.iter().position(|byte| *byte == 0xff)?;
    let code = bytes.iter().skip(begin).position(|byte| *byte != 0xff)? + begin;
    Some((*bytes.get(code)?, bytes.get(code + 1..)?))
}

/// How many bytes of a scan come before the next marker that is not part of it.
fn drawn_length(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [0xff, code] if !matches!(*code, 0 | 0xd0..=0xd7 | 0xff));
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

/// What is kept of a segment; nothing of one that does not draw.
fn kept(marker: u8, body: &[u8]) -> Option<Vec<u8>> {
    match marker {
        // Frames, tables, scans. C8 and the F-row are reserved, and hold whatever somebody put there.
        0xc0..=0xc7 | 0xc9..=0xcf | SCAN..=0xdf => Some(body.to_vec()),
        // Only its density: a thumbnail may show what was cropped away.
        APP0 if body.starts_with(b"JFIF\0") => {
            let mut head = body.get(..12)?.to_vec();
            head.extend([0, 0]);
            Some(head)
        }
        // Of all that a phone tells, only which way is up: without it a photo held upright lies on its side.
        APP1 => Some(told_way(way_up(body.strip_prefix(b"Exif\0\0")?)?)),
        APP2 if body.starts_with(b"ICC_PROFILE\0") => Some(body.to_vec()),
        APP14 if body.starts_with(b"Adobe") => Some(body.get(..12)?.to_vec()),
        _ => None,
    }
}

/// The tag of the orientation in the first directory of a TIFF header (Exif 2.32, section 4.6.4).
const ORIENTATION: u16 = 0x0112;
/// The bytes of one line of that directory.
const LINE: usize = 12;

/// How the picture is to be turned, 2 to 8; nothing where it stands upright, or where what is told cannot be read.
fn way_up(tiff: &[u8]) -> Option<u8> {
    let is_little = tiff.starts_with(b"II*\0");
    if !is_little && !tiff.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: usize| {
        let two = tiff.get(at..)?.first_chunk().copied()?;
        Some(if is_little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let four = tiff.get(4..)?.first_chunk().copied()?;
    let begin = if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
    let begin = usize::try_from(begin).ok()?;
    let lines = usize::from(short(begin)?);
    let line = |number: usize| begin.checked_add(2 + number * LINE);
    let found = (0..lines).filter_map(line).find(|at| short(*at) == Some(ORIENTATION))?;
    let way = short(found.checked_add(8)?)?;
    u8::try_from(way).ok().filter(|way| (2..=8).contains(way))
}

/// The smallest segment that says it.
fn told_way(way: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    body.extend([way, 0, 0, 0, 0, 0, 0]);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
        [&[0xff, marker], length.as_slice(), body].concat()
    }

    fn holds(bytes: &[u8], told: &[u8]) -> bool {
        bytes.windows(told.len()).any(|part| part == told)
    }

    /// A picture in two scans, with something told in each place where something can be told.
    fn a_photo(told: bool) -> Vec<u8> {
        let tell = |marker: u8, body: &[u8]| if told { segment(marker, body) } else { Vec::new() };
        let thumbnail = if told { b"\x01\x01PIC".as_slice() } else { b"\0\0" };
        [
            b"\xff\xd8".to_vec(),
            segment(APP0, &[b"JFIF\0\x01\x01\0\0\x01\0\x01".as_slice(), thumbnail].concat()),
            tell(APP0, b"JFXX\0\x10thumbnail"),
            tell(0xe1, b"Exif\0\0GPS 23.7,90.4"),
            segment(APP2, b"ICC_PROFILE\0\x01\x01colours"),
            tell(APP2, b"MPF\0where the second picture lies"),
            tell(0xed, b"Photoshop 3.0\0author"),
            tell(0xfe, b"taken by Amara"),
            segment(0xdb, &[0; 65]),
            segment(0xc2, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
            segment(0xc4, &[0; 17]),
            segment(SCAN, b"\x01\x01\0\0\x3f\0"),
            b"\x12\xff\0\x34\xff\xd0\x56".to_vec(),
            tell(0xe1, b"between the scans"),
            tell(0xfe, b"between them too"),
            segment(0xc4, &[0; 17]),
            segment(SCAN, b"\x01\x01\0\0\x3f\0"),
            b"\x78".to_vec(),
            b"\xff\xd9".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn a_photo_keeps_its_picture_and_nothing_else() {
        let trailers: [&[u8]; 4] = [
            b"",
            b"\0\0\0\x18ftypmp42 a film of the kitchen, +23.7+090.4/",
            b"\xff\xd8\xff\xe1\0\x0eExif\0\0GPS 2\xff\xd9",
            b"SEFH a maker's trailer SEFT",
        ];
        for trailer in trailers {
            let copy = clean(&[a_photo(true), trailer.to_vec()].concat()).expect("a photo");
            assert_eq!(copy, a_photo(false), "{}", String::from_utf8_lossy(trailer));
        }
        assert!(holds(&a_photo(true), b"GPS") && !holds(&a_photo(false), b"GPS"));
    }

    #[test]
    fn a_photo_still_stands_upright_and_tells_nothing_more() {
        let big =
            b"MM\0*\0\0\0\x08\0\x02\x88\x25\0\x04\0\0\0\x01GPS!\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let little =
            b"II*\0\x0a\0\0\0GP\x02\0\x25\x88\x04\0\x01\0\0\0GPS!\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        for tiff in [big.as_slice(), little] {
            let told = segment(APP1, &[b"Exif\0\0", tiff].concat());
            let photo = a_photo(false);
            let (start, rest) = photo.split_at(2);
            let copy = clean(&[start, &told, rest].concat()).expect("a photo");
            assert!(!holds(&copy, b"GPS"), "{copy:?}");
            assert_eq!(copy, [start, &segment(APP1, &told_way(6)), rest].concat());
            assert_eq!(clean(&copy).as_deref(), Some(copy.as_slice()), "cleaning a copy changes nothing");
        }
        for way in [0, 1, 9] {
            let told = told_way(way);
            assert_eq!(way_up(told.strip_prefix(b"Exif\0\0").expect("its head")), None, "{way}");
        }
        for broken in
            [b"".as_slice(), b"MM\0*\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\x08\0\0\0"]
        {
            assert_eq!(way_up(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn what_was_cut_off_is_closed_and_what_is_no_picture_is_refused() {
        let whole = a_photo(false);
        let cut = whole.get(..whole.len() - 2).expect("longer");
        assert_eq!(clean(cut).as_deref(), Some(whole.as_slice()));
        for broken in [
            b"".as_slice(),
            b"\xff\xd8",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8\xff\xdb\xff\xff\0",
            b"\xff\xd8\xff\xd8",
        ] {
            assert_eq!(clean(broken), None, "{broken:?}");
        }
    }
}
