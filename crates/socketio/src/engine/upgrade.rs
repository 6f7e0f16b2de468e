//! WebSocket handshakes: new connections, and connections that move over from polling.

use std::{future::poll_fn, ops::ControlFlow, sync::Arc};

use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts};
use hyper::upgrade::OnUpgrade;
use tungstenite::handshake::derive_accept_key;

use crate::{
    Handshake,
    engine::{
        Application, ResponseBody, Shared,
        decoder::{Decoder, Received},
        frame::Frame,
        request::{Fault, open},
        session::Session,
        stream::Stream,
    },
};

/// Whether a request asks for a WebSocket.
pub(crate) fn is_asked_for(headers: &HeaderMap) -> bool {
    let has = |name, token: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    has(header::CONNECTION, "upgrade") && has(header::UPGRADE, "websocket")
}

/// Opens a new connection over the WebSocket, once the client has it.
pub(crate) fn begin<A: Application>(
    shared: &Arc<Shared<A>>,
    head: &Parts,
    handshake: Handshake,
    upgrade: OnUpgrade,
) -> Response<ResponseBody> {
    let Some(response) = switching_protocols(&head.headers) else {
        return Fault::BadRequest.response(None);
    };
    let kept = head.extensions.get().cloned();
    let shared = Arc::clone(shared);
    let core = Arc::clone(&shared.core);
    core.tasks.spawn(async move {
        let upgraded = tokio::select! {
            upgraded = upgrade => upgraded,
            () = shared.core.drained() => return,
        };
        let Ok(upgraded) = upgraded else { return };
        let stream = Stream::new(upgraded, shared.core.config.max_payload, kept);
        if let Err(error) = open(&shared, Some(stream), handshake) {
            tracing::error!(%error, "a handshake failed");
        }
    });
    response
}

/// Moves a polling connection to the WebSocket, if the client probes it and then asks for it. A
/// session that has moved, or is about to, stays as it is, and this WebSocket is closed.
pub(crate) fn join<A: Application>(
    shared: &Arc<Shared<A>>,
    head: &Parts,
    session: Arc<Session<A>>,
    upgrade: OnUpgrade,
) -> Response<ResponseBody> {
    let Some(response) = switching_protocols(&head.headers) else {
        return Fault::BadRequest.response(None);
    };
    let kept = head.extensions.get().cloned();
    let shared = Arc::clone(shared);
    let core = Arc::clone(&shared.core);
    core.tasks.spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let mut stream = Stream::new(upgraded, shared.core.config.max_payload, kept);
        if !session.connection.outbound().lock().claim_upgrade() {
            return close(&mut stream).await;
        }
        let is_agreed = tokio::select! {
            is_agreed = agree(&session, &mut stream) => is_agreed,
            () = tokio::time::sleep(shared.core.config.upgrade_timeout) => false,
            () = shared.core.drained() => false,
        };
        if is_agreed && session.connection.switch(stream.link()) {
            session.hand_over(stream);
            session.connection.flush();
        } else {
            session.connection.outbound().lock().poll.release_upgrade();
            close(&mut stream).await;
        }
    });
    response
}

/// The probe, its answer, and the client's word that it has stopped polling.
async fn agree<A: Application>(session: &Session<A>, stream: &mut Stream) -> bool {
    if next_text(stream).await.as_deref() != Some("2probe") {
        return false;
    }
    if stream.write_frame(&Frame::PROBE).await.is_err() {
        return false;
    }
    let waiting = session.connection.outbound().lock().poll.start_upgrade();
    if let Some(waiting) = waiting {
        waiting.wake();
    }
    next_text(stream).await.as_deref() == Some("5")
}

/// What came instead of a message that an upgrade waits for.
struct OutOfPlace;

/// The next message, if it is text. What follows it stays in the decoder.
async fn next_text(stream: &mut Stream) -> Option<String> {
    loop {
        let mut next = None;
        decode_one(&mut stream.decoder, &mut [], &mut next);
        if next.is_none() {
            let count = poll_fn(|cx| {
                stream.poll_read(cx, |decoder, bytes| decode_one(decoder, bytes, &mut next))
            });
            if count.await.ok()? == 0 {
                return None;
            }
        }
        if let Some(message) = next {
            return message.ok();
        }
    }
}

/// Sets `next` when a message is there.
fn decode_one(
    decoder: &mut Decoder,
    bytes: &mut [u8],
    next: &mut Option<Result<String, OutOfPlace>>,
) {
    let outcome = decoder.decode(bytes, |received| match received {
        Received::Text(text) => {
            *next = Some(Ok(text.to_owned()));
            ControlFlow::Break(())
        }
        Received::Ping(_) | Received::Pong => ControlFlow::Continue(()),
        Received::Binary(_) | Received::Close => {
            *next = Some(Err(OutOfPlace));
            ControlFlow::Break(())
        }
    });
    if outcome.is_err() {
        *next = Some(Err(OutOfPlace));
    }
}

async fn close(stream: &mut Stream) {
    if let Err(error) = stream.write_frame(&Frame::close(1000)).await {
        tracing::debug!(%error, "a refused WebSocket could not be told");
    }
}

fn switching_protocols(headers: &HeaderMap) -> Option<Response<ResponseBody>> {
    let version = headers.get(header::SEC_WEBSOCKET_VERSION)?;
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?;
    if version != "13" {
        return None;
    }
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()?;
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Some(response)
}
