//! One client of a talk: it sends at its pace, and notes what is acked and what comes.

use std::collections::HashMap;
use std::fmt::Write;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::talk::Pace;
use super::tally::{Progress, Tally, Window};
use crate::client::packet::{is_event, number_field, text_field};
use crate::client::{Connection, Packet};
use crate::error::BenchError;

/// A client with a conversation to talk in.
pub(super) struct Talker {
    pub(super) connection: Connection,
    pub(super) script: Script,
}

/// What a client says and has heard.
pub(super) struct Script {
    /// Which of the clients this is.
    pub(super) number: usize,
    /// Where it talks.
    pub(super) conversation_id: String,
    /// How; `None` for one that listens only.
    pub(super) pace: Option<Pace>,
    /// When the first message goes, for a pace by the clock.
    pub(super) first_at: Instant,
    /// When it is measured.
    pub(super) window: Window,
    /// How far all are.
    pub(super) progress: Arc<Progress>,
    /// Of how many messages heard one is timed.
    pub(super) timed_every: u64,
    /// What is said.
    pub(super) content: String,
    /// Sends that are not acked yet, by ack id, with the time from which they count.
    pub(super) in_flight: HashMap<u64, Instant>,
    /// The next ack id.
    pub(super) next_id: u64,
    /// The seq of the last message heard.
    pub(super) last_seq: Option<u64>,
    /// What was seen.
    pub(super) tally: Tally,
}

impl Talker {
    /// Talks until the window's end, and listens until `stop`.
    pub(super) async fn talk(mut self, stop: CancellationToken) -> Result<Tally, BenchError> {
        let number = self.script.number;
        let mut stopped = std::pin::pin!(stop.cancelled());
        self.script.begin(&mut self.connection);
        loop {
            let next_at = self.script.next_at();
            tokio::select! {
                biased;
                packet = self.connection.receive() => {
                    let packet =
                        packet.map_err(|source| BenchError::Client { number, source })?;
                    if self.script.hear(packet)? {
                        self.script.send(&mut self.connection, Instant::now());
                    }
                }
                () = wait_until(next_at) => {
                    self.script.send_due(&mut self.connection);
                }
                () = &mut stopped => return Ok(self.script.tally),
            }
        }
    }
}

impl Script {
    fn begin(&mut self, connection: &mut Connection) {
        if let Some(Pace::InFlight(count)) = self.pace {
            for _ in 0..count {
                self.send(connection, Instant::now());
            }
        }
    }

    /// When the clock wants the next message.
    fn next_at(&self) -> Option<Instant> {
        match self.pace {
            Some(Pace::Every(_)) if self.first_at < self.window.to => Some(self.first_at),
            Some(Pace::Every(_) | Pace::InFlight(_)) | None => None,
        }
    }

    /// Sends what is due. A message counts from when it was due, not from when this late client
    /// got to it: otherwise a server that stalls would hide its stall ("coordinated omission").
    fn send_due(&mut self, connection: &mut Connection) {
        if let Some(Pace::Every(period)) = self.pace {
            let due_at = self.first_at;
            self.first_at += period;
            self.send(connection, due_at);
        }
    }

    fn send(&mut self, connection: &mut Connection, counts_from: Instant) {
        if Instant::now() >= self.window.to {
            return;
        }
        let id = self.next_id;
        self.next_id += 1;
        let nanoseconds = counts_from.duration_since(self.window.epoch).as_nanos();
        let mut packet = String::with_capacity(256 + self.content.len());
        // Writing to a String cannot fail.
        let _written = write!(
            packet,
            r#"42{id}["sendMessage",{{"conversationId":"{}","content":"{}","clientMessageId":"{}-{id}-{nanoseconds}"}}]"#,
            self.conversation_id, self.content, self.number,
        );
        connection.queue(packet.as_bytes());
        self.in_flight.insert(id, counts_from);
        self.progress.add_sent();
    }

    /// Takes in a packet; whether it makes room for another send.
    fn hear(&mut self, packet: Packet<'_>) -> Result<bool, BenchError> {
        match packet {
            Packet::Ack(id, array) => self.hear_ack(id, array),
            Packet::Event(array) if is_event(array, "newMessage") => {
                self.hear_message(array)?;
                Ok(false)
            }
            Packet::Event(array) if is_event(array, "exception") => Err(refused(array)),
            Packet::Open(_)
            | Packet::Ping
            | Packet::Noop
            | Packet::Close
            | Packet::Connected(_)
            | Packet::ConnectError(_)
            | Packet::Event(_)
            | Packet::Other(_) => Ok(false),
        }
    }

    fn hear_ack(&mut self, id: u64, array: &[u8]) -> Result<bool, BenchError> {
        if number_field(array, "seq").is_none() {
            return Err(refused(array));
        }
        let Some(counts_from) = self.in_flight.remove(&id) else {
            return Err(BenchError::Worthless(format!("ack {id} came twice or unasked")));
        };
        let now = Instant::now();
        self.progress.add_acked();
        if self.window.contains(now) {
            self.tally.acked += 1;
            self.tally.to_ack.push(now - counts_from);
        }
        Ok(matches!(self.pace, Some(Pace::InFlight(_))))
    }

    fn hear_message(&mut self, array: &[u8]) -> Result<(), BenchError> {
        let Some(seq) = number_field(array, "seq") else { return Err(refused(array)) };
        if let Some(last_seq) = self.last_seq.replace(seq)
            && seq != last_seq + 1
        {
            return Err(BenchError::Worthless(format!(
                "client {} was sent message {seq} after message {last_seq}",
                self.number
            )));
        }
        self.progress.add_delivered();
        let now = Instant::now();
        if !self.window.contains(now) {
            return Ok(());
        }
        self.tally.delivered += 1;
        if self.tally.delivered.is_multiple_of(self.timed_every)
            && let Some((sender, since_epoch)) = parse_note(array)
            && sender != self.number
        {
            self.tally.to_seen.push(now.duration_since(self.window.epoch + since_epoch));
        }
        Ok(())
    }
}

/// Who sent the message and when, as `send` noted it in the message's own id.
fn parse_note(array: &[u8]) -> Option<(usize, Duration)> {
    let note = std::str::from_utf8(text_field(array, "clientMessageId")?).ok()?;
    let mut parts = note.split('-');
    let sender = parts.next()?.parse().ok()?;
    let nanoseconds = parts.nth(1)?.parse().ok()?;
    Some((sender, Duration::from_nanos(nanoseconds)))
}

fn refused(array: &[u8]) -> BenchError {
    BenchError::Worthless(format!("a send was refused: {}", String::from_utf8_lossy(array)))
}

async fn wait_until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_its_sender_and_its_time() {
        let array = br#"["newMessage",{"seq":3,"clientMessageId":"12-4-1500"}]"#;
        assert_eq!(parse_note(array), Some((12, Duration::from_nanos(1500))));
        for other in [r#"["newMessage",{"clientMessageId":null}]"#, r#"{"clientMessageId":"a-b"}"#]
        {
            assert_eq!(parse_note(other.as_bytes()), None, "{other}");
        }
    }
}
