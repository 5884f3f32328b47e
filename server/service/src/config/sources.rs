//! Where values come from: the table's defaults, then `concord.toml`, then the environment, then the command line;
//! the later wins. Each value remembers its place, so that an impossible one is named with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::table::{SETTINGS, nearest, setting, variable};
use super::values::Impossible;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
    CommandLine,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Environment(variable) => f.write_str(variable),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// Why the settings stop the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    pub place: Place,
    pub reason: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// A value as it was typed, and where.
#[derive(Debug, Clone)]
pub struct Value {
    pub text: String,
    pub place: Place,
}

/// The text of each setting, before anything is read out of it.
#[derive(Debug, Clone)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Default for Values {
    fn default() -> Self {
        let default = |text: &str| Value { text: text.to_owned(), place: Place::Default };
        Self(SETTINGS.iter().map(|setting| (setting.name, default(setting.default))).collect())
    }
}

impl Values {
    /// Sets one value; a name that is no setting is left alone.
    pub fn set(&mut self, name: &str, text: String, place: Place) {
        if let Some(setting) = setting(name) {
            self.0.insert(setting.name, Value { text, place });
        }
    }

    /// Every setting's value, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static super::table::Setting, &Value)> {
        SETTINGS.iter().filter_map(|setting| self.0.get(setting.name).map(|value| (setting, value)))
    }

    /// Takes the lines of `concord.toml`.
    ///
    /// # Errors
    /// The line that is not TOML, names no setting or holds what no setting can be.
    pub fn read_file(&mut self, path: &Path, text: &str) -> Result<(), BadSetting> {
        let bad = |at: usize, reason: String| BadSetting {
            place: Place::File { path: path.to_owned(), line: line_of(text, at) },
            reason,
        };
        let table = DeTable::parse(text)
            .map_err(|error| bad(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        for (key, value) in table.get_ref() {
            let name: &str = key.get_ref();
            if setting(name).is_none() {
                let near = nearest(name).map_or("", |setting| setting.name);
                return Err(bad(
                    key.span().start,
                    format!("`{name}` is no setting; the nearest is `{near}`"),
                ));
            }
            let read = plain_text(value.get_ref()).ok_or_else(|| {
                bad(key.span().start, format!("`{name}` must be a text, a number or a list of texts"))
            })?;
            let line = line_of(text, key.span().start);
            self.set(name, read, Place::File { path: path.to_owned(), line });
        }
        Ok(())
    }

    /// Takes the variables that begin with `CONCORD_`, and returns a warning for each that names no setting.
    pub fn read_environment(&mut self, variables: impl Iterator<Item = (String, String)>) -> Vec<String> {
        let mut warnings = Vec::new();
        for (name, text) in variables {
            let Some(bare) = name.strip_prefix("CONCORD_") else { continue };
            let lower = bare.to_ascii_lowercase();
            if setting(&lower).is_some() && name == variable(&lower) {
                self.set(&lower, text, Place::Environment(name));
            } else if lower != "config" {
                let near = nearest(bare).map_or(String::new(), |setting| variable(setting.name));
                warnings.push(format!("{name} is no setting; the nearest is {near}"));
            }
        }
        warnings
    }

    /// The text of a setting; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.text.trim())
    }

    /// The text, or nothing where it is empty.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Reads a setting by `read`, and names its place where that fails.
    ///
    /// # Errors
    /// What `read` found impossible.
    pub fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Impossible>,
    ) -> Result<T, BadSetting> {
        read(self.text(name)).map_err(|impossible| self.bad(name, &impossible.0))
    }

    /// The complaint about a setting; a secret's value is not in it.
    pub fn bad(&self, name: &str, reason: &str) -> BadSetting {
        let place = self.0.get(name).map_or(Place::Default, |value| value.place.clone());
        let shown = match setting(name) {
            Some(setting) if !setting.secret && !self.text(name).is_empty() => {
                format!(" `{}`", self.text(name))
            }
            _ => String::new(),
        };
        BadSetting { place, reason: format!("{name}{shown} {reason}") }
    }
}

fn plain_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_line_is_named_with_the_nearest_setting() {
        let mut values = Values::default();
        let refused =
            values.read_file(Path::new("concord.toml"), "listen = \"[::]:80\"\n\nanswer_perod = \"3d\"\n");
        let refused = refused.expect_err("a key that nobody knows");
        assert_eq!(
            refused.to_string(),
            "concord.toml line 3: `answer_perod` is no setting; the nearest is `answer_period`"
        );
        let refused = values.read_file(Path::new("concord.toml"), "\nlisten = = 3").expect_err("no TOML");
        assert!(refused.to_string().starts_with("concord.toml line 2: "), "{refused}");
    }

    #[test]
    fn the_environment_wins_over_the_file_and_warns_of_what_it_does_not_know() {
        let mut values = Values::default();
        values
            .read_file(
                Path::new("c.toml"),
                "answer_period = \"3d\"\ntrusted_proxies = [\"::1\", \"10.0.0.1\"]",
            )
            .expect("read");
        assert_eq!(values.text("trusted_proxies"), "::1,10.0.0.1");
        let set = [("CONCORD_ANSWER_PERIOD", "4d"), ("CONCORD_REFLEXION_PERIOD", "0s"), ("HOME", "/")];
        let warnings =
            values.read_environment(set.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(values.text("answer_period"), "4d");
        assert_eq!(
            warnings,
            ["CONCORD_REFLEXION_PERIOD is no setting; the nearest is CONCORD_REFLECTION_PERIOD"]
        );
    }

    #[test]
    fn a_secret_is_not_in_the_complaint() {
        let mut values = Values::default();
        values.set("database_url", "mysql://u:hunter2@h/d".to_owned(), Place::CommandLine);
        assert!(!values.bad("database_url", "must begin with postgres://").to_string().contains("hunter2"));
    }
}
