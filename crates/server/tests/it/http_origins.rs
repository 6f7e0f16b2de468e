//! Calls of pages from other origins.

use reqwest::{Method, StatusCode};
use salala_server::config::Origins;

use super::app::{Answer, TestApp};

const LISTED: &str = "https://app.example";
const OTHER: &str = "https://evil.example";

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let call = app.call(Method::OPTIONS, "/conversations").header("origin", origin);
    let call = call.header("access-control-request-method", "POST");
    call.header("access-control-request-headers", "authorization,content-type").send().await
}

#[tokio::test]
async fn a_listed_origin_may_call_with_credentials() {
    let origins = Origins::parse(LISTED).unwrap();
    let app = TestApp::start_with(|config| config.cors_origins = origins);
    let answer = preflight(&app, LISTED).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    let headers = answer.header("access-control-allow-headers");
    assert_eq!(headers, Some("Authorization, Content-Type"));
    assert!(answer.header("access-control-allow-methods").unwrap().contains("PATCH"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    let refused = app.get("/friends").header("origin", LISTED).send().await;
    refused.expect_problem(401, "unauthorized");
    assert_eq!(refused.header("access-control-allow-origin"), Some(LISTED));
}

#[tokio::test]
async fn another_origin_may_not_read_answers() {
    let origins = Origins::parse(LISTED).unwrap();
    let app = TestApp::start_with(|config| config.cors_origins = origins);
    for origin in [OTHER, "null", "https://app.example.evil.org"] {
        let answer = preflight(&app, origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("access-control-allow-methods"), None);
        let answer = app.get("/friends").header("origin", origin).send().await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn where_any_origin_may_call_it_is_without_cookies() {
    let app = TestApp::start_with(|config| config.cors_origins = Origins::Any);
    let answer = preflight(&app, OTHER).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}
