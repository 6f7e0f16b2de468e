//! The users and conversations that a case needs, made over HTTP as any client would.

use std::net::SocketAddr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::error::BenchError;

/// Requests under way at once. Registering costs the server a password hash, a tenth of a second of
/// one processor or so; more at once would only wait there.
const REQUESTS_AT_ONCE: usize = 4;

/// Messages under way at once.
const SENDS_AT_ONCE: usize = 32;

/// As many as a server lets a user have.
const DEVICES_PER_USER: usize = 20;

/// Members that are named in one request, so that its body stays small.
const MEMBERS_PER_REQUEST: usize = 500;

/// What a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathering {
    /// Nobody: the server knows no users.
    Nobody,
    /// Users, each in direct conversations with `acquaintances` others (an even number).
    Crowd {
        /// How many.
        users: usize,
        /// How many others each of them knows.
        acquaintances: usize,
    },
    /// Twice as many users; each pair has a direct conversation.
    Pairs(usize),
    /// Users who are the members of one group.
    Group(usize),
    /// The same as pairs, with devices that are pushed to.
    WithDevices {
        /// How many pairs.
        pairs: usize,
        /// Devices of each of their users.
        devices: usize,
        /// Devices of users who talk to nobody.
        others: usize,
    },
}

/// Who was made. Tokens are valid for as long as the server lets them, a day by default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct People {
    /// The users.
    pub users: Vec<User>,
    /// The conversations in which they write: one for each pair (users 2n and 2n + 1), or the
    /// group's.
    pub conversations: Vec<String>,
}

/// A registered user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The user's id.
    pub id: String,
    /// An access token.
    pub token: String,
}

impl Gathering {
    /// A name for it, to keep what was made.
    pub fn key(self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::Crowd { users, acquaintances } => format!("crowd-{users}-{acquaintances}"),
            Self::Pairs(pairs) => format!("pairs-{pairs}"),
            Self::Group(members) => format!("group-{members}"),
            Self::WithDevices { pairs, devices, others } => {
                format!("devices-{pairs}-{devices}-{others}")
            }
        }
    }

    /// Makes it on the server at `address`. `run_id` keeps names apart from those of earlier runs.
    pub async fn make(self, address: SocketAddr, run_id: &str) -> Result<People, BenchError> {
        let api = Api { http: reqwest::Client::new(), base: format!("http://{address}/api/v1") };
        match self {
            Self::Nobody => Ok(People::default()),
            Self::Crowd { users, acquaintances } => {
                let users = api.register(users, run_id).await?;
                let count = users.len();
                let pairs = (1..=acquaintances / 2)
                    .flat_map(|apart| (0..count).map(move |user| (user, (user + apart) % count)));
                api.open_direct(&users, pairs.collect()).await?;
                Ok(People { users, conversations: Vec::new() })
            }
            Self::Pairs(pairs) => {
                let users = api.register(2 * pairs, run_id).await?;
                let pairs = (0..pairs).map(|pair| (2 * pair, 2 * pair + 1)).collect();
                let conversations = api.open_direct(&users, pairs).await?;
                Ok(People { users, conversations })
            }
            Self::WithDevices { pairs, devices, others } => {
                let bystanders = others.div_ceil(DEVICES_PER_USER);
                let mut users = api.register(2 * pairs + bystanders, run_id).await?;
                let silent = users.split_off(2 * pairs);
                let pairs = (0..pairs).map(|pair| (2 * pair, 2 * pair + 1)).collect();
                let conversations = api.open_direct(&users, pairs).await?;
                api.register_devices(&users, devices).await?;
                api.register_devices(&silent, DEVICES_PER_USER).await?;
                Ok(People { users, conversations })
            }
            Self::Group(members) => {
                let users = api.register(members, run_id).await?;
                let conversations = api.create_group(&users).await?.into_iter().collect();
                Ok(People { users, conversations })
            }
        }
    }
}

impl People {
    /// Users of a server that knows none: the token names the conversation in which they are.
    pub fn without_accounts(gathering: Gathering) -> Self {
        let (conversations, members) = match gathering {
            Gathering::Nobody | Gathering::Crowd { .. } => (0, 0),
            Gathering::Pairs(pairs) | Gathering::WithDevices { pairs, .. } => (pairs, 2),
            Gathering::Group(members) => (1, members),
        };
        let conversations: Vec<_> = (0..conversations).map(|room| format!("room-{room}")).collect();
        let users = conversations.iter().flat_map(|room| {
            (0..members)
                .map(move |member| User { id: format!("{room}-{member}"), token: room.clone() })
        });
        Self { users: users.collect(), conversations }
    }
}

/// Lets one user of each pair write one message to the other, who in turn is `turn`.
pub async fn send_one_each(
    address: SocketAddr,
    people: &People,
    turn: usize,
) -> Result<(), BenchError> {
    let api = Api { http: reqwest::Client::new(), base: format!("http://{address}/api/v1") };
    // Whoever answers has read, and is not pushed to.
    let mut users = people.users.iter().enumerate().skip(turn % 2).step_by(2);
    let mut requests = JoinSet::new();
    loop {
        while requests.len() < SENDS_AT_ONCE
            && let Some((number, user)) = users.next()
        {
            let id = people.conversations.get(number / 2).cloned().unwrap_or_default();
            let (api, token) = (api.clone(), user.token.clone());
            requests.spawn(async move {
                let path = format!("/conversations/{id}/messages");
                api.post(&path, Some(&token), &json!({ "content": "hello" })).await.map(drop)
            });
        }
        match requests.join_next().await {
            Some(Ok(sent)) => sent?,
            Some(Err(error)) => return Err(BenchError::Worthless(error.to_string())),
            None => return Ok(()),
        }
    }
}

/// The HTTP API of one server.
#[derive(Clone, Debug)]
struct Api {
    http: reqwest::Client,
    base: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    access_token: String,
    user: Identified,
}

#[derive(Deserialize)]
struct Identified {
    id: String,
}

impl Api {
    async fn register(&self, count: usize, run_id: &str) -> Result<Vec<User>, BenchError> {
        let bodies = (0..count).map(|number| {
            let username = format!("bench-{run_id}-{number}");
            let email = format!("{username}@example.org");
            let body = json!({
                "username": username,
                "email": email,
                "password": "a password for load tests",
            });
            (None, body)
        });
        let registered: Vec<Registered> = self.post_all("/auth/register", bodies.collect()).await?;
        let users = registered.into_iter();
        Ok(users.map(|it| User { id: it.user.id, token: it.access_token }).collect())
    }

    async fn open_direct(
        &self,
        users: &[User],
        pairs: Vec<(usize, usize)>,
    ) -> Result<Vec<String>, BenchError> {
        let bodies = pairs.into_iter().filter_map(|(one, other)| {
            let (one, other) = (users.get(one)?, users.get(other)?);
            Some((Some(one.token.clone()), json!({ "userId": other.id })))
        });
        let made: Vec<Identified> =
            self.post_all("/conversations/direct", bodies.collect()).await?;
        Ok(made.into_iter().map(|conversation| conversation.id).collect())
    }

    /// Gives each of these users so many devices.
    async fn register_devices(&self, users: &[User], count: usize) -> Result<(), BenchError> {
        let bodies = users.iter().flat_map(|user| {
            (0..count).map(move |number| {
                let token = format!("{}-{number}", user.id);
                (Some(user.token.clone()), json!({ "kind": "fcm", "token": token }))
            })
        });
        let made: Vec<Identified> = self.post_all("/devices", bodies.collect()).await?;
        drop(made);
        Ok(())
    }

    async fn create_group(&self, users: &[User]) -> Result<Option<String>, BenchError> {
        let Some((owner, members)) = users.split_first() else { return Ok(None) };
        let mut chunks = members.chunks(MEMBERS_PER_REQUEST).map(ids_of);
        let body = json!({ "name": "Everybody", "participantIds": chunks.next() });
        let answer = self.post("/conversations/groups", Some(&owner.token), &body).await?;
        let Identified { id } = answer.json().await?;
        for member_ids in chunks {
            let path = format!("/conversations/{id}/participants");
            self.post(&path, Some(&owner.token), &json!({ "userIds": member_ids })).await?;
        }
        Ok(Some(id))
    }

    /// Posts every body, a few at once; the answers come in the order of the bodies.
    async fn post_all<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &'static str,
        bodies: Vec<(Option<String>, Value)>,
    ) -> Result<Vec<T>, BenchError> {
        let mut bodies = bodies.into_iter().enumerate();
        let mut answers = Vec::new();
        let mut requests = JoinSet::new();
        loop {
            while requests.len() < REQUESTS_AT_ONCE
                && let Some((place, (token, body))) = bodies.next()
            {
                let api = self.clone();
                requests.spawn(async move {
                    let answer = api.post(path, token.as_deref(), &body).await?;
                    Ok::<_, BenchError>((place, answer.json().await?))
                });
            }
            match requests.join_next().await {
                Some(Ok(answer)) => answers.push(answer?),
                Some(Err(error)) => return Err(BenchError::Worthless(error.to_string())),
                None => break,
            }
        }
        answers.sort_unstable_by_key(|(place, _)| *place);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    async fn post(
        &self,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<reqwest::Response, BenchError> {
        let mut request = self.http.post(format!("{}{path}", self.base)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(BenchError::Refused {
            request: format!("POST {path}"),
            status: answer.status().as_u16(),
            body: answer.text().await?,
        })
    }
}

fn ids_of(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.id.as_str()).collect()
}
