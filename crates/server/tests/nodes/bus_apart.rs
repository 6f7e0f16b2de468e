//! A bus whose Redis goes, comes back, is a cluster, or carries what nobody here wrote.

use redis::AsyncCommands as _;
use salala_server::bus::{BusNews, Channel};
use salala_server::metrics::Metrics;

use super::people::somebody;
use super::server::{Server, end_at, until};

#[tokio::test]
async fn subscriptions_stand_again_before_it_is_said_that_redis_is_back() {
    let mut server = Server::start().await;
    let url = server.url();
    let (one, other) = (end_at(&url).await, end_at(&url).await);
    let (before, while_away) = (Channel::User(somebody()), Channel::User(somebody()));
    other.bus.subscribe(before).await.unwrap();
    server.kill();
    assert_eq!(other.next().await, BusNews::Lost);
    assert_eq!(one.next().await, BusNews::Lost);
    // Nobody waits, and what is told now is told to nobody.
    assert!(other.bus.subscribe(while_away).await.is_err());
    assert!(one.bus.publish_and_wait(before, b"into the void".to_vec()).await.is_err());
    server.start_again().await;
    assert_eq!(other.next().await, BusNews::Back);
    assert_eq!(one.next().await, BusNews::Back);
    for channel in [before, while_away] {
        one.bus.publish(channel, b"heard".to_vec());
        assert_eq!(other.next().await, BusNews::Message(channel, b"heard".to_vec()));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_and_passed_over() {
    let server = Server::start().await;
    let (one, other) = (end_at(&server.url()).await, end_at(&server.url()).await);
    let channel = Channel::User(somebody());
    other.bus.subscribe(channel).await.unwrap();
    let mut redis = server.connect().await;
    let metrics = Metrics::start().unwrap();
    let newer = [&[250_u8][..], &[0; 40]].concat();
    for foreign in [&b""[..], b"{}", &[1], &[0; 64], &newer] {
        redis.spublish::<_, _, ()>(format!("salala:{channel}"), foreign).await.unwrap();
    }
    one.bus.publish(channel, b"readable".to_vec());
    assert_eq!(other.next_text().await, "readable");
    let text = metrics.render();
    assert!(text.contains(r#"salala_bus_skipped_total{reason="version"} "#), "{text}");
    assert!(text.contains(r#"salala_bus_skipped_total{reason="shape"} "#), "{text}");
}

#[tokio::test]
async fn a_cluster_carries_it_as_one_server_does() {
    let server = Server::start_cluster().await;
    let (one, other) = (end_at(&server.url()).await, end_at(&server.url()).await);
    for _ in 0..20 {
        let channel = Channel::User(somebody());
        other.bus.subscribe(channel).await.unwrap();
        one.bus.publish(channel, b"heard".to_vec());
        assert_eq!(other.next().await, BusNews::Message(channel, b"heard".to_vec()));
        other.bus.unsubscribe(channel).await.unwrap();
    }
}

#[tokio::test]
async fn a_redis_that_sleeps_is_away() {
    let server = Server::start().await;
    let end = end_at(&server.url()).await;
    server.stop();
    assert_eq!(end.next().await, BusNews::Lost);
    server.go_on();
    assert_eq!(end.next().await, BusNews::Back);
    until(async || end.bus.subscribe(Channel::Everybody).await.is_ok()).await;
}
