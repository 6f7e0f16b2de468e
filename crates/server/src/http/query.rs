//! Reading what stands behind the `?`: nothing is clamped or guessed, every mistake is named.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::request::Parts;
use salala_core::limits;
use salala_core::wire::{Error, FieldError};

use super::problem::Problem;

/// The parameters of a query. Unknown ones are ignored.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Pairs::try_from_uri(&parts.uri) {
            Ok(Pairs(pairs)) => Ok(Self { pairs, errors: Vec::new() }),
            Err(_) => Err(Error::invalid_field("", "the query cannot be read").into()),
        }
    }
}

impl Query {
    /// A parameter's text; `None` if it is not there.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let value = values.next().cloned();
        let is_single = values.next().is_none();
        if !is_single {
            self.refuse(name, "must be given once");
        } else if value.as_ref().is_some_and(|value| value.contains('\0')) {
            self.refuse(name, "must not hold U+0000");
        }
        value
    }

    /// A text that has to be there, of at most so many characters.
    pub fn required_text(&mut self, name: &str, most: usize) -> String {
        let text = self.text(name);
        match &text {
            None => self.refuse(name, "is missing"),
            Some(text) if text.trim().is_empty() => self.refuse(name, "must not be blank"),
            Some(text) if text.chars().count() > most => {
                self.refuse(name, &format!("must have at most {most} characters"));
            }
            Some(_) => {}
        }
        text.unwrap_or_default()
    }

    /// A whole number from 0; `None` if it is not there.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let number = whole_number(&text);
        if number.is_none() {
            self.refuse(name, "must be a whole number from 0");
        }
        number
    }

    /// How many rows are asked for.
    pub fn limit(&mut self) -> usize {
        let Some(text) = self.text("limit") else { return limits::PAGE_DEFAULT };
        let limit = whole_number(&text).and_then(|limit| usize::try_from(limit).ok());
        match limit {
            Some(limit) if (1..=limits::PAGE_MAX).contains(&limit) => limit,
            Some(_) | None => {
                let most = limits::PAGE_MAX;
                self.refuse("limit", &format!("must be a whole number from 1 to {most}"));
                limits::PAGE_DEFAULT
            }
        }
    }

    /// Refuses the request if a mistake was found.
    ///
    /// # Errors
    /// `invalid_payload` with all of them.
    pub fn check(self) -> Result<(), Error> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::invalid(self.errors)) }
    }

    fn refuse(&mut self, path: &str, message: &str) {
        self.errors.push(FieldError { path: path.to_owned(), message: message.to_owned() });
    }
}

/// Digits alone: what else Rust reads as a number (`+5`) is none in a URL.
fn whole_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        let uri = format!("/?{text}").parse().unwrap();
        Query { pairs: Pairs::try_from_uri(&uri).unwrap().0, errors: Vec::new() }
    }

    #[test]
    fn a_limit_is_one_to_a_hundred_and_never_clamped() {
        for (text, expected) in [("", 50), ("limit=1", 1), ("limit=100", 100), ("other=1", 50)] {
            let mut query = query(text);
            assert_eq!(query.limit(), expected, "{text}");
            assert!(query.check().is_ok(), "{text}");
        }
        for text in ["0", "101", "-1", "+5", "1.5", "ten", "", "1&limit=2", "99999999999999999999"]
        {
            let mut query = query(&format!("limit={text}"));
            query.limit();
            let error = query.check().unwrap_err();
            assert!(error.errors.iter().all(|error| error.path == "limit"), "{text}");
        }
    }

    #[test]
    fn numbers_and_texts_are_read_or_refused() {
        let mut good = query("before=7&q=a%20b+c");
        assert_eq!(good.number("before"), Some(7));
        assert_eq!(good.number("after"), None);
        assert_eq!(good.required_text("q", 10), "a b c");
        assert!(good.check().is_ok());
        for (text, name) in [("before=x", "before"), ("q=", "q"), ("", "q"), ("q=%00", "q")] {
            let mut bad = query(text);
            bad.number("before");
            if name == "q" {
                bad.required_text("q", 10);
            }
            assert!(bad.check().unwrap_err().errors.iter().any(|error| error.path == name));
        }
    }
}
