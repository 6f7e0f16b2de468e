//! What keeps recovery possible, and what it is kept in small: done now and then.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use salala_core::Timestamp;
use salala_core::wire::server_events::CURSOR;
use salala_socketio::{Broadcast, Packet, Socket, cork};
use salala_store::ports::views::RecoveryId;
use tokio::time::{MissedTickBehavior, interval};

use super::{Caller, Shared};

/// A socket that was sent no event for this long is sent where it stands.
const CURSOR_PERIOD: Duration = Duration::from_hours(1);

/// How often old rows are looked for, at most.
const TRIM_PERIOD: Duration = Duration::from_mins(1);

/// Rows that one write deletes, and sessions that one write keeps.
const AT_ONCE: usize = 1_000;

impl Shared {
    /// Sends an offset to each socket that was sent none for long, so that its recovery stays within
    /// the retention, and keeps what the sessions of live sockets view.
    pub(super) async fn send_cursors(self: Arc<Self>) {
        let period = CURSOR_PERIOD.min(self.parts.recovery_retention / 2);
        // Quiet from one look to the next but one is quiet for less than the period.
        let mut ticks = interval(period / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let sockets = self.parts.sockets.all().iter().flat_map(Broadcast::sockets).collect();
            self.send_cursors_to(sockets).await;
        }
    }

    async fn send_cursors_to(&self, sockets: Vec<Socket>) {
        for sockets in sockets.chunks(AT_ONCE) {
            match Packet::event(CURSOR, &self.hub.offsets().passing()) {
                Ok(packet) => cork(|| {
                    for socket in sockets.iter().filter(|socket| socket.take_quiet()) {
                        socket.send_volatile(&packet);
                    }
                }),
                Err(error) => tracing::error!(%error, "a cursor could not be encoded"),
            }
            let viewing: Vec<RecoveryId> = sockets.iter().filter_map(viewing_session).collect();
            if !viewing.is_empty() {
                let kept = self.parts.store.keep_views(viewing, self.parts.clock.now());
                if let Err(error) = kept.await {
                    tracing::warn!(%error, "what sessions view could not be kept; tried again later");
                }
            }
            // Many thousands of sockets are no reason to hold others up.
            tokio::task::yield_now().await;
        }
    }

    /// Deletes what is older than the retention, in small steps.
    pub(super) async fn trim_log(self: Arc<Self>) {
        let retention = self.parts.recovery_retention;
        let mut ticks = interval(TRIM_PERIOD.min(retention / 4));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let kept_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
            let now = self.parts.clock.now().unix_ms();
            let before = Timestamp::from_unix_ms(now.saturating_sub(kept_ms));
            let store = &self.parts.store;
            loop {
                let rows = store.trim_log(before, AT_ONCE).await;
                let views = store.forget_views(before, AT_ONCE).await;
                match (rows, views) {
                    (Ok(rows), Ok(views)) if rows.max(views) >= AT_ONCE as u64 => {}
                    (Ok(_), Ok(_)) => break,
                    (Err(error), _) | (_, Err(error)) => {
                        tracing::warn!(%error, "the log could not be trimmed; tried again later");
                        break;
                    }
                }
            }
        }
    }
}

/// The session of a socket that views something.
fn viewing_session(socket: &Socket) -> Option<RecoveryId> {
    let caller = socket.data::<Caller>()?;
    caller.has_views.load(Ordering::Relaxed).then(|| caller.recovery_id()).flatten()
}
