//! Bodies: JSON of bounded size, whatever else is sent.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::app::TestApp;

/// Sends bytes as they are, and gives what is answered until the connection ends.
async fn send_raw(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.authority()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // What was answered counts, even if the server then resets the connection.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_must_be_one_json_object_in_utf8() {
    let app = TestApp::start();
    for body in ["", "[]", "null", "5", "\"a\"", "{", "{}{}", "{\"a\":1,}"] {
        let call = app.call(Method::POST, "/auth/login").body("application/json", body);
        call.send().await.expect_invalid(&[""]);
    }
    let not_utf8: &[u8] = b"{\"email\":\"\xff\"}";
    let call = app.call(Method::POST, "/auth/login").body("application/json", not_utf8);
    call.send().await.expect_invalid(&[""]);
    let nul = r#"{"email":"a\u0000","password":"b"}"#;
    let call = app.call(Method::POST, "/auth/login").body("application/json", nul);
    call.send().await.expect_invalid(&["email"]);
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused() {
    let app = TestApp::start();
    let body = format!("{{\"email\":{}", "[".repeat(100_000));
    let call = app.call(Method::POST, "/auth/login").body("application/json", body);
    call.send().await.expect_invalid(&[""]);
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let body = r#"{"bio":"x"}"#;
    for content_type in
        ["application/json", "application/JSON; charset=utf-8", "application/a+json"]
    {
        let call = app.call(Method::PATCH, "/users/me").body(content_type, body).by(&ann);
        call.send().await.expect(StatusCode::OK);
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "", "json"] {
        let call = app.call(Method::PATCH, "/users/me").body(content_type, body).by(&ann);
        call.send().await.expect_problem(415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn a_body_has_a_bound_announced_or_not() {
    let app = TestApp::start();
    let large = json!({ "email": "a".repeat(600_000), "password": "b" });
    app.post("/auth/login", &large).send().await.expect_problem(413, "too_large");
    let mut chunked = b"POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
        content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        .to_vec();
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    chunked.extend(chunk.repeat(17).bytes());
    let answer = send_raw(&app, &chunked).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"code\":\"too_large\""), "{answer}");
}

#[tokio::test]
async fn a_group_of_as_many_as_may_be_fits_into_a_body() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let ids: Vec<_> =
        (1..10_000).map(|number| format!("019ab0c0-0000-7000-8000-{number:012}")).collect();
    let body = json!({ "name": "Team", "participantIds": ids });
    let answer = app.post("/conversations/groups", &body).by(&ann).send().await;
    answer.expect_invalid(&["participantIds"]);
}

#[tokio::test]
async fn a_length_that_is_announced_too_large_is_refused_unread() {
    let app = TestApp::start();
    let head = b"POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    let answer = send_raw(&app, head).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_ends_only_its_own_connection() {
    let app = TestApp::start();
    let answer = send_raw(&app, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let head = format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let answer = send_raw(&app, head.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    app.call_outside(Method::GET, "/healthz").send().await.expect(StatusCode::OK);
}
