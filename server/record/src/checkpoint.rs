//! The ledger's head as a signed note (C2SP signed-note, tlog-checkpoint) under the ledger key (Ed25519), and the
//! cosignatures of witnesses (C2SP tlog-cosignature). Deliberately not here: the tree, which is `ledger`'s, where keys
//! and notes are kept, and any clock.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::canonical::digest_of;
use crate::ledger::{Hash, Leaf, LeafKind};

/// The longest note that is read, in bytes: a head and the lines of more witnesses than any house has.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;
/// The longest name of a key, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// What a signature line begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// Why a key or a note is none. Says nothing of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text is no key of a signed note, or one whose parts contradict each other.
    #[error("the text is no Ed25519 key of a signed note")]
    NotAKey,
    /// The system gave no key.
    #[error("no ledger key could be made")]
    NotMade,
    /// The text is no checkpoint: origin, size and root, an empty line, and signatures.
    #[error("the text is no signed checkpoint")]
    NotACheckpoint,
    /// None of the keys that were given has signed it, or one of them has signed something else.
    #[error("the checkpoint does not carry the signature of the key")]
    NotSigned,
}

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// The note's text (type 1): the ledger itself.
    Note,
    /// The text under a time (type 4): a witness.
    Cosignature,
}

impl Signing {
    const fn byte(self) -> u8 {
        match self {
            Self::Note => 1,
            Self::Cosignature => 4,
        }
    }
}

/// A public key as signed notes write it: `name+keyid+base64(type || key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    signing: Signing,
    key: [u8; 32],
}

impl Verifier {
    /// The key's name; of the ledger's own key the ledger's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    pub const fn signing(&self) -> Signing {
        self.signing
    }

    /// The entry by which the ledger tells that this key came into use.
    pub fn leaf(&self) -> Leaf {
        Leaf { kind: LeafKind::LedgerKey, digest: digest_of(self.to_string().as_bytes()) }
    }

    /// The first four bytes of the hash over name, type and key.
    fn id(&self) -> [u8; 4] {
        let hash: Hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.signing.byte()])
            .chain_update(self.key)
            .finalize()
            .into();
        let [a, b, c, d, ..] = hash;
        [a, b, c, d]
    }

    /// Whether a line's signature is this key's over that text.
    fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        match self.signing {
            Signing::Note => key.verify(text.as_bytes(), signature).is_ok(),
            Signing::Cosignature => signature.split_first_chunk::<8>().is_some_and(|(time, signature)| {
                let message = format!("cosignature/v1\ntime {}\n{text}", u64::from_be_bytes(*time));
                key.verify(message.as_bytes(), signature).is_ok()
            }),
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.signing.byte()], self.key.as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, rest) = text.split_once('+').ok_or(NoteError::NotAKey)?;
        let (_, key) = rest.split_once('+').ok_or(NoteError::NotAKey)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::NotAKey)?;
        let (signing, key) = match key.split_first() {
            Some((1, key)) => (Signing::Note, key),
            Some((4, key)) => (Signing::Cosignature, key),
            _ => return Err(NoteError::NotAKey),
        };
        let key = key.try_into().map_err(|_| NoteError::NotAKey)?;
        let read = Self { name: name.to_owned(), signing, key };
        // The id in the text has to be the key's own, and there is one spelling.
        if is_key_name(name) && read.to_string() == text { Ok(read) } else { Err(NoteError::NotAKey) }
    }
}

/// Whether a key may be called so: no space, no plus, nothing that ends a line.
pub fn is_key_name(name: &str) -> bool {
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.contains(is_odd)
}

/// The key that signs the ledger's head. It is made once, and kept by the caller as a line of text.
pub struct LedgerKey {
    pair: Ed25519KeyPair,
    verifier: Verifier,
}

/// Shows the public part alone.
impl fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

/// How the line of a private key begins (as signed-note tools write it).
const PRIVATE: &str = "PRIVATE+KEY+";

impl LedgerKey {
    /// Makes a key for a ledger of that origin, as the line that `from_text` reads:
    /// `PRIVATE+KEY+name+keyid+base64(1 || seed)`. Secret.
    ///
    /// # Errors
    /// `NotMade`; `NotAKey` for an origin that is no name.
    pub fn generate(origin: &str) -> Result<String, NoteError> {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| NoteError::NotMade)?;
        let key = Self::of(origin, Signing::Note, seed)?;
        Ok(private_line(&key.verifier, &seed))
    }

    /// Reads the line that `generate` made.
    ///
    /// # Errors
    /// `NotAKey`.
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let text = text.trim_end();
        let inner = text.strip_prefix(PRIVATE).ok_or(NoteError::NotAKey)?;
        let (name, rest) = inner.split_once('+').ok_or(NoteError::NotAKey)?;
        let (_, key) = rest.split_once('+').ok_or(NoteError::NotAKey)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::NotAKey)?;
        let seed = key.strip_prefix(&[1]).and_then(|seed| seed.try_into().ok()).ok_or(NoteError::NotAKey)?;
        let key = Self::of(name, Signing::Note, seed)?;
        if private_line(&key.verifier, &seed) == text { Ok(key) } else { Err(NoteError::NotAKey) }
    }

    /// What is published of the key.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The note over a tree: its head under this key, with the key's name as the origin.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        let head = Checkpoint { origin: self.verifier.name.clone(), size, root: *root };
        let text = head.text();
        let signature = self.pair.sign(text.as_bytes());
        format!("{text}\n{}", line(&self.verifier, signature.as_ref()))
    }

    fn of(name: &str, signing: Signing, seed: [u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::NotAKey);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NoteError::NotAKey)?;
        let key = pair.public_key().as_ref().try_into().map_err(|_| NoteError::NotAKey)?;
        Ok(Self { pair, verifier: Verifier { name: name.to_owned(), signing, key } })
    }
}

fn private_line(public: &Verifier, seed: &[u8; 32]) -> String {
    let key = STANDARD.encode([&[public.signing.byte()], seed.as_slice()].concat());
    format!("{PRIVATE}{}+{:08x}+{key}", public.name, u32::from_be_bytes(public.id()))
}

/// A witness's key: for witnesses of one's own, and for the tests of everybody who takes cosignatures.
#[derive(Debug)]
pub struct WitnessKey(LedgerKey);

impl WitnessKey {
    /// The key of that name and seed.
    ///
    /// # Errors
    /// `NotAKey` for a name that is none.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        LedgerKey::of(name, Signing::Cosignature, seed).map(Self)
    }

    /// What is published of the key.
    pub const fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// The line by which the witness says that it saw this head at that time, in seconds since the epoch.
    ///
    /// # Errors
    /// `NotACheckpoint` where the note is none.
    pub fn cosign(&self, note: &str, seconds: u64) -> Result<String, NoteError> {
        let note = Note::read(note)?;
        let message = format!("cosignature/v1\ntime {seconds}\n{}", note.head.text());
        let signature = self.0.pair.sign(message.as_bytes());
        Ok(line(&self.0.verifier, &[&seconds.to_be_bytes(), signature.as_ref()].concat()))
    }
}

fn line(by: &Verifier, signature: &[u8]) -> String {
    format!("{MARK}{} {}\n", by.name, STANDARD.encode([by.id().as_slice(), signature].concat()))
}

/// The head of a ledger: which one, how many entries, and the root over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        let read = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        // There is one spelling, and nothing behind the three lines.
        (is_key_name(origin) && read.text() == text).then_some(read)
    }
}

/// A checkpoint with the lines under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What was signed.
    pub head: Checkpoint,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl Note {
    /// Reads a note, and believes nothing that it says.
    ///
    /// # Errors
    /// `NotACheckpoint`.
    pub fn read(text: &str) -> Result<Self, NoteError> {
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::NotACheckpoint);
        }
        let parts = text.split_once("\n\n").ok_or(NoteError::NotACheckpoint)?;
        let head = Checkpoint::read(&format!("{}\n", parts.0)).ok_or(NoteError::NotACheckpoint)?;
        let signed = parts.1.strip_suffix('\n').ok_or(NoteError::NotACheckpoint)?;
        let lines: Option<Vec<Line>> = signed.split('\n').map(Line::read).collect();
        Ok(Self { head, lines: lines.ok_or(NoteError::NotACheckpoint)? })
    }

    /// Whether this key has signed the note. Lines of others count for nothing; a line of this key's that does not
    /// verify makes the whole note worthless.
    pub fn is_signed_by(&self, by: &Verifier) -> bool {
        let text = self.head.text();
        let theirs: Vec<&Line> = self.lines_of(by).collect();
        !theirs.is_empty() && theirs.iter().all(|line| by.has_signed(&text, &line.signature))
    }

    /// The head, where one of these keys has signed it and its name is the origin.
    ///
    /// # Errors
    /// `NotSigned`.
    pub fn verified(self, keys: &[Verifier]) -> Result<Checkpoint, NoteError> {
        let ours = |key: &&Verifier| key.signing == Signing::Note && key.name == self.head.origin;
        let mut known = keys.iter().filter(ours).filter(|key| self.lines_of(key).next().is_some()).peekable();
        if known.peek().is_none() || !known.all(|key| self.is_signed_by(key)) {
            return Err(NoteError::NotSigned);
        }
        Ok(self.head)
    }

    /// This witness's line, as it stands in a note, where it verifies: of several the newest.
    pub fn cosigned_by(&self, witness: &Verifier) -> Option<String> {
        Some(line(witness, &self.newest_of(witness)?.signature))
    }

    /// The time that this witness's newest line states, in seconds since the epoch, where it verifies.
    pub fn cosigned_at(&self, witness: &Verifier) -> Option<u64> {
        let (time, _) = self.newest_of(witness)?.signature.split_first_chunk::<8>()?;
        Some(u64::from_be_bytes(*time))
    }

    fn newest_of<'a>(&'a self, witness: &'a Verifier) -> Option<&'a Line> {
        let is_cosigned = witness.signing == Signing::Cosignature && self.is_signed_by(witness);
        // A signature begins with its time, the largest byte first: the order of bytes is that of times.
        let theirs = self.lines_of(witness).filter(|_| is_cosigned);
        theirs.max_by(|one, other| one.signature.cmp(&other.signature))
    }

    fn lines_of<'a>(&'a self, by: &'a Verifier) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(|line| line.name == by.name && line.id == by.id())
    }
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (id, signature) = bytes.split_first_chunk::<4>()?;
        is_key_name(name).then(|| Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> LedgerKey {
        LedgerKey::of("concord.example.org/ledger", Signing::Note, [seed; 32]).expect("a key")
    }

    fn witness() -> WitnessKey {
        WitnessKey::new("witness.example.org/one", [9; 32]).expect("a key")
    }

    fn verified(note: &str, keys: &[Verifier]) -> Result<Checkpoint, NoteError> {
        Note::read(note)?.verified(keys)
    }

    #[test]
    fn a_head_is_three_lines_and_a_signature() {
        let note = key(1).sign(5, &[7; 32]);
        let lines: Vec<&str> = note.split('\n').collect();
        assert_eq!(lines[..4], ["concord.example.org/ledger", "5", &STANDARD.encode([7; 32]), ""]);
        assert!(lines[4].starts_with("\u{2014} concord.example.org/ledger "), "{note}");
        assert_eq!(lines[5..], [""]);
        let head = Checkpoint { origin: "concord.example.org/ledger".to_owned(), size: 5, root: [7; 32] };
        assert_eq!(verified(&note, &[key(2).verifier().clone(), key(1).verifier().clone()]), Ok(head));
        assert_eq!(verified(&note, &[key(2).verifier().clone()]), Err(NoteError::NotSigned));
        assert_eq!(verified(&note, &[]), Err(NoteError::NotSigned));
    }

    /// The key of the example of golang.org/x/mod/sumdb/note, which is also the one of C2SP's text.
    #[test]
    fn keys_are_spelled_as_other_tools_spell_them() {
        let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = LedgerKey::from_text(&format!("{text}\n")).expect("a key");
        let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(key.verifier().to_string(), public);
        assert_eq!(public.parse(), Ok(key.verifier().clone()));
    }

    #[test]
    fn what_is_no_key_is_none() {
        let good = key(1).verifier().to_string();
        let (front, last) = good.rsplit_once('+').expect("three parts");
        let others = [
            good.replace("concord", "con cord"),
            good.replace("example", "Example"),
            format!("{good}\n"),
            format!("{good}="),
            format!("{front}+{}", last.replacen('A', "B", 1)),
            format!("+{good}"),
            good.replace('+', "-"),
            String::new(),
        ];
        for other in others {
            assert_eq!(other.parse::<Verifier>(), Err(NoteError::NotAKey), "{other}");
            assert!(LedgerKey::from_text(&other).is_err());
        }
        assert!(LedgerKey::generate("a b").is_err() && LedgerKey::generate("").is_err());
        let text = LedgerKey::generate("a.example/ledger").expect("a key");
        let fresh = LedgerKey::from_text(&text).expect("what was made");
        assert_eq!(fresh.verifier().name(), "a.example/ledger");
        let secret = text.rsplit_once('+').expect("three parts").1;
        assert!(!format!("{fresh:?}").contains(secret));
        assert!(LedgerKey::from_text(&text.replace("a.example", "b.example")).is_err());
    }

    #[test]
    fn no_bit_of_a_checkpoint_can_be_changed() {
        let keys = [key(1).verifier().clone()];
        let note = key(1).sign(5, &[7; 32]);
        assert!(verified(&note, &keys).is_ok());
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= 1_u8 << bit;
                let is_accepted = String::from_utf8(bytes).is_ok_and(|text| verified(&text, &keys).is_ok());
                assert!(!is_accepted, "bit {bit} of byte {at}");
            }
        }
        for kept in 0..note.len() {
            assert!(note.get(..kept).is_none_or(|text| verified(text, &keys).is_err()), "{kept}");
        }
    }

    #[test]
    fn another_spelling_of_a_head_is_refused() {
        let keys = [key(1).verifier().clone()];
        let signed = |text: &str| {
            let signature = key(1).pair.sign(text.as_bytes());
            format!("{text}\n{}", line(key(1).verifier(), signature.as_ref()))
        };
        let good =
            Checkpoint { origin: "concord.example.org/ledger".to_owned(), size: 5, root: [7; 32] }.text();
        assert!(verified(&signed(&good), &keys).is_ok());
        for text in [
            good.replace("\n5\n", "\n05\n"),
            good.replace("\n5\n", "\n+5\n"),
            good.replace("\n5\n", "\n-5\n"),
            format!("{good}more\n"),
            good.replace("ledger", "other"),
            good.replace('=', ""),
        ] {
            assert!(verified(&signed(&text), &keys).is_err(), "{text}");
        }
        assert!(Note::read(&format!("{}{}", signed(&good), "x".repeat(NOTE_BYTES_MAX))).is_err());
    }

    #[test]
    fn a_witness_signs_the_head_and_the_time() {
        let (note, witness) = (key(1).sign(5, &[7; 32]), witness());
        assert!(witness.verifier().to_string().parse::<Verifier>().as_ref() == Ok(witness.verifier()));
        let line = witness.cosign(&note, 1_795_496_820).expect("a line");
        let both = format!("{note}{line}");
        let read = Note::read(&both).expect("a note");
        assert_eq!(read.cosigned_by(witness.verifier()), Some(line.clone()));
        assert_eq!(read.cosigned_by(key(1).verifier()), None, "the ledger is no witness of itself");
        assert_eq!(read.cosigned_at(witness.verifier()), Some(1_795_496_820));
        let newer = witness.cosign(&note, 1_795_500_000).expect("a line");
        for several in [format!("{both}{newer}"), format!("{note}{newer}{line}")] {
            let several = Note::read(&several).expect("a note");
            assert_eq!(several.cosigned_by(witness.verifier()), Some(newer.clone()));
        }
        assert!(read.verified(&[key(1).verifier().clone()]).is_ok(), "other lines are passed over");
        let alone = Note::read(&format!("{}\n{line}", Note::read(&note).expect("a note").head.text()));
        assert_eq!(alone.expect("a note").verified(&[key(1).verifier().clone()]), Err(NoteError::NotSigned));
        for at in note.len()..both.len() {
            let mut bytes = both.clone().into_bytes();
            bytes[at] ^= 1;
            let text = String::from_utf8(bytes).unwrap_or_default();
            let found = Note::read(&text).ok().and_then(|read| read.cosigned_by(witness.verifier()));
            assert_eq!(found, None, "byte {at}");
        }
        let later = key(1).sign(6, &[7; 32]);
        let moved = Note::read(&format!("{later}{line}")).expect("a note");
        assert_eq!(moved.cosigned_by(witness.verifier()), None, "a line of another head");
    }
}
