//! How each file begins, how long it is, and what none of them holds.

use super::sources::{assert_none, rust_sources, tree_sources};

/// Lines of code in one file, its own tests apart: beyond this it holds two things.
const CODE_LINES_MAX: usize = 400;
/// Lines of a file of tests, or of a file with its own tests.
const LINES_MAX: usize = 620;

#[test]
fn every_module_says_first_what_it_is_for() {
    let found: Vec<_> = rust_sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert_none("these do not begin with a `//!` sentence", &found);
}

#[test]
fn every_script_of_the_page_and_the_tests_says_first_what_it_is_for() {
    let found: Vec<_> = tree_sources()
        .into_iter()
        .filter(|source| source.has_extension("js") && !source.path.ends_with(".min.js"))
        .filter(|source| !source.text.starts_with("/** "))
        .map(|source| source.path)
        .collect();
    assert_none("these do not begin with a `/** */` sentence", &found);
}

#[test]
fn no_file_is_too_long_to_be_read_at_a_sitting() {
    let found: Vec<_> = tree_sources()
        .into_iter()
        .filter(|source| source.has_extension("rs") || source.has_extension("js"))
        .filter(|source| !source.path.ends_with(".min.js"))
        .filter_map(|source| {
            let is_test = !source.is_shipped() && !source.path.contains("/assets/");
            let lines = source.text.lines().count();
            let code = if is_test { 0 } else { source.code().count() };
            (code > CODE_LINES_MAX || lines > LINES_MAX)
                .then(|| format!("{}: {code} lines of code, {lines} in all", source.path))
        })
        .collect();
    assert_none("these hold more than one thing: split them by meaning", &found);
}

#[test]
fn no_module_is_called_mod() {
    let found: Vec<_> = rust_sources()
        .into_iter()
        .filter(|source| source.path.ends_with("/mod.rs"))
        .map(|source| source.path)
        .collect();
    assert_none("a module `foo` is `foo.rs`, its parts are in `foo/`", &found);
}

#[test]
fn no_test_is_skipped_and_no_lint_is_silenced_without_a_reason() {
    // Written in two parts, so that this file does not hold them itself.
    let banned = [
        concat!("#[", "ignore"),
        concat!("#[", "should_panic"),
        concat!("#[", "allow("),
        concat!("#![", "allow("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
    ];
    let found: Vec<_> = rust_sources()
        .iter()
        .flat_map(|source| {
            source.text.lines().enumerate().filter_map(|(index, line)| {
                let word = banned.iter().find(|word| line.contains(**word))?;
                Some(format!("{}:{}: {word}", source.path, index + 1))
            })
        })
        .collect();
    assert_none("absent tests are left out, lints are expected with a reason", &found);
}

#[test]
fn the_tree_names_no_place_outside_itself() {
    let banned = [concat!("../", "shared"), concat!("/", "work/"), concat!("/", "root/")];
    let found: Vec<_> = tree_sources()
        .iter()
        .flat_map(|source| {
            source.text.lines().enumerate().filter_map(|(index, line)| {
                let place = banned.iter().find(|place| line.contains(**place))?;
                Some(format!("{}:{}: {place}", source.path, index + 1))
            })
        })
        .collect();
    assert_none("these name a place that others do not have", &found);
}
