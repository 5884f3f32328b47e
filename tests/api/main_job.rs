//! The main job as the interface's worked example has it, call by call and with the defaults: from a sign-up to a
//! record in two mailboxes that others' tools accept. Not here: what is refused on the way (`rules`), nor the room
//! under load or faults.

use serde_json::{Value, json};
use tests::cast::{Person, a_dispute, a_term, all_clear};
use tests::concord::Service;
use tests::on_both;
use tests::papers::Papers;
use tests::socket::{Socket, entry_id, message};

on_both! {
    async fn a_dispute_goes_from_filing_to_a_record_in_two_mailboxes(settings: Settings) {
        let service = settings.start().await;
        let people = People {
            amara: service.person("Amara Sen").await,
            bela: service.person("Bela Roy").await,
            noor: service.staff("mediator", "Noor Haq").await,
            rosa: service.staff("registrar", "Rosa Lind").await,
        };
        let dispute = people.file_and_invite(&service).await;
        people.prepare(&dispute).await;
        people.assign(&dispute).await;
        people.talk(&dispute).await;
        let digest = people.agree(&dispute).await;
        people.sign(&dispute, &digest).await;
        people.read_the_record(&service, &dispute, &digest).await;
        people.an_auditor_finds_it(&service, &dispute).await;
    }
}

struct People {
    amara: Person,
    bela: Person,
    noor: Person,
    rosa: Person,
}

impl People {
    async fn file_and_invite(&self, service: &Service) -> String {
        let (amara, bela) = (&self.amara, &self.bela);
        let draft = amara.drafts(a_dispute(bela)).await.expects(201);
        assert_eq!(draft["stage"], "draft");
        assert!(draft["version"].is_number(), "{draft}");
        assert!(draft["actions"].is_array(), "{draft}");
        let dispute = draft["id"].as_str().expect("an id").to_owned();

        amara.answers_safety(&dispute, all_clear()).await.expects(204);
        let filed = amara.files(&dispute).await.expects(200);
        assert_eq!(filed["stage"], "inviting", "{filed}");
        assert_is_reference(filed["reference"].as_str().unwrap_or_default());

        let code = service.invitation_code(&bela.email).await;
        let shown = bela.reads_invitation(&code).await.expects(200);
        assert_eq!(shown["category"], "tenancy");
        assert!(shown["from"].to_string().contains("Amara Sen"), "{shown}");
        for field in ["institution", "what_it_means", "expires_at"] {
            assert!(!shown[field].is_null(), "the invitation shows `{field}`: {shown}");
        }
        let statement = "the deposit was never paid back";
        assert!(
            !shown.to_string().contains(statement),
            "an invitation holds no text of the claimant: {shown}"
        );

        let joined = bela.accepts_invitation(&code).await.expects(200);
        assert_eq!(joined, json!({"dispute_id": dispute, "state": "joined"}));
        assert_eq!(bela.stage(&dispute).await, "preparing");
        dispute
    }

    async fn prepare(&self, dispute: &str) {
        self.bela.answers_safety(dispute, all_clear()).await.expects(204);
        for person in [&self.amara, &self.bela] {
            let path = format!("/disputes/{dispute}/consents");
            let shown =
                person.client().get(&format!("{path}/agreement-to-mediate?language=en")).await.expects(200);
            assert!(shown["text"].as_str().is_some_and(|text| text.len() > 500), "the whole text: {shown}");
            assert_eq!(shown["version"], 1);
            let body = json!({"document": "agreement-to-mediate", "version": 1, "language": "en"});
            person.client().post(&path, body).await.expects(201);
            person.is_ready_for(dispute, "mediation").await.expects(200);
        }
        assert_eq!(self.amara.stage(dispute).await, "assigning");
    }

    async fn assign(&self, dispute: &str) {
        let listed = self.rosa.client().get(&format!("/mediators?dispute={dispute}")).await.expects(200);
        let first = &listed["items"][0];
        assert_eq!(first["id"].as_str(), self.noor.id.as_deref(), "{listed}");
        assert!(
            first["name"].is_string() && first["score"].is_number() && first["reasons"].is_array(),
            "{listed}"
        );

        let proposed = self.rosa.assigns(dispute, Some(&self.noor)).await.expects(201);
        assert_eq!(proposed["state"], "proposed");
        let assignment = proposed["id"].as_str().expect("an id");
        assert_eq!(self.noor.takes_on(assignment).await.expects(200)["state"], "accepted");
        assert_eq!(self.amara.approves(assignment).await.expects(200)["state"], "accepted");
        assert_eq!(self.bela.approves(assignment).await.expects(200)["state"], "confirmed");
        for person in [&self.amara, &self.bela, &self.noor] {
            assert_eq!(person.stage(dispute).await, "mediation");
        }
    }

    async fn talk(&self, dispute: &str) {
        let room = self.amara.looks_into_room(dispute).await.expects(200);
        let channels = room["channels"].as_array().expect("channels");
        let joint = channels.iter().find(|channel| channel["name"] == "joint").expect("a joint session");
        assert_eq!(joint["may_post"], true);
        assert!(joint["last_seq"].is_number() && room["people"].is_array(), "{room}");
        assert!(!room["audience_digest"].is_null(), "{room}");

        // By the plain door: the same id twice is one entry with one number.
        let id = entry_id();
        let first =
            self.amara.posts(dispute, "joint", &id, message("Good morning to you both")).await.expects(201);
        let again =
            self.amara.posts(dispute, "joint", &id, message("Good morning to you both")).await.expects(200);
        assert_eq!(first["seq"], again["seq"]);

        // By the socket: what was said before comes first, then what is said now.
        let (mut ear, welcome) = Socket::enters(&self.bela.client(), dispute, json!({"joint": 0})).await;
        assert!(
            !welcome["you"].is_null() && welcome["channels"].is_array() && !welcome["server_time"].is_null()
        );
        let heard = ear.hears_text("Good morning to you both").await;
        assert_eq!((&heard["seq"], &heard["id"]), (&first["seq"], &json!(id)));
        let (mut mouth, _) = Socket::enters(&self.noor.client(), dispute, json!({})).await;
        let posted = mouth.posts("joint", "Welcome, and thank you for coming").await;
        assert_eq!((&posted["t"], &posted["channel"]), (&json!("posted"), &json!("joint")), "{posted}");
        assert!(!posted["at"].is_null(), "{posted}");
        let heard = ear.hears_text("Welcome, and thank you for coming").await;
        assert_eq!(heard["seq"], posted["seq"]);

        // A caucus of one side with the mediator.
        let aside = ear.posts("caucus-respondent", "Between you and me, I could pay at once").await;
        assert_eq!(aside["t"], "posted", "{aside}");
        let heard = mouth.hears_text("Between you and me, I could pay at once").await;
        assert_eq!(heard["channel"], "caucus-respondent");

        // An offer, and its acceptance.
        let offer = entry_id();
        let terms = json!([a_term("pays back the deposit", "450.00")]);
        let body = json!({"kind": "offer", "terms": terms, "expires_at": "2027-01-15T12:00:00Z"});
        self.bela.posts(dispute, "joint", &offer, body).await.expects(201);
        let answer = json!({"kind": "offer_accepted", "offer": offer});
        self.amara.posts(dispute, "joint", &entry_id(), answer).await.expects(201);

        let page = self.amara.reads_channel(dispute, "joint", 0).await.expects(200);
        let items = page["items"].as_array().expect("items");
        let numbers: Vec<u64> = items.iter().filter_map(|item| item["seq"].as_u64()).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "numbered 1, 2, 3 …: {page}");
        assert!(items.iter().any(|item| item["body"]["kind"] == "offer_accepted"), "{page}");
        ear.leaves().await;
        mouth.leaves().await;
    }

    /// The mediator writes the text, both find it ready, it is frozen, both give up the time to think.
    async fn agree(&self, dispute: &str) -> String {
        let standing = self.noor.reads_agreement(dispute).await.expects(200);
        let base = standing["revision"].as_u64().unwrap_or(0);
        let terms = json!([a_term("pays back the deposit", "450.00")]);
        let revised = self.noor.revises(dispute, base, terms).await.expects(201);
        assert_eq!(revised["revision"], base + 1, "{revised}");
        let digest = revised["digest"].as_str().expect("a digest").to_owned();
        assert!(digest.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64), "{digest}");
        for person in [&self.amara, &self.bela] {
            person.finds_ready(dispute, &digest).await.expects(200);
        }
        self.noor.freezes(dispute, &digest).await.expects(200);
        for person in [&self.amara, &self.bela] {
            person.waives(dispute, &digest).await.expects(201);
        }
        digest
    }

    async fn sign(&self, dispute: &str, digest: &str) {
        self.amara.wants_delivery(dispute, json!({"by": "attachment"})).await.expects(204);
        self.amara.signs(dispute, digest).await.expects(201);
        self.bela.signs(dispute, digest).await.expects(201);
        assert_ne!(self.amara.stage(dispute).await, "settled", "not before the mediator has attested");
        self.noor.attests(dispute, digest).await.expects(201);
        for person in [&self.amara, &self.bela, &self.noor] {
            assert_eq!(person.stage(dispute).await, "settled");
        }
    }

    async fn read_the_record(&self, service: &Service, dispute: &str, digest: &str) {
        let own = self.amara.reads_settlement(dispute).await.expects(200);
        let id = own["id"].as_str().expect("an id");
        assert!(own["digest"].as_str().is_some_and(|text| text.starts_with("sha256:")), "{own}");
        assert!(!own["sealed_at"].is_null(), "{own}");

        let client = self.amara.client();
        let jws = client.get(&format!("/settlements/{id}/record.jws")).await;
        assert_eq!(jws.header("content-type"), Some("application/jose"));
        let jws_text = jws.text();
        jws.expects(200);
        let pdf = client.get(&format!("/settlements/{id}/record.pdf")).await;
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        let pdf_bytes = pdf.bytes.clone();
        pdf.expects(200);
        let keys = service.stranger().get("/.well-known/jwks.json").await.text();

        let papers = Papers::new(&pdf_bytes, &jws_text, &keys);
        others_accept(&papers, &own, digest);
        ours_agrees(service, &papers, &own).await;
        for person in [&self.amara, &self.bela] {
            let letters = service.letters();
            let letter =
                letters.wait_for(&person.email, |letter| letter.attachment("record.pdf").is_some()).await;
            assert_eq!(
                letter.attachment("record.pdf"),
                Some(pdf_bytes.as_slice()),
                "the same file to {}",
                person.name
            );
            assert!(!letter.text.is_empty() && !letter.html.is_empty(), "text and HTML");
        }
        let delivered =
            || async { self.bela.reads_settlement(dispute).await.expects(200)["deliveries"].clone() };
        tests::until("the delivery is recorded", async || delivered().await[0]["state"] == "sent").await;
        assert_eq!(
            delivered().await.as_array().map(Vec::len),
            Some(1),
            "a party sees its own delivery alone"
        );
    }

    async fn an_auditor_finds_it(&self, service: &Service, dispute: &str) {
        let odil = service.staff("auditor", "Odil Karim").await;
        let own = self.amara.reads_settlement(dispute).await.expects(200);
        let listed = odil.client().get("/settlements?category=tenancy").await.expects(200);
        let items = listed["items"].as_array().expect("items");
        assert_eq!(items.len(), 1, "{listed}");
        assert_eq!(items[0]["id"], own["id"]);
        // Both parties allowed it when they signed, so the auditor reads the record itself.
        let id = own["id"].as_str().expect("an id");
        odil.client().get(&format!("/settlements/{id}/record.jws")).await.expects(200);
    }
}

/// qpdf, pikepdf, poppler, pyHanko and jwcrypto each look at the record.
fn others_accept(papers: &Papers, own: &Value, digest: &str) {
    papers.is_archival();
    let report = papers.signature_report();
    assert!(report.contains("Signature Validation: Signature is Valid."), "{report}");
    assert!(report.contains("Total document signed"), "{report}");
    assert!(report.contains("ETSI.CAdES.detached"), "{report}");

    let text = papers.text();
    for words in ["Amara Sen", "Bela Roy", "Noor Haq", "pays back the deposit", "450.00"] {
        assert!(text.contains(words), "the PDF shows `{words}`: {text}");
    }

    let found = papers.found_by_others();
    assert_eq!(found["pdf_coverage"], "ENTIRE_FILE", "{found}");
    assert_eq!(
        found["attached"].as_array().map(Vec::len),
        Some(1),
        "the JSON is attached to the PDF: {found}"
    );
    let payload_digest = format!("sha256:{}", found["payload_sha256"].as_str().expect("a digest"));
    assert_eq!(own["digest"], payload_digest, "the settlement's digest is the payload's");
    let compact: String = text.split_whitespace().collect();
    let hex = digest.trim_start_matches("sha256:");
    let own_hex = payload_digest.trim_start_matches("sha256:");
    assert!(compact.contains(hex) || compact.contains(own_hex), "the PDF shows the digest: {text}");

    let record = &found["record"];
    let whole = record.to_string();
    assert!(whole.contains(digest), "each signature carries the digest that was signed: {record}");
    assert!(whole.contains("\"450.00\""), "amounts are decimal strings: {record}");
    assert!(record["salt"].as_str().is_some_and(|salt| salt.len() >= 22), "128 bits of salt: {record}");
    assert_eq!(
        papers.attached_json(),
        serde_json::to_vec(record).expect("the same JSON"),
        "pdfdetach finds it too"
    );
}

/// `concord verify` and `POST /verifications` say valid, and altered of a single flipped or appended byte.
async fn ours_agrees(service: &Service, papers: &Papers, own: &Value) {
    let stranger = service.stranger();
    let verify = async |bytes: Vec<u8>, name: &str| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = stranger.request(reqwest::Method::POST, "/verifications").multipart(form);
        stranger.send(request).await.expects(200)
    };
    let keys = papers.file("keys.json").display().to_string();
    let exit_code = |path: &std::path::Path| {
        service.runs(&["verify", &path.display().to_string(), "--keys", &keys], "").status.code()
    };
    for name in ["record.pdf", "record.jws"] {
        let whole = std::fs::read(papers.file(name)).expect("the file");
        let answer = verify(whole.clone(), name).await;
        assert_eq!(answer["status"], "valid", "{name}: {answer}");
        assert_eq!(answer["sealed_at"], own["sealed_at"], "{name}: {answer}");
        assert!(!answer.to_string().contains("deposit"), "verification shows no terms: {answer}");
        assert_eq!(exit_code(&papers.file(name)), Some(0), "{name}");

        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
        let mut longer = whole;
        longer.push(b'A');
        for (what, bytes) in [("flipped", flipped), ("longer", longer)] {
            let answer = verify(bytes.clone(), name).await;
            assert_eq!(answer["status"], "altered", "{what} {name}: {answer}");
            assert_eq!(exit_code(&papers.lays(&format!("{what}-{name}"), &bytes)), Some(1), "{what} {name}");
        }
    }
    assert_eq!(verify(b"something else altogether".to_vec(), "letter.txt").await["status"], "unknown");
}

/// `CD-` and twice four letters or digits.
fn assert_is_reference(text: &str) {
    let parts: Vec<&str> = text.split('-').collect();
    let block = |part: &str| {
        part.len() == 4 && part.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
    };
    assert!(
        parts.len() == 3 && parts[0] == "CD" && block(parts[1]) && block(parts[2]),
        "`{text}` is no reference"
    );
}
