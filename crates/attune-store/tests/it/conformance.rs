//! One list of promises, kept on both databases.

use std::{future::Future, pin::Pin, sync::Arc};

use crate::{
    accounts, bringing, coded_records, consents, families, forms, quotations, records, requests,
    safety, studies,
    support::{Place, World, postgres::Server},
    videos,
};

type Promise = fn(World) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! promises {
    ($($module:ident :: $name:ident),* $(,)?) => {
        &[$((
            stringify!($name),
            |world| Box::pin($module::$name(world)),
        )),*]
    };
}

const PROMISES: &[(&str, Promise)] = promises![
    requests::a_request_sent_again_gets_the_first_receipt,
    requests::a_key_serves_one_request_only,
    requests::of_several_commands_all_are_stored_or_none,
    requests::each_row_of_the_log_holds_the_hash_of_the_one_before,
    requests::the_tables_can_be_made_again_from_the_log,
    requests::all_tables_are_known_by_name,
    accounts::a_login_belongs_to_one_person,
    accounts::secrets_are_not_in_the_log,
    accounts::codes_work_once,
    accounts::sessions_end_by_rest_by_age_and_by_order,
    accounts::a_closed_account_has_no_session,
    accounts::roles_have_sites_and_days,
    studies::a_study_keeps_all_versions_of_its_folder,
    studies::arms_are_revealed_after_the_plan_is_sealed,
    families::twins_are_two_dyads_with_one_carer,
    families::a_family_moves_leaves_and_returns,
    families::responsibility_may_go_to_an_authority,
    families::somebody_blind_gets_no_arm_in_any_answer,
    families::an_arm_is_corrected_with_a_reason_and_the_first_one_counts,
    families::a_clinician_is_named_for_a_site,
    families::names_are_found_by_a_blind_index_and_opened_on_the_record,
    families::ages_are_known_without_opening_names,
    families::erased_names_cannot_be_opened_and_the_chain_is_whole,
    consents::no_form_before_consent,
    consents::a_refusal_for_one_of_the_two_is_a_refusal,
    consents::a_withdrawal_tells_its_effect_and_is_in_force_at_once,
    consents::who_withdrew_from_taking_part_is_not_brought_back_under_the_old_code,
    consents::earlier_answers_count_until_the_family_answers_here,
    consents::erased_answers_leave_tables_and_log,
    consents::the_text_that_was_shown_must_be_the_study_s,
    quotations::nobody_is_quoted_without_consent_and_all_faults_are_told_at_once,
    quotations::a_withdrawal_takes_quoted_words_out_of_tables_and_log,
    quotations::a_quotation_is_removed_by_its_id,
    forms::a_change_after_the_first_save_needs_a_reason,
    forms::a_stale_change_is_refused,
    forms::each_field_has_its_history,
    forms::a_unit_has_an_instrument_once_in_a_wave,
    forms::locked_forms_stay_and_a_change_undoes_the_signature,
    forms::two_entries_are_compared_and_settled,
    forms::queries_are_raised_answered_and_closed,
    forms::alerts_come_with_their_form_and_are_acknowledged_once,
    forms::wrong_names_are_told_all_at_once,
    forms::answers_have_a_typed_view,
    records::the_schedule_knows_due_overdue_and_not_done,
    records::a_reading_that_nobody_waits_for_leaves_nothing_open,
    records::an_imported_study_has_the_same_measures_as_its_files,
    records::withdrawn_families_leave_the_records,
    videos::a_coding_grows_change_by_change_and_is_made_again_from_the_log,
    videos::two_browsers_never_overwrite_each_other,
    videos::only_the_coder_changes_a_coding_and_only_while_it_is_open,
    videos::what_the_scheme_does_not_hold_is_refused_with_all_faults,
    videos::consent_governs_playing_and_withdrawal_deletes_files_and_codes,
    videos::every_file_of_a_recording_goes_with_a_withdrawal_also_from_the_backups,
    videos::cameras_lie_where_they_were_laid_and_impossible_places_are_refused,
    bringing::a_project_is_brought_whole_and_deleted_again,
    bringing::of_a_project_with_one_fault_nothing_is_brought,
    bringing::work_that_was_done_since_goes_only_where_that_is_said,
    bringing::a_withdrawal_deletes_what_was_brought_of_the_family,
    videos::a_coder_is_told_a_neutral_name_and_nothing_of_the_recording,
    coded_records::a_coding_of_the_room_measures_what_the_same_file_measures,
    coded_records::an_unfinished_coding_is_missing_and_never_zero,
    coded_records::training_and_standards_never_count_and_second_codings_only_beside_a_first,
    coded_records::withdrawn_codings_vanish_from_the_records,
    coded_records::two_recordings_of_one_visit_are_one_coding_once_both_are_coded,
    coded_records::a_new_version_of_a_scheme_leaves_old_codings_under_theirs,
    safety::a_sound_store_is_found_sound,
    safety::a_backup_is_checked_and_can_be_restored,
    safety::a_changed_backup_is_refused,
    safety::a_backup_holds_recordings_and_files_and_names_its_keys,
    safety::a_recording_that_is_missing_or_damaged_is_told,
    safety::a_withdrawal_after_the_backup_reaches_it,
    safety::the_server_makes_backups_by_its_schedule,
    safety::names_are_nowhere_in_the_clear,
    safety::what_was_acknowledged_outlives_a_failed_commit,
];

#[test]
fn sqlite_keeps_every_promise() {
    keep_all(&Place::Lite);
}

#[test]
fn postgres_keeps_every_promise() {
    match Server::start() {
        Ok(server) => keep_all(&Place::Postgres(Arc::new(server))),
        Err(why) => println!("SKIPPED, nothing was tested on PostgreSQL: {why}"),
    }
}

#[test]
fn a_store_moves_from_sqlite_to_postgres() {
    match Server::start() {
        Ok(server) => {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(safety::moved(server));
        }
        Err(why) => println!("SKIPPED, nothing was moved to PostgreSQL: {why}"),
    }
}

fn keep_all(place: &Place) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (name, promise) in PROMISES {
        println!("{name}");
        runtime.block_on(async { promise(World::new(place).await).await });
    }
}
