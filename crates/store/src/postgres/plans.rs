//! The test that every statement finds its rows through an index.

use std::collections::BTreeSet;

use parking_lot::Mutex;

/// All that was prepared in this process.
static STATEMENTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Notes a statement that is prepared.
pub(super) fn note(sql: &'static str) {
    STATEMENTS.lock().insert(sql);
}
