//! That `CONFORMANCE.md` is whole: every case of the public suites once, each told by a test that runs.

use std::collections::HashSet;

const TABLE: &str = include_str!("../../CONFORMANCE.md");

/// The files that tell them.
const FILES: [(&str, &str); 3] = [
    ("engineio_protocol", include_str!("engineio_protocol.rs")),
    ("socketio_protocol", include_str!("socketio_protocol.rs")),
    ("transports_protocol", include_str!("transports_protocol.rs")),
];

/// The rows of a section: public case and test.
fn rows(heading: &str) -> Vec<(&'static str, &'static str)> {
    let (_, section) = TABLE.split_once(&format!("\n## {heading}\n")).expect("the section");
    let section = section.split("\n## ").next().unwrap();
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(case, _)| *case != "Public case")
        .collect()
}

#[test]
fn every_public_case_is_told_by_a_test() {
    // How many cases the suites have.
    for (suite, count) in [("Engine.IO 4", 24), ("Socket.IO 5", 31)] {
        let rows = rows(suite);
        let cases: HashSet<_> = rows.iter().map(|(case, _)| case).collect();
        assert_eq!((rows.len(), cases.len()), (count, count), "{suite}");
        for (case, test) in rows {
            let (file, name) = test.trim_matches('`').split_once("::").unwrap();
            let (_, text) = FILES.iter().find(|(known, _)| *known == file).expect(case);
            let head = format!("#[tokio::test]\nasync fn {name}() {{");
            assert!(text.contains(&head), "{suite}: {case}: {test} is no test");
        }
    }
}
