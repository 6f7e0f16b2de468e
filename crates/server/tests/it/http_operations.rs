//! What operators' machines ask, and the server's own page.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use salala_server::config::{Secret, TrustedProxies};

use super::app::{Answer, TestApp};

async fn get(app: &TestApp, path: &str) -> Answer {
    app.call_outside(Method::GET, path).send().await
}

#[tokio::test]
async fn a_server_lives_and_is_ready_while_its_store_works() {
    let app = TestApp::start();
    get(&app, "/healthz").await.expect(StatusCode::OK);
    get(&app, "/readyz").await.expect(StatusCode::OK);
    app.store.close().await.unwrap();
    get(&app, "/healthz").await.expect(StatusCode::OK);
    app.clock.advance(Duration::from_millis(500));
    let answer = get(&app, "/readyz").await;
    answer.expect_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn while_storage_is_away_every_answer_says_so() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    app.store.close().await.unwrap();
    let answer = app.get("/friends").by(&ann).send().await;
    answer.expect_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.login("ann", "correct horse").await.expect_problem(503, "unavailable");
}

#[tokio::test]
async fn measures_are_for_users_and_name_none() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    app.get(&format!("/users/{}", ann.id)).by(&ann).send().await.expect(StatusCode::OK);
    get(&app, "/nothing/like/this").await;
    get(&app, "/metrics").await.expect_problem(401, "unauthorized");
    let answer = app.call_outside(Method::GET, "/metrics").by(&ann).send().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    let route = r#"route="/api/v1/users/{id}""#;
    assert!(answer.text.contains(route), "{}", answer.text);
    assert!(!answer.text.contains(&ann.id), "{}", answer.text);
    assert!(!answer.text.contains("/nothing"), "{}", answer.text);
}

#[tokio::test]
async fn a_token_opens_the_measures_to_a_collector() {
    let token = "a token for the machine that watches";
    let app = TestApp::start_with(|config| config.metrics_token = Secret::parse(token).ok());
    let collect = || app.call_outside(Method::GET, "/metrics");
    collect().send().await.expect_problem(401, "unauthorized");
    collect().bearer("a wrong token").send().await.expect_problem(401, "unauthorized");
    assert_eq!(collect().bearer(token).send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_proxys_word_for_the_client_counts_only_if_it_is_trusted() {
    let proxies = TrustedProxies::parse("127.0.0.0/8").unwrap();
    for (trusted, expected) in [(proxies, "203.0.113.9"), (TrustedProxies::default(), "127.0.0.1")]
    {
        let app = TestApp::start_with(|config| config.trusted_proxies = trusted);
        app.user("ann").await;
        let login = serde_json::json!({ "email": "ann", "password": super::app::PASSWORD });
        let call = app.post("/auth/login", &login);
        let answer = call.header("x-forwarded-for", "6.6.6.6, 203.0.113.9").send().await;
        let ann = super::app::TestUser::of(&answer.expect(StatusCode::OK));
        let sessions = app.get("/auth/sessions").by(&ann).send().await.expect(StatusCode::OK);
        let sessions = sessions["data"].as_array().unwrap();
        let current = sessions.iter().find(|session| session["current"] == true).unwrap();
        assert_eq!(current["ip"], expected);
    }
}

#[tokio::test]
async fn the_documents_page_brings_all_it_needs_and_lets_nothing_else_in() {
    let app = TestApp::start();
    for (path, content_type) in [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs.js", "text/javascript; charset=utf-8"),
        ("/docs.css", "text/css; charset=utf-8"),
        ("/theme.css", "text/css; charset=utf-8"),
        ("/socket.io/socket.io.min.js", "text/javascript; charset=utf-8"),
        ("/socket.io/socket.io.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = get(&app, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let etag = answer.header("etag").unwrap();
        let again = app.call_outside(Method::GET, path).header("if-none-match", etag).send().await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
    }
}

#[tokio::test]
async fn the_documents_page_names_only_what_is_here_and_nothing_inline() {
    let app = TestApp::start();
    let page = get(&app, "/docs").await.text;
    for inline in [" style=", "<script>", "<style", " onclick=", "javascript:"] {
        assert!(!page.contains(inline), "{inline} does not pass the policy");
    }
    let mut waiting: Vec<_> = quoted_paths(&page, "/");
    assert!(waiting.len() >= 3, "{waiting:?}");
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let answer = get(&app, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let content_type = answer.header("content-type").unwrap();
        if content_type.starts_with("text/javascript") && !path.contains(".min.") {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let imports = answer.text.lines().filter(|line| line.contains(" from "));
            let imports = imports.flat_map(|line| quoted_paths(line, "./"));
            waiting.extend(imports.map(|import| import.replacen('.', folder, 1)));
        }
        seen.push(path);
    }
}

/// The texts between quotes that begin with `start` and name a file.
fn quoted_paths(text: &str, start: &str) -> Vec<String> {
    let parts =
        text.split(['"', '\'']).filter(|part| part.starts_with(start) && part.contains('.'));
    parts.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_chat_page_is_there_or_says_how_to_build_it() {
    let app = TestApp::start();
    let answer = get(&app, "/").await;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(answer.text.contains("make run"), "{}", answer.text);
        return;
    }
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy").unwrap();
    let scripts = policy.split("; ").find(|part| part.starts_with("script-src")).unwrap();
    assert!(scripts.contains("'sha256-") && !scripts.contains("unsafe"), "{scripts}");
    let mut named = quoted_paths(&answer.text, "/_next/static/");
    named.retain(|path| path.ends_with("js") || path.ends_with("css"));
    assert!(named.len() >= 3, "{named:?}");
    for path in named {
        let part = get(&app, &path).await;
        assert_eq!(part.status, StatusCode::OK, "{path}");
        let keeping = part.header("cache-control");
        assert_eq!(keeping, Some("public, max-age=31536000, immutable"), "{path}");
    }
}

#[tokio::test]
async fn the_sockets_door_is_there() {
    let app = TestApp::start();
    let answer = get(&app, "/socket.io/?EIO=4&transport=polling").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.text.starts_with("0{\"sid\":"), "{}", answer.text);
}
