//! The table of settings: what can be set, what it is called everywhere, and what holds where nothing is set. What a
//! value means is read in `config.rs`; where values come from is in `sources.rs`.

/// One setting. `name` is the line of `concord.toml`; the environment variable is `CONCORD_` and the name in capitals.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    /// What holds where nobody set it, in the spelling of a set value; empty for nothing.
    pub default: &'static str,
    /// One line for whoever runs `check-config`.
    pub means: &'static str,
    /// Whether the value must not be shown by `check-config` or an error.
    pub secret: bool,
}

const fn plain(name: &'static str, default: &'static str, means: &'static str) -> Setting {
    Setting { name, default, means, secret: false }
}

const fn secret(name: &'static str, means: &'static str) -> Setting {
    Setting { name, default: "", means, secret: true }
}

/// Every setting, in the order in which `check-config` shows them.
pub const SETTINGS: &[Setting] = &[
    plain("data", "./data", "the folder that holds keys, mail files, uploads and the SQLite database"),
    plain("listen", "127.0.0.1:8080", "address and port to serve on"),
    plain("metrics_listen", "", "address and port of /metrics for a monitoring system; empty: none"),
    plain(
        "public_url",
        "",
        "what people type to get here; makes links, Origin checks and the audience of tokens",
    ),
    plain(
        "files_url",
        "",
        "an origin of its own, led to this same program, from which files are served; empty: the public one",
    ),
    plain("trusted_proxies", "", "addresses or networks whose forwarding headers are believed, by commas"),
    secret("database_url", "postgres://… instead of SQLite in the data folder"),
    secret("vault_url", "postgres://… of the database that holds the wrapped data keys"),
    secret("nats_url", "not used yet: one node serves a house"),
    plain("log_format", "pretty", "pretty or json"),
    plain("log_level", "info", "error, warn, info, debug or trace"),
    plain("institution_name", "Concord", "the institution that administers the mediation"),
    plain("institution_phone", "", "its published telephone number"),
    plain("institution_address", "", "its published address"),
    plain("institution_website", "", "its published website"),
    plain("time_zone", "UTC", "the zone of the times on pages: UTC, or its distance as in +06:00"),
    plain("emergency_number", "", "the number shown where somebody is in danger"),
    plain("reply_time", "one working day", "within which time the institution answers a call for help"),
    plain("referral_contact", "", "the named contact that is offered where mediation does not fit"),
    plain(
        "court_reference",
        "",
        "under which a court audits this house; empty: auditors read terms only by consent",
    ),
    plain(
        "screened_categories",
        "",
        "kinds of dispute that always wait for the registrar, by commas, such as work; family always does",
    ),
    plain("mail_transport", "files", "files (development) or smtp"),
    plain("mail_host", "", "the SMTP server"),
    plain("mail_port", "587", "its port"),
    plain("mail_tls", "starttls", "starttls, tls or none"),
    plain("mail_user", "", "the user to sign in with, where it asks for one"),
    secret("mail_password", "and the password"),
    plain("mail_from", "", "the address that mails come from"),
    plain(
        "mail_bounces_to",
        "",
        "the address to which other servers give mails back (`concord mail bounced` reads those); empty: mail_from",
    ),
    plain(
        "mail_dkim_selector",
        "",
        "the selector under which our mails' key stands in the DNS (`concord mail dkim`); empty: mails are not signed",
    ),
    plain("mail_timeout", "30s", "how long the SMTP server may take for one step"),
    plain("mail_lasting", "3d", "how long a mail that cannot be sent is tried again"),
    plain(
        "clamd",
        "",
        "the virus scanner, as in unix:///run/clamd.ctl or tcp://127.0.0.1:3310 (not encrypted); empty: none",
    ),
    plain("clamd_timeout", "30s", "how long it may take for one file; what takes longer waits"),
    plain(
        "seal_pkcs11_module",
        "",
        "the library (.so) of the PKCS#11 token that keeps the seal key; empty: the key is a file",
    ),
    plain("seal_pkcs11_token", "", "the label of that token"),
    plain("seal_pkcs11_key", "concord-seal", "the label of the key in it"),
    plain(
        "seal_pkcs11_pin_file",
        "",
        "a file, its owner's alone (600), that holds the PIN of the token's user",
    ),
    secret("seal_pkcs11_pin", "or that PIN itself"),
    plain(
        "time_stamp_url",
        "",
        "the service that stamps records with the time (RFC 3161), as in http://stamps.example/tsr; empty: none",
    ),
    plain(
        "time_stamp_certificates",
        "",
        "a file (PEM) with the certificates of those who issue the certificates of such services: only theirs are believed",
    ),
    plain("time_stamp_timeout", "10s", "how long a seal waits for a time stamp before it does without"),
    plain("turn_urls", "", "turn: or turns: addresses of the relay for calls, by commas; empty: no calls"),
    secret("turn_secret", "the secret that the relay shares (use-auth-secret of coturn)"),
    plain(
        "turn_relays",
        "",
        "addresses or networks of the relay, by commas: calls reach nothing else; empty: any relay",
    ),
    plain(
        "calls_direct",
        "no",
        "yes lets browsers call each other without the relay, but for people who are kept apart",
    ),
    plain(
        "ledger_origin",
        "",
        "the name of the ledger, an address without a scheme; empty: made of public_url; kept from the first start on",
    ),
    plain("ledger_period", "10min", "after which a ledger that grew gets a new signed head"),
    plain(
        "ledger_mail_to",
        "",
        "the institution's address to which the ledger's head is mailed; empty: mail_from, where that is set",
    ),
    plain("ledger_mail_period", "24h", "after which the ledger's head is mailed again"),
    plain("ledger_witnesses", "", "the public keys of those who may cosign the ledger's head, by commas"),
    plain("answer_period", "14d", "for the respondent to answer an invitation"),
    plain("preparing_period", "7d", "for both sides to get ready"),
    plain("negotiation_period", "10d", "for talks without a mediator"),
    plain("assignment_period", "3d", "for a mediator and the parties to agree to an assignment"),
    plain("mediation_period", "30d", "for the mediation"),
    plain("reflection_period", "24h", "to think before the first signature"),
    plain("attestation_period", "3d", "for the mediator to attest after the last party signed"),
    plain("suspension_period", "7d", "for which a party may stop the clocks once"),
    plain("proposal_period", "3d", "for both sides to answer a mediator's proposal that names no end"),
    plain("reminder_period", "2d", "before a deadline, when people are reminded of it"),
    plain("retention_period", "30d", "after closing, until what was said is destroyed"),
    plain(
        "certification_period",
        "30d",
        "for each step towards the certification of a record, before it lapses",
    ),
    plain(
        "hold_confirmation_period",
        "7d",
        "for a second registrar to confirm a legal hold, before it lapses",
    ),
    plain(
        "sweep_period",
        "10min",
        "after which the house looks again for what is to be destroyed or swept away",
    ),
    plain("backup_keys_period", "30d", "for which the keys that `concord backup` wrote may lie there"),
    plain("draft_period", "90d", "after which an unfiled draft is deleted"),
    plain("draft_warning_period", "7d", "before its deletion, when the claimant is warned of it"),
    plain("proof_period", "10min", "for which a fresh proof of identity counts"),
    plain("confirmation_period", "24h", "for which the code that confirms an address counts"),
    plain("reset_period", "1h", "for which the code that resets a password counts"),
    plain("setup_period", "24h", "for which the link that sets up the first registrar counts"),
    plain("session_idle", "24h", "after which an idle session of a party ends"),
    plain("session_idle_house", "30min", "after which an idle session of the house's people ends"),
    plain("session_lasting_house", "12h", "after which any session of the house's people ends"),
    plain("refresh_period", "30d", "after which a chain of refresh tokens ends"),
    plain("limit_sign_in", "5,5/15min", "wrong passwords, an account and address"),
    plain("limit_sign_in_address", "20,20/min", "wrong passwords, an address"),
    plain("limit_signing", "5,5/15min", "wrong proofs at a signature, an account"),
    plain("limit_codes", "5,5/14d", "wrong secrets that void a code, a code's first eight characters"),
    plain("limit_codes_address", "60,60/15min", "wrong codes, an address"),
    plain("limit_mails", "3,3/h", "confirmation and reset mails, an address written to"),
    plain("limit_entries", "60,1/s", "entries of a room, a person"),
    plain("limit_frames", "40,20/s", "frames of a socket"),
    plain("limit_signals", "120,20/s", "signals of calls, a person"),
    plain("limit_sockets", "5,5/s", "sockets that a person may hold open: the first number"),
    plain("limit_handshakes", "20,20/min", "socket handshakes, a session"),
    plain("limit_handshakes_refused", "60,60/min", "refused socket handshakes, an address"),
    plain("limit_uploads", "20,20/h", "files uploaded, a person"),
    plain("limit_verifications", "30,30/h", "files verified, an address"),
    plain("limit_cosignatures", "60,60/h", "cosignatures of the ledger's head, an address"),
    plain("limit_media_credentials", "100,100/10min", "credentials for calls, a person"),
];

/// The setting of that name.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The environment variable of a setting.
pub fn variable(name: &str) -> String {
    format!("CONCORD_{}", name.to_ascii_uppercase())
}

/// The setting whose name is nearest to what was typed, for a warning that helps.
pub fn nearest(typed: &str) -> Option<&'static Setting> {
    let typed = typed.to_ascii_lowercase();
    SETTINGS.iter().min_by_key(|setting| distance(setting.name, &typed))
}

/// How many letters must be added, dropped or changed (Levenshtein), with one row of the table kept.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut left = at + 1;
        let mut next = vec![left];
        for (above, pair) in other.iter().zip(row.windows(2)) {
            let (diagonal, up) = (pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0));
            let change = diagonal + usize::from(*above != letter);
            left = change.min(up + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        for (typed, meant) in [
            ("reflexion_period", "reflection_period"),
            ("LIMIT_SIGNIN", "limit_sign_in"),
            ("mailhost", "mail_host"),
        ] {
            assert_eq!(nearest(typed).map(|setting| setting.name), Some(meant), "{typed}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn no_name_stands_twice() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS.iter().skip(at + 1).all(|other| other.name != setting.name), "{}", setting.name);
        }
    }
}
