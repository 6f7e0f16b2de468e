//! The events that a client missed, as packets.

use std::sync::Arc;

use salala_core::UserId;
use salala_core::wire::view::FileLinks;
use salala_socketio::{MissedEvents, Packet, ReplayFailed};
use salala_store::Store;
use salala_store::log::Event;
use salala_store::ports::log::{LogReader, LogSpan, MissedEvent};

use super::Offsets;
use crate::gateway::Shared;
use crate::gateway::tell::{encode, server_event, shown_in, updated_event};
use crate::presence::{Presence, Statuses};

/// Rows of the log that are read at a time: as many events wait for a client at most.
const PAGE_ROWS: usize = 256;

/// Reads what one client missed.
pub(in crate::gateway) struct Replay {
    store: Arc<dyn Store>,
    presence: Arc<dyn Presence>,
    offsets: Arc<Offsets>,
    links: Arc<dyn FileLinks>,
    reader: LogReader,
    /// What is still to be read.
    rest: Option<LogSpan>,
}

impl Replay {
    pub(super) fn new(shared: &Shared, reader: LogReader, span: LogSpan) -> Self {
        Self {
            store: Arc::clone(&shared.parts.store),
            presence: Arc::clone(&shared.parts.presence),
            offsets: Arc::clone(shared.hub.offsets()),
            links: Arc::clone(&shared.parts.links),
            reader,
            rest: Some(span),
        }
    }

    fn packet(&self, missed: MissedEvent, statuses: &Statuses) -> Option<Packet> {
        let MissedEvent { position, settled, audience, event } = missed;
        let told = if let Event::ConversationUpdated { conversation, .. } = event {
            let viewer = self.blocked_viewer(&conversation.blocks);
            Some(updated_event(*conversation, viewer, statuses, &*self.links))
        } else {
            server_event(event, audience, statuses, &*self.links)
        };
        encode(&told?, &self.offsets.durable(settled, position))
    }

    /// The reader, if a block stands between them and another member.
    fn blocked_viewer(&self, blocks: &[(UserId, UserId)]) -> Option<UserId> {
        let reader = self.reader.user_id;
        blocks.iter().any(|&(one, other)| one == reader || other == reader).then_some(reader)
    }
}

impl MissedEvents for Replay {
    async fn next_page(&mut self) -> Result<Option<Vec<Packet>>, ReplayFailed> {
        let Some(span) = self.rest else { return Ok(None) };
        let page = self.store.missed_page(self.reader.clone(), span, PAGE_ROWS).await;
        let page = page.map_err(|error| {
            tracing::warn!(%error, "what a client missed cannot be read; it is to come again");
            ReplayFailed
        })?;
        self.rest = page.next.map(|after| LogSpan { after, ..span });
        metrics::counter!("salala_replayed_events_total").increment(page.events.len() as u64);
        let is_message = |missed: &&MissedEvent| matches!(missed.event, Event::MessageCreated(_));
        let repaired = page.events.iter().filter(is_message).count();
        metrics::counter!("salala_messages_repaired_total").increment(repaired as u64);
        let shown = page.events.iter().flat_map(|missed| shown_in(&missed.event));
        let statuses = Statuses::of(&*self.presence, shown).await;
        let packets = page.events.into_iter().filter_map(|missed| self.packet(missed, &statuses));
        Ok(Some(packets.collect()))
    }
}
