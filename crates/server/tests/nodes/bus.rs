//! What nodes tell each other, whatever carries it.

use salala_server::bus::{BusNews, Channel};

use super::engines::End;
use super::people::{people, somebody};

type Ends = [End; 2];

pub(crate) async fn whoever_subscribes_hears_what_others_publish_in_order([one, other]: &Ends) {
    let channel = Channel::User(somebody());
    other.bus.subscribe(channel).await.unwrap();
    for number in 0..1_000 {
        one.bus.publish(channel, format!("{number}").into_bytes());
    }
    for number in 0..1_000 {
        let expected = BusNews::Message(channel, format!("{number}").into_bytes());
        assert_eq!(other.next().await, expected);
    }
}

pub(crate) async fn a_node_does_not_hear_itself([one, other]: &Ends) {
    let channel = Channel::User(somebody());
    one.bus.subscribe(channel).await.unwrap();
    one.bus.publish_and_wait(channel, b"to others".to_vec()).await.unwrap();
    other.bus.publish(channel, b"from another".to_vec());
    assert_eq!(one.next_text().await, "from another");
}

pub(crate) async fn nothing_comes_before_a_subscription_nor_after_its_end([one, other]: &Ends) {
    let (channel, fence) = (Channel::User(somebody()), Channel::User(somebody()));
    one.bus.publish_and_wait(channel, b"before".to_vec()).await.unwrap();
    other.bus.subscribe(channel).await.unwrap();
    one.bus.publish_and_wait(channel, b"while".to_vec()).await.unwrap();
    assert_eq!(other.next_text().await, "while");
    other.bus.unsubscribe(channel).await.unwrap();
    one.bus.publish_and_wait(channel, b"after".to_vec()).await.unwrap();
    other.bus.subscribe(fence).await.unwrap();
    one.bus.publish(fence, b"fence".to_vec());
    assert_eq!(other.next_text().await, "fence");
    other.bus.subscribe(channel).await.unwrap();
    one.bus.publish(channel, b"again".to_vec());
    assert_eq!(other.next_text().await, "again");
}

pub(crate) async fn very_many_channels_are_heard_apart([one, other]: &Ends) {
    let channels = people::<3_000>().map(Channel::User);
    let confirmed = channels.iter().map(|channel| other.bus.subscribe(*channel));
    for confirmed in confirmed.collect::<Vec<_>>() {
        confirmed.await.unwrap();
    }
    for channel in channels {
        one.bus.publish(channel, channel.to_string().into_bytes());
    }
    for channel in channels {
        let expected = BusNews::Message(channel, channel.to_string().into_bytes());
        assert_eq!(other.next().await, expected);
    }
}
