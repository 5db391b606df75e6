//! A TextGrid as an observation: a tier is a subject, a label a behaviour.

use std::sync::Arc;

use attune_records::observation::{CodingProject, Event, Interval, Micros, Observation, Span};

use super::{Marks, TextGrid, Tier};
use crate::video_coding::{
    CodingFaults, CodingRead, NotTakenOver, one_observation::project_of, tracks::scheme_of_events,
};

impl TextGrid {
    /// The observation with this name.
    ///
    /// # Errors
    ///
    /// None; the shape is that of the other kinds.
    pub fn to_project(&self, name: &str) -> Result<CodingRead, CodingFaults> {
        let mut not_taken_over = self.left.clone();
        let mut events = Vec::new();
        let mut is_rounded = false;
        for tier in &self.tiers {
            take_over(tier, &mut events, &mut not_taken_over, &mut is_rounded);
        }
        let mut warnings = self.warnings.clone();
        if is_rounded {
            warnings.push("times finer than a microsecond were rounded to the nearest".to_owned());
        }
        let mut names: Vec<&str> = self.tiers.iter().map(|tier| tier.name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            warnings.push("tiers with the same name were put together as one subject".to_owned());
        }
        let mut one = Observation::new(name);
        let ends = (
            Micros::from_seconds(self.xmin),
            Micros::from_seconds(self.xmax),
        );
        if let (Some(start), Some(stop)) = ends {
            one.window = Interval::new(start, stop).filter(|window| !window.is_empty());
        }
        let scheme = scheme_of_events(&events);
        let project: CodingProject = project_of(one.with_events(events), scheme);
        Ok(CodingRead {
            project,
            not_taken_over,
            warnings,
        })
    }
}

fn take_over(
    tier: &Tier,
    events: &mut Vec<Event>,
    left: &mut Vec<NotTakenOver>,
    is_rounded: &mut bool,
) {
    let subject: Arc<str> = Arc::from(tier.name.trim());
    let track: Arc<str> = Arc::from(tier.name.as_str());
    let mut micros = |seconds: f64| {
        let micros = Micros::from_seconds(seconds)?;
        *is_rounded |= (micros.seconds() - seconds).abs() > 1e-12 * seconds.abs().max(1.0);
        Some(micros)
    };
    let mut without_label = 0;
    let mut backwards = Vec::new();
    let mut add = |row: usize, label: &str, span: Option<Span>| {
        let number = u32::try_from(row + 1).unwrap_or(u32::MAX);
        match span {
            Some(Span::Point(_)) if label.is_empty() => without_label += 1,
            Some(span) => events.push(Event {
                subject: (!subject.is_empty()).then(|| Arc::clone(&subject)),
                track: Some(Arc::clone(&track)),
                row: number,
                ..Event::new(label, span)
            }),
            None => backwards.push(number),
        }
    };
    match &tier.marks {
        Marks::Intervals(intervals) => {
            for (row, (begin, end, label)) in intervals.iter().enumerate() {
                // Nothing was coded here.
                if label.trim().is_empty() {
                    continue;
                }
                let ends = (micros(*begin), micros(*end));
                let interval = match ends {
                    (Some(begin), Some(end)) => Interval::new(begin, end),
                    _ => None,
                };
                add(row, label, interval.map(Span::State));
            }
        }
        Marks::Points(points) => {
            for (row, (at, label)) in points.iter().enumerate() {
                add(row, label.trim(), micros(*at).map(Span::Point));
            }
        }
    }
    let place = format!("tier `{}`", tier.name);
    if without_label > 0 {
        let what = format!("points without a label: {without_label}");
        left.push(NotTakenOver::new(
            what,
            place.as_str(),
            "an event needs a behaviour",
        ));
    }
    if !backwards.is_empty() {
        let rows = super::super::boris::list_rows(&backwards);
        let why = "their times are no times, or the end lies before the begin";
        left.push(NotTakenOver::new("marks", format!("{place}, {rows}"), why));
    }
}
