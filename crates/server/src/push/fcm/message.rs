//! A notice as Firebase takes it.

use salala_core::Timestamp;
use serde_json::{Map, Value, json};

use crate::push::notice::Notice;

/// The body of a request to send.
pub fn body(token: &str, notice: &Notice, now: Timestamp) -> Vec<u8> {
    let mut message = Map::new();
    message.insert("token".to_owned(), json!(token));
    message.insert("data".to_owned(), json!(notice.data));
    if let Some(words) = &notice.words {
        let words = json!({ "title": words.title, "body": words.body });
        message.insert("notification".to_owned(), words);
    }
    message.insert("android".to_owned(), android(notice));
    message.insert("apns".to_owned(), apns(notice, now));
    json!({ "message": message }).to_string().into_bytes()
}

fn android(notice: &Notice) -> Value {
    let mut android = json!({
        "collapse_key": notice.collapse_key,
        "priority": if notice.is_urgent { "HIGH" } else { "NORMAL" },
        "ttl": format!("{}s", notice.ttl.as_secs()),
    });
    if notice.words.is_some() {
        // The tag replaces what is shown; the collapse key what is not delivered yet.
        android["notification"] = json!({ "tag": notice.collapse_key });
        if notice.count > 0 {
            android["notification"]["notification_count"] = json!(notice.count);
        }
        if notice.is_ring {
            android["notification"]["notification_priority"] = json!("PRIORITY_MAX");
        }
    }
    android
}

fn apns(notice: &Notice, now: Timestamp) -> Value {
    let is_shown = notice.words.is_some();
    let mut aps = Map::new();
    if is_shown {
        aps.insert("sound".to_owned(), json!("default"));
        aps.insert("thread-id".to_owned(), json!(notice.collapse_key));
    } else {
        aps.insert("content-available".to_owned(), json!(1));
    }
    json!({
        "headers": {
            "apns-collapse-id": notice.collapse_key,
            "apns-expiration": now.plus(notice.ttl).unix_seconds().to_string(),
            // Apple takes what is silent with the lower one alone.
            "apns-priority": if is_shown { "10" } else { "5" },
            "apns-push-type": if is_shown { "alert" } else { "background" },
        },
        "payload": { "aps": aps },
    })
}
