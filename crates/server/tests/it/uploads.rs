//! Files: taken within bounds, told by their bytes, given to those who may read them, and gone when nobody
//! holds them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use salala_server::config::Config;
use serde_json::{Value, json};

use super::app::{Answer, Call, TestApp, TestUser};

/// The smallest picture that is one: a PNG of one red pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// A form with one file, and other fields before it.
fn form(name: &str, bytes: &[u8], others: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in others {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    body.extend(head.as_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    body
}

fn posting(app: &TestApp, by: &TestUser, body: Vec<u8>) -> Call {
    app.call(Method::POST, "/uploads").by(by).body("multipart/form-data; boundary=b", body)
}

async fn upload(app: &TestApp, by: &TestUser, name: &str, bytes: &[u8]) -> Answer {
    posting(app, by, form(name, bytes, &[])).send().await
}

async fn uploaded(app: &TestApp, by: &TestUser, name: &str, bytes: &[u8]) -> Value {
    upload(app, by, name, bytes).await.expect(StatusCode::CREATED)
}

/// The path of a file without the right to read it.
fn bare(uploaded: &Value) -> String {
    let url = uploaded["fileUrl"].as_str().unwrap();
    url.split('?').next().unwrap().to_owned()
}

fn get(app: &TestApp, url: &str) -> Call {
    app.call_outside(Method::GET, url)
}

async fn send_file(app: &TestApp, by: &TestUser, talk: &str, file_url: &Value) -> Answer {
    let path = format!("/conversations/{talk}/messages");
    app.post(&path, &json!({ "fileUrl": file_url })).by(by).send().await
}

/// All files under the folder of files.
fn files_on_disk(app: &TestApp) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&app.data_dir().join("files"), &mut found);
    found
}

/// Waits until it is so.
async fn eventually(is_so: impl Fn() -> bool + Sync) {
    let waiting = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        while !is_so() {
            ticks.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
}

async fn two(app: &TestApp) -> (TestUser, TestUser, String) {
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let talk = app.direct(&ann, &bob).await;
    (ann, bob, talk)
}

#[tokio::test]
async fn a_file_is_sent_shown_and_read_by_who_sees_it() {
    let app = TestApp::start();
    let (ann, bob, talk) = two(&app).await;
    let eve = app.user("eve").await;
    let made = uploaded(&app, &ann, "notes.html", b"<script>alert(1)</script>").await;
    assert_eq!(made["file"], json!({ "name": "notes.html", "mimeType": "text/plain", "size": 25 }));
    let sent = send_file(&app, &ann, &talk, &made["fileUrl"]).await.expect(StatusCode::CREATED);
    assert_eq!(sent["file"], made["file"]);
    assert_eq!(sent["fileUrl"], made["fileUrl"]);
    let answer = get(&app, &bare(&made)).by(&bob).send().await;
    assert_eq!(answer.text, "<script>alert(1)</script>");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-disposition", "attachment; filename*=UTF-8''notes.html"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("content-security-policy").unwrap().contains("sandbox"));
    // A stranger and nobody; but whoever has the URL of the message reads it, like a page's <img>.
    get(&app, &bare(&made)).by(&eve).send().await.expect_problem(404, "not_found");
    get(&app, &bare(&made)).send().await.expect_problem(401, "unauthorized");
    let url = sent["fileUrl"].as_str().unwrap();
    assert_eq!(get(&app, url).send().await.status, StatusCode::OK);
    let forged = url.replace("signature=", "signature=A");
    get(&app, &forged).send().await.expect_problem(401, "unauthorized");
    app.clock.advance(Duration::from_hours(25));
    get(&app, url).send().await.expect_problem(401, "unauthorized");
    app.stop().await;
}

#[tokio::test]
async fn a_link_is_made_anew_for_who_may_read_the_file() {
    let app = TestApp::start();
    let (ann, bob, talk) = two(&app).await;
    let made = uploaded(&app, &ann, "a.txt", b"hello").await;
    let link = format!("{}/link", bare(&made));
    get(&app, &link).by(&bob).send().await.expect_problem(404, "not_found");
    send_file(&app, &ann, &talk, &made["fileUrl"]).await.expect(StatusCode::CREATED);
    let fresh = get(&app, &link).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(get(&app, fresh["fileUrl"].as_str().unwrap()).send().await.text, "hello");
    app.stop().await;
}

#[tokio::test]
async fn a_picture_is_made_anew_with_a_smaller_one() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let mut bytes = PNG.to_vec();
    bytes.extend(b"<script>alert(1)</script>");
    let made = uploaded(&app, &ann, "../../red.jpg", &bytes).await;
    let file = &made["file"];
    assert_eq!(file["name"], "red.jpg");
    assert_eq!(file["mimeType"], "image/png");
    assert_eq!((&file["width"], &file["height"]), (&json!(1), &json!(1)));
    assert!(file["blurhash"].is_string());
    let answer = get(&app, made["fileUrl"].as_str().unwrap()).send().await;
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("content-disposition"), Some("inline; filename*=UTF-8''red.jpg"));
    assert!(!answer.text.contains("script"));
    let small = get(&app, file["thumbnailUrl"].as_str().unwrap()).send().await;
    assert_eq!(small.status, StatusCode::OK);
    assert_eq!(small.header("content-type"), Some("image/jpeg"));
    app.stop().await;
}

#[tokio::test]
async fn parts_of_a_file_are_given_as_they_are_asked_for() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let made = uploaded(&app, &ann, "a.txt", b"0123456789").await;
    let url = made["fileUrl"].as_str().unwrap();
    let whole = get(&app, url).send().await;
    let etag = whole.header("etag").unwrap().to_owned();
    for (range, text, told) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let part = get(&app, url).header("range", range).send().await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!((part.text.as_str(), part.header("content-range")), (text, Some(told)));
        let length = text.len().to_string();
        assert_eq!(part.header("content-length"), Some(length.as_str()));
    }
    get(&app, url).header("range", "bytes=10-").send().await.expect_problem(416, "invalid_payload");
    let other =
        get(&app, url).header("range", "bytes=2-4").header("if-range", "\"x\"").send().await;
    assert_eq!((other.status, other.text.as_str()), (StatusCode::OK, "0123456789"));
    let known = get(&app, url).header("if-none-match", &etag).send().await;
    assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    app.stop().await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_leaves_nothing() {
    let app = TestApp::start_with(|config: &mut Config| {
        config.media.max_bytes = 1000;
        config.media.quota_bytes = 1500;
        config.media.max_pixels = 100;
        config.media.types = Some(vec!["image/*".to_owned(), "text/plain".to_owned()]);
    });
    let ann = app.user("ann").await;
    let as_form = "multipart/form-data; boundary=b";
    let post = |content_type: &str, body: Vec<u8>| {
        app.call(Method::POST, "/uploads").by(&ann).body(content_type, body).send()
    };
    upload(&app, &ann, "a", &[b'a'; 1001]).await.expect_problem(413, "too_large");
    // Announced too large: refused before anything is read.
    upload(&app, &ann, "a", &vec![b'a'; 99_999]).await.expect_problem(413, "too_large");
    upload(&app, &ann, "a.pdf", b"%PDF-1.7").await.expect_problem(415, "unsupported_media_type");
    upload(&app, &ann, "a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        .await
        .expect_problem(415, "unsupported_media_type");
    upload(&app, &ann, "a.png", &PNG[..40]).await.expect_invalid(&["file"]);
    upload(&app, &ann, "a.gif", b"GIF89a<script>").await.expect_invalid(&["file"]);
    post("application/json", b"{}".to_vec()).await.expect_problem(415, "unsupported_media_type");
    post("multipart/form-data", Vec::new()).await.expect_problem(415, "unsupported_media_type");
    post(as_form, b"--b--\r\n".to_vec()).await.expect_invalid(&["file"]);
    post(as_form, b"nonsense".to_vec()).await.expect_invalid(&[""]);
    let cut = form("a.txt", b"hello", &[]);
    post(as_form, cut[..cut.len() - 12].to_vec()).await.expect_invalid(&[""]);
    let twice = [&cut[..cut.len() - 7], &form("b.txt", b"b", &[])].concat();
    post(as_form, twice).await.expect_invalid(&["file"]);
    for peaks in ["", "[]", "[2]", "[-0.1]", "{}", "[\"a\"]", &format!("[{}0]", "0,".repeat(128))] {
        post(as_form, form("a", b"a", &[("peaks", peaks)])).await.expect_invalid(&["peaks"]);
    }
    // Peaks are of sounds alone.
    post(as_form, form("a", b"a", &[("peaks", "[0.5]")])).await.expect_invalid(&["peaks"]);
    let many: Vec<(&str, &str)> = (0..20).map(|_| ("other", "x")).collect();
    post(as_form, form("a", b"a", &many)).await.expect_invalid(&[""]);
    let anonymous = app.call(Method::POST, "/uploads").body(as_form, form("a", b"a", &[]));
    anonymous.send().await.expect_problem(401, "unauthorized");
    assert_eq!(files_on_disk(&app), Vec::<PathBuf>::new());
    uploaded(&app, &ann, "a", &[b'a'; 1000]).await;
    upload(&app, &ann, "b", &[b'b'; 501]).await.expect_problem(413, "too_large");
    eventually(|| files_on_disk(&app).len() == 1).await;
    app.stop().await;
}

#[tokio::test]
async fn a_message_names_a_file_of_its_sender_or_one_elsewhere() {
    let app = TestApp::start();
    let (ann, bob, talk) = two(&app).await;
    let made = uploaded(&app, &ann, "a.txt", b"hello").await;
    for url in [
        json!(bare(&made)),
        json!("/api/v1/uploads/0190a000-0000-7000-8000-000000000000"),
        json!("/api/v1/uploads/nonsense"),
    ] {
        send_file(&app, &bob, &talk, &url).await.expect_invalid(&["fileUrl"]);
    }
    for url in [json!("/api/v1/users/me"), json!("/etc/passwd"), json!("/api/v1/uploads/")] {
        let refused = send_file(&app, &bob, &talk, &url).await;
        refused.expect_problem(422, "invalid_payload");
    }
    let elsewhere = json!("https://example.org/a.png");
    let sent = send_file(&app, &bob, &talk, &elsewhere).await.expect(StatusCode::CREATED);
    assert_eq!((&sent["fileUrl"], &sent["file"]), (&elsewhere, &Value::Null));
    // With the address before it, as a page resolves it.
    let url = json!(format!("{}{}", app.url, made["fileUrl"].as_str().unwrap()));
    let sent = send_file(&app, &ann, &talk, &url).await.expect(StatusCode::CREATED);
    assert_eq!((&sent["fileUrl"], &sent["file"]), (&made["fileUrl"], &made["file"]));
    // Who sees it may hand it on.
    send_file(&app, &bob, &talk, &json!(bare(&made))).await.expect(StatusCode::CREATED);
    app.stop().await;
}

#[tokio::test]
async fn a_file_goes_with_its_last_message() {
    let app = TestApp::start();
    let (ann, bob, talk) = two(&app).await;
    // The same bytes are there once, whoever brings them.
    let made = uploaded(&app, &ann, "a.txt", b"hello").await;
    let again = uploaded(&app, &bob, "b.txt", b"hello").await;
    assert_eq!(files_on_disk(&app).len(), 1);
    let sent = send_file(&app, &ann, &talk, &made["fileUrl"]).await.expect(StatusCode::CREATED);
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    let discard = |uploaded: &Value| app.call_outside(Method::DELETE, &bare(uploaded));
    discard(&made).by(&ann).send().await.expect_problem(409, "conflict");
    discard(&again).by(&ann).send().await.expect_problem(404, "not_found");
    assert_eq!(discard(&again).by(&bob).send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&app, &bare(&made)).by(&bob).send().await.text, "hello");
    assert_eq!(app.delete(&path).by(&ann).send().await.status, StatusCode::NO_CONTENT);
    eventually(|| files_on_disk(&app).is_empty()).await;
    get(&app, made["fileUrl"].as_str().unwrap()).send().await.expect_problem(404, "not_found");
    app.stop().await;
}

#[tokio::test]
async fn an_export_names_the_files() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let made = uploaded(&app, &ann, "a.txt", b"hello").await;
    let export = app.get("/export/me").by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(export["files"][0]["file"], made["file"]);
    let url = export["files"][0]["fileUrl"].as_str().unwrap();
    assert_eq!(get(&app, url).send().await.text, "hello");
    app.stop().await;
}
