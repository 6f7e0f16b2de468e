//! Reading messages.

use salala_core::ids::{ConversationId, UserId};
use salala_store::Store;
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::HistoryRange;

use super::world::{
    at, direct, draft, group, is_forbidden, is_not_found, new_message_id, send_many, three_users,
};

/// What one window must hold: of the visible `seq`s, oldest first.
fn window(visible: &[u64], range: HistoryRange, limit: usize) -> (Vec<u64>, bool, bool) {
    let newest = |all: Vec<u64>, limit: usize| all.into_iter().rev().take(limit).rev();
    let split =
        |seq: u64| -> (Vec<u64>, Vec<u64>) { visible.iter().partition(|other| **other <= seq) };
    let mut page: Vec<u64> = match range {
        HistoryRange::Newest => newest(visible.to_vec(), limit).collect(),
        HistoryRange::Before(seq) => newest(split(seq.saturating_sub(1)).0, limit).collect(),
        HistoryRange::After(seq) => split(seq).1.into_iter().take(limit).collect(),
        HistoryRange::Around(seq) => {
            let (older, newer) = split(seq);
            let half = limit.saturating_sub(1) / 2;
            newest(older, limit - half).chain(newer.into_iter().take(half)).collect()
        }
    };
    let (below, above) = match (page.first(), page.last(), range) {
        (Some(first), Some(last), _) => (*first, *last),
        (_, _, HistoryRange::Newest) => (0, u64::MAX),
        (_, _, HistoryRange::Before(seq)) => (seq, seq.saturating_sub(1)),
        (_, _, HistoryRange::After(seq) | HistoryRange::Around(seq)) => (seq + 1, seq),
    };
    page.reverse();
    let has_older = visible.iter().any(|seq| *seq < below);
    let has_newer = visible.iter().any(|seq| *seq > above);
    (page, has_older, has_newer)
}

async fn windows_agree(store: &dyn Store, user: UserId, id: ConversationId, visible: &[u64]) {
    let mut ranges = vec![HistoryRange::Newest];
    for seq in 0..=12 {
        ranges.extend([
            HistoryRange::Before(seq),
            HistoryRange::After(seq),
            HistoryRange::Around(seq),
        ]);
    }
    for range in ranges {
        for limit in [1, 2, 3, 4, 20] {
            let history = store.history(user, id, range, limit).await.unwrap();
            let seqs = history.messages.iter().map(|message| message.seq).collect();
            let given = (seqs, history.has_older, history.has_newer);
            assert_eq!(given, window(visible, range, limit), "{range:?} {limit}");
        }
    }
    for range in [
        HistoryRange::Before(u64::MAX),
        HistoryRange::After(u64::MAX),
        HistoryRange::Around(u64::MAX),
    ] {
        store.history(user, id, range, 3).await.unwrap();
    }
}

pub(crate) async fn windows_at_all_edges_agree_with_the_list(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    windows_agree(store, anna, choir, &[]).await;
    send_many(store, choir, anna, 4).await;
    store.remove_participant(berta, choir, berta, at(20)).await.unwrap();
    send_many(store, choir, anna, 3).await;
    store.add_participants(anna, choir, vec![berta], Contacts::Everyone, at(5)).await.unwrap();
    windows_agree(store, berta, choir, &[1, 2, 3, 4]).await;
    send_many(store, choir, anna, 3).await;
    windows_agree(store, berta, choir, &[1, 2, 3, 4, 8, 9, 10]).await;
    windows_agree(store, anna, choir, &(1..=10).collect::<Vec<u64>>()).await;
}

pub(crate) async fn media_are_paged_newest_first(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[carl]).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        if number == 2 {
            store
                .add_participants(anna, choir, vec![berta], Contacts::Everyone, at(5))
                .await
                .unwrap();
        }
        let mut new = draft(choir, anna, "look");
        new.file_url = (number % 2 == 1).then(|| "https://example.org/f".to_owned());
        ids.push(store.send_message(new).await.unwrap().message.id);
    }
    let seqs = async |user, before, limit| -> Vec<u64> {
        let media = store.media(user, choir, before, limit).await.unwrap();
        media.into_iter().map(|message| message.seq).collect()
    };
    assert_eq!(seqs(anna, None, 9).await, [8, 6, 4, 2]);
    assert_eq!(seqs(anna, None, 2).await, [8, 6]);
    assert_eq!(seqs(anna, Some(6), 9).await, [4, 2]);
    assert_eq!(seqs(berta, None, 9).await, [8, 6, 4]);
    store.delete_message(anna, ids[5], at(30)).await.unwrap();
    assert_eq!(seqs(anna, None, 9).await, [8, 4, 2]);
    assert_eq!(seqs(anna, Some(0), 9).await, Vec::<u64>::new());
}

pub(crate) async fn one_message_is_for_those_who_may_see_it(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let message = send_many(store, talk, anna, 1).await.remove(0);
    assert!(is_forbidden(&store.message(carl, message.id).await));
    assert!(is_not_found(&store.message(anna, new_message_id()).await));
    store.mark_messages_read(berta, vec![message.id], at(30)).await.unwrap();
    let read = store.message(anna, message.id).await.unwrap().reads;
    assert_eq!((read.len(), read[0].user_id, read[0].read_at), (1, berta, at(30)));
}
