//! The columns of what both engines read alike, and numbers as both hold them.

use salala_core::Timestamp;

/// The columns of a [`salala_core::records::UserBrief`] of the table `users` under the name `u`.
macro_rules! brief_columns {
    () => {
        "u.id, u.username, u.display_name, u.avatar, u.last_seen_at"
    };
}

/// The columns of a [`salala_core::records::File`] of the table `uploads` under the name `f`.
macro_rules! file_columns {
    () => {
        "f.id, f.name, f.mime_type, f.size, f.width, f.height, f.duration_ms,
                 f.thumbnail_id IS NOT NULL, f.blurhash, f.peaks"
    };
}

/// An upload with the bytes behind it; the condition follows.
macro_rules! select_upload {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            $crate::columns::file_columns!(),
            ", f.owner_id, f.created_at, b.id, b.hash, b.size, t.id, t.hash, t.size
             FROM uploads f
             JOIN blobs b ON b.id = f.content_id
             LEFT JOIN blobs t ON t.id = f.thumbnail_id
             ",
            $condition
        )
    };
}

/// A message with its sender, what it answers and what is known of its file; the condition follows.
macro_rules! select_message {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.conversation_id, m.seq, ",
            $crate::columns::brief_columns!(),
            ", m.content, m.file_url, m.mentions, m.client_message_id, m.created_at, m.edited_at,
                 m.deleted_at, r.id, r.sender_id, ru.username, r.content, r.file_url, ",
            $crate::columns::file_columns!(),
            "
             FROM messages m
             JOIN users u ON u.id = m.sender_id
             LEFT JOIN uploads f ON f.id = m.file_id
             LEFT JOIN messages r ON r.id = m.reply_to_id
             LEFT JOIN users ru ON ru.id = r.sender_id
             ",
            $condition
        )
    };
}

/// A friend request with its sender; the condition follows.
macro_rules! select_request {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, ",
            $crate::columns::brief_columns!(),
            ", r.receiver_id, r.status, r.created_at
             FROM friend_requests r
             JOIN users u ON u.id = r.sender_id
             ",
            $condition
        )
    };
}

/// A call with its parties; the condition follows.
macro_rules! select_call {
    ($condition:literal) => {
        concat!(
            "SELECT k.id, k.conversation_id, ",
            $crate::columns::brief_columns!(),
            ", v.id, v.username, v.display_name, v.avatar, v.last_seen_at,
                 k.has_video, k.state, k.created_at, k.rings_until, k.answered_at, k.ended_at,
                 k.end_reason, k.caller_device, k.caller_session, k.callee_device,
                 k.callee_session, k.caller_back_by, k.callee_back_by, k.last_signal
             FROM calls k
             JOIN users u ON u.id = k.caller_id
             JOIN users v ON v.id = k.callee_id
             ",
            $condition
        )
    };
}

pub(crate) use {
    brief_columns, file_columns, select_call, select_message, select_request, select_upload,
};

/// A number as a column holds it; what is too large is larger than all that is there anyway.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A row count for LIMIT.
pub(crate) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A moment or NULL as a column holds it.
pub(crate) fn optional_ms(moment: Option<Timestamp>) -> Option<i64> {
    moment.map(Timestamp::unix_ms)
}
