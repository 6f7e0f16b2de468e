//! From an HTTP request to a handshake, a poll, a POST or an upgrade.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use serde::Serialize;

use crate::{
    DisconnectReason, Handshake, Refusal,
    engine::{
        Application, Connection, ResponseBody, Shared, Transport,
        cors::Cors,
        frame::Frame,
        id::{NoRandomness, SessionId},
        outbound::{Link, Outbound},
        polling,
        session::Session,
        stream::Stream,
        sweep,
        task::ConnectionTask,
        upgrade,
    },
    handshake::query_value,
};

/// What the official server answers to a request that makes no sense, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    TransportUnknown = 0,
    SessionUnknown = 1,
    BadHandshakeMethod = 2,
    BadRequest = 3,
    Forbidden = 4,
    UnsupportedVersion = 5,
}

/// What a handshake tells the client.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenPacket<'a> {
    sid: &'a str,
    upgrades: &'a [&'a str],
    ping_interval: u64,
    ping_timeout: u64,
    max_payload: usize,
}

#[derive(Serialize)]
struct FaultBody<'a> {
    code: u8,
    message: &'a str,
}

/// Answers one request.
pub(crate) async fn answer<A, B>(
    shared: &Arc<Shared<A>>,
    mut request: Request<B>,
) -> Response<ResponseBody>
where
    A: Application,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
{
    let path = shared.core.config.path.trim_end_matches('/');
    if request.uri().path().trim_end_matches('/') != path {
        return text(StatusCode::NOT_FOUND, "text/plain; charset=UTF-8", "not found");
    }
    let wants_websocket = upgrade::is_asked_for(request.headers());
    let upgrade = wants_websocket.then(|| hyper::upgrade::on(&mut request));
    let (head, body) = request.into_parts();
    let Ok(cors) = Cors::check(&shared.core.config.origins, &head) else {
        return Fault::Forbidden.response(None);
    };
    let mut response = match Cors::preflight(&head) {
        Some(response) => response,
        None => route(shared, head, body, upgrade).await,
    };
    cors.apply(response.headers_mut());
    response
}

/// Opens a connection over this link, whose task begins at once. The client is told by the first
/// frame, or, with polling, by the caller.
pub(crate) fn open<A: Application>(
    shared: &Arc<Shared<A>>,
    stream: Option<Stream>,
    handshake: Handshake,
) -> Result<(Arc<Session<A>>, Frame), NoRandomness> {
    sweep::ensure(shared);
    let id = SessionId::random()?;
    let (link, upgrades): (_, &[&str]) = match &stream {
        Some(stream) => (stream.link(), &[]),
        None => (Link::Polling, &["websocket"]),
    };
    let first = open_frame(shared, id, upgrades);
    let queued = stream.as_ref().map(|_| first.clone());
    let core = Arc::clone(&shared.core);
    let connection = Connection::new(id, core, Outbound::new(link, queued));
    let session = Session::new(shared, connection.clone(), handshake);
    let counters = &shared.core.counters;
    counters.connections_opened.add(1);
    match connection.transport() {
        Transport::Polling => counters.polling.add(1),
        Transport::WebSocket => counters.websocket.add(1),
    }
    let task = ConnectionTask::new(Arc::clone(&session), stream);
    shared.sessions.insert(Arc::clone(&session));
    connection.flush();
    shared.core.tasks.spawn(task);
    // A drain that began meanwhile may have looked for open connections before this one was there.
    if shared.core.is_draining() {
        connection.close(DisconnectReason::ServerShuttingDown);
    }
    Ok((session, first))
}

/// A complete answer of text.
pub(crate) fn text(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<bytes::Bytes>,
) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Fault {
    const fn message(self) -> &'static str {
        match self {
            Self::TransportUnknown => "Transport unknown",
            Self::SessionUnknown => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::Forbidden => "Forbidden",
            Self::UnsupportedVersion => "Unsupported protocol version",
        }
    }

    pub(crate) fn response(self, message: Option<&str>) -> Response<ResponseBody> {
        let status = match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TransportUnknown
            | Self::SessionUnknown
            | Self::BadHandshakeMethod
            | Self::BadRequest
            | Self::UnsupportedVersion => StatusCode::BAD_REQUEST,
        };
        self.response_with(status, message)
    }

    fn response_with(self, status: StatusCode, message: Option<&str>) -> Response<ResponseBody> {
        let body = FaultBody { code: self as u8, message: message.unwrap_or(self.message()) };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        text(status, "application/json", json)
    }
}

async fn route<A, B>(
    shared: &Arc<Shared<A>>,
    head: Parts,
    body: B,
    upgrade: Option<hyper::upgrade::OnUpgrade>,
) -> Response<ResponseBody>
where
    A: Application,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
{
    let query = head.uri.query().unwrap_or_default();
    let transport = match query_value(query, "transport").as_deref() {
        Some("polling") => Transport::Polling,
        Some("websocket") => Transport::WebSocket,
        _ => return Fault::TransportUnknown.response(None),
    };
    let Some(sid) = query_value(query, "sid") else {
        return begin(shared, &head, transport, upgrade);
    };
    let is_poll = transport == Transport::Polling && head.method == Method::GET;
    let Some(session) = find(shared, &sid, is_poll) else {
        return Fault::SessionUnknown.response(None);
    };
    match (transport, upgrade) {
        (Transport::WebSocket, Some(upgrade)) => upgrade::join(shared, &head, session, upgrade),
        (Transport::WebSocket, None) | (Transport::Polling, Some(_)) => {
            Fault::BadRequest.response(None)
        }
        (Transport::Polling, None) if session.connection.transport() == Transport::WebSocket => {
            Fault::BadRequest.response(None)
        }
        (Transport::Polling, None) => match head.method {
            Method::GET => polling::poll(&session).await,
            Method::POST => polling::post(&session, &head.headers, body).await,
            _ => Fault::BadRequest.response(None),
        },
    }
}

fn begin<A: Application>(
    shared: &Arc<Shared<A>>,
    head: &Parts,
    transport: Transport,
    upgrade: Option<hyper::upgrade::OnUpgrade>,
) -> Response<ResponseBody> {
    if head.method != Method::GET {
        return Fault::BadHandshakeMethod.response(None);
    }
    if (transport == Transport::WebSocket) != upgrade.is_some() {
        return Fault::BadRequest.response(None);
    }
    let version = query_value(head.uri.query().unwrap_or_default(), "EIO");
    if version.as_deref() != Some("4") {
        return Fault::UnsupportedVersion.response(None);
    }
    if shared.core.is_refusing() {
        let wait = shared.core.config.drain_retry_after;
        return refuse(&Refusal::unavailable(wait, "the server is shutting down"));
    }
    let handshake = Handshake::new(head, std::time::Instant::now());
    if let Err(refusal) = (shared.admission)(&handshake) {
        return refuse(&refusal);
    }
    match upgrade {
        Some(upgrade) => upgrade::begin(shared, head, handshake, upgrade),
        None => match open(shared, None, handshake) {
            Ok((_, first)) => {
                let mut body = Vec::new();
                first.write_polling(&mut body);
                text(StatusCode::OK, "text/plain; charset=UTF-8", body)
            }
            Err(error) => {
                tracing::error!(%error, "a handshake failed");
                text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=UTF-8", "no id")
            }
        },
    }
}

/// The session of that id, if it lives. A closed one that still owes a poll its answer is found by
/// that poll, and by a POST where this side closed: to a stock client a refused POST is a broken
/// transport, and it would give up the poll that brings what was queued for it.
fn find<A: Application>(shared: &Shared<A>, sid: &str, is_poll: bool) -> Option<Arc<Session<A>>> {
    let session = shared.sessions.get(SessionId::parse(sid)?)?;
    let connection = &session.connection;
    let now = shared.core.now();
    if connection.is_open() && connection.is_expired(now) && !session.is_backlogged() {
        connection.close(DisconnectReason::PingTimeout);
    }
    let is_found = match connection.close_reason() {
        None => true,
        Some(reason) => {
            (is_poll || reason.is_by_server()) && connection.outbound().lock().owes_farewell()
        }
    };
    is_found.then_some(session)
}

fn open_frame<A: Application>(shared: &Shared<A>, id: SessionId, upgrades: &[&str]) -> Frame {
    let config = &shared.core.config;
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis());
    let packet = OpenPacket {
        sid: id.as_str(),
        upgrades,
        ping_interval: millis(config.ping_interval).unwrap_or(u64::MAX),
        ping_timeout: millis(config.ping_timeout).unwrap_or(u64::MAX),
        max_payload: config.max_payload,
    };
    let json = serde_json::to_vec(&packet).unwrap_or_default();
    Frame::text(&[b"0", &json])
}

fn refuse(refusal: &Refusal) -> Response<ResponseBody> {
    let mut response = Fault::Forbidden.response_with(refusal.status, Some(&refusal.message));
    if let Some(wait) = refusal.retry_after {
        set_retry_after(response.headers_mut(), wait);
    }
    response
}

fn set_retry_after(headers: &mut HeaderMap, wait: std::time::Duration) {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}
