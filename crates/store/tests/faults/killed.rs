//! The process is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;

use salala_core::ids::MessageId;
use salala_store::Messages;
use salala_store::ports::messages::HistoryRange;

use super::world::{Talk, child, child_path, find_talk, open, send};

const TEST: &str = "faults::killed::what_was_acked_is_there_after_kill_9";

#[tokio::test]
async fn what_was_acked_is_there_after_kill_9() {
    if let Some(path) = child_path() {
        write_until_killed(Path::new(&path)).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("salala.db");
    for acks_before_kill in [1, 37, 150, 400, 90] {
        let acked = kill_after(&path, acks_before_kill);
        assert!(acked.len() >= acks_before_kill);
        let store = open(&path);
        let talk = find_talk(&store).await;
        for id in acked {
            store.message(talk.user_id, id).await.unwrap();
        }
        assert_no_holes(&store, talk).await;
    }
}

async fn write_until_killed(path: &Path) {
    let store = open(path);
    let talk = find_talk(&store).await;
    loop {
        let pending: Vec<_> = (0..25).map(|_| send(&store, talk)).collect();
        for sent in pending {
            println!("\nacked {}", sent.await.unwrap().message.id);
        }
    }
}

/// Lets a child write, kills it after so many acks, and gives all that it was acked.
fn kill_after(path: &Path, acks: usize) -> Vec<MessageId> {
    let mut child = child(TEST, path).spawn().unwrap();
    let mut acked = Vec::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // A line that was cut by the end is no ack.
    for line in lines.map_while(Result::ok) {
        let Some(id) = line.strip_prefix("acked ").and_then(MessageId::parse) else { continue };
        acked.push(id);
        if acked.len() == acks {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acked
}

async fn assert_no_holes(store: &salala_store::sqlite::SqliteStore, talk: Talk) {
    let mut after = 0;
    loop {
        let range = HistoryRange::After(after);
        let history = store.history(talk.user_id, talk.id, range, 100).await.unwrap();
        for message in history.messages.iter().rev() {
            assert_eq!(message.seq, after + 1);
            after = message.seq;
        }
        if !history.has_newer {
            return;
        }
    }
}
