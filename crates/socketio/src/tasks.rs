//! Every task of this crate, so that a drain can wait for them.
