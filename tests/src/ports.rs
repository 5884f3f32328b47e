//! Free TCP ports. The number could be taken between this answer and its use; whoever starts a server tries again.

use std::net::TcpListener;

/// A port of the loopback address that nobody listens on now.
pub fn free() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    listener.local_addr().expect("its address").port()
}
