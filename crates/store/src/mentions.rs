//! Who is named in a text: members of its conversation, as `@username`.

use std::collections::{BTreeSet, HashSet};

use salala_core::ids::UserId;
use salala_core::limits::{MENTIONS_MAX, USERNAME_CHARS};

use crate::StoreError;

/// Names looked up for one message: a text full of strangers must not hold up the writer.
const NAMES_MAX: usize = 4 * MENTIONS_MAX;

/// The members that a text names, each once, in order of naming; `find` gives the member of a name in
/// lower case.
pub(crate) fn find_mentions(
    text: &str,
    mut find: impl FnMut(&str) -> Result<Option<UserId>, StoreError>,
) -> Result<Vec<UserId>, StoreError> {
    let mut mentions = Vec::new();
    let mut tried = HashSet::new();
    for token in tokens(text) {
        for name in spellings(token) {
            if mentions.len() == MENTIONS_MAX || tried.len() == NAMES_MAX {
                return Ok(mentions);
            }
            let name = name.to_ascii_lowercase();
            if tried.contains(&name) {
                continue;
            }
            let found = find(&name)?;
            tried.insert(name);
            if let Some(user_id) = found {
                mentions.push(user_id);
                break;
            }
        }
    }
    Ok(mentions)
}

/// The names that a text may name members by, for an engine that looks them up together.
pub(crate) fn possible_names(text: &str) -> BTreeSet<String> {
    tokens(text).flat_map(spellings).map(str::to_ascii_lowercase).take(NAMES_MAX).collect()
}

/// As the column holds them; NULL for none.
pub(crate) fn mentions_column(mentions: &[UserId]) -> Option<Vec<u8>> {
    (!mentions.is_empty()).then(|| mentions.iter().flat_map(UserId::as_bytes).copied().collect())
}

/// From the column.
pub(crate) fn mentions_from(bytes: &[u8]) -> Vec<UserId> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().copied().map(UserId::from_bytes).collect()
}

/// What stands behind each `@` that begins a word: an e-mail address names nobody.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            return None;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|character| !is_username_char(character)).unwrap_or(rest.len());
        Some(&rest[..end])
    })
}

/// The longest first, then without the dots and dashes with which a sentence may go on.
fn spellings(token: &str) -> impl Iterator<Item = &str> {
    let (least, most) = USERNAME_CHARS;
    std::iter::successors(Some(token), |name| name.strip_suffix(['.', '-']))
        .skip_while(move |name| name.len() > most)
        .take_while(move |name| name.len() >= least)
}

fn is_username_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Vec<&str>> {
        tokens(text).map(|token| spellings(token).collect()).collect()
    }

    #[test]
    fn a_name_ends_where_its_characters_end() {
        assert_eq!(names("@anna, hello"), [["anna"]]);
        assert_eq!(names("(@an.na-b)"), [["an.na-b"]]);
        assert_eq!(names("ask @anna..."), [["anna...", "anna..", "anna.", "anna"]]);
        assert_eq!(names("@a"), [Vec::<&str>::new()]);
    }

    #[test]
    fn an_address_names_nobody() {
        assert_eq!(names("anna@example.org"), Vec::<Vec<&str>>::new());
        assert_eq!(names("é@anna"), Vec::<Vec<&str>>::new());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_reader(text in ".*@.*") {
            for token in tokens(&text) {
                for name in spellings(token) {
                    assert!(name.len() <= USERNAME_CHARS.1);
                }
            }
        }
    }
}
