//! A clamd of the tests' own: it speaks the part of clamd's protocol that Concord speaks, knows one virus (the EICAR test
//! file), and fails on request. A real one needs hundreds of megabytes of signatures.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::ports;

/// The harmless file that every scanner takes for a virus. It stands here in two halves, so that no scanner finds it in
/// this source.
pub fn eicar() -> Vec<u8> {
    let halves = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", "-ANTIVIRUS-TEST-FILE!$H+H*"];
    halves.concat().into_bytes()
}

/// How it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// As clamd does.
    Well,
    /// The same, so much later.
    Slow(Duration),
    /// With these bytes, whatever it is asked.
    Says(&'static [u8]),
    /// With nothing: it hangs up in the middle of a file. To a ping it answers well.
    HangsUp,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    /// The most bytes of one file that it takes.
    stream_max: usize,
    checked: usize,
    is_open: bool,
}

enum Door {
    Tcp(TcpListener),
    Unix(UnixListener),
}

trait Line: Read + Write + Send {
    fn hangs_up(&self);
}

impl Line for TcpStream {
    fn hangs_up(&self) {
        self.shutdown(Shutdown::Both).ok();
    }
}

impl Line for UnixStream {
    fn hangs_up(&self) {
        self.shutdown(Shutdown::Both).ok();
    }
}

/// A running scanner; it ends with this value.
pub struct Scanner {
    port: u16,
    socket: Option<PathBuf>,
    state: Arc<Mutex<State>>,
    keeper: Option<JoinHandle<()>>,
}

impl Scanner {
    /// One that listens on a port.
    pub fn opens() -> Self {
        let mut scanner = Self::away();
        scanner.comes_back();
        scanner
    }

    /// One that listens on a socket of this machine.
    pub fn opens_at(socket: PathBuf) -> Self {
        let mut scanner = Self::away();
        scanner.socket = Some(socket);
        scanner.comes_back();
        scanner
    }

    /// One that is away from the beginning; it will come back on its port.
    pub fn away() -> Self {
        let state = State { mood: Mood::Well, stream_max: 100 << 20, checked: 0, is_open: false };
        Self { port: ports::free(), socket: None, state: Arc::new(Mutex::new(state)), keeper: None }
    }

    /// What Concord calls it.
    pub fn address(&self) -> String {
        match &self.socket {
            Some(socket) => format!("unix://{}", socket.display()),
            None => format!("tcp://127.0.0.1:{}", self.port),
        }
    }

    /// From now on it answers so.
    pub fn behaves(&self, mood: Mood) {
        self.state.lock().expect("a state").mood = mood;
    }

    /// From now on it takes files of so many bytes at most.
    pub fn takes_at_most(&self, bytes: usize) {
        self.state.lock().expect("a state").stream_max = bytes;
    }

    /// How many files it has checked to their end.
    pub fn checked(&self) -> usize {
        self.state.lock().expect("a state").checked
    }

    /// Goes away: connections are refused from now on.
    pub fn goes_away(&mut self) {
        self.state.lock().expect("a state").is_open = false;
        let Some(keeper) = self.keeper.take() else { return };
        // Wakes it up, so that it sees that it is closed.
        match &self.socket {
            Some(socket) => drop(UnixStream::connect(socket)),
            None => drop(TcpStream::connect(("127.0.0.1", self.port))),
        }
        keeper.join().expect("it ends well");
        if let Some(socket) = &self.socket {
            std::fs::remove_file(socket).ok();
        }
    }

    /// Comes back where it was.
    pub fn comes_back(&mut self) {
        self.state.lock().expect("a state").is_open = true;
        let door = match &self.socket {
            Some(socket) => Door::Unix(UnixListener::bind(socket).expect("its socket")),
            None => Door::Tcp(TcpListener::bind(("127.0.0.1", self.port)).expect("its port")),
        };
        let state = Arc::clone(&self.state);
        self.keeper = Some(std::thread::spawn(move || keep(&door, &state)));
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.goes_away();
    }
}

fn keep(door: &Door, state: &Arc<Mutex<State>>) {
    loop {
        let line: Box<dyn Line> = match door {
            Door::Tcp(door) => Box::new(door.accept().expect("a line").0),
            Door::Unix(door) => Box::new(door.accept().expect("a line").0),
        };
        if !state.lock().expect("a state").is_open {
            return;
        }
        let state = Arc::clone(state);
        std::thread::spawn(move || {
            // Who hangs up is no fault of the scanner's.
            let _ = answer(line, &state);
        });
    }
}

fn answer(mut line: Box<dyn Line>, state: &Mutex<State>) -> std::io::Result<()> {
    let mut command = Vec::new();
    let mut byte = [0];
    while line.read(&mut byte)? == 1 && byte[0] != 0 {
        command.push(byte[0]);
    }
    let (mood, stream_max) = {
        let state = state.lock().expect("a state");
        (state.mood.clone(), state.stream_max)
    };
    match &mood {
        Mood::Slow(later) => std::thread::sleep(*later),
        Mood::Says(words) => {
            line.write_all(words)?;
            line.hangs_up();
            return Ok(());
        }
        Mood::Well | Mood::HangsUp => {}
    }
    if command == b"zPING" {
        return line.write_all(b"PONG\0");
    }
    assert_eq!(command, b"zINSTREAM");
    let mut file = Vec::new();
    loop {
        let mut length = [0; 4];
        line.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).expect("a length");
        if mood == Mood::HangsUp {
            line.hangs_up();
            return Ok(());
        }
        if length == 0 {
            break;
        }
        if file.len() + length > stream_max {
            line.write_all(b"INSTREAM size limit exceeded. ERROR\0")?;
            line.hangs_up();
            return Ok(());
        }
        let begun = file.len();
        file.resize(begun + length, 0);
        line.read_exact(&mut file[begun..])?;
    }
    state.lock().expect("a state").checked += 1;
    let needle = eicar();
    let is_found = file.windows(needle.len()).any(|part| part == needle);
    line.write_all(if is_found { b"stream: Eicar-Signature FOUND\0" } else { b"stream: OK\0" })
}
