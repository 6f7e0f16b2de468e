//! Finding users by the beginning of a word of their names.

use rusqlite::{Connection, params};
use salala_core::ids::UserId;
use salala_core::records::UserBrief;

use super::cells::{Cells, rows};
use super::error::Result;
use crate::columns::brief_columns;
use crate::user_terms::{MATCHES_MAX, user_terms};

/// Makes a user findable under these names, and no others.
pub(super) fn store_terms(
    db: &Connection,
    user_id: UserId,
    username: &str,
    display_name: Option<&str>,
) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM user_terms
         WHERE user_id = ?1",
    )?
    .execute([user_id.as_bytes()])?;
    for term in user_terms(username, display_name) {
        db.prepare_cached(
            "INSERT INTO user_terms (term, user_id)
             VALUES (?1, ?2)",
        )?
        .execute(params![term, user_id.as_bytes()])?;
    }
    Ok(())
}

/// As the port says; a query of blanks finds nobody.
pub(super) fn find_users(
    db: &Connection,
    searcher: UserId,
    query: &str,
    limit: usize,
) -> Result<Vec<UserBrief>> {
    let query = query.trim().to_lowercase();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = db.prepare_cached(concat!(
        "WITH matches AS (
             SELECT user_id
             FROM (
                 SELECT user_id
                 FROM user_terms
                 WHERE term >= ?1 AND term < ?1 || char(0x10FFFF)
                 LIMIT ?3
             )
             UNION
             SELECT id
             FROM users
             WHERE email_key = ?1
             UNION
             SELECT id
             FROM users
             WHERE username_key = ?1
         )
         SELECT ",
        brief_columns!(),
        "
         FROM matches
         JOIN users u ON u.id = matches.user_id
         WHERE u.id <> ?2 AND u.disabled_at IS NULL AND u.erased_at IS NULL
         ORDER BY u.username_key = ?1 DESC, u.username_key
         LIMIT ?4"
    ))?;
    let users = statement
        .query_map(params![query, searcher.as_bytes(), MATCHES_MAX, rows(limit)], |row| {
            Cells::new(row).brief()
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(users)
}
