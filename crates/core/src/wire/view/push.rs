//! Views of devices, of settings, and of what became of pushes.

use crate::ids::{CallId, MessageId};
use crate::push::{PushKind, PushState};
use crate::quiet_hours::format_time_of_day;
use crate::records;
use crate::wire::shapes;

/// A device, without what it is reached by.
pub fn device(device: &records::Device) -> shapes::Device {
    shapes::Device { id: device.id, kind: device.target.kind() }
}

/// What a user has set.
pub fn settings(settings: records::UserSettings) -> shapes::Settings {
    let quiet_hours = settings.quiet_hours.map(|quiet| shapes::SetQuietHours {
        from: format_time_of_day(quiet.from()),
        to: format_time_of_day(quiet.to()),
        time_zone: quiet.time_zone().to_owned(),
    });
    shapes::Settings { quiet_hours, locale: settings.locale }
}

/// What became of a push.
pub fn push_log_entry(entry: records::PushLogEntry) -> shapes::PushLogEntry {
    let explanation = match (entry.reason, entry.state) {
        (Some(reason), _) => reason.sentence(),
        (None, PushState::Waiting) => "It waits to be sent.",
        (None, PushState::Sent) => "The provider took it.",
        (None, PushState::Dropped) => "It was not to be sent.",
        (None, PushState::Failed) => "It could not be sent.",
    };
    let (message_id, call_id) = match entry.kind {
        PushKind::Message | PushKind::Clear => {
            (Some(MessageId::from_bytes(entry.subject_id)), None)
        }
        PushKind::Ring | PushKind::RingEnd | PushKind::MissedCall => {
            (None, Some(CallId::from_bytes(entry.subject_id)))
        }
        PushKind::Test => (None, None),
    };
    shapes::PushLogEntry {
        id: entry.number.to_string(),
        kind: entry.kind,
        device_id: entry.device_id,
        device_kind: entry.device_kind,
        conversation_id: entry.conversation_id,
        message_id,
        call_id,
        count: entry.messages,
        state: entry.state,
        reason: entry.reason,
        explanation: explanation.to_owned(),
        detail: entry.detail,
        attempts: entry.attempts,
        created_at: entry.created_at,
        settled_at: entry.settled_at,
    }
}
