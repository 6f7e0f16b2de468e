//! What Firebase's refusals mean: <https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

use crate::push::provider::Answer;

/// How long is waited at least where Firebase says nothing of it, as its documents ask: for a quota.
const QUOTA_WAIT: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Body {
    error: Refusal,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    message: String,
    status: String,
    details: Vec<Detail>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    field_violations: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    field: String,
}

/// Reads a refusal; `None` if it is the access token that is not taken.
pub fn read(status: StatusCode, body: &[u8], after: Option<Duration>) -> Option<Answer> {
    let refusal = serde_json::from_slice::<Body>(body).map(|body| body.error).unwrap_or_default();
    let code = refusal.details.iter().find_map(|detail| detail.error_code.as_deref());
    let code = code.unwrap_or(&refusal.status);
    let words = match (code, refusal.message.as_str()) {
        ("", "") => format!("Firebase answers {}", status.as_u16()),
        ("", message) => format!("{}: {message}", status.as_u16()),
        (code, "") => format!("{} {code}", status.as_u16()),
        (code, message) => format!("{} {code}: {message}", status.as_u16()),
    };
    let is_of_token = refusal
        .details
        .iter()
        .flat_map(|detail| &detail.field_violations)
        .any(|violation| violation.field == "message.token");
    Some(match (status.as_u16(), code) {
        // The token is of an app of another sender: it never will be ours.
        (_, "UNREGISTERED" | "SENDER_ID_MISMATCH") | (404, "NOT_FOUND" | "") => {
            Answer::Unregistered
        }
        (400, _) if is_of_token => Answer::Unregistered,
        // Of the keys for Apple or the browsers, which an operator has to mend.
        (401, "THIRD_PARTY_AUTH_ERROR") => Answer::Refused(words),
        (401, _) => return None,
        (429, _) => Answer::Busy { after: after.or(Some(QUOTA_WAIT)), words },
        // The account may not send: it may be allowed to by the time of another try.
        (403 | 408 | 500.., _) => Answer::Busy { after, words },
        _ => Answer::Refused(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(status: &str, code: Option<&str>) -> Vec<u8> {
        let detail = code.map(|code| {
            let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
            serde_json::json!({ "@type": kind, "errorCode": code })
        });
        let details: Vec<_> = detail.into_iter().collect();
        let error = serde_json::json!({ "code": 0, "message": "why", "status": status, "details": details });
        serde_json::json!({ "error": error }).to_string().into_bytes()
    }

    fn answer(status: u16, body: &[u8], after: Option<u64>) -> Option<Answer> {
        read(StatusCode::from_u16(status).unwrap(), body, after.map(Duration::from_secs))
    }

    #[test]
    fn every_documented_error_is_met() {
        let unregistered = Some(Answer::Unregistered);
        assert_eq!(answer(404, &body("NOT_FOUND", Some("UNREGISTERED")), None), unregistered);
        assert_eq!(
            answer(403, &body("PERMISSION_DENIED", Some("SENDER_ID_MISMATCH")), None),
            unregistered
        );
        let invalid = answer(400, &body("INVALID_ARGUMENT", Some("INVALID_ARGUMENT")), None);
        assert_eq!(invalid, Some(Answer::Refused("400 INVALID_ARGUMENT: why".to_owned())));
        let apple = answer(401, &body("UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR")), None);
        assert!(matches!(apple, Some(Answer::Refused(_))));
        assert_eq!(answer(401, &body("UNAUTHENTICATED", None), None), None);
        let busy = |status, code, after| match answer(status, &body(code, Some(code)), after) {
            Some(Answer::Busy { after, .. }) => after,
            other => panic!("{other:?}"),
        };
        assert_eq!(busy(429, "QUOTA_EXCEEDED", None), Some(QUOTA_WAIT));
        assert_eq!(busy(429, "QUOTA_EXCEEDED", Some(7)), Some(Duration::from_secs(7)));
        assert_eq!(busy(503, "UNAVAILABLE", Some(9)), Some(Duration::from_secs(9)));
        assert_eq!(busy(500, "INTERNAL", None), None);
        assert_eq!(busy(403, "PERMISSION_DENIED", None), None);
    }

    #[test]
    fn a_token_that_is_none_is_of_no_device() {
        let body = br#"{"error":{"status":"INVALID_ARGUMENT","details":[
            {"@type":"x","errorCode":"INVALID_ARGUMENT"},
            {"@type":"y","fieldViolations":[{"field":"message.token","description":"no"}]}]}}"#;
        assert_eq!(answer(400, body, None), Some(Answer::Unregistered));
    }

    #[test]
    fn an_answer_that_is_no_json_is_judged_by_its_status() {
        assert_eq!(
            answer(502, b"<html>", None),
            Some(Answer::Busy { after: None, words: "Firebase answers 502".to_owned() })
        );
        assert_eq!(
            answer(418, b"", None),
            Some(Answer::Refused("Firebase answers 418".to_owned()))
        );
    }
}
