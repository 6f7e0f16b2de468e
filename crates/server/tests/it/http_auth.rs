//! Accounts and passwords: register, log in, who am I, change the password.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use reqwest::StatusCode;
use salala_core::{Clock as _, UserId};
use salala_server::config::Registration;
use salala_server::rate_limits::Rate;
use serde_json::json;

use super::app::{PASSWORD, TestApp, TestUser, keys};

#[tokio::test]
async fn who_registers_is_signed_in() {
    let app = TestApp::start();
    let body = json!({
        "username": "ann",
        "email": "Ann@Example.org",
        "password": PASSWORD,
        "displayName": " Ann A. ",
    });
    let answer = app.post("/auth/register", &body).send().await;
    let signed_in = answer.expect(StatusCode::CREATED);
    assert_eq!(keys(&signed_in), ["accessToken", "expiresIn", "refreshToken", "user"]);
    assert_eq!(signed_in["expiresIn"], 86_400);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let me = &signed_in["user"];
    assert_eq!(
        keys(me),
        [
            "avatar",
            "bio",
            "createdAt",
            "dateOfBirth",
            "displayName",
            "email",
            "id",
            "lastSeenAt",
            "phoneNumber",
            "status",
            "username"
        ]
    );
    assert_eq!(me["displayName"], "Ann A.");
    assert_eq!(me["status"], "offline");
    let ann = TestUser::of(&signed_in);
    let answer = app.get("/auth/me").by(&ann).send().await;
    assert_eq!(answer.expect(StatusCode::OK), *me);
    app.stop().await;
}

#[tokio::test]
async fn a_name_or_address_is_given_once_whatever_its_case() {
    let app = TestApp::start();
    app.user("ann").await;
    let register = |username: &str, email: &str| {
        let body = json!({ "username": username, "email": email, "password": PASSWORD });
        app.post("/auth/register", &body).send()
    };
    register("ANN", "other@example.org").await.expect_problem(409, "conflict");
    register("other", "ANN@example.org").await.expect_problem(409, "conflict");
    register("other", "other@example.org").await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn an_account_that_does_not_fit_is_refused_field_by_field() {
    let app = TestApp::start();
    let body = json!({ "username": "a b", "email": "nowhere", "password": "short" });
    let answer = app.post("/auth/register", &body).send().await;
    answer.expect_invalid(&["username", "email", "password"]);
    app.post("/auth/register", &json!({}))
        .send()
        .await
        .expect_invalid(&["username", "email", "password"]);
}

#[tokio::test]
async fn one_logs_in_by_name_or_address_in_any_case() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    for login in ["ann", "ANN", "ann@example.org", "Ann@Example.Org"] {
        let signed_in = app.login(login, PASSWORD).await.expect(StatusCode::OK);
        assert_eq!(TestUser::of(&signed_in).id, ann.id);
    }
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let app = TestApp::start();
    app.user("ann").await;
    let wrong = app.login("ann", "wrong horse").await.expect_problem(401, "unauthorized");
    let unknown = app.login("bob", PASSWORD).await.expect_problem(401, "unauthorized");
    assert_eq!(wrong, unknown);
    app.login("", "").await.expect_invalid(&["email", "password"]);
}

#[tokio::test]
async fn closed_registration_keeps_strangers_out_but_lets_users_in() {
    let app = TestApp::start_with(|config| config.registration = Registration::Closed);
    let body = json!({ "username": "ann", "email": "a@b", "password": PASSWORD });
    app.post("/auth/register", &body).send().await.expect_problem(403, "forbidden");
    app.login("ann", PASSWORD).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let elsewhere = TestUser::of(&app.login("ann", PASSWORD).await.expect(StatusCode::OK));
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        app.post("/auth/password", &body).by(&ann).send()
    };
    change("wrong horse", "battery staple").await.expect_problem(403, "forbidden");
    change(PASSWORD, "short").await.expect_invalid(&["newPassword"]);
    change(PASSWORD, "battery staple").await.expect(StatusCode::NO_CONTENT);
    app.get("/auth/me").by(&ann).send().await.expect(StatusCode::OK);
    app.get("/auth/me").by(&elsewhere).send().await.expect_problem(401, "unauthorized");
    let refresh = json!({ "refreshToken": elsewhere.refresh_token });
    app.post("/auth/refresh", &refresh).send().await.expect_problem(401, "unauthorized");
    app.login("ann", PASSWORD).await.expect_problem(401, "unauthorized");
    app.login("ann", "battery staple").await.expect(StatusCode::OK);
    app.stop().await;
}

#[tokio::test]
async fn of_two_changes_by_one_password_at_once_one_holds() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let change = |new: &str| {
        let body = json!({ "currentPassword": PASSWORD, "newPassword": new });
        app.post("/auth/password", &body).by(&ann).send()
    };
    let (one, other) = tokio::join!(change("battery staple"), change("staple battery"));
    let (refused, held) = match one.status {
        StatusCode::NO_CONTENT => (other, "battery staple"),
        _ => (one, "staple battery"),
    };
    refused.expect_problem(403, "forbidden");
    app.login("ann", held).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn no_sign_in_by_the_old_password_outlives_its_change() {
    let app = TestApp::start_with(|config| config.rate_limit_auth = None);
    let ann = app.user("ann").await;
    let id = UserId::parse(&ann.id).unwrap();
    let mut logins: FuturesUnordered<_> = (0..20).map(|_| app.login("ann", PASSWORD)).collect();
    // The first is through, and the others stand in line for their hash to be checked.
    logins.next().await.unwrap().expect(StatusCode::OK);
    let changed = app.store.set_password(id, "another".to_owned(), None, None, app.clock.now());
    changed.await.unwrap();
    while let Some(login) = logins.next().await {
        if login.status != StatusCode::OK {
            login.expect_problem(401, "unauthorized");
        }
    }
    assert_eq!(app.store.sessions(id, app.clock.now()).await.unwrap(), []);
}

#[tokio::test]
async fn one_changes_what_one_says_about_oneself_and_others_see_only_what_is_theirs_to_see() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let body = json!({
        "displayName": "Ann",
        "bio": "Hello",
        "avatar": "https://example.org/ann.png",
        "phoneNumber": "+1 555",
        "dateOfBirth": "1990-12-31",
    });
    let me = app.patch("/users/me", &body).by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(me["dateOfBirth"], "1990-12-31");
    let me = app.patch("/users/me", &json!({ "bio": null })).by(&ann).send().await;
    let me = me.expect(StatusCode::OK);
    assert_eq!((&me["bio"], &me["displayName"]), (&json!(null), &json!("Ann")));
    let seen = app.get(&format!("/users/{}", ann.id)).by(&bob).send().await;
    let seen = seen.expect(StatusCode::OK);
    assert_eq!(
        keys(&seen),
        ["avatar", "bio", "createdAt", "displayName", "id", "lastSeenAt", "status", "username"]
    );
    let bad = json!({ "avatar": "javascript:1", "dateOfBirth": "yesterday" });
    let answer = app.patch("/users/me", &bad).by(&ann).send().await;
    answer.expect_invalid(&["avatar", "dateOfBirth"]);
}

#[tokio::test]
async fn people_are_found_by_name() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bobby").await);
    let search = |query: &str| app.get(&format!("/users/search{query}")).by(&ann).send();
    let found = search("?q=bob").await.expect(StatusCode::OK);
    assert_eq!(found["data"][0]["id"], bob.id.as_str());
    assert_eq!(
        keys(&found["data"][0]),
        ["avatar", "displayName", "id", "lastSeenAt", "status", "username"]
    );
    assert_eq!(search("?q=nobody").await.expect(StatusCode::OK), json!({ "data": [] }));
    search("").await.expect_invalid(&["q"]);
    search("?q=%20").await.expect_invalid(&["q"]);
    search("?q=bob&limit=0").await.expect_invalid(&["limit"]);
}

#[tokio::test]
async fn guesses_are_limited_and_the_owner_is_not_shut_out_for_good() {
    let app = TestApp::start();
    app.user("ann").await;
    app.user("ben").await;
    for _ in 0..20 {
        app.login("ann", "a wrong password").await.expect_problem(401, "unauthorized");
    }
    let refused = app.login("ann", "a wrong password").await;
    let problem = refused.expect_problem(429, "rate_limited");
    assert!((1..=3_001).contains(&problem["retryAfterMs"].as_u64().unwrap()), "{problem}");
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=4).contains(&seconds), "{seconds}");
    // Not with the right one either, or guessing would go on; somebody who is not there is limited in
    // the same way, and another account is free.
    app.login("ann", PASSWORD).await.expect_problem(429, "rate_limited");
    for _ in 0..20 {
        app.login("nobody", PASSWORD).await.expect_problem(401, "unauthorized");
    }
    app.login("nobody", PASSWORD).await.expect_problem(429, "rate_limited");
    app.login("ben", PASSWORD).await.expect(StatusCode::OK);
    app.clock.advance(Duration::from_secs(4));
    app.login("ann", PASSWORD).await.expect(StatusCode::OK);
    app.stop().await;
}

#[tokio::test]
async fn what_succeeds_does_not_count() {
    let app = TestApp::start_with(|config| {
        config.rate_limit_auth = Rate::new(2, Duration::from_mins(1));
    });
    app.user("ann").await;
    for _ in 0..5 {
        app.login("ann", PASSWORD).await.expect(StatusCode::OK);
    }
    app.stop().await;
}
