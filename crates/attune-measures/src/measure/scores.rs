//! Scores of instruments as rows: for each unit and score one row per visit, and one per planned
//! visit without a record.

use std::sync::Arc;

use attune_protocol::{
    Protocol,
    data::DataContent,
    design::Wave,
    id::{ItemId, MeasureId},
    instrument::{PlannedInstrument, ScoreRule},
    missing::Missing,
    plan::About,
};
use attune_records::{
    Records,
    records::{Assessment, When},
    source::Source,
};

use super::occasion::{DataCut, Occasion, Who};
use crate::{measures::Measure, scoring::score_answers};

/// An instrument with the names of its measures.
pub(super) struct ScoredInstrument<'a> {
    pub planned: &'a PlannedInstrument,
    /// One per score, in the order of the definition.
    pub measures: Vec<MeasureId>,
}

impl ScoredInstrument<'_> {
    /// The kind of unit: what is about an infant or a carer is measured of the dyad.
    pub fn unit_kind(&self) -> About {
        match self.planned.about {
            About::Infant | About::Carer => About::Dyad,
            other => other,
        }
    }
}

/// Instruments that a data file holds or that have records, in the protocol's order.
pub(super) fn instruments_with_data<'a>(
    protocol: &'a Protocol,
    records: &Records,
) -> Vec<ScoredInstrument<'a>> {
    let has_file = |planned: &PlannedInstrument| {
        protocol.data.iter().any(|data| match &data.content {
            DataContent::Assessments(columns) => columns.instrument == planned.id,
            _ => false,
        })
    };
    let has_records = |planned: &PlannedInstrument| {
        let mut assessments = records.assessments.iter();
        assessments.any(|one| one.instrument == planned.id)
    };
    let planned = protocol.instruments.iter();
    planned
        .filter(|planned| has_file(planned) || has_records(planned))
        .map(|planned| ScoredInstrument {
            planned,
            measures: planned
                .definition
                .scores
                .iter()
                .map(|score| MeasureId::of(&planned.id, &score.id))
                .collect(),
        })
        .collect()
}

/// The assessments of a unit, all instruments together; records are sorted by unit.
pub(super) fn assessments_of<'a>(records: &'a Records, unit: &Arc<str>) -> &'a [Assessment] {
    let all = &records.assessments;
    let start = all.partition_point(|one| one.unit < *unit);
    let of_unit = all[start..].iter().take_while(|one| one.unit == *unit);
    &all[start..start + of_unit.count()]
}

/// One visit of a unit, done or only planned, with a value and a source for each score.
struct Visit {
    occasion: Occasion,
    values: Vec<(Result<f64, Missing>, Option<Source>)>,
}

/// Adds the rows of an instrument for a unit.
pub(super) fn score_rows(
    protocol: &Protocol,
    instrument: &ScoredInstrument<'_>,
    who: &Who<'_>,
    of_unit: &[Assessment],
    cut: DataCut<'_>,
    rows: &mut Vec<Measure>,
) {
    let planned = instrument.planned;
    let mut visits: Vec<Visit> = of_unit
        .iter()
        .filter(|one| one.instrument == planned.id)
        .map(|one| visit_done(protocol, planned, who, one))
        .collect();
    let has_record = |wave: &Wave| {
        of_unit
            .iter()
            .any(|one| one.instrument == planned.id && one.wave.as_ref() == Some(&wave.id))
    };
    for wave in protocol
        .waves
        .iter()
        .filter(|wave| planned.waves.contains(&wave.id))
    {
        if !has_record(wave) && who.is_planned(wave) && cut.is_due(who, wave) {
            visits.extend(visit_not_done(instrument, who, wave));
        }
    }
    // Visits without a time keep their place among the waves.
    visits.sort_by(|a, b| match (a.occasion.days, b.occasion.days) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.occasion.date.cmp(&b.occasion.date),
    });
    for (index, measure) in instrument.measures.iter().enumerate() {
        for visit in &mut visits {
            let (value, source) = &mut visit.values[index];
            rows.push(who.row(&visit.occasion, measure, *value, source.take()));
        }
    }
}

fn visit_done(
    protocol: &Protocol,
    planned: &PlannedInstrument,
    who: &Who<'_>,
    assessment: &Assessment,
) -> Visit {
    let wave = assessment.wave.as_ref().and_then(|id| protocol.wave(id));
    let answers: Vec<(ItemId, Result<f64, Missing>)> = assessment
        .answers
        .iter()
        .map(|answer| (answer.item.clone(), answer.value))
        .collect();
    let scores = score_answers(&planned.definition, planned.item_order.as_deref(), &answers);
    let definitions = planned.definition.scores.iter();
    Visit {
        occasion: who.visit(wave, assessment.when),
        values: definitions
            .zip(scores.scores)
            .map(|(definition, score)| {
                let source = source_of(&definition.rule, assessment);
                (score.value, Some(source))
            })
            .collect(),
    }
}

/// The cell of a score that was typed in; the row of a score that was made from several.
fn source_of(rule: &ScoreRule, assessment: &Assessment) -> Source {
    let entered = match rule {
        ScoreRule::Entered(item) => assessment.answers.iter().find(|one| one.item == *item),
        _ => None,
    };
    entered.map_or_else(|| assessment.source.clone(), |answer| answer.source.clone())
}

fn visit_not_done(instrument: &ScoredInstrument<'_>, who: &Who<'_>, wave: &Wave) -> Option<Visit> {
    let occasion = who.visit(Some(wave), When::NotSaid);
    let phases = &instrument.planned.phases;
    if !phases.is_empty()
        && !occasion
            .phase
            .as_ref()
            .is_some_and(|one| phases.contains(one))
    {
        return None;
    }
    let missing = who.why_no_visit(occasion.days);
    let values = instrument.measures.iter().map(|_| (Err(missing), None));
    Some(Visit {
        values: values.collect(),
        occasion,
    })
}
