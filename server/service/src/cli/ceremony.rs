//! `concord keys ceremony`: a seal key is made in the token while people watch, and they get a sheet that they compare and
//! sign on paper. Deliberately not here: how the key is made.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use domain::time::Moment;
use record::{Digest, PublishedKey};

use super::{Failed, Place};
use crate::app::lock;
use crate::config::Config;
use crate::keys::ceremony::{Made, again, make};

/// The longest name that stands on the sheet, in characters.
const NAME_CHARACTERS_MAX: usize = 100;
/// How many digits are read aloud in one breath, and how many such groups stand on a line.
const GROUP: usize = 4;
const GROUPS: usize = 4;

/// What `keys ceremony` is told.
#[derive(Args)]
pub struct Ceremony {
    /// Who is present, once for each: they compare the fingerprints and sign the sheet.
    #[arg(long = "witness", value_name = "NAME", required = true, value_parser = name)]
    pub witnesses: Vec<String>,
    /// Make no key: print the sheet of the one in use again, after a ceremony that was broken off.
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub place: Place,
}

fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX;
    if fits && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err("it is no name of 1 to 100 letters")
    }
}

/// Makes the key, and prints the sheet. The house tells the ledger of the key when it starts.
///
/// # Errors
/// A house that is running; no token in the settings; what `keys::ceremony` is refused; nobody who takes the sheet.
pub fn ceremony(config: &Config, what: &Ceremony, now: Moment) -> Result<ExitCode, Failed> {
    let said = |reason: String| Failed::Said(reason);
    let token = config.seal_token.as_ref().ok_or_else(|| {
        said("no PKCS#11 token is set (seal_pkcs11_module): a key in a file is made with: concord keys rotate seal".to_owned())
    })?;
    let held = lock(&config.data)?;
    let institution = &config.institution.name;
    let folder = config.keys_folder();
    let made = if what.again { again(&folder, token) } else { make(&folder, token, institution, now) }?;
    let sheet = sheet(&made, &token.key, institution, what, now);
    let sheet = sheet.ok_or_else(|| said("the key has no fingerprint".to_owned()))?;
    let mut out = io::stdout().lock();
    out.write_all(sheet.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        said(format!(
            "the key is in place, but its sheet could not be printed: {error}; print it with: concord keys ceremony --again"
        ))
    })?;
    drop(held);
    Ok(ExitCode::SUCCESS)
}

fn sheet(made: &Made, label: &str, institution: &str, what: &Ceremony, now: Moment) -> Option<String> {
    let (token, key) = (&made.token, &made.key);
    let mut text = String::from("CEREMONY OF THE SEAL KEY\n\n");
    for (what, is) in [
        (if what.again { "Printed again" } else { "Time" }, now.to_string()),
        ("Institution", institution.to_owned()),
        ("Program", format!("concord {}", env!("CARGO_PKG_VERSION"))),
        ("Token", format!("{}, serial number {}", token.label, token.serial)),
        ("Made by", format!("{}, {}", token.maker, token.model)),
        ("Key", label.to_owned()),
        ("Key's name", key.kid().to_owned()),
    ] {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{what:<15}{is}");
    }
    text.push_str(
        "\nThe key was made in the token and cannot be taken out of it: the token says that its private half is\n\
         secret and not extractable, was so from the first, and was made in it. This was read back.\n",
    );
    let _ = write!(
        text,
        "\nFingerprint of the key (SHA-256; as `concord keys show` prints it)\n{}",
        aloud(key.thumbprint()?)
    );
    let certificate = key.certificate_fingerprint()?;
    let _ = write!(text, "\nFingerprint of its certificate (SHA-256)\n{}", aloud(certificate));
    for before in &made.before {
        let _ = write!(
            text,
            "\nIt takes the place of the key with the fingerprint\n{}",
            aloud(before.thumbprint()?)
        );
    }
    text.push_str(last_of(&made.before, made.was_file));
    text.push_str("\nPresent. Each compared both fingerprints, and signs for it:\n");
    for (witness, number) in what.witnesses.iter().zip(1..) {
        let _ =
            write!(text, "\n{number:>4}. {witness}\n\n      signature ________________________________\n");
    }
    Some(text)
}

const fn last_of(before: &[PublishedKey], was_file: bool) -> &'static str {
    match (before, was_file) {
        ([], _) => "",
        (_, true) => {
            "\nWhat that one sealed goes on verifying. Its file was deleted; copies of it in backups seal as well as it did:\n\
             destroy them, or revoke it (`concord keys revoke`).\n"
        }
        (_, false) => {
            "\nWhat that one sealed goes on verifying. It stays in its token until it is deleted there.\n"
        }
    }
}

/// A digest in groups of four digits, four on a line.
fn aloud(digest: Digest) -> String {
    let digits: Vec<char> =
        digest.0.iter().flat_map(|byte| format!("{byte:02x}").chars().collect::<Vec<_>>()).collect();
    let groups: Vec<String> = digits.chunks(GROUP).map(|group| group.iter().collect()).collect();
    let line = |(line, number): (&[String], usize)| format!("{number:>5}:  {}\n", line.join(" "));
    groups.chunks(GROUPS).zip(1..).map(line).collect()
}

#[cfg(test)]
mod tests {
    use record::SealKey;

    use super::*;
    use crate::keys::ceremony::About;

    fn before(people: &[&str], again: bool) -> Ceremony {
        let witnesses = people.iter().map(|name| (*name).to_owned()).collect();
        Ceremony { witnesses, again, place: Place { data: None, config: None } }
    }

    fn made(before: bool) -> Made {
        let key = || {
            SealKey::generate("A House", Moment::from_millis(1_795_496_820_000))
                .expect("a key")
                .published()
                .clone()
        };
        let said = |text: &str| text.to_owned();
        let token = About {
            label: said("court"),
            serial: said("0042"),
            maker: said("A maker"),
            model: said("Mark II"),
        };
        Made { key: key(), token, before: if before { vec![key()] } else { Vec::new() }, was_file: before }
    }

    #[test]
    fn the_sheet_tells_who_watched_and_what_they_compare() {
        let made = made(true);
        let people = before(&["Amara Sen", "নূর আলম"], false);
        let now = Moment::from_millis(1_795_496_820_000);
        let text = sheet(&made, "concord-seal", "Dhaka Mediation House", &people, now).expect("a sheet");
        for told in [
            "2026-11-24T05:07:00.000Z",
            "Dhaka Mediation House",
            concat!("concord ", env!("CARGO_PKG_VERSION")),
            "court, serial number 0042",
            "concord-seal",
            made.key.kid(),
            "1. Amara Sen",
            "2. নূর আলম",
            "copies of it in backups",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        // Whoever reads the groups in their order reads the fingerprint.
        let digits: String = text
            .lines()
            .filter_map(|line| line.trim().split_once(":  "))
            .map(|(_, groups)| groups.replace(' ', ""))
            .collect();
        let of = |digest: Digest| digest.to_string().trim_start_matches("sha256:").to_owned();
        let (key, before) = (&made.key, &made.before[0]);
        let certificate = of(key.certificate_fingerprint().expect("one"));
        let (key, before) = (of(key.thumbprint().expect("one")), of(before.thumbprint().expect("one")));
        assert_eq!(digits, format!("{key}{certificate}{before}"));
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }

    #[test]
    fn the_first_key_takes_nobodys_place_and_a_name_is_one_line() {
        let now = Moment::from_millis(0);
        let text = sheet(&made(false), "seal", "House", &before(&["Amara Sen"], true), now).expect("a sheet");
        assert!(!text.contains("takes the place") && text.contains("Printed again"), "{text}");
        assert_eq!(name(" Amara Sen ").as_deref(), Ok("Amara Sen"));
        for wrong in ["", "  ", "Amara\nSen", "\u{7}", &"x".repeat(101)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
