//! Conversations of two, groups, their members and roles.

use reqwest::StatusCode;
use salala_store::ports::conversations::Contacts;
use serde_json::json;

use super::app::{TestApp, keys};

#[tokio::test]
async fn there_is_one_conversation_of_two_whoever_asks() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let (to_ann, to_bob) = (json!({ "userId": ann.id }), json!({ "userId": bob.id }));
    let (one, other) = tokio::join!(
        app.post("/conversations/direct", &to_bob).by(&ann).send(),
        app.post("/conversations/direct", &to_ann).by(&bob).send(),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    let conversation = one.expect(one.status);
    assert_eq!(other.expect(other.status)["id"], conversation["id"]);
    assert_eq!(
        keys(&conversation),
        [
            "archivedAt",
            "avatar",
            "createdAt",
            "id",
            "isGroup",
            "lastMessage",
            "lastMessageId",
            "lastReadSeq",
            "lastSeq",
            "markedUnread",
            "mutedUntil",
            "name",
            "participantIds",
            "participants",
            "pinnedAt",
            "role",
            "unreadCount",
            "updatedAt"
        ]
    );
    let with_self = app.post("/conversations/direct", &to_ann).by(&ann).send().await;
    with_self.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn where_contacts_are_friends_strangers_are_not_drawn_in() {
    let app = TestApp::start_with(|config| config.contacts = Contacts::Friends);
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let direct = app.post("/conversations/direct", &json!({ "userId": bob.id })).by(&ann);
    direct.send().await.expect_problem(403, "forbidden");
    let body = json!({ "name": "Team", "participantIds": [bob.id] });
    let group = app.post("/conversations/groups", &body).by(&ann).send().await;
    group.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_stranger_gets_nothing_of_a_conversation() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let eve = app.user("eve").await;
    let group = app.group(&ann, &[&bob]).await;
    let message = app.message(&ann, &group, "hello").await;
    let message = message["id"].as_str().unwrap();
    let member = format!("/conversations/{group}/participants/{}", bob.id);
    let calls = [
        app.get(&format!("/conversations/{group}")),
        app.patch(&format!("/conversations/{group}"), &json!({ "name": "Mine" })),
        app.patch(&format!("/conversations/{group}"), &json!({ "markedUnread": true })),
        app.post(&format!("/conversations/{group}/participants"), &json!({ "userIds": [eve.id] })),
        app.delete(&member),
        app.patch(&member, &json!({ "role": "admin" })),
        app.get(&format!("/conversations/{group}/messages")),
        app.post(&format!("/conversations/{group}/messages"), &json!({ "content": "hi" })),
        app.post(&format!("/conversations/{group}/read"), &json!({ "seq": 1 })),
        app.get(&format!("/conversations/{group}/media")),
        app.get(&format!("/messages/{message}")),
        app.patch(&format!("/messages/{message}"), &json!({ "content": "hi" })),
        app.delete(&format!("/messages/{message}")),
        app.put(&format!("/messages/{message}/reactions/👍")),
        app.delete(&format!("/messages/{message}/reactions/👍")),
    ];
    for call in calls {
        call.by(&eve).send().await.expect_problem(403, "forbidden");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_group_has_an_owner_and_the_members_named() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let body = json!({ "name": " Team ", "participantIds": [bob.id, bob.id, ann.id] });
    let group = app.post("/conversations/groups", &body).by(&ann).send().await;
    let group = group.expect(StatusCode::CREATED);
    assert_eq!((&group["name"], &group["role"]), (&json!("Team"), &json!("owner")));
    assert_eq!(group["participantIds"].as_array().unwrap().len(), 2);
    let unknown = json!({ "name": "Team", "participantIds": ["nobody"] });
    let answer = app.post("/conversations/groups", &unknown).by(&ann).send().await;
    answer.expect_invalid(&["participantIds[0]"]);
    let blank = json!({ "name": " ", "participantIds": [] });
    let answer = app.post("/conversations/groups", &blank).by(&ann).send().await;
    answer.expect_invalid(&["name"]);
}

#[tokio::test]
async fn roles_decide_who_renames_adds_removes_and_gives_roles() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let (carl, dora) = (app.user("carl").await, app.user("dora").await);
    let group = app.group(&ann, &[&bob, &carl]).await;
    let path = format!("/conversations/{group}");
    let rename = || app.patch(&path, &json!({ "name": "New" }));
    let add = || app.post(&format!("{path}/participants"), &json!({ "userIds": [dora.id] }));
    let member = |id: &str| format!("{path}/participants/{id}");
    let promote = |id: &str| app.patch(&member(id), &json!({ "role": "admin" }));
    for call in [rename(), add(), promote(&carl.id), app.delete(&member(&carl.id))] {
        call.by(&bob).send().await.expect_problem(403, "forbidden");
    }
    promote(&bob.id).by(&ann).send().await.expect(StatusCode::OK);
    let renamed = rename().by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!((&renamed["name"], &renamed["role"]), (&json!("New"), &json!("admin")));
    add().by(&bob).send().await.expect(StatusCode::NO_CONTENT);
    promote(&carl.id).by(&bob).send().await.expect_problem(403, "forbidden");
    app.delete(&member(&carl.id)).by(&bob).send().await.expect(StatusCode::NO_CONTENT);
    app.delete(&member(&carl.id)).by(&bob).send().await.expect_problem(404, "not_found");
    app.get(&path).by(&carl).send().await.expect_problem(403, "forbidden");
    app.delete(&member(&ann.id)).by(&bob).send().await.expect_problem(403, "forbidden");
    app.delete(&member(&ann.id)).by(&ann).send().await.expect(StatusCode::NO_CONTENT);
    let group = app.get(&path).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!(group["role"], "owner");
    let bad = app.patch(&member(&dora.id), &json!({ "role": "king" })).by(&bob).send().await;
    bad.expect_invalid(&["role"]);
}

#[tokio::test]
async fn what_is_a_members_own_changes_for_them_alone() {
    let app = TestApp::start();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let path = format!("/conversations/{}", app.direct(&ann, &bob).await);
    let body = json!({
        "mutedUntil": "2027-01-01T00:00:00Z",
        "pinnedAt": "2026-11-22T19:43:54.491Z",
        "archivedAt": null,
        "markedUnread": true,
    });
    let mine = app.patch(&path, &body).by(&ann).send().await.expect(StatusCode::OK);
    assert_eq!(mine["mutedUntil"], "2027-01-01T00:00:00.000Z");
    assert_eq!(mine["markedUnread"], true);
    let theirs = app.get(&path).by(&bob).send().await.expect(StatusCode::OK);
    assert_eq!((&theirs["mutedUntil"], &theirs["markedUnread"]), (&json!(null), &json!(false)));
    let rename = app.patch(&path, &json!({ "name": "Us" })).by(&ann).send().await;
    rename.expect_problem(403, "forbidden");
    let bad = app.patch(&path, &json!({ "pinnedAt": "soon" })).by(&ann).send().await;
    bad.expect_invalid(&["pinnedAt"]);
}

#[tokio::test]
async fn conversations_come_newest_activity_first_page_by_page() {
    let app = TestApp::start();
    let ann = app.user("ann").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        app.clock.advance(std::time::Duration::from_secs(1));
        made.push(app.group(&ann, &[]).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut path = "/conversations?limit=2".to_owned();
    loop {
        let page = app.get(&path).by(&ann).send().await.expect(StatusCode::OK);
        let ids = page["data"].as_array().unwrap().iter();
        seen.extend(ids.map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/conversations?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, made);
}
