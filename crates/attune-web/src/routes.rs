//! Everything that can be asked for: the one table of routes. A row says who may ask and what is told
//! of arms; a page that is not here does not exist. Tests walk this table with every role.

use crate::{
    access::Action,
    assets,
    pages::{
        account, alerts, arm_list, arms, assessment, assessments, audit, backups, clinicians, clip,
        clip_uploads, clips, coding_bring, coding_export, coding_list, coding_media, coding_room,
        consent, consent_again, design, enrol, export, families, family, family_changes,
        family_history, findings, first_run, form, health, home, load_study, measures, names,
        people, person, plan, public, queries, quotations, reliability, reports, schedule,
        second_factor, sign_in, study, verification, visits, welcome,
    },
    route::{
        Arms::{AsFindings as Findings, ToThePublic, ToThoseWhoMayKnow, Untold},
        Needs::{May, MayOrAnybody, Nothing, SignedIn},
        Route,
    },
};

/// The table.
#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        // The server itself.
        Route::get("/healthz", Nothing, Untold, health::answer),
        Route::get("/assets/{fingerprint}/{file}", Nothing, Untold, assets::file),
        Route::get("/design", Nothing, Untold, design::page),

        // What anybody may read: released results, which show arms, and texts that the team wrote for all.
        // Blind members of a study are shown its public page without them.
        Route::get("/studies", Nothing, ToThePublic, public::index),
        Route::get("/studies/cookies.html", Nothing, Untold, public::cookies),
        Route::post("/studies/cookies.html", Nothing, Untold, public::choose),
        Route::get("/studies/about.html", Nothing, Untold, public::about),
        Route::get("/studies/publication.css", Nothing, Untold, public::stylesheet),
        Route::get("/studies/icon.svg", Nothing, Untold, public::icon),
        Route::get("/studies/choice.js", Nothing, Untold, public::script),
        Route::get("/studies/{study}/{page}", Nothing, ToThePublic, public::page),
        Route::get("/studies/{study}/figures/{file}", Nothing, ToThePublic, public::figure),
        Route::get("/visits", May(Action::ChangeStudies), Untold, visits::page),
        Route::get("/visits/{figure}", May(Action::ChangeStudies), Untold, visits::figure),

        // The way in and out.
        Route::get("/first-run", Nothing, Untold, first_run::page),
        Route::post("/first-run", Nothing, Untold, first_run::make),
        Route::get("/sign-in", Nothing, Untold, sign_in::page),
        Route::post("/sign-in", Nothing, Untold, sign_in::sign_in),
        Route::get("/sign-in/code", Nothing, Untold, sign_in::code_page),
        Route::post("/sign-in/code", Nothing, Untold, sign_in::code),
        Route::get("/sign-in/again", SignedIn, Untold, sign_in::again_page),
        Route::post("/sign-in/again", SignedIn, Untold, sign_in::again),
        Route::post("/sign-out", Nothing, Untold, sign_in::sign_out),
        Route::get("/welcome", Nothing, Untold, welcome::page),
        Route::post("/welcome", Nothing, Untold, welcome::set),

        // One's own account.
        Route::get("/account", SignedIn, Untold, account::page),
        Route::get("/account/still-here", SignedIn, Untold, account::still_here),
        Route::get("/account/password", SignedIn, Untold, account::password_page),
        Route::post("/account/password", SignedIn, Untold, account::change_password),
        Route::get("/account/second-factor", SignedIn, Untold, second_factor::page),
        Route::get("/account/second-factor/renew", SignedIn, Untold, second_factor::renew_page),
        Route::post("/account/second-factor", SignedIn, Untold, second_factor::keep),
        Route::post("/account/recovery-codes", SignedIn, Untold, second_factor::renew_codes),
        Route::post("/account/sessions/end", SignedIn, Untold, account::end_session),
        Route::post("/account/sessions/end-others", SignedIn, Untold, account::end_other_sessions),

        // People and their roles.
        Route::get("/people", May(Action::ManagePeople), Untold, people::page),
        Route::get("/people/new", May(Action::ManagePeople), Untold, people::new_page),
        Route::post("/people/new", May(Action::ManagePeople), Untold, people::add),
        Route::get("/people/{account}", May(Action::ManagePeople), Untold, person::page),
        Route::post("/people/{account}/roles", May(Action::ManagePeople), Untold, person::give_role),
        Route::post("/people/{account}/roles/end", May(Action::ManagePeople), Untold, person::end_role),
        Route::post("/people/{account}/code", May(Action::ManagePeople), Untold, person::issue_code),
        Route::post("/people/{account}/second-factor/remove", May(Action::ManagePeople), Untold, person::remove_second_factor),
        Route::post("/people/{account}/sessions/end", May(Action::ManagePeople), Untold, person::end_sessions),
        Route::post("/people/{account}/close", May(Action::ManagePeople), Untold, person::close),
        Route::post("/people/{account}/open", May(Action::ManagePeople), Untold, person::open),

        // Studies.
        Route::get("/", SignedIn, Untold, home::page),
        Route::get("/studies/new", May(Action::ChangeStudies), Untold, load_study::page),
        Route::post("/studies/upload", May(Action::ChangeStudies), Untold, load_study::upload).with_upload(),
        Route::post("/studies/from-inbox", May(Action::ChangeStudies), Untold, load_study::from_inbox),
        Route::post("/studies/from-path", May(Action::ChangeStudies), Untold, load_study::from_path),
        Route::get("/studies/{study}", MayOrAnybody(Action::SeeStudy), ToThoseWhoMayKnow, study::page),

        // From measures to findings.
        Route::get("/studies/{study}/measures", May(Action::SeeMeasures), Untold, measures::page),
        Route::get("/studies/{study}/measures.csv", May(Action::Export), Untold, measures::csv),
        Route::get("/studies/{study}/findings", May(Action::SeeFindings), Findings, findings::page),
        Route::get("/studies/{study}/findings/{finding}", May(Action::SeeFindings), Findings, findings::one),
        Route::get("/studies/{study}/report", May(Action::SeeFindings), Findings, findings::report),
        Route::get("/studies/{study}/reports", May(Action::SeeFindings), Findings, reports::page),
        Route::post("/studies/{study}/reports", May(Action::SeeFindings), Findings, reports::begin),
        Route::get("/studies/{study}/reports/{file}", May(Action::SeeFindings), Findings, reports::file),
        Route::post("/studies/{study}/reports/crate.zip", May(Action::Export), Findings, reports::hand_on),
        Route::get("/studies/{study}/quotations", May(Action::ChooseQuotations), Findings, quotations::page),
        Route::post("/studies/{study}/quotations", May(Action::ChooseQuotations), Findings, quotations::choose),
        Route::post("/studies/{study}/quotations/{quotation}/remove", May(Action::ChooseQuotations), Findings, quotations::remove),
        Route::get("/studies/{study}/plan", May(Action::SeeFindings), ToThoseWhoMayKnow, plan::page),
        Route::post("/studies/{study}/plan/seal", May(Action::SealPlan), Untold, plan::seal),
        Route::get("/studies/{study}/plan/unblind", May(Action::Unblind), Untold, plan::unblind_page),
        Route::post("/studies/{study}/plan/unblind", May(Action::Unblind), Untold, plan::unblind),

        // What was done.
        Route::get("/audit", May(Action::ReadAudit), Untold, audit::page),
        Route::get("/audit/verify", May(Action::ReadAudit), Untold, verification::page),
        Route::get("/studies/{study}/audit", May(Action::ReadAudit), Untold, audit::page),
        Route::get("/studies/{study}/audit/verify", May(Action::ReadAudit), Untold, verification::page),
        Route::get("/backups", May(Action::SeeBackups), Untold, backups::page),
        Route::post("/backups", May(Action::MakeBackups), Untold, backups::make),

        // Coding of video.
        Route::get("/studies/{study}/clips", May(Action::LeadCoding), Findings, clips::page),
        Route::post("/studies/{study}/clips", May(Action::LeadCoding), Findings, clips::take_in),
        Route::post("/studies/{study}/clips/uploads", May(Action::LeadCoding), Findings, clip_uploads::begin),
        Route::post("/studies/{study}/clips/uploads/{upload}/done", May(Action::LeadCoding), Findings, clip_uploads::done),
        Route::post("/studies/{study}/clips/uploads/{upload}/forget", May(Action::LeadCoding), Findings, clip_uploads::forget),
        Route::post("/studies/{study}/clips/uploads/{upload}/{offset}", May(Action::LeadCoding), Findings, clip_uploads::piece).with_upload(),
        Route::get("/studies/{study}/clips/export/{format}", May(Action::LeadCoding), Findings, coding_export::all),
        Route::get("/studies/{study}/clips/{clip}", May(Action::LeadCoding), Findings, clip::page),
        Route::post("/studies/{study}/clips/{clip}/recording", May(Action::LeadCoding), Findings, clip::attach),
        Route::post("/studies/{study}/clips/{clip}/align", May(Action::LeadCoding), Findings, clip::align),
        Route::post("/studies/{study}/clips/{clip}/listen", May(Action::LeadCoding), Findings, clip::listen),
        Route::post("/studies/{study}/clips/{clip}/offer", May(Action::LeadCoding), Findings, clip::offer),
        Route::post("/studies/{study}/clips/{clip}/take-back", May(Action::LeadCoding), Findings, clip::take_back),
        Route::post("/studies/{study}/clips/assign", May(Action::LeadCoding), Findings, clips::assign),
        Route::post("/studies/{study}/clips/assign-one", May(Action::LeadCoding), Findings, clips::assign_one),
        Route::get("/studies/{study}/reliability", May(Action::LeadCoding), Findings, reliability::page),
        Route::get("/studies/{study}/coding", May(Action::CodeVideo), Untold, coding_list::page),
        Route::get("/studies/{study}/coding/bring", May(Action::CodeVideo), Untold, coding_bring::page),
        Route::post("/studies/{study}/coding/bring", May(Action::CodeVideo), Untold, coding_bring::take).with_upload(),
        Route::get("/studies/{study}/coding/{coding}/export", May(Action::CodeVideo), Untold, coding_export::page),
        Route::get("/studies/{study}/coding/{coding}/export/{format}", May(Action::CodeVideo), Untold, coding_export::one),
        Route::get("/studies/{study}/coding/{coding}", May(Action::CodeVideo), Untold, coding_room::page),
        Route::get("/studies/{study}/coding/{coding}/data", May(Action::CodeVideo), Untold, coding_room::data),
        Route::post("/studies/{study}/coding/{coding}/changes", May(Action::CodeVideo), Untold, coding_room::change),
        Route::post("/studies/{study}/coding/{coding}/finish", May(Action::CodeVideo), Untold, coding_room::finish),
        Route::post("/studies/{study}/coding/{coding}/reopen", May(Action::CodeVideo), Untold, coding_room::reopen),
        Route::get("/studies/{study}/coding/{coding}/media/{angle}", May(Action::CodeVideo), Untold, coding_media::media),
        Route::get("/studies/{study}/coding/{coding}/frames/{angle}", May(Action::CodeVideo), Untold, coding_media::frames),
        Route::get("/studies/{study}/coding/{coding}/loudness/{angle}", May(Action::CodeVideo), Untold, coding_media::loudness),
        Route::get("/studies/{study}/coding/{coding}/spectrum/{angle}", May(Action::CodeVideo), Untold, coding_media::spectrum),

        // Families.
        Route::get("/studies/{study}/families", May(Action::SeeFamilies), Untold, families::page),
        Route::post("/studies/{study}/families/find", May(Action::OpenIdentifiers), Untold, families::find),
        Route::get("/studies/{study}/families/new", May(Action::EnrolFamilies), Untold, enrol::page),
        Route::post("/studies/{study}/families/new", May(Action::EnrolFamilies), Untold, enrol::enrol),
        Route::get("/studies/{study}/families/{family}", May(Action::SeeFamilies), ToThoseWhoMayKnow, family::page),
        Route::get("/studies/{study}/families/{family}/history", May(Action::SeeFamilies), ToThoseWhoMayKnow, family_history::page),
        Route::post("/studies/{study}/families/{family}/events", May(Action::EnrolFamilies), Untold, family_changes::event),
        Route::post("/studies/{study}/families/{family}/move", May(Action::EnrolFamilies), Untold, family_changes::move_site),
        Route::post("/studies/{study}/families/{family}/people", May(Action::EnrolFamilies), Untold, family_changes::add_person),
        Route::post("/studies/{study}/families/{family}/people/end", May(Action::EnrolFamilies), Untold, family_changes::end_part),
        Route::post("/studies/{study}/families/{family}/responsibility", May(Action::EnrolFamilies), Untold, family_changes::responsibility),
        Route::get("/studies/{study}/families/{family}/names", May(Action::OpenIdentifiers), Untold, names::page),
        Route::post("/studies/{study}/families/{family}/names/open", May(Action::OpenIdentifiers), Untold, names::open),
        Route::post("/studies/{study}/families/{family}/names/record", May(Action::OpenIdentifiers), Untold, names::record),
        Route::post("/studies/{study}/families/{family}/names/erase", May(Action::EraseIdentifiers), Untold, names::erase),

        // Arms: for those who may know them and nobody else.
        Route::get("/studies/{study}/arms", May(Action::AssignArms), Findings, arms::page),
        Route::get("/studies/{study}/arms/list", May(Action::AssignArms), Findings, arm_list::page),
        Route::post("/studies/{study}/arms/list", May(Action::AssignArms), Findings, arm_list::take).with_upload(),
        Route::get("/studies/{study}/families/{family}/arm", May(Action::AssignArms), Findings, arms::family_page),
        Route::post("/studies/{study}/families/{family}/arm", May(Action::AssignArms), Findings, arms::assign),

        // Consent.
        Route::get("/studies/{study}/consent", May(Action::SeeFamilies), Untold, consent_again::page),
        Route::get("/studies/{study}/families/{family}/consent", May(Action::SeeFamilies), Untold, consent::page),
        Route::post("/studies/{study}/families/{family}/consent", May(Action::RecordConsent), Untold, consent::record),
        Route::get("/studies/{study}/families/{family}/consent/{consent}", May(Action::SeeFamilies), Untold, consent::copy),
        Route::get("/studies/{study}/families/{family}/withdraw", May(Action::RecordConsent), Untold, consent::withdraw_page),
        Route::post("/studies/{study}/families/{family}/withdraw", May(Action::RecordConsent), Untold, consent::withdraw),

        // Schedule and assessments.
        Route::get("/studies/{study}/assessments", May(Action::SeeFamilies), Untold, assessments::page),
        Route::get("/studies/{study}/schedule", May(Action::SeeFamilies), Untold, schedule::page),
        Route::get("/studies/{study}/families/{family}/assessments/new", May(Action::EnterAssessments), Untold, assessment::new_page),
        Route::post("/studies/{study}/families/{family}/assessments/new", May(Action::EnterAssessments), Untold, assessment::begin),
        Route::get("/studies/{study}/families/{family}/assessments/not-done", May(Action::EnterAssessments), Untold, schedule::not_done_page),
        Route::post("/studies/{study}/families/{family}/assessments/not-done", May(Action::EnterAssessments), Untold, schedule::not_done),
        Route::get("/studies/{study}/forms/{form}", May(Action::SeeFamilies), Untold, form::page),
        Route::get("/studies/{study}/forms/{form}/edit", May(Action::EnterAssessments), Untold, assessment::edit_page),
        Route::post("/studies/{study}/forms/{form}/edit", May(Action::EnterAssessments), Untold, assessment::edit),
        Route::get("/studies/{study}/forms/{form}/second", May(Action::EnterAssessments), Untold, form::second_page),
        Route::post("/studies/{study}/forms/{form}/second", May(Action::EnterAssessments), Untold, form::second_entry),
        Route::get("/studies/{study}/forms/{form}/compare", May(Action::EnterAssessments), Untold, form::compare_page),
        Route::post("/studies/{study}/forms/{form}/compare", May(Action::EnterAssessments), Untold, form::settle),
        Route::post("/studies/{study}/forms/{form}/lock", May(Action::LockForms), Untold, form::lock),
        Route::post("/studies/{study}/forms/{form}/sign", May(Action::LockForms), Untold, form::sign),
        Route::post("/studies/{study}/forms/{form}/queries", May(Action::RaiseQueries), Untold, form::raise),
        Route::get("/studies/{study}/queries", May(Action::RaiseQueries), Untold, queries::page),
        Route::post("/studies/{study}/queries/{query}/answer", May(Action::RaiseQueries), Untold, queries::answer),
        Route::post("/studies/{study}/queries/{query}/close", May(Action::CloseQueries), Untold, queries::close),
        Route::post("/studies/{study}/queries/{query}/reopen", May(Action::RaiseQueries), Untold, queries::reopen),
        Route::get("/studies/{study}/alerts", May(Action::AcknowledgeAlerts), Untold, alerts::page),
        Route::get("/studies/{study}/clinicians", May(Action::ChangeStudies), Untold, clinicians::page),
        Route::post("/studies/{study}/clinicians", May(Action::ChangeStudies), Untold, clinicians::name),
        Route::post("/studies/{study}/alerts/{alert}", May(Action::AcknowledgeAlerts), Untold, alerts::acknowledge),

        // What leaves.
        Route::get("/studies/{study}/export", May(Action::Export), Untold, export::page),
        Route::post("/studies/{study}/export", May(Action::Export), ToThoseWhoMayKnow, export::make),
    ]
}
