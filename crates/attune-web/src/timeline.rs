//! A family's timeline: planned windows, what happened, and scores as small pictures, all on the infant's
//! age (on the time since enrolment where the age is not known). Every picture has its numbers in a table
//! beside it.

use std::fmt::Write as _;

use attune_protocol::design::DAYS_PER_MONTH;
use attune_report::escape;

use crate::forms::outcome::figure;

/// Width of the drawing in its own units.
const WIDTH: f64 = 720.0;
const LEFT: f64 = 24.0;
const RIGHT: f64 = 24.0;

/// Something at a time.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Days after enrolment.
    pub days: f64,
    /// What it is.
    pub words: String,
}

impl Moment {
    /// Something so many days after enrolment.
    pub fn at(days: f64, words: &str) -> Self {
        Self {
            days,
            words: words.to_owned(),
        }
    }
}

/// A planned window, once for all instruments of a wave.
#[derive(Debug, Clone)]
struct Window {
    wave: String,
    from: f64,
    until: f64,
}

/// A score over time.
#[derive(Debug, Clone)]
pub struct Series {
    /// Name of the score.
    pub label: String,
    /// Smallest and largest possible value.
    pub range: (f64, f64),
    /// Days after enrolment, value and address of the form.
    pub points: Vec<(f64, f64, String)>,
}

/// The timeline.
#[derive(Debug, Clone)]
pub struct Timeline {
    age_at_enrolment: Option<f64>,
    /// What happened.
    pub events: Vec<Moment>,
    windows: Vec<Window>,
    /// Scores.
    pub series: Vec<Series>,
}

impl Timeline {
    /// An empty one for an infant of this age at enrolment, in days.
    pub fn new(age_at_enrolment: Option<f64>) -> Self {
        Self {
            age_at_enrolment,
            events: Vec::new(),
            windows: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Adds the window of a wave; one is enough for all instruments.
    pub fn window(&mut self, wave: &str, from: f64, until: f64) {
        if !self.windows.iter().any(|window| window.wave == wave) {
            self.windows.push(Window {
                wave: wave.to_owned(),
                from,
                until,
            });
        }
    }

    /// Adds a score; without a value nothing is drawn.
    pub fn score(
        &mut self,
        label: &str,
        range: (f64, f64),
        days: f64,
        value: Option<f64>,
        address: &str,
    ) {
        let Some(value) = value else { return };
        let place = self
            .series
            .iter()
            .position(|series| series.label == label)
            .unwrap_or_else(|| {
                self.series.push(Series {
                    label: label.to_owned(),
                    range,
                    points: Vec::new(),
                });
                self.series.len() - 1
            });
        let points = &mut self.series[place].points;
        points.push((days, value, address.to_owned()));
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.windows.is_empty() && self.series.is_empty()
    }

    /// What the axis counts.
    pub fn axis(&self) -> &'static str {
        match self.age_at_enrolment {
            Some(_) => "baby’s age in months",
            None => "months since enrolment",
        }
    }

    /// A time as the axis counts it.
    pub fn months(&self, days: &f64) -> String {
        format!(
            "{:.1}",
            (days + self.age_at_enrolment.unwrap_or(0.0)) / DAYS_PER_MONTH
        )
    }

    fn span(&self) -> (f64, f64) {
        let times = self
            .events
            .iter()
            .map(|event| event.days)
            .chain(
                self.windows
                    .iter()
                    .flat_map(|window| [window.from, window.until]),
            )
            .chain(
                self.series
                    .iter()
                    .flat_map(|series| series.points.iter().map(|point| point.0)),
            );
        let (first, last) = times
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), time| {
                (first.min(time), last.max(time))
            });
        match last - first {
            wide if wide >= 60.0 => (first, last),
            _ => (first - 15.0, first.max(last) + 60.0),
        }
    }

    fn x(&self, days: f64) -> f64 {
        let (first, last) = self.span();
        LEFT + (days - first) / (last - first) * (WIDTH - LEFT - RIGHT)
    }

    /// Windows and events, with the axis beneath.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        let alternative = format!(
            "Timeline on the {}: {} planned windows, {} events",
            self.axis(),
            self.windows.len(),
            self.events.len()
        );
        let _ = write!(
            svg,
            r#"<svg class="timeline windows" viewBox="0 0 {WIDTH} 118" role="img" aria-label="{}">"#,
            escape(&alternative)
        );
        for window in &self.windows {
            let (from, until) = (self.x(window.from), self.x(window.until));
            let _ = write!(
                svg,
                r#"<rect class="window" x="{from:.1}" y="30" width="{:.1}" height="34" rx="3"/><text class="small" x="{:.1}" y="24" text-anchor="middle">{}</text>"#,
                (until - from).max(2.0),
                ((from + until) / 2.0).clamp(40.0, WIDTH - 40.0),
                escape(&window.wave)
            );
        }
        self.draw_axis(&mut svg, 76.0);
        let mut forms: Vec<f64> = self
            .series
            .iter()
            .flat_map(|series| series.points.iter().map(|point| point.0))
            .collect();
        forms.sort_by(f64::total_cmp);
        forms.dedup();
        for days in forms {
            let _ = write!(
                svg,
                r#"<circle class="done" cx="{:.1}" cy="47" r="6"/>"#,
                self.x(days)
            );
        }
        for event in &self.events {
            let x = self.x(event.days);
            let _ = write!(
                svg,
                r#"<path class="event" d="M{x:.1} 66 V80"/><title>{}</title>"#,
                escape(&event.words)
            );
        }
        svg.push_str("</svg>");
        svg
    }

    fn draw_axis(&self, svg: &mut String, y: f64) {
        let (first, last) = self.span();
        let _ = write!(
            svg,
            r#"<path class="axis" d="M{LEFT} {y} H{:.1}"/>"#,
            WIDTH - RIGHT
        );
        let offset = self.age_at_enrolment.unwrap_or(0.0);
        let (from, until) = (
            (first + offset) / DAYS_PER_MONTH,
            (last + offset) / DAYS_PER_MONTH,
        );
        let step = [1.0, 2.0, 3.0, 6.0, 12.0]
            .into_iter()
            .find(|step| (until - from) / step <= 9.0)
            .unwrap_or(24.0);
        let mut month = (from / step).ceil() * step;
        while month <= until {
            let x = self.x(month * DAYS_PER_MONTH - offset);
            let _ = write!(
                svg,
                r#"<path class="axis" d="M{x:.1} {y} v5"/><text class="small" x="{x:.1}" y="{:.1}" text-anchor="middle">{month}</text>"#,
                y + 20.0
            );
            month += step;
        }
        let _ = write!(
            svg,
            r#"<text class="small" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - RIGHT,
            y + 38.0,
            self.axis()
        );
    }

    /// One score, with its values written at the points.
    pub fn small_svg(&self, series: &Series) -> String {
        let (lowest, highest) = series.range;
        let y =
            |value: f64| 66.0 - (value - lowest) / (highest - lowest).max(f64::MIN_POSITIVE) * 44.0;
        let told: Vec<String> = series.points.iter().map(|point| figure(point.1)).collect();
        let alternative = format!("{}: {}", series.label, told.join(", then "));
        let mut svg = format!(
            r#"<svg class="timeline" viewBox="0 0 {WIDTH} 84" role="group" aria-label="{}">"#,
            escape(&alternative)
        );
        let _ = write!(
            svg,
            r#"<path class="axis" d="M{LEFT} 66 H{:.1}"/>"#,
            WIDTH - RIGHT
        );
        let line: Vec<String> = series
            .points
            .iter()
            .map(|(days, value, _)| format!("{:.1},{:.1}", self.x(*days), y(*value)))
            .collect();
        let _ = write!(
            svg,
            r#"<polyline class="line" points="{}"/>"#,
            line.join(" ")
        );
        for (days, value, address) in &series.points {
            let (x, y) = (self.x(*days), y(*value));
            let _ = write!(
                svg,
                r#"<a href="{}" aria-label="{}: {} at {} months, its form"><circle class="done" cx="{x:.1}" cy="{y:.1}" r="5"/><text class="small" x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text></a>"#,
                escape(address),
                escape(&series.label),
                figure(*value),
                self.months(days),
                y - 10.0,
                figure(*value)
            );
        }
        svg.push_str("</svg>");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::Timeline;

    #[test]
    fn a_score_without_a_value_is_not_drawn_and_none_is_zero() {
        let mut timeline = Timeline::new(Some(60.0));
        timeline.score("PHQ-9", (0.0, 27.0), 0.0, None, "/f");
        assert!(timeline.is_empty());
        timeline.score("PHQ-9", (0.0, 27.0), 120.0, Some(3.0), "/f");
        timeline.score("PHQ-9", (0.0, 27.0), 0.0, Some(9.0), "/f");
        let drawn = timeline.small_svg(&timeline.series[0]);
        assert!(drawn.contains("PHQ-9: 9, then 3"), "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 2);
        assert_eq!(timeline.months(&0.0), "2.0");
    }

    #[test]
    fn names_of_waves_cannot_break_out_of_the_picture() {
        let mut timeline = Timeline::new(None);
        timeline.window("<script>", 0.0, 30.0);
        assert!(!timeline.svg().contains("<script>"));
    }
}
