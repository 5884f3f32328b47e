//! Links by which a browser fetches a file without showing its cookie: unguessable, good for some minutes, and for as
//! long as the session lives that asked for one. What a link opens is looked up through the person again, each time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{FileId, SessionId};
use domain::time::Moment;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::config::Config;
use crate::keys::Keys;

/// How long a link opens its file: a download over a bad line is taken up again by it a few times.
const LINK_PERIOD: Duration = Duration::from_secs(600);
/// The bytes of a link: file, session, its end, and the digest of these three.
const TOLD: usize = 16 + 16 + 8;
const DIGEST: usize = 32;

/// The address of a file for this session.
pub fn link(config: &Config, keys: &Keys, file: FileId, session: SessionId, now: Moment) -> String {
    let end = now.plus(LINK_PERIOD).millis().to_be_bytes();
    let told = [file.uuid().as_bytes().as_slice(), session.uuid().as_bytes(), &end].concat();
    let digest = keys.digest("file-link", &told);
    let path = format!("/file-links/{}", URL_SAFE_NO_PAD.encode([told.as_slice(), &digest].concat()));
    match &config.files_url {
        Some(origin) => origin.link(&path),
        None => path,
    }
}

/// What a link opens, and for whose session; nothing where it is none of ours or its time is over.
pub fn read(keys: &Keys, link: &str, now: Moment) -> Option<(FileId, SessionId)> {
    let bytes = URL_SAFE_NO_PAD.decode(link).ok()?;
    let (told, digest) = bytes.split_at_checked(TOLD).filter(|(_, digest)| digest.len() == DIGEST)?;
    if !bool::from(keys.digest("file-link", told).ct_eq(digest)) {
        return None;
    }
    let id = |from: usize| Uuid::from_slice(told.get(from..from + 16)?).ok();
    let end = i64::from_be_bytes(told.get(32..)?.try_into().ok()?);
    (now.millis() < end).then_some((FileId::new(id(0)?), SessionId::new(id(16)?)))
}

/// Whether the request came to the origin from which files are served. Where that is another one than the pages', the
/// pages' own never serves what somebody uploaded.
pub fn is_at_home(request: &HttpRequest, config: &Config) -> bool {
    let Some(origin) = &config.files_url else { return true };
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    origin.as_str().rsplit("//").next().is_some_and(|ours| ours.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Values;
    use actix_web::test::TestRequest;

    fn config(files_url: Option<&str>) -> Config {
        let mut config = Config::read(&Values::default()).expect("the defaults are possible");
        config.files_url = files_url.map(|url| url.parse().expect("an origin"));
        config
    }

    #[test]
    fn a_link_opens_its_file_for_some_minutes_and_for_nobody_who_changes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Moment::from_millis(1_000_000);
        let keys = Keys::open(folder.path(), "Concord", "house.example/ledger", None, now).expect("keys");
        let (file, session) = (FileId::new(Uuid::from_u128(7)), SessionId::new(Uuid::from_u128(8)));
        let link = link(&config(None), &keys, file, session, now);
        let link = link.strip_prefix("/file-links/").expect("a path");
        assert_eq!(read(&keys, link, now), Some((file, session)));
        let last = now.plus(LINK_PERIOD);
        assert_eq!(read(&keys, link, last.minus(Duration::from_millis(1))), Some((file, session)));
        assert_eq!(read(&keys, link, last), None);
        let changed: String = link.chars().rev().collect();
        for other in ["", "AAAA", &changed, &link[1..], &format!("{link}A")] {
            assert_eq!(read(&keys, other, now), None, "{other}");
        }
        let elsewhere = tempfile::tempdir().expect("a folder");
        let others =
            Keys::open(elsewhere.path(), "Concord", "house.example/ledger", None, now).expect("keys");
        assert_eq!(read(&others, link, now), None, "another house's link opens nothing here");
    }

    #[test]
    fn with_an_origin_of_their_own_files_are_served_there_alone() {
        let at = |host: &'static str| TestRequest::default().insert_header(("host", host)).to_http_request();
        let apart = config(Some("https://files.example"));
        assert!(is_at_home(&at("files.example"), &apart) && is_at_home(&at("Files.Example"), &apart));
        assert!(!is_at_home(&at("concord.example"), &apart) && !is_at_home(&at("files.example:444"), &apart));
        assert!(is_at_home(&at("concord.example"), &config(None)));
    }
}
