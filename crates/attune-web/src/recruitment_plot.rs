//! Recruitment against plan: families enrolled so far, month by month, beside the line that the study
//! planned. The same numbers stand in a table.

use std::fmt::Write as _;

use attune_report::escape;
use jiff::{ToSpan, civil::Date};

use crate::words;

/// Recruitment as a page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recruited {
    /// Each month: its first day, how many enrolled in it, how many by its end, and how many by then were
    /// planned.
    pub months: Vec<Month>,
    /// Families planned in all.
    pub planned: Option<u32>,
    /// Families that enrolled on a day that is not known.
    pub n_without_day: usize,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 18.0;
const BOTTOM: f64 = 40.0;

/// One month.
#[derive(Debug, Clone, PartialEq)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// Enrolled in it.
    pub n: usize,
    /// Enrolled by its end.
    pub total: usize,
    /// Planned by its end.
    pub planned: Option<f64>,
}

/// First and last day of the time in which the planned families are to be enrolled.
pub type Period = Option<(Date, Date)>;

impl Recruited {
    /// Counts days of enrolment by month, up to `today`.
    pub fn of(days: &[Option<Date>], planned: Option<u32>, period: Period, today: Date) -> Self {
        let mut known: Vec<Date> = days.iter().flatten().copied().collect();
        known.sort_unstable();
        let begin = [known.first().copied(), period.map(|(from, _)| from)]
            .into_iter()
            .flatten()
            .min();
        let last = known.last().copied();
        // After the last enrolment and the end of recruitment nothing more is to be seen.
        let end = match period {
            Some((_, until)) => last.map_or(until, |last| last.max(until)).min(today),
            None => last.unwrap_or(today).min(today),
        };
        let mut months = Vec::new();
        let mut first = begin.map(Date::first_of_month);
        while let Some(month) = first.filter(|first| *first <= end && months.len() < 600) {
            let next = month.saturating_add(1.month());
            let total = known.iter().filter(|day| **day < next).count();
            let n = known
                .iter()
                .filter(|day| **day >= month && **day < next)
                .count();
            months.push(Month {
                first: month,
                n,
                total,
                planned: planned_by(planned, period, next.yesterday().unwrap_or(next)),
            });
            first = Some(next);
        }
        Self {
            months,
            planned,
            n_without_day: days.iter().filter(|day| day.is_none()).count(),
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.months.iter().all(|month| month.total == 0)
    }

    /// Whether the study file says by when the families are to be enrolled.
    pub fn has_pace(&self) -> bool {
        self.months.iter().any(|month| month.planned.is_some())
    }

    /// The figure.
    pub fn svg(&self) -> String {
        let most = self
            .months
            .iter()
            .map(|month| month.total as f64)
            .chain(self.planned.map(f64::from))
            .fold(1.0, f64::max);
        let n = self.months.len().max(1) as f64;
        let x = |at: f64| LEFT + at / n * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
        let total = self.months.last().map_or(0, |month| month.total);
        let families = match total {
            1 => "1 family".to_owned(),
            n => format!("{n} families"),
        };
        let alternative = match self.planned {
            Some(planned) => format!("{families} enrolled of {planned} planned, by month"),
            None => format!("{families} enrolled, by month"),
        };
        let mut svg = format!(
            r#"<svg class="recruitment" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}">"#,
            escape(&alternative)
        );
        for value in steps(most) {
            let _ = write!(
                svg,
                r#"<path class="grid" d="M{LEFT} {0:.1} H{1:.1}"/><text class="small" x="{2:.1}" y="{3:.1}" text-anchor="end">{value}</text>"#,
                y(value),
                WIDTH - RIGHT,
                LEFT - 6.0,
                y(value) + 4.0
            );
        }
        let every = self.months.len().div_ceil(9).max(1);
        for (at, month) in self.months.iter().enumerate().step_by(every) {
            let _ = write!(
                svg,
                r#"<text class="small" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                x(at as f64 + 0.5).max(LEFT + 16.0),
                HEIGHT - BOTTOM + 22.0,
                words::short_month(&month.first)
            );
        }
        let line = |points: Vec<(f64, f64)>| {
            let points: Vec<String> = points
                .iter()
                .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
                .collect();
            points.join(" ")
        };
        let planned: Vec<(f64, f64)> = self
            .months
            .iter()
            .enumerate()
            .filter_map(|(at, month)| Some((at as f64 + 1.0, month.planned?)))
            .collect();
        if planned.is_empty() {
            if let Some(all) = self.planned {
                let _ = write!(
                    svg,
                    r#"<path class="plan" d="M{LEFT} {0:.1} H{1:.1}"/>"#,
                    y(f64::from(all)),
                    WIDTH - RIGHT
                );
            }
        } else {
            let _ = write!(
                svg,
                r#"<polyline class="plan" points="{}"/>"#,
                line(planned)
            );
        }
        let mut so_far = vec![(0.0, 0.0)];
        for (at, month) in self.months.iter().enumerate() {
            so_far.push((at as f64 + 1.0, month.total as f64));
        }
        let _ = write!(svg, r#"<polyline class="line" points="{}"/>"#, line(so_far));
        svg.push_str("</svg>");
        svg
    }
}

/// What was planned by the end of a day: an even pace through the period.
fn planned_by(planned: Option<u32>, period: Period, day: Date) -> Option<f64> {
    let ((from, until), planned) = (period?, f64::from(planned?));
    let all = f64::from((until - from).get_days()).max(1.0);
    let gone = f64::from((day - from).get_days());
    Some((gone / all).clamp(0.0, 1.0) * planned)
}

/// Round numbers for the axis, from nought.
fn steps(most: f64) -> Vec<f64> {
    let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]
        .into_iter()
        .find(|step| most / step <= 6.0)
        .unwrap_or(5000.0);
    let mut values = Vec::new();
    let mut value = 0.0;
    while value <= most {
        values.push(value);
        value += step;
    }
    values
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Recruited;

    #[test]
    fn families_are_counted_by_month_beside_an_even_pace() {
        let days = [
            Some(date(2024, 1, 10)),
            Some(date(2024, 3, 2)),
            Some(date(2024, 1, 31)),
            None,
        ];
        let period = Some((date(2024, 1, 1), date(2024, 12, 31)));
        let made = Recruited::of(&days, Some(12), period, date(2024, 4, 15));
        let told: Vec<(usize, usize)> = made.months.iter().map(|one| (one.n, one.total)).collect();
        assert_eq!(told, [(2, 2), (0, 2), (1, 3), (0, 3)]);
        assert_eq!(made.n_without_day, 1);
        let planned = made.months[2].planned.expect("a plan");
        assert!((planned - 2.96).abs() < 0.01, "{planned}");
        assert!(made.svg().contains("3 families enrolled of 12 planned"));
    }

    #[test]
    fn without_a_family_there_is_nothing_to_draw() {
        assert!(Recruited::of(&[], Some(10), None, date(2024, 4, 15)).is_empty());
    }
}
