//! Where crates come from, and under which licences: what `deny.toml` says, with nothing installed.

use std::process::Command;

use serde_json::Value;

use super::sources::{assert_none, read, root};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn every_crate_comes_from_the_registry() {
    let lock = read("Cargo.lock");
    let found: Vec<_> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = \"")?.strip_suffix('"'))
        .filter(|source| *source != REGISTRY)
        .map(str::to_owned)
        .collect();
    assert_none("these sources are not the registry", &found);
}

#[test]
fn every_crate_has_a_licence_that_deny_toml_allows() {
    let allowed = allowed_licences();
    let found: Vec<_> = packages()
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or("none");
            let is_allowed = is_satisfied(licence, &allowed);
            (!is_allowed).then(|| format!("{}: {licence}", package["name"]))
        })
        .collect();
    assert_none("these licences are not in deny.toml", &found);
}

#[test]
fn a_licence_expression_is_read_as_it_is_meant() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0".to_owned()];
    for good in ["MIT", "MIT OR GPL-3.0", "MIT/GPL-3.0", "ISC AND (MIT OR GPL-3.0)"] {
        assert!(is_satisfied(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "none"] {
        assert!(!is_satisfied(bad, &allowed), "{bad}");
    }
}

#[test]
fn the_stock_client_is_built_in_with_its_notice() {
    let client = read("crates/server/assets/socket.io.min.js");
    assert!(client.starts_with("/*!\n * Socket.IO v4.8.3\n"), "its notice is gone");
}

/// The list in `deny.toml`.
fn allowed_licences() -> Vec<String> {
    let deny = read("deny.toml");
    let list = deny.split_once("\nallow = [").and_then(|(_, rest)| rest.split_once(']'));
    let (list, _) = list.expect("deny.toml lists the licences");
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Every package that is built for this machine.
fn packages() -> Vec<Value> {
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(root())
            .output()
            .expect("cargo runs, since it runs this test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("cargo writes text")
    };
    // Without a filter, crates for other systems would have to be fetched.
    let version = cargo(&["version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let metadata = cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]);
    let mut metadata: Value = serde_json::from_str(&metadata).expect("cargo writes JSON");
    let packages = metadata["packages"].take();
    let Value::Array(packages) = packages else { panic!("cargo lists packages") };
    assert!(packages.len() > 50, "cargo left packages out");
    packages
}

/// Can the terms be kept with allowed licences alone?
fn is_satisfied(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    // An exception belongs to the licence before it.
    let joined = spaced.replace(" WITH ", "\u{a0}WITH\u{a0}");
    let words: Vec<_> = joined.split(' ').filter(|word| !word.is_empty()).collect();
    let mut terms = Terms { words: &words, allowed };
    let is_satisfied = terms.any();
    is_satisfied && terms.words.is_empty()
}

/// A licence expression (SPDX), read from the front.
struct Terms<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Terms<'_> {
    fn any(&mut self) -> bool {
        let mut is_satisfied = self.all();
        while self.takes("OR") {
            is_satisfied |= self.all();
        }
        is_satisfied
    }

    fn all(&mut self) -> bool {
        let mut is_satisfied = self.one();
        while self.takes("AND") {
            is_satisfied &= self.one();
        }
        is_satisfied
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let is_satisfied = self.any();
            return self.takes(")") && is_satisfied;
        }
        let Some((name, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        let name = name.replace('\u{a0}', " ");
        self.allowed.contains(&name)
    }

    fn takes(&mut self, word: &str) -> bool {
        let Some((first, rest)) = self.words.split_first() else { return false };
        if *first == word {
            self.words = rest;
        }
        *first == word
    }
}
