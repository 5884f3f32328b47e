//! Looks at the heads of frames before the WebSocket library does (RFC 6455, section 5.2): it joins as many crumbs to one
//! message as there come, and tells nobody of them. Here the line ends with one crumb too many. Deliberately not here:
//! what is in a frame, and how large it or its message may be, of which the library knows.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

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
    /// Goes on to the end of these bytes; false as soon as a message has one piece too many.
    fn are_few(&mut self, mut bytes: &[u8]) -> bool {
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
                if self.pieces > PIECES_MAX {
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

/// A line that ends with an error where a message comes in too many pieces.
#[derive(Debug)]
pub(super) struct Guarded {
    line: TcpStream,
    heads: Heads,
    has_ended: bool,
}

impl Guarded {
    /// `read` was read from the line already.
    pub(super) fn new(line: TcpStream, read: &[u8]) -> Self {
        let mut heads = Heads::default();
        let has_ended = !heads.are_few(read);
        Self { line, heads, has_ended }
    }

    /// The line itself.
    pub(super) fn into_inner(self) -> TcpStream {
        self.line
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        if !this.has_ended {
            ready!(Pin::new(&mut this.line).poll_read(context, into))?;
            this.has_ended = !this.heads.are_few(into.filled().get(before..).unwrap_or_default());
        }
        let crumbs = || io::Error::new(io::ErrorKind::InvalidData, "a message in too many pieces");
        Poll::Ready(if this.has_ended { Err(crumbs()) } else { Ok(()) })
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().line).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().line).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().line).poll_shutdown(context)
    }
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
            assert!(all.chunks(piece).all(|bytes| heads.are_few(bytes)), "in pieces of {piece}");
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
            assert!(message.chain([begins(LAST)]).all(|frame| heads.are_few(&frame)));
        }
        let crumbs = std::iter::once(begins(2)).chain(pieces(2 * most));
        assert_eq!(crumbs.take_while(|frame| heads.are_few(frame)).count(), most);
    }
}
