//! A device of a user over plain long-polling, for what only a clock that is moved by hand can show.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::app::{TestApp, TestUser};

/// Far beyond what anything takes: it ends a test that waits in vain.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connected device.
pub(super) struct TestSocket {
    client: reqwest::Client,
    url: String,
    asked: u64,
    acks: HashMap<u64, Value>,
    events: VecDeque<(String, Value)>,
}

impl TestSocket {
    /// Connects a device of this user.
    pub(super) async fn connect(app: &TestApp, user: &TestUser) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/socket.io/?EIO=4&transport=polling", app.url);
        let opened = client.get(&url).send().await.unwrap().text().await.unwrap();
        let opened: Value = serde_json::from_str(opened.strip_prefix('0').unwrap()).unwrap();
        let mut socket = Self {
            client,
            url: format!("{url}&sid={}", opened["sid"].as_str().unwrap()),
            asked: 0,
            acks: HashMap::new(),
            events: VecDeque::new(),
        };
        socket.post(&format!("40{}", json!({ "token": user.access_token }))).await;
        while !socket.poll().await {}
        socket
    }

    /// Sends an event and gives what its ack says.
    pub(super) async fn ask(&mut self, name: &str, payload: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.post(&format!("42{id}{}", json!([name, payload]))).await;
        loop {
            if let Some(answer) = self.acks.remove(&id) {
                return answer;
            }
            self.poll().await;
        }
    }

    /// Sends an event that must not be refused, and gives what its ack says.
    pub(super) async fn does(&mut self, name: &str, payload: &Value) -> Value {
        let answer = self.ask(name, payload).await;
        assert_ne!(answer["status"], "error", "{name}: {answer}");
        answer
    }

    /// Waits for the next event whose name begins with `call:`.
    pub(super) async fn hears_of_call(&mut self) -> (String, Value) {
        loop {
            while let Some((name, payload)) = self.events.pop_front() {
                if name.starts_with("call:") {
                    return (name, payload);
                }
            }
            self.poll().await;
        }
    }

    /// Ends the connection as a device does that is switched off in order.
    pub(super) async fn close(self) {
        self.post("1").await;
    }

    async fn post(&self, body: &str) {
        let sent = self.client.post(&self.url).body(body.to_owned()).send().await.unwrap();
        assert!(sent.status().is_success(), "{}", sent.status());
    }

    /// Takes in what has come; true if CONNECT was answered with it.
    async fn poll(&mut self) -> bool {
        let polled = timeout(PATIENCE, async {
            self.client.get(&self.url).send().await.unwrap().text().await.unwrap()
        });
        let mut is_connected = false;
        for packet in polled.await.expect("nothing came").split('\u{1e}') {
            match packet.split_at_checked(2) {
                Some(("40", _)) => is_connected = true,
                Some(("42", event)) => {
                    let event: Value = serde_json::from_str(event).unwrap();
                    self.events
                        .push_back((event[0].as_str().unwrap().to_owned(), event[1].clone()));
                }
                Some(("43", ack)) => {
                    let (id, answer) = ack.split_at(ack.find('[').unwrap());
                    let answer: Value = serde_json::from_str(answer).unwrap();
                    self.acks.insert(id.parse().unwrap(), answer[0].clone());
                }
                _ if packet == "2" => self.post("3").await,
                _ => panic!("{packet}"),
            }
        }
        is_connected
    }
}
