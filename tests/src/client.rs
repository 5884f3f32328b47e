//! A client of the JSON API, written from the interface's section of the design alone. It knows paths, methods and
//! the bearer token; what the calls mean is the cast's.

use reqwest::Method;
use serde_json::Value;

use crate::answer::Answer;
use crate::said::Said;

/// A client, perhaps signed in. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    said: Said,
    token: Option<String>,
}

impl Client {
    /// A stranger to the service at `base`, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str, said: Said) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(60))
            // A server closes what was idle for five seconds: a request must not go out at that moment.
            .pool_idle_timeout(std::time::Duration::from_secs(2))
            .build()
            .expect("an HTTP client");
        Self { http, base: base.to_owned(), said, token: None }
    }

    /// The same client with another access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The access token, where there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The service's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The URL of a path: under `/api/v1`, but for what lies at the root.
    pub fn url(&self, path: &str) -> String {
        let at_root = ["/health", "/.well-known", "/api/"].iter().any(|start| path.starts_with(start));
        let prefix = if at_root { "" } else { "/api/v1" };
        format!("{}{prefix}{path}", self.base)
    }

    /// A request to be completed by the caller: further headers, a form, a raw body.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.at(method, &self.url(path))
    }

    /// The same for a page, which lies outside `/api/v1`.
    pub fn page(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.at(method, &format!("{}{path}", self.base))
    }

    fn at(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer; a broken line is an error.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = request.build()?;
        let call = format!("{} {}", request.method(), request.url().path());
        let response = self.http.execute(request).await?;
        Ok(Answer {
            call,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.bytes().await?.to_vec(),
        })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.expect("the service answers")
    }

    /// Sends a JSON body.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.said.hears(body);
        let answer = self.send(self.request(method, path).json(body)).await;
        self.said.hears(&tokens(&answer));
        answer
    }

    /// A page with a cookie jar of its own, for what only pages show.
    pub fn visitor(&self) -> Self {
        let http = reqwest::Client::builder().no_proxy().cookie_store(true).build().expect("an HTTP client");
        Self { http, token: None, ..self.clone() }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &body).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, &body).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, &body).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }
}

/// Tokens that an answer gave out: they may not stand in a log either.
fn tokens(answer: &Answer) -> Value {
    let body = answer.json();
    serde_json::json!({"access_token": body["access_token"], "refresh_token": body["refresh_token"]})
}
