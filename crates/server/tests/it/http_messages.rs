//! Messages, history, read marks and reactions.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::app::{TestApp, keys};

fn seqs(page: &Value) -> Vec<u64> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_message_is_stored_once_however_often_it_is_sent() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let path = format!("/conversations/{}/messages", app.direct(&ann, &bob).await);
    let body = json!({ "content": "hello @bob", "clientMessageId": "one" });
    let first = app.post(&path, &body).by(&ann).send().await.expect(StatusCode::CREATED);
    assert_eq!(
        keys(&first),
        [
            "clientMessageId",
            "content",
            "conversationId",
            "createdAt",
            "deletedAt",
            "editedAt",
            "file",
            "fileUrl",
            "id",
            "mentions",
            "reactions",
            "replyTo",
            "replyToId",
            "sender",
            "senderId",
            "seq"
        ]
    );
    assert_eq!(first["mentions"], json!([bob.id]));
    let again = app.post(&path, &body).by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(again, first);
    let reply = json!({ "content": "hi", "replyToId": first["id"] });
    let reply = app.post(&path, &reply).by(&bob).send().await.expect(StatusCode::CREATED);
    assert_eq!((&reply["seq"], &reply["replyTo"]["id"]), (&json!(2), &first["id"]));
    app.stop().await;
}

#[tokio::test]
async fn a_message_that_does_not_fit_is_refused() {
    let app = TestApp::start_with(|config| config.content_max_chars = 10);
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let path = format!("/conversations/{}/messages", app.direct(&ann, &bob).await);
    for (body, field) in [
        (json!({}), "content"),
        (json!({ "content": " \n" }), "content"),
        (json!({ "content": "ü".repeat(11) }), "content"),
        (json!({ "fileUrl": "javascript:1" }), "fileUrl"),
        (json!({ "content": "a", "replyToId": "nothing" }), "replyToId"),
        (json!({ "content": "a", "clientMessageId": "" }), "clientMessageId"),
    ] {
        let answer = app.post(&path, &body).by(&ann).send().await;
        let problem = answer.expect_problem(422, "invalid_payload");
        assert_eq!(problem["errors"][0]["path"], field, "{body}");
    }
    let most = json!({ "content": "ü".repeat(10) });
    app.post(&path, &most).by(&ann).send().await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn history_is_left_on_both_sides() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let conversation = app.direct(&ann, &bob).await;
    for number in 1..=7 {
        app.message(&ann, &conversation, &number.to_string()).await;
    }
    let page = async |query: &str| {
        let path = format!("/conversations/{conversation}/messages{query}");
        app.get(&path).by(&bob).send().await.expect(StatusCode::OK)
    };
    assert_eq!(seqs(&page("").await), [7, 6, 5, 4, 3, 2, 1]);
    let newest = page("?limit=3").await;
    assert_eq!(seqs(&newest), [7, 6, 5]);
    assert_eq!(newest["prevCursor"], json!(null));
    let older = newest["nextCursor"].as_str().unwrap();
    let middle = page(&format!("?limit=3&cursor={older}")).await;
    assert_eq!(seqs(&middle), [4, 3, 2]);
    let newer = middle["prevCursor"].as_str().unwrap();
    assert_eq!(seqs(&page(&format!("?limit=3&cursor={newer}")).await), [7, 6, 5]);
    assert_eq!(seqs(&page("?before=3").await), [2, 1]);
    assert_eq!(seqs(&page("?after=5").await), [7, 6]);
    assert_eq!(seqs(&page("?around=4&limit=3").await), [5, 4, 3]);
    assert_eq!(page("?limit=1").await["data"][0]["reads"], json!([]));
}

#[tokio::test]
async fn one_reads_up_to_a_message() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let conversation = app.direct(&ann, &bob).await;
    for number in 1..=8 {
        app.message(&ann, &conversation, &number.to_string()).await;
    }
    let path = format!("/conversations/{conversation}/read");
    let read = async |seq: u64| {
        let answer = app.post(&path, &json!({ "seq": seq })).by(&bob).send().await;
        answer.expect(StatusCode::OK)
    };
    assert_eq!(read(1).await, json!({ "lastReadSeq": 1, "unreadCount": 7 }));
    assert_eq!(read(8).await, json!({ "lastReadSeq": 8, "unreadCount": 0 }));
    assert_eq!(read(2).await, json!({ "lastReadSeq": 8, "unreadCount": 0 }));
    let history = app.get(&format!("/conversations/{conversation}/messages?limit=1")).by(&ann);
    let history = history.send().await.expect(StatusCode::OK);
    assert_eq!(history["data"][0]["reads"][0]["userId"], bob.id.as_str());
}

#[tokio::test]
async fn only_its_author_edits_a_message_and_group_admins_may_delete_it() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let group = app.group(&ann, &[&bob]).await;
    let message = app.message(&bob, &group, "hello").await;
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    let edit = |content: &str| app.patch(&path, &json!({ "content": content }));
    edit("mine").by(&ann).send().await.expect_problem(403, "forbidden");
    edit(" ").by(&bob).send().await.expect_invalid(&["content"]);
    edit(&"x".repeat(4001)).by(&bob).send().await.expect_invalid(&["content"]);
    let edited = edit("hello!").by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(edited["content"], "hello!");
    assert!(edited["editedAt"].is_string());
    app.delete(&path).by(&ann).send().await.expect(StatusCode::NO_CONTENT);
    app.delete(&path).by(&ann).send().await.expect(StatusCode::NO_CONTENT);
    edit("back").by(&bob).send().await.expect_problem(409, "conflict");
    let deleted = app.get(&path).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!((&deleted["content"], &deleted["seq"]), (&json!(null), &json!(1)));
}

#[tokio::test]
async fn a_reaction_is_given_once_and_taken_back() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let conversation = app.direct(&ann, &bob).await;
    let message = app.message(&ann, &conversation, "hello").await;
    let path = format!("/messages/{}/reactions", message["id"].as_str().unwrap());
    let thumb = format!("{path}/%F0%9F%91%8D");
    let first = app.put(&thumb).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(keys(&first), ["conversationId", "createdAt", "emoji", "id", "messageId", "userId"]);
    assert_eq!(first["emoji"], "👍");
    assert_eq!(app.put(&thumb).by(&bob).send().await.expect(StatusCode::OK), first);
    app.delete(&thumb).by(&bob).send().await.expect(StatusCode::NO_CONTENT);
    app.delete(&thumb).by(&bob).send().await.expect(StatusCode::NO_CONTENT);
    for bad in ["lol", "%20", "%3Cb%3E"] {
        let answer = app.put(&format!("{path}/{bad}")).by(&bob).send().await;
        answer.expect_problem(422, "invalid_payload");
    }
}

#[tokio::test]
async fn messages_with_files_are_listed_by_themselves() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let conversation = app.direct(&ann, &bob).await;
    app.message(&ann, &conversation, "no file").await;
    let path = format!("/conversations/{conversation}");
    let body = json!({ "fileUrl": "https://example.org/a.png" });
    let sent = app.post(&format!("{path}/messages"), &body).by(&ann).send().await;
    assert_eq!(sent.expect(StatusCode::CREATED)["file"], json!(null));
    let media = app.get(&format!("{path}/media")).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!((seqs(&media), &media["nextCursor"]), (vec![2], &json!(null)));
}
