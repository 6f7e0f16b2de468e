//! How much of what a client sends waits for a slow handler.

use std::sync::Arc;

use salala_socketio::{Config, Event, Routes, SocketIo};
use tokio::sync::Notify;

use crate::{
    support::{Server, calm, masked},
    wait::{Tally, eventually},
};

/// A server whose connections take 1,000 bytes before they wait, and whose `slow` handler ends when
/// it is told to.
struct Fixture {
    server: Server,
    io: SocketIo,
    begun: Tally,
    noted: Tally,
    go: Arc<Notify>,
}

impl Fixture {
    async fn start() -> Self {
        let (begun, noted, go) = (Tally::default(), Tally::default(), Arc::new(Notify::new()));
        let (slow, note, wait) = (begun.clone(), noted.clone(), Arc::clone(&go));
        let routes = Routes::new()
            .on("slow", move |_, _| {
                let (slow, wait) = (slow.clone(), Arc::clone(&wait));
                async move {
                    slow.add();
                    wait.notified().await;
                }
            })
            .on("note", move |_, _: Event| {
                note.add();
                async {}
            });
        let config = Config { inbound_max_bytes: 1_000, ..calm() };
        let io = SocketIo::builder().config(config).namespace("/", routes).build();
        Self { server: Server::socketio(&io).await, io, begun, noted, go }
    }

    /// Waits until the slow handler runs and so many packets were read in all, then checks that no
    /// more were: all came at once, so they would have been read together.
    async fn stops_at(&self, begun: usize, packets: u64) {
        self.begun.reach(begun).await;
        eventually(|| self.io.stats().packets_in >= packets).await;
        assert_eq!(self.io.stats().packets_in, packets);
    }
}

fn note(length: usize) -> String {
    format!("42[\"note\",\"{}\"]", "x".repeat(length))
}

#[tokio::test]
async fn a_websocket_is_read_no_further_when_enough_bytes_wait() {
    let fixture = Fixture::start().await;
    let mut client = fixture.server.join().await;
    let mut burst = masked(0x81, b"42[\"slow\"]");
    (0..10).for_each(|_| burst.extend(masked(0x81, note(600).as_bytes())));
    client.send_raw(&burst).await;
    // The first was CONNECT; two of the notes are over the bound.
    fixture.stops_at(1, 4).await;
    fixture.go.notify_one();
    fixture.noted.reach(10).await;

    // One packet alone may be larger, and attachments count.
    client.send(&note(5_000)).await;
    fixture.noted.reach(11).await;
    let mut burst = masked(0x81, b"42[\"slow\"]");
    burst.extend(masked(0x81, b"452-[\"note\",{\"_placeholder\":true,\"num\":0}]"));
    burst.extend(masked(0x82, &[7; 1_000]));
    burst.extend(masked(0x82, &[]));
    (0..10).for_each(|_| burst.extend(masked(0x81, note(1).as_bytes())));
    client.send_raw(&burst).await;
    fixture.stops_at(2, 13 + 4).await;
    fixture.go.notify_one();
    fixture.noted.reach(22).await;
}

#[tokio::test]
async fn a_post_is_answered_when_its_bytes_have_found_room() {
    let fixture = Fixture::start().await;
    let target = fixture.server.join_polling("40").await;
    let mut packets = vec!["42[\"slow\"]".to_owned()];
    packets.extend(std::iter::repeat_n(note(600), 10));
    let body = packets.join("\u{1e}");
    let watch = async {
        fixture.stops_at(1, 4).await;
        assert_eq!(fixture.noted.count(), 0);
        fixture.go.notify_one();
    };
    let (answer, ()) = tokio::join!(fixture.server.post(&target, &body), watch);
    assert_eq!(answer.body, "ok");
    fixture.noted.reach(10).await;
}
