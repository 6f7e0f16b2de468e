//! Conversations as their rows tell them, the same for every member.

use futures_util::future::try_join3;
use salala_core::ids::ConversationId;
use salala_core::records::{Conversation, Participant};

use super::blocks::blocks_among_members;
use super::cells::{Cells, DbId};
use super::db::Db;
use super::error::Result;
use super::history::load_message_at;
use crate::StoreError;
use crate::columns::brief_columns;

/// The conversation, the same for every member.
pub(super) async fn load_conversation(db: &Db, id: ConversationId) -> Result<Conversation> {
    let with_message = async {
        let conversation = load_alone(db, id).await?;
        let last_message = load_message_at(db, id, conversation.last_seq).await?;
        Ok(Conversation { last_message, ..conversation })
    };
    let (conversation, participants, blocks) =
        try_join3(with_message, load_participants(db, id), blocks_among_members(db, id)).await?;
    Ok(Conversation { participants, blocks, ..conversation })
}

async fn load_alone(db: &Db, id: ConversationId) -> Result<Conversation> {
    let row = db
        .query_opt(
            "SELECT id, name, is_group, avatar, members_version, last_seq, created_at, updated_at
             FROM conversations
             WHERE id = $1",
            &[&id.to_db()],
        )
        .await?
        .ok_or(StoreError::NotFound("this conversation"))?;
    let mut cells = Cells::new(&row);
    Ok(Conversation {
        id: cells.id()?,
        name: cells.take()?,
        is_group: cells.take()?,
        avatar: cells.take()?,
        participants: Vec::new(),
        blocks: Vec::new(),
        members_version: cells.number()?,
        last_message: None,
        last_seq: cells.number()?,
        created_at: cells.moment()?,
        updated_at: cells.moment()?,
    })
}

/// All of them: a group has at most as many as `limits` says.
async fn load_participants(db: &Db, id: ConversationId) -> Result<Vec<Participant>> {
    let found = db
        .query(
            concat!(
                "SELECT ",
                brief_columns!(),
                ", p.role
                 FROM participants p
                 JOIN users u ON u.id = p.user_id
                 WHERE p.conversation_id = $1
                 ORDER BY p.joined_order"
            ),
            &[&id.to_db()],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok(Participant { user: cells.brief()?, role: cells.role()? })
        })
        .collect()
}
