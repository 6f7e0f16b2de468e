//! What a client with messages of its own lacks.

use salala_store::Store;
use salala_store::ports::conversations::Contacts;

use super::world::{at, direct, group, new_conversation_id, send, send_many, three_users};

pub(crate) async fn a_client_is_given_what_it_lacks_up_to_the_limits(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let (talk, choir) = (direct(store, anna, berta).await, group(store, anna, &[berta]).await);
    let unknown = [direct(store, berta, carl).await, group(store, berta, &[]).await];
    send_many(store, talk, anna, 5).await;
    send_many(store, choir, anna, 5).await;
    let found = store.catch_up(berta, vec![(talk, 2), (choir, 1)], 4, 1).await.unwrap();
    let lacking: Vec<_> = found
        .conversations
        .iter()
        .map(|conversation| {
            let seqs: Vec<u64> = conversation.messages.iter().map(|message| message.seq).collect();
            (conversation.id, seqs, conversation.last_seq, conversation.is_complete)
        })
        .collect();
    assert_eq!(lacking, [(talk, vec![3, 4, 5], 5, true), (choir, vec![2], 5, false)]);
    assert!(found.removed.is_empty());
    assert_eq!(found.added.len(), 1);
    assert!(unknown.contains(&found.added[0].conversation.id));
    let all = store.catch_up(berta, vec![(talk, 5), (choir, u64::MAX)], 4, 9).await.unwrap();
    assert!(all.conversations.iter().all(|it| it.messages.is_empty() && it.is_complete));
    assert_eq!(all.added.len(), 2);
}

pub(crate) async fn what_is_not_the_users_is_removed(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let (foreign, none) = (direct(store, anna, carl).await, new_conversation_id());
    send(store, choir, anna, "in").await.unwrap();
    store.remove_participant(anna, choir, berta, at(2)).await.unwrap();
    send(store, choir, anna, "out").await.unwrap();
    let named = vec![(choir, 0), (foreign, 0), (none, 0)];
    let found = store.catch_up(berta, named, 9, 9).await.unwrap();
    assert_eq!(found.removed, [choir, foreign, none]);
    assert!(found.conversations.is_empty() && found.added.is_empty());
    store.add_participants(anna, choir, vec![berta], Contacts::Everyone, at(3)).await.unwrap();
    send(store, choir, anna, "again").await.unwrap();
    let found = store.catch_up(berta, vec![(choir, 0)], 9, 9).await.unwrap();
    let seqs: Vec<u64> = found.conversations[0].messages.iter().map(|it| it.seq).collect();
    assert_eq!(seqs, [1, 3], "what was written while they were out is not theirs");
}
