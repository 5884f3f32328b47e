//! A settlement to test with. Compiled for tests alone.

use std::collections::BTreeMap;

use domain::language::{Language, RecordLanguage};
use domain::money::Money;
use domain::party::Side;
use domain::terms;
use domain::time::Moment;

use crate::agreement::{Salt, agreement_digest, numbered};
use crate::contents::{
    Agreement, CoMediator, Consent, Contents, Institution, Kind, Mediation, Mediator, OnBehalf, Party,
    Signature, Version,
};
use crate::keys::SealKey;

pub(crate) fn now() -> Moment {
    Moment::from_millis(1_795_496_820_000)
}

pub(crate) fn key() -> SealKey {
    SealKey::generate("Dhaka Mediation House", now()).expect("a key")
}

/// The languages that pages are in too.
pub(crate) const THREE: [RecordLanguage; 3] =
    [RecordLanguage::English, RecordLanguage::Bangla, RecordLanguage::Urdu];

fn texts(texts: [&str; 13]) -> BTreeMap<RecordLanguage, String> {
    RecordLanguage::ALL.into_iter().zip(texts.map(str::to_owned)).collect()
}

fn terms() -> Vec<terms::Term> {
    let pays = texts([
        "pays back the deposit of the flat in Mirpur,\nin two parts.",
        "মিরপুরের বাসার জামানতের টাকা\nদুই কিস্তিতে ফেরত দেবেন।",
        "मीरपुर के फ़्लैट की ज़मानत राशि दो किस्तों में लौटाएँगी।",
        "மீர்பூர் அடுக்குமாடி வீட்டின் வைப்புத் தொகையை இரண்டு தவணைகளில் திருப்பித் தருவார்.",
        "میرپور کے فلیٹ کی ضمانت کی رقم\nدو قسطوں میں واپس کرے گا۔",
        "මීර්පූර් නිවාසයේ ඇප මුදල වාරික දෙකකින් ආපසු ගෙවයි. ශ්‍රී ලංකා ක්‍රමය.",
        "मिरपुरको फ्ल्याटको धरौटी दुई किस्तामा फिर्ता दिनेछ।",
        "សងប្រាក់កក់ផ្ទះល្វែងនៅមីរពួរវិញ ជាពីរដំណាក់កាល ដោយស្ត្រីម្ចាស់ផ្ទះ។",
        "คืนเงินมัดจำห้องชุดในมีร์ปูร์เป็นสองงวด น้ำ ผู้ใหญ่ ที่นี่",
        "trả lại tiền đặt cọc căn hộ ở Mirpur làm hai đợt, không tính lãi.",
        "mengembalikan uang jaminan rumah susun di Mirpur dalam dua angsuran.",
        "ibinabalik ang deposito ng flat sa Mirpur sa dalawang hulog.",
        "分两期退还米尔布尔公寓的押金，不计利息。",
    ]);
    let keys = texts([
        "gives back the keys.",
        "চাবি ফেরত দেবেন।",
        "चाबियाँ लौटाएँगी।",
        "சாவிகளைத் திருப்பித் தருவார்.",
        "چابیاں واپس کرے گی۔",
        "යතුරු ආපසු දෙයි.",
        "साँचोहरू फिर्ता दिनेछ।",
        "ប្រគល់កូនសោវិញ។",
        "คืนกุญแจ",
        "trả lại chìa khóa.",
        "mengembalikan kunci.",
        "isinasauli ang mga susi.",
        "归还钥匙。",
    ]);
    let taka = "BDT".parse().expect("a currency");
    vec![
        terms::Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: pays,
            amount: Money::parse("125000.00", taka).ok(),
            due_on: "2027-01-31".parse().ok(),
        },
        terms::Term {
            debtor: Side::Claimant,
            creditor: Side::Respondent,
            text: keys,
            amount: None,
            due_on: "2026-12-01".parse().ok(),
        },
    ]
}

fn not_a_court_order() -> BTreeMap<RecordLanguage, String> {
    texts([
        "This record is not an order of a court.",
        "এই দলিল কোনো আদালতের আদেশ নয়।",
        include_str!("../../../web/content/legal/not-a-court-order.hi.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.ta.txt").trim_ascii_end(),
        "یہ دستاویز کسی عدالت کا حکم نہیں ہے۔",
        include_str!("../../../web/content/legal/not-a-court-order.si.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.ne.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.km.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.th.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.vi.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.id.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.fil.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/not-a-court-order.zh-Hans.txt").trim_ascii_end(),
    ])
}

fn enforcement() -> BTreeMap<RecordLanguage, String> {
    texts([
        "A court can be asked to enforce it as a contract.",
        "চুক্তি হিসেবে এটি কার্যকর করতে আদালতে আবেদন করা যায়।",
        include_str!("../../../web/content/legal/enforcement.hi.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.ta.txt").trim_ascii_end(),
        "معاہدے کے طور پر اس پر عمل کرانے کے لیے عدالت سے رجوع کیا جا سکتا ہے۔",
        include_str!("../../../web/content/legal/enforcement.si.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.ne.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.km.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.th.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.vi.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.id.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.fil.txt").trim_ascii_end(),
        include_str!("../../../web/content/legal/enforcement.zh-Hans.txt").trim_ascii_end(),
    ])
}

fn cut(mut terms: Vec<terms::Term>, languages: &[RecordLanguage]) -> Vec<terms::Term> {
    terms.iter_mut().for_each(|term| term.text.retain(|language, _| languages.contains(language)));
    terms
}

/// The same, with a co-mediator.
pub(crate) fn co_mediated(languages: &[RecordLanguage]) -> Contents {
    let co_mediator = Some(CoMediator { name: "Omar Vale".into() });
    let version = Version::of(co_mediator.as_ref(), &[], languages);
    Contents { version, co_mediator, ..settlement(languages) }
}

/// The same, signed for the claimant by a representative.
pub(crate) fn represented(languages: &[RecordLanguage]) -> Contents {
    let mut contents = settlement(languages);
    let party = contents.parties[0].name.clone();
    let signature = &mut contents.signatures[0];
    signature.name = "Dela Haque".into();
    signature.on_behalf_of = Some(OnBehalf { party, authority_accepted_at: now() });
    contents.version = Version::of(None, &contents.signatures, languages);
    contents
}

/// A settlement in some of the languages, the first of which prevails.
pub(crate) fn settlement(languages: &[RecordLanguage]) -> Contents {
    let (salt, prevailing) = (Salt::new([7; 16]), languages[0]);
    let dispute = "0193a1b2-0000-7000-8000-000000000001".parse().expect("an id");
    let terms = cut(terms(), languages);
    let digest = agreement_digest(&salt, dispute, 3, prevailing, &terms).expect("a digest");
    let only = |texts: BTreeMap<RecordLanguage, String>| {
        texts.into_iter().filter(|(language, _)| languages.contains(language)).collect::<BTreeMap<_, _>>()
    };
    let signature = |side, name: &str| Signature {
        side,
        name: name.to_owned(),
        signed_at: now(),
        intent: "sign".to_owned(),
        method: "password".to_owned(),
        digest,
        on_behalf_of: None,
    };
    let consent = |side| Consent {
        side,
        document: "agreement-to-mediate".to_owned(),
        version: 1,
        language: prevailing.tag().parse().unwrap_or(Language::English),
        given_at: now(),
    };
    Contents {
        version: Version::of(None, &[], languages),
        kind: Kind::Settlement,
        id: "0193a1b2-0000-7000-8000-000000000002".parse().expect("an id"),
        dispute,
        reference: "CD-7K4M-92QX".parse().expect("a reference"),
        salt,
        category: domain::category::Category::Tenancy,
        institution: Institution {
            name: "Dhaka Mediation House".into(),
            address: "12 Satmasjid Road\nDhaka 1209".into(),
            phone: "+880 2 5550 0100".into(),
            website: Some("https://mediation.example".into()),
            attested_at: None,
        },
        parties: vec![
            Party { side: Side::Claimant, name: "Amara Sen".into() },
            Party { side: Side::Respondent, name: "বেলা রায়".into() },
        ],
        mediator: Mediator { name: "نور عالم".into(), attested_at: Some(now()) },
        co_mediator: None,
        mediation: Mediation {
            filed_on: "2026-11-01".parse().expect("a day"),
            started_at: now(),
            sealed_at: now(),
        },
        languages: languages.to_vec(),
        prevailing_language: prevailing,
        terms: numbered(&terms),
        agreement: Agreement { revision: 3, digest },
        signatures: vec![signature(Side::Claimant, "Amara Sen"), signature(Side::Respondent, "বেলা রায়")],
        consents: vec![consent(Side::Claimant), consent(Side::Respondent)],
        auditor_may_read_terms: true,
        not_a_court_order: only(not_a_court_order()),
        enforcement: only(enforcement()),
        supersedes: None,
    }
}
