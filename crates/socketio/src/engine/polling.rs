//! The two requests of long-polling: the GET that waits for packets and the POST that brings them.

use std::{future::poll_fn, pin::pin, task::Poll};

use bytes::Buf;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Body;

use crate::{
    DisconnectReason,
    engine::{
        Application, Connection, ResponseBody,
        packet::{decode_polling, split_payload},
        request::{Fault, text},
        session::Session,
    },
};

/// Waits until there is something to tell, and tells it.
pub(crate) async fn poll<A: Application>(session: &Session<A>) -> Response<ResponseBody> {
    let connection = &session.connection;
    let started = connection.outbound().lock().poll.start_poll();
    if started.is_err() {
        connection.close(DisconnectReason::TransportError);
        return Fault::BadRequest.response(None);
    }
    let mut guard = RequestGuard {
        connection,
        end: |connection| connection.outbound().lock().poll.end_poll(),
        is_done: false,
    };
    connection.hear();
    let limit = session.shared.core.config.max_payload;
    let (body, count) =
        poll_fn(|cx| match connection.outbound().lock().poll_answer(cx.waker(), limit) {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await;
    guard.is_done = true;
    connection.wake_drained();
    let counters = &session.shared.core.counters;
    counters.packets_out.add(count);
    counters.bytes_out.add(body.len());
    if !connection.is_open() {
        connection.wake();
    }
    text(StatusCode::OK, "text/plain; charset=UTF-8", body)
}

/// Takes in the packets of a POST. It is answered when all of them have found room in the queue.
pub(crate) async fn post<A, B>(
    session: &Session<A>,
    headers: &HeaderMap,
    body: B,
) -> Response<ResponseBody>
where
    A: Application,
    B: Body + Send + 'static,
    B::Data: Send,
{
    let connection = &session.connection;
    let started = connection.outbound().lock().poll.start_post();
    if started.is_err() {
        connection.close(DisconnectReason::TransportError);
        return Fault::BadRequest.response(None);
    }
    let mut guard = RequestGuard {
        connection,
        end: |connection| connection.outbound().lock().poll.end_post(),
        is_done: false,
    };
    connection.hear();
    let limit = session.shared.core.config.max_payload;
    let config = &session.shared.core.config;
    // While a POST is under way its client can answer no ping.
    let patience = config.ping_interval + config.ping_timeout;
    let read = tokio::time::timeout(patience, read_body(headers, body, limit)).await;
    let response = match read.unwrap_or(Err(ReadError::Broken)) {
        Ok(bytes) => {
            session.shared.core.counters.bytes_in.add(bytes.len());
            take_in(session, &bytes).await
        }
        Err(ReadError::TooLarge) => {
            text(StatusCode::PAYLOAD_TOO_LARGE, "text/plain; charset=UTF-8", "")
        }
        Err(ReadError::Broken) => {
            connection.close(DisconnectReason::TransportError);
            Fault::BadRequest.response(None)
        }
    };
    guard.is_done = true;
    connection.outbound().lock().poll.end_post();
    response
}

/// Closes the connection if the client drops a request half-way: what it carried is lost.
struct RequestGuard<'a> {
    connection: &'a Connection,
    end: fn(&Connection),
    is_done: bool,
}

enum ReadError {
    TooLarge,
    Broken,
}

impl Drop for RequestGuard<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            (self.end)(self.connection);
            self.connection.close(DisconnectReason::TransportError);
        }
    }
}

async fn take_in<A: Application>(session: &Session<A>, bytes: &[u8]) -> Response<ResponseBody> {
    let connection = &session.connection;
    let Ok(payload) = std::str::from_utf8(bytes) else {
        connection.close(DisconnectReason::ParseError);
        return Fault::BadRequest.response(None);
    };
    let mut scratch = Vec::new();
    for packet in split_payload(payload) {
        poll_fn(|cx| session.poll_room(cx)).await;
        match connection.close_reason() {
            None => {}
            // What this side closed takes nothing more; the client hears of it by its poll.
            Some(reason) if reason.is_by_server() => break,
            Some(_) => return Fault::BadRequest.response(None),
        }
        let received = match decode_polling(packet, &mut scratch) {
            Ok(packet) => session.receive(packet),
            Err(_) => Err(DisconnectReason::ParseError),
        };
        match received {
            Ok(()) => connection.wake(),
            Err(DisconnectReason::TransportClose) => {
                connection.close(DisconnectReason::TransportClose);
                break;
            }
            Err(reason) => {
                connection.close(reason);
                return Fault::BadRequest.response(None);
            }
        }
    }
    connection.hear();
    // Not text/plain, which some browsers would offer to save.
    text(StatusCode::OK, "text/html", "ok")
}

async fn read_body<B>(headers: &HeaderMap, body: B, limit: usize) -> Result<Vec<u8>, ReadError>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(ReadError::TooLarge);
    }
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() else { continue };
        if bytes.len() + data.remaining() > limit {
            return Err(ReadError::TooLarge);
        }
        let mut data = data;
        while data.has_remaining() {
            let chunk = data.chunk();
            let length = chunk.len();
            bytes.extend_from_slice(chunk);
            data.advance(length);
        }
    }
    Ok(bytes)
}
