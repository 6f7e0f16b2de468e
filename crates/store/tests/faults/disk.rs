//! The disk is full.

use std::path::Path;

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use salala_store::ports::messages::HistoryRange;
use salala_store::{Messages, Store, StoreError};

use super::world::{child, child_path, find_talk, open, send};

const TEST: &str = "faults::disk::a_full_disk_refuses_whole_and_heals_by_itself";

#[tokio::test]
async fn a_full_disk_refuses_whole_and_heals_by_itself() {
    if let Some(path) = child_path() {
        fill_and_heal(Path::new(&path)).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = child(TEST, &folder.path().join("salala.db")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("healed"));
}

async fn fill_and_heal(path: &Path) {
    let store = open(path);
    let talk = find_talk(&store).await;
    let mut feed = store.take_commit_feed().unwrap();
    limit_files(Some(2 << 20));
    let mut stored = 0;
    let refused = loop {
        let outcomes = join_all((0..20).map(|_| send(&store, talk))).await;
        let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        stored += outcomes.len() - refused;
        if let Some(error) = outcomes.into_iter().find_map(Result::err) {
            break error;
        }
    };
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    // The last gap may still hold one page.
    limit_files(Some(1 << 12));
    assert!(matches!(store.check().await, Err(StoreError::Unavailable(_))));
    let history = store.history(talk.user_id, talk.id, HistoryRange::Newest, 1).await.unwrap();
    assert_eq!(history.messages[0].seq, u64::try_from(stored).unwrap());
    limit_files(None);
    store.check().await.unwrap();
    let sent = send(&store, talk).await.unwrap();
    assert_eq!(sent.message.seq, u64::try_from(stored + 1).unwrap());
    let mut told = 0;
    while let Ok(batch) = feed.try_recv() {
        told += batch.events.len();
    }
    assert_eq!(told, stored + 1);
    println!("healed");
}

/// How large a file this process may write; the hard limit stays, so that it can be lifted again.
fn limit_files(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes.or(maximum), maximum }).unwrap();
}
