//! What is given of the log to one who missed it.

use salala_core::ids::{ConversationId, ReactionId, UserId};
use salala_core::records::CallDevice;
use salala_core::{SystemRandom, Timestamp};
use salala_store::Store;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::{Contacts, ConversationChanges};
use salala_store::ports::log::{LogReader, LogSpan, Missed, MissedEvent};

use super::world::{
    at, befriend, direct, group, is_not_found, kind, make_group, new_request_id, send, send_many,
    three_users,
};

/// All that a user missed after a position, read in pages of `limit` rows.
async fn missed(
    store: &dyn Store,
    reader: LogReader,
    after: u64,
    limit: usize,
) -> Vec<MissedEvent> {
    let mut span = LogSpan { after, up_to: store.newest_position().await.unwrap() };
    let mut events = Vec::new();
    loop {
        let page = store.missed_page(reader.clone(), span, limit).await.unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) => span.after = next,
            None => return events,
        }
    }
}

fn reader(user_id: UserId) -> LogReader {
    let device = CallDevice { key: "phone".to_owned(), session_id: None };
    LogReader { user_id, device, views: Vec::new(), proven: None }
}

async fn missed_by(store: &dyn Store, user_id: UserId, after: u64) -> Vec<MissedEvent> {
    missed(store, reader(user_id), after, 99).await
}

fn kinds(events: &[MissedEvent]) -> Vec<&'static str> {
    events.iter().map(|missed| kind(&missed.event)).collect()
}

fn texts(events: &[MissedEvent]) -> Vec<String> {
    let text = |missed: &MissedEvent| {
        let (Event::MessageCreated(message) | Event::MessageUpdated(message)) = &missed.event
        else {
            return None;
        };
        message.content.clone()
    };
    events.iter().filter_map(text).collect()
}

async fn bring(store: &dyn Store, owner: UserId, id: ConversationId, user_id: UserId) {
    store.add_participants(owner, id, vec![user_id], Contacts::Everyone, at(30)).await.unwrap();
}

async fn rename(store: &dyn Store, owner: UserId, id: ConversationId, name: &str) {
    let name = Some(name.to_owned());
    let changes = ConversationChanges { name, ..ConversationChanges::default() };
    store.update_conversation(owner, id, changes, at(40)).await.unwrap();
}

pub(crate) async fn what_was_missed_is_given_page_by_page_in_order(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let foreign = direct(store, anna, carl).await;
    let after = store.newest_position().await.unwrap();
    for number in 0..20 {
        let id = [talk, choir, foreign][number % 3];
        send(store, id, anna, &format!("{number}")).await.unwrap();
    }
    let expected: Vec<String> =
        (0..20).filter(|number| number % 3 < 2).map(|number| number.to_string()).collect();
    for limit in [1, 2, 3, 7, 99] {
        let events = missed(store, reader(berta), after, limit).await;
        assert_eq!(texts(&events), expected);
        assert!(events.is_sorted_by(|one, next| one.position < next.position));
        assert!(events.iter().all(|missed| missed.settled == missed.position));
    }
    let span = LogSpan { after, up_to: store.newest_position().await.unwrap() };
    assert_eq!(store.missed(berta, span, 99).await, Ok(Missed::Rows(14)));
    assert_eq!(store.missed(berta, span, 9).await, Ok(Missed::Rows(9)));
    let none = LogSpan { after: span.up_to, up_to: span.up_to };
    assert_eq!(store.missed(berta, none, 9).await, Ok(Missed::Rows(0)));
    assert_eq!(store.acquaintances(berta).await.unwrap().position, span.up_to);
    assert_eq!(store.epoch().await, store.epoch().await);
}

pub(crate) async fn a_message_is_given_as_it_is_now(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let after = store.newest_position().await.unwrap();
    let changed = send(store, talk, anna, "first").await.unwrap().message;
    let gone = send(store, talk, anna, "secret").await.unwrap().message;
    let like = |emoji: &str| {
        let id = ReactionId::generate(at(11), &SystemRandom);
        store.add_reaction(id, anna, changed.id, emoji.to_owned(), at(11))
    };
    like("👍").await.unwrap();
    like("👎").await.unwrap();
    store.remove_reaction(anna, changed.id, "👎".to_owned(), at(12)).await.unwrap();
    store.edit_message(anna, changed.id, "second".to_owned(), at(12)).await.unwrap();
    store.delete_message(anna, gone.id, at(12)).await.unwrap();
    let events = missed_by(store, berta, after).await;
    let expected = ["created", "created", "reacted", "unreacted", "updated", "deleted"];
    assert_eq!(kinds(&events), expected);
    assert_eq!(texts(&events), ["second", "second"]);
    let Event::ReactionRemoved(reaction) = &events[3].event else { panic!("{events:?}") };
    assert_eq!(reaction.emoji, "👎");
}

pub(crate) async fn marks_of_one_reader_come_at_once_to_those_who_hear_them(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let messages = send_many(store, choir, anna, 4).await;
    let after = store.newest_position().await.unwrap();
    store.mark_messages_read(berta, vec![messages[1].id], at(20)).await.unwrap();
    let later = send(store, choir, anna, "later").await.unwrap().message;
    store.mark_messages_read(berta, vec![messages[3].id], at(21)).await.unwrap();
    store.read_to(berta, choir, later.seq, at(22)).await.unwrap();
    send(store, choir, anna, "last").await.unwrap();
    let heard = |events: &[MissedEvent]| {
        let Event::MessagesRead(read) = &events[1].event else { panic!("{events:?}") };
        assert_eq!((read.user_id, read.conversation_id), (berta, choir));
        assert_eq!((read.last_read_seq, read.read_at), (later.seq, at(22)));
        read.message_ids.clone()
    };
    // The sender of the messages, and the reader themselves on another device.
    for user_id in [anna, berta] {
        let events = missed_by(store, user_id, after).await;
        assert_eq!(kinds(&events), ["created", "read", "created"]);
        let ids: Vec<_> = messages.iter().chain([&later]).map(|message| message.id).collect();
        assert_eq!(heard(&events), ids);
        assert!(events[0].settled <= after, "the first mark is not told with it");
        assert_eq!(events[1].settled, events[1].position);
    }
    // Somebody else, unless they view the conversation.
    assert_eq!(kinds(&missed_by(store, carl, after).await), ["created", "created"]);
    let viewer = LogReader { views: vec![choir], ..reader(carl) };
    let events = missed(store, viewer, after, 99).await;
    assert_eq!(kinds(&events), ["created", "read", "created"]);
    // Whoever goes on after the first of these events has the marks still to come.
    let proven = Some(events[0].position);
    let viewer = LogReader { views: vec![choir], proven, ..reader(carl) };
    let events = missed(store, viewer, events[0].settled, 99).await;
    assert_eq!(kinds(&events), ["read", "created"]);
    assert_eq!(heard(&[events[0].clone(), events[0].clone()]).len(), 5);
}

pub(crate) async fn whoever_went_is_told_so_and_nothing_after(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let early = send(store, choir, anna, "early").await.unwrap().message;
    let after = store.newest_position().await.unwrap();
    let before = send(store, choir, anna, "before").await.unwrap().message;
    store.remove_participant(anna, choir, berta, at(20)).await.unwrap();
    let told = |events: &[MissedEvent]| {
        let last = &events.last().unwrap().event;
        let Event::ConversationUpdated { conversation, .. } = last else { panic!("{last:?}") };
        conversation.clone()
    };
    let events = missed_by(store, berta, after).await;
    assert_eq!(kinds(&events), ["created", "conversation"]);
    let conversation = told(&events);
    let members: Vec<_> = conversation.participants.iter().map(|member| member.user.id).collect();
    assert_eq!(members, [anna, carl]);
    assert_eq!(conversation.name.as_deref(), Some("Choir"));
    assert_eq!(conversation.last_message.map(|message| message.id), Some(before.id));
    // What happens now is not theirs to know, whatever it happens to.
    send(store, choir, anna, "after").await.unwrap();
    for message in [&early, &before] {
        store.edit_message(anna, message.id, "changed after".to_owned(), at(41)).await.unwrap();
        let id = ReactionId::generate(at(41), &SystemRandom);
        store.add_reaction(id, anna, message.id, "👍".to_owned(), at(41)).await.unwrap();
    }
    rename(store, anna, choir, "Named after").await;
    let events = missed_by(store, berta, after).await;
    assert_eq!(kinds(&events), ["created", "conversation"]);
    let Event::MessageCreated(message) = &events[0].event else { panic!("{events:?}") };
    assert_eq!((message.id, &message.content), (before.id, &None));
    assert!(message.reactions.is_empty() && message.edited_at.is_none());
    let conversation = told(&events);
    assert_eq!((conversation.name, conversation.last_seq), (None, before.seq));
    assert!(conversation.participants.is_empty() && conversation.last_message.is_none());
    // Back again, they are given what came while they were in, as it is now.
    bring(store, anna, choir, berta).await;
    send(store, choir, anna, "again").await.unwrap();
    let events = missed_by(store, berta, after).await;
    assert_eq!(kinds(&events), ["created", "conversation", "joined", "created"]);
    assert_eq!(texts(&events), ["changed after", "again"]);
}

pub(crate) async fn whoever_came_is_given_nothing_from_before(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let after = store.newest_position().await.unwrap();
    let choir = group(store, anna, &[carl]).await;
    let early = send(store, choir, anna, "early").await.unwrap().message;
    rename(store, anna, choir, "Band").await;
    bring(store, anna, choir, berta).await;
    store.edit_message(anna, early.id, "changed".to_owned(), at(41)).await.unwrap();
    send(store, choir, anna, "late").await.unwrap();
    let events = missed_by(store, berta, after).await;
    assert_eq!(kinds(&events), ["conversation", "joined", "created"]);
    assert_eq!(texts(&events), ["late"]);
    let Event::GroupJoined(joined) = &events[1].event else { panic!("{events:?}") };
    assert_eq!(joined.group_name, "Band");
    // Who was in from the start is given it from the start.
    let events = missed_by(store, carl, after).await;
    assert_eq!(texts(&events), ["changed", "changed", "late"]);
}

pub(crate) async fn what_is_a_users_own_is_given_to_them_alone(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let after = store.newest_position().await.unwrap();
    befriend(store, anna, berta).await;
    let id = new_request_id();
    store.create_friend_request(id, carl, berta, at(5)).await.unwrap();
    store.block_user(berta, carl, at(6)).await.unwrap();
    store.reject_friend_request(berta, id, at(7)).await.unwrap();
    make_group(store, anna, &[berta]).await.unwrap();
    let own = |events: Vec<MissedEvent>, user_id| {
        let events = events.into_iter();
        let own = events.filter(|missed| missed.audience == Audience::User(user_id));
        kinds(&own.collect::<Vec<_>>())
    };
    let berta_heard = own(missed_by(store, berta, after).await, berta);
    assert_eq!(berta_heard, ["asked", "answered", "asked", "answered", "joined"]);
    assert_eq!(own(missed_by(store, carl, after).await, carl), ["answered"]);
    assert_eq!(own(missed_by(store, anna, after).await, anna), ["answered"]);
}

pub(crate) async fn what_is_proven_is_passed_over(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let (talk, choir) = (direct(store, anna, berta).await, group(store, anna, &[berta]).await);
    let after = store.newest_position().await.unwrap();
    for (id, text) in [(talk, "1"), (choir, "2"), (talk, "3"), (choir, "4"), (talk, "5")] {
        send(store, id, anna, text).await.unwrap();
    }
    let positions: Vec<u64> =
        missed_by(store, berta, after).await.iter().map(|missed| missed.position).collect();
    for (proven, expected) in [(0, "2345"), (1, "1345"), (2, "245"), (4, "24")] {
        let proven = Some(positions[proven]);
        let events = missed(store, LogReader { proven, ..reader(berta) }, after, 2).await;
        assert_eq!(texts(&events).concat(), expected);
    }
    // A position without a row proves nothing.
    let proven = Some(positions[4] + 1_000);
    let events = missed(store, LogReader { proven, ..reader(berta) }, after, 99).await;
    assert_eq!(texts(&events).concat(), "12345");
}

pub(crate) async fn the_log_is_trimmed_but_for_its_last_row(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let start = store.newest_position().await.unwrap();
    let mut draft = super::world::draft(talk, anna, "hello");
    for ms in [100, 200, 999, 300, 400, 900, 950] {
        draft.id = salala_core::ids::MessageId::generate(at(ms), &SystemRandom);
        draft.created_at = at(ms);
        store.send_message(draft.clone()).await.unwrap();
    }
    let span = |after| LogSpan { after, up_to: start + 7 };
    assert_eq!(store.missed(berta, span(start), 99).await, Ok(Missed::Rows(7)));
    // Each time of the oldest two rows.
    assert_eq!(store.trim_log(at(50), 2).await, Ok(start.min(2)));
    assert_eq!(store.trim_log(at(0), 2).await, Ok(0));
    // The clock that was ahead for one row holds nothing up.
    let mut gone = 0;
    loop {
        match store.trim_log(at(500), 3).await.unwrap() {
            0 => break,
            more => gone += more,
        }
    }
    assert!(gone >= 5, "{gone}");
    assert_eq!(store.missed(berta, span(start), 99).await, Ok(Missed::Trimmed));
    // Nor does who was reading it meanwhile pass over what is gone.
    assert!(is_not_found(&store.missed_page(reader(berta), span(start), 9).await));
    assert!(store.missed_page(reader(berta), span(start + 5), 9).await.is_ok());
    assert_eq!(store.missed(berta, span(start + 5), 99).await, Ok(Missed::Rows(2)));
    let far = Timestamp::from_unix_ms(i64::MAX);
    while store.trim_log(far, 3).await.unwrap() > 0 {}
    assert_eq!(store.newest_position().await, Ok(start + 7));
    assert_eq!(store.missed(berta, span(start + 6), 99).await, Ok(Missed::Rows(1)));
    send(store, talk, anna, "on").await.unwrap();
    assert_eq!(store.newest_position().await, Ok(start + 8));
}
