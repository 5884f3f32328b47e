//! Signs with the key in the token, on a thread of its own: a token may take long, hang or be taken out, and no more than
//! this thread waits for it. A line that is dead is opened anew once for each signature, and one that failed otherwise for
//! the next one; a PIN that was refused is offered no second time. Deliberately not here: what is signed.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use cryptoki::object::ObjectHandle;
use record::{Digest, Signer};

use super::pkcs11::{Module, Token, TokenError};
use crate::config::SealToken;

/// How long a seal waits for its signature. A token on a network that is away, or one that asks somebody to touch it, takes
/// some seconds.
const SIGNING_PERIOD: Duration = Duration::from_secs(20);
/// How many may wait: each holds a thread on which records are laid out.
const WAITING_MAX: usize = 32;

/// The token that keeps the seal key.
pub struct TokenSigner {
    asks: SyncSender<Ask>,
}

struct Ask {
    digest: [u8; 32],
    /// Nobody waits any more after this.
    until: Instant,
    answer: SyncSender<Result<[u8; 64], TokenError>>,
}

impl TokenSigner {
    /// Starts the thread. The token itself is opened for the first signature.
    ///
    /// # Errors
    /// A machine that starts no thread.
    pub fn start(set: &SealToken) -> io::Result<Self> {
        Self::over(TokenLine { set: set.clone(), open: None, module: None })
    }

    fn over<T: Opened + Send + 'static>(token: T) -> io::Result<Self> {
        let (asks, asked) = sync_channel(WAITING_MAX);
        thread::Builder::new().name("seal".to_owned()).spawn(move || answer(&asked, Line::new(token)))?;
        Ok(Self { asks })
    }

    /// The signature of a text with that digest, or why there is none.
    ///
    /// # Errors
    /// What the token says; `Silent`; `Ended`.
    pub fn try_to_sign(&self, digest: &Digest) -> Result<[u8; 64], TokenError> {
        let (answer, answered) = sync_channel(1);
        let ask = Ask { digest: digest.0, until: Instant::now() + SIGNING_PERIOD, answer };
        match self.asks.try_send(ask) {
            Ok(()) => answered.recv_timeout(SIGNING_PERIOD).unwrap_or_else(|none| Err(none.into())),
            Err(TrySendError::Full(_)) => Err(TokenError::Silent),
            Err(TrySendError::Disconnected(_)) => Err(TokenError::Ended),
        }
    }
}

impl Signer for TokenSigner {
    fn sign(&self, digest: &Digest) -> Option<[u8; 64]> {
        let made = self.try_to_sign(digest);
        if let Err(reason) = &made {
            tracing::error!(%reason, "the seal key made no signature");
        }
        made.ok()
    }
}

impl From<RecvTimeoutError> for TokenError {
    fn from(none: RecvTimeoutError) -> Self {
        match none {
            RecvTimeoutError::Timeout => Self::Silent,
            // It went before what was asked in time was answered, which it does where a module or this code is broken alone.
            RecvTimeoutError::Disconnected => Self::Ended,
        }
    }
}

/// Works until nobody is left who could ask.
fn answer<T: Opened>(asked: &Receiver<Ask>, mut line: Line<T>) {
    while let Ok(ask) = asked.recv() {
        if Instant::now() < ask.until {
            // Whoever asked may have gone meanwhile.
            let _ = ask.answer.send(line.sign(&ask.digest));
        }
    }
}

/// What can be opened and asked.
trait Opened {
    fn open(&mut self) -> Result<(), TokenError>;
    /// Asks it, opened or not.
    fn sign(&mut self, digest: &[u8; 32]) -> Result<[u8; 64], TokenError>;
}

struct TokenLine {
    set: SealToken,
    // Before the module, so that it ends before it.
    open: Option<(Token, ObjectHandle)>,
    module: Option<Module>,
}

impl Opened for TokenLine {
    fn open(&mut self) -> Result<(), TokenError> {
        // What was open goes first: a token may have one session alone.
        self.open = None;
        let module = match self.module.take() {
            Some(module) => {
                module.forgets();
                module
            }
            None => Module::load(&self.set.module)?,
        };
        let token = Token::open(self.module.insert(module), &self.set, false)?;
        let key = token.key(&self.set.key)?;
        self.open = Some((token, key));
        Ok(())
    }

    fn sign(&mut self, digest: &[u8; 32]) -> Result<[u8; 64], TokenError> {
        match &self.open {
            Some((token, key)) => token.sign(*key, digest),
            None => Err(TokenError::Gone("not opened".to_owned())),
        }
    }
}

/// A token, and what is known of the line to it.
struct Line<T> {
    token: T,
    is_open: bool,
    /// Why its PIN is not offered again.
    refused: Option<TokenError>,
}

impl<T: Opened> Line<T> {
    const fn new(token: T) -> Self {
        Self { token, is_open: false, refused: None }
    }

    fn sign(&mut self, digest: &[u8; 32]) -> Result<[u8; 64], TokenError> {
        if self.is_open {
            let done = self.token.sign(digest);
            // Whatever failed, the next signature begins anew: modules have names of their own for a line that is dead.
            self.is_open = done.is_ok();
            if !matches!(done, Err(TokenError::Gone(_))) {
                return done;
            }
        }
        self.open()?;
        let done = self.token.sign(digest);
        self.is_open = done.is_ok();
        done
    }

    fn open(&mut self) -> Result<(), TokenError> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone());
        }
        let opened = self.token.open();
        if let Err(refused) = &opened
            && refused.refuses_pin()
        {
            self.refused = Some(refused.clone());
        }
        self.is_open = opened.is_ok();
        opened
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Answers what it was told to, in this order; and counts how often it was opened.
    #[derive(Default)]
    struct Told {
        opens: VecDeque<Result<(), TokenError>>,
        signs: VecDeque<Result<[u8; 64], TokenError>>,
        opened: usize,
    }

    impl Opened for Told {
        fn open(&mut self) -> Result<(), TokenError> {
            self.opened += 1;
            self.opens.pop_front().expect("nobody opens it now")
        }

        fn sign(&mut self, _: &[u8; 32]) -> Result<[u8; 64], TokenError> {
            self.signs.pop_front().expect("nobody asks it now")
        }
    }

    fn gone() -> TokenError {
        TokenError::Gone("CKR_SESSION_HANDLE_INVALID".to_owned())
    }

    #[test]
    fn a_line_that_breaks_is_opened_anew_once_for_each_signature() {
        let told = Told {
            opens: [Ok(()), Ok(()), Ok(()), Err(gone()), Ok(())].into(),
            // The second one finds the line dead, and works over a new one; the third finds both dead.
            signs: [Ok([1; 64]), Err(gone()), Ok([2; 64]), Err(gone()), Err(gone()), Ok([5; 64])].into(),
            opened: 0,
        };
        let mut line = Line::new(told);
        let mut sign = || line.sign(&[0; 32]);
        assert_eq!(sign(), Ok([1; 64]));
        assert_eq!(sign(), Ok([2; 64]));
        assert_eq!(sign(), Err(gone()));
        assert_eq!(sign(), Err(gone()), "it cannot be opened: once, and no more");
        assert_eq!(sign(), Ok([5; 64]), "it is back");
        assert_eq!(line.token.opened, 5);
    }

    #[test]
    fn after_any_other_failure_the_next_signature_opens_the_line_anew() {
        let failed = || TokenError::Failed("CKR_FUNCTION_FAILED".to_owned());
        let told = Told {
            opens: [Ok(()), Ok(()), Err(TokenError::WrongPin)].into(),
            signs: [Ok([1; 64]), Err(failed()), Ok([2; 64]), Err(failed())].into(),
            opened: 0,
        };
        let mut line = Line::new(told);
        let mut sign = || line.sign(&[0; 32]);
        assert_eq!((sign(), sign(), sign()), (Ok([1; 64]), Err(failed()), Ok([2; 64])));
        assert_eq!(sign(), Err(failed()));
        assert_eq!((sign(), sign()), (Err(TokenError::WrongPin), Err(TokenError::WrongPin)));
        assert_eq!(line.token.opened, 3, "not within the signature that failed, and no PIN twice");
    }

    #[test]
    fn a_thread_that_ended_is_told_apart_from_a_token_that_is_silent() {
        // It is told nothing, and so panics when it is opened.
        let signer = TokenSigner::over(Told::default()).expect("a thread");
        let digest = record::digest_of(b"text");
        assert_eq!(signer.try_to_sign(&digest), Err(TokenError::Ended), "under way");
        assert_eq!(signer.try_to_sign(&digest), Err(TokenError::Ended), "and ever after");
    }

    #[test]
    fn a_pin_that_was_refused_is_offered_no_second_time() {
        for refused in [TokenError::WrongPin, TokenError::PinExpired, TokenError::Locked] {
            let told = Told { opens: [Err(refused.clone())].into(), ..Told::default() };
            let mut line = Line::new(told);
            for _ in 0..3 {
                assert_eq!(line.sign(&[0; 32]), Err(refused.clone()));
            }
            assert_eq!(line.token.opened, 1);
        }
    }

    #[test]
    fn a_module_that_is_none_is_told_and_stalls_nobody() {
        let set = SealToken {
            module: "/nowhere/module.so".into(),
            token: "court".to_owned(),
            key: "seal".to_owned(),
            pin: crate::config::Pin::Set(crate::config::Secret::new("4321-secret".to_owned())),
        };
        let signer = TokenSigner::start(&set).expect("a thread");
        let refused = signer.try_to_sign(&record::digest_of(b"text")).expect_err("no module");
        assert!(matches!(&refused, TokenError::Module(path, _) if path.ends_with("module.so")), "{refused}");
        assert!(!refused.to_string().contains("4321"), "{refused}");
    }
}
