//! The tree's own files, as the rules read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the tree.
pub(super) struct Source {
    /// From the root of the tree, with `/`.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

impl Source {
    /// The lines before the file's own tests.
    pub(super) fn code(&self) -> impl Iterator<Item = &str> {
        self.text.lines().take_while(|line| *line != "#[cfg(test)]")
    }

    /// The same without comments.
    pub(super) fn statements(&self) -> impl Iterator<Item = &str> {
        self.code().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// Is it compiled into a library or binary, rather than a test or an example?
    pub(super) fn is_shipped(&self) -> bool {
        self.path.contains("/src/")
    }

    /// Does its name end with a dot and this?
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    /// Does its path begin with one of these?
    pub(super) fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

/// The root of the tree.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of one file.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust file of the workspace.
pub(super) fn rust_sources() -> Vec<Source> {
    let sources: Vec<_> =
        tree_sources().into_iter().filter(|source| source.has_extension("rs")).collect();
    assert!(sources.len() > 50, "the workspace was not found");
    sources
}

/// Every text file of the tree that people write.
pub(super) fn tree_sources() -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root(), "", &mut sources);
    sources
}

/// Fails with all that a rule found, one per line.
pub(super) fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn collect(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        // What is fetched or made is nobody's to write.
        let made = [".git", "target", "node_modules", "data", ".next", "out", "packed", "dist"];
        if made.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), sources);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            // What is no text is a picture, and holds no rules.
            sources.push(Source { path, text });
        }
    }
}
