//! Money as whole minor units of a currency: no fraction is ever rounded, and a record carries it as a decimal
//! string, because a JSON number beyond 2^53 changes on its way.

use std::fmt;
use std::str::FromStr;

/// A currency of ISO 4217 that the house takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    decimals: u8,
}

/// The currencies of the places that Concord serves first, and those in which people there also reckon.
const CURRENCIES: &[(&str, u8)] = &[
    ("BDT", 2),
    ("CNY", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("IDR", 2),
    ("INR", 2),
    ("KHR", 2),
    ("LKR", 2),
    ("MYR", 2),
    ("NPR", 2),
    ("PHP", 2),
    ("PKR", 2),
    ("SGD", 2),
    ("THB", 2),
    ("USD", 2),
    ("VND", 0),
];

impl Currency {
    /// The three letters of ISO 4217.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many digits stand behind the decimal point.
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Every currency that the house takes, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().map(|&(code, decimals)| Self { code, decimals })
    }
}

impl FromStr for Currency {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        Self::all().find(|currency| currency.code == text).ok_or(NotMoney::UnknownCurrency)
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMoney {
    /// The currency is none that the house takes.
    UnknownCurrency,
    /// The figure is not a plain positive decimal with at most the currency's decimals.
    NotAFigure,
    /// The figure has more digits than any dispute needs (over 9,999,999,999,999 units).
    TooLarge,
}

/// An amount of at least one minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

const UNITS_MAX: i64 = 9_999_999_999_999;

impl Money {
    /// An amount from minor units, such as paisa or cents.
    ///
    /// # Errors
    /// `NotAFigure` for zero and less, `TooLarge` beyond what any dispute needs.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, NotMoney> {
        let scale = 10_i64.pow(u32::from(currency.decimals));
        match minor {
            ..=0 => Err(NotMoney::NotAFigure),
            _ if minor / scale > UNITS_MAX => Err(NotMoney::TooLarge),
            _ => Ok(Self { minor, currency }),
        }
    }

    /// Reads a figure such as `125000.00` or `450`, in Latin digits or those of a shipped language.
    ///
    /// # Errors
    /// `NotAFigure` where it is not a plain decimal of the currency; `TooLarge`.
    pub fn parse(figure: &str, currency: Currency) -> Result<Self, NotMoney> {
        let figure: String = figure.trim().chars().map(latin_digit).collect();
        let (units, fraction) = figure.split_once('.').unwrap_or((&figure, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = usize::from(currency.decimals);
        let dangling = figure.ends_with('.');
        if units.is_empty()
            || !all_digits(units)
            || !all_digits(fraction)
            || fraction.len() > decimals
            || dangling
        {
            return Err(NotMoney::NotAFigure);
        }
        let minor = format!("{units}{fraction:0<decimals$}");
        let minor = minor.parse::<i64>().map_err(|_| NotMoney::TooLarge)?;
        Self::from_minor(minor, currency)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The figure alone, always with all the currency's decimals, as in `450.00`.
    pub fn figure(self) -> String {
        let decimals = usize::from(self.currency.decimals);
        if decimals == 0 {
            return self.minor.to_string();
        }
        let scale = 10_i64.pow(u32::from(self.currency.decimals));
        format!("{}.{:0decimals$}", self.minor / scale, self.minor % scale)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code, self.figure())
    }
}

/// A digit of Bangla, Devanagari, Tamil, Thai, Khmer, Arabic or Persian and Urdu script as its Latin one; anything else as it is.
pub fn latin_digit(letter: char) -> char {
    let zeros = ['\u{0966}', '\u{09E6}', '\u{0BE6}', '\u{0E50}', '\u{17E0}', '\u{0660}', '\u{06F0}'];
    zeros
        .iter()
        .find_map(|zero| u32::from(letter).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10))
        .and_then(|digit| char::from_digit(digit, 10))
        .unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taka(figure: &str) -> Result<String, NotMoney> {
        Money::parse(figure, "BDT".parse().expect("a currency of the house")).map(Money::figure)
    }

    #[test]
    fn figures_are_read_exactly_or_not_at_all() {
        for (typed, read) in [
            ("450", "450.00"),
            ("450.5", "450.50"),
            ("৪৫০.৫০", "450.50"),
            ("४५०", "450.00"),
            ("௪௫௦", "450.00"),
            ("៤៥០", "450.00"),
            ("๔๕๐.๕", "450.50"),
            ("0.01", "0.01"),
        ] {
            assert_eq!(taka(typed), Ok(read.to_owned()), "{typed}");
        }
        for typed in ["", "0", "-1", "+1", "1,000", "1e3", "450.", ".5", "1.005", "0.00"] {
            assert_eq!(taka(typed), Err(NotMoney::NotAFigure), "{typed}");
        }
        assert_eq!(taka("10000000000000"), Err(NotMoney::TooLarge));
        assert_eq!(taka("99999999999999999999"), Err(NotMoney::TooLarge));
        assert_eq!("XXX".parse::<Currency>(), Err(NotMoney::UnknownCurrency));
    }
}
