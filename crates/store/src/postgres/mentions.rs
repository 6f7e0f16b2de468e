//! The members that texts name, all looked up together.

use std::collections::HashMap;

use salala_core::ids::{ConversationId, UserId};
use uuid::Uuid;

use super::cells::{Cells, DbId};
use super::db::Db;
use super::error::Result;
use crate::mentions::{find_mentions, possible_names};

/// The members that some texts may name.
pub(super) struct Named(HashMap<(ConversationId, String), UserId>);

impl Named {
    /// Those whom these texts, each of a conversation, may name.
    pub(super) async fn load<'a>(
        db: &Db,
        texts: impl IntoIterator<Item = (ConversationId, &'a str)>,
    ) -> Result<Self> {
        let mut conversation_ids: Vec<Uuid> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for (id, text) in texts.into_iter().filter(|(_, text)| text.contains('@')) {
            for name in possible_names(text) {
                conversation_ids.push(id.to_db());
                names.push(name);
            }
        }
        if names.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let found = db
            .query(
                "SELECT p.conversation_id, u.username_key, u.id
                 FROM unnest($1::uuid[], $2::text[]) AS named (conversation_id, name)
                 JOIN users u ON u.username_key = named.name
                 JOIN participants p
                     ON p.conversation_id = named.conversation_id AND p.user_id = u.id",
                &[&conversation_ids, &names],
            )
            .await?;
        let mut members = HashMap::new();
        for row in &found {
            let mut cells = Cells::new(row);
            members.insert((cells.id()?, cells.take()?), cells.id()?);
        }
        Ok(Self(members))
    }

    /// The members that a text of a conversation names, each once, in order of naming.
    pub(super) fn in_text(&self, id: ConversationId, text: Option<&str>) -> Result<Vec<UserId>> {
        match text {
            Some(text) if !self.0.is_empty() => {
                find_mentions(text, |name| Ok(self.0.get(&(id, name.to_owned())).copied()))
            }
            Some(_) | None => Ok(Vec::new()),
        }
    }
}

/// The members that one text names.
pub(super) async fn mentions_of(db: &Db, id: ConversationId, text: &str) -> Result<Vec<UserId>> {
    Named::load(db, [(id, text)]).await?.in_text(id, Some(text))
}
