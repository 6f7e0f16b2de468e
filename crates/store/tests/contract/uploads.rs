//! Uploaded files, who holds them, and what may be removed.

use std::collections::BTreeSet;

use salala_core::ids::{BlobId, UploadId, UserId};
use salala_core::records::export::ExportRows;
use salala_core::records::{Blob, File, Upload};
use salala_core::search::SearchQuery;
use salala_core::{SystemRandom, Timestamp};
use salala_store::log::Event;
use salala_store::ports::exports::{ExportPlace, ExportSection};
use salala_store::ports::messages::{HistoryRange, NewMessage};
use salala_store::ports::uploads::{BlobPlace, NewUpload};
use salala_store::{Conflict, Store, StoreError};

use super::world::{Feed, at, direct, draft, group, is_invalid, is_not_found, send, three_users};

const QUOTA: u64 = 1000;

fn blob(byte: u8, size: u64) -> Blob {
    Blob { id: BlobId::generate(at(0), &SystemRandom), hash: [byte; 32], size }
}

fn file(size: u64) -> File {
    File {
        id: UploadId::generate(at(0), &SystemRandom),
        name: "note.ogg".to_owned(),
        mime_type: "audio/ogg".to_owned(),
        size,
        width: Some(3),
        height: Some(2),
        duration_ms: Some(1500),
        has_thumbnail: false,
        blurhash: Some("L00000fQfQfQfQfQfQfQfQfQfQfQ".to_owned()),
        peaks: Some(vec![0, 50, 100]),
    }
}

fn new_upload(owner_id: UserId, content: Blob) -> NewUpload {
    NewUpload {
        file: file(content.size),
        owner_id,
        content,
        thumbnail: None,
        quota_bytes: QUOTA,
        created_at: at(1),
        expires_at: at(1000),
    }
}

/// An upload of new bytes.
async fn add_upload(store: &dyn Store, owner_id: UserId, byte: u8, size: u64) -> Upload {
    let content = blob(byte, size);
    assert_eq!(store.place_blob(content, at(500)).await, Ok(BlobPlace::Free));
    store.create_upload(new_upload(owner_id, content)).await.unwrap()
}

fn with_file(mut message: NewMessage, upload: &Upload) -> NewMessage {
    message.file_url = Some(File::stored_url(upload.file.id));
    message
}

/// Removes all that may be removed at a moment, and gives the bytes to be removed.
async fn collect(store: &dyn Store, now: Timestamp) -> Vec<BlobId> {
    while store.collect_uploads(1, now).await.unwrap() > 0 {}
    let blobs = store.collect_blobs(99, now, at(9_999_999)).await.unwrap();
    blobs.into_iter().map(|blob| blob.id).collect()
}

pub(crate) async fn an_upload_is_given_back_as_it_was_made(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let (content, thumbnail) = (blob(1, 10), blob(2, 5));
    for place in [content, thumbnail] {
        assert_eq!(store.place_blob(place, at(500)).await, Ok(BlobPlace::Free));
    }
    let new = NewUpload { thumbnail: Some(thumbnail), ..new_upload(anna, content) };
    let made = store.create_upload(new.clone()).await.unwrap();
    let file = File { has_thumbnail: true, ..new.file };
    let thumbnail = Some(thumbnail);
    assert_eq!(made, Upload { file, owner_id: anna, content, thumbnail, created_at: at(1) });
    assert_eq!(store.upload(made.file.id).await.unwrap(), made);
    assert_eq!(store.upload_for(anna, made.file.id).await.unwrap(), made);
    assert!(is_not_found(&store.upload_for(berta, made.file.id).await));
    assert_eq!(store.uploaded_bytes(anna).await, Ok(10));
    assert_eq!(store.uploaded_bytes(berta).await, Ok(0));
}

pub(crate) async fn the_same_bytes_are_stored_once(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let first = add_upload(store, anna, 1, 10).await;
    let again = blob(1, 10);
    assert_eq!(store.place_blob(again, at(500)).await, Ok(BlobPlace::Stored(first.content.id)));
    let second = store.create_upload(new_upload(berta, first.content)).await.unwrap();
    assert_eq!(second.content, first.content);
    store.discard_upload(anna, first.file.id, at(3)).await.unwrap();
    assert_eq!(collect(store, at(4)).await, []);
    store.discard_upload(berta, second.file.id, at(5)).await.unwrap();
    assert_eq!(collect(store, at(6)).await, [first.content.id]);
}

pub(crate) async fn two_who_store_the_same_at_once_share_what_is_there_first(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let (one, other) = (blob(1, 10), blob(1, 10));
    for place in [one, other] {
        assert_eq!(store.place_blob(place, at(500)).await, Ok(BlobPlace::Free));
    }
    let uploads = [new_upload(anna, one), new_upload(berta, other)];
    for new in uploads {
        assert_eq!(store.create_upload(new).await.unwrap().content.id, one.id);
    }
    // What was written twice goes when its time is over.
    assert_eq!(collect(store, at(499)).await, []);
    assert_eq!(collect(store, at(500)).await, [other.id]);
}

pub(crate) async fn bytes_that_are_being_removed_are_not_held_again(store: &dyn Store) {
    let [anna, _, _] = three_users(store).await;
    let late = blob(1, 10);
    store.place_blob(late, at(500)).await.unwrap();
    assert_eq!(collect(store, at(500)).await, [late.id]);
    let refused = store.create_upload(new_upload(anna, late)).await;
    assert_eq!(refused, Err(StoreError::Busy));
    assert_eq!(store.uploaded_bytes(anna).await, Ok(0));
    // Given again only to who asks after the time that was named, until they are gone.
    assert_eq!(store.collect_blobs(9, at(600), at(700)).await, Ok(vec![]));
    let again = store.collect_blobs(9, at(9_999_999), at(99_999_999)).await.unwrap();
    assert_eq!(again.len(), 1);
    store.forget_blobs(vec![late.id]).await.unwrap();
    assert_eq!(store.collect_blobs(9, at(199_999_999), at(299_999_999)).await, Ok(vec![]));
}

pub(crate) async fn a_message_holds_its_file_and_shows_it_everywhere(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let upload = add_upload(store, anna, 1, 10).await;
    let mut feed = Feed::of(store);
    let sent = store.send_message(with_file(draft(talk, anna, "listen"), &upload)).await.unwrap();
    let (id, file) = (sent.message.id, Some(upload.file.clone()));
    assert_eq!(sent.message.file, file);
    let Event::MessageCreated(told) = feed.one() else { panic!("a message was sent") };
    assert_eq!(told.file, file);
    let reply = NewMessage { reply_to_id: Some(id), ..draft(talk, berta, "nice") };
    let reply = store.send_message(reply).await.unwrap().message;
    assert_eq!(reply.file, None);
    assert_eq!(reply.reply_to.unwrap().file_url, Some(File::stored_url(upload.file.id)));
    assert_eq!(store.message(berta, id).await.unwrap().file, file);
    let history = store.history(berta, talk, HistoryRange::Newest, 9).await.unwrap().messages;
    assert_eq!(history[1].file, file);
    assert_eq!(history[0].file, None);
    assert_eq!(store.media(berta, talk, None, 9).await.unwrap()[0].file, file);
    let query = SearchQuery::parse("listen").unwrap();
    let found = store.search_messages(berta, query, None, None, 9).await.unwrap();
    assert_eq!(found[0].file, file);
    let caught_up = store.catch_up(berta, vec![(talk, 0)], 9, 9).await.unwrap();
    assert_eq!(caught_up.conversations[0].messages[0].file, file);
    let edited = store.edit_message(anna, id, "hear".to_owned(), at(20)).await.unwrap();
    assert_eq!(edited.file, file);
    // Longer than an upload that nobody sent would be kept.
    assert_eq!(collect(store, at(5000)).await, []);
    assert_eq!(
        store.discard_upload(anna, upload.file.id, at(30)).await,
        Err(StoreError::Conflict(Conflict::UploadSent))
    );
}

pub(crate) async fn only_who_sees_a_message_with_it_may_read_or_send_a_file(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let talk = direct(store, berta, carl).await;
    let upload = add_upload(store, anna, 1, 10).await;
    let id = upload.file.id;
    let refused = store.send_message(with_file(draft(talk, berta, "mine?"), &upload)).await;
    assert!(is_invalid(&refused, "fileUrl"));
    store.send_message(with_file(draft(choir, anna, "look"), &upload)).await.unwrap();
    assert_eq!(store.upload_for(berta, id).await.unwrap(), upload);
    assert!(is_not_found(&store.upload_for(carl, id).await));
    // Who came later does not see it.
    let contacts = salala_store::ports::conversations::Contacts::Everyone;
    store.add_participants(anna, choir, vec![carl], contacts, at(20)).await.unwrap();
    assert!(is_not_found(&store.upload_for(carl, id).await));
    let refused = store.send_message(with_file(draft(choir, carl, "mine?"), &upload)).await;
    assert!(is_invalid(&refused, "fileUrl"));
    // Who sees it may hand it on, and those who see that may read it.
    let handed_on = with_file(draft(talk, berta, "from anna"), &upload);
    store.send_message(handed_on).await.unwrap();
    assert_eq!(store.upload_for(carl, id).await.unwrap(), upload);
    // Who left does not see it any more, but once back, what was seen before.
    store.remove_participant(anna, choir, berta, at(30)).await.unwrap();
    send(store, choir, anna, "gone").await.unwrap();
    store.add_participants(anna, choir, vec![berta], contacts, at(40)).await.unwrap();
    assert_eq!(store.upload_for(berta, id).await.unwrap(), upload);
    let unknown = Upload { file: file(1), ..upload };
    let refused = store.send_message(with_file(draft(choir, anna, "none"), &unknown)).await;
    assert!(is_invalid(&refused, "fileUrl"));
}

pub(crate) async fn a_file_goes_with_the_last_message_that_has_it(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let upload = add_upload(store, anna, 1, 10).await;
    let mut ids = Vec::new();
    for text in ["one", "two"] {
        let sent = store.send_message(with_file(draft(talk, anna, text), &upload)).await;
        ids.push(sent.unwrap().message.id);
    }
    let emptied = store.delete_message(anna, ids[0], at(50)).await.unwrap();
    assert_eq!((emptied.file, emptied.file_url), (None, None));
    store.delete_message(anna, ids[0], at(51)).await.unwrap();
    assert_eq!(collect(store, at(60)).await, []);
    assert!(store.upload_for(berta, upload.file.id).await.is_ok());
    store.delete_message(anna, ids[1], at(70)).await.unwrap();
    assert!(is_not_found(&store.upload_for(berta, upload.file.id).await));
    assert_eq!(collect(store, at(69)).await, []);
    assert_eq!(collect(store, at(70)).await, [upload.content.id]);
    assert!(is_not_found(&store.upload(upload.file.id).await));
    assert_eq!(store.uploaded_bytes(anna).await, Ok(0));
}

pub(crate) async fn a_file_that_was_let_go_may_be_sent_again_until_it_is_removed(
    store: &dyn Store,
) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let upload = add_upload(store, anna, 1, 10).await;
    let first = store.send_message(with_file(draft(talk, anna, "one"), &upload)).await.unwrap();
    store.delete_message(anna, first.message.id, at(50)).await.unwrap();
    store.send_message(with_file(draft(talk, anna, "two"), &upload)).await.unwrap();
    assert_eq!(collect(store, at(5000)).await, []);
}

pub(crate) async fn an_upload_that_is_never_sent_goes_when_its_time_is_over(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let upload = add_upload(store, anna, 1, 10).await;
    assert_eq!(collect(store, at(999)).await, []);
    assert_eq!(collect(store, at(1000)).await, [upload.content.id]);
    let refused = store.send_message(with_file(draft(talk, anna, "late"), &upload)).await;
    assert!(is_invalid(&refused, "fileUrl"));
}

pub(crate) async fn what_a_user_uploads_is_bounded_together(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let first = add_upload(store, anna, 1, QUOTA - 10).await;
    let content = blob(2, 11);
    store.place_blob(content, at(500)).await.unwrap();
    assert_eq!(
        store.create_upload(new_upload(anna, content)).await,
        Err(StoreError::Conflict(Conflict::QuotaReached))
    );
    assert_eq!(store.uploaded_bytes(anna).await, Ok(QUOTA - 10));
    // Of what is stored nothing can be given up.
    store.abandon_blobs(vec![content.id, first.content.id], at(2)).await.unwrap();
    assert_eq!(collect(store, at(2)).await, [content.id]);
    let content = blob(2, 11);
    store.place_blob(content, at(500)).await.unwrap();
    add_upload(store, berta, 3, 11).await;
    store.discard_upload(anna, first.file.id, at(3)).await.unwrap();
    assert!(is_not_found(&store.discard_upload(anna, first.file.id, at(3)).await));
    store.create_upload(new_upload(anna, content)).await.unwrap();
}

pub(crate) async fn an_erased_account_lets_go_of_its_files(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let unsent = add_upload(store, anna, 1, 10).await;
    let sent = add_upload(store, anna, 2, 10).await;
    let handed_on = add_upload(store, anna, 3, 10).await;
    for upload in [&sent, &handed_on] {
        store.send_message(with_file(draft(talk, anna, "look"), upload)).await.unwrap();
    }
    store.send_message(with_file(draft(talk, berta, "see"), &handed_on)).await.unwrap();
    store.erase_user(anna, at(60)).await.unwrap();
    while store.carry_on_erasure(1, at(60)).await.unwrap() {}
    let gone: BTreeSet<BlobId> = collect(store, at(61)).await.into_iter().collect();
    assert_eq!(gone, BTreeSet::from([unsent.content.id, sent.content.id]));
    assert!(store.upload_for(berta, handed_on.file.id).await.is_ok());
}

pub(crate) async fn an_export_names_the_files(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let mut uploads = vec![
        add_upload(store, anna, 1, 10).await,
        add_upload(store, anna, 2, 10).await,
        add_upload(store, anna, 3, 10).await,
    ];
    uploads.sort_by_key(|upload| upload.file.id);
    add_upload(store, berta, 4, 10).await;
    let mut place = Some(ExportPlace::start_of(ExportSection::Uploads));
    let mut found = Vec::new();
    while let Some(at) = place {
        let part = store.export_part(anna, at, 2).await.unwrap();
        let ExportRows::Uploads(mut rows) = part.rows else { panic!("files were asked for") };
        found.append(&mut rows);
        place = part.next;
    }
    assert_eq!(found, uploads);
}
