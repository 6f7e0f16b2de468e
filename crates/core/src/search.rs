//! What a search for messages compares: the words of a text, without case and accents.
//!
//! The store keeps [`terms`] of every text and asks for those of a [`SearchQuery`]; the same rules give
//! the [`Snippet`], so what is found can always be shown.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::limits::{SEARCH_BEGINNING_MIN_CHARS, SEARCH_WORDS_MAX};

/// Characters of a word that count; longer ones are the same if they begin the same.
const TERM_MAX_CHARS: usize = 64;

/// Characters that a snippet shows before its first match, and in all.
const SNIPPET_CHARS: (usize, usize) = (40, 160);

/// What is searched for: every one of these words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    words: Vec<SearchWord>,
}

/// One word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWord {
    /// As it is compared.
    pub term: String,
    /// Words that begin with it count too: a `*` stood behind it.
    pub is_beginning: bool,
}

/// A part of a text around what was found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// At most 160 characters, with `…` where the text goes on.
    pub text: String,
    /// Where the words found stand in it: first and behind the last, in UTF-16 code units.
    pub highlights: Vec<(usize, usize)>,
}

impl SearchQuery {
    /// Reads a query: words, each of which may be the beginning of one if a `*` follows it.
    ///
    /// # Errors
    /// A clause for people: it has no word at all or more than [`SEARCH_WORDS_MAX`], or a beginning of
    /// fewer characters than [`SEARCH_BEGINNING_MIN_CHARS`], which too many words would have.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<SearchWord> = words(text)
            .map(|(range, term)| SearchWord {
                term,
                is_beginning: text.get(range.end..).is_some_and(|rest| rest.starts_with('*')),
            })
            .collect();
        if words.is_empty() || words.len() > SEARCH_WORDS_MAX {
            return Err(format!("must hold 1 to {SEARCH_WORDS_MAX} words"));
        }
        let is_short = |word: &SearchWord| {
            word.is_beginning && word.term.chars().count() < SEARCH_BEGINNING_MIN_CHARS
        };
        if words.iter().any(is_short) {
            return Err(format!(
                "must have at least {SEARCH_BEGINNING_MIN_CHARS} characters before each *"
            ));
        }
        Ok(Self { words })
    }

    /// The words that must all occur; at least one.
    pub fn words(&self) -> &[SearchWord] {
        &self.words
    }

    /// The part of a text to show for this query; its beginning if no word of it is there.
    pub fn snippet(&self, text: &str) -> Snippet {
        let found: Vec<Range<usize>> = words(text)
            .filter(|(_, term)| self.words.iter().any(|word| word.finds(term)))
            .map(|(range, _)| range)
            .collect();
        let first = found.first().map_or(0, |range| range.start);
        let (before, most) = SNIPPET_CHARS;
        let start = match text[..first].char_indices().rev().nth(before) {
            // From the next word on, unless the text has no blanks.
            Some((at, _)) => {
                text[at..first].find(char::is_whitespace).map_or(at, |blank| at + blank).min(first)
            }
            None => 0,
        };
        let start = start + (text[start..].len() - text[start..].trim_start().len());
        let end =
            text[start..].char_indices().nth(most - 2).map_or(text.len(), |(at, _)| start + at);
        let lead = if start > 0 { "…" } else { "" };
        let trail = if end < text.len() { "…" } else { "" };
        let units =
            |to: usize| lead.encode_utf16().count() + text[start..to].encode_utf16().count();
        let highlights = found
            .into_iter()
            .filter(|range| range.start >= start && range.end <= end)
            .map(|range| (units(range.start), units(range.end)))
            .collect();
        Snippet { text: format!("{lead}{}{trail}", &text[start..end]), highlights }
    }
}

impl SearchWord {
    fn finds(&self, term: &str) -> bool {
        if self.is_beginning { term.starts_with(&self.term) } else { term == self.term }
    }
}

/// The different words of a text, as they are compared.
pub fn terms(text: &str) -> BTreeSet<String> {
    words(text).map(|(_, term)| term).collect()
}

/// Each word with its place. A word is a run of letters and digits; of a script that is written without
/// blanks (Chinese, Japanese) each character is one.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = characters.find(|(_, character)| is_part(*character))?;
            let mut end = start + first.len_utf8();
            if !stands_alone(first) {
                let goes_on = |(_, next): &(usize, char)| is_part(*next) && !stands_alone(*next);
                while let Some((at, next)) = characters.next_if(goes_on) {
                    end = at + next.len_utf8();
                }
            }
            let term = term_of(&text[start..end]);
            if !term.is_empty() {
                return Some((start..end, term));
            }
        }
    })
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// In lower case and without accents; what decomposition leaves, such as a fraction's stroke, goes.
fn term_of(word: &str) -> String {
    word.nfkd()
        .flat_map(char::to_lowercase)
        .map(|character| if character == 'đ' { 'd' } else { character })
        .filter(|character| character.is_alphanumeric() && !is_combining_mark(*character))
        .take(TERM_MAX_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        words(text).map(|(_, term)| term).collect()
    }

    #[test]
    fn case_accents_and_signs_do_not_count() {
        assert_eq!(all("Hello, WORLD-wide e-mail!"), ["hello", "world", "wide", "e", "mail"]);
        assert_eq!(all("Đường Café naïve Straße"), ["duong", "cafe", "naive", "straße"]);
        assert_eq!(all("cafe\u{301} ﬁne ①"), ["cafe", "fine", "1"]);
        assert_eq!(all("東京 tower"), ["東", "京", "tower"]);
        assert_eq!(all(" … 👍 \u{301} "), Vec::<String>::new());
        assert_eq!(terms("a b a").len(), 2);
    }

    #[test]
    fn a_query_has_words_and_beginnings_of_words() {
        let query = SearchQuery::parse("see You Tom*!").unwrap();
        let words: Vec<_> =
            query.words().iter().map(|word| (word.term.as_str(), word.is_beginning)).collect();
        assert_eq!(words, [("see", false), ("you", false), ("tom", true)]);
        for text in [" ?! ", "*", "to*", "* to*", &"a ".repeat(SEARCH_WORDS_MAX + 1)] {
            assert!(SearchQuery::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_snippet_shows_what_was_found_with_its_places() {
        let query = SearchQuery::parse("tom*").unwrap();
        let short = query.snippet("See you 👍 tomorrow");
        assert_eq!(short.text, "See you 👍 tomorrow");
        // The emoji is two code units.
        assert_eq!(short.highlights, [(11, 19)]);
        let long = format!("{} tomorrow {}", "before ".repeat(30), "after ".repeat(60));
        let snippet = query.snippet(&long);
        assert!(snippet.text.starts_with("…before") && snippet.text.ends_with('…'), "{snippet:?}");
        assert!(snippet.text.chars().count() <= 160);
        let units: Vec<u16> = snippet.text.encode_utf16().collect();
        let (from, to) = snippet.highlights[0];
        assert_eq!(String::from_utf16(&units[from..to]).unwrap(), "tomorrow");
        assert_eq!(query.snippet("nothing here").highlights, []);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_terms_and_snippets(text in "\\PC{0,400}", query in "\\PC{0,20}") {
            for term in terms(&text) {
                assert!(!term.is_empty() && term.chars().all(char::is_alphanumeric), "{term:?}");
            }
            if let Ok(query) = SearchQuery::parse(&query) {
                let snippet = query.snippet(&text);
                assert!(snippet.text.chars().count() <= 160);
                let length = snippet.text.encode_utf16().count();
                assert!(snippet.highlights.iter().all(|(from, to)| from < to && *to <= length));
            }
        }

        #[test]
        fn every_word_of_a_text_finds_it(text in "\\PC{0,60}") {
            for (range, term) in words(&text) {
                if let Ok(query) = SearchQuery::parse(&text[range]) {
                    assert_eq!(query.words()[0].term, term);
                    assert!(!query.snippet(&text).text.is_empty());
                }
            }
        }
    }
}
