//! Records are made and verified: one after the other, and on all cores at once.

use std::collections::BTreeMap;
use std::error::Error;
use std::thread;
use std::time::Instant;

use domain::agreement::TextDigest;
use domain::category::Category;
use domain::ids::{DisputeId, Reference, SettlementId};
use domain::language::{Language, RecordLanguage};
use domain::money::Money;
use domain::party::Side;
use domain::terms::Term;
use domain::time::Moment;
use record::{
    Agreement, Consent, Contents, Institution, KeySet, Kind, Mediation, Mediator, Party, Salt, SealKey,
    Sealed, Signature, Verdict, Version, agreement_digest, digest_of, numbered, seal, verify,
};
use uuid::Uuid;

use crate::weighing::{Row, Times, a_second, forget_peak, peak_mib};

type Failed = Box<dyn Error>;

/// How many terms a record has.
const TERMS: usize = 6;

/// Seals `records` records, verifies them, and verifies `again` of them as an auditor has it done.
pub fn measure(records: usize, again: usize) -> Result<Vec<Row>, Failed> {
    let key = SealKey::generate("Dhaka Mediation House", now())?;
    let keys = KeySet::of(&[&key]);
    let mut rows = Vec::new();
    let mut kept = Vec::new();
    use RecordLanguage::{Bangla, English, Urdu};
    for languages in [&[English][..], &[English, Bangla, Urdu], &RecordLanguage::ALL] {
        let name = format!("a record of {TERMS} terms in {} language(s)", languages.len());
        // Fonts are read and the first page is laid out once for all.
        seal(contents(0, languages)?, &key)?;
        forget_peak();
        let mut times = Times::default();
        kept.clear();
        for number in 0..records {
            let contents = contents(number, languages)?;
            kept.push(times.time(|| seal(contents, &key))?);
        }
        let (middle, late) = times.micros();
        let figure = format!("p50 {:.1} ms, p99 {:.1} ms", middle / 1e3, late / 1e3);
        rows.push(Row::new(format!("{name}: laid out, printed, sealed"), figure));
        let size = kept.iter().map(|sealed: &Sealed| sealed.pdf.len()).max().unwrap_or(0) / 1024;
        rows.push(Row::new(format!("{name}: its PDF"), format!("{size} KiB")));
        let held = kept.iter().map(|sealed| sealed.pdf.len() + sealed.json.len() + sealed.jws.len());
        let held = f64::from(u32::try_from(held.sum::<usize>() / 1024).unwrap_or(u32::MAX)) / 1024.0;
        let figure = format!("{:.0} MiB, of which {held:.0} MiB are the records kept", peak_mib());
        rows.push(Row::new(format!("{name}: peak memory"), figure));
    }
    rows.push(Row::new("records sealed a second, on all cores", sealed_a_second(records, &key)?));
    rows.extend(verified(&kept, &keys)?);
    rows.push(again_verified(&kept, again, &keys)?);
    Ok(rows)
}

fn sealed_a_second(records: usize, key: &SealKey) -> Result<String, Failed> {
    let cores = thread::available_parallelism()?.get();
    let count = records.next_multiple_of(cores);
    let mut waiting: Vec<Contents> =
        (0..count).map(|number| contents(number, &[RecordLanguage::English])).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    let done = thread::scope(|scope| {
        let mut working = Vec::new();
        while !waiting.is_empty() {
            let own = waiting.split_off(waiting.len() - count / cores);
            working.push(scope.spawn(move || own.into_iter().try_for_each(|one| seal(one, key).map(drop))));
        }
        working.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let took = begun.elapsed();
    for core in done {
        core.map_err(|_| "a core failed")??;
    }
    Ok(format!("{:.1} (one language, {cores} cores)", a_second(count, took)))
}

fn verified(kept: &[Sealed], keys: &KeySet) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    for name in ["PDF", "JWS"] {
        let begun = Instant::now();
        for sealed in kept {
            let file = if name == "PDF" { &sealed.pdf } else { sealed.jws.as_bytes() };
            is_valid(file, sealed, keys)?;
        }
        let figure = format!("{:.0}", a_second(kept.len(), begun.elapsed()));
        rows.push(Row::new(format!("{name} verified a second, on one core"), figure));
    }
    Ok(rows)
}

/// Text, JWS and PDF of each, as an auditor has them verified anew. The records that there are come round as often as it
/// takes.
fn again_verified(kept: &[Sealed], again: usize, keys: &KeySet) -> Result<Row, Failed> {
    forget_peak();
    let before = peak_mib();
    let begun = Instant::now();
    for sealed in kept.iter().cycle().take(again) {
        if digest_of(&sealed.json) != sealed.digest {
            return Err("a text is not what was sealed".into());
        }
        is_valid(sealed.jws.as_bytes(), sealed, keys)?;
        is_valid(&sealed.pdf, sealed, keys)?;
    }
    let took = begun.elapsed();
    let grown = peak_mib() - before;
    let figure =
        format!("{:.1} s, {:.0} a second, {grown:.0} MiB more", took.as_secs_f64(), a_second(again, took));
    Ok(Row::new(format!("{again} records verified anew, text and JWS and PDF, on one core"), figure))
}

fn is_valid(file: &[u8], sealed: &Sealed, keys: &KeySet) -> Result<(), Failed> {
    match verify(file, keys) {
        Verdict::Valid { digest, .. } if digest == sealed.digest => Ok(()),
        other => Err(format!("a record is not valid: {other:?}").into()),
    }
}

fn now() -> Moment {
    Moment::from_millis(1_795_496_820_000)
}

fn texts(text: &str, languages: &[RecordLanguage]) -> BTreeMap<RecordLanguage, String> {
    languages.iter().map(|language| (*language, text.to_owned())).collect()
}

fn terms(languages: &[RecordLanguage]) -> Result<Vec<Term>, Failed> {
    let words = [
        "pays back the deposit of the flat in Mirpur, in two parts, and tells of each by a letter.",
        "মিরপুরের বাসার জামানতের টাকা দুই কিস্তিতে ফেরত দেবেন, এবং প্রতিবার চিঠিতে জানাবেন।",
        "मीरपुर के फ़्लैट की ज़मानत राशि दो किस्तों में लौटाएँगी, और हर बार पत्र से बताएँगी।",
        "மீர்பூர் வீட்டின் வைப்புத் தொகையை இரண்டு தவணைகளில் திருப்பித் தருவார், ஒவ்வொரு முறையும் கடிதத்தில் சொல்வார்.",
        "میرپور کے فلیٹ کی ضمانت کی رقم دو قسطوں میں واپس کرے گا، اور ہر بار خط سے بتائے گا۔",
        "මීර්පූර් නිවාසයේ ඇප මුදල වාරික දෙකකින් ආපසු ගෙවයි, ඒ සෑම විටම ලිපියකින් දන්වයි.",
        "मिरपुरको फ्ल्याटको धरौटी दुई किस्तामा फिर्ता दिनेछ, र प्रत्येक पटक चिठीले जनाउनेछ।",
        "សងប្រាក់កក់ផ្ទះល្វែងនៅមីរពួរវិញជាពីរដំណាក់កាល ហើយប្រាប់រាល់លើកដោយលិខិត។",
        "คืนเงินมัดจำห้องชุดในมีร์ปูร์เป็นสองงวด และแจ้งเป็นจดหมายทุกครั้ง",
        "trả lại tiền đặt cọc căn hộ ở Mirpur làm hai đợt, và báo bằng thư mỗi lần.",
        "mengembalikan uang jaminan rumah susun di Mirpur dalam dua angsuran, dan memberi tahu lewat surat tiap kali.",
        "ibinabalik ang deposito ng flat sa Mirpur sa dalawang hulog, at ipinaaalam ang bawat isa sa liham.",
        "分两期退还米尔布尔公寓的押金，每次以书信告知。",
    ];
    let text: BTreeMap<RecordLanguage, String> = RecordLanguage::ALL
        .into_iter()
        .zip(words.map(str::to_owned))
        .filter(|(one, _)| languages.contains(one))
        .collect();
    let taka = "BDT".parse().map_err(|_| "no currency")?;
    let amount = Some(Money::parse("125000.00", taka).map_err(|_| "no amount")?);
    let due_on = Some("2027-01-31".parse().map_err(|_| "no day")?);
    let (debtor, creditor) = (Side::Respondent, Side::Claimant);
    Ok((0..TERMS).map(|_| Term { debtor, creditor, text: text.clone(), amount, due_on }).collect())
}

/// A record as the house makes them, each another one's.
fn contents(number: usize, languages: &[RecordLanguage]) -> Result<Contents, Failed> {
    let number = u128::try_from(number)? + 1;
    let (salt, prevailing) = (Salt::new(number.to_be_bytes()), RecordLanguage::English);
    let dispute = DisputeId::new(Uuid::from_u128(number << 64));
    let terms = terms(languages)?;
    let digest = agreement_digest(&salt, dispute, 3, prevailing, &terms)?;
    let people = [(Side::Claimant, "Amara Sen"), (Side::Respondent, "বেলা রায়")];
    Ok(Contents {
        version: Version::of(None, &[], languages),
        kind: Kind::Settlement,
        id: SettlementId::new(Uuid::from_u128(number)),
        dispute,
        reference: Reference::from_random(u64::try_from(number)?),
        salt,
        category: Category::Tenancy,
        institution: Institution {
            name: "Dhaka Mediation House".to_owned(),
            address: "12 Satmasjid Road\nDhaka 1209".to_owned(),
            phone: "+880 2 5550 0100".to_owned(),
            website: Some("https://mediation.example".to_owned()),
            attested_at: None,
        },
        parties: people.map(|(side, name)| Party { side, name: name.to_owned() }).to_vec(),
        mediator: Mediator { name: "نور عالم".to_owned(), attested_at: Some(now()) },
        co_mediator: None,
        mediation: Mediation {
            filed_on: "2026-11-01".parse().map_err(|_| "no day")?,
            started_at: now(),
            sealed_at: now(),
        },
        languages: languages.to_vec(),
        prevailing_language: prevailing,
        terms: numbered(&terms),
        agreement: Agreement { revision: 3, digest },
        signatures: people.map(|(side, name)| signature(side, name, digest)).to_vec(),
        consents: people.map(|(side, _)| consent(side)).to_vec(),
        auditor_may_read_terms: true,
        not_a_court_order: texts("This record is not an order of a court.", languages),
        enforcement: texts("A court can be asked to enforce it as a contract.", languages),
        supersedes: None,
    })
}

fn signature(side: Side, name: &str, digest: TextDigest) -> Signature {
    Signature {
        side,
        name: name.to_owned(),
        signed_at: now(),
        intent: "sign".to_owned(),
        method: "password".to_owned(),
        digest,
        on_behalf_of: None,
    }
}

fn consent(side: Side) -> Consent {
    Consent {
        side,
        document: "agreement-to-mediate".to_owned(),
        version: 1,
        language: Language::English,
        given_at: now(),
    }
}
