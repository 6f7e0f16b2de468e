//! The deadlines of calls, by a clock that is moved by hand.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::{PASSWORD, TestApp, TestUser};
use super::socket::TestSocket;

/// Ann, who has called Ben, each on a device.
struct Ringing {
    app: TestApp,
    ann: TestUser,
    ben: TestUser,
    ann_device: TestSocket,
    ben_device: TestSocket,
    call_id: Value,
}

async fn ringing() -> Ringing {
    let app = TestApp::start();
    let (ann, ben) = (app.user("ann").await, app.user("ben").await);
    let talk = app.direct(&ann, &ben).await;
    let mut ann_device = TestSocket::connect(&app, &ann).await;
    let mut ben_device = TestSocket::connect(&app, &ben).await;
    let call = json!({ "conversationId": talk, "calleeId": ben.id, "hasVideo": false });
    let started = ann_device.does("call:initiate", &call).await;
    let (name, incoming) = ben_device.hears_of_call().await;
    assert_eq!((name.as_str(), &incoming["callId"]), ("call:incoming", &started["callId"]));
    let call_id = started["callId"].clone();
    Ringing { app, ann, ben, ann_device, ben_device, call_id }
}

impl Ringing {
    /// Ben answers.
    async fn answer(&mut self) {
        let answer = json!({ "to": self.ann.id, "answer": "yes" });
        self.ben_device.does("call:answer", &answer).await;
        assert_eq!(self.ann_device.hears_of_call().await.0, "call:answer");
    }

    /// How the call stands in a user's history, once `is_so`.
    async fn recorded(&self, user: &TestUser, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let page = self.app.get("/calls").by(user).send().await.expect(StatusCode::OK);
            if is_so(&page["data"][0]) {
                return page["data"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the call never stood so");
    }
}

#[tokio::test]
async fn a_call_that_nobody_answers_is_missed_after_half_a_minute() {
    let mut call = ringing().await;
    call.app.clock.advance(Duration::from_secs(30));
    let told = call.ann_device.hears_of_call().await;
    assert_eq!(told, ("call:ended".to_owned(), over(&call.call_id, &call.ben, "missed")));
    let told = call.ben_device.hears_of_call().await;
    assert_eq!(told, ("call:ended".to_owned(), over(&call.call_id, &call.ann, "missed")));
    let missed = call.recorded(&call.ben, |call| call["state"] == "missed").await;
    assert_eq!((&missed["missed"], &missed["direction"]), (&json!(true), &json!("incoming")));
    call.app.stop().await;
}

#[tokio::test]
async fn an_answer_before_the_last_moment_is_in_time() {
    let mut call = ringing().await;
    call.app.clock.advance(Duration::from_millis(29_999));
    call.answer().await;
    call.app.clock.advance(Duration::from_hours(1));
    let end = json!({ "to": call.ben.id });
    call.ann_device.does("call:end", &end).await;
    assert_eq!(call.ben_device.hears_of_call().await.0, "call:end");
    let talked = call.recorded(&call.ann, |call| call["state"] == "ended").await;
    assert_eq!(talked["durationMs"], 3_600_000);
    call.app.stop().await;
}

#[tokio::test]
async fn a_caller_who_does_not_come_back_stops_the_ringing() {
    let Ringing { app, ann, ben, ann_device, mut ben_device, call_id } = ringing().await;
    ann_device.close().await;
    is_offline(&app, &ben, &ann).await;
    app.clock.advance(Duration::from_secs(15));
    let told = ben_device.hears_of_call().await;
    assert_eq!(told, ("call:cancelled".to_owned(), over(&call_id, &ann, "connection_lost")));
    app.stop().await;
}

#[tokio::test]
async fn a_callee_without_any_device_stops_the_ringing_and_with_one_does_not() {
    let Ringing { app, ann, ben, mut ann_device, ben_device, call_id } = ringing().await;
    let signed_in = TestUser::of(&app.login("ben", PASSWORD).await.expect(StatusCode::OK));
    let mut second = TestSocket::connect(&app, &signed_in).await;
    assert_eq!(second.hears_of_call().await.0, "call:incoming");
    ben_device.close().await;
    app.clock.advance(Duration::from_secs(15));
    // Were the call over, there would be nothing to offer.
    ann_device.does("call:offer", &json!({ "to": ben.id, "offer": "1" })).await;
    assert_eq!(second.hears_of_call().await.0, "call:offer");
    second.close().await;
    is_offline(&app, &ann, &ben).await;
    // The second device went at 15 s, so its grace and the ringing end at the same moment.
    app.clock.advance(Duration::from_secs(15));
    let told = ann_device.hears_of_call().await;
    assert_eq!(told, ("call:cancelled".to_owned(), over(&call_id, &ben, "connection_lost")));
    app.stop().await;
}

#[tokio::test]
async fn who_talks_and_does_not_come_back_is_lost_to_the_other() {
    let mut call = ringing().await;
    call.answer().await;
    let Ringing { app, ann, ben, mut ann_device, ben_device, call_id } = call;
    ben_device.close().await;
    is_offline(&app, &ann, &ben).await;
    app.clock.advance(Duration::from_secs(15));
    let told = ann_device.hears_of_call().await;
    assert_eq!(told, ("call:ended".to_owned(), over(&call_id, &ben, "connection_lost")));
    app.stop().await;
}

#[tokio::test]
async fn who_comes_back_in_time_goes_on_and_is_told_what_it_lacks() {
    let mut call = ringing().await;
    call.answer().await;
    let Ringing { app, ann, ben, mut ann_device, ben_device, call_id } = call;
    ben_device.close().await;
    is_offline(&app, &ann, &ben).await;
    app.clock.advance(Duration::from_millis(14_999));
    ann_device.does("call:ice-candidate", &json!({ "to": ben.id, "candidate": "c" })).await;
    // Another sign-in is another device, and has no part in the call.
    let signed_in = TestUser::of(&app.login("ben", PASSWORD).await.expect(StatusCode::OK));
    let mut other = TestSocket::connect(&app, &signed_in).await;
    let mut back = TestSocket::connect(&app, &ben).await;
    assert_eq!(back.hears_of_call().await.0, "call:incoming");
    let (name, lacking) = back.hears_of_call().await;
    assert_eq!((name.as_str(), &lacking["candidate"]), ("call:ice-candidate", &json!("c")));
    app.clock.advance(Duration::from_mins(5));
    back.does("call:ice-candidate", &json!({ "to": ann.id, "candidate": "d" })).await;
    assert_eq!(ann_device.hears_of_call().await.0, "call:ice-candidate");
    ann_device.does("call:end", &json!({ "to": ben.id })).await;
    assert_eq!(back.hears_of_call().await.0, "call:end");
    let told = other.hears_of_call().await;
    assert_eq!(told, ("call:end".to_owned(), over(&call_id, &ann, "ended")));
    app.stop().await;
}

fn over(call_id: &Value, from: &TestUser, reason: &str) -> Value {
    json!({ "from": from.id, "callId": call_id, "reason": reason })
}

/// Waits until it shows that the last device of a user has gone.
async fn is_offline(app: &TestApp, viewer: &TestUser, user: &TestUser) {
    let path = format!("/users/{}", user.id);
    for _ in 0..200 {
        let shown = app.get(&path).by(viewer).send().await.expect(StatusCode::OK);
        if shown["status"] == "offline" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the device did not go");
}
