//! Finding messages by their words.

use salala_core::ids::{ConversationId, UserId};
use salala_core::search::SearchQuery;
use salala_store::Store;
use salala_store::ports::message_search::SearchCursor;

use super::world::{
    at, direct, draft, group, is_forbidden, is_not_found, new_conversation_id, send, three_users,
};

async fn find(
    store: &dyn Store,
    user: UserId,
    query: &str,
    conversation: Option<ConversationId>,
) -> Vec<String> {
    let query = SearchQuery::parse(query).unwrap();
    let hits = store.search_messages(user, query, conversation, None, 50).await.unwrap();
    hits.into_iter().map(|message| message.content.unwrap()).collect()
}

/// Anna's words at a moment: hits are sorted by it.
async fn say(store: &dyn Store, talk: ConversationId, anna: UserId, text: &str, ms: i64) {
    let mut message = draft(talk, anna, text);
    message.created_at = at(ms);
    store.send_message(message).await.unwrap();
}

pub(crate) async fn every_word_is_found_and_by_its_beginning_if_asked(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let texts = ["See you TOMORROW", "Café, đường 42!", "東京タワー", "you and me", "👍"];
    for (ms, text) in (1..).zip(texts) {
        say(store, talk, anna, text, ms).await;
    }
    for (query, expected) in [
        ("tomorrow", &["See you TOMORROW"][..]),
        ("tom*", &["See you TOMORROW"]),
        ("you", &["you and me", "See you TOMORROW"]),
        ("YOU see", &["See you TOMORROW"]),
        ("tom", &[]),
        ("see* yo", &[]),
        ("cafe", &["Café, đường 42!"]),
        ("CAFÉ duo* 42", &["Café, đường 42!"]),
        ("京", &["東京タワー"]),
        ("東京", &["東京タワー"]),
        ("absent", &[]),
        ("\"you\" OR me AND", &[]),
    ] {
        assert_eq!(find(store, berta, query, None).await, expected, "{query}");
        assert_eq!(find(store, berta, query, Some(talk)).await, expected, "{query}");
    }
}

pub(crate) async fn only_what_one_may_see_is_found(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, anna, &[carl]).await;
    say(store, talk, anna, "secret of two", 11).await;
    say(store, choir, anna, "secret before", 12).await;
    let everyone = salala_store::ports::conversations::Contacts::Everyone;
    store.add_participants(anna, choir, vec![berta], everyone, at(2)).await.unwrap();
    say(store, choir, anna, "secret after", 13).await;
    assert_eq!(find(store, anna, "secret", None).await.len(), 3);
    assert_eq!(find(store, berta, "secret", Some(choir)).await, ["secret after"]);
    assert_eq!(find(store, carl, "secret", None).await, ["secret after", "secret before"]);
    store.remove_participant(anna, choir, carl, at(3)).await.unwrap();
    assert!(find(store, carl, "secret", None).await.is_empty());
    let query = SearchQuery::parse("secret").unwrap();
    let named = |id| store.search_messages(carl, query.clone(), Some(id), None, 5);
    assert!(is_forbidden(&named(talk).await));
    assert!(is_not_found(&named(new_conversation_id()).await));
    // Back again, both times are theirs to see and the gap is not.
    say(store, choir, anna, "secret gap", 14).await;
    store.add_participants(anna, choir, vec![carl], everyone, at(4)).await.unwrap();
    say(store, choir, anna, "secret return", 15).await;
    let found = find(store, carl, "secret", None).await;
    assert_eq!(found, ["secret return", "secret after", "secret before"]);
}

pub(crate) async fn what_is_edited_or_deleted_is_found_as_it_is(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let message = send(store, talk, anna, "old words").await.unwrap().message;
    store.edit_message(anna, message.id, "new phrase".to_owned(), at(2)).await.unwrap();
    assert!(find(store, anna, "old", None).await.is_empty());
    assert_eq!(find(store, anna, "phrase", None).await, ["new phrase"]);
    store.delete_message(anna, message.id, at(3)).await.unwrap();
    assert!(find(store, anna, "phrase", None).await.is_empty());
}

pub(crate) async fn hits_are_paged_newest_first_over_all_conversations(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talks = [direct(store, anna, berta).await, direct(store, anna, carl).await];
    for number in 0..20_i64 {
        let talk = talks[usize::from(number % 3 == 0)];
        let mut message = draft(talk, anna, &format!("word {number}"));
        message.created_at = at(number);
        store.send_message(message).await.unwrap();
    }
    let query = SearchQuery::parse("word").unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.search_messages(anna, query.clone(), None, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(SearchCursor { created_at: last.created_at, id: last.id });
        seen.extend(page.into_iter().map(|message| message.content.unwrap()));
    }
    let expected: Vec<String> = (0..20).rev().map(|number| format!("word {number}")).collect();
    assert_eq!(seen, expected);
}
