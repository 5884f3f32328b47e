//! What things are called: one opaque type for each kind of thing, so that a dispute's id cannot be handed where
//! an account's is wanted, and the short reference that people read out on the telephone.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text was not an id or reference of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID that the caller made (UUIDv7 for what Concord makes itself).
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                // The hyphenated form alone: one thing, one spelling, so that an id is also a safe key.
                if text.len() != 36 {
                    return Err(NotAnId);
                }
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

ids! {
    /// A person's account with the institution.
    AccountId;
    /// One signed-in browser or API client.
    SessionId;
    /// A dispute.
    DisputeId;
    /// One invitation of a respondent.
    InvitationId;
    /// One proposal of a mediator for a dispute.
    AssignmentId;
    /// An entry of a room; made by the client, and its idempotency key.
    EntryId;
    /// A phrase that a mediator keeps for themselves.
    PhraseId;
    /// A passkey that somebody signs with.
    PasskeyId;
    /// What an auditor noted of a settlement.
    FindingId;
    /// A file that somebody uploaded.
    FileId;
    /// An upload that comes in pieces.
    UploadId;
    /// A settlement record.
    SettlementId;
    /// A certification of a settlement record.
    CertificationId;
    /// A mail in the outbox.
    MailId;
    /// One way by which the record reaches one person.
    DeliveryId;
    /// What a party suggests for the text.
    SuggestionId;
    /// A seat beside a party.
    CompanionId;
}

/// A dispute's short name for people, such as `CD-7K4M-92QX`: eight characters of Crockford's Base32, which has no
/// letters I, L, O and U, so that it survives a bad telephone line and handwriting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

const REFERENCE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Reference {
    /// Makes a reference from forty random bits (the lower ones of `random`).
    pub fn from_random(random: u64) -> Self {
        let mut text = String::with_capacity(12);
        text.push_str("CD");
        for place in 0..8_u32 {
            if place % 4 == 0 {
                text.push('-');
            }
            let five_bits = (random >> (5 * place)) & 31;
            let letter = usize::try_from(five_bits).ok().and_then(|at| REFERENCE_ALPHABET.get(at));
            text.push(letter.map_or('0', |byte| char::from(*byte)));
        }
        Self(text)
    }

    /// The reference as printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Reference {
    type Err = NotAnId;

    /// Reads what a person typed: case, spaces and hyphens do not matter, and O, I and L are read as 0, 1 and 1.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut letters = String::new();
        for letter in text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
            letters.push(match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        }
        let code = letters.strip_prefix("CD").ok_or(NotAnId)?;
        let known = code.bytes().all(|byte| REFERENCE_ALPHABET.contains(&byte));
        if code.len() != 8 || !known {
            return Err(NotAnId);
        }
        let (first, second) = code.split_at(4);
        Ok(Self(format!("CD-{first}-{second}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_back_however_it_was_typed() {
        let made = Reference::from_random(0x12_3456_789A);
        for typed in [made.as_str().to_owned(), made.as_str().to_lowercase(), made.as_str().replace('-', " ")]
        {
            assert_eq!(typed.parse(), Ok(made.clone()), "{typed}");
        }
        assert_eq!("CD-1234-567".parse::<Reference>(), Err(NotAnId));
        assert_eq!("CD-1234-567U".parse::<Reference>(), Err(NotAnId));
        assert_eq!(
            "cd 1o34 5l78".parse::<Reference>().map(|read| read.to_string()),
            Ok("CD-1034-5178".into())
        );
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = DisputeId::new(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.uuid().as_simple().to_string().parse::<DisputeId>(), Err(NotAnId));
    }
}
