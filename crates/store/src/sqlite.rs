//! The embedded engine: SQLite in one file, one writer, many readers.
