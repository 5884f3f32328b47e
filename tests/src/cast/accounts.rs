//! Making accounts, confirming addresses, signing in and out.

use std::sync::Mutex;

use serde_json::json;

use super::Person;
use crate::answer::Answer;
use crate::concord::Service;
use crate::totp::Device;

/// A password as the service wants it: 15 characters or more, not among the common ones.
const PASSPHRASE: &str = "copper lantern";

impl Person {
    /// Signs up with the address and password that they have.
    pub async fn signs_up(&self) -> Answer {
        let body =
            json!({"email": self.email, "password": self.password, "name": self.name, "language": "en"});
        self.client().post("/accounts", body).await
    }

    /// Confirms the address with the code from the mail.
    pub async fn confirms(&self, code: &str) -> Answer {
        self.client().post("/confirmations", json!({"code": code})).await
    }

    /// Tries to sign in, with a code of the second factor where there is one.
    pub async fn tries_to_sign_in(&self) -> Answer {
        let mut body = json!({"email": self.email, "password": self.password});
        if let Some(device) = &self.device {
            body["totp"] = device.code().await.into();
        }
        self.client().post("/sessions", body).await
    }

    /// Signs in and goes on with the new session.
    pub async fn signs_in(&self) {
        let tokens = self.tries_to_sign_in().await.expects(200);
        self.takes_tokens(&tokens);
    }

    /// Signs in on a page, as a browser without scripts does, and returns the client that has the cookie.
    pub async fn signs_in_on_a_page(&self) -> crate::client::Client {
        let visitor = self.client().visitor();
        let form = visitor.send(visitor.page(reqwest::Method::GET, "/sign-in")).await.text();
        let csrf = form.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let mut fields = vec![("csrf", csrf.unwrap_or_default().to_owned()), ("next", String::new())];
        fields.push(("email", self.email.clone()));
        fields.push(("password", self.password.clone()));
        fields.push((
            "totp",
            match &self.device {
                Some(device) => device.code().await,
                None => String::new(),
            },
        ));
        let request =
            visitor.page(reqwest::Method::POST, "/sign-in").header("origin", visitor.base()).form(&fields);
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, 200, "{}: {}", answer.call, answer.text());
        visitor
    }

    /// Goes on with these tokens.
    pub fn takes_tokens(&self, tokens: &serde_json::Value) {
        let access = tokens["access_token"].as_str().expect("an access token");
        let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
        let mut client = self.client.lock().expect("nobody died while signing in");
        *client = client.with_token(access);
        *self.refresh_token.lock().expect("nobody died while signing in") = refresh.to_owned();
    }

    /// The refresh token of the last sign-in.
    pub fn refresh_token(&self) -> String {
        self.refresh_token.lock().expect("nobody died while signing in").clone()
    }

    /// Ends the session of the last sign-in.
    pub async fn signs_out(&self) -> Answer {
        self.client().delete("/sessions/current").await
    }
}

impl Service {
    /// Somebody without an account, whose address is `first name @example.org`.
    pub fn newcomer(&self, name: &str) -> Person {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        Person {
            name: name.to_owned(),
            email: format!("{first}@example.org"),
            password: format!("{PASSPHRASE} {first} river"),
            id: None,
            device: None,
            client: Mutex::new(self.stranger()),
            refresh_token: Mutex::new(String::new()),
        }
    }

    /// Somebody who signed up, confirmed the address and signed in.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.newcomer(name);
        person.signs_up().await.expects(202);
        let code = self.confirmation_code(&person.email).await;
        person.confirms(&code).await.expects(204);
        person.signs_in().await;
        person
    }

    /// The code in the newest confirmation mail to an address.
    pub async fn confirmation_code(&self, email: &str) -> String {
        const BEFORE: &str = "/confirmations?code=";
        let letter = self.letters().wait_for(email, |letter| letter.code_after(BEFORE).is_some()).await;
        let code = letter.code_after(BEFORE).expect("the mail that was waited for has it");
        self.said().hears(&json!({"code": code}));
        code
    }

    /// The code in the newest invitation to an address.
    pub async fn invitation_code(&self, email: &str) -> String {
        const BEFORE: &str = "/invitations/";
        let letter = self.letters().wait_for(email, |letter| letter.code_after(BEFORE).is_some()).await;
        let code = letter.code_after(BEFORE).expect("the mail that was waited for has it");
        self.said().hears(&json!({"code": code}));
        code
    }

    /// The code in the newest mail by which somebody is asked to certify.
    pub async fn certifying_code(&self, email: &str) -> String {
        const BEFORE: &str = "/certifications/codes/";
        let letter = self.letters().wait_for(email, |letter| letter.code_after(BEFORE).is_some()).await;
        let code = letter.code_after(BEFORE).expect("the mail that was waited for has it");
        self.said().hears(&json!({"code": code}));
        code
    }

    /// Somebody of the house, made by `account add` beside the running service, and signed in.
    pub async fn staff(&self, role: &str, name: &str) -> Person {
        let person = self.house_account(role, name, &[]);
        person.signs_in().await;
        person
    }

    /// Runs `account add` and returns whom it made, not yet signed in.
    pub fn house_account(&self, role: &str, name: &str, more: &[&str]) -> Person {
        let mut person = self.newcomer(name);
        let data = self.data().display().to_string();
        let mut arguments = vec!["account", "add", "--data", &data, "--role", role, "--email", &person.email];
        arguments.extend(["--name", name, "--password-stdin"]);
        arguments.extend(more);
        let output = self.runs(&arguments, &format!("{}\n", person.password));
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "account add failed: {out}{err}");
        let line = |start: &str| {
            let found = out.lines().find_map(|line| line.strip_prefix(start));
            found.unwrap_or_else(|| panic!("account add printed no `{start}`: {out}")).trim().to_owned()
        };
        assert_eq!(out.lines().count(), 2, "stdout holds two lines alone: {out}");
        let secret = line("totp_secret:");
        self.said().hears(&json!({"totp_secret": secret}));
        person.id = Some(line("id:"));
        person.device = Some(Device::new(&secret));
        person
    }
}
