//! That both engines' tables are made by the same steps.

use std::fs;

use super::sources::{read, root};

/// The names of an engine's steps, in order.
fn steps_of(engine: &str) -> Vec<String> {
    let folder = root().join("crates/store/migrations").join(engine);
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{} is empty", folder.display());
    names
}

#[test]
fn both_engines_have_migrations_of_the_same_numbers_and_names() {
    assert_eq!(steps_of("sqlite"), steps_of("postgres"));
}

#[test]
fn migrations_are_numbered_from_one_and_all_of_them_are_applied_in_order() {
    for engine in ["sqlite", "postgres"] {
        let steps = steps_of(engine);
        for (number, name) in (1..).zip(&steps) {
            assert!(name.starts_with(&format!("{number:04}_")), "{engine}: {name} is no. {number}");
        }
        let schema = read(&format!("crates/store/src/{engine}/schema.rs"));
        let included = format!("include_str!(\"../../migrations/{engine}/");
        let applied: Vec<_> = schema
            .split(&included)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(applied, steps, "{engine}");
        // Under its own name, which PostgreSQL's table of migrations keeps.
        for name in &steps {
            let stem = name.strip_suffix(".sql").unwrap();
            assert!(schema.contains(&format!("\"{stem}\"")), "{engine}: {stem}");
        }
    }
}
