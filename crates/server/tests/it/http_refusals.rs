//! What every route refuses in the same way: no user, no such thing, no such method, mistakes.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::TestApp;

/// An id that names nothing.
const NOTHING: &str = "019ab0c0-0000-7000-8000-000000000000";

/// Every route that needs a user, with `{}` where an id stands, and whether it takes a body.
const ROUTES: &[(&str, &str, bool)] = &[
    ("POST", "/auth/password", true),
    ("POST", "/auth/logout", false),
    ("GET", "/auth/me", false),
    ("GET", "/auth/sessions", false),
    ("DELETE", "/auth/sessions/{}", false),
    ("GET", "/users/search?q=a", false),
    ("PATCH", "/users/me", true),
    ("GET", "/users/{}", false),
    ("GET", "/friends", false),
    ("DELETE", "/friends/{}", false),
    ("GET", "/friend-requests", false),
    ("POST", "/friend-requests", true),
    ("DELETE", "/friend-requests/{}", false),
    ("POST", "/friend-requests/{}/accept", false),
    ("POST", "/friend-requests/{}/reject", false),
    ("GET", "/conversations", false),
    ("POST", "/conversations/direct", true),
    ("POST", "/conversations/groups", true),
    ("GET", "/conversations/{}", false),
    ("PATCH", "/conversations/{}", true),
    ("POST", "/conversations/{}/participants", true),
    ("DELETE", "/conversations/{}/participants/{}", false),
    ("PATCH", "/conversations/{}/participants/{}", true),
    ("GET", "/conversations/{}/messages", false),
    ("POST", "/conversations/{}/messages", true),
    ("POST", "/conversations/{}/read", true),
    ("GET", "/conversations/{}/media", false),
    ("GET", "/messages/{}", false),
    ("PATCH", "/messages/{}", true),
    ("DELETE", "/messages/{}", false),
    ("PUT", "/messages/{}/reactions/👍", false),
    ("DELETE", "/messages/{}/reactions/👍", false),
];

/// A body that fits every route that takes one.
fn any_body() -> Value {
    json!({
        "currentPassword": "12345678",
        "newPassword": "12345678",
        "receiverId": NOTHING,
        "userId": NOTHING,
        "userIds": [NOTHING],
        "participantIds": [],
        "name": "Team",
        "role": "member",
        "content": "hello",
        "seq": 1,
    })
}

fn method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap()
}

#[tokio::test]
async fn without_a_user_no_route_answers() {
    let app = TestApp::start();
    for (name, path, _) in ROUTES {
        let path = path.replace("{}", NOTHING);
        let call = || app.call(method(name), &path).json(&any_body());
        for call in [call(), call().bearer("nonsense")] {
            let answer = call.send().await;
            answer.expect_problem(401, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{name} {path}");
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    for (name, path, _) in ROUTES.iter().filter(|(_, path, _)| path.contains("{}")) {
        for id in [NOTHING, "none", "%20", "..%2f..", "%00", "%ff", &"9".repeat(2000)] {
            let path = path.replace("{}", id);
            let answer = app.call(method(name), &path).json(&any_body()).by(&ann).send().await;
            answer.expect_problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn every_body_is_checked() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    for (name, path, _) in ROUTES.iter().filter(|(_, _, has_body)| *has_body) {
        let path = path.replace("{}", NOTHING);
        let call = || app.call(method(name), &path).by(&ann);
        call().send().await.expect_problem(415, "unsupported_media_type");
        call().body("application/json", "[]").send().await.expect_invalid(&[""]);
        let wrong_types = json!({
            "currentPassword": 1, "newPassword": [], "receiverId": ["a"], "userId": {},
            "userIds": "a", "participantIds": [5], "name": 5, "role": 5, "content": [], "seq": -1,
            "bio": 5, "mutedUntil": 5,
        });
        let problem = call().json(&wrong_types).send().await;
        let problem = problem.expect_problem(422, "invalid_payload");
        assert!(!problem["errors"].as_array().unwrap().is_empty(), "{name} {path}");
    }
}

#[tokio::test]
async fn an_unknown_route_is_a_problem_too() {
    let app = TestApp::start();
    for path in ["/", "/nothing", "/users", "/auth/me/", "/nothing", "/search", "/calls/1"] {
        app.get(path).send().await.expect_problem(404, "not_found");
    }
    for path in ["/api/v2/users", "/nothing", "/index.html", "/%ff", "/../etc/passwd"] {
        let answer = app.call_outside(Method::GET, path).send().await;
        answer.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have_is_told_which_it_has() {
    let app = TestApp::start();
    for (name, path, allowed) in [
        ("GET", "/auth/login", &["POST"][..]),
        ("PUT", "/auth/me", &["GET", "HEAD"]),
        ("DELETE", "/friend-requests", &["GET", "HEAD", "POST"]),
        ("POST", "/messages/x", &["DELETE", "GET", "HEAD", "PATCH"]),
    ] {
        let answer = app.call(method(name), path).send().await;
        answer.expect_problem(405, "not_found");
        let mut allow: Vec<_> = answer.header("allow").unwrap().split(',').collect();
        allow.sort_unstable();
        assert_eq!(allow, allowed, "{name} {path}");
    }
}

#[tokio::test]
async fn a_page_is_asked_for_with_a_limit_from_1_to_100() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let conversation = app.direct(&ann, &bob).await;
    for path in [
        "/conversations".to_owned(),
        format!("/conversations/{conversation}/messages"),
        format!("/conversations/{conversation}/media"),
    ] {
        for limit in ["1", "100"] {
            let answer = app.get(&format!("{path}?limit={limit}")).by(&ann).send().await;
            answer.expect(StatusCode::OK);
        }
        for limit in ["0", "101", "-1", "x", "", "1.5"] {
            let answer = app.get(&format!("{path}?limit={limit}")).by(&ann).send().await;
            answer.expect_invalid(&["limit"]);
        }
        let answer = app.get(&format!("{path}?cursor=nonsense")).by(&ann).send().await;
        answer.expect_invalid(&["cursor"]);
    }
    let path = format!("/conversations/{conversation}/messages?before=x&after=-1&around=1.5");
    app.get(&path).by(&ann).send().await.expect_invalid(&["before", "after", "around"]);
}
