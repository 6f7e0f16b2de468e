//! Finding users by the beginning of a word of their names.

use futures_util::future::join;
use salala_core::ids::UserId;
use salala_core::records::UserBrief;

use super::cells::{Cells, DbId, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use crate::columns::brief_columns;
use crate::user_terms::{MATCHES_MAX, user_terms};

/// What a user is found by.
pub(super) const INSERT_TERMS: &str = "
    INSERT INTO user_terms (term, user_id)
    SELECT term, $2
    FROM unnest($1::text[]) AS terms (term)";

const DELETE_TERMS: &str = "
    DELETE FROM user_terms
    WHERE user_id = $1";

/// Makes a user findable under these names who was under none before.
pub(super) async fn insert_terms(
    db: &Db,
    user_id: UserId,
    username: &str,
    display_name: Option<&str>,
) -> Result<u64> {
    let terms: Vec<String> = user_terms(username, display_name).into_iter().collect();
    db.execute(INSERT_TERMS, &[&terms, &user_id.to_db()]).await
}

/// Makes a user findable under these names, and no others.
pub(super) async fn store_terms(
    db: &Db,
    user_id: UserId,
    username: &str,
    display_name: Option<&str>,
) -> Result<()> {
    db.prepare_all(&[DELETE_TERMS, INSERT_TERMS]).await?;
    let uuid = user_id.to_db();
    let whose: Parameters<'_> = &[&uuid];
    let (deleted, inserted) =
        join(db.execute(DELETE_TERMS, whose), insert_terms(db, user_id, username, display_name))
            .await;
    deleted.and(inserted)?;
    Ok(())
}

/// As the port says; a query of blanks finds nobody.
pub(super) async fn find_users(
    db: &Db,
    searcher: UserId,
    query: &str,
    limit: usize,
) -> Result<Vec<UserBrief>> {
    let query = query.trim().to_lowercase();
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let found = db
        .query(
            concat!(
                "WITH matches AS (
                     SELECT user_id
                     FROM (
                         SELECT user_id
                         FROM user_terms
                         WHERE term >= $1 AND term < $1 || chr(1114111)
                         LIMIT $3
                     ) AS found
                     UNION
                     SELECT id
                     FROM users
                     WHERE email_key = $1
                     UNION
                     SELECT id
                     FROM users
                     WHERE username_key = $1
                 )
                 SELECT ",
                brief_columns!(),
                "
                 FROM matches
                 JOIN users u ON u.id = matches.user_id
                 WHERE u.id <> $2 AND u.disabled_at IS NULL AND u.erased_at IS NULL
                 ORDER BY u.username_key = $1 DESC, u.username_key
                 LIMIT $4"
            ),
            &[&query, &searcher.to_db(), &MATCHES_MAX, &rows(limit)],
        )
        .await?;
    found.iter().map(|row| Cells::new(row).brief()).collect()
}
