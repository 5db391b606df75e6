//! Assumptions for simulation: they speak of things that exist, and they do not contradict each
//! other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checking, measures::Sources};
use crate::{
    assumptions::{
        Assumptions, AttendanceAssumption, Attrition, ByArm, Course, Missingness, Preterm, Spread,
    },
    id::{ArmId, ItemId, MeasureId},
    missing::Missing,
    near_miss::listed,
    problem::Problem,
    shape::Thing,
    written::{At, Node, Value, Written},
};

mod attributes;
mod correlations;

/// Measures of a scheme's events that simulation does not assume but gets.
const FOLLOWS_FROM_ACTS: &[&str] = &[
    "density",
    "reciprocity",
    "centralisation",
    "isolates",
    "infants-addressed",
];

impl Checking<'_> {
    pub(super) fn assumptions(
        &mut self,
        root: &Written,
        sources: &Sources<'_>,
        measures: &BTreeSet<String>,
    ) -> Option<Assumptions> {
        let table = root.table("simulation")?;
        self.check_numbers_of_dyads(root, table);
        let age = table.table("age-at-enrolment-days");
        let age_at_enrolment = age.and_then(|age| self.spread(age));
        let courses = self.courses(table);
        let correlations = self.correlations(table, &courses);
        let missing = table
            .tables("missing")
            .filter_map(|m| self.missingness(m, sources))
            .collect();
        let attributes = self.attribute_assumptions(root, table);
        let attrition = table
            .tables("attrition")
            .filter_map(|a| self.attrition(a))
            .collect();
        self.check_outcomes_have_a_course(root, table, measures);
        Some(Assumptions {
            dyads: counts(table, "dyads"),
            dyads_by_arm: counts(table, "dyads-by-arm"),
            enrolment: self.enrolment(table)?,
            age_at_enrolment: age_at_enrolment?,
            preterm: table.table("preterm").and_then(|preterm| {
                Some(Preterm {
                    share: preterm.number("share")?,
                    weeks_early_at_most: preterm.number("weeks-early-at-most")?,
                })
            }),
            visit_jitter_days: table.number_or_default("visit-jitter-days"),
            courses,
            correlations,
            attrition,
            missingness: missing,
            attributes,
            attendance: self.attendance(table),
        })
    }

    fn enrolment(&mut self, table: &Written) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
        let enrolment = table.table("enrolment")?;
        let (from, to) = (enrolment.date("from")?, enrolment.date("to")?);
        if to < from {
            self.reading.error(
                enrolment.at_key("to"),
                "enrolment ends before it begins",
                "correct 'from' or 'to'",
            );
        }
        Some((from, to))
    }

    /// Dyads are counted by site where sites have arms, and by arm where dyads have their own.
    fn check_numbers_of_dyads(&mut self, root: &Written, table: &Written) {
        let study = root.table("study");
        let Some(allocation) = study.and_then(|study| study.text("allocation")) else {
            return;
        };
        let (key, other) = match allocation {
            "dyad" | "randomised-dyad" | "dyad-not-stated" => ("dyads-by-arm", "dyads"),
            _ => ("dyads", "dyads-by-arm"),
        };
        if let Some(entry) = table.entry(other) {
            self.reading.error(
                entry.key_at,
                format!("with allocation '{allocation}' dyads are counted in '{key}'"),
                format!("write {key} = {{ … }} in place of '{other}'"),
            );
        } else if !table.has(key) {
            self.reading.error(
                table.at,
                "the simulation does not say how many dyads there are",
                match key {
                    "dyads" => "add dyads = { … } with a number for each site",
                    _ => "add dyads-by-arm = { … } with a number for each arm",
                },
            );
        }
        let thing = if key == "dyads" {
            Thing::Site
        } else {
            Thing::Arm
        };
        if table.node(key).is_some() {
            self.check_each_has_one(table, key, thing);
        }
    }

    /// A map must have an entry for each arm, or each site.
    fn check_each_has_one(&mut self, table: &Written, key: &str, thing: Thing) {
        let named: Vec<_> = table
            .map(key)
            .iter()
            .filter_map(|(name, _)| Some(name.text_at()?.text))
            .collect();
        let absent: Vec<_> = self
            .index
            .all(thing)
            .filter(|id| !named.contains(id))
            .map(str::to_owned)
            .collect();
        // An id that is unknown here was probably meant to be one of the absent.
        let knows_all = named.iter().all(|id| self.index.has(thing, id));
        let is_clear = table.is_whole_at(key) && knows_all && self.index.is_sure(thing);
        if !absent.is_empty() && is_clear {
            self.reading.error(
                table.at_key(key),
                format!(
                    "'{key}' has no number for {}",
                    listed(absent.iter().map(String::as_str))
                ),
                format!("add a number for each {}", thing.noun()),
            );
        }
    }

    fn spread(&mut self, table: &Written) -> Option<Spread> {
        let spread = Spread {
            mean: table.number("mean")?,
            sd: table.number("sd")?,
            minimum: table.number("minimum")?,
            maximum: table.number("maximum")?,
        };
        self.check_bounds(table);
        let within = spread.minimum <= spread.mean && spread.mean <= spread.maximum;
        if !within && spread.minimum < spread.maximum {
            self.reading.error(
                table.at_key("mean"),
                "the mean lies outside 'minimum' and 'maximum'",
                "correct one of the three",
            );
        }
        Some(spread)
    }

    fn courses(&mut self, table: &Written) -> Vec<Course> {
        let mut courses = Vec::new();
        let mut seen: BTreeMap<&str, At> = BTreeMap::new();
        for course in table.tables("course") {
            for key in ["start", "per-month"] {
                if matches!(
                    course.node(key).map(|node| &node.value),
                    Some(Value::Map(_))
                ) {
                    self.check_each_has_one(course, key, Thing::Arm);
                }
            }
            if let Some(measure) = course.text_at("measure")
                && let Some(first) = seen.insert(measure.text, measure.at)
            {
                let first = self.reading.place(first);
                let problem = Problem::error(
                    self.reading.place(measure.at),
                    format!("'{}' has two courses", measure.text),
                )
                .with_remedy("keep one of the two")
                .with_second(first, "the first one");
                self.reading.problems.push(problem);
            }
            courses.extend(read_course(course));
        }
        courses
    }

    fn attrition(&mut self, table: &Written) -> Option<Attrition> {
        let reasons = self.weights(table, "reasons");
        Some(Attrition {
            arm: table.text("arm").map(ArmId::new),
            per_month: table.number("per-month")?,
            reasons,
            withdraws_consent: table.yes_no_or_default("withdraws-consent"),
        })
    }

    fn missingness(&mut self, table: &Written, sources: &Sources<'_>) -> Option<Missingness> {
        let measure = table.text("measure")?;
        if let Some(item) = table.text_at("item") {
            let planned = measure.split_once('.').and_then(|(source, _)| {
                sources
                    .instruments
                    .iter()
                    .find(|planned| &*planned.id == source)
            });
            if let Some(planned) = planned {
                self.check_item(item, planned);
            }
        }
        let reasons = self.weights(table, "reasons");
        Some(Missingness {
            measure: MeasureId::new(measure),
            item: table.text("item").map(ItemId::new),
            share: table.number("share")?,
            reasons: reasons
                .into_iter()
                .filter_map(|(words, weight)| Some((Missing::from_words(&words)?, weight)))
                .collect(),
        })
    }

    /// Names and weights; at least one is needed.
    fn weights(&mut self, table: &Written, key: &str) -> Vec<(String, f64)> {
        let weights: Vec<(String, f64)> = table
            .map(key)
            .iter()
            .filter_map(|(name, weight)| Some((name.text_at()?.text.to_owned(), weight.number()?)))
            .collect();
        if table.is_empty_at(key) {
            self.reading.error(
                table.at_key(key),
                format!("'{key}' names nothing"),
                "name at least one, with its weight",
            );
        }
        weights
    }

    fn attendance(&mut self, table: &Written) -> Vec<AttendanceAssumption> {
        let attendance = |table: &Written| {
            Some(AttendanceAssumption {
                arm: ArmId::new(table.text("arm")?),
                every_days: table.count("every-days")?,
                share: table.number("share")?,
                sd_logit: table.number_or_default("sd-logit"),
                minutes: table.number("minutes")?,
            })
        };
        table.tables("attendance").filter_map(attendance).collect()
    }

    /// An outcome without a course would have no values in a simulation.
    fn check_outcomes_have_a_course(
        &mut self,
        root: &Written,
        table: &Written,
        measures: &BTreeSet<String>,
    ) {
        let measured = root
            .tables("outcome")
            .filter_map(|outcome| outcome.text_at("measure"));
        for measure in measured.filter(|measure| measures.contains(measure.text)) {
            let (has_one, remedy) = match measure.text.split_once('.') {
                Some(("attendance", _)) => (
                    table.has("attendance"),
                    "add [[simulation.attendance]]".to_owned(),
                ),
                Some(("sessions", _)) => continue,
                // The sociogram follows from the acts, whose number and targets have courses; so do
                // measures that a scheme declares.
                Some((source, of_events))
                    if root.tables("scheme").any(|scheme| {
                        let declared = || {
                            scheme
                                .tables("measure")
                                .any(|m| m.text("id") == Some(of_events))
                        };
                        scheme.text("id") == Some(source)
                            && (FOLLOWS_FROM_ACTS.contains(&of_events) || declared())
                    }) =>
                {
                    continue;
                }
                _ => (
                    table.tables("course").any(|course| {
                        !course.has("measure") || course.text("measure") == Some(measure.text)
                    }),
                    format!(
                        "add [[simulation.course]] with measure = \"{}\"",
                        measure.text
                    ),
                ),
            };
            if !has_one {
                self.reading.warning(
                    measure.at,
                    "the simulation assumes nothing about this measure, so it will have no values",
                    remedy,
                );
            }
        }
    }
}

fn read_course(table: &Written) -> Option<Course> {
    let number = |key| table.number_or_default(key);
    Some(Course {
        measure: MeasureId::new(table.text("measure")?),
        start: by_arm(table.node("start")?),
        per_month: by_arm(table.node("per-month")?),
        phase_shift: numbers(table.node("phase-shift")),
        sd_between: table.number("sd-between")?,
        sd_slope: number("sd-slope"),
        correlation: number("correlation"),
        sd_within: table.number("sd-within")?,
        sd_site: number("sd-site"),
        sd_item: number("sd-item"),
    })
}

fn by_arm(node: &Node) -> ByArm {
    match node.number() {
        Some(number) => ByArm::Every(number),
        None => ByArm::Each(numbers(Some(node))),
    }
}

fn numbers<T: From<String>>(node: Option<&Node>) -> Vec<(T, f64)> {
    let Some(Value::Map(pairs)) = node.map(|node| &node.value) else {
        return Vec::new();
    };
    pairs
        .iter()
        .filter_map(|(name, number)| {
            Some((T::from(name.text_at()?.text.to_owned()), number.number()?))
        })
        .collect()
}

fn counts<T: From<String>>(table: &Written, key: &str) -> Vec<(T, u32)> {
    let count = |node: &Node| match node.value {
        Value::Integer(count) => u32::try_from(count).ok(),
        _ => None,
    };
    table
        .map(key)
        .iter()
        .filter_map(|(name, number)| {
            Some((T::from(name.text_at()?.text.to_owned()), count(number)?))
        })
        .collect()
}
