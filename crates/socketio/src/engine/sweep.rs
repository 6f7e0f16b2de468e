//! The one heartbeat of all connections: pings, timeouts and deadlines.

use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    Config, DisconnectReason,
    engine::{Application, Connection, Shared, core::micros, frame::Frame, session::Session},
    tasks::spawn_untracked,
};

/// What a connection needs at this moment.
#[derive(Debug, Clone, Copy)]
enum Due {
    Ping,
    Close(DisconnectReason),
    /// It is closed, and its time to say farewell is over.
    Wake,
}

/// A sweep as late as this says that the process itself stood still.
const STALL: Duration = Duration::from_secs(2);

/// Starts the sweep with the first connection, since only then a runtime is sure to be there. It
/// ends by itself when the engine is gone.
pub(crate) fn ensure<A: Application>(shared: &Arc<Shared<A>>) {
    if !shared.is_swept.swap(true, Ordering::AcqRel) {
        let period = period(&shared.core.config);
        spawn_untracked(sweep_forever(Arc::downgrade(shared), period));
    }
}

async fn sweep_forever<A: Application>(shared: Weak<Shared<A>>, period: Duration) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_at = None;
    loop {
        ticks.tick().await;
        let Some(shared) = shared.upgrade() else { return };
        let now = shared.core.now();
        let late = last_at.map_or(0, |at| now - at);
        sweep(&shared, now, late > micros(period + STALL));
        last_at = Some(now);
    }
}

/// A twentieth of the shorter interval, so that what is due is done soon after.
fn period(config: &Config) -> Duration {
    let shorter = config.ping_interval.min(config.ping_timeout).min(config.connect_timeout);
    (shorter / 20).clamp(Duration::from_millis(5), Duration::from_secs(1))
}

fn sweep<A: Application>(shared: &Shared<A>, now: u64, has_stalled: bool) {
    let mut due: Vec<(Connection, Due)> = Vec::new();
    shared.sessions.for_each(|session| {
        if let Some(action) = due_now(session, now, has_stalled) {
            due.push((session.connection.clone(), action));
        }
    });
    for (connection, action) in due {
        match action {
            Due::Ping => connection.push_unbounded(&[Frame::PING]),
            Due::Close(reason) => connection.close(reason),
            Due::Wake => connection.wake(),
        }
    }
}

fn due_now<A: Application>(session: &Session<A>, now: u64, has_stalled: bool) -> Option<Due> {
    let connection = &session.connection;
    if !connection.is_open() {
        return connection.is_past_deadline(now).then_some(Due::Wake);
    }
    if connection.is_past_deadline(now) {
        return Some(Due::Close(DisconnectReason::ForcedServerClose));
    }
    if connection.is_stuck(now) {
        return Some(Due::Close(DisconnectReason::PingTimeout));
    }
    if connection.is_expired(now) {
        // A client is not to blame for a process that stood still, nor for heartbeats that lie
        // unread behind a slow handler.
        if has_stalled || session.is_backlogged() {
            connection.hear();
            return None;
        }
        return Some(Due::Close(DisconnectReason::PingTimeout));
    }
    connection.takes_ping(now).then_some(Due::Ping)
}
