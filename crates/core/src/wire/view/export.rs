//! From the rows of an export to their shapes.

use super::files::{FileLinks, shown_url, uploaded};
use super::sender;
use crate::records::{Upload, export as records};
use crate::wire::export as shapes;

/// A block that the user made.
pub fn block(record: records::Block) -> shapes::ExportedBlock {
    shapes::ExportedBlock { user: sender(record.user), created_at: record.created_at }
}

/// A conversation with what is the user's own in it.
pub fn participation(record: records::Participation) -> shapes::ExportedConversation {
    shapes::ExportedConversation {
        id: record.conversation_id,
        name: record.name,
        is_group: record.is_group,
        other: record.other.map(sender),
        role: record.role,
        joined_seq: record.joined_seq,
        last_read_seq: record.last_read_seq,
        muted_until: record.muted_until,
        pinned_at: record.pinned_at,
        archived_at: record.archived_at,
        marked_unread: record.marked_unread,
    }
}

/// A membership that ended.
pub fn past_membership(record: records::PastMembership) -> shapes::ExportedMembership {
    shapes::ExportedMembership {
        conversation_id: record.conversation_id,
        joined_seq: record.joined_seq,
        left_seq: record.left_seq,
    }
}

/// A message of the user.
pub fn own_message(record: records::OwnMessage, links: &dyn FileLinks) -> shapes::ExportedMessage {
    shapes::ExportedMessage {
        id: record.id,
        conversation_id: record.conversation_id,
        seq: record.seq,
        content: record.content,
        file_url: record.file_url.map(|url| shown_url(url, links)),
        reply_to_id: record.reply_to_id,
        mentions: record.mentions,
        client_message_id: record.client_message_id,
        created_at: record.created_at,
        edited_at: record.edited_at,
        deleted_at: record.deleted_at,
    }
}

/// Messages that were marked as read at once.
pub fn read_range(record: records::ReadRange) -> shapes::ExportedRead {
    shapes::ExportedRead {
        conversation_id: record.conversation_id,
        first_seq: record.first_seq,
        last_seq: record.last_seq,
        read_at: record.read_at,
    }
}

/// A file of the user.
pub fn own_file(record: Upload, links: &dyn FileLinks) -> shapes::ExportedFile {
    let (id, created_at) = (record.file.id, record.created_at);
    let shown = uploaded(record, links);
    shapes::ExportedFile { id, file_url: shown.file_url, file: shown.file, created_at }
}
