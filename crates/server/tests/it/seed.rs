//! The demo world, seen through the API.

use std::sync::Arc;

use reqwest::StatusCode;
use salala_core::SystemRandom;
use salala_server::seed;

use super::app::{TestApp, TestUser};

#[tokio::test]
async fn the_demo_world_is_one_that_could_have_happened() {
    let app = TestApp::start();
    let random = Arc::new(SystemRandom);
    let sign_ins = seed::fill(Arc::clone(&app.store), &*app.clock, random).await.unwrap();
    assert_eq!(sign_ins.len(), 5);
    let mai = app.login(&sign_ins[0].username, &sign_ins[0].password).await;
    let mai = TestUser::of(&mai.expect(StatusCode::OK));
    let page = app.get("/conversations").by(&mai).send().await.expect(StatusCode::OK);
    let conversations = page["data"].as_array().unwrap();
    assert!(conversations.iter().any(|row| row["isGroup"] == true));
    assert!(conversations.iter().any(|row| row["unreadCount"] != 0));
    let said: u64 = conversations.iter().map(|row| row["lastSeq"].as_u64().unwrap()).sum();
    assert!(said >= 40, "{said} messages");
    let requests = app.get("/friend-requests").by(&mai).send().await.expect(StatusCode::OK);
    assert_eq!(requests["data"][0]["sender"]["username"], "amara");
    let again = seed::fill(Arc::clone(&app.store), &*app.clock, Arc::new(SystemRandom)).await;
    assert!(again.is_err(), "the names are taken");
}
