//! What a simulation works from: the protocol, its assumptions with every gap filled, the random
//! streams, and which score decides which items.

use std::sync::Arc;

use attune_protocol::{
    Protocol,
    assumptions::Assumptions,
    design::{Site, Timing},
    id::SiteId,
};
use attune_records::source::Source;
use jiff::civil::Date;

use crate::{
    calendar::days_after,
    courses::{Courses, correlation_root},
    item_plans::{ItemPlan, item_plans},
    neutral::fill_gaps,
    simulate::SimulationError,
    streams::Streams,
};

/// What a simulation works from.
#[derive(Debug)]
pub struct Rehearsal<'a> {
    /// The protocol.
    pub protocol: &'a Protocol,
    /// Its assumptions, every gap filled.
    pub assumptions: Assumptions,
    /// Items of each instrument and the scores that decide them, in the protocol's order.
    pub item_plans: Vec<ItemPlan>,
    /// Random streams of the seed.
    pub streams: Streams,
    /// Root of the correlation matrix of the courses' intercepts.
    pub correlation_root: Vec<Vec<f64>>,
    /// What stood in for assumptions that the study file does not make.
    pub notes: Vec<String>,
    /// Stands for the row of a file in records that were never in one.
    pub source: Source,
}

impl<'a> Rehearsal<'a> {
    /// Everything that a simulation works from.
    ///
    /// # Errors
    /// When the declared correlations cannot all hold.
    pub fn prepare(
        protocol: &'a Protocol,
        assumptions: &Assumptions,
        seed: u64,
    ) -> Result<Self, SimulationError> {
        let mut notes = Vec::new();
        let mut assumptions = assumptions.clone();
        fill_gaps(protocol, &mut assumptions, &mut notes);
        let item_plans = item_plans(protocol, &mut assumptions.courses, &mut notes);
        let correlation_root = correlation_root(&assumptions, &mut notes)?;
        Ok(Self {
            protocol,
            assumptions,
            item_plans,
            streams: Streams::new(seed),
            correlation_root,
            notes,
            source: Source {
                file: Arc::from("simulated"),
                row: 0,
                column: None,
            },
        })
    }

    /// The courses of all measures.
    pub fn courses(&self) -> Courses<'_> {
        Courses {
            courses: &self.assumptions.courses,
            correlation_root: &self.correlation_root,
            streams: &self.streams,
        }
    }

    /// The site with this id; the first where the study has none of that name.
    pub fn site(&self, id: &SiteId) -> Option<&'a Site> {
        self.protocol.site(id).or(self.protocol.sites.first())
    }

    /// First day of enrolment.
    pub fn first_day(&self) -> Date {
        self.assumptions.enrolment.0
    }

    /// Last day on which anything is measured: the last day of the study where it is known and not
    /// before enrolment begins, otherwise when the last family has passed its last window.
    pub fn last_day(&self) -> Date {
        let (first, last_enrolment) = self.assumptions.enrolment;
        let beyond_last_wave = |wave: &attune_protocol::design::Wave| match wave.timing {
            Timing::After { days, .. } => {
                let after = wave.window.map_or(0, |window| i64::from(window.days_after));
                days.ceil() as i64 + after
            }
            Timing::During(_) => 0,
        };
        let longest = self.protocol.waves.iter().map(beyond_last_wave).max();
        let ended = self.protocol.study.ended.filter(|ended| *ended > first);
        ended.unwrap_or_else(|| days_after(last_enrolment, longest.unwrap_or(0).max(0)))
    }
}
