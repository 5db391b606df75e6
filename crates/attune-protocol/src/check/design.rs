//! Arms, phases, sites and waves.

use jiff::civil::Date;

use super::Checking;
use crate::{
    design::{Arm, Phase, Since, Site, Timing, Wave, Window},
    id::{ArmId, PhaseId, SiteId, WaveId},
    problem::Problem,
    shape::Thing,
    study::Allocation,
    time_phrase,
    written::{At, Written},
};

pub(super) fn arms(root: &Written) -> Vec<Arm> {
    let arm = |table: &Written| {
        Some(Arm {
            id: ArmId::new(table.text("id")?),
            label: table.string("label")?,
            description: table.string("description"),
            receives_programme: table.yes_no_or_default("receives-programme"),
        })
    };
    root.tables("arm").filter_map(arm).collect()
}

pub(super) fn phases(root: &Written) -> Vec<Phase> {
    let phase = |table: &Written| {
        Some(Phase {
            id: PhaseId::new(table.text("id")?),
            label: table.string("label")?,
            description: table.string("description"),
        })
    };
    root.tables("phase").filter_map(phase).collect()
}

/// One of the two ways in which a site names what holds there.
struct Held<'a> {
    one: &'static str,
    several: &'static str,
    table: &'a Written,
}

impl Checking<'_> {
    pub(super) fn sites(&mut self, root: &Written, allocation: Allocation) -> Vec<Site> {
        let mut sites = Vec::new();
        for table in root.tables("site") {
            let arms = self.held(&Held {
                one: "arm",
                several: "arms",
                table,
            });
            let phases = self.held(&Held {
                one: "phase",
                several: "phases",
                table,
            });
            self.check_site_arms(root, table, allocation);
            if let (Some(id), Some(label)) = (table.text("id"), table.string("label")) {
                sites.push(Site {
                    id: SiteId::new(id),
                    label,
                    kind: table.string("kind"),
                    arms: since(arms),
                    phases: since(phases),
                    planned_dyads: table.count("planned-dyads"),
                });
            }
        }
        self.check_there_is_a_design(root, allocation);
        sites
    }

    /// A study that collects or compares something has sites, and arms unless it says that there are
    /// none. One that only has a page needs neither.
    fn check_there_is_a_design(&mut self, root: &Written, allocation: Allocation) {
        let collects = ["data", "simulation", "analysis"]
            .iter()
            .any(|key| root.has(key));
        if !collects || !root.has("study") {
            return;
        }
        let at = root.at_key("study");
        if !root.has("site") {
            self.reading.error(
                at,
                "the study has no [[site]]",
                "add at least one: [[site]] with id and label",
            );
        }
        if allocation != Allocation::None && !root.has("arm") {
            self.reading.error(
                at,
                "the study allocates to arms and has no [[arm]]",
                "add the arms, the reference first, or write allocation = \"none\"",
            );
        }
    }

    /// What a site names under `arm` or `arms`, with dates that rise.
    fn held(&mut self, held: &Held<'_>) -> Vec<(String, Option<Date>)> {
        let Held {
            one,
            several,
            table,
        } = held;
        if table.has(one) && table.has(several) {
            self.reading.error(
                table.at_key(several),
                format!("this site has both '{one}' and '{several}'"),
                format!("keep '{one}' if it never changes, otherwise '{several}'"),
            );
        }
        if let Some(what) = table.text(one) {
            return vec![(what.to_owned(), None)];
        }
        let mut spans: Vec<(String, Option<Date>)> = Vec::new();
        for (position, span) in table.tables(several).enumerate() {
            let from = span.date("from");
            if position > 0 && !span.has("from") {
                self.reading.error(
                    span.at,
                    format!("this {one} has no 'from'"),
                    "add the first day on which it holds; only the first may leave it out",
                );
            }
            let before = spans.last().and_then(|(_, from)| *from);
            if before
                .zip(from)
                .is_some_and(|(before, from)| from <= before)
            {
                self.reading.error(
                    span.at_key("from"),
                    "dates do not rise",
                    format!("write the {several} of a site in the order of time"),
                );
            }
            spans.extend(span.text(one).map(|what| (what.to_owned(), from)));
        }
        spans
    }

    fn check_site_arms(&mut self, root: &Written, site: &Written, allocation: Allocation) {
        let names_arm = site.has("arm") || site.has("arms");
        if allocation.is_by_site() && !names_arm && root.has("arm") {
            self.reading.error(
                site.at,
                "this site has no arm, and the study allocates by site",
                self.one_of("arm", Thing::Arm),
            );
        }
        let is_by_dyad = allocation.is_by_dyad();
        if is_by_dyad && names_arm {
            let key = if site.has("arm") { "arm" } else { "arms" };
            self.reading.error(
                site.at_key(key),
                "this site has an arm, and in this study each dyad has its own",
                "remove the line, or correct 'allocation' in [study]",
            );
        }
        let has_phases = self.index.all(Thing::Phase).next().is_some();
        if has_phases && !site.has("phase") && !site.has("phases") {
            self.reading.error(
                site.at,
                "this site has no phase, and the study compares phases",
                self.one_of("phase", Thing::Phase),
            );
        }
    }

    fn one_of(&self, key: &str, thing: Thing) -> String {
        let ids: Vec<_> = self
            .index
            .all(thing)
            .map(|id| format!("\"{id}\""))
            .collect();
        format!("add {key} = {}", ids.join(" or "))
    }

    pub(super) fn waves(&mut self, root: &Written) -> Vec<Wave> {
        let mut waves = Vec::new();
        let mut planned: Vec<(At, Wave)> = Vec::new();
        for table in root.tables("wave") {
            let timing = table
                .text_at("when")
                .and_then(|when| Some((when, time_phrase::timing(when.text).ok()?)));
            if let Some((when, Timing::During(phase))) = &timing
                && !self.index.has(Thing::Phase, phase)
                && self.index.is_sure(Thing::Phase)
            {
                let known: Vec<_> = self.index.all(Thing::Phase).collect();
                let remedy = super::index::unknown_remedy(Thing::Phase, phase, &known);
                self.reading
                    .error(when.at, format!("there is no phase '{phase}'"), remedy);
            }
            let window = table
                .text("window")
                .and_then(|window| time_phrase::window(window).ok());
            let parts = (table.text("id"), table.string("label"), timing);
            if let (Some(id), Some(label), Some((when, timing))) = parts {
                let wave = Wave {
                    id: WaveId::new(id),
                    label,
                    timing,
                    window,
                };
                planned.push((when.at, wave.clone()));
                waves.push(wave);
            }
        }
        for pair in planned.windows(2) {
            if let [first, second] = pair {
                self.check_order(first, second);
            }
        }
        waves
    }

    fn check_order(&mut self, first: &(At, Wave), second: &(At, Wave)) {
        let (
            Timing::After { days, anchor, .. },
            Timing::After {
                days: later,
                anchor: later_anchor,
                ..
            },
        ) = (&first.1.timing, &second.1.timing)
        else {
            return;
        };
        // Enrolment, birth and due date have no common order before there are records.
        if anchor != later_anchor {
            return;
        }
        let place = self.reading.place(second.0);
        let first_place = self.reading.place(first.0);
        if later <= days {
            let problem = Problem::error(
                place,
                format!("wave '{}' is not after wave '{}'", second.1.id, first.1.id),
            )
            .with_remedy("write waves in the order of time")
            .with_second(first_place, "planned for this time");
            self.reading.problems.push(problem);
        } else if days + days_after(first.1.window) >= later - days_before(second.1.window)
            && first.1.window.is_some()
            && second.1.window.is_some()
        {
            let problem = Problem::warning(
                place,
                format!(
                    "the windows of '{}' and '{}' overlap",
                    first.1.id, second.1.id
                ),
            )
            .with_remedy(
                "make them narrower: a visit that lies in both can only be placed where its row names \
                 the wave",
            )
            .with_second(first_place, "the wave before");
            self.reading.problems.push(problem);
        }
    }
}

fn since<T: From<String>>(spans: Vec<(String, Option<Date>)>) -> Vec<Since<T>> {
    spans
        .into_iter()
        .map(|(what, from)| Since {
            what: T::from(what),
            from,
        })
        .collect()
}

fn days_after(window: Option<Window>) -> f64 {
    window.map_or(0.0, |window| f64::from(window.days_after))
}

fn days_before(window: Option<Window>) -> f64 {
    window.map_or(0.0, |window| f64::from(window.days_before))
}
