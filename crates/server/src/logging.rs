//! Where log lines go: JSON for machines, or plain lines at a terminal; standard error either way.
//!
//! What a line may hold is said in `docs/logging.md`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogLevel;

/// Sends this process's log lines to standard error from now on. Of libraries, only warnings and
/// errors are let through. A second call changes nothing.
pub fn start(level: LogLevel) {
    let level = level.as_str();
    let filter = EnvFilter::new(format!(
        "warn,salala={level},salala_server={level},salala_store={level},salala_socketio={level}"
    ));
    let registry = tracing_subscriber::registry().with(filter);
    let started = if std::io::stderr().is_terminal() {
        let lines = tracing_subscriber::fmt::layer().with_target(false);
        registry.with(lines.with_writer(std::io::stderr)).try_init()
    } else {
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
        registry.with(lines.with_writer(std::io::stderr).with_current_span(false)).try_init()
    };
    // Fails only where a subscriber is set already, as in a test: that one then stays.
    drop(started);
}
