//! What the values of settings are made of: periods, rates, networks, secrets and the public URL. Reading them knows
//! neither where they come from nor which setting they belong to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use zeroize::Zeroizing;

/// Why a value cannot be taken, as the end of a sentence that begins with the setting's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible(pub String);

/// Reads `14d`, `24h`, `10min`, `0s`, `1500ms` or several of them in a row, such as `1h30min`.
pub fn period(text: &str) -> Result<Duration, Impossible> {
    let wrong = || Impossible("is no period such as 14d, 24h, 10min or 0s".to_owned());
    let mut rest = text.trim();
    let mut sum = Duration::ZERO;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
        let (count, after) = rest.split_at(digits);
        let unit_end = after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let count: u64 = count.parse().map_err(|_| wrong())?;
        let millis = count.checked_mul(unit_millis(unit).ok_or_else(wrong)?).ok_or_else(wrong)?;
        sum = sum.checked_add(Duration::from_millis(millis)).ok_or_else(wrong)?;
        rest = after;
    }
    // A hundred years: what is longer is a slip of the finger, and would overflow a moment.
    if sum > Duration::from_secs(36_525 * 86_400) { Err(wrong()) } else { Ok(sum) }
}

fn unit_millis(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

/// How much is allowed at once, and how fast it grows back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// How many come back within `per`.
    pub refill: u32,
    pub per: Duration,
}

/// A time zone as minutes before UTC: `UTC`, `+06:00`, `-03:30`.
///
/// # Errors
/// Where it is none of these.
pub fn zone(text: &str) -> Result<i16, Impossible> {
    let none = || Impossible("is neither UTC nor a distance from it such as +06:00".to_owned());
    if text == "UTC" {
        return Ok(0);
    }
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Err(none()),
    };
    let number = |part: &str, limit: i16| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|number| is_number && *number < limit)
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(none)?;
    let (hours, minutes) = number(hours, 15).zip(number(minutes, 60)).ok_or_else(none)?;
    Ok(sign * (hours * 60 + minutes))
}

/// Reads `60,1/s`, `5,5/15min` or `off`.
pub fn rate(text: &str) -> Result<Option<Rate>, Impossible> {
    let wrong = || Impossible("is no limit such as 60,1/s or 5,5/15min, nor off".to_owned());
    let text = text.trim();
    if text == "off" {
        return Ok(None);
    }
    let (burst, refill) = text.split_once(',').ok_or_else(wrong)?;
    let (refill, per) = refill.split_once('/').ok_or_else(wrong)?;
    let per = if per.starts_with(|letter: char| letter.is_ascii_digit()) {
        per.to_owned()
    } else {
        format!("1{per}")
    };
    let count = |text: &str| text.trim().parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(wrong);
    let per = period(&per).ok().filter(|per| !per.is_zero()).ok_or_else(wrong)?;
    Ok(Some(Rate { burst: count(burst)?, refill: count(refill)?, per }))
}

/// A network of addresses, such as `10.0.0.0/8`; a lone address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    prefix: u32,
}

impl Network {
    /// Whether the address lies in it. IPv4 counts as its mapped IPv6 address, so that a dual-stack socket matches.
    pub fn holds(&self, address: IpAddr) -> bool {
        let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
        mapped(address) & mask == self.bits & mask
    }
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Network {
    type Err = Impossible;

    fn from_str(text: &str) -> Result<Self, Impossible> {
        let wrong =
            || Impossible("holds something that is no address or network such as 10.0.0.0/8".to_owned());
        let (address, prefix) =
            text.trim().split_once('/').map_or((text.trim(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let offset = if address.is_ipv4() { 96 } else { 0 };
        let prefix = match prefix {
            None => 128,
            Some(prefix) => {
                prefix.parse::<u32>().map_err(|_| wrong())?.checked_add(offset).ok_or_else(wrong)?
            }
        };
        if prefix > 128 { Err(wrong()) } else { Ok(Self { bits: mapped(address), prefix }) }
    }
}

/// Networks, by commas.
///
/// # Errors
/// Where one of them is none.
pub fn networks(text: &str) -> Result<Vec<Network>, Impossible> {
    text.split(',').filter(|part| !part.trim().is_empty()).map(str::parse).collect()
}

/// A password or an address that holds one: it is never shown, and its memory is wiped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for whoever has to send it on.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where people find this house: a scheme, a host and a port, without path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    is_https: bool,
    /// The port, where the host is this machine alone.
    loopback_port: Option<u16>,
}

impl PublicUrl {
    /// What holds where nothing is set: http and the listen address; an address that means "all" is called localhost.
    pub fn of_listen(listen: SocketAddr) -> Self {
        let host = match listen.ip() {
            ip if ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || ip == IpAddr::V6(Ipv6Addr::UNSPECIFIED) => {
                "localhost".to_owned()
            }
            IpAddr::V6(v6) => format!("[{v6}]"),
            IpAddr::V4(v4) => v4.to_string(),
        };
        let loopback_port = is_loopback(&host).then_some(listen.port());
        Self { origin: format!("http://{host}:{}", listen.port()), is_https: false, loopback_port }
    }

    /// The origin, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Whether only this machine can mean it.
    pub fn is_loopback(&self) -> bool {
        self.loopback_port.is_some()
    }

    /// Whether a browser that sent this `Origin` is on our own pages: the three names of this machine are one.
    pub fn is_origin(&self, origin: &str) -> bool {
        if origin == self.origin {
            return true;
        }
        let Some(port) = self.loopback_port else { return false };
        let scheme = if self.is_https { "https" } else { "http" };
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
            origin == format!("{scheme}://{host}:{port}")
                || (port == 80 && origin == format!("{scheme}://{host}"))
        })
    }

    /// Domain and origin, where browsers let it have passkeys: not at a bare IP address. This machine alone is called by
    /// its name, whichever of the three was set.
    pub fn by_name(&self) -> Option<(String, String)> {
        let (scheme, authority) = self.origin.split_once("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, format!(":{port}")),
            _ => (authority, String::new()),
        };
        if self.is_loopback() {
            return Some(("localhost".to_owned(), format!("{scheme}://localhost{port}")));
        }
        let is_address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
        (!is_address).then(|| (host.to_owned(), self.origin.clone()))
    }

    /// The address of a page, `path` with its leading slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = Impossible;

    fn from_str(text: &str) -> Result<Self, Impossible> {
        let wrong = || Impossible("is no address such as https://concord.example".to_owned());
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or_else(wrong)?;
        let is_https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte);
        if authority.is_empty() || !authority.bytes().all(plain) {
            return Err(wrong());
        }
        let standard_port = if is_https { 443 } else { 80 };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| wrong())?),
            _ => (authority, standard_port),
        };
        let loopback_port = is_loopback(host).then_some(port);
        if !is_https && loopback_port.is_none() {
            return Err(Impossible("must be https where it is not this machine alone".to_owned()));
        }
        // A browser leaves the standard port out of its Origin.
        let shown = if port == standard_port { host.to_owned() } else { format!("{host}:{port}") };
        Ok(Self { origin: format!("{scheme}://{shown}"), is_https, loopback_port })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_utc_or_its_distance() {
        for (text, minutes) in [("UTC", 0), ("+06:00", 360), ("+05:45", 345), ("-03:30", -210)] {
            assert_eq!(zone(text).ok(), Some(minutes), "{text}");
        }
        for text in ["", "Dhaka", "6", "+6", "+06", "+06:60", "+15:00", "++6:00", "+0a:00"] {
            assert!(zone(text).is_err(), "{text}");
        }
    }

    #[test]
    fn periods_are_read_or_refused() {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        for (text, read) in [
            ("14d", minutes(14 * 1440)),
            ("24h", minutes(1440)),
            ("0s", minutes(0)),
            ("1h30min", minutes(90)),
            ("250ms", Duration::from_millis(250)),
        ] {
            assert_eq!(period(text), Ok(read), "{text}");
        }
        for text in ["", "14", "d", "-1d", "1 d", "1w", "99999999999999999999d", "40000d"] {
            assert!(period(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_are_read_or_refused() {
        assert_eq!(rate("60,1/s"), Ok(Some(Rate { burst: 60, refill: 1, per: Duration::from_secs(1) })));
        assert_eq!(rate("5,5/15min"), Ok(Some(Rate { burst: 5, refill: 5, per: Duration::from_secs(900) })));
        assert_eq!(rate("off"), Ok(None));
        for text in ["", "60", "60,1", "0,1/s", "60,0/s", "60,1/0s", "on"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_network_holds_what_lies_in_it() {
        let network: Network = "10.1.0.0/16".parse().expect("a network");
        assert!(network.holds("10.1.2.3".parse().expect("an address")));
        assert!(network.holds("::ffff:10.1.2.3".parse().expect("an address")));
        assert!(!network.holds("10.2.0.1".parse().expect("an address")));
        assert!(
            "0.0.0.0/0".parse::<Network>().is_ok_and(|all| all.holds("9.9.9.9".parse().expect("an address")))
        );
        assert!("::/0".parse::<Network>().is_ok_and(|all| all.holds("9.9.9.9".parse().expect("an address"))));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
    }

    #[test]
    fn the_names_of_this_machine_are_one_origin() {
        let url = PublicUrl::of_listen("127.0.0.1:8080".parse().expect("an address"));
        assert_eq!(url.as_str(), "http://127.0.0.1:8080");
        for origin in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert!(url.is_origin(origin), "{origin}");
        }
        for origin in
            ["null", "", "http://localhost:8081", "https://localhost:8080", "http://localhost.evil:8080"]
        {
            assert!(!url.is_origin(origin), "{origin}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!("http://concord.example".parse::<PublicUrl>().is_err());
        assert!(
            "http://localhost:8080/"
                .parse::<PublicUrl>()
                .is_ok_and(|url| url.as_str() == "http://localhost:8080")
        );
        assert!(
            "https://Concord.example:443/"
                .parse::<PublicUrl>()
                .is_ok_and(|url| url.as_str() == "https://concord.example")
        );
        for text in ["concord.example", "ftp://x", "https://", "https://a/b", "https://a b", "https://u@h"] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
