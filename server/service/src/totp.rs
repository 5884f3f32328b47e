//! The second factor: six digits that change every thirty seconds (RFC 6238). That a step serves once is kept in the
//! store, by whoever lets somebody in.

use domain::time::Moment;
use totp_rs::{Algorithm, Builder, Totp};

/// The bytes of a new secret: 160 bits, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret as people type it into their telephone (RFC 4648, section 6, without padding: 160 bits need none).
pub fn base32(secret: &[u8]) -> String {
    let mut text = String::with_capacity(secret.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u16, 0_u32);
    for byte in secret {
        held = (held << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let at = usize::from((held >> bits) & 31);
            text.extend(BASE32.get(at).map(|letter| char::from(*letter)));
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        let at = usize::from((held << (5 - bits)) & 31);
        text.extend(BASE32.get(at).map(|letter| char::from(*letter)));
    }
    text
}

/// The link that a telephone reads from a picture or takes by a tap.
pub fn link(secret: &[u8], institution: &str, account: &str) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'@' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let (issuer, account) = (escape(institution), escape(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32(secret))
}

/// The step that the digits belong to, where they are right now: one step before and after counts, for clocks differ.
pub fn step(secret: &[u8], digits: &str, now: Moment) -> Option<i64> {
    let digits: String =
        digits.chars().filter(|letter| !letter.is_whitespace()).map(domain::money::latin_digit).collect();
    let seconds = u64::try_from(now.millis() / 1000).ok()?;
    let step = totp(secret)?.check(&digits, seconds)?;
    i64::try_from(step).ok()
}

/// The digits that are right at a moment.
pub fn digits(secret: &[u8], now: Moment) -> Option<String> {
    let seconds = u64::try_from(now.millis() / 1000).ok()?;
    Some(totp(secret)?.generate(seconds).to_string())
}

fn totp(secret: &[u8]) -> Option<Totp> {
    let secret = <[u8; SECRET_BYTES]>::try_from(secret).ok()?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP_SECONDS)
        .with_secret(secret)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_the_rfc_come_out() {
        // RFC 6238, appendix B, SHA-1: the last six of the eight digits there.
        let secret = b"12345678901234567890";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let now = Moment::from_millis(seconds * 1000);
            assert_eq!(digits(secret, now).as_deref(), Some(expected));
            assert_eq!(step(secret, expected, now), Some(seconds / 30));
        }
    }

    #[test]
    fn digits_are_read_in_any_script_and_wrong_ones_are_not() {
        let secret = b"12345678901234567890";
        let now = Moment::from_millis(59_000);
        assert_eq!(step(secret, " ২৮৭ ০৮২ ", now), Some(1));
        for wrong in ["", "287083", "28708", "2870822", "abcdef"] {
            assert_eq!(step(secret, wrong, now), None, "{wrong}");
        }
        assert_eq!(step(secret, "287082", Moment::from_millis(59_000 + 61_000)), None);
    }

    #[test]
    fn a_secret_is_spelled_as_the_rfc_has_it() {
        // RFC 4648, section 10.
        for (bytes, text) in [("foobar", "MZXW6YTBOI"), ("fooba", "MZXW6YTB"), ("f", "MY"), ("", "")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let secret = [7; SECRET_BYTES];
        assert_eq!(base32(&secret).len(), 32);
        assert_eq!(
            link(&secret, "Dhaka House", "a@b.c").split('?').next(),
            Some("otpauth://totp/Dhaka%20House:a@b.c")
        );
    }
}
