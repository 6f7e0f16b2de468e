//! A server of its own for each test, users on it, and a small HTTP client.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use salala_core::{ManualClock, SystemRandom, Timestamp};
use salala_server::config::{Config, Secret};
use salala_server::data_dir::DataDir;
use salala_server::revocations::Revocations;
use salala_server::serve::{Parts, Server};
use salala_store::Store;
use salala_store::postgres::{DatabaseUrl, PostgresOptions, PostgresStore};
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use serde_json::{Value, json};

use super::place::Place;

/// Signs the tokens of every [`TestApp`].
pub(super) const SECRET: &str = "a secret that only tests know";

/// The password of every [`TestUser`].
pub(super) const PASSWORD: &str = "correct horse";

/// A running server. Its clock stands still until it is moved.
pub(super) struct TestApp {
    pub(super) url: String,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Arc<dyn Store>,
    server: Server,
    client: reqwest::Client,
    place: Place,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(super) struct TestUser {
    pub(super) id: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
}

/// A request on its way.
pub(super) struct Call(reqwest::RequestBuilder);

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl TestApp {
    /// A server as it is without configuration.
    pub(super) fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// A server whose configuration is changed first.
    pub(super) fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let place = Place::new();
        let data_dir = DataDir::open(place.path()).unwrap();
        let store = open_store(&place, &data_dir);
        let mut config = Config {
            host: Some([127, 0, 0, 1].into()),
            port: 0,
            data_dir: place.path().to_owned(),
            ..Config::default()
        };
        configure(&mut config);
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_ms(1_795_376_634_491)));
        let server = Server::start(Parts {
            config,
            jwt_secret: Secret::parse(SECRET).unwrap(),
            store: Arc::clone(&store),
            is_first_server: true,
            revocations: Revocations::of(&data_dir),
            clock: Arc::<ManualClock>::clone(&clock),
            random: Arc::new(SystemRandom),
        })
        .unwrap();
        let url = format!("http://{}", server.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { url, clock, store, server, client, place }
    }

    /// Where it keeps what no database holds.
    pub(super) fn data_dir(&self) -> &std::path::Path {
        self.place.path()
    }

    /// Where it listens, as `host:port`.
    pub(super) fn authority(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Stops, and fails if work was left.
    pub(super) async fn stop(self) {
        assert!(self.server.stop().await, "the server did not stop in order");
    }

    /// A request to the API; `path` begins after `/api/v1`.
    pub(super) fn call(&self, method: Method, path: &str) -> Call {
        self.call_outside(method, &format!("/api/v1{path}"))
    }

    /// A request to any path.
    pub(super) fn call_outside(&self, method: Method, path: &str) -> Call {
        Call(self.client.request(method, format!("{}{path}", self.url)))
    }

    pub(super) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    pub(super) fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    pub(super) fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub(super) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Registers a user of this name.
    pub(super) async fn user(&self, name: &str) -> TestUser {
        let body = json!({
            "username": name,
            "email": format!("{name}@example.org"),
            "password": PASSWORD,
        });
        let answer = self.post("/auth/register", &body).send().await;
        TestUser::of(&answer.expect(StatusCode::CREATED))
    }

    /// Signs a user in once more.
    pub(super) async fn login(&self, name: &str, password: &str) -> Answer {
        self.post("/auth/login", &json!({ "email": name, "password": password })).send().await
    }

    /// A conversation of two; its id.
    pub(super) async fn direct(&self, one: &TestUser, other: &TestUser) -> String {
        let body = json!({ "userId": other.id });
        let answer = self.post("/conversations/direct", &body).by(one).send().await;
        answer.expect(StatusCode::CREATED)["id"].as_str().unwrap().to_owned()
    }

    /// A group; its id.
    pub(super) async fn group(&self, owner: &TestUser, others: &[&TestUser]) -> String {
        let ids: Vec<_> = others.iter().map(|user| &user.id).collect();
        let body = json!({ "name": "Team", "participantIds": ids });
        let answer = self.post("/conversations/groups", &body).by(owner).send().await;
        answer.expect(StatusCode::CREATED)["id"].as_str().unwrap().to_owned()
    }

    /// A message; the answer's body.
    pub(super) async fn message(
        &self,
        by: &TestUser,
        conversation_id: &str,
        content: &str,
    ) -> Value {
        let path = format!("/conversations/{conversation_id}/messages");
        let answer = self.post(&path, &json!({ "content": content })).by(by).send().await;
        answer.expect(StatusCode::CREATED)
    }
}

impl TestUser {
    /// Who is signed in by this answer.
    pub(super) fn of(signed_in: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            id: text(&signed_in["user"]["id"]),
            access_token: text(&signed_in["accessToken"]),
            refresh_token: text(&signed_in["refreshToken"]),
        }
    }
}

impl Call {
    pub(super) fn by(self, user: &TestUser) -> Self {
        self.bearer(&user.access_token)
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).unwrap();
        Self(self.0.header(name, HeaderValue::try_from(value).unwrap()))
    }

    pub(super) fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    pub(super) fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.header("content-type", content_type).0.body(body))
    }

    pub(super) async fn send(self) -> Answer {
        let response = self.0.timeout(Duration::from_secs(20)).send().await.unwrap();
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }
}

impl Answer {
    /// The body, after the status was checked.
    #[track_caller]
    pub(super) fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        match self.text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap(),
        }
    }

    /// Checks that this is a problem document of this status and code, and gives it.
    #[track_caller]
    pub(super) fn expect_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code, "{}", self.text);
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{}", self.text);
        problem
    }

    /// Checks that this refuses the fields at these paths, and no others.
    #[track_caller]
    pub(super) fn expect_invalid(&self, paths: &[&str]) {
        let problem = self.expect_problem(422, "invalid_payload");
        let errors = problem["errors"].as_array().unwrap();
        let found: Vec<_> = errors.iter().map(|error| error["path"].as_str().unwrap()).collect();
        assert_eq!(found, paths, "{}", self.text);
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` line of a cookie.
    pub(super) fn set_cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all("set-cookie").iter();
        lines.map(|line| line.to_str().unwrap()).find(|line| line.starts_with(&format!("{name}=")))
    }

    /// The value that a cookie was set to.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.set_cookie(name)?.split([';', '=']).nth(1)
    }
}

fn open_store(place: &Place, folder: &DataDir) -> Arc<dyn Store> {
    let Some(url) = place.database_url() else {
        return Arc::new(SqliteStore::open(SqliteOptions::at(folder.database())).unwrap());
    };
    let options = PostgresOptions::at(DatabaseUrl::parse(&url).unwrap());
    Arc::new(PostgresStore::open(options).unwrap())
}

/// The names of an object's fields, sorted.
#[track_caller]
pub(super) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
