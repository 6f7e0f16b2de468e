//! Sessions: access tokens, rotating refresh tokens, and their ends.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::{Answer, PASSWORD, SECRET, TestApp, TestUser, keys};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.post("/auth/refresh", &json!({ "refreshToken": token })).send().await
}

fn token(claims: &Value) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), claims, &key).unwrap()
}

#[tokio::test]
async fn an_access_token_opens_the_door_for_a_day() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    app.clock.advance(Duration::from_secs(86_399));
    app.get("/auth/me").by(&ann).send().await.expect(StatusCode::OK);
    app.clock.advance(Duration::from_secs(1));
    app.get("/auth/me").by(&ann).send().await.expect_problem(401, "unauthorized");
    refresh(&app, &ann.refresh_token).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn its_life_is_what_the_operator_set() {
    let minute = Duration::from_mins(1);
    let app = TestApp::start_with(|config| config.access_token_ttl = minute);
    let ann = app.user("ann").await;
    app.clock.advance(minute);
    app.get("/auth/me").by(&ann).send().await.expect_problem(401, "unauthorized");
    let signed_in = refresh(&app, &ann.refresh_token).await.expect(StatusCode::OK);
    assert_eq!(signed_in["expiresIn"], 60);
}

#[tokio::test]
async fn a_refresh_token_is_traded_once_for_the_next_one() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let mut token = ann.refresh_token.clone();
    for _ in 0..3 {
        let next = TestUser::of(&refresh(&app, &token).await.expect(StatusCode::OK));
        assert_ne!(next.refresh_token, token);
        app.get("/auth/me").by(&next).send().await.expect(StatusCode::OK);
        token = next.refresh_token;
    }
    let sessions = app.get("/auth/sessions").by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session_and_no_other() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let elsewhere = TestUser::of(&app.login("ann", PASSWORD).await.expect(StatusCode::OK));
    let next = TestUser::of(&refresh(&app, &ann.refresh_token).await.expect(StatusCode::OK));
    refresh(&app, &ann.refresh_token).await.expect_problem(401, "unauthorized");
    refresh(&app, &next.refresh_token).await.expect_problem(401, "unauthorized");
    for user in [&ann, &next] {
        app.get("/auth/me").by(user).send().await.expect_problem(401, "unauthorized");
    }
    app.get("/auth/me").by(&elsewhere).send().await.expect(StatusCode::OK);
    refresh(&app, &elsewhere.refresh_token).await.expect(StatusCode::OK);
    app.stop().await;
}

#[tokio::test]
async fn of_two_who_trade_one_token_at_once_at_most_one_gets_new_ones() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let token = &ann.refresh_token;
    let (one, other) = tokio::join!(refresh(&app, token), refresh(&app, token));
    let good = [one, other].iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(good, 1);
}

#[tokio::test]
async fn a_refresh_token_lives_thirty_days_from_its_last_use() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let almost = Duration::from_hours(30 * 24 - 1);
    app.clock.advance(almost);
    let next = TestUser::of(&refresh(&app, &ann.refresh_token).await.expect(StatusCode::OK));
    app.clock.advance(almost);
    let next = TestUser::of(&refresh(&app, &next.refresh_token).await.expect(StatusCode::OK));
    app.clock.advance(Duration::from_hours(30 * 24));
    refresh(&app, &next.refresh_token).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    for text in ["nonsense", &ann.access_token] {
        refresh(&app, text).await.expect_problem(401, "unauthorized");
    }
    app.post("/auth/refresh", &json!({})).send().await.expect_problem(401, "unauthorized");
    let answer = app.post("/auth/refresh", &json!({ "refreshToken": 5 })).send().await;
    answer.expect_invalid(&["refreshToken"]);
    let answer = app.call(reqwest::Method::POST, "/auth/refresh").send().await;
    answer.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    app.clock.advance(Duration::from_secs(1));
    let login = json!({ "email": "ann", "password": PASSWORD });
    let phone = app.post("/auth/login", &login).header("user-agent", "Phone/1").send().await;
    let phone = TestUser::of(&phone.expect(StatusCode::OK));
    let listed = app.get("/auth/sessions").by(&ann).send().await.expect(StatusCode::OK);
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        keys(&listed[0]),
        ["createdAt", "current", "expiresAt", "id", "ip", "lastUsedAt", "userAgent"]
    );
    assert_eq!(listed[0]["userAgent"], "Phone/1");
    assert_eq!(listed[0]["ip"], "127.0.0.1");
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(false), &json!(true)));
    let path = format!("/auth/sessions/{}", listed[0]["id"].as_str().unwrap());
    app.delete(&path).by(&bob).send().await.expect_problem(404, "not_found");
    app.delete(&path).by(&ann).send().await.expect(StatusCode::NO_CONTENT);
    app.delete(&path).by(&ann).send().await.expect_problem(404, "not_found");
    app.get("/auth/me").by(&phone).send().await.expect_problem(401, "unauthorized");
    refresh(&app, &phone.refresh_token).await.expect_problem(401, "unauthorized");
    app.get("/auth/me").by(&ann).send().await.expect(StatusCode::OK);
}

#[tokio::test]
async fn logging_out_ends_the_session() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let answer = app.post("/auth/logout", &json!({})).by(&ann).send().await;
    answer.expect(StatusCode::NO_CONTENT);
    app.get("/auth/me").by(&ann).send().await.expect_problem(401, "unauthorized");
    refresh(&app, &ann.refresh_token).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_token_made_elsewhere_with_the_same_secret_is_good() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let good = token(&json!({ "sub": ann.id, "exp": 1_795_376_700 }));
    app.get("/auth/me").bearer(&good).send().await.expect(StatusCode::OK);
    let sessions = app.get("/auth/sessions").bearer(&good).send().await.expect(StatusCode::OK);
    assert_eq!(sessions["data"][0]["current"], false);
    let answer = app.post("/auth/logout", &json!({})).bearer(&good).send().await;
    answer.expect(StatusCode::NO_CONTENT);
    app.get("/auth/me").bearer(&good).send().await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_token_for_nobody_or_for_no_session_is_refused() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let sessions = app.get("/auth/sessions").by(&bob).send().await.expect(StatusCode::OK);
    let nobody = "019ab0c0-0000-7000-8000-000000000000";
    let later = 1_795_376_700;
    for claims in [
        json!({ "sub": nobody, "exp": later }),
        json!({ "sub": "ann", "exp": later }),
        json!({ "sub": ann.id, "sid": nobody, "exp": later }),
        json!({ "sub": ann.id, "sid": sessions["data"][0]["id"], "exp": later }),
        json!({ "sub": ann.id, "exp": 1_795_376_634 }),
        json!({ "sub": ann.id }),
    ] {
        let answer = app.get("/auth/me").bearer(&token(&claims)).send().await;
        answer.expect_problem(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}
