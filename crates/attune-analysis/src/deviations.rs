//! Departures from the plan: those that the team told, then those that the program saw.

use attune_protocol::study::StudyStatus;

use crate::{
    finding::{Answered, INFERENCE_REPLACED},
    findings::DeviationNote,
    long_table::LongTable,
    words,
};

/// All departures.
pub fn deviations(long: &LongTable<'_>, answered: &[Answered]) -> Vec<DeviationNote> {
    let told = long
        .protocol
        .deviations
        .iter()
        .map(|deviation| DeviationNote {
            date: Some(deviation.date.to_string()),
            analysis: deviation.analysis.as_ref().map(ToString::to_string),
            what: deviation.what.clone(),
            why: deviation.why.clone(),
        });
    let mut notes: Vec<DeviationNote> = told.collect();
    notes.extend(sample_sizes(long));
    notes.extend(empty_waves(long));
    for one in answered {
        notes.extend(of_analysis(one));
    }
    notes
}

fn seen(analysis: Option<&str>, what: String, why: &str) -> DeviationNote {
    DeviationNote {
        date: None,
        analysis: analysis.map(str::to_owned),
        what,
        why: why.to_owned(),
    }
}

/// Sites that enrolled fewer than planned, once enrolment has ended.
fn sample_sizes(long: &LongTable<'_>) -> Vec<DeviationNote> {
    let ended = matches!(
        long.protocol.study.status,
        StudyStatus::FollowUp | StudyStatus::Completed | StudyStatus::Stopped
    );
    if !ended {
        return Vec::new();
    }
    let mut enrolled = vec![0_usize; long.protocol.sites.len()];
    for unit in long.participants() {
        if let Some(site) = long.units[unit].site {
            enrolled[site] += 1;
        }
    }
    let short = long
        .protocol
        .sites
        .iter()
        .zip(enrolled)
        .filter_map(|(site, enrolled)| {
            let planned = usize::try_from(site.planned_dyads?).ok()?;
            (enrolled < planned).then(|| {
                let what = format!(
                    "{} enrolled {} of {} planned.",
                    site.label,
                    words::count(enrolled),
                    words::count_of(planned, "dyad", "dyads")
                );
                seen(None, what, "seen in the data; the reason is not recorded")
            })
        });
    short.collect()
}

/// Outcomes without any value at a wave at which they are planned.
fn empty_waves(long: &LongTable<'_>) -> Vec<DeviationNote> {
    let mut notes = Vec::new();
    for (position, outcome) in long.protocol.outcomes.iter().enumerate() {
        for wave in long.waves_of(position) {
            if long.values_at(position, wave).iter().all(Option::is_none) {
                let wave = &long.protocol.waves[wave].label;
                let what = format!(
                    "{} has no value at {wave}, where it is planned.",
                    outcome.label
                );
                notes.push(seen(
                    None,
                    what,
                    "seen in the data; the reason is not recorded",
                ));
            }
        }
    }
    notes
}

fn of_analysis(answered: &Answered) -> Vec<DeviationNote> {
    let id = Some(answered.finding.id.as_str());
    if let Some(reason) = &answered.not_run {
        return vec![seen(
            id,
            "The planned model was not run.".to_owned(),
            reason,
        )];
    }
    let mut notes = Vec::new();
    if !answered.dropped_columns.is_empty() {
        let what = format!(
            "The planned model was fitted without {}.",
            words::list(&answered.dropped_columns)
        );
        notes.push(seen(
            id,
            what,
            "the data cannot tell these columns from the other terms",
        ));
    }
    if answered
        .finding
        .warnings
        .iter()
        .any(|warning| warning == INFERENCE_REPLACED)
    {
        let what = "The planned inference was replaced.".to_owned();
        notes.push(seen(id, what, INFERENCE_REPLACED));
    }
    for sensitivity in &answered.finding.sensitivity {
        if !sensitivity.was_run() {
            let what = format!("The analysis “{}” was not run.", sensitivity.label);
            let why = sensitivity
                .warnings
                .first()
                .map_or("the reason is not known", String::as_str);
            notes.push(seen(id, what, why));
        }
    }
    notes
}
