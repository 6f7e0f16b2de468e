//! The words in which friend requests are kept.

use salala_core::records::FriendRequestStatus;

/// As the column holds it.
pub(crate) fn status_word(status: FriendRequestStatus) -> &'static str {
    match status {
        FriendRequestStatus::Pending => "PENDING",
        FriendRequestStatus::Accepted => "ACCEPTED",
        FriendRequestStatus::Rejected => "REJECTED",
        FriendRequestStatus::Cancelled => "CANCELLED",
    }
}

/// From the column; the table's check allows no other word.
pub(crate) fn status_from(word: &str) -> FriendRequestStatus {
    match word {
        "PENDING" => FriendRequestStatus::Pending,
        "ACCEPTED" => FriendRequestStatus::Accepted,
        "REJECTED" => FriendRequestStatus::Rejected,
        _ => FriendRequestStatus::Cancelled,
    }
}
