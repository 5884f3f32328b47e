//! Scenes that many tests begin from, each reached by the calls that people would make: nothing is put into a
//! database behind the service's back.

use serde_json::{Value, json};

use crate::cast::{Person, a_dispute, a_term, all_clear};
use crate::concord::{Service, Settings};

/// Amara (claimant), Bela (respondent), Noor (mediator) and Rosa (registrar), and the dispute between the first two.
pub struct Scene {
    /// The claimant.
    pub amara: Person,
    /// The respondent.
    pub bela: Person,
    /// The mediator.
    pub noor: Person,
    /// The registrar.
    pub rosa: Person,
    /// The dispute's id.
    pub dispute: String,
    /// The program; last, so that it ends after its people.
    pub service: Service,
}

impl Scene {
    /// The cast, and a draft of Amara's that nobody else knows of.
    pub async fn drafted(settings: Settings) -> Self {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let bela = service.person("Bela Roy").await;
        let noor = service.staff("mediator", "Noor Haq").await;
        let rosa = service.staff("registrar", "Rosa Lind").await;
        let draft = amara.drafts(a_dispute(&bela)).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id").to_owned();
        Self { amara, bela, noor, rosa, dispute, service }
    }

    /// Filed, and Bela is invited.
    pub async fn inviting(settings: Settings) -> Self {
        let scene = Self::drafted(settings).await;
        scene.amara.answers_safety(&scene.dispute, all_clear()).await.expects(204);
        let filed = scene.amara.files(&scene.dispute).await.expects(200);
        assert_eq!(filed["stage"], "inviting", "{filed}");
        scene
    }

    /// Bela takes part.
    pub async fn preparing(settings: Settings) -> Self {
        let scene = Self::inviting(settings).await;
        scene.bela_joins().await;
        scene
    }

    /// Bela accepts by the code from the mail.
    pub async fn bela_joins(&self) {
        let code = self.service.invitation_code(&self.bela.email).await;
        let joined = self.bela.accepts_invitation(&code).await.expects(200);
        assert_eq!(joined["state"], "joined", "{joined}");
    }

    /// Both are ready for a mediator.
    pub async fn assigning(settings: Settings) -> Self {
        let scene = Self::preparing(settings).await;
        scene.amara.prepares(&scene.dispute, None).await;
        scene.bela.prepares(&scene.dispute, Some(all_clear())).await;
        assert_eq!(scene.amara.stage(&scene.dispute).await, "assigning");
        scene
    }

    /// Noor is confirmed: people talk.
    pub async fn in_mediation(settings: Settings) -> Self {
        let scene = Self::assigning(settings).await;
        scene.noor_is_confirmed().await;
        scene
    }

    /// From *assigning* to *mediation*.
    pub async fn noor_is_confirmed(&self) {
        let proposed = self.rosa.assigns(&self.dispute, Some(&self.noor)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        self.noor.takes_on(assignment).await.expects(200);
        self.amara.approves(assignment).await.expects(200);
        self.bela.approves(assignment).await.expects(200);
        assert_eq!(self.amara.stage(&self.dispute).await, "mediation");
    }

    /// Somebody sits as a co-mediator beside Noor; with the approval of those two, whose private talk they may read says
    /// `opens`: the claimant's, the respondent's.
    pub async fn seats_co_mediator(&self, name: &str, opens: (bool, bool)) -> Person {
        let omar = self.service.staff("mediator", name).await;
        let proposed = self.rosa.assigns_beside(&self.dispute, &omar).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        omar.takes_on(assignment).await.expects(200);
        for (party, opens) in [(&self.amara, opens.0), (&self.bela, opens.1)] {
            if opens {
                party.approves_and_opens_earlier(assignment).await.expects(200);
            } else {
                party.approves(assignment).await.expects(200);
            }
        }
        omar
    }

    /// In mediation by shuttle: Amara's safety answers raised something, and the registrar took it on.
    pub async fn in_shuttle(settings: Settings) -> Self {
        let scene = Self::drafted(settings).await;
        let answers = crate::cast::an_answer("afraid", "yes");
        scene.amara.answers_safety(&scene.dispute, answers).await.expects(204);
        let filed = scene.amara.files(&scene.dispute).await.expects(200);
        assert_eq!(filed["stage"], "screening", "{filed}");
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        scene.bela_joins().await;
        scene.amara.prepares(&scene.dispute, None).await;
        scene.bela.prepares(&scene.dispute, Some(all_clear())).await;
        scene.noor_is_confirmed().await;
        scene
    }

    /// Somebody whom Amara asked sits beside her.
    pub async fn sits_beside_amara(&self, name: &str, role: &str) -> Person {
        let person = self.service.person(name).await;
        let asked = self.amara.asks_beside(&self.dispute, role, &person).await.expects(201);
        let seat = asked["id"].as_str().expect("an id");
        let seated = person.sits_beside(&self.dispute, seat).await.expects(200);
        assert_eq!((&seated["state"], &seated["side"]), (&json!("seated"), &json!("claimant")), "{seated}");
        person
    }

    /// A text is frozen; returns its digest.
    pub async fn freezes_a_text(&self) -> String {
        self.freezes_terms(json!([a_term("pays back the whole deposit", "450.00")])).await
    }

    /// These terms are frozen upon an empty agreement; returns their digest.
    pub async fn freezes_terms(&self, terms: Value) -> String {
        self.freezes_upon(0, terms).await
    }

    /// These terms are frozen upon the revision with that number; returns their digest.
    async fn freezes_upon(&self, base: u64, terms: Value) -> String {
        let revision = self.noor.revises(&self.dispute, base, terms).await.expects(201);
        let digest = revision["digest"].as_str().expect("a digest").to_owned();
        self.amara.finds_ready(&self.dispute, &digest).await.expects(200);
        self.bela.finds_ready(&self.dispute, &digest).await.expects(200);
        self.noor.freezes(&self.dispute, &digest).await.expects(200);
        digest
    }

    /// A text is frozen and both gave up the time to think; returns its digest.
    pub async fn ready_to_sign(&self) -> String {
        let digest = self.freezes_a_text().await;
        self.nobody_waits(digest).await
    }

    /// The same with these terms, upon the revision with that number.
    pub async fn revised_and_ready(&self, base: u64, terms: Value) -> String {
        let digest = self.freezes_upon(base, terms).await;
        self.nobody_waits(digest).await
    }

    async fn nobody_waits(&self, digest: String) -> String {
        self.amara.waives(&self.dispute, &digest).await.expects(201);
        self.bela.waives(&self.dispute, &digest).await.expects(201);
        digest
    }

    /// Signed, attested, sealed.
    pub async fn settles(&self) {
        let digest = self.ready_to_sign().await;
        self.amara.signs(&self.dispute, &digest).await.expects(201);
        self.bela.signs(&self.dispute, &digest).await.expects(201);
        self.noor.attests(&self.dispute, &digest).await.expects(201);
        assert_eq!(self.amara.stage(&self.dispute).await, "settled");
    }
}
