//! `/studies/{study}/coding`: what a coder is to code, in their own order, under neutral names. Nothing
//! of a recording is told: not when or where it was made, whom it shows, nor who else codes it.

use askama::Template;
use attune_store::codings::OwnCoding;

use crate::{
    answer::{Answer, page as show},
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "coding_list.html")]
struct CodingList {
    layout: Layout,
    study: String,
    codings: Vec<OwnCoding>,
    n_finished: usize,
    n_assigned: usize,
}

impl CodingList {
    fn next(&self) -> Option<&OwnCoding> {
        let is_open = |coding: &&OwnCoding| !coding.finished && coding.may_play && !coding.is_own;
        self.codings
            .iter()
            .filter(is_open)
            .find(|coding| coding.version > 0)
            .or_else(|| self.codings.iter().find(is_open))
    }
}

/// `GET /studies/{study}/coding`.
pub async fn page(visit: Visit) -> Answer {
    let study = visit.study()?.id.clone();
    // What a family withdrew goes as soon as anybody looks; a disk that fails keeps nobody from coding.
    if let Err(error) = visit.app.store().honour_withdrawals(&study, visit.at).await {
        tracing::error!(%error, "withdrawn recordings could not be deleted");
    }
    let codings = visit
        .app
        .store()
        .own_codings(&study, visit.person()?.id)
        .await?;
    show(&CodingList {
        layout: Layout::of(&visit, "Clips to code"),
        study: study.to_string(),
        n_finished: codings
            .iter()
            .filter(|coding| coding.finished && !coding.is_own)
            .count(),
        n_assigned: codings.iter().filter(|coding| !coding.is_own).count(),
        codings,
    })
}

/// Minutes and seconds of a length in microseconds.
pub fn length(micros: &i64) -> String {
    let seconds = (micros + 500_000) / 1_000_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
