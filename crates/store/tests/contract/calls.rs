//! Calls.

use std::time::Duration;

use salala_core::calls::{
    CallAct, CallEndEvent, CallEndReason, CallSide, CallSignalKind, CallState, RETURN_WITHIN,
    RINGS_FOR,
};
use salala_core::ids::{CallId, ConversationId, SessionId, UserId};
use salala_core::limits::{CALL_CANDIDATES_KEPT, CALLS_MADE_MAX};
use salala_core::records::{Call, CallDevice, CallEnding};
use salala_core::{SystemRandom, Timestamp};
use salala_store::log::{Audience, Event};
use salala_store::ports::calls::{CallCursor, CallParty, CallWith, NewCall};
use salala_store::{Conflict, Pending, Store, StoreError};

use super::world::{
    Feed, add_user, at, direct, group, is_forbidden, is_not_found, new_conversation_id,
    new_session_id, three_users,
};

const OFFER: CallSignalKind = CallSignalKind::Offer;
const ANSWER: CallSignalKind = CallSignalKind::Answer;
const CANDIDATE: CallSignalKind = CallSignalKind::Candidate;

/// Anna and Berta, their conversation, and a device of each with a sign-in of its own.
struct Pair {
    talk: ConversationId,
    anna: CallParty,
    berta: CallParty,
}

async fn pair(store: &dyn Store) -> Pair {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    Pair { talk, anna: party(anna, "a1"), berta: party(berta, "b1") }
}

pub(super) fn party(user_id: UserId, key: &str) -> CallParty {
    device(user_id, key, Some(new_session_id()))
}

fn device(user_id: UserId, key: &str, session_id: Option<SessionId>) -> CallParty {
    CallParty { user_id, device: CallDevice { key: key.to_owned(), session_id } }
}

pub(super) fn new_call(
    talk: ConversationId,
    caller: &CallParty,
    callee_id: UserId,
    created_at: Timestamp,
) -> NewCall {
    let id = CallId::generate(created_at, &SystemRandom);
    let caller = caller.clone();
    NewCall { id, conversation_id: talk, caller, callee_id, has_video: true, created_at }
}

impl Pair {
    /// Anna calls Berta.
    fn ring(&self, store: &dyn Store, now: Timestamp) -> Pending<(Call, bool)> {
        store.start_call(new_call(self.talk, &self.anna, self.berta.user_id, now))
    }

    /// Anna calls Berta, who answers.
    async fn talk(&self, store: &dyn Store, now: Timestamp) -> Call {
        let call = self.ring(store, now).await.unwrap().0;
        hand(store, &self.berta, self.anna.user_id, ANSWER, now).await.unwrap();
        call
    }
}

pub(super) fn with(user_id: UserId) -> CallWith {
    CallWith { user_id, call_id: None }
}

fn hand(
    store: &dyn Store,
    from: &CallParty,
    to: UserId,
    kind: CallSignalKind,
    now: Timestamp,
) -> Pending<()> {
    store.signal_call(
        from.clone(),
        with(to),
        kind,
        format!("{{\"from\":\"{}\"}}", from.device.key),
        now,
    )
}

async fn record(store: &dyn Store, user_id: UserId) -> Call {
    store.calls(user_id, None, 1).await.unwrap().remove(0)
}

/// The end that both were told, once each.
fn ending(feed: &mut Feed) -> CallEnding {
    let told = feed.take();
    let endings: Vec<_> = told
        .iter()
        .filter_map(|committed| {
            let Event::CallEnded(ending) = &committed.event else { return None };
            Some((committed.audience, committed.rev, ending))
        })
        .collect();
    let [(caller, caller_rev, ending), (callee, callee_rev, same)] = endings[..] else {
        panic!("{told:?}")
    };
    assert_eq!(ending, same);
    assert_eq!(caller, Audience::User(ending.call.caller.id));
    assert_eq!(callee, Audience::User(ending.call.callee.id));
    let is_durable = ending.event == CallEndEvent::Ended;
    assert_eq!([caller_rev > 0, callee_rev > 0], [is_durable, is_durable]);
    *ending.clone()
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.plus(by)
}

pub(crate) async fn a_call_rings_once_between_two(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let mut feed = Feed::of(store);
    let (call, is_repeat) = pair.ring(store, at(1)).await.unwrap();
    assert!(!is_repeat);
    assert_eq!(call.state, CallState::Ringing);
    assert_eq!(call.rings_until, at(1).plus(RINGS_FOR));
    assert_eq!(call.caller_device, pair.anna.device);
    let told = feed.take();
    assert!(matches!(
        &told[..],
        [told] if told.audience == Audience::User(berta)
            && told.rev == 0
            && matches!(&told.event, Event::CallRinging(rung) if **rung == call)
    ));
    let again = pair.ring(store, at(2)).await.unwrap();
    assert_eq!(again, (call.clone(), true));
    let back = store.start_call(new_call(pair.talk, &pair.berta, anna, at(2))).await;
    assert_eq!(back, Err(StoreError::Conflict(Conflict::CallUnderWay(call.id))));
    assert!(feed.kinds().is_empty());
    assert_eq!(record(store, berta).await, call);
    assert!(store.acquaintances(anna).await.unwrap().is_in_call);
    assert!(store.acquaintances(berta).await.unwrap().is_in_call);
}

pub(crate) async fn of_two_who_call_each_other_at_once_one_does(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let pending: Vec<_> = (0..10)
        .map(|number| {
            let (caller, callee) =
                if number % 2 == 0 { (&pair.anna, berta) } else { (&pair.berta, anna) };
            store.start_call(new_call(pair.talk, caller, callee, at(1)))
        })
        .collect();
    let mut ids = Vec::new();
    let mut made = 0;
    for outcome in pending {
        match outcome.await {
            Ok((call, is_repeat)) => {
                made += usize::from(!is_repeat);
                ids.push(call.id);
            }
            Err(StoreError::Conflict(Conflict::CallUnderWay(id))) => ids.push(id),
            Err(error) => panic!("{error}"),
        }
    }
    ids.dedup();
    assert_eq!((made, ids.len()), (1, 1));
}

pub(crate) async fn only_members_call_each_other_and_not_under_a_block(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let eve = add_user(store, "eve").await;
    let start =
        |talk, caller: &CallParty, callee| store.start_call(new_call(talk, caller, callee, at(1)));
    assert!(is_forbidden(&start(pair.talk, &party(eve, "e"), berta).await));
    assert!(is_forbidden(&start(pair.talk, &pair.anna, eve).await));
    assert!(is_forbidden(&start(pair.talk, &pair.anna, anna).await));
    assert!(is_not_found(&start(new_conversation_id(), &pair.anna, berta).await));
    let choir = group(store, eve, &[anna, berta]).await;
    let mut feed = Feed::of(store);
    start(choir, &pair.anna, berta).await.unwrap();
    // A block ends what rings, by the one who made it.
    store.block_user(berta, anna, at(2)).await.unwrap();
    let ending = ending(&mut feed);
    assert_eq!(ending.event, CallEndEvent::Ended);
    assert_eq!(ending.call.state, CallState::Rejected);
    assert_eq!(ending.by.unwrap().user_id, berta);
    assert!(is_forbidden(&start(choir, &pair.anna, berta).await));
    assert!(is_forbidden(&start(choir, &pair.berta, anna).await));
    store.unblock_user(berta, anna, at(3)).await.unwrap();
    start(pair.talk, &pair.berta, anna).await.unwrap();
}

pub(crate) async fn calls_of_one_caller_have_a_bound(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let mut others = Vec::new();
    for number in 0..=CALLS_MADE_MAX {
        others.push(add_user(store, &format!("friend{number}")).await);
    }
    let choir = group(store, anna, &others).await;
    let caller = party(anna, "a1");
    let last = others.pop().unwrap();
    for other in &others {
        store.start_call(new_call(choir, &caller, *other, at(1))).await.unwrap();
    }
    let refused = store.start_call(new_call(choir, &caller, last, at(1))).await;
    assert_eq!(refused, Err(StoreError::Conflict(Conflict::TooManyCalls)));
    store.end_call(caller.clone(), with(others[0]), CallAct::Cancel, at(2)).await.unwrap();
    store.start_call(new_call(choir, &caller, last, at(2))).await.unwrap();
}

pub(crate) async fn one_device_answers_and_the_call_is_between_two_devices(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let second = party(berta, "b2");
    let call = pair.ring(store, at(1)).await.unwrap().0;
    let mut feed = Feed::of(store);
    let too_early = hand(store, &pair.anna, berta, ANSWER, at(2)).await;
    assert_eq!(too_early, Err(StoreError::Conflict(Conflict::CallNotAnswered)));
    hand(store, &pair.anna, berta, OFFER, at(2)).await.unwrap();
    let Event::CallSignalled(signal) = feed.one() else { panic!() };
    assert_eq!((signal.number, signal.from, signal.kind), (1, anna, OFFER));
    assert_eq!(signal.to_device, None);
    let answers = [&pair.berta, &second].map(|device| hand(store, device, anna, ANSWER, at(3)));
    let [first, other] = answers;
    first.await.unwrap();
    assert_eq!(other.await, Err(StoreError::Conflict(Conflict::CallElsewhere)));
    let told = feed.take();
    assert!(matches!(
        &told[..],
        [answered, signalled] if answered.audience == Audience::User(berta)
            && matches!(&answered.event, Event::CallAnswered(_))
            && signalled.audience == Audience::User(anna)
            && matches!(&signalled.event, Event::CallSignalled(signal)
                if signal.to_device.as_ref() == Some(&pair.anna.device))
    ));
    hand(store, &pair.anna, berta, CANDIDATE, at(4)).await.unwrap();
    let Event::CallSignalled(signal) = feed.one() else { panic!() };
    assert_eq!(signal.to_device.as_ref(), Some(&pair.berta.device));
    for device in [&second, &party(anna, "a2")] {
        let other = if device.user_id == anna { berta } else { anna };
        let signalled = hand(store, device, other, CANDIDATE, at(4)).await;
        assert_eq!(signalled, Err(StoreError::Conflict(Conflict::CallElsewhere)));
        let ended = store.end_call(device.clone(), with(other), CallAct::End, at(4)).await;
        assert_eq!(ended, Err(StoreError::Conflict(Conflict::CallElsewhere)));
    }
    let now = record(store, anna).await;
    assert_eq!((now.id, now.state), (call.id, CallState::Accepted));
    assert_eq!((now.answered_at, now.callee_device), (Some(at(3)), Some(pair.berta.device)));
}

pub(crate) async fn a_stranger_and_another_calls_id_are_refused_alike(store: &dyn Store) {
    let pair = pair(store).await;
    let eve = party(add_user(store, "eve").await, "e1");
    let call = pair.ring(store, at(1)).await.unwrap().0;
    let mut feed = Feed::of(store);
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let named = |user_id, call_id| CallWith { user_id, call_id: Some(call_id) };
    let other_id = CallId::generate(at(1), &SystemRandom);
    for (from, with) in [
        (&eve, with(anna)),
        (&eve, named(berta, call.id)),
        (&pair.anna, with(eve.user_id)),
        (&pair.anna, named(berta, other_id)),
    ] {
        let body = "1".to_owned();
        let signalled = store.signal_call(from.clone(), with, CANDIDATE, body, at(2)).await;
        assert!(is_forbidden(&signalled));
        let ended = store.end_call(from.clone(), with, CallAct::End, at(2)).await;
        assert!(is_forbidden(&ended));
    }
    assert!(feed.kinds().is_empty());
    assert_eq!(record(store, anna).await.state, CallState::Ringing);
    assert!(store.calls(eve.user_id, None, 9).await.unwrap().is_empty());
}

pub(crate) async fn either_ends_it_once_and_it_is_told_by_what_came_of_it(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let mut feed = Feed::of(store);
    for (is_answered, is_caller, act, state, event) in [
        (false, false, CallAct::Reject, CallState::Rejected, CallEndEvent::Rejected),
        (false, true, CallAct::Cancel, CallState::Cancelled, CallEndEvent::Cancelled),
        (false, true, CallAct::End, CallState::Cancelled, CallEndEvent::Ended),
        (true, true, CallAct::Cancel, CallState::Ended, CallEndEvent::Ended),
        (true, false, CallAct::End, CallState::Ended, CallEndEvent::Ended),
    ] {
        let id = if is_answered {
            pair.talk(store, at(1)).await.id
        } else {
            pair.ring(store, at(1)).await.unwrap().0.id
        };
        hand(store, &pair.anna, berta, OFFER, at(2)).await.unwrap();
        feed.take();
        let (by, other) = if is_caller { (&pair.anna, berta) } else { (&pair.berta, anna) };
        store.end_call(by.clone(), with(other), act, at(5)).await.unwrap();
        let ending = ending(&mut feed);
        assert_eq!((ending.call.id, ending.call.state, ending.event), (id, state, event));
        assert_eq!(ending.call.ended_at, Some(at(5)));
        assert_eq!(ending.by.unwrap().device.as_ref(), Some(&by.device));
        // A repeat, named or not, changes and tells nothing; nothing is handed over any more.
        let named = CallWith { user_id: other, call_id: Some(id) };
        store.end_call(by.clone(), named, act, at(6)).await.unwrap();
        store.end_call(by.clone(), with(other), act, at(6)).await.unwrap();
        assert!(is_forbidden(&hand(store, by, other, OFFER, at(6)).await));
        assert!(feed.kinds().is_empty());
        assert_eq!(record(store, anna).await.ended_at, Some(at(5)));
    }
    assert!(!store.acquaintances(anna).await.unwrap().is_in_call);
}

pub(crate) async fn a_call_that_nobody_answers_is_missed(store: &dyn Store) {
    let pair = pair(store).await;
    let mut feed = Feed::of(store);
    pair.ring(store, at(0)).await.unwrap();
    feed.take();
    let end = later(at(0), RINGS_FOR);
    assert_eq!(store.end_due_calls(Timestamp::from_unix_ms(end.unix_ms() - 1), 9).await, Ok(0));
    assert_eq!(store.end_due_calls(end, 9).await, Ok(1));
    let ending = ending(&mut feed);
    assert_eq!((ending.call.state, ending.by), (CallState::Missed, None));
    assert_eq!(ending.call.end_reason, Some(CallEndReason::Missed));
    assert_eq!(store.end_due_calls(end, 9).await, Ok(0));
    // One that has rung out is out of the way of the next, whether or not anybody looked.
    pair.ring(store, end).await.unwrap();
    let (_, is_repeat) = pair.ring(store, later(end, RINGS_FOR)).await.unwrap();
    assert!(!is_repeat);
}

pub(crate) async fn who_does_not_come_back_loses_the_call(store: &dyn Store) {
    let pair = pair(store).await;
    let mut feed = Feed::of(store);
    for (is_answered, side, state, event) in [
        (false, CallSide::Caller, CallState::Failed, CallEndEvent::Cancelled),
        (false, CallSide::Callee, CallState::Failed, CallEndEvent::Cancelled),
        (true, CallSide::Caller, CallState::Ended, CallEndEvent::Ended),
        (true, CallSide::Callee, CallState::Ended, CallEndEvent::Ended),
    ] {
        if is_answered {
            pair.talk(store, at(0)).await;
        } else {
            pair.ring(store, at(0)).await.unwrap();
        }
        let gone = if side == CallSide::Caller { &pair.anna } else { &pair.berta };
        // Another device than the one that talks, or one of several that ring, is not missed.
        let other = party(gone.user_id, "other");
        store.leave_calls(other, false, at(1)).await.unwrap();
        store.leave_calls(gone.clone(), true, at(1000)).await.unwrap();
        store.leave_calls(gone.clone(), true, at(2000)).await.unwrap();
        feed.take();
        let end = later(at(1000), RETURN_WITHIN);
        assert_eq!(store.end_due_calls(at(15_999), 9).await, Ok(0));
        assert_eq!(store.end_due_calls(end, 9).await, Ok(1));
        let ending = ending(&mut feed);
        assert_eq!((ending.call.state, ending.event), (state, event));
        assert_eq!(ending.call.end_reason, Some(CallEndReason::ConnectionLost));
    }
}

pub(crate) async fn who_comes_back_in_time_is_given_what_is_lacking(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let call = pair.ring(store, at(0)).await.unwrap().0;
    for _ in 0..CALL_CANDIDATES_KEPT + 2 {
        hand(store, &pair.anna, berta, CANDIDATE, at(1)).await.unwrap();
    }
    for _ in 0..2 {
        hand(store, &pair.anna, berta, OFFER, at(1)).await.unwrap();
    }
    // Any device of the callee while it rings; none of the caller but the one that calls.
    let late = party(berta, "b3");
    let lacking = store.return_to_calls(late, Vec::new(), at(2)).await.unwrap();
    assert_eq!(lacking[0].call, call);
    assert!(!lacking[0].is_bound);
    let numbers: Vec<_> = lacking[0].signals.iter().map(|signal| signal.number).collect();
    assert_eq!(numbers, (3..=66).chain([68]).collect::<Vec<_>>());
    assert_eq!(lacking[0].last_number, 68);
    let other = party(anna, "a2");
    assert!(store.return_to_calls(other, Vec::new(), at(2)).await.unwrap().is_empty());

    hand(store, &party(berta, "b2"), anna, CANDIDATE, at(3)).await.unwrap();
    hand(store, &pair.berta, anna, ANSWER, at(3)).await.unwrap();
    // The caller's connection was lost; it is known again by its sign-in, unless the old is there.
    store.leave_calls(pair.anna.clone(), true, at(4)).await.unwrap();
    let again = device(anna, "a9", pair.anna.device.session_id);
    let live = vec!["a1".to_owned()];
    assert!(store.return_to_calls(again.clone(), live, at(5)).await.unwrap().is_empty());
    let lacking = store.return_to_calls(again.clone(), Vec::new(), at(5)).await.unwrap();
    assert!(lacking[0].is_bound);
    let kinds: Vec<_> = lacking[0].signals.iter().map(|signal| signal.kind).collect();
    assert_eq!(kinds, [ANSWER], "what the callee's other device named is void");
    assert_eq!(store.end_due_calls(later(at(5), RETURN_WITHIN), 9).await, Ok(0));
    hand(store, &again, berta, CANDIDATE, at(6)).await.unwrap();
    let old = hand(store, &pair.anna, berta, CANDIDATE, at(6)).await;
    assert_eq!(old, Err(StoreError::Conflict(Conflict::CallElsewhere)));
    // The old device's going is noticed late, and matters no more.
    store.leave_calls(pair.anna, true, at(7)).await.unwrap();
    assert_eq!(store.end_due_calls(later(at(7), RETURN_WITHIN), 9).await, Ok(0));
    // What was kept is erased with the end.
    store.end_call(again.clone(), with(berta), CallAct::End, at(8)).await.unwrap();
    assert!(store.return_to_calls(again, Vec::new(), at(9)).await.unwrap().is_empty());
}

pub(crate) async fn after_a_restart_everybody_has_to_come_back(store: &dyn Store) {
    let pair = pair(store).await;
    pair.talk(store, at(0)).await;
    let carl = add_user(store, "dora").await;
    let talk = direct(store, carl, pair.berta.user_id).await;
    store.start_call(new_call(talk, &party(carl, "d1"), pair.berta.user_id, at(0))).await.unwrap();
    assert_eq!(store.leave_all_calls(at(1)).await, Ok(2));
    let back = device(pair.anna.user_id, "a2", pair.anna.device.session_id);
    assert_eq!(store.return_to_calls(back, Vec::new(), at(2)).await.unwrap().len(), 1);
    let mut feed = Feed::of(store);
    assert_eq!(store.end_due_calls(later(at(1), RETURN_WITHIN), 9).await, Ok(2));
    let mut ends: Vec<_> = feed
        .take()
        .into_iter()
        .filter_map(|told| {
            let Event::CallEnded(ending) = told.event else { return None };
            Some((ending.call.state.as_str(), ending.call.end_reason))
        })
        .collect();
    ends.sort_unstable_by_key(|(state, _)| *state);
    ends.dedup();
    let lost = Some(CallEndReason::ConnectionLost);
    assert_eq!(ends, [("ended", lost), ("failed", lost)]);
    assert_eq!(store.leave_all_calls(at(9)).await, Ok(0));
}

pub(crate) async fn of_a_user_without_devices_every_call_is_left(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    assert_eq!(store.users_rung(at(0), 9).await, Ok(vec![]));
    pair.ring(store, at(0)).await.unwrap();
    let dora = add_user(store, "dora").await;
    let talk = direct(store, dora, anna).await;
    store.start_call(new_call(talk, &party(dora, "d1"), anna, at(1))).await.unwrap();
    assert_eq!(store.users_rung(at(2), 9).await, Ok(vec![anna, berta]));
    assert_eq!(store.users_rung(at(2), 1).await, Ok(vec![anna]));
    assert_eq!(store.users_rung(later(at(0), RINGS_FOR), 9).await, Ok(vec![anna]));
    hand(store, &pair.berta, anna, ANSWER, at(2)).await.unwrap();
    assert_eq!(store.users_rung(at(3), 9).await, Ok(vec![anna]));

    // Whichever devices they were.
    store.leave_calls_of(anna, at(4)).await.unwrap();
    store.leave_calls_of(anna, at(9)).await.unwrap();
    let end = later(at(4), RETURN_WITHIN);
    assert_eq!(store.end_due_calls(at(15_003), 9).await, Ok(0));
    assert_eq!(store.end_due_calls(end, 9).await, Ok(2));
    assert_eq!(store.users_rung(end, 9).await, Ok(vec![]));
    store.leave_calls_of(anna, end).await.unwrap();
}

pub(crate) async fn a_history_is_paged_from_both_sides(store: &dyn Store) {
    let pair = pair(store).await;
    let (anna, berta) = (pair.anna.user_id, pair.berta.user_id);
    let mut ids = Vec::new();
    for number in 0..7 {
        let (by, other) = if number % 3 == 0 { (&pair.berta, anna) } else { (&pair.anna, berta) };
        let new = new_call(pair.talk, by, other, at(number / 2));
        ids.push((at(number / 2), store.start_call(new).await.unwrap().0.id));
        store.end_call(by.clone(), with(other), CallAct::Cancel, at(number)).await.unwrap();
    }
    ids.sort_unstable();
    ids.reverse();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.calls(berta, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(CallCursor { created_at: last.created_at, id: last.id });
        found.extend(page.iter().map(|call| (call.created_at, call.id)));
    }
    assert_eq!(found, ids);
}
