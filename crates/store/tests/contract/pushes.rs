//! Devices, and what is pushed to them.

use std::time::Duration;

use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallSignalKind};
use salala_core::ids::{ConversationId, DeviceId, SessionId, UserId};
use salala_core::limits::DEVICES_MAX;
use salala_core::push::{PushKind, PushReason, PushState};
use salala_core::quiet_hours::QuietHours;
use salala_core::records::{LeasedPush, PushAbout, PushTarget, PushedMessage};
use salala_core::wire::fields::Change;
use salala_core::{SystemRandom, ids::CallId};
use salala_store::Store;
use salala_store::ports::calls::{CallParty, CallWith, NewCall};
use salala_store::ports::devices::{NewDevice, SettingsChanges};
use salala_store::ports::pushes::{PushBacklog, PushLease, PushOutcome, SettledPush};

use super::world::{
    PASSWORD_HASH, at, direct, group, is_forbidden, is_not_found, new_session_id, send, session_of,
    three_users,
};

/// A session of a month.
async fn sign_in(store: &dyn Store, user_id: UserId) -> SessionId {
    let mut session = session_of(user_id, [0; 32]);
    session.refresh_hash[..16].copy_from_slice(session.id.as_bytes());
    session.expires_at = at(30 * 86_400_000);
    let id = session.id;
    store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    id
}

fn fcm(user_id: UserId, session_id: Option<SessionId>, name: &str) -> NewDevice {
    let mut address_hash = [0; 32];
    address_hash[..name.len()].copy_from_slice(name.as_bytes());
    NewDevice {
        id: DeviceId::generate(at(1), &SystemRandom),
        user_id,
        session_id,
        target: PushTarget::Fcm { token: name.to_owned() },
        address_hash,
        registered_at: at(1),
    }
}

async fn register(store: &dyn Store, user_id: UserId, name: &str) -> DeviceId {
    store.register_device(fcm(user_id, None, name)).await.unwrap()
}

fn lease(now: Timestamp) -> PushLease {
    let until = now.plus(Duration::from_secs(30));
    PushLease { now, wait: Duration::from_secs(3), until, limit: 100 }
}

/// What is due, all that was sent having waited.
async fn take(store: &dyn Store, now: Timestamp) -> Vec<LeasedPush> {
    store.lease_pushes(lease(now)).await.unwrap()
}

/// What is due, and taken by the provider.
async fn deliver(store: &dyn Store, now: Timestamp) -> Vec<LeasedPush> {
    let pushes = take(store, now).await;
    for push in &pushes {
        settle(store, push, PushOutcome::Sent, now).await;
    }
    pushes
}

/// A moment at which all that `draft` sends has waited, by so many minutes.
fn later(minutes: u64) -> Timestamp {
    at(10).plus(Duration::from_secs(60 * minutes))
}

async fn settle(store: &dyn Store, push: &LeasedPush, outcome: PushOutcome, now: Timestamp) {
    let settled = SettledPush { number: push.number, device_id: push.device_id, outcome };
    store.settle_pushes(vec![settled], now).await.unwrap();
}

fn message(push: &LeasedPush) -> &PushedMessage {
    let PushAbout::Message(message) = &push.about else { panic!("{:?}", push.about) };
    message
}

fn kinds(pushes: &[LeasedPush]) -> Vec<(PushKind, DeviceId)> {
    let mut kinds: Vec<_> = pushes.iter().map(|push| (push.kind, push.device_id)).collect();
    kinds.sort_by_key(|(kind, id)| (kind.as_str(), *id));
    kinds
}

pub(crate) async fn a_device_keeps_its_id_and_moves_to_who_registers_it_last(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let first = register(store, anna, "phone").await;
    assert_eq!(register(store, anna, "phone").await, first);
    assert_eq!(store.devices(anna).await.unwrap().len(), 1);
    let second = register(store, berta, "phone").await;
    assert_ne!(first, second);
    assert!(store.devices(anna).await.unwrap().is_empty());
    let devices = store.devices(berta).await.unwrap();
    assert_eq!(devices[0].id, second);
    assert_eq!(devices[0].target, PushTarget::Fcm { token: "phone".to_owned() });
    assert!(is_not_found(&store.remove_device(anna, second).await));
    store.remove_device(berta, second).await.unwrap();
    assert!(is_not_found(&store.remove_device(berta, second).await));
    let web = PushTarget::WebPush {
        endpoint: "https://push.example/1".to_owned(),
        public_key: vec![4; 65],
        auth_secret: vec![5; 16],
    };
    let new = NewDevice { target: web.clone(), ..fcm(anna, None, "browser") };
    store.register_device(new).await.unwrap();
    assert_eq!(store.devices(anna).await.unwrap()[0].target, web);
}

pub(crate) async fn devices_leave_with_their_session_and_their_account(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let (one, other) = (sign_in(store, anna).await, sign_in(store, anna).await);
    store.register_device(fcm(anna, Some(one), "phone")).await.unwrap();
    let kept = store.register_device(fcm(anna, Some(other), "tablet")).await.unwrap();
    store.revoke_session(anna, one, at(5)).await.unwrap();
    let left: Vec<_> = store.devices(anna).await.unwrap().iter().map(|device| device.id).collect();
    assert_eq!(left, [kept]);
    for ended in [one, new_session_id()] {
        assert!(is_forbidden(&store.register_device(fcm(anna, Some(ended), "phone")).await));
    }
    assert!(is_forbidden(&store.register_device(fcm(berta, Some(other), "phone")).await));
    store.set_disabled(anna, true, at(6)).await.unwrap();
    assert!(store.devices(anna).await.unwrap().is_empty());
    register(store, berta, "phone").await;
    store.erase_user(berta, at(7)).await.unwrap();
    assert!(store.devices(berta).await.unwrap().is_empty());
    assert!(is_forbidden(&store.register_device(fcm(berta, None, "phone")).await));
}

pub(crate) async fn the_device_that_registered_longest_ago_makes_room(store: &dyn Store) {
    let [anna, ..] = three_users(store).await;
    let mut ids = Vec::new();
    for number in 0..=DEVICES_MAX {
        let mut new = fcm(anna, None, &format!("{number}"));
        new.registered_at = at(i64::try_from(number).unwrap());
        ids.push(store.register_device(new).await.unwrap());
    }
    let mut kept: Vec<_> =
        store.devices(anna).await.unwrap().iter().map(|device| device.id).collect();
    kept.reverse();
    assert_eq!(kept, ids[1..]);
}

pub(crate) async fn a_message_is_pushed_to_the_devices_of_the_others_once(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    send(store, choir, anna, "nobody has a device").await.unwrap();
    assert!(take(store, later(1)).await.is_empty());
    let [own, phone, tablet] = [
        register(store, anna, "own").await,
        register(store, berta, "phone").await,
        register(store, berta, "tablet").await,
    ];
    let sent = send(store, choir, anna, "hello").await.unwrap().message;
    let waiting = store.push_backlog().await.unwrap();
    assert_eq!(waiting, PushBacklog { messages: 1, pushes: 0, oldest: Some(at(10)) });
    assert!(take(store, at(10)).await.is_empty(), "it waits a while");
    let pushes = take(store, later(1)).await;
    let mut expected = [(PushKind::Message, phone), (PushKind::Message, tablet)];
    expected.sort_by_key(|(_, id)| *id);
    assert_eq!(kinds(&pushes), expected);
    let told = message(&pushes[0]);
    assert_eq!((told.id, told.seq, told.content.as_deref()), (sent.id, 2, Some("hello")));
    assert_eq!((told.sender.id, told.is_group, told.unread_count), (anna, true, 2));
    assert_eq!(told.group_name.as_deref(), Some("Choir"));
    assert!(told.is_visible && !told.is_deleted && told.last_read_seq == 0);
    assert!(take(store, later(1)).await.is_empty(), "they are leased");
    for push in &pushes {
        settle(store, push, PushOutcome::Sent, later(1)).await;
    }
    assert!(take(store, later(9)).await.is_empty());
    let log = store.push_log(berta, None, 9).await.unwrap();
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|entry| entry.state == PushState::Sent && entry.messages == 1));
    assert_eq!(store.push_log(berta, Some(log[0].number), 9).await.unwrap(), log[1..]);
    assert!(store.push_log(anna, None, 9).await.unwrap().is_empty());
    // Whoever alone has a device is not pushed what they send.
    store.remove_device(berta, phone).await.unwrap();
    store.remove_device(berta, tablet).await.unwrap();
    assert_eq!(store.devices(anna).await.unwrap()[0].id, own);
    send(store, choir, anna, "to nobody").await.unwrap();
    send(store, choir, carl, "to anna").await.unwrap();
    let pushes = take(store, later(10)).await;
    assert_eq!(kinds(&pushes), [(PushKind::Message, own)]);
    assert_eq!(store.push_backlog().await.unwrap().messages, 0);
}

pub(crate) async fn who_gets_a_device_or_joins_later_is_pushed_to(store: &dyn Store) {
    use salala_store::ports::conversations::Contacts;
    let [anna, berta, carl] = three_users(store).await;
    let (talk, choir) = (direct(store, anna, berta).await, group(store, anna, &[berta]).await);
    for id in [talk, choir] {
        send(store, id, anna, "unheard").await.unwrap();
    }
    let phone = register(store, berta, "phone").await;
    let tablet = register(store, carl, "tablet").await;
    for id in [talk, choir] {
        send(store, id, anna, "heard").await.unwrap();
    }
    let pushes = deliver(store, later(1)).await;
    assert_eq!(kinds(&pushes), [(PushKind::Message, phone); 2]);
    assert!(pushes.iter().all(|push| message(push).content.as_deref() == Some("heard")));
    store.add_participants(anna, choir, vec![carl], Contacts::Everyone, at(5)).await.unwrap();
    send(store, choir, anna, "welcome").await.unwrap();
    let pushes = deliver(store, later(2)).await;
    assert_eq!(pushes.len(), 2);
    assert!(kinds(&pushes).contains(&(PushKind::Message, tablet)));
    // Whoever goes before it is pushed is a member no more.
    send(store, choir, anna, "still here?").await.unwrap();
    let unsure =
        PushOutcome::Later { at: later(4), reason: PushReason::MaybeViewing, detail: None };
    for push in take(store, later(3)).await {
        settle(store, &push, unsure.clone(), later(3)).await;
    }
    store.remove_participant(carl, choir, carl, at(6)).await.unwrap();
    let seen: Vec<_> = deliver(store, later(4))
        .await
        .iter()
        .map(|push| (push.device_id == phone, message(push).is_visible))
        .collect();
    assert!(seen.contains(&(true, true)) && seen.contains(&(false, false)), "{seen:?}");
}

pub(crate) async fn messages_that_wait_make_one_push_with_a_count(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let phone = register(store, berta, "phone").await;
    for (sender, text) in [(anna, "1"), (carl, "2"), (berta, "own"), (anna, "3")] {
        send(store, choir, sender, text).await.unwrap();
    }
    let pushes = take(store, later(1)).await;
    assert_eq!(kinds(&pushes), [(PushKind::Message, phone)]);
    assert_eq!(message(&pushes[0]).content.as_deref(), Some("3"));
    // By sending, berta has read what came before.
    assert_eq!((message(&pushes[0]).last_read_seq, message(&pushes[0]).unread_count), (3, 1));
    // The provider asks to wait: a later message waits no less, and stands for both.
    let busy = PushOutcome::Later {
        at: later(9),
        reason: PushReason::ProviderBusy,
        detail: Some("quota\nexceeded".to_owned()),
    };
    settle(store, &pushes[0], busy, later(1)).await;
    let entry = &store.push_log(berta, None, 9).await.unwrap()[0];
    assert_eq!((entry.state, entry.reason), (PushState::Waiting, Some(PushReason::ProviderBusy)));
    assert_eq!(entry.detail.as_deref(), Some("quotaexceeded"));
    send(store, choir, carl, "4").await.unwrap();
    assert!(take(store, later(2)).await.is_empty());
    let pushes = take(store, later(9)).await;
    assert_eq!(message(&pushes[0]).content.as_deref(), Some("4"));
    assert_eq!((pushes.len(), pushes[0].attempts), (1, 1));
    let log = store.push_log(berta, None, 9).await.unwrap();
    assert_eq!((log[0].messages, log[1].reason), (5, Some(PushReason::Collapsed)));
}

pub(crate) async fn what_is_leased_and_not_settled_comes_again(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    register(store, berta, "phone").await;
    send(store, talk, anna, "hello").await.unwrap();
    let first = take(store, later(1)).await.remove(0);
    let again = take(store, later(2)).await.remove(0);
    assert_eq!((again.number, again.attempts), (first.number, 2));
    assert_eq!(store.release_pushes(later(2)).await, Ok(1));
    let third = take(store, later(2)).await.remove(0);
    assert_eq!(third.attempts, 3);
    // That it is not known yet whether somebody looks is no try.
    let unsure =
        PushOutcome::Later { at: later(3), reason: PushReason::MaybeViewing, detail: None };
    settle(store, &third, unsure, later(2)).await;
    assert_eq!(store.release_pushes(later(2)).await, Ok(0));
    let fourth = take(store, later(3)).await.remove(0);
    assert_eq!(fourth.attempts, 3);
    settle(store, &fourth, PushOutcome::Failed(PushReason::Refused, "no".repeat(900)), later(3))
        .await;
    // The first worker comes late with its answer, which changes nothing.
    settle(store, &first, PushOutcome::Sent, later(4)).await;
    let entry = store.push_log(berta, None, 9).await.unwrap().remove(0);
    assert_eq!((entry.state, entry.reason), (PushState::Failed, Some(PushReason::Refused)));
    assert!(entry.detail.unwrap().len() <= 300);
    assert_eq!(entry.settled_at, Some(later(3)));
    assert_eq!(store.forget_pushes(later(3), 9).await, Ok(0));
    assert_eq!(store.forget_pushes(later(4), 9).await, Ok(1));
    assert!(store.push_log(berta, None, 9).await.unwrap().is_empty());
}

pub(crate) async fn a_reading_clears_what_devices_show(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let phone = register(store, berta, "phone").await;
    let hello = send(store, talk, anna, "hello").await.unwrap().message;
    let push = take(store, later(1)).await.remove(0);
    settle(store, &push, PushOutcome::Sent, later(1)).await;
    store.mark_messages_read(berta, vec![hello.id], later(2)).await.unwrap();
    let cleared = take(store, later(2)).await;
    assert_eq!(kinds(&cleared), [(PushKind::Clear, phone)]);
    assert!(matches!(cleared[0].about, PushAbout::Conversation(id) if id == talk));
    settle(store, &cleared[0], PushOutcome::Sent, later(2)).await;
    store.read_to(berta, talk, 9, later(2)).await.unwrap();
    assert!(take(store, later(3)).await.is_empty(), "it shows nothing any more");
    // Read while it was on its way.
    send(store, talk, anna, "again").await.unwrap();
    let push = take(store, later(4)).await.remove(0);
    store.read_to(berta, talk, 9, later(4)).await.unwrap();
    settle(store, &push, PushOutcome::Sent, later(4)).await;
    assert_eq!(kinds(&deliver(store, later(4)).await), [(PushKind::Clear, phone)]);
    // Whoever answers has read.
    send(store, talk, anna, "and again").await.unwrap();
    deliver(store, later(5)).await;
    let own = register(store, anna, "own").await;
    send(store, talk, berta, "yes").await.unwrap();
    let pushes = take(store, later(6)).await;
    assert_eq!(kinds(&pushes)[..2], [(PushKind::Clear, phone), (PushKind::Message, own)]);
}

pub(crate) async fn a_device_that_the_provider_does_not_know_goes(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    register(store, berta, "phone").await;
    send(store, talk, anna, "hello").await.unwrap();
    let push = take(store, later(1)).await.remove(0);
    settle(store, &push, PushOutcome::Unregistered, later(1)).await;
    assert!(store.devices(berta).await.unwrap().is_empty());
    let entry = store.push_log(berta, None, 9).await.unwrap().remove(0);
    assert_eq!((entry.state, entry.reason), (PushState::Dropped, Some(PushReason::Unregistered)));
    // A device that went between is told to nobody.
    register(store, berta, "tablet").await;
    send(store, talk, anna, "hello").await.unwrap();
    let device = store.devices(berta).await.unwrap().remove(0);
    let push = take(store, later(2)).await.remove(0);
    store.remove_device(berta, device.id).await.unwrap();
    settle(
        store,
        &push,
        PushOutcome::Later { at: later(3), reason: PushReason::ProviderBusy, detail: None },
        later(2),
    )
    .await;
    assert_eq!(take(store, later(3)).await[0].device, None);
}

pub(crate) async fn what_decides_is_told_with_a_push(store: &dyn Store) {
    use salala_store::ports::conversations::ConversationChanges;
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let session_id = sign_in(store, berta).await;
    store.register_device(fcm(berta, Some(session_id), "phone")).await.unwrap();
    assert_eq!(store.settings(berta).await.unwrap().quiet_hours, None);
    let quiet = QuietHours::new(60, 120, "Europe/Berlin").unwrap();
    let changes = SettingsChanges {
        quiet_hours: Change::Set(quiet.clone()),
        locale: Change::Set("de".to_owned()),
    };
    let changed = store.change_settings(berta, changes).await.unwrap();
    assert_eq!(store.settings(berta).await.unwrap(), changed);
    assert_eq!(
        (changed.quiet_hours.as_ref(), changed.locale.as_deref()),
        (Some(&quiet), Some("de"))
    );
    let muted = ConversationChanges {
        muted_until: Change::Set(later(60)),
        ..ConversationChanges::default()
    };
    store.update_conversation(berta, talk, muted, at(5)).await.unwrap();
    let hello = send(store, talk, anna, "hello").await.unwrap().message;
    store.delete_message(anna, hello.id, at(11)).await.unwrap();
    let push = take(store, later(1)).await.remove(0);
    assert_eq!(push.quiet_hours, Some(quiet));
    assert_eq!(message(&push).muted_until, Some(later(60)));
    assert!(message(&push).is_deleted && !push.is_signed_out);
    assert_eq!(push.device.as_ref().unwrap().session_id, Some(session_id));
    let cleared = SettingsChanges { quiet_hours: Change::Clear, locale: Change::Keep };
    let changed = store.change_settings(berta, cleared).await.unwrap();
    assert_eq!((changed.quiet_hours, changed.locale.as_deref()), (None, Some("de")));
    // A session that has run out, though nobody has ended it.
    let years = Duration::from_hours(400 * 24);
    assert!(take(store, later(2).plus(years)).await[0].is_signed_out);
}

fn party(user_id: UserId, session_id: Option<SessionId>) -> CallParty {
    let device = salala_core::records::CallDevice { key: format!("{user_id}"), session_id };
    CallParty { user_id, device }
}

async fn call(store: &dyn Store, talk: ConversationId, from: UserId, to: UserId) -> CallId {
    let new = NewCall {
        id: CallId::generate(at(20), &SystemRandom),
        conversation_id: talk,
        caller: party(from, None),
        callee_id: to,
        has_video: false,
        created_at: later(1),
    };
    store.start_call(new).await.unwrap().0.id
}

pub(crate) async fn a_call_rings_on_every_device_until_one_takes_it(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let session_id = sign_in(store, berta).await;
    let phone = store.register_device(fcm(berta, Some(session_id), "phone")).await.unwrap();
    let tablet = register(store, berta, "tablet").await;
    let id = call(store, talk, anna, berta).await;
    let rings = take(store, later(1)).await;
    assert_eq!(rings.len(), 2);
    assert!(rings.iter().all(|push| push.kind == PushKind::Ring));
    assert!(matches!(&rings[0].about, PushAbout::Call(call) if call.id == id));
    for push in &rings {
        settle(store, push, PushOutcome::Sent, later(1)).await;
    }
    let answer = store.signal_call(
        party(berta, Some(session_id)),
        CallWith { user_id: anna, call_id: None },
        CallSignalKind::Answer,
        "{}".to_owned(),
        later(1),
    );
    answer.await.unwrap();
    let stopped = take(store, later(1)).await;
    assert_eq!(kinds(&stopped), [(PushKind::RingEnd, tablet)]);
    settle(store, &stopped[0], PushOutcome::Sent, later(1)).await;
    let with = CallWith { user_id: anna, call_id: None };
    store.end_call(party(berta, Some(session_id)), with, CallAct::End, later(1)).await.unwrap();
    assert!(take(store, later(2)).await.is_empty(), "it rang no more");
    // One that is refused before it was pushed is pushed to nobody.
    call(store, talk, anna, berta).await;
    store.end_call(party(berta, None), with, CallAct::Reject, later(1)).await.unwrap();
    assert!(take(store, later(2)).await.is_empty());
    let log = store.push_log(berta, None, 2).await.unwrap();
    assert!(log.iter().all(|entry| entry.reason == Some(PushReason::Over)));
    assert_ne!(phone, tablet);
}

pub(crate) async fn a_call_that_nobody_took_is_pushed_as_missed(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let phone = register(store, berta, "phone").await;
    register(store, anna, "own").await;
    call(store, talk, anna, berta).await;
    let ring = take(store, later(1)).await.remove(0);
    settle(store, &ring, PushOutcome::Sent, later(1)).await;
    store.end_due_calls(later(2), 9).await.unwrap();
    let missed = take(store, later(2)).await;
    assert_eq!(kinds(&missed), [(PushKind::MissedCall, phone)]);
    settle(store, &missed[0], PushOutcome::Sent, later(2)).await;
    // One that its caller takes back while the ring may be on its way.
    call(store, talk, anna, berta).await;
    assert_eq!(take(store, later(2)).await[0].kind, PushKind::Ring);
    let with = CallWith { user_id: berta, call_id: None };
    store.end_call(party(anna, None), with, CallAct::Cancel, later(1)).await.unwrap();
    assert_eq!(kinds(&take(store, later(2)).await), [(PushKind::MissedCall, phone)]);
}

pub(crate) async fn tests_and_the_key_are_kept(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    assert_eq!(store.queue_test_push(anna, [1; 16], at(10)).await, Ok(0));
    let phone = register(store, berta, "phone").await;
    for test in [[1; 16], [2; 16]] {
        assert_eq!(store.queue_test_push(berta, test, at(10)).await, Ok(1));
    }
    let pushes = take(store, at(10)).await;
    assert_eq!(kinds(&pushes), [(PushKind::Test, phone); 2]);
    assert!(matches!(pushes[0].about, PushAbout::Test));
    assert_eq!(store.push_key(vec![1, 2]).await, Ok(vec![1, 2]));
    assert_eq!(store.push_key(vec![3]).await, Ok(vec![1, 2]));
}

pub(crate) async fn two_workers_share_what_is_due(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    for number in 0..6 {
        register(store, [berta, carl][number % 2], &format!("{number}")).await;
    }
    send(store, choir, anna, "hello").await.unwrap();
    let ask = || store.lease_pushes(PushLease { limit: 4, ..lease(later(1)) });
    let (one, other) = (ask(), ask());
    let mut numbers: Vec<_> =
        one.await.unwrap().iter().chain(&other.await.unwrap()).map(|push| push.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 6);
}
