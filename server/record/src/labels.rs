//! The words that stand on a printed record, in each language in which one is printed. They are here and not among the
//! messages of the pages because a record must read the same for ever, whatever becomes of the pages.

use domain::language::RecordLanguage;
use domain::party::Side;
use domain::time::{Day, Moment};

use crate::civil::{self, Civil};

mod english;
mod bangla;
mod hindi;
mod tamil;
mod urdu;
mod sinhala;
mod nepali;
mod khmer;
mod thai;
mod vietnamese;
mod indonesian;
mod filipino;
mod chinese;

pub(crate) struct Labels {
    pub(crate) title: &'static str,
    /// Holds `{language}`.
    pub(crate) prevails: &'static str,
    /// What this language calls each of them, in the order of `RecordLanguage::ALL`.
    pub(crate) languages: [&'static str; 13],
    pub(crate) facts: &'static str,
    pub(crate) reference: &'static str,
    pub(crate) institution: &'static str,
    pub(crate) address: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) website: &'static str,
    pub(crate) claimant: &'static str,
    pub(crate) respondent: &'static str,
    pub(crate) mediator: &'static str,
    pub(crate) co_mediator: &'static str,
    pub(crate) filed: &'static str,
    pub(crate) started: &'static str,
    pub(crate) sealed: &'static str,
    pub(crate) written_in: &'static str,
    pub(crate) supersedes: &'static str,
    pub(crate) agreed: &'static str,
    pub(crate) term: &'static str,
    pub(crate) debtor: &'static str,
    pub(crate) creditor: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) due: &'static str,
    pub(crate) signatures: &'static str,
    pub(crate) signed: &'static str,
    /// Holds `{party}`.
    pub(crate) on_behalf_of: &'static str,
    pub(crate) authority_accepted: &'static str,
    pub(crate) attested: &'static str,
    pub(crate) attests: &'static str,
    /// The same where a representative signed (R3).
    pub(crate) attests_for: &'static str,
    pub(crate) institution_attests: &'static str,
    pub(crate) consent: &'static str,
    pub(crate) standing: &'static str,
    pub(crate) check: &'static str,
    pub(crate) check_lines: [&'static str; 4],
    pub(crate) record_id: &'static str,
    pub(crate) revision: &'static str,
    pub(crate) agreement_digest: &'static str,
    pub(crate) record_digest: &'static str,
    pub(crate) seal_key: &'static str,
    months: [&'static str; 12],
    zero: char,
    /// What stands between a day and a time of day.
    between: &'static str,
    /// Holds `{day}`, `{month}` and `{year}`.
    date: &'static str,
    /// By how much the years of its readers' era are ahead.
    years_on: i32,
}

impl Labels {
    pub(crate) const fn of(language: RecordLanguage) -> &'static Self {
        match language {
            RecordLanguage::English => &english::LABELS,
            RecordLanguage::Bangla => &bangla::LABELS,
            RecordLanguage::Hindi => &hindi::LABELS,
            RecordLanguage::Tamil => &tamil::LABELS,
            RecordLanguage::Urdu => &urdu::LABELS,
            RecordLanguage::Sinhala => &sinhala::LABELS,
            RecordLanguage::Nepali => &nepali::LABELS,
            RecordLanguage::Khmer => &khmer::LABELS,
            RecordLanguage::Thai => &thai::LABELS,
            RecordLanguage::Vietnamese => &vietnamese::LABELS,
            RecordLanguage::Indonesian => &indonesian::LABELS,
            RecordLanguage::Filipino => &filipino::LABELS,
            RecordLanguage::Chinese => &chinese::LABELS,
        }
    }

    pub(crate) const fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Claimant => self.claimant,
            Side::Respondent => self.respondent,
        }
    }

    /// What this language calls a language.
    pub(crate) fn language(&self, language: RecordLanguage) -> &'static str {
        let mut named = RecordLanguage::ALL.into_iter().zip(self.languages);
        named.find(|(one, _)| *one == language).map_or(language.tag(), |(_, name)| name)
    }

    /// `24 November 2026`, with this language's month and digits and in the years of its readers.
    pub(crate) fn day(&self, day: Day) -> String {
        civil::of_day(day).map_or_else(|| day.to_string(), |parts| self.date(parts))
    }

    /// `24 November 2026, 05:07 UTC`.
    pub(crate) fn moment(&self, moment: Moment) -> String {
        let Some(at) = Civil::of(moment) else { return moment.to_string() };
        let date = self.date([at.year, i32::from(at.month), i32::from(at.day)]);
        let time = self.digits(&format!("{:02}:{:02}", at.hour, at.minute));
        format!("{date}{}{time} UTC", self.between)
    }

    /// Text with its Latin digits replaced by this language's.
    pub(crate) fn digits(&self, text: &str) -> String {
        let digit = |value: u32| u32::from(self.zero).checked_add(value).and_then(char::from_u32);
        text.chars().map(|letter| letter.to_digit(10).and_then(digit).unwrap_or(letter)).collect()
    }

    fn date(&self, [year, month, day]: [i32; 3]) -> String {
        let name = usize::try_from(month - 1).ok().and_then(|at| self.months.get(at)).copied().unwrap_or("");
        let year = self.digits(&year.saturating_add(self.years_on).to_string());
        let day = self.digits(&day.to_string());
        self.date.replace("{day}", &day).replace("{month}", name).replace("{year}", &year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_written_as_their_readers_write_them() {
        let day: Day = "2027-01-31".parse().expect("a day");
        for (language, written) in RecordLanguage::ALL.into_iter().zip([
            "31 January 2027",
            "৩১ জানুয়ারি ২০২৭",
            "31 जनवरी 2027",
            "31 ஜனவரி 2027",
            "۳۱ جنوری ۲۰۲۷",
            "2027 ජනවාරි 31",
            "२०२७ जनवरी ३१",
            "ថ្ងៃទី ៣១ ខែមករា ឆ្នាំ ២០២៧",
            "31 มกราคม พ.ศ. 2570",
            "ngày 31 tháng 1 năm 2027",
            "31 Januari 2027",
            "31 Enero 2027",
            "2027年1月31日",
        ]) {
            assert_eq!(Labels::of(language).day(day), written, "{language}");
        }
        for (language, written) in [
            (RecordLanguage::Urdu, "۲۴ نومبر ۲۰۲۶، ۰۵:۰۷ UTC"),
            (RecordLanguage::Thai, "24 พฤศจิกายน พ.ศ. 2569 เวลา 05:07 UTC"),
            (RecordLanguage::Chinese, "2026年11月24日 05:07 UTC"),
        ] {
            assert_eq!(Labels::of(language).moment(Moment::from_millis(1_795_496_820_000)), written);
        }
    }

    /// Every word of a language, so that nothing of it is forgotten by the tests below.
    fn words(labels: &Labels) -> Vec<&'static str> {
        let Labels {
            title, prevails, languages, facts, reference, institution, address, phone, website, ..
        } = labels;
        let Labels { claimant, respondent, mediator, co_mediator, filed, started, sealed, .. } = labels;
        let Labels { written_in, supersedes, agreed, term, debtor, creditor, amount, due, .. } = labels;
        let Labels { signatures, signed, on_behalf_of, authority_accepted, attested, attests, .. } = labels;
        let Labels { attests_for, institution_attests, consent, standing, check, check_lines, .. } = labels;
        let Labels { record_id, revision, agreement_digest, record_digest, seal_key, months, .. } = labels;
        let single = [
            title,
            prevails,
            facts,
            reference,
            institution,
            address,
            phone,
            website,
            claimant,
            respondent,
            mediator,
            co_mediator,
            filed,
            started,
            sealed,
            written_in,
            supersedes,
            agreed,
            term,
            debtor,
            creditor,
            amount,
            due,
            signatures,
            signed,
            on_behalf_of,
            authority_accepted,
            attested,
            attests,
            attests_for,
            institution_attests,
            consent,
            standing,
            check,
            record_id,
            revision,
            agreement_digest,
            record_digest,
            seal_key,
        ];
        single.into_iter().chain(languages).chain(check_lines).chain(months).copied().collect()
    }

    #[test]
    fn every_language_says_everything_in_its_own_script() {
        for language in RecordLanguage::ALL {
            let labels = Labels::of(language);
            assert!(
                labels.prevails.contains("{language}") && labels.on_behalf_of.contains("{party}"),
                "{language}"
            );
            assert!(
                labels.check_lines[2].contains("record.json") && labels.check_lines[2].contains("record.jws")
            );
            let block = match language {
                RecordLanguage::Bangla => '\u{980}'..='\u{9FF}',
                RecordLanguage::Hindi | RecordLanguage::Nepali => '\u{900}'..='\u{97F}',
                RecordLanguage::Tamil => '\u{B80}'..='\u{BFF}',
                RecordLanguage::Urdu => '\u{600}'..='\u{6FF}',
                RecordLanguage::Sinhala => '\u{D80}'..='\u{DFF}',
                RecordLanguage::Khmer => '\u{1780}'..='\u{17FF}',
                RecordLanguage::Thai => '\u{E00}'..='\u{E7F}',
                RecordLanguage::Chinese => '\u{4E00}'..='\u{9FFF}',
                _ => 'A'..='\u{1EFF}',
            };
            for words in words(labels) {
                let is_number = words.parse::<u8>().is_ok();
                assert!(is_number || words.contains(|letter| block.contains(&letter)), "{language}: {words}");
                assert_eq!(crate::fonts::printable(words), Ok(()), "{language}: {words}");
            }
        }
    }

    #[test]
    fn a_language_names_each_language_once_and_each_month_apart() {
        for language in RecordLanguage::ALL {
            let labels = Labels::of(language);
            for names in [labels.languages.as_slice(), &labels.months] {
                let mut apart = names.to_vec();
                apart.sort_unstable();
                apart.dedup();
                assert_eq!(apart.len(), names.len(), "{language}");
            }
        }
    }
}
