//! Sessions as dots along time, one panel for each property of the clinic as a whole, with the mean of each
//! phase and its interval: what is compared when a clinic is compared with itself.

use super::{
    DataTable, Drawn, Heading, Interval, Plot,
    frame::{self, Axis, Layout},
    with_room,
};
use crate::{
    ArmMark, Format,
    figures::svg::{AXIS_NAME, Anchor, SMALL, STRONG, Svg, lines, polyline, width_of},
};

/// Small panels with one property each.
#[derive(Debug, Clone)]
pub struct SessionDots {
    /// What stands around it.
    pub heading: Heading,
    /// Time, with its unit.
    pub time: String,
    /// Phases: mark and name, in the order of the values.
    pub phases: Vec<(ArmMark, String)>,
    /// The panels.
    pub panels: Vec<SessionDotsPanel>,
}

/// One property.
#[derive(Debug, Clone)]
pub struct SessionDotsPanel {
    /// Its name.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// Whether the axis begins at zero.
    pub from_zero: bool,
    /// For each phase the sessions (time, value), and the mean with its interval.
    pub phases: Vec<PhaseOfSessions>,
}

/// Sessions as (time, value), and their mean with its interval.
pub type PhaseOfSessions = (Vec<(f64, f64)>, Option<Interval>);

impl Plot for SessionDots {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&[
            "property", "phase", "what", &self.time, "value", "lower", "upper",
        ]);
        for panel in &self.panels {
            for ((_, phase), (sessions, mean)) in self.phases.iter().zip(&panel.phases) {
                for (time, value) in sessions {
                    let numbers = [*time, *value, f64::NAN, f64::NAN];
                    data.push(&[&panel.label, phase, "session"], &numbers);
                }
                if let Some(mean) = mean {
                    let numbers = [f64::NAN, mean.estimate, mean.lower, mean.upper];
                    data.push(&[&panel.label, phase, "mean"], &numbers);
                }
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let columns = match format {
            Format::Wide => self.panels.len().clamp(1, 3),
            Format::Narrow => 1,
        };
        let layout = Layout {
            columns,
            left: 40.0,
            right: 2.0,
            head: 52.0,
            height: if format == Format::Wide { 190.0 } else { 170.0 },
            foot: 46.0,
            own_numbers: true,
        };
        let key_height = 24.0;
        let (panels, height) = layout.panels(format, self.panels.len());
        let mut svg = Svg::new(format.width(), height + key_height);
        let times = self.panels.iter().flat_map(|panel| &panel.phases);
        let times = times.flat_map(|(sessions, _)| sessions.iter().map(|(time, _)| *time));
        let x = Axis::new(&self.time, with_room(times, 0.03));
        self.key(&mut svg, format.width());
        for (mut place, panel) in panels.into_iter().zip(&self.panels) {
            place.top += key_height;
            place.bottom += key_height;
            let values = panel.phases.iter().flat_map(|(sessions, mean)| {
                let limits = mean.iter().flat_map(|mean| mean.values());
                sessions.iter().map(|(_, value)| *value).chain(limits)
            });
            let zero = panel.from_zero.then_some(0.0);
            let (low, high) = with_room(values.chain(zero), 0.06);
            let low = if panel.from_zero { low.max(0.0) } else { low };
            let scales = frame::axes(
                &mut svg,
                place,
                &x,
                &Axis::new(&panel.unit, (low, high)),
                true,
            );
            let width = place.right - place.left + 36.0;
            for (line, words) in lines(&panel.label, 1.06 * STRONG.size(), width, 1)
                .iter()
                .enumerate()
            {
                let at = (place.left - 36.0, place.top - 34.0 + 15.0 * line as f64);
                svg.text(STRONG, at, Anchor::Start, words);
            }
            for words in lines(&panel.unit, AXIS_NAME.size(), width, 1) {
                svg.text(
                    AXIS_NAME,
                    (place.left - 36.0, place.top - 16.0),
                    Anchor::Start,
                    &words,
                );
            }
            for ((mark, _), (sessions, mean)) in self.phases.iter().zip(&panel.phases) {
                let ends = [f64::min, f64::max]
                    .map(|pick| sessions.iter().map(|(time, _)| *time).reduce(pick));
                if let ([Some(first), Some(last)], Some(mean)) = (ends, mean) {
                    let limits = [first, last].map(|time| (time, mean.lower, mean.upper));
                    frame::band(&mut svg, &scales, *mark, 0.18, &limits);
                    let line = [first, last].map(|time| scales.at((time, mean.estimate)));
                    svg.arm_line(*mark, "fit", 2.2, &polyline(line));
                }
                let dots: Vec<(f64, f64)> =
                    sessions.iter().map(|session| scales.at(*session)).collect();
                svg.arm_dots(
                    *mark,
                    "mean",
                    if dots.len() > 80 { 2.0 } else { 3.0 },
                    &dots,
                );
            }
        }
        Drawn(svg)
    }
}

impl SessionDots {
    fn key(&self, svg: &mut Svg, width: f64) {
        let mut x = 0.0;
        for (mark, name) in &self.phases {
            svg.arm_key(*mark, 4.0, (x + 5.0, 10.0));
            for words in lines(name, 1.06 * STRONG.size(), width - x - 16.0, 1) {
                svg.arm_text(*mark, (x + 15.0, 14.0), Anchor::Start, &words);
                x += 15.0 + 1.1 * width_of(&words, STRONG.size()) + 18.0;
            }
        }
        let note = "line and band: mean and 95 % CI";
        if x + 1.06 * width_of(note, SMALL.size()) < width {
            svg.text(SMALL, (x, 14.0), Anchor::Start, note);
        }
    }
}
