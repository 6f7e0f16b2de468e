//! Who is online, wherever that is kept.

use std::collections::HashSet;

use super::engines::Node;
use super::people::{people, somebody};

pub(crate) async fn only_the_first_device_and_the_last_one_are_edges(node: &Node) {
    let ann = somebody();
    assert!(!node.is_online(ann).await);
    assert_eq!(node.set_online(ann, "one", 9).await, Some(true));
    assert_eq!(node.set_online(ann, "two", 9).await, Some(false));
    assert!(node.is_online(ann).await);
    assert_eq!(node.devices(ann).await, HashSet::from(["one".to_owned(), "two".to_owned()]));
    assert!(!node.set_offline(ann, "one").await);
    assert!(node.set_offline(ann, "two").await);
    assert!(!node.is_online(ann).await);
    assert!(node.devices(ann).await.is_empty());
    assert_eq!(node.set_online(ann, "three", 9).await, Some(true));
}

pub(crate) async fn one_device_more_than_allowed_is_not_counted(node: &Node) {
    let ann = somebody();
    assert_eq!(node.set_online(ann, "one", 1).await, Some(true));
    assert_eq!(node.set_online(ann, "two", 1).await, None);
    // One that is counted already is not one more.
    assert_eq!(node.set_online(ann, "one", 1).await, Some(false));
    assert!(!node.set_offline(ann, "two").await);
    assert!(node.is_online(ann).await);
    assert!(node.set_offline(ann, "one").await);
    assert_eq!(node.set_online(ann, "two", 1).await, Some(true));
}

pub(crate) async fn a_device_counts_once(node: &Node) {
    let ann = somebody();
    node.set_online(ann, "one", 9).await;
    node.set_online(ann, "one", 9).await;
    assert!(node.set_offline(ann, "one").await);
    assert!(!node.set_offline(ann, "one").await);
}

pub(crate) async fn many_are_asked_for_together(node: &Node) {
    let [ann, ben, cem] = people();
    node.set_online(ann, "one", 9).await;
    node.set_online(cem, "one", 9).await;
    assert_eq!(node.are_online(&[ann, ben, cem]).await, HashSet::from([ann, cem]));
    assert!(node.are_online(&[ben]).await.is_empty());
    assert!(node.are_online(&[]).await.is_empty());
}

pub(crate) async fn whoever_is_online_is_on_some_page(node: &Node) {
    let all = people::<25>();
    for user_id in all {
        node.set_online(user_id, "one", 9).await;
    }
    let mut found = HashSet::new();
    let mut from = None;
    loop {
        let (page, next) = node.online_users(from.as_deref(), 10).await;
        found.extend(page);
        match next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    assert!(all.iter().all(|user_id| found.contains(user_id)));
    node.set_offline(all[0], "one").await;
    let (page, _) = node.online_users(None, 100_000).await;
    assert!(!page.contains(&all[0]));
}

pub(crate) async fn a_user_is_taken_out_with_all_devices(node: &Node) {
    let ann = somebody();
    assert!(!node.remove(ann).await);
    node.set_online(ann, "one", 9).await;
    node.set_online(ann, "two", 9).await;
    assert!(node.remove(ann).await);
    assert!(!node.is_online(ann).await);
    assert!(!node.set_offline(ann, "one").await);
    assert_eq!(node.set_online(ann, "three", 9).await, Some(true));
}
