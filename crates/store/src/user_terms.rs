//! What users are found by: the beginnings of the words of their names.

use std::collections::BTreeSet;

/// Matches looked at: past it a query is too short to be of use, and later ones are left out.
pub(crate) const MATCHES_MAX: i64 = 1_000;

/// What a user of these names is found by.
pub(crate) fn user_terms(username: &str, display_name: Option<&str>) -> BTreeSet<String> {
    let mut terms = word_starts(username);
    terms.append(&mut word_starts(display_name.unwrap_or_default()));
    terms
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
