//! Whole requests: each gets an answer of the protocol, and a session that is not theirs lives on.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use tower::Service;

use crate::{
    Config, Handshake, Origins,
    engine::{Application, Connection, Engine, EngineService, Malformed, Message, ResponseBody},
};

const PATH: &str = "/engine.io/";
const MAX_PAYLOAD: usize = 500;

/// Requests in one input.
const REQUESTS_MAX: usize = 8;

/// Sends every message back.
struct Echo;

enum Nothing {}

impl Application for Echo {
    type State = ();
    type Work = Nothing;

    fn open(&self, _: &Connection, _: Handshake) {}

    fn receive(
        &self,
        connection: &Connection,
        (): &(),
        message: Message<'_>,
    ) -> Result<Option<Nothing>, Malformed> {
        match message {
            Message::Text(text) => connection.send_text(text),
            Message::Binary(bytes) => connection.send_binary(bytes),
        }
        Ok(None)
    }

    async fn handle(&self, _: &Connection, (): &(), work: Nothing) {
        match work {}
    }
}

/// Requests, separated by lines of `---`: method and target, headers, an empty line, the body. `{sid}`
/// stands for the id of a session that is theirs.
pub fn http_session(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { return };
    let _entered = runtime.enter();
    let config = Config {
        path: PATH.to_owned(),
        max_payload: MAX_PAYLOAD,
        origins: Origins::SameOrigin,
        ..Config::default()
    };
    let mut service = Engine::new(config, Echo).service();
    let witness = open(&mut service);
    let theirs = open(&mut service);
    for request in text.split("\n---\n").take(REQUESTS_MAX) {
        let request = request.replace("{sid}", &theirs);
        if let Some(response) = parse(&request).and_then(|request| call(&mut service, request)) {
            check(&response);
        }
    }
    let target = format!("{PATH}?EIO=4&transport=polling&sid={witness}");
    assert_eq!(body(call_or_fail(&mut service, "POST", &target, "4still here")), "ok");
    assert_eq!(body(call_or_fail(&mut service, "GET", &target, "")), "4still here");
}

fn open(service: &mut EngineService<Echo>) -> String {
    let target = format!("{PATH}?EIO=4&transport=polling");
    let open = body(call_or_fail(service, "GET", &target, ""));
    let sid = open.split('"').nth(3).unwrap_or_default().to_owned();
    assert_eq!(sid.len(), 22, "{open}");
    sid
}

fn parse(text: &str) -> Option<Request<Full<Bytes>>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.split('\n');
    let (method, target) = lines.next()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    request.body(Full::from(body.to_owned())).ok()
}

/// The answer, unless it is a poll that waits; that one is given up.
fn call(
    service: &mut EngineService<Echo>,
    request: Request<Full<Bytes>>,
) -> Option<Response<ResponseBody>> {
    let mut answer = pin!(service.call(request));
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => Some(response),
        Poll::Pending => None,
    }
}

fn call_or_fail(
    service: &mut EngineService<Echo>,
    method: &str,
    target: &str,
    body: &str,
) -> Response<ResponseBody> {
    let response =
        parse(&format!("{method} {target}\n\n{body}")).and_then(|request| call(service, request));
    let Some(response) = response else { unreachable!("{method} {target} is not answered") };
    assert_eq!(response.status(), StatusCode::OK, "{method} {target}");
    response
}

/// That the answer is one that the protocol knows, and no larger than it may be.
fn check(response: &Response<ResponseBody>) {
    let known = [
        StatusCode::SWITCHING_PROTOCOLS,
        StatusCode::OK,
        StatusCode::NO_CONTENT,
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
        StatusCode::PAYLOAD_TOO_LARGE,
    ];
    assert!(known.contains(&response.status()), "{}", response.status());
    let size_bytes = response.body().size_hint().exact().unwrap_or(u64::MAX);
    // One packet always fits: its base64 is a third longer than what it was decoded from.
    assert!(size_bytes <= 2 * MAX_PAYLOAD as u64, "{size_bytes} bytes");
}

fn body(response: Response<ResponseBody>) -> String {
    let mut body = pin!(response.into_body());
    let mut text = String::new();
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = body.as_mut().poll_frame(&mut cx) {
        if let Some(data) = frame.data_ref() {
            text.push_str(&String::from_utf8_lossy(data));
        }
    }
    text
}
