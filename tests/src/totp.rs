//! One-time codes of a second factor, from the secret that `account add` prints. A time step serves once an account,
//! so the device counts the steps that it has given out and waits for the next where it must.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use totp_rs::{Algorithm, Builder, Totp};

const STEP_SECONDS: u64 = 30;

/// A device with a secret.
pub struct Device {
    totp: Totp,
    last_step: Mutex<u64>,
}

impl Device {
    /// A device for a secret in Base32.
    pub fn new(secret: &str) -> Self {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(STEP_SECONDS)
            .with_secret(<[u8; 20]>::try_from(base32(secret)).expect("160 bits"))
            .build()
            .expect("a secret long enough");
        Self { totp, last_step: Mutex::new(0) }
    }

    /// A code that was not used before: the present step's, or the next one's where that was used (a clock may be
    /// half a minute fast, RFC 6238). The third within a minute waits for the clock.
    pub async fn code(&self) -> String {
        let step = {
            let mut last = self.last_step.lock().expect("nobody died while counting");
            *last = (*last + 1).max(now() / STEP_SECONDS);
            *last
        };
        while now() / STEP_SECONDS + 1 < step {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.code_of(step)
    }

    /// The code of the last step again: one that was used already.
    pub fn used_code(&self) -> String {
        self.code_of(*self.last_step.lock().expect("nobody died while counting"))
    }

    /// A code whose time is over: of five minutes ago, further off than clocks differ.
    pub fn expired_code(&self) -> String {
        self.code_of(now() / STEP_SECONDS - 10)
    }

    fn code_of(&self, step: u64) -> String {
        self.totp.generate(step * STEP_SECONDS).to_string()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

/// RFC 4648 without padding.
fn base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.trim().trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a',
            b'2'..=b'7' => letter - b'2' + 26,
            other => panic!("`{}` is not Base32", char::from(other)),
        };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).expect("eight bits"));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        let device = Device::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(device.code_of(seconds / STEP_SECONDS), code, "at {seconds} s");
        }
    }
}
