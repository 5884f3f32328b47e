//! Where a request comes from: the address of its client, the origin of its page, and the browser in a few words.
//! Deliberately not here: who its person is.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, ORIGIN, USER_AGENT};

use crate::config::{Config, Network};
use crate::entrance::From;
use crate::refused::Refused;

/// The address of the client: the peer's, or, where the peer is a trusted proxy, the last address that no trusted
/// proxy has. What stands before that in the header is the client's own invention.
pub fn client_address(request: &HttpRequest, trusted: &[Network]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    forwarded(request.headers(), peer, trusted)
}

fn forwarded(headers: &HeaderMap, peer: IpAddr, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
    if !is_trusted(peer) {
        return peer;
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// What the entrance wants to know of a request.
pub fn from(request: &HttpRequest, config: &Config) -> From {
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    From {
        address: client_address(request, &config.trusted_proxies),
        device: super::cookies::device(request, config),
        label: browser_in_words(agent),
    }
}

/// A browser and its system, as its owner would call them; the whole header is nobody's to keep.
fn browser_in_words(agent: &str) -> String {
    let browsers =
        [("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox")];
    let browsers = browsers.into_iter().chain([("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl")]);
    let systems = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")];
    let systems = systems.into_iter().chain([("Mac OS", "Mac"), ("Linux", "Linux")]);
    let named = |mut names: Box<dyn Iterator<Item = (&'static str, &'static str)>>| {
        names.find(|(mark, _)| agent.contains(mark)).map(|(_, name)| name)
    };
    let parts = [named(Box::new(browsers)), named(Box::new(systems))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Checks the origin of a request that shows credentials. Whatever sends an `Origin` must be on our own pages; `null`
/// is not. A browser that writes with its cookie must say so, by `Origin` or by `Sec-Fetch-Site`: otherwise any page
/// in the world could write in its owner's name.
///
/// # Errors
/// `Forbidden` with `origin-refused`.
pub fn check_origin(request: &HttpRequest, config: &Config, needs_one: bool) -> Result<(), Refused> {
    let refused = Refused::Forbidden { code: "origin-refused" };
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let site = text("sec-fetch-site");
    if needs_one && site.is_some_and(|site| site != "same-origin") {
        return Err(refused);
    }
    match text(ORIGIN.as_str()) {
        Some(origin) if config.public_url.is_origin(origin) => Ok(()),
        Some(_) => Err(refused),
        None if needs_one && site.is_none() => Err(refused),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Values;
    use actix_web::test::TestRequest;

    fn config() -> Config {
        Config::read(&Values::default()).expect("the defaults are possible")
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_its_own_client() {
        let proxies: Vec<Network> = vec!["10.0.0.0/8".parse().expect("a network")];
        let headers = TestRequest::default()
            .insert_header(("x-forwarded-for", "6.6.6.6, 9.9.9.9, 10.0.0.2"))
            .to_http_request()
            .headers()
            .clone();
        let seen = |peer: &str| forwarded(&headers, peer.parse().expect("an address"), &proxies).to_string();
        assert_eq!(seen("10.0.0.1"), "9.9.9.9");
        assert_eq!(seen("7.7.7.7"), "7.7.7.7");
    }

    #[test]
    fn a_strangers_page_writes_nothing() {
        let config = config();
        let sent = |headers: &[(&'static str, &'static str)], needs_one: bool| {
            let mut request = TestRequest::default();
            for header in headers {
                request = request.insert_header(*header);
            }
            check_origin(&request.to_http_request(), &config, needs_one).is_ok()
        };
        assert!(sent(&[("origin", "http://localhost:8080")], true));
        assert!(sent(&[("sec-fetch-site", "same-origin")], true));
        assert!(sent(&[], false));
        assert!(!sent(&[], true));
        assert!(!sent(&[("origin", "null")], false));
        assert!(!sent(&[("origin", "http://evil.example")], false));
        assert!(!sent(&[("sec-fetch-site", "cross-site")], true));
        assert!(!sent(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-site")], true));
    }

    #[test]
    fn a_browser_is_named_in_few_words() {
        let agent =
            "Mozilla/5.0 (Linux; Android 14; Pixel) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
        assert_eq!(browser_in_words(agent), "Chrome, Android");
        assert_eq!(browser_in_words("<script>"), "");
    }
}
