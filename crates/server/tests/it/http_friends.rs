//! Friends and friend requests.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::{Answer, TestApp, TestUser, keys};

async fn ask(app: &TestApp, by: &TestUser, receiver: &TestUser) -> Answer {
    app.post("/friend-requests", &json!({ "receiverId": receiver.id })).by(by).send().await
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_accepted_request_makes_friends_and_a_conversation() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let request = ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
    assert_eq!(keys(&request), ["createdAt", "id", "receiverId", "senderId", "status"]);
    assert_eq!(request["status"], "PENDING");
    let waiting = app.get("/friend-requests").by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(waiting["data"][0]["sender"]["username"], "ann");
    let none = app.get("/friend-requests").by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(none, json!({ "data": [] }));
    let accept = format!("/friend-requests/{}/accept", id(&request));
    let conversation = app.post(&accept, &json!({})).by(&bob).send().await;
    let conversation = conversation.expect(StatusCode::OK);
    assert_eq!(conversation["isGroup"], false);
    let again = app.post(&accept, &json!({})).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(id(&again), id(&conversation));
    for (user, friend) in [(&ann, &bob), (&bob, &ann)] {
        let friends = app.get("/friends").by(user).send().await.expect(StatusCode::OK);
        assert_eq!(id(&friends["data"][0]), friend.id);
    }
    ask(&app, &bob, &ann).await.expect_problem(409, "conflict");
    app.stop().await;
}

#[tokio::test]
async fn between_two_one_request_waits_at_a_time() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
    ask(&app, &ann, &bob).await.expect_problem(409, "conflict");
    ask(&app, &bob, &ann).await.expect_problem(409, "conflict");
    ask(&app, &ann, &ann).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn only_the_receiver_answers_and_only_the_sender_takes_back() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let carl = app.user("carl").await;
    let request = ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
    let path = format!("/friend-requests/{}", id(&request));
    for user in [&ann, &carl] {
        for act in ["accept", "reject"] {
            let answering = app.post(&format!("{path}/{act}"), &json!({})).by(user);
            answering.send().await.expect_problem(404, "not_found");
        }
    }
    for user in [&bob, &carl] {
        app.delete(&path).by(user).send().await.expect_problem(404, "not_found");
    }
    app.delete(&path).by(&ann).send().await.expect(StatusCode::NO_CONTENT);
    let accept = app.post(&format!("{path}/accept"), &json!({})).by(&bob).send().await;
    accept.expect_problem(409, "conflict");
}

#[tokio::test]
async fn a_rejected_one_may_be_asked_again() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let request = ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
    let path = format!("/friend-requests/{}/reject", id(&request));
    let rejected = app.post(&path, &json!({})).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(rejected["status"], "REJECTED");
    ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_friendship_ends_on_both_sides() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let request = ask(&app, &ann, &bob).await.expect(StatusCode::CREATED);
    let path = format!("/friend-requests/{}/accept", id(&request));
    app.post(&path, &json!({})).by(&bob).send().await.expect(StatusCode::OK);
    let path = format!("/friends/{}", ann.id);
    app.delete(&path).by(&bob).send().await.expect(StatusCode::NO_CONTENT);
    app.delete(&path).by(&bob).send().await.expect_problem(404, "not_found");
    for user in [&ann, &bob] {
        let friends = app.get("/friends").by(user).send().await.expect(StatusCode::OK);
        assert_eq!(friends, json!({ "data": [] }));
    }
}
