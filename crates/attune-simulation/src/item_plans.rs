//! Which score decides which items of an instrument.
//!
//! Scores with a declared course come first, in the order of the study file; then the others, in
//! the order of the definition. A score decides its items unless one of them is decided already;
//! what remains is answered at random.

use attune_protocol::{
    Protocol,
    assumptions::Course,
    data::{AssessmentLayout, DataContent},
    id::{ItemId, MeasureId},
    instrument::{Answers, Item, PlannedInstrument, Score},
    plan::About,
    scheme::EventMeasure,
};

use crate::{neutral::neutral_course, score_form::ScoreForm};

/// How the items of one instrument are made.
#[derive(Debug, Clone)]
pub struct ItemPlan {
    /// Scores that decide items.
    pub deciding: Vec<DecidingScore>,
    /// Items that no score decides.
    pub at_random: Vec<(ItemId, Answers)>,
}

/// A score that decides items.
#[derive(Debug, Clone)]
pub struct DecidingScore {
    /// The measure.
    pub measure: MeasureId,
    /// Position of its course among all courses.
    pub course: usize,
    /// How the score follows from the items.
    pub form: ScoreForm,
}

/// The plans of all instruments, in the protocol's order. Scores without a course that decide items
/// get a neutral one, which is added to `courses` and said in `notes`.
pub fn item_plans(
    protocol: &Protocol,
    courses: &mut Vec<Course>,
    notes: &mut Vec<String>,
) -> Vec<ItemPlan> {
    note_unused_courses(protocol, courses, notes);
    let n_declared = courses.len();
    let plan = |planned: &PlannedInstrument| {
        let held = items_in_files(protocol, planned);
        item_plan(planned, n_declared, held.as_deref(), courses, notes)
    };
    protocol.instruments.iter().map(plan).collect()
}

/// The items that the study's files hold; `None` when no file is about the instrument.
fn items_in_files(protocol: &Protocol, planned: &PlannedInstrument) -> Option<Vec<ItemId>> {
    let mut held = None;
    for file in &protocol.data {
        let DataContent::Assessments(columns) = &file.content else {
            continue;
        };
        if columns.instrument != planned.id {
            continue;
        }
        let held = held.get_or_insert_with(Vec::new);
        let order = planned.item_order.as_deref();
        let id = |key: &ItemId| Some(planned.definition.item(order, key)?.id.clone());
        match &columns.layout {
            AssessmentLayout::Visits { items, .. } => {
                held.extend(items.iter().filter_map(|(key, _)| id(key)));
            }
            AssessmentLayout::Values { .. } => {
                let all = &planned.definition.items;
                held.extend(all.iter().map(|item| item.id.clone()));
            }
            AssessmentLayout::Wide { waves } => {
                let items = waves.iter().flat_map(|wave| &wave.items);
                held.extend(items.filter_map(|(key, _)| id(key)));
            }
        }
    }
    held
}

fn item_plan(
    planned: &PlannedInstrument,
    n_declared: usize,
    held: Option<&[ItemId]>,
    courses: &mut Vec<Course>,
    notes: &mut Vec<String>,
) -> ItemPlan {
    let mut plan = ItemPlan {
        deciding: Vec::new(),
        at_random: Vec::new(),
    };
    for (score, declared) in declared_first(planned, &courses[..n_declared]) {
        let measure = MeasureId::of(&planned.id, &score.id);
        let form = ScoreForm::of(&planned.definition, score);
        let Some(form) = form.filter(|form| plan.leaves_free(form)) else {
            if declared.is_some() {
                notes.push(format!(
                    "The course of {measure} is not followed: its items follow another score, or \
                     cannot be made from it."
                ));
            }
            continue;
        };
        let course = declared.unwrap_or_else(|| {
            if held.is_some_and(|held| form.items().iter().any(|item| held.contains(item))) {
                notes.push(format!(
                    "No course of {measure} is assumed: it stays in the middle of its range in \
                     every arm."
                ));
            }
            courses.push(neutral_course(
                measure.clone(),
                (score.minimum, score.maximum),
            ));
            courses.len() - 1
        });
        plan.deciding.push(DecidingScore {
            measure,
            course,
            form,
        });
    }
    let undecided = |item: &&Item| !plan.decides(&item.id);
    let items = planned.definition.items.iter().filter(undecided);
    let at_random: Vec<(ItemId, Answers)> = items
        .map(|item| (item.id.clone(), item.answers.clone()))
        .collect();
    plan.at_random = at_random;
    plan
}

/// Scores with the position of their declared course: those that have one first, in its order.
fn declared_first<'a>(
    planned: &'a PlannedInstrument,
    declared: &[Course],
) -> Vec<(&'a Score, Option<usize>)> {
    let position = |score: &Score| {
        let measure = MeasureId::of(&planned.id, &score.id);
        declared.iter().position(|course| course.measure == measure)
    };
    let scores = planned.definition.scores.iter();
    let mut ordered: Vec<(&Score, Option<usize>)> =
        scores.map(|score| (score, position(score))).collect();
    ordered.sort_by_key(|(_, position)| position.unwrap_or(usize::MAX));
    ordered
}

/// Whether it is a measure of coded sessions or dyads from whose course their events and ratings are drawn.
fn is_assumed_of_events(protocol: &Protocol, measure: &MeasureId) -> bool {
    protocol.schemes.iter().any(|scheme| {
        let is_of_dyads = scheme.about != About::Session;
        let ratings = scheme.ratings.iter().map(|rating| &rating.id);
        let mut rated = ratings.chain(scheme.composites.iter().map(|one| &one.id));
        if is_of_dyads && rated.any(|id| MeasureId::of(&scheme.id, id) == *measure) {
            return true;
        }
        scheme.event_measures().into_iter().any(|(name, kind)| {
            let is_drawn = matches!(
                kind,
                EventMeasure::ActsPerMinute
                    | EventMeasure::ToInfantsShare
                    | EventMeasure::AcrossFamilyShare
                    | EventMeasure::Share(_)
            ) || (is_of_dyads && matches!(kind, EventMeasure::PerMinute(_)));
            is_drawn && MeasureId::of(&scheme.id, &name) == *measure
        })
    })
}

fn note_unused_courses(protocol: &Protocol, courses: &[Course], notes: &mut Vec<String>) {
    for course in courses {
        let of_session = course.measure.starts_with("sessions.");
        let of_events = is_assumed_of_events(protocol, &course.measure);
        if !of_session && !of_events && protocol.score(&course.measure).is_none() {
            notes.push(format!(
                "The course of {} is not used: scores of instruments, numbers of sessions, and of coded \
                 sessions the acts per minute, their shares to infants and across families, and the \
                 shares of states, of coded dyads ratings, composites, rates and shares of states can be \
                 made up so far.",
                course.measure
            ));
        }
    }
}

impl ItemPlan {
    fn decides(&self, item: &ItemId) -> bool {
        let mut decided = self.deciding.iter().flat_map(|score| score.form.items());
        decided.any(|known| known == item)
    }

    fn leaves_free(&self, form: &ScoreForm) -> bool {
        let items = form.items();
        !items.is_empty() && !items.into_iter().any(|item| self.decides(item))
    }
}
