//! Nodes that die, sleep and lose their Redis: in the end Redis tells who is there, and each going was
//! found once.

use std::collections::HashSet;

use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;
use salala_core::UserId;
use tokio::join;

use super::engines::Node;
use super::people::{people, somebody};
use super::server::{Server, node_at, until};

/// What other services read of a user: their devices, and whether they are in the list of all.
async fn told(redis: &mut MultiplexedConnection, user_id: UserId) -> (HashSet<String>, bool) {
    let devices = redis.smembers(format!("user_sockets:{user_id}")).await.unwrap();
    let is_listed = redis.sismember("online_users", user_id.to_string()).await.unwrap();
    (devices, is_listed)
}

async fn two_nodes(server: &Server) -> (Node, Node) {
    let url = server.url();
    join!(node_at(&url), node_at(&url))
}

fn devices(ids: &[&str]) -> HashSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

#[tokio::test]
async fn of_all_that_come_and_go_at_once_one_is_first_and_one_is_last() {
    let server = Server::start().await;
    let (one, other) = two_nodes(&server).await;
    for _ in 0..50 {
        let ann = somebody();
        let came = join!(one.set_online(ann, "one", 9), other.set_online(ann, "other", 9));
        assert!(matches!(came, (Some(true), Some(false)) | (Some(false), Some(true))), "{came:?}");
        let went = join!(one.set_offline(ann, "one"), other.set_offline(ann, "other"));
        assert!(went.0 ^ went.1, "{went:?}");
        assert_eq!(told(&mut server.connect().await, ann).await, (devices(&[]), false));
    }
}

#[tokio::test]
async fn a_dead_node_is_taken_out_once_by_one_of_those_left() {
    let server = Server::start().await;
    let mut redis = server.connect().await;
    let dead = node_at(&server.url()).await;
    let left = [node_at(&server.url()).await, node_at(&server.url()).await];
    let lost = people::<300>();
    let ben = somebody();
    for user_id in lost {
        dead.set_online(user_id, "gone", 9).await;
    }
    dead.set_online(ben, "gone", 9).await;
    left[0].set_online(ben, "here", 9).await;
    dead.kill().await;
    let mut found = Vec::new();
    until(async || {
        found.extend(left.iter().flat_map(|node| node.take_found_gone()));
        found.len() >= lost.len()
    })
    .await;
    // Whatever else were found would be there by the time at which nothing of the dead is left.
    until(async || redis.scard::<_, usize>("salala:nodes").await.unwrap() == left.len()).await;
    found.extend(left.iter().flat_map(|node| node.take_found_gone()));
    assert_eq!(found.len(), lost.len());
    assert_eq!(found.into_iter().collect::<HashSet<_>>(), HashSet::from(lost));
    assert_eq!(told(&mut redis, lost[0]).await, (devices(&[]), false));
    assert_eq!(told(&mut redis, ben).await, (devices(&["here"]), true));
    assert_eq!(left[1].are_online(&[lost[1], ben]).await, HashSet::from([ben]));
}

#[tokio::test]
async fn a_node_that_was_taken_for_dead_brings_everybody_back() {
    let server = Server::start().await;
    let mut redis = server.connect().await;
    let (asleep, other) = two_nodes(&server).await;
    let ann = somebody();
    asleep.set_online(ann, "one", 9).await;
    // Both have been here for longer than a lease, and look for the dead from then on.
    let ben = somebody();
    let short = node_at(&server.url()).await;
    short.set_online(ben, "gone", 9).await;
    short.kill().await;
    until(async || {
        let found = [asleep.take_found_gone(), other.take_found_gone()].concat();
        found.contains(&ben)
    })
    .await;
    for _ in 0..3 {
        let leases: Vec<String> = redis.keys("salala:lease:*").await.unwrap();
        for lease in leases {
            redis.del::<_, ()>(lease).await.unwrap();
        }
        until(async || {
            let leases: Vec<String> = redis.keys("salala:lease:*").await.unwrap();
            let everybody_is_back = told(&mut redis, ann).await == (devices(&["one"]), true);
            leases.len() == 2 && everybody_is_back
        })
        .await;
    }
    assert!(asleep.set_offline(ann, "one").await);
    assert_eq!(told(&mut redis, ann).await, (devices(&[]), false));
}

#[tokio::test]
async fn a_redis_that_lost_everything_is_told_again() {
    let mut server = Server::start().await;
    let (one, other) = two_nodes(&server).await;
    let [ann, ben, cem] = people();
    one.set_online(ann, "one", 9).await;
    other.set_online(ben, "other", 9).await;
    one.set_online(cem, "one", 9).await;
    server.kill();
    // Nobody waits: each node goes on with what it has itself.
    let dan = somebody();
    assert_eq!(one.set_online(dan, "late", 9).await, Some(true));
    assert!(one.is_online(ann).await && one.is_online(dan).await && !one.is_online(ben).await);
    // Who knows whether Cem has a device elsewhere? That is found out later.
    assert!(!one.set_offline(cem, "one").await);
    server.start_again().await;
    let mut redis = server.connect().await;
    for (user_id, device) in [(ann, "one"), (ben, "other"), (dan, "late")] {
        until(async || told(&mut redis, user_id).await == (devices(&[device]), true)).await;
    }
    let mut found = Vec::new();
    until(async || {
        found.extend(one.take_found_gone());
        !found.is_empty()
    })
    .await;
    assert_eq!(found, [cem]);
    assert!(other.is_online(dan).await);
}

#[tokio::test]
async fn the_list_of_all_is_set_right() {
    let server = Server::start().await;
    let mut redis = server.connect().await;
    let node = node_at(&server.url()).await;
    let [ann, ben] = people();
    node.set_online(ann, "one", 9).await;
    redis.srem::<_, _, ()>("online_users", ann.to_string()).await.unwrap();
    redis.sadd::<_, _, ()>("online_users", ben.to_string()).await.unwrap();
    until(async || {
        told(&mut redis, ann).await == (devices(&["one"]), true)
            && told(&mut redis, ben).await == (devices(&[]), false)
    })
    .await;
}

#[tokio::test]
async fn a_node_that_stops_leaves_those_who_go_to_the_others() {
    let server = Server::start().await;
    let mut redis = server.connect().await;
    let (one, other) = two_nodes(&server).await;
    let [ann, ben] = people();
    one.set_online(ann, "one", 9).await;
    one.set_online(ben, "one", 9).await;
    other.set_online(ben, "other", 9).await;
    assert!(one.close().await.is_empty());
    one.kill().await;
    let mut found = Vec::new();
    until(async || {
        found.extend(other.take_found_gone());
        !found.is_empty()
    })
    .await;
    assert_eq!(found, [ann]);
    // The last one to stop leaves nothing.
    let mut last = other.close().await;
    last.sort_unstable();
    assert_eq!(last, [ben]);
    assert_eq!(told(&mut redis, ben).await, (devices(&[]), false));
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    assert_eq!(keys, Vec::<String>::new());
}

#[tokio::test]
async fn a_cluster_is_used_as_one_server_is() {
    let server = Server::start_cluster().await;
    let mut redis = server.connect().await;
    let node: Node = node_at(&server.url()).await;
    let [ann, ben] = people();
    assert_eq!(node.set_online(ann, "one", 9).await, Some(true));
    assert_eq!(node.set_online(ann, "two", 9).await, Some(false));
    assert_eq!(node.are_online(&[ann, ben]).await, HashSet::from([ann]));
    assert_eq!(told(&mut redis, ann).await, (devices(&["one", "two"]), true));
    assert!(!node.set_offline(ann, "one").await);
    assert!(node.set_offline(ann, "two").await);
    assert_eq!(told(&mut redis, ann).await, (devices(&[]), false));
}
