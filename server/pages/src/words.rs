//! What the house says, in each language: one typed function a message, made by `build.rs` from `web/locales`.
//! Where a language owes no message and has none, English stands in, marked as English so that its punctuation stays
//! in place inside a right-to-left page. Deliberately not here: HTML around the words, and who reads them.

use askama::filters::HtmlSafe;
use domain::language::{Direction, Language};
use domain::time::{Day, Moment};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::memoizer::MemoizerKind;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use icu_decimal::DecimalFormatter;
use intl_memoizer::Memoizable;
use std::borrow::Borrow;
use std::fmt;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

type Bundle = FluentBundle<FluentResource>;

/// One language's messages, with isolation marks round what is filled in, and without.
struct Voice {
    isolating: Bundle,
    plain: Bundle,
}

static VOICES: LazyLock<Vec<(&'static str, Voice)>> =
    LazyLock::new(|| SOURCES.iter().map(|(tag, sources)| (*tag, Voice::new(tag, sources))).collect());

impl Voice {
    fn new(tag: &str, sources: &[&str]) -> Self {
        let bundle = |isolating| {
            let mut bundle = Bundle::new_concurrent(tag.parse().into_iter().collect());
            bundle.set_use_isolating(isolating);
            bundle.set_formatter(Some(digits));
            for source in sources {
                // build.rs has parsed every file and refused what it could not read.
                let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(read, _)| read);
                bundle.add_resource_overriding(resource);
            }
            bundle
        };
        Self { isolating: bundle(true), plain: bundle(false) }
    }
}

/// Writes numbers in the digits of the language.
struct Digits(DecimalFormatter);

impl Memoizable for Digits {
    type Args = ();
    type Error = ();

    fn construct(language: LanguageIdentifier, (): ()) -> Result<Self, ()> {
        let locale: icu_locale_core::Locale = language.to_string().parse().map_err(|_| ())?;
        DecimalFormatter::try_new(locale.into(), icu_decimal::options::DecimalFormatterOptions::default())
            .map(Self)
            .map_err(|_| ())
    }
}

fn digits<M: MemoizerKind>(value: &FluentValue, memoizer: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let decimal = number.value.to_string().parse::<fixed_decimal::Decimal>().ok()?;
    memoizer.with_try_get_threadsafe::<Digits, _, _>((), |digits| digits.0.format(&decimal).to_string()).ok()
}

/// What a message can be filled with.
pub trait Arg {
    /// The value as Fluent takes it.
    fn arg(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Arg for String {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

impl Arg for Said {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(self.text.clone())
    }
}

impl Arg for u32 {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Arg for usize {
    fn arg(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl<T: Arg + ?Sized> Arg for &T {
    fn arg(&self) -> FluentValue<'static> {
        (*self).arg()
    }
}

/// A message as it is said in the reader's language, or in English where there is no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    text: String,
    is_stand_in: bool,
}

impl Said {
    /// The bare text: for attributes, titles and mails.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The message as HTML: escaped, and marked where English stands in for the page's language.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_stand_in {
            write!(f, "<span lang=\"en\" dir=\"ltr\">{}</span>", Escaped(&self.text))
        } else {
            write!(f, "{}", Escaped(&self.text))
        }
    }
}

impl HtmlSafe for Said {}

/// A text with the five letters escaped that mean something in HTML.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => fmt::Write::write_char(f, other)?,
            }
        }
        Ok(())
    }
}

/// The messages of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    language: Language,
    isolating: bool,
    /// Minutes before UTC that the house's clocks show.
    zone: i16,
}

impl Words {
    /// The words for a page: what is filled in stands between isolation marks, so that a name in another script does
    /// not turn the sentence round.
    pub const fn new(language: Language) -> Self {
        Self { language, isolating: true, zone: 0 }
    }

    /// The words for a mail's subject and other places that show the marks themselves.
    pub const fn unmarked(language: Language) -> Self {
        Self { language, isolating: false, zone: 0 }
    }

    /// With the house's own time: so many minutes before UTC.
    #[must_use]
    pub const fn in_zone(self, minutes: i16) -> Self {
        Self { zone: minutes, ..self }
    }

    /// The language that is spoken.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Which way the language runs, as HTML says it.
    pub const fn dir(&self) -> &'static str {
        self.language.direction().as_str()
    }

    /// Whether the language runs from right to left.
    pub fn is_right_to_left(&self) -> bool {
        self.language.direction() == Direction::RightToLeft
    }

    /// The message with this id; nothing where English has none. For codes that come from elsewhere: `problem-` and
    /// the code of a refusal, and such.
    pub fn by_id(&self, id: &str) -> Option<Said> {
        [self.language, Language::English].into_iter().find_map(|language| {
            let text = self.format(language, id, &[])?;
            Some(Said { text, is_stand_in: language != self.language })
        })
    }

    /// The message `family-code`, or the code itself where the house has no words for it.
    pub fn of(&self, family: &str, code: &str) -> Said {
        self.by_id(&format!("{family}-{code}"))
            .unwrap_or_else(|| Said { text: code.replace(['-', '_'], " "), is_stand_in: true })
    }

    /// A whole number in the language's digits, without separators.
    pub fn number(&self, number: impl Borrow<usize>) -> String {
        self.in_digits(&number.borrow().to_string())
    }

    /// The Latin digits of a text as those of the language.
    pub fn in_digits(&self, text: &str) -> String {
        let zero = match self.language {
            Language::Bangla => '\u{09E6}',
            Language::English | Language::Urdu => return text.to_owned(),
        };
        let turned = |letter: char| {
            letter.to_digit(10).and_then(|digit| char::from_u32(u32::from(zero) + digit)).unwrap_or(letter)
        };
        text.chars().map(turned).collect()
    }

    /// A day in words, as in `24 November 2026`.
    pub fn day_text(&self, day: impl Borrow<Day>) -> String {
        let iso = day.borrow().to_string();
        let mut parts = iso.split('-');
        let (year, month, day) =
            (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let month = self.of("month", month.trim_start_matches('0'));
        format!("{} {} {}", self.in_digits(day.trim_start_matches('0')), month.text(), self.in_digits(year))
    }

    /// A moment in words, to the minute, by the clocks of the house, with the zone that they show. A script of the page
    /// may turn it into the reader's own.
    pub fn moment_text(&self, moment: impl Borrow<Moment>) -> String {
        let millis = moment.borrow().millis().saturating_add(i64::from(self.zone).saturating_mul(60_000));
        let moment = Moment::from_millis(millis);
        let clock: String = moment.to_string().chars().skip(11).take(5).collect();
        format!("{}, {} {}", self.day_text(moment.day()), self.in_digits(&clock), zone_name(self.zone))
    }

    fn say(&self, id: &str, values: &[(&str, FluentValue<'static>)]) -> Said {
        let said = [self.language, Language::English].into_iter().find_map(|language| {
            let text = self.format(language, id, values)?;
            Some(Said { text, is_stand_in: language != self.language })
        });
        // build.rs has seen to it that English has every message that a function was made for.
        said.unwrap_or_else(|| Said { text: id.to_owned(), is_stand_in: true })
    }

    fn format(
        &self,
        language: Language,
        id: &str,
        values: &[(&str, FluentValue<'static>)],
    ) -> Option<String> {
        let (_, voice) = VOICES.iter().find(|(tag, _)| *tag == language.tag())?;
        let bundle = if self.isolating { &voice.isolating } else { &voice.plain };
        let pattern = bundle.get_message(id)?.value()?;
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set((*name).to_owned(), value.clone());
        }
        Some(bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned())
    }
}

/// What a zone is called, such as `UTC` or `UTC+06:00`.
pub fn zone_name(minutes: i16) -> String {
    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    match minutes {
        0 => "UTC".to_owned(),
        1.. => format!("UTC+{hours:02}:{rest:02}"),
        _ => format!("UTC-{hours:02}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_by_the_clocks_of_the_house_with_their_zone() {
        let moment = Moment::from_millis(20 * 3_600_000);
        for (zone, expected) in [
            (0, "1 January 1970, 20:00 UTC"),
            (360, "2 January 1970, 02:00 UTC+06:00"),
            (-210, "1 January 1970, 16:30 UTC-03:30"),
        ] {
            assert_eq!(Words::new(Language::English).in_zone(zone).moment_text(moment), expected);
        }
    }

    #[test]
    fn digits_and_days_follow_the_language() {
        let day = Day::new(2026, 11, 4).expect("a day");
        assert_eq!(Words::new(Language::English).day_text(day), "4 November 2026");
        assert_eq!(Words::new(Language::Bangla).day_text(day), "৪ নভেম্বর ২০২৬");
        assert_eq!(Words::new(Language::Bangla).number(120), "১২০");
    }

    #[test]
    fn what_is_filled_in_is_isolated_on_pages_and_bare_in_subjects() {
        let page = Words::new(Language::Urdu).frame_signed_in_as("<Amara>");
        assert!(page.text().contains("\u{2068}<Amara>\u{2069}"), "{page:?}");
        assert!(page.to_string().contains("&lt;Amara&gt;"));
        let bare = Words::unmarked(Language::Urdu).frame_signed_in_as("Amara");
        assert!(!bare.text().contains('\u{2068}'), "{bare:?}");
    }

    #[test]
    fn english_that_stands_in_is_marked_as_english() {
        let said = Words::new(Language::Urdu).of("no-such-family", "some-code");
        assert_eq!(said.to_string(), "<span lang=\"en\" dir=\"ltr\">some code</span>");
    }
}
