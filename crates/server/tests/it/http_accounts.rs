//! Exporting and erasing one's account.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::app::{PASSWORD, TestApp, keys};

#[tokio::test]
async fn an_erased_account_is_gone_at_once_and_its_name_free() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let choir = app.group(&ann, &[&bob]).await;
    app.message(&ann, &choir, "la").await;
    app.delete("/users/me").send().await.expect_problem(401, "unauthorized");
    let erased = app.delete("/users/me").by(&ann).send().await;
    erased.expect(StatusCode::NO_CONTENT);
    assert_eq!(erased.cookie("salala_access"), Some(""));
    assert_eq!(erased.cookie("salala_refresh"), Some(""));
    app.delete("/users/me").by(&ann).send().await.expect_problem(401, "unauthorized");
    app.login("ann", PASSWORD).await.expect_problem(401, "unauthorized");
    let refresh = app.post("/auth/refresh", &json!({ "refreshToken": ann.refresh_token }));
    refresh.send().await.expect_problem(401, "unauthorized");
    app.get(&format!("/users/{}", ann.id)).by(&bob).send().await.expect_problem(404, "not_found");
    let left = app.get(&format!("/conversations/{choir}")).by(&bob).send().await;
    let left = left.expect(StatusCode::OK);
    assert_eq!((&left["participantIds"], &left["role"]), (&json!([bob.id]), &json!("owner")));
    assert_ne!(app.user("ann").await.id, ann.id);
    app.stop().await;
}

#[tokio::test]
async fn another_sites_page_erases_nobody() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let cookie = format!("salala_access={}", ann.access_token);
    let erase = || app.delete("/users/me").header("cookie", &cookie);
    erase().send().await.expect_problem(403, "forbidden");
    let elsewhere = erase().header("origin", "https://evil.example").send().await;
    elsewhere.expect_problem(403, "forbidden");
    app.get("/auth/me").by(&ann).send().await.expect(StatusCode::OK);
    erase().header("origin", &app.url).send().await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_export_is_one_document_of_what_is_ones_own() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    app.get("/export/me").send().await.expect_problem(401, "unauthorized");
    let answer = app.get("/export/me").by(&ann).send().await;
    let empty = answer.expect(StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"salala-export.json\""));
    let lists = [
        "calls",
        "blocks",
        "conversations",
        "files",
        "devices",
        "friends",
        "messages",
        "pastMemberships",
        "reactions",
        "reads",
        "receivedFriendRequests",
        "sentFriendRequests",
    ];
    for list in lists {
        assert_eq!(empty[list], json!([]), "{list}");
    }
    let others = ["exportedAt", "profile", "sessions", "settings"];
    assert_eq!(keys(&empty).len(), lists.len() + others.len());
    assert_eq!(empty["profile"]["email"], "ann@example.org");
    assert_eq!(
        (&empty["sessions"][0]["current"], &empty["sessions"][1]),
        (&json!(true), &json!(null))
    );
    let talk = app.direct(&ann, &bob).await;
    // More than one part's rows.
    for number in 0..250 {
        app.message(&ann, &talk, &format!("message {number}")).await;
    }
    app.message(&bob, &talk, "private").await;
    let answer = app.get("/export/me").by(&ann).send().await;
    let full = answer.expect(StatusCode::OK);
    let contents: Vec<_> =
        full["messages"].as_array().unwrap().iter().map(|own| &own["content"]).collect();
    let expected: Vec<_> = (0..250).map(|number| json!(format!("message {number}"))).collect();
    assert_eq!(contents, expected.iter().collect::<Vec<_>>());
    assert_eq!(full["conversations"][0]["other"]["username"], "bob");
    assert!(!answer.text.contains("private") && !answer.text.contains("bob@"), "{}", answer.text);
    assert!(!answer.text.contains("argon2"));
    app.stop().await;
}

#[tokio::test]
async fn exports_are_few() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for _ in 0..10 {
        app.get("/export/me").by(&ann).send().await.expect(StatusCode::OK);
    }
    let refused = app.get("/export/me").by(&ann).send().await;
    refused.expect_problem(429, "rate_limited");
    assert!(refused.header("retry-after").is_some());
    app.get("/export/me").by(&bob).send().await.expect(StatusCode::OK);
    app.clock.advance(Duration::from_mins(7));
    app.get("/export/me").by(&ann).send().await.expect(StatusCode::OK);
}
