//! One connection of the bus, from its first subscription to its end.

use std::convert::Infallible;
use std::time::Duration;

use redis::{Cmd, RedisError, RedisResult, cmd};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::name_of;
use super::wishes::Wishes;
use crate::bus::Channel;
use crate::redis_link::Connection;

/// How often Redis is asked whether it is there, when nothing else is.
const PING_PERIOD: Duration = Duration::from_secs(1);

/// Channels that are subscribed to by one set of commands.
const SUBSCRIBE_AT_ONCE: usize = 1_000;

/// Messages that are published by one set of commands.
const PUBLISH_AT_ONCE: usize = 256;

/// A message on its way out.
pub(super) struct Outgoing {
    pub(super) channel: String,
    pub(super) message: Vec<u8>,
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// A connection with what it serves.
pub(super) struct Link<'a> {
    pub(super) connection: Connection,
    pub(super) wishes: &'a Wishes,
    pub(super) lost: CancellationToken,
}

/// The command that publishes.
pub(super) fn publish(channel: &str, message: &[u8]) -> Cmd {
    let mut command = cmd("SPUBLISH");
    command.arg(channel).arg(message);
    command
}

impl Link<'_> {
    /// Subscribes to all that is wanted.
    pub(super) async fn resubscribe(&self) -> RedisResult<()> {
        let wanted = self.wishes.link();
        let outcome = self.subscribe(&wanted).await;
        if outcome.is_err() {
            self.wishes.unlink();
        }
        outcome
    }

    /// Serves until the connection ends; gives why.
    pub(super) async fn hold(&self, to_publish: &mut mpsc::Receiver<Outgoing>) -> String {
        let ended = tokio::select! {
            () = self.lost.cancelled() => return "the connection was closed".to_owned(),
            ended = self.publish_all(to_publish) => ended,
            ended = self.follow_wishes() => ended,
            ended = self.ping() => ended,
        };
        let Err(error): Result<Infallible, RedisError> = ended;
        error.to_string()
    }

    async fn publish_all(
        &self,
        to_publish: &mut mpsc::Receiver<Outgoing>,
    ) -> RedisResult<Infallible> {
        let mut connection = self.connection.clone();
        let mut batch = Vec::with_capacity(PUBLISH_AT_ONCE);
        loop {
            // The sending end lives as long as the bus.
            to_publish.recv_many(&mut batch, PUBLISH_AT_ONCE).await;
            let commands = batch.iter().map(|it| publish(&it.channel, &it.message));
            connection.ask_all(commands.collect()).await?;
            metrics::counter!("salala_bus_published_total").increment(batch.len() as u64);
            for done in batch.drain(..).filter_map(|outgoing| outgoing.done) {
                // Whoever asked may not wait any more.
                done.send(()).ok();
            }
        }
    }

    async fn follow_wishes(&self) -> RedisResult<Infallible> {
        let mut connection = self.connection.clone();
        loop {
            let step = self.wishes.next_step().await;
            self.subscribe(&step.subscribe).await?;
            for channels in step.unsubscribe.chunks(SUBSCRIBE_AT_ONCE) {
                let names: Vec<String> = channels.iter().copied().map(name_of).collect();
                connection.unsubscribe(&names).await?;
            }
            self.wishes.gave_up();
            step.confirm();
        }
    }

    async fn ping(&self) -> RedisResult<Infallible> {
        let mut connection = self.connection.clone();
        let mut ticks = interval(PING_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            connection.ping().await?;
        }
    }

    async fn subscribe(&self, channels: &[Channel]) -> RedisResult<()> {
        let mut connection = self.connection.clone();
        for channels in channels.chunks(SUBSCRIBE_AT_ONCE) {
            let names: Vec<String> = channels.iter().copied().map(name_of).collect();
            connection.subscribe(&names).await?;
        }
        Ok(())
    }
}
