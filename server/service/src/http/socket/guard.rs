//! Looks at the heads of frames before the WebSocket library does (RFC 6455, section 5.2): it takes in the whole of a
//! frame before it finds it too large, so that one peer could have us hold a gigabyte by announcing it, and it joins as many
//! crumbs to one message as there come. Here the line ends with the head. Deliberately not here: what is in a frame.

use std::io;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use futures_util::StreamExt as _;

/// The most bytes of a head: two, eight of an extended length, four of a mask.
const HEAD_BYTES_MAX: usize = 14;
/// The bit that says that a mask follows.
const MASKED: u8 = 0x80;
/// The bit that says that a message ends with this frame.
const LAST: u8 = 0x80;
/// Frames that a message is made of (0 to 2) have this bit unset, those about the line have it set.
const CONTROL: u8 = 0x08;
/// The most pieces of one message before its last: what comes in more is no one's writing.
const PIECES_MAX: u32 = 1_024;

/// Where in the stream of frames the last byte was.
#[derive(Debug, Default)]
struct Heads {
    head: Vec<u8>,
    /// What is left of the frame whose head was read.
    left: u64,
    /// How many pieces of the message under way have begun.
    pieces: u32,
}

impl Heads {
    /// Goes on to the end of these bytes; false as soon as a head announces more than `most`, or one piece too many.
    fn are_small(&mut self, mut bytes: &[u8], most: u64) -> bool {
        while !bytes.is_empty() {
            let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            let (_, rest) = bytes.split_at(here);
            self.left -= u64::try_from(here).unwrap_or(self.left);
            bytes = rest;
            while let Some((first, rest)) = bytes.split_first() {
                if self.left > 0 {
                    break;
                }
                self.head.push(*first);
                bytes = rest;
                let Some(length) = length(&self.head) else { continue };
                self.counts_piece();
                self.head.clear();
                if length > most || self.pieces > PIECES_MAX {
                    return false;
                }
                self.left = length;
            }
        }
        true
    }

    fn counts_piece(&mut self) {
        let first = self.head.first().copied().unwrap_or(LAST | CONTROL);
        if first & CONTROL == 0 {
            self.pieces = if first & LAST == 0 { self.pieces.saturating_add(1) } else { 0 };
        }
    }
}

/// The announced length, once the head is whole.
fn length(head: &[u8]) -> Option<u64> {
    let second = *head.get(1)?;
    let mask = if second & MASKED == 0 { 0 } else { 4 };
    let (size, length) = match second & !MASKED {
        126 => (4, u64::from(u16::from_be_bytes(*head.get(2..)?.first_chunk()?))),
        127 => (10, u64::from_be_bytes(*head.get(2..)?.first_chunk()?)),
        short => (2, u64::from(short)),
    };
    (head.len() >= size + mask || head.len() >= HEAD_BYTES_MAX).then_some(length)
}

/// The same bytes, which end with an error where a frame is announced that is larger than `most`.
pub(super) fn guarded(payload: Payload, most: usize) -> Payload {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let stream = payload.scan((Heads::default(), false), move |(heads, has_ended), bytes| {
        let checked = match bytes {
            _ if *has_ended => None,
            Ok(bytes) if !heads.are_small(&bytes, most) => Some(Err(too_large())),
            other => Some(other),
        };
        *has_ended |= matches!(checked, Some(Err(_)));
        std::future::ready(checked)
    });
    Payload::Stream { payload: Box::pin(stream) }
}

fn too_large() -> PayloadError {
    PayloadError::Io(io::Error::other("a frame is announced that is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(length: u64, is_masked: bool) -> Vec<u8> {
        let mask = if is_masked { MASKED } else { 0 };
        let mut head = vec![0x81];
        match length {
            0..126 => head.push(mask | u8::try_from(length).expect("short")),
            126..65_536 => {
                head.push(mask | 126);
                head.extend(u16::try_from(length).expect("long").to_be_bytes());
            }
            _ => {
                head.push(mask | 127);
                head.extend(length.to_be_bytes());
            }
        }
        if is_masked {
            head.extend([1, 2, 3, 4]);
        }
        head
    }

    fn framed(length: u64, is_masked: bool) -> Vec<u8> {
        let mut frame = announced(length, is_masked);
        frame.resize(frame.len() + usize::try_from(length).expect("small"), 0xff);
        frame
    }

    #[test]
    fn frames_pass_however_they_are_cut() {
        let sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 3];
        let all: Vec<u8> = sizes.iter().flat_map(|size| framed(*size, size % 2 == 0)).collect();
        for piece in [1, 2, 3, 7, 1000, all.len()] {
            let mut heads = Heads::default();
            assert!(all.chunks(piece).all(|bytes| heads.are_small(bytes, 65_536)), "in pieces of {piece}");
            assert_eq!((heads.left, heads.head.len()), (0, 0));
        }
    }

    #[test]
    fn a_message_comes_in_so_many_pieces_and_no_more() {
        let begins = |opcode: u8| [opcode, 1, b' '];
        let pieces = |count: usize| std::iter::repeat_n(begins(0), count);
        let pinged = |frame: [u8; 3]| [frame, [0x89, 1, b'?']];
        let most = usize::try_from(PIECES_MAX).expect("small");
        let mut heads = Heads::default();
        for _ in 0..3 {
            let message = std::iter::once(begins(1)).chain(pieces(most - 1)).flat_map(pinged);
            assert!(message.chain([begins(LAST)]).all(|frame| heads.are_small(&frame, 65_536)));
        }
        let crumbs = std::iter::once(begins(2)).chain(pieces(2 * most));
        assert_eq!(crumbs.take_while(|frame| heads.are_small(frame, 65_536)).count(), most);
    }

    #[test]
    fn what_is_too_large_is_found_with_its_head() {
        for length in [65_537, 1 << 40, u64::MAX] {
            let mut bytes = framed(200, true);
            bytes.extend(announced(length, true));
            let mut heads = Heads::default();
            let small = bytes.iter().take_while(|byte| heads.are_small(&[**byte], 65_536)).count();
            assert_eq!(small, bytes.len() - 1, "the last byte of the head tells: {length}");
        }
    }
}
