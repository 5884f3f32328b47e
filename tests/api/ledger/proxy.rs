//! A line between a client and the house on which answers are changed. Not here: which, and how.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// It ends with this value.
pub struct Proxy {
    base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Stands before a house; `change` gets each path with the answer's body.
    pub async fn before(
        house: &str,
        change: impl Fn(&str, String) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let (house, change) = (house.to_owned(), Arc::new(change));
        let task = tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let (house, change) = (house.clone(), Arc::clone(&change));
                tokio::spawn(async move { serve(line, &house, &*change).await });
            }
        });
        Self { base, task }
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }
}

async fn serve(mut line: TcpStream, house: &str, change: &(dyn Fn(&str, String) -> String + Send + Sync)) {
    let mut reader = BufReader::new(&mut line);
    let mut asked = String::new();
    reader.read_line(&mut asked).await.expect("a request");
    let mut header = String::new();
    while reader.read_line(&mut header).await.is_ok_and(|read| read > 2) {
        header.clear();
    }
    let path = asked.split(' ').nth(1).expect("a path");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.get(format!("{house}{path}")).send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body = change(path, answer.text().await.expect("a body"));
    let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    line.write_all(format!("{head}{body}").as_bytes()).await.expect("it listens");
}
