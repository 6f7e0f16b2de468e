//! What every engine behind the ports must do: each body once, run on each engine.

#[cfg(test)]
#[cfg(feature = "postgres-tests")]
#[path = "postgres/database.rs"]
mod database;

#[cfg(test)]
mod contract {
    pub(crate) mod absences;
    pub(crate) mod accounts;
    pub(crate) mod blocks;
    pub(crate) mod calls;
    pub(crate) mod catch_up;
    pub(crate) mod conversations;
    pub(crate) mod durable_events;
    pub(crate) mod engines;
    pub(crate) mod exports;
    pub(crate) mod friends;
    pub(crate) mod history;
    pub(crate) mod log;
    pub(crate) mod members;
    pub(crate) mod message_search;
    pub(crate) mod messages;
    pub(crate) mod model;
    pub(crate) mod pushes;
    pub(crate) mod reactions;
    pub(crate) mod reads;
    pub(crate) mod sessions;
    pub(crate) mod uploads;
    pub(crate) mod users;
    pub(crate) mod views;
    pub(crate) mod world;
}

/// One test for each engine and each body; the next engine is one more line here, and a function
/// in `engines` that gives a fresh store. PostgreSQL's are there with the feature `postgres-tests`
/// alone, and then they need its server.
macro_rules! contract {
    ($($noun:ident: $($name:ident),+;)+) => {
        engine!(sqlite, crate::contract::engines::fresh_sqlite, 48, $($noun: $($name),+;)+);
        #[cfg(feature = "postgres-tests")]
        engine!(postgres, crate::contract::engines::fresh_postgres, 6, $($noun: $($name),+;)+);
    };
}

macro_rules! engine {
    ($engine:ident, $fresh:path, $cases:literal, $($noun:ident: $($name:ident),+;)+) => {
        #[cfg(test)]
        mod $engine {
            $(mod $noun {
                $(#[tokio::test]
                async fn $name() {
                    let (store, _place) = $fresh();
                    crate::contract::$noun::$name(&store).await;
                })+
            })+

            proptest::proptest! {
                #![proptest_config(proptest::prelude::ProptestConfig::with_cases($cases))]
                #[test]
                fn any_sequence_of_operations_obeys_the_model(
                    operations in crate::contract::model::operations(),
                ) {
                    let (store, _place) = $fresh();
                    crate::contract::model::obeys(&store, &operations);
                }

                #[test]
                fn whoever_was_away_ends_up_as_who_never_was(
                    phases in crate::contract::absences::phases(),
                ) {
                    let (store, _place) = $fresh();
                    crate::contract::absences::end_alike(&store, &phases);
                }
            }
        }
    };
}

contract! {
    users:
        a_user_is_given_back_as_made,
        names_and_addresses_are_unique_in_whatever_case,
        of_many_who_ask_for_a_name_at_once_one_gets_it,
        a_profile_changes_only_where_it_is_told_to,
        sign_in_finds_the_address_before_the_name,
        a_new_password_ends_the_other_sessions,
        of_two_changes_by_one_password_the_second_is_refused,
        a_shut_account_is_shut_at_once,
        last_seen_never_goes_back,
        a_search_finds_the_beginnings_of_words,
        wildcards_in_a_search_are_letters;
    accounts:
        an_erased_account_is_none_any_more,
        whoever_is_erased_does_nothing_and_is_written_to_no_more,
        erasing_tells_those_who_knew_the_user,
        what_the_erased_wrote_is_emptied_step_by_step,
        an_erasure_asked_for_is_made_by_the_next_step,
        very_many_conversations_are_left_in_steps;
    sessions:
        a_session_opens_until_it_is_revoked,
        a_sign_in_under_way_outlives_no_change,
        a_used_refresh_token_ends_its_session,
        a_refresh_token_runs_out,
        ended_sessions_are_forgotten_up_to_the_limit,
        acquaintances_are_friends_and_conversations;
    friends:
        a_request_that_is_accepted_makes_friends_and_a_conversation,
        a_request_waits_once_between_two,
        requests_both_ways_at_once_leave_one,
        friends_cannot_ask_again_until_they_part,
        a_rejected_request_is_closed,
        only_the_sender_takes_a_request_back,
        nobody_befriends_oneself_or_nobody;
    blocks:
        a_block_is_made_once_and_heard_by_both,
        a_block_refuses_both_sides_and_deletes_nothing,
        no_conversation_and_no_friendship_begins_under_a_block,
        shared_groups_go_on_and_name_their_blocks,
        blocks_are_listed_by_name;
    conversations:
        two_who_write_to_each_other_at_once_share_one_conversation,
        only_friends_where_contacts_says_so,
        a_group_holds_whom_it_was_made_with_once,
        a_group_of_unknown_users_is_refused,
        a_list_is_paged_by_activity,
        own_settings_change_silently_and_group_settings_by_event,
        strangers_are_refused_everywhere;
    members:
        who_is_brought_in_sees_what_comes_from_then_on,
        a_removed_member_gets_no_more_messages,
        who_comes_back_sees_both_times_and_not_the_gap,
        events_name_those_who_may_not_see_their_message,
        an_owner_who_leaves_hands_over,
        roles_decide_who_removes_whom,
        only_the_owner_gives_roles,
        a_group_is_full_at_its_bound,
        the_last_one_may_leave;
    messages:
        a_message_is_given_back_as_sent,
        a_repeat_gives_the_first_message,
        a_repeat_inside_a_batch_leaves_no_hole,
        a_poisoned_send_fails_alone,
        a_member_removed_meanwhile_is_refused,
        a_reply_must_be_to_what_the_sender_sees,
        members_are_mentioned_and_strangers_are_not,
        only_the_author_edits,
        deleting_empties_a_message_for_good,
        group_admins_delete_what_others_wrote;
    message_search:
        every_word_is_found_and_by_its_beginning_if_asked,
        only_what_one_may_see_is_found,
        what_is_edited_or_deleted_is_found_as_it_is,
        hits_are_paged_newest_first_over_all_conversations;
    history:
        windows_at_all_edges_agree_with_the_list,
        media_are_paged_newest_first,
        one_message_is_for_those_who_may_see_it;
    reads:
        one_mark_of_eight_leaves_seven_and_the_last_none,
        a_mark_stays_as_it_was_first_made,
        own_and_deleted_messages_are_passed_over,
        a_mark_on_a_message_deleted_since_is_not_covered_twice,
        unknown_or_hidden_messages_mark_nothing,
        reading_to_a_place_covers_what_was_left_out,
        an_event_names_the_last_thousand,
        one_reading_of_many_shows_on_every_page,
        marks_in_several_conversations_are_told_apart;
    reactions:
        a_reaction_is_given_once_and_taken_back_once,
        reactions_have_a_bound_and_end_with_their_message,
        reactions_are_for_those_who_see_the_message;
    exports:
        an_export_holds_what_is_the_users_own,
        an_export_is_the_same_in_parts_of_any_size;
    uploads:
        an_upload_is_given_back_as_it_was_made,
        the_same_bytes_are_stored_once,
        two_who_store_the_same_at_once_share_what_is_there_first,
        bytes_that_are_being_removed_are_not_held_again,
        a_message_holds_its_file_and_shows_it_everywhere,
        only_who_sees_a_message_with_it_may_read_or_send_a_file,
        a_file_goes_with_the_last_message_that_has_it,
        a_file_that_was_let_go_may_be_sent_again_until_it_is_removed,
        an_upload_that_is_never_sent_goes_when_its_time_is_over,
        what_a_user_uploads_is_bounded_together,
        an_erased_account_lets_go_of_its_files,
        an_export_names_the_files;
    calls:
        a_call_rings_once_between_two,
        of_two_who_call_each_other_at_once_one_does,
        only_members_call_each_other_and_not_under_a_block,
        calls_of_one_caller_have_a_bound,
        one_device_answers_and_the_call_is_between_two_devices,
        a_stranger_and_another_calls_id_are_refused_alike,
        either_ends_it_once_and_it_is_told_by_what_came_of_it,
        a_call_that_nobody_answers_is_missed,
        who_does_not_come_back_loses_the_call,
        who_comes_back_in_time_is_given_what_is_lacking,
        after_a_restart_everybody_has_to_come_back,
        of_a_user_without_devices_every_call_is_left,
        a_history_is_paged_from_both_sides;
    pushes:
        a_device_keeps_its_id_and_moves_to_who_registers_it_last,
        devices_leave_with_their_session_and_their_account,
        the_device_that_registered_longest_ago_makes_room,
        a_message_is_pushed_to_the_devices_of_the_others_once,
        who_gets_a_device_or_joins_later_is_pushed_to,
        messages_that_wait_make_one_push_with_a_count,
        what_is_leased_and_not_settled_comes_again,
        a_reading_clears_what_devices_show,
        a_device_that_the_provider_does_not_know_goes,
        what_decides_is_told_with_a_push,
        a_call_rings_on_every_device_until_one_takes_it,
        a_call_that_nobody_took_is_pushed_as_missed,
        two_workers_share_what_is_due,
        tests_and_the_key_are_kept;
    durable_events:
        positions_grow_and_revs_have_no_holes,
        a_write_happens_though_nobody_waits_for_it,
        events_are_given_once_and_before_the_answer,
        whoever_hears_others_hears_its_own_once_and_in_order,
        closing_drains_what_is_queued,
        a_store_that_works_says_so;
    log:
        what_was_missed_is_given_page_by_page_in_order,
        a_message_is_given_as_it_is_now,
        marks_of_one_reader_come_at_once_to_those_who_hear_them,
        whoever_went_is_told_so_and_nothing_after,
        whoever_came_is_given_nothing_from_before,
        what_is_a_users_own_is_given_to_them_alone,
        what_is_proven_is_passed_over,
        the_log_is_trimmed_but_for_its_last_row;
    views:
        a_session_views_what_it_entered_while_its_user_is_a_member,
        views_have_a_bound_and_an_end;
    catch_up:
        a_client_is_given_what_it_lacks_up_to_the_limits,
        what_is_not_the_users_is_removed;
}

#[test]
fn every_method_of_every_port_occurs_in_the_contract() {
    let read_all = |folder: &str| -> String {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = std::fs::read_dir(path).unwrap();
        entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    };
    let ports = read_all("src/ports") + include_str!("../src/ports.rs");
    let contract = read_all("tests/contract");
    // What has a body there is no engine's to do.
    let declared = ports.lines().filter(|line| !line.ends_with('{'));
    let methods: Vec<&str> =
        declared.filter_map(|line| line.strip_prefix("    fn ")?.split('(').next()).collect();
    assert!(methods.len() > 40, "{methods:?}");
    for method in methods {
        assert!(contract.contains(&format!(".{method}(")), "{method} is in no contract test");
    }
}
