//! How values of the domain are spelled in JSON: as the text by which they are known everywhere else. The domain
//! itself knows no JSON, so the spelling is here, once for each shape.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use domain::money::{Currency, Money};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes a value as its text.
pub(crate) fn serialize<T: Display, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(value)
}

/// Reads a value back from its text.
pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
    let text = String::deserialize(input)?;
    text.parse().map_err(|_| D::Error::custom("not spelled as expected"))
}

/// A value that may be absent.
pub(crate) mod maybe {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(value: &Option<T>, out: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => out.collect_str(value),
            None => out.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<T>, D::Error> {
        super::deserialize(input).map(Some)
    }
}

/// A list of values.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(values: &[T], out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(values.iter().map(ToString::to_string))
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(input: D) -> Result<Vec<T>, D::Error> {
        let texts = Vec::<String>::deserialize(input)?;
        let read = |text: &String| text.parse().map_err(|_| D::Error::custom("not spelled as expected"));
        texts.iter().map(read).collect()
    }
}

/// A text by language.
pub(crate) mod by_language {
    use super::*;

    pub(crate) fn serialize<T: Display + Ord, S: Serializer>(
        texts: &BTreeMap<T, String>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.collect_map(texts.iter().map(|(language, text)| (language.to_string(), text)))
    }

    pub(crate) fn deserialize<'de, T: FromStr + Ord, D: Deserializer<'de>>(
        input: D,
    ) -> Result<BTreeMap<T, String>, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(input)?;
        let read = |(tag, text): (String, String)| match tag.parse() {
            Ok(language) => Ok((language, text)),
            Err(_) => Err(D::Error::custom("not a language of the house")),
        };
        texts.into_iter().map(read).collect()
    }
}

/// An amount as `{"value": "450.00", "currency": "BDT"}`: a JSON number beyond 2^53 changes on its way.
pub(crate) mod amount {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Amount {
        value: String,
        currency: String,
    }

    pub(crate) fn serialize<S: Serializer>(money: &Option<Money>, out: S) -> Result<S::Ok, S::Error> {
        let spell =
            |money: Money| Amount { value: money.figure(), currency: money.currency().code().to_owned() };
        money.map(spell).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Money>, D::Error> {
        let amount = Amount::deserialize(input)?;
        let currency: Currency = amount.currency.parse().map_err(|_| D::Error::custom("not a currency"))?;
        Money::parse(&amount.value, currency).map(Some).map_err(|_| D::Error::custom("not an amount"))
    }
}
