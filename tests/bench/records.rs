//! What the whole house makes of records: how many it seals a second, from the mediator's attestation to the commit and with
//! the proof of identity in it; how many a second it verifies for strangers and anew for an auditor; what it answers of the
//! ledger. Not here: what each part of that costs by itself, and how it grows, which the examples `record_costs` of
//! `service` and `ledger_costs` of `record` weigh without network and people.

use std::time::Instant;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::{Person, a_term};
use tests::client::Client;
use tests::concord::{Backend, Service, Settings};

use crate::load::percentile;
use crate::servers::{cpu_seconds, memory_kib, open_room};

/// How many ask at once.
const AT_ONCE: usize = 8;
/// How many verifications and proofs are timed.
const TRIED: usize = 400;

/// A text that all have signed, and whoever attests: each mediator one, because a code of a second factor serves once.
struct Signed {
    dispute: String,
    digest: String,
    noor: Person,
}

/// A house in which that many texts are signed. A few claimants and respondents are enough: people are dear to make.
async fn signs(service: &Service, records: usize) -> (Vec<Signed>, Person) {
    let rosa = service.staff("registrar", "Rosa Lind").await;
    let many = (1..).find(|many| many * many >= records).unwrap_or(1);
    let (mut claimants, mut respondents) = (Vec::new(), Vec::new());
    for number in 0..many {
        claimants.push(service.person(&format!("Amara{number} Sen")).await);
        respondents.push(service.person(&format!("Bela{number} Roy")).await);
    }
    let signing = (0..records).map(|number| {
        let parties = [&claimants[number % many], &respondents[number / many]];
        sign(service, number, parties, &rosa)
    });
    let signed = stream::iter(signing).buffered(AT_ONCE).collect().await;
    (signed, claimants.remove(0))
}

async fn sign(service: &Service, number: usize, parties: [&Person; 2], rosa: &Person) -> Signed {
    let noor = service.staff("mediator", &format!("Noor{number} Haq")).await;
    let [amara, bela] = parties;
    let dispute = open_room([amara, bela, &noor, rosa]).await;
    let terms = json!([
        a_term("pays back the deposit in two parts", "450.00"),
        a_term("gives back both keys", "1.00")
    ]);
    let revised = noor.revises(&dispute, 0, terms).await.expects(201);
    let digest = revised["digest"].as_str().expect("a digest").to_owned();
    for person in parties {
        person.finds_ready(&dispute, &digest).await.expects(200);
    }
    noor.freezes(&dispute, &digest).await.expects(200);
    for person in parties {
        person.waives(&dispute, &digest).await.expects(201);
    }
    for person in parties {
        person.signs(&dispute, &digest).await.expects(201);
    }
    Signed { dispute, digest, noor }
}

/// Seals that many records, verifies them, and prints what it came to.
pub async fn measure(records: usize) {
    let service = Settings::on(Backend::Sqlite).without_limits().start().await;
    let begun = Instant::now();
    let (signed, amara) = signs(&service, records).await;
    println!("{records} texts were signed within {:.0} s", begun.elapsed().as_secs_f64());
    println!("| what | how much |");
    println!("| --- | --- |");
    seals(&service, &signed).await;
    // Whoever is a party to the first record has it.
    amara.signs_in().await;
    let own = amara.reads_settlement(&signed[0].dispute).await.expects(200);
    let id = own["id"].as_str().expect("an id").to_owned();
    let pdf = amara.client().get(&format!("/settlements/{id}/record.pdf")).await.bytes;
    let jws = amara.client().get(&format!("/settlements/{id}/record.jws")).await.bytes;
    for (name, file) in [("PDF", pdf), ("JWS", jws)] {
        verifies(&service, name, file).await;
    }
    verifies_anew(&service, records).await;
    proves(&service).await;
}

/// All mediators attest, some at once.
async fn seals(service: &Service, signed: &[Signed]) {
    let (cpu, idle) = (cpu_seconds(service.pid()), memory_kib(service.pid()));
    let begun = Instant::now();
    let attesting = signed.iter().map(|Signed { dispute, digest, noor }| async move {
        let begun = Instant::now();
        noor.attests(dispute, digest).await.expects(201);
        begun.elapsed().as_secs_f64() * 1000.0
    });
    let mut took: Vec<f64> = stream::iter(attesting).buffer_unordered(AT_ONCE).collect().await;
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let cpu = (cpu_seconds(service.pid()) - cpu) * 1000.0 / signed.len() as f64;
    println!(
        "| records sealed a second, {AT_ONCE} mediators at once | {:.1} |",
        signed.len() as f64 / seconds
    );
    println!(
        "| from the attestation to the answer | p50 {:.0} ms, p99 {:.0} ms |",
        percentile(&took, 50),
        percentile(&took, 99)
    );
    println!("| processor time of the server for a record | {cpu:.0} ms |");
    let (idle, peak) = (idle / 1024.0, peak_kib(service.pid()) / 1024.0);
    println!("| memory of the server before, and its peak | {idle:.0} MiB, {peak:.0} MiB |");
}

/// The most memory of a process that lay in the machine's at once, in KiB.
fn peak_kib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0)
}

/// Strangers send a file, one after the other and some at once. Where too many are in, they are told so and come again.
async fn verifies(service: &Service, name: &str, file: Vec<u8>) {
    let stranger = service.stranger();
    for at_once in [1, 2] {
        let begun = Instant::now();
        let sending = (0..TRIED).map(|_| async {
            let found =
                stranger.send(stranger.request(Method::POST, "/verifications").body(file.clone())).await;
            assert_eq!(found.expects(200)["status"], "valid");
        });
        stream::iter(sending).buffer_unordered(at_once).collect::<Vec<()>>().await;
        let each_second = TRIED as f64 / begun.elapsed().as_secs_f64();
        println!(
            "| {name} of {} KiB verified a second, {at_once} at once | {each_second:.0} |",
            file.len() / 1024
        );
    }
}

/// An auditor has all records verified anew, as many times as makes it worth a clock.
async fn verifies_anew(service: &Service, records: usize) {
    let odil = service.staff("auditor", "Odil Karim").await;
    let client = odil.client();
    let (begun, mut verified) = (Instant::now(), 0);
    while verified < TRIED.max(records) {
        let mut after = Value::Null;
        loop {
            let wanted = if after.is_null() { json!({}) } else { json!({"after": after}) };
            let judged = client.post("/audits/verifications", wanted).await.expects(200);
            let items = judged["items"].as_array().expect("a list");
            assert!(items.iter().all(|item| item["faults"] == json!([])), "{judged}");
            verified += items.len();
            after = judged["next"].clone();
            if after.is_null() {
                break;
            }
        }
    }
    let each_second = verified as f64 / begun.elapsed().as_secs_f64();
    println!("| records verified anew a second, for an auditor | {each_second:.0} |");
}

/// Proofs of the ledger, as anybody asks for them, and the walk over all of it.
async fn proves(service: &Service) {
    let stranger = service.stranger();
    let size = async || {
        let note = stranger.get("/ledger/checkpoint").await.text();
        note.lines().nth(1).and_then(|line| line.parse::<usize>().ok()).unwrap_or(0)
    };
    let whole = size().await;
    let inclusion = |number: usize| format!("inclusion?index={}&size={whole}", number * 7_919 % whole);
    let consistency = |number: usize| format!("consistency?from={}&to={whole}", number * 7_919 % whole + 1);
    let asked: [(&str, &dyn Fn(usize) -> String); 2] =
        [("inclusion", &inclusion), ("consistency", &consistency)];
    for (name, path) in asked {
        let mut took = Vec::new();
        for number in 0..TRIED {
            took.push(asks(&stranger, &format!("/ledger/proofs/{}", path(number))).await);
        }
        took.sort_by(f64::total_cmp);
        println!("| a proof of {name} among {whole} entries | p50 {:.2} ms |", percentile(&took, 50));
    }
    let data = service.data().display().to_string();
    let begun = Instant::now();
    let checked = service.runs(&["ledger", "check", "--data", &data], "");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    println!(
        "| `concord ledger check` over {whole} entries | {:.0} ms |",
        begun.elapsed().as_secs_f64() * 1000.0
    );
}

async fn asks(client: &Client, path: &str) -> f64 {
    let begun = Instant::now();
    client.get(path).await.expects(200);
    begun.elapsed().as_secs_f64() * 1000.0
}
