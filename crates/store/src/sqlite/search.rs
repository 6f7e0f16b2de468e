//! Finding users by the beginning of a word of their names.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use salala_core::ids::UserId;
use salala_core::records::UserBrief;

use super::cells::{Cells, brief_columns, rows};
use super::error::Result;

/// Matches looked at: past it a query is too short to be of use, and later ones are left out.
const MATCHES_MAX: i64 = 1_000;

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
    let mut terms = word_starts(username);
    terms.append(&mut word_starts(display_name.unwrap_or_default()));
    for term in terms {
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

/// A name in lower case, from the start of each of its words on: `ann lee` and `lee`.
fn word_starts(name: &str) -> BTreeSet<String> {
    let name = name.to_lowercase();
    let mut was_in_word = false;
    let mut starts = BTreeSet::new();
    for (at, character) in name.char_indices() {
        let is_in_word = character.is_alphanumeric();
        if at == 0 || (is_in_word && !was_in_word) {
            starts.insert(name[at..].to_owned());
        }
        was_in_word = is_in_word;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_starts_a_term() {
        let terms: Vec<String> = word_starts("Ann-Marie O'Neil").into_iter().collect();
        assert_eq!(terms, ["ann-marie o'neil", "marie o'neil", "neil", "o'neil"]);
        assert_eq!(word_starts(""), BTreeSet::new());
    }
}
