//! The measures that operators read at `/metrics`: their names, meanings and labels.
//!
//! No label holds an id or anything of a user: label values are route templates, statuses and the
//! like, so that there is a bounded number of series.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use salala_core::Timestamp;

const HTTP_REQUESTS: &str = "salala_http_requests_total";
const HTTP_SECONDS: &str = "salala_http_request_duration_seconds";
const HTTP_CONNECTIONS_REFUSED: &str = "salala_http_connections_refused_total";
const ACCEPT_ERRORS: &str = "salala_accept_errors_total";
const TLS_FAILURES: &str = "salala_tls_handshakes_failed_total";
const TLS_EXPIRY: &str = "salala_tls_certificate_expiry_seconds";
const AUTH_FAILURES: &str = "salala_auth_failures_total";
const PASSWORDS_WAITING: &str = "salala_password_hashes_waiting";
const READY: &str = "salala_ready";
const INFO: &str = "salala_build_info";
const CONNECTIONS: &str = "salala_connections";
const SOCKETS: &str = "salala_sockets";
const SLOW_CONSUMERS: &str = "salala_slow_consumers_total";
const VOLATILE_DROPPED: &str = "salala_volatile_dropped_total";
const SOCKET_CONNECTS: &str = "salala_socket_connects_total";
const SOCKET_SESSIONS: &str = "salala_socket_sessions_total";
const REPLAYED_EVENTS: &str = "salala_replayed_events_total";
const SOCKET_DISCONNECTS: &str = "salala_socket_disconnects_total";
const CLIENT_EVENTS: &str = "salala_client_events_total";
const CLIENT_EVENTS_REFUSED: &str = "salala_client_events_refused_total";
const COMMITTED_EVENTS: &str = "salala_committed_events_total";
const MESSAGES_SENT: &str = "salala_messages_sent_total";
const MESSAGES_DELIVERED: &str = "salala_messages_delivered_total";
const MESSAGES_REPAIRED: &str = "salala_messages_repaired_total";
const MESSAGES_LOST: &str = "salala_messages_lost_total";
const CALLS: &str = "salala_calls_total";
const UPLOADS: &str = "salala_uploads_total";
const UPLOADED_BYTES: &str = "salala_uploaded_bytes_total";
const FILE_BYTES_READ: &str = "salala_file_read_bytes_total";
const FILES_REMOVED: &str = "salala_files_removed_total";
const REDIS_CONNECTS: &str = "salala_redis_connects_total";
const BUS_PUBLISHED: &str = "salala_bus_published_total";
const BUS_DROPPED: &str = "salala_bus_dropped_total";
const BUS_SKIPPED: &str = "salala_bus_skipped_total";
const PUSHES: &str = "salala_pushes_total";
const PUSH_SECONDS: &str = "salala_push_provider_seconds";
const PUSH_WAITING: &str = "salala_push_waiting";
const PUSH_OLDEST: &str = "salala_push_oldest_waiting_seconds";
const PRESENCE_REAPED: &str = "salala_presence_reaped_total";
const PRESENCE_LEASES_LOST: &str = "salala_presence_leases_lost_total";

/// From half a millisecond to ten seconds.
const SECONDS_BUCKETS: [f64; 13] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Gives out all measures of this process as text.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Starts measuring. Measures are the process's: every call gives the same.
    ///
    /// # Errors
    /// A recorder of somebody else is in place.
    pub fn start() -> Result<Self, MetricsError> {
        static STARTED: OnceLock<Result<PrometheusHandle, MetricsError>> = OnceLock::new();
        let handle = STARTED.get_or_init(install).clone()?;
        Ok(Self { handle })
    }

    /// All measures in Prometheus's text format.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds what was measured since the last call into the buckets, so that memory stays bounded
    /// when nobody reads; to be called every few seconds.
    pub fn fold(&self) {
        self.handle.run_upkeep();
    }
}

/// The measures cannot be taken.
#[derive(Clone, Debug, thiserror::Error)]
#[error("measures cannot be taken: {0}")]
pub struct MetricsError(String);

/// An HTTP request was answered.
pub fn record_request(method: &'static str, route: &str, status: u16, took: Duration) {
    let route = route.to_owned();
    counter!(HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    histogram!(HTTP_SECONDS, "method" => method, "route" => route).record(took.as_secs_f64());
}

/// A connection was closed unanswered because as many are open as may; `bound` is one of few words.
pub fn record_refused_connection(bound: &'static str) {
    counter!(HTTP_CONNECTIONS_REFUSED, "bound" => bound).increment(1);
}

/// A connection could not be accepted.
pub fn record_accept_error() {
    counter!(ACCEPT_ERRORS).increment(1);
}

/// A file came; `outcome` is one of few words.
pub fn record_upload(outcome: &'static str, bytes: u64) {
    counter!(UPLOADS, "outcome" => outcome).increment(1);
    counter!(UPLOADED_BYTES).increment(bytes);
}

/// So many files that nobody held any more were removed.
pub fn record_files_removed(count: usize) {
    counter!(FILES_REMOVED).increment(count as u64);
}

/// So many bytes of files are about to be read.
pub fn record_file_read(bytes: u64) {
    counter!(FILE_BYTES_READ).increment(bytes);
}

/// A TLS connection did not come about; `reason` is one of few words.
pub fn record_tls_failure(reason: &'static str) {
    counter!(TLS_FAILURES, "reason" => reason).increment(1);
}

/// When the certificate that is served runs out.
pub fn set_certificate_expiry(not_after: Timestamp) {
    gauge!(TLS_EXPIRY).set(as_measure(u64::try_from(not_after.unix_seconds()).unwrap_or(0)));
}

/// A sign-in or token was refused; `reason` is one of few words.
pub fn record_auth_failure(reason: &'static str) {
    counter!(AUTH_FAILURES, "reason" => reason).increment(1);
}

/// So many sign-ins wait for or are at the hashing of a password.
pub fn set_passwords_waiting(count: usize) {
    gauge!(PASSWORDS_WAITING).set(as_measure(count as u64));
}

/// The server is ready or not.
pub fn set_ready(is_ready: bool) {
    gauge!(READY).set(if is_ready { 1.0 } else { 0.0 });
}

/// How the sockets stand, measured when somebody reads.
pub fn set_sockets(figures: SocketFigures) {
    gauge!(CONNECTIONS, "transport" => "polling").set(as_measure(figures.polling));
    let websocket = figures.connections.saturating_sub(figures.polling);
    gauge!(CONNECTIONS, "transport" => "websocket").set(as_measure(websocket));
    gauge!(SOCKETS).set(as_measure(figures.sockets));
    counter!(SLOW_CONSUMERS).absolute(figures.slow_consumers);
    counter!(VOLATILE_DROPPED).absolute(figures.volatile_dropped);
}

/// How the sockets stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct SocketFigures {
    /// Engine.IO connections that are open.
    pub connections: u64,
    /// Of them, those on polling.
    pub polling: u64,
    /// Sockets that are connected.
    pub sockets: u64,
    /// Connections closed since the start because their client read too slowly.
    pub slow_consumers: u64,
    /// Volatile packets dropped since the start.
    pub volatile_dropped: u64,
}

fn install() -> Result<PrometheusHandle, MetricsError> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(HTTP_SECONDS.to_owned()), &SECONDS_BUCKETS)
        .and_then(|builder| {
            let matcher = Matcher::Full(PUSH_SECONDS.to_owned());
            builder.set_buckets_for_metric(matcher, &SECONDS_BUCKETS)
        })
        .map_err(|error| MetricsError(error.to_string()))?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| MetricsError(error.to_string()))?;
    describe();
    Ok(handle)
}

fn describe() {
    describe_counter!(HTTP_REQUESTS, "HTTP requests answered");
    describe_histogram!(HTTP_SECONDS, Unit::Seconds, "Time from request to answer");
    describe_counter!(HTTP_CONNECTIONS_REFUSED, "Connections closed because too many were open");
    describe_counter!(ACCEPT_ERRORS, "Connections that the system could not hand over");
    describe_counter!(TLS_FAILURES, "TLS handshakes that failed, by reason");
    describe_gauge!(TLS_EXPIRY, "When the certificate runs out, in Unix time");
    describe_counter!(AUTH_FAILURES, "Sign-ins and tokens refused");
    describe_gauge!(PASSWORDS_WAITING, "Sign-ins that wait for or are at password hashing");
    describe_gauge!(READY, "1 when ready for clients, else 0");
    describe_gauge!(INFO, "Always 1; the label is the version");
    describe_gauge!(CONNECTIONS, "Engine.IO connections, by transport");
    describe_counter!(SLOW_CONSUMERS, "Connections closed because their client read too slowly");
    describe_counter!(VOLATILE_DROPPED, "Passing events dropped for slow clients");
    describe_gauge!(SOCKETS, "Sockets connected");
    describe_counter!(SOCKET_CONNECTS, "Sockets let in");
    describe_counter!(SOCKET_SESSIONS, "Sessions that began, went on or were lost, by outcome");
    describe_counter!(REPLAYED_EVENTS, "Events told again to clients that came back");
    describe_counter!(SOCKET_DISCONNECTS, "Sockets that went, by reason");
    describe_counter!(CLIENT_EVENTS, "Events of clients, by name");
    describe_counter!(CLIENT_EVENTS_REFUSED, "Events of clients refused, by code");
    describe_counter!(COMMITTED_EVENTS, "Durable events committed");
    describe_counter!(MESSAGES_SENT, "Messages stored for clients of this process");
    describe_counter!(MESSAGES_DELIVERED, "Messages handed to sockets, each to each of them");
    describe_counter!(MESSAGES_REPAIRED, "Messages told again to clients that came back");
    describe_counter!(MESSAGES_LOST, "Messages that who is connected was never told: must be 0");
    // There from the start, so that an alarm can be set on it.
    counter!(MESSAGES_LOST).increment(0);
    describe_counter!(UPLOADS, "Files that came, by what became of them");
    describe_counter!(UPLOADED_BYTES, "Bytes of files that were stored");
    describe_counter!(FILE_BYTES_READ, "Bytes of files that were asked for");
    describe_counter!(FILES_REMOVED, "Files that nobody held any more and were removed");
    describe_counter!(CALLS, "Calls that came to a state");
    describe_counter!(REDIS_CONNECTS, "Connections made to Redis, by what for");
    describe_counter!(BUS_PUBLISHED, "Messages published to other nodes");
    describe_counter!(BUS_DROPPED, "Messages between nodes dropped, by direction");
    describe_counter!(BUS_SKIPPED, "Messages of other nodes that could not be read, by reason");
    describe_counter!(PUSHES, "Pushes decided or sent, by kind, outcome and reason");
    describe_histogram!(PUSH_SECONDS, Unit::Seconds, "Time of a push provider to answer");
    describe_gauge!(PUSH_WAITING, "Messages and pushes that wait, counted up to 20,000");
    describe_gauge!(PUSH_OLDEST, Unit::Seconds, "Age of the oldest of them");
    describe_counter!(PRESENCE_REAPED, "Devices of dead nodes taken out");
    describe_counter!(PRESENCE_LEASES_LOST, "Times that others took this node for dead");
    gauge!(INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

fn as_measure(count: u64) -> f64 {
    // Past 2^32 a gauge may round.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_given_as_prometheus_text() {
        let metrics = Metrics::start().unwrap();
        record_request("GET", "/api/v1/friends", 200, Duration::from_millis(3));
        record_auth_failure("token_expired");
        metrics.fold();
        let text = Metrics::start().unwrap().render();
        assert!(text.contains("# TYPE salala_http_requests_total counter"), "{text}");
        assert!(text.contains("salala_http_request_duration_seconds_bucket"), "{text}");
        assert!(text.contains("salala_auth_failures_total{reason=\"token_expired\"}"), "{text}");
    }
}
