//! From values to coordinates, and where ticks stand.

/// A linear scale.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// The values `from` lie at the coordinates `to`. An empty range of values lies in the middle.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// The coordinate of a value.
    pub fn at(&self, value: f64) -> f64 {
        let width = self.from.1 - self.from.0;
        if width == 0.0 {
            return f64::midpoint(self.to.0, self.to.1);
        }
        self.to.0 + (value - self.from.0) / width * (self.to.1 - self.to.0)
    }

    /// First and last value.
    pub fn values(&self) -> (f64, f64) {
        self.from
    }
}

/// Smallest and largest of the finite values.
pub fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|value| value.is_finite())
        .fold(None, |range, value| {
            Some(range.map_or((value, value), |(low, high): (f64, f64)| {
                (low.min(value), high.max(value))
            }))
        })
}

/// Round numbers from `low` to `high`, about `wanted` of them, with the decimals that they need.
/// Steps are 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, wanted: usize) -> (Vec<f64>, usize) {
    let rough = (high - low) / wanted.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return (vec![low], 1);
    }
    let power = 10_f64.powi(rough.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(10.0 * power);
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    (multiples(low, high, step), decimals)
}

/// As [`ticks`], in steps that calendars know: 1, 2, 3, 6, 12 … months.
pub fn month_ticks(low: f64, high: f64, wanted: usize) -> (Vec<f64>, usize) {
    let rough = (high - low) / wanted.max(1) as f64;
    [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0]
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .filter(|_| high - low >= 2.0)
        .map_or_else(
            || ticks(low, high, wanted),
            |step| (multiples(low, high, step), 0),
        )
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let slack = 1e-9;
    let first = (low / step - slack).ceil() as i64;
    let last = (high / step + slack).floor() as i64;
    (first..=last).map(|n| n as f64 * step).collect()
}

/// A range that is never empty.
pub fn widened(low: f64, high: f64) -> (f64, f64) {
    match high > low {
        true => (low, high),
        false => (low - 1.0, high + 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let check = |low, high, expected: &[f64]| {
            let (marks, decimals) = ticks(low, high, 5);
            let shown: Vec<String> = marks.iter().map(|m| format!("{m:.decimals$}")).collect();
            let expected: Vec<String> =
                expected.iter().map(|m| format!("{m:.decimals$}")).collect();
            assert_eq!(shown, expected);
        };
        check(61.2, 138.9, &[80.0, 100.0, 120.0]);
        check(-0.42, 0.9, &[0.0, 0.5]);
        check(0.0, 1.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        check(3.0, 3.0, &[3.0]);
    }

    #[test]
    fn months_come_in_quarters_and_years() {
        assert_eq!(month_ticks(0.0, 13.0, 5).0, [0.0, 3.0, 6.0, 9.0, 12.0]);
        assert_eq!(month_ticks(0.0, 37.0, 5).0, [0.0, 12.0, 24.0, 36.0]);
        assert_eq!(month_ticks(0.0, 1.0, 2).0, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn a_scale_without_width_does_not_divide_by_zero() {
        assert_eq!(Scale::new((2.0, 2.0), (0.0, 10.0)).at(2.0), 5.0);
        assert_eq!(Scale::new((0.0, 4.0), (100.0, 0.0)).at(1.0), 75.0);
    }
}
