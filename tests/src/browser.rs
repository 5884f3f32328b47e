//! A browser without scripts: it keeps cookies, follows redirects, and sends the forms of pages with the token that
//! stands in them. What pages show is for the tests to read. Deliberately not here: how anything looks.

use reqwest::Method;
use reqwest::multipart::Form;

use crate::answer::Answer;
use crate::cast::Person;
use crate::client::Client;
use crate::concord::Service;

/// One browser with its cookies.
pub struct Browser {
    client: Client,
}

impl Browser {
    /// One in which nobody is signed in.
    pub fn of_a_stranger(service: &Service) -> Self {
        Self { client: service.stranger().visitor() }
    }

    /// One in which this person has signed in.
    pub async fn of(person: &Person) -> Self {
        Self { client: person.signs_in_on_a_page().await }
    }

    /// Opens a page.
    pub async fn opens(&self, path: &str) -> Answer {
        let request = self.client.page(Method::GET, path).header("accept", "text/html");
        self.client.send(request).await
    }

    /// The text of a page that must be there.
    pub async fn reads(&self, path: &str) -> String {
        let answer = self.opens(path).await;
        assert_eq!(answer.status, 200, "{}: {}", answer.call, answer.text());
        answer.text()
    }

    /// Sends the form that posts to `to`, out of the page at `from`.
    pub async fn sends(&self, from: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.opens(from).await.text();
        self.posts(to, &with_hidden(&page, to, fields)).await
    }

    /// Sends a form without fields that stands on no page of theirs.
    pub async fn presses(&self, to: &str) -> Answer {
        let page = self.reads("/account").await;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        self.posts(to, &[("csrf".to_owned(), csrf.expect("a token").to_owned())]).await
    }

    /// Posts these fields and no others.
    pub async fn posts(&self, to: &str, fields: &[(String, String)]) -> Answer {
        let request = self.client.page(Method::POST, to).header("origin", self.client.base());
        self.client.send(request.header("accept", "text/html").form(fields)).await
    }

    /// Sends the form with a file that posts to `to`, out of the page at `from`.
    pub async fn uploads(&self, from: &str, to: &str, name: &str, bytes: &[u8]) -> Answer {
        self.uploads_with(from, to, name, bytes, &[]).await
    }

    /// The same with what is typed beside the file.
    pub async fn uploads_with(
        &self,
        from: &str,
        to: &str,
        name: &str,
        bytes: &[u8],
        typed: &[(&str, &str)],
    ) -> Answer {
        let page = self.opens(from).await.text();
        let mut form = Form::new();
        for (field, value) in with_hidden(&page, to, typed) {
            form = form.text(field, value);
        }
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let request = self.client.page(Method::POST, to).header("origin", self.client.base());
        self.client.send(request.header("accept", "text/html").multipart(form.part("file", part))).await
    }
}

/// The hidden fields of the form that posts to `to`, and what is typed into it.
pub fn with_hidden(page: &str, to: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let action = format!("action=\"{to}\"");
    let form = page.split("<form").find(|form| form.contains(&action));
    let form = form.unwrap_or_else(|| panic!("no form for {to} in {page}"));
    let form = form.split("</form>").next().unwrap_or_default();
    let hidden = form.split("<input type=\"hidden\"").skip(1).map(|input| {
        let tag = input.split('>').next().unwrap_or_default();
        (attribute(tag, "name"), attribute(tag, "value"))
    });
    let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    hidden.chain(typed).collect()
}

fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().to_owned()
}
