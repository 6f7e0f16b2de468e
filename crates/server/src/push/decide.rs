//! Whether a push is sent, from what is known at this moment.

use std::time::Duration;

use salala_core::Timestamp;
use salala_core::calls::CallState;
use salala_core::push::{PushKind, PushReason};
use salala_core::records::{Device, LeasedPush, PushAbout, PushedMessage};
use salala_store::ports::pushes::PushOutcome;

use super::backoff::TRIES_MAX;
use super::notice::Notice;
use super::viewing::{Looking, Viewing};

/// How long it is waited to hear from a socket that views the conversation: as long as a dead one may
/// stay.
const VIEWERS_TIMEOUT: Duration = Duration::from_secs(45);

/// How long until it is looked again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What is older is of no use any more.
const MESSAGE_AGE_MAX: Duration = Duration::from_hours(24 * 3);

/// What is done with a push.
#[derive(Debug)]
pub enum Decision {
    /// This device is told this.
    Send(Box<Device>, Box<Notice>),
    /// Nothing is sent now.
    Settle(PushOutcome),
}

/// Decides. The order is that of what a user would name as the reason.
pub fn decide(push: &LeasedPush, viewing: &Viewing, now: Timestamp) -> Decision {
    let drop = |reason| Decision::Settle(PushOutcome::Dropped(reason));
    let Some(device) = &push.device else { return drop(PushReason::Removed) };
    if push.is_signed_out {
        return drop(PushReason::SignedOut);
    }
    if let Some(reason) = is_moot(push, device, viewing, now) {
        return drop(reason);
    }
    if push.attempts > TRIES_MAX {
        let words = format!("it was tried {TRIES_MAX} times");
        return Decision::Settle(PushOutcome::Failed(PushReason::GaveUp, words));
    }
    if push.kind == PushKind::Message {
        match viewing.looking(push.created_at) {
            Looking::Yes => return drop(PushReason::Viewing),
            Looking::Perhaps if now < push.created_at.plus(VIEWERS_TIMEOUT) => {
                let at = now.plus(LOOK_AGAIN).min(push.created_at.plus(VIEWERS_TIMEOUT));
                let reason = PushReason::MaybeViewing;
                return Decision::Settle(PushOutcome::Later { at, reason, detail: None });
            }
            Looking::Perhaps | Looking::No => {}
        }
    }
    match Notice::of(push, now) {
        Some(notice) => Decision::Send(Box::new(device.clone()), Box::new(notice)),
        None => drop(PushReason::Deleted),
    }
}

/// Why it is of no use to send it, whoever looks.
fn is_moot(
    push: &LeasedPush,
    device: &Device,
    viewing: &Viewing,
    now: Timestamp,
) -> Option<PushReason> {
    let is_quiet = push.quiet_hours.as_ref().is_some_and(|quiet| quiet.holds(now));
    let is_heard = match push.kind {
        PushKind::Message | PushKind::Ring | PushKind::MissedCall => true,
        // What takes something away disturbs nobody, and a test is asked for.
        PushKind::Clear | PushKind::RingEnd | PushKind::Test => false,
    };
    let reason = match (&push.about, push.kind) {
        (PushAbout::Message(message), _) => is_message_moot(message, push.created_at, now),
        (PushAbout::Conversation(_), _) => {
            viewing.is_viewed_by(device.session_id).then_some(PushReason::SameDevice)
        }
        (PushAbout::Call(call), PushKind::Ring) => {
            let rings = call.state == CallState::Ringing && now < call.rings_until;
            (!rings).then_some(PushReason::Over)
        }
        (PushAbout::Call(_) | PushAbout::Test, _) => {
            (now > push.created_at.plus(MESSAGE_AGE_MAX)).then_some(PushReason::TooLate)
        }
        (PushAbout::Gone, _) => Some(PushReason::Deleted),
    };
    reason.or((is_heard && is_quiet).then_some(PushReason::QuietHours))
}

fn is_message_moot(
    message: &PushedMessage,
    created_at: Timestamp,
    now: Timestamp,
) -> Option<PushReason> {
    if !message.is_visible {
        Some(PushReason::Left)
    } else if message.is_deleted {
        Some(PushReason::Deleted)
    } else if message.last_read_seq >= message.seq {
        Some(PushReason::Read)
    } else if message.muted_until.is_some_and(|until| now < until) {
        Some(PushReason::Muted)
    } else if now > created_at.plus(MESSAGE_AGE_MAX) {
        Some(PushReason::TooLate)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use salala_core::ids::{ConversationId, DeviceId, MessageId, SessionId, UserId};
    use salala_core::quiet_hours::QuietHours;
    use salala_core::records::{PushTarget, UserBrief};

    use super::super::viewing::Viewer;
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_795_000_000_000 + second * 1_000)
    }

    fn push() -> LeasedPush {
        let id = UserId::from_bytes([1; 16]);
        let sender = UserBrief {
            id,
            username: "ann".to_owned(),
            display_name: Some("Ann".to_owned()),
            avatar: None,
            last_seen_at: None,
        };
        let message = PushedMessage {
            id: MessageId::from_bytes([2; 16]),
            conversation_id: ConversationId::from_bytes([3; 16]),
            seq: 5,
            sender,
            content: Some("hello".to_owned()),
            file_url: None,
            is_deleted: false,
            is_group: true,
            group_name: Some("Choir".to_owned()),
            is_visible: true,
            last_read_seq: 4,
            muted_until: None,
            unread_count: 1,
        };
        let device_id = DeviceId::from_bytes([4; 16]);
        LeasedPush {
            number: 1,
            attempts: 1,
            kind: PushKind::Message,
            device_id,
            device: Some(Device {
                id: device_id,
                session_id: Some(SessionId::from_bytes([5; 16])),
                target: PushTarget::Fcm { token: "token".to_owned() },
            }),
            is_signed_out: false,
            user_id: UserId::from_bytes([6; 16]),
            created_at: at(0),
            about: PushAbout::Message(Box::new(message)),
            quiet_hours: None,
        }
    }

    fn changed(change: impl FnOnce(&mut PushedMessage)) -> LeasedPush {
        let mut push = push();
        if let PushAbout::Message(message) = &mut push.about {
            change(message);
        }
        push
    }

    fn dropped(push: &LeasedPush, viewing: &Viewing, now: Timestamp) -> PushReason {
        let decided = decide(push, viewing, now);
        let Decision::Settle(PushOutcome::Dropped(reason)) = decided else {
            panic!("{decided:?}");
        };
        reason
    }

    fn viewed(heard_at: Timestamp) -> Viewing {
        let session_id = Some(SessionId::from_bytes([5; 16]));
        Viewing { viewers: vec![Viewer { session_id, heard_at }], is_uncertain: false }
    }

    #[test]
    fn a_message_is_told_with_its_sender_and_its_group() {
        let Decision::Send(_, notice) = decide(&push(), &Viewing::default(), at(3)) else {
            panic!("it is to be sent");
        };
        let words = notice.words.unwrap();
        assert_eq!(
            (words.title.as_str(), words.body.as_str()),
            ("New message from Ann in Choir", "hello")
        );
        let id = ConversationId::from_bytes([3; 16]).to_string();
        assert_eq!(notice.data["url"], format!("/?conversation={id}"));
        assert_eq!((notice.collapse_key, notice.count), (id, 1));
    }

    #[test]
    fn what_a_user_does_not_need_is_dropped_with_the_reason() {
        let nobody = Viewing::default();
        let drop = |push: LeasedPush| dropped(&push, &nobody, at(3));
        assert_eq!(drop(LeasedPush { device: None, ..push() }), PushReason::Removed);
        assert_eq!(drop(LeasedPush { is_signed_out: true, ..push() }), PushReason::SignedOut);
        assert_eq!(drop(LeasedPush { about: PushAbout::Gone, ..push() }), PushReason::Deleted);
        assert_eq!(drop(changed(|message| message.last_read_seq = 5)), PushReason::Read);
        assert_eq!(drop(changed(|message| message.is_deleted = true)), PushReason::Deleted);
        assert_eq!(drop(changed(|message| message.is_visible = false)), PushReason::Left);
        assert_eq!(drop(changed(|message| message.muted_until = Some(at(4)))), PushReason::Muted);
        // 2026-11-18T12:26:40Z
        let quiet = QuietHours::new(12 * 60, 13 * 60, "UTC");
        let late = dropped(&push(), &nobody, at(4 * 86_400));
        assert_eq!(late, PushReason::TooLate);
        let quiet_push = LeasedPush { quiet_hours: quiet.clone(), ..push() };
        let is_quiet = quiet.unwrap().holds(at(3));
        let decided = decide(&quiet_push, &nobody, at(3));
        assert_eq!(
            is_quiet,
            matches!(decided, Decision::Settle(PushOutcome::Dropped(PushReason::QuietHours)))
        );
    }

    #[test]
    fn whoever_looks_is_not_disturbed_once_their_socket_was_heard() {
        assert_eq!(dropped(&push(), &viewed(at(1)), at(3)), PushReason::Viewing);
        let unsure = decide(&push(), &viewed(at(-1)), at(3));
        let Decision::Settle(PushOutcome::Later { at: again, reason, .. }) = unsure else {
            panic!("{unsure:?}");
        };
        assert_eq!((again, reason), (at(8), PushReason::MaybeViewing));
        let last = decide(&push(), &viewed(at(-1)), at(43));
        assert!(
            matches!(last, Decision::Settle(PushOutcome::Later { at: again, .. }) if again == at(45))
        );
        assert!(matches!(decide(&push(), &viewed(at(-1)), at(45)), Decision::Send(..)));
        let uncertain = Viewing { is_uncertain: true, viewers: Vec::new() };
        assert!(matches!(decide(&push(), &uncertain, at(3)), Decision::Settle(_)));
    }

    #[test]
    fn a_clear_spares_the_device_that_reads() {
        let id = ConversationId::from_bytes([3; 16]);
        let clear =
            LeasedPush { kind: PushKind::Clear, about: PushAbout::Conversation(id), ..push() };
        assert_eq!(dropped(&clear, &viewed(at(1)), at(3)), PushReason::SameDevice);
        assert!(matches!(decide(&clear, &Viewing::default(), at(3)), Decision::Send(..)));
    }

    #[test]
    fn nothing_is_tried_for_ever() {
        let tired = LeasedPush { attempts: TRIES_MAX + 1, ..push() };
        let decided = decide(&tired, &Viewing::default(), at(3));
        assert!(matches!(decided, Decision::Settle(PushOutcome::Failed(PushReason::GaveUp, _))));
    }
}
