//! What commands say: results on standard output, complaints on standard error.

use std::io::Write as _;

/// Says a line. A reader who has gone away is no reason to stop.
pub(super) fn say(line: &str) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

/// Says why the command did not do what was asked.
pub(super) fn complain(sentence: &str) {
    drop(writeln!(std::io::stderr().lock(), "salala: {sentence}"));
}
