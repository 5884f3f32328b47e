//! The words that stand on a printed record, in each shipped language. They are here and not among the messages of
//! the pages because a record must read the same for ever, whatever becomes of the pages.

use domain::language::Language;
use domain::party::Side;
use domain::time::{Day, Moment};

use crate::civil::{self, Civil};

pub(crate) struct Labels {
    pub(crate) title: &'static str,
    /// Holds `{language}`.
    pub(crate) prevails: &'static str,
    pub(crate) languages: [&'static str; 3],
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
    comma: char,
}

impl Labels {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Bangla => &BANGLA,
            Language::Urdu => &URDU,
        }
    }

    pub(crate) const fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Claimant => self.claimant,
            Side::Respondent => self.respondent,
        }
    }

    /// What this language calls a language.
    pub(crate) const fn language(&self, language: Language) -> &'static str {
        let [english, bangla, urdu] = self.languages;
        match language {
            Language::English => english,
            Language::Bangla => bangla,
            Language::Urdu => urdu,
        }
    }

    /// `24 November 2026`, with this language's month and digits.
    pub(crate) fn day(&self, day: Day) -> String {
        civil::of_day(day).map_or_else(|| day.to_string(), |parts| self.date(parts))
    }

    /// `24 November 2026, 05:07 UTC`.
    pub(crate) fn moment(&self, moment: Moment) -> String {
        let Some(at) = Civil::of(moment) else { return moment.to_string() };
        let date = self.date([at.year, i32::from(at.month), i32::from(at.day)]);
        let time = self.digits(&format!("{:02}:{:02}", at.hour, at.minute));
        format!("{date}{} {time} UTC", self.comma)
    }

    /// Text with its Latin digits replaced by this language's.
    pub(crate) fn digits(&self, text: &str) -> String {
        let digit = |value: u32| u32::from(self.zero).checked_add(value).and_then(char::from_u32);
        text.chars().map(|letter| letter.to_digit(10).and_then(digit).unwrap_or(letter)).collect()
    }

    fn date(&self, [year, month, day]: [i32; 3]) -> String {
        let name = usize::try_from(month - 1).ok().and_then(|at| self.months.get(at)).copied().unwrap_or("");
        format!("{} {name} {}", self.digits(&day.to_string()), self.digits(&year.to_string()))
    }
}

static ENGLISH: Labels = Labels {
    title: "Settlement record",
    prevails: "This record is written in more than one language. Where the texts differ, the text in {language} counts.",
    languages: ["English", "Bangla", "Urdu"],
    facts: "Who and when",
    reference: "Reference",
    institution: "Institution",
    address: "Address",
    phone: "Telephone",
    website: "Website",
    claimant: "Claimant",
    respondent: "Respondent",
    mediator: "Mediator",
    co_mediator: "Co-mediator",
    filed: "Dispute filed on",
    started: "Mediation began",
    sealed: "Record sealed",
    written_in: "Written in",
    supersedes: "Replaces the record",
    agreed: "What was agreed",
    term: "Term",
    debtor: "Who does it",
    creditor: "For whom",
    amount: "How much",
    due: "By when",
    signatures: "Signatures",
    signed: "Signed",
    on_behalf_of: "For {party}, as representative",
    authority_accepted: "Authority accepted by the institution",
    attested: "Attested",
    attests: "The mediator attests that this mediation took place and that the parties signed these terms.",
    attests_for: "The mediator attests that this mediation took place and that these terms were signed by the parties or on their behalf.",
    institution_attests: "The institution attests that this mediation took place.",
    consent: "Agreed to mediate",
    standing: "What this record is, and what it is not",
    check: "How to check this record",
    check_lines: [
        "The institution has sealed this file with an electronic signature over every byte of it. Anyone who holds the file can check it, now and later, without asking the institution or the parties.",
        "Give the unchanged file to the institution's check page, or open it in a program that checks PDF signatures. The program must say two things: that the signature is valid, and that it covers the whole document. A file to which anything was added after the seal is not this record.",
        "Two files are attached to this one. record.json is the text that counts, and these pages show it; record.jws is the same text under the same seal, for computers.",
        "Compare the seal key below with the key that the institution publishes.",
    ],
    record_id: "Record number",
    revision: "Revision that was signed",
    agreement_digest: "Digest of the agreement",
    record_digest: "Digest of record.json",
    seal_key: "Seal key",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    zero: '0',
    comma: ',',
};

static BANGLA: Labels = Labels {
    title: "মীমাংসার দলিল",
    prevails: "এই দলিল একাধিক ভাষায় লেখা। লেখাগুলোর মধ্যে পার্থক্য থাকলে {language} লেখাটিই ধরা হবে।",
    languages: ["ইংরেজি", "বাংলা", "উর্দু"],
    facts: "কারা এবং কখন",
    reference: "রেফারেন্স",
    institution: "প্রতিষ্ঠান",
    address: "ঠিকানা",
    phone: "টেলিফোন",
    website: "ওয়েবসাইট",
    claimant: "আবেদনকারী",
    respondent: "প্রতিবাদী",
    mediator: "মধ্যস্থতাকারী",
    co_mediator: "সহ-মধ্যস্থতাকারী",
    filed: "বিরোধ দাখিলের তারিখ",
    started: "মধ্যস্থতা শুরু",
    sealed: "দলিলে সিল দেওয়ার সময়",
    written_in: "যে ভাষায় লেখা",
    supersedes: "যে দলিলের বদলে এটি",
    agreed: "যা ঠিক হয়েছে",
    term: "শর্ত",
    debtor: "কে করবেন",
    creditor: "কার জন্য",
    amount: "কত",
    due: "কবের মধ্যে",
    signatures: "স্বাক্ষর",
    signed: "স্বাক্ষরের সময়",
    on_behalf_of: "প্রতিনিধি হিসেবে, {party}-এর পক্ষে",
    authority_accepted: "প্রতিষ্ঠান এই ক্ষমতা মেনেছে",
    attested: "প্রত্যয়নের সময়",
    attests: "মধ্যস্থতাকারী প্রত্যয়ন করছেন যে এই মধ্যস্থতা হয়েছে এবং দুই পক্ষ এই শর্তগুলোতে স্বাক্ষর করেছেন।",
    attests_for: "মধ্যস্থতাকারী প্রত্যয়ন করছেন যে এই মধ্যস্থতা হয়েছে এবং দুই পক্ষ নিজে বা তাঁদের পক্ষে অন্য কেউ এই শর্তগুলোতে স্বাক্ষর করেছেন।",
    institution_attests: "প্রতিষ্ঠান প্রত্যয়ন করছে যে এই মধ্যস্থতা হয়েছে।",
    consent: "মধ্যস্থতায় সম্মতি",
    standing: "এই দলিল কী এবং কী নয়",
    check: "দলিলটি যেভাবে যাচাই করবেন",
    check_lines: [
        "প্রতিষ্ঠান এই ফাইলের প্রতিটি বাইটের ওপর ইলেকট্রনিক স্বাক্ষর দিয়ে সিল করেছে। যাঁর কাছে ফাইলটি আছে, তিনি এখন বা পরে যেকোনো সময় প্রতিষ্ঠান বা পক্ষদের কাউকে না জিজ্ঞেস করেই এটি যাচাই করতে পারেন।",
        "ফাইলটি না বদলে প্রতিষ্ঠানের যাচাই পাতায় দিন, অথবা পিডিএফ স্বাক্ষর যাচাই করে এমন কোনো প্রোগ্রামে খুলুন। প্রোগ্রামটিকে দুটি কথা বলতে হবে: স্বাক্ষরটি বৈধ, এবং তা পুরো ফাইলের ওপর দেওয়া। সিলের পরে কিছু যোগ করা হয়েছে এমন ফাইল এই দলিল নয়।",
        "এই ফাইলের সঙ্গে দুটি ফাইল যুক্ত আছে। record.json হলো মূল লেখা, এই পাতাগুলো তা-ই দেখায়; record.jws হলো একই সিলসহ একই লেখা, কম্পিউটারের জন্য।",
        "নিচের সিলের চাবিটি প্রতিষ্ঠানের প্রকাশ করা চাবির সঙ্গে মিলিয়ে দেখুন।",
    ],
    record_id: "দলিল নম্বর",
    revision: "স্বাক্ষরিত সংস্করণ",
    agreement_digest: "সম্মত শর্তের ডাইজেস্ট",
    record_digest: "record.json-এর ডাইজেস্ট",
    seal_key: "সিলের চাবি",
    months: [
        "জানুয়ারি",
        "ফেব্রুয়ারি",
        "মার্চ",
        "এপ্রিল",
        "মে",
        "জুন",
        "জুলাই",
        "আগস্ট",
        "সেপ্টেম্বর",
        "অক্টোবর",
        "নভেম্বর",
        "ডিসেম্বর",
    ],
    zero: '০',
    comma: ',',
};

static URDU: Labels = Labels {
    title: "تصفیے کی دستاویز",
    prevails: "یہ دستاویز ایک سے زیادہ زبانوں میں لکھی گئی ہے۔ جہاں تحریروں میں فرق ہو وہاں {language} تحریر معتبر ہوگی۔",
    languages: ["انگریزی", "بنگالی", "اردو"],
    facts: "کون اور کب",
    reference: "حوالہ",
    institution: "ادارہ",
    address: "پتہ",
    phone: "ٹیلی فون",
    website: "ویب سائٹ",
    claimant: "جس نے مصالحت چاہی",
    respondent: "جسے دعوت دی گئی",
    mediator: "مصالحت کار",
    co_mediator: "شریک مصالحت کار",
    filed: "تنازعہ درج ہونے کی تاریخ",
    started: "مصالحت کا آغاز",
    sealed: "دستاویز پر مہر لگنے کا وقت",
    written_in: "تحریر کی زبانیں",
    supersedes: "یہ اس دستاویز کی جگہ ہے",
    agreed: "جو طے پایا",
    term: "شرط",
    debtor: "کون کرے گا",
    creditor: "کس کے لیے",
    amount: "کتنی رقم",
    due: "کب تک",
    signatures: "دستخط",
    signed: "دستخط کا وقت",
    on_behalf_of: "نمائندے کے طور پر، {party} کی طرف سے",
    authority_accepted: "ادارے نے یہ اختیار تسلیم کیا",
    attested: "تصدیق کا وقت",
    attests: "مصالحت کار تصدیق کرتا ہے کہ یہ مصالحت ہوئی اور فریقین نے ان شرائط پر دستخط کیے۔",
    attests_for: "مصالحت کار تصدیق کرتا ہے کہ یہ مصالحت ہوئی اور ان شرائط پر فریقین نے خود یا ان کی طرف سے کسی نے دستخط کیے۔",
    institution_attests: "ادارہ تصدیق کرتا ہے کہ یہ مصالحت ہوئی۔",
    consent: "مصالحت پر رضامندی",
    standing: "یہ دستاویز کیا ہے اور کیا نہیں",
    check: "اس دستاویز کی جانچ کیسے کریں",
    check_lines: [
        "ادارے نے اس فائل کے ہر بائٹ پر الیکٹرانک دستخط کر کے مہر لگائی ہے۔ جس کے پاس فائل ہو وہ ابھی یا بعد میں، ادارے یا فریقین سے پوچھے بغیر، اس کی جانچ کر سکتا ہے۔",
        "فائل کو بدلے بغیر ادارے کے جانچ کے صفحے پر دیں، یا ایسے پروگرام میں کھولیں جو پی ڈی ایف کے دستخط جانچتا ہو۔ پروگرام کو دو باتیں بتانی چاہییں: کہ دستخط درست ہے، اور کہ وہ پوری فائل پر ہے۔ جس فائل میں مہر کے بعد کچھ بڑھایا گیا ہو وہ یہ دستاویز نہیں۔",
        "اس فائل کے ساتھ دو فائلیں منسلک ہیں۔ record.json اصل تحریر ہے اور یہ صفحے اسی کو دکھاتے ہیں؛ record.jws وہی تحریر اسی مہر کے ساتھ ہے، کمپیوٹر کے لیے۔",
        "نیچے دی گئی مہر کی کلید کو ادارے کی شائع کردہ کلید سے ملا کر دیکھیں۔",
    ],
    record_id: "دستاویز نمبر",
    revision: "جس نسخے پر دستخط ہوئے",
    agreement_digest: "معاہدے کا ڈائجسٹ",
    record_digest: "record.json کا ڈائجسٹ",
    seal_key: "مہر کی کلید",
    months: [
        "جنوری",
        "فروری",
        "مارچ",
        "اپریل",
        "مئی",
        "جون",
        "جولائی",
        "اگست",
        "ستمبر",
        "اکتوبر",
        "نومبر",
        "دسمبر",
    ],
    zero: '۰',
    comma: '،',
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_written_as_their_readers_write_them() {
        let day: Day = "2027-01-31".parse().expect("a day");
        let written = Language::ALL.map(|language| Labels::of(language).day(day));
        assert_eq!(written, ["31 January 2027", "৩১ জানুয়ারি ২০২৭", "۳۱ جنوری ۲۰۲۷"]);
        let moment = Labels::of(Language::Urdu).moment(Moment::from_millis(1_795_496_820_000));
        assert_eq!(moment, "۲۴ نومبر ۲۰۲۶، ۰۵:۰۷ UTC");
    }
}
