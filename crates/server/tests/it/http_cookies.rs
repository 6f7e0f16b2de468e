//! The cookies of the server's own page, and what they must not be used for.

use reqwest::{Method, StatusCode};
use salala_server::config::{Origin, TrustedProxies};
use serde_json::json;

use super::app::{Answer, PASSWORD, TestApp};

async fn login(app: &TestApp) -> Answer {
    app.user("ann").await;
    app.login("ann", PASSWORD).await
}

#[tokio::test]
async fn a_sign_in_sets_cookies_that_scripts_and_other_sites_cannot_use() {
    let app = TestApp::start();
    let answer = login(&app).await;
    let access = answer.set_cookie("salala_access").unwrap();
    assert!(access.ends_with("; HttpOnly; SameSite=Strict; Path=/api; Max-Age=86400"), "{access}");
    let refresh = answer.set_cookie("salala_refresh").unwrap();
    let ending = "; HttpOnly; SameSite=Strict; Path=/api/v1/auth; Max-Age=2592000";
    assert!(refresh.ends_with(ending), "{refresh}");
}

#[tokio::test]
async fn over_https_cookies_are_kept_off_plain_http() {
    let public_url = Origin::parse("https://chat.example.org").ok();
    let app = TestApp::start_with(|config| config.public_url = public_url);
    let answer = login(&app).await;
    assert!(answer.set_cookie("salala_access").unwrap().ends_with("; Secure"));
    let proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    let app = TestApp::start_with(|config| config.trusted_proxies = proxies);
    app.user("ann").await;
    let body = json!({ "email": "ann", "password": PASSWORD });
    let answer = app.post("/auth/login", &body).header("x-forwarded-proto", "https").send().await;
    assert!(answer.set_cookie("salala_refresh").unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn a_cookie_reads_but_writes_only_from_the_own_page() {
    let app = TestApp::start();
    let answer = login(&app).await;
    let cookie = format!("salala_access={}", answer.cookie("salala_access").unwrap());
    let me = app.get("/auth/me").header("cookie", &cookie).send().await;
    me.expect(StatusCode::OK);
    let write = |origin: Option<String>| {
        let call = app.patch("/users/me", &json!({ "bio": "x" })).header("cookie", &cookie);
        match origin {
            Some(origin) => call.header("origin", &origin).send(),
            None => call.send(),
        }
    };
    write(None).await.expect_problem(403, "forbidden");
    write(Some("https://evil.example".to_owned())).await.expect_problem(403, "forbidden");
    write(Some("null".to_owned())).await.expect_problem(403, "forbidden");
    write(Some(app.url.clone())).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_header_wins_over_the_cookie() {
    let app = TestApp::start();
    let answer = login(&app).await;
    let cookie = format!("salala_access={}", answer.cookie("salala_access").unwrap());
    let bob = app.user("bob").await;
    let me = app.get("/auth/me").header("cookie", &cookie).by(&bob).send().await;
    assert_eq!(me.expect(StatusCode::OK)["id"], bob.id.as_str());
    for authorization in ["Bearer nonsense", "Bearer", "Basic YTpi", ""] {
        let call = app.get("/auth/me").header("cookie", &cookie);
        let answer = call.header("authorization", authorization).send().await;
        answer.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn the_page_refreshes_by_cookie_and_forgets_a_dead_one() {
    let app = TestApp::start();
    let answer = login(&app).await;
    let cookie = format!("salala_refresh={}", answer.cookie("salala_refresh").unwrap());
    let refresh = |origin: &str| {
        let call = app.call(Method::POST, "/auth/refresh").header("cookie", &cookie);
        call.header("origin", origin).send()
    };
    refresh("https://evil.example").await.expect_problem(403, "forbidden");
    let answer = refresh(&app.url).await;
    answer.expect(StatusCode::OK);
    assert!(!answer.cookie("salala_refresh").unwrap().is_empty());
    let reused = refresh(&app.url).await;
    reused.expect_problem(401, "unauthorized");
    let cleared = reused.set_cookie("salala_refresh").unwrap();
    assert!(cleared.starts_with("salala_refresh=;"), "{cleared}");
    assert!(cleared.ends_with("Max-Age=0"), "{cleared}");
}

#[tokio::test]
async fn logging_out_clears_the_cookies() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let answer = app.call(Method::POST, "/auth/logout").by(&ann).send().await;
    answer.expect(StatusCode::NO_CONTENT);
    for name in ["salala_access", "salala_refresh"] {
        assert_eq!(answer.cookie(name), Some(""), "{name}");
    }
}

#[tokio::test]
async fn a_page_from_elsewhere_gets_no_cookies() {
    let app = TestApp::start();
    app.user("ann").await;
    let body = json!({ "email": "ann", "password": PASSWORD });
    let call = app.post("/auth/login", &body).header("origin", "https://elsewhere.example");
    let answer = call.send().await;
    answer.expect(StatusCode::OK);
    assert_eq!(answer.set_cookie("salala_access"), None);
}
