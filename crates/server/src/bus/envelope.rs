//! What stands before every message: the version of what follows, and the node that it is from.

/// The version of what this node writes. It grows when a node that knows the version before would
/// misread what this one writes; see ARCHITECTURE.md.
const VERSION: u8 = 1;

/// A node's own name, by which it knows what it wrote itself.
pub(super) type NodeId = [u8; 16];

/// What came, after what stands before it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened<'a> {
    /// Of another node.
    Body(&'a [u8]),
    /// Of this node itself.
    Own,
    /// Nothing that this node can read; why.
    Unreadable(&'static str),
}

/// Puts the envelope around a body.
pub(super) fn seal(node: &NodeId, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(1 + node.len() + body.len());
    message.push(VERSION);
    message.extend_from_slice(node);
    message.extend_from_slice(body);
    message
}

/// Reads the envelope.
pub(super) fn open<'a>(node: &NodeId, message: &'a [u8]) -> Opened<'a> {
    match message.split_first() {
        Some((&VERSION, rest)) => match rest.split_first_chunk::<16>() {
            Some((from, _)) if from == node => Opened::Own,
            Some((_, body)) => Opened::Body(body),
            None => Opened::Unreadable("shape"),
        },
        Some((version, _)) if *version > VERSION => Opened::Unreadable("version"),
        Some(_) | None => Opened::Unreadable("shape"),
    }
}

/// A message was passed over; `reason` is one of few words.
pub(super) fn count_skipped(reason: &'static str) {
    metrics::counter!("salala_bus_skipped_total", "reason" => reason).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_by_others_of_the_same_version_alone() {
        let (one, other) = ([1; 16], [2; 16]);
        let message = seal(&one, b"body");
        assert_eq!(open(&other, &message), Opened::Body(b"body"));
        assert_eq!(open(&one, &message), Opened::Own);
        let newer = [&[VERSION + 1], &message[1..]].concat();
        assert_eq!(open(&other, &newer), Opened::Unreadable("version"));
        for foreign in [&b""[..], &[VERSION], &[0; 40], &message[..16]] {
            assert_eq!(open(&other, foreign), Opened::Unreadable("shape"));
        }
        assert_eq!(open(&other, &message[..17]), Opened::Body(b""));
    }
}
