//! The codable time of a clip: the clip without the stretches in which nothing can be coded.

/// A time or a length in microseconds.
pub type Micros = i64;

/// Microseconds as seconds.
pub fn seconds(micros: Micros) -> f64 {
    micros as f64 / 1e6
}

/// Seconds as the nearest microsecond.
pub fn micros(seconds: f64) -> Micros {
    (seconds * 1e6).round() as Micros
}

/// Stretches of time in order that neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    // Invariant: ascending, each of positive length, with a gap between one and the next.
    segments: Vec<(Micros, Micros)>,
}

impl Window {
    /// The time from `start` up to but not including `end`; empty when there is none.
    pub fn new(start: Micros, end: Micros) -> Self {
        Self::of(vec![(start, end)])
    }

    /// The union of stretches in any order.
    pub fn of(mut stretches: Vec<(Micros, Micros)>) -> Self {
        stretches.retain(|(start, end)| start < end);
        stretches.sort_unstable();
        let mut segments: Vec<(Micros, Micros)> = Vec::with_capacity(stretches.len());
        for (start, end) in stretches {
            match segments.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => segments.push((start, end)),
            }
        }
        Self { segments }
    }

    /// What is left when these stretches are taken out.
    #[must_use]
    pub fn without(&self, gaps: &[(Micros, Micros)]) -> Self {
        let gaps = Self::of(gaps.to_vec());
        let mut left = Vec::new();
        for (start, end) in &self.segments {
            let mut from = *start;
            for (gap_start, gap_end) in gaps.meeting(*start, *end) {
                left.push((from, gap_start));
                from = gap_end;
            }
            left.push((from, *end));
        }
        Self::of(left)
    }

    /// What both have.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = self
            .segments
            .iter()
            .flat_map(|(start, end)| other.meeting(*start, *end));
        Self::of(both.collect())
    }

    /// The stretches in order.
    pub fn segments(&self) -> &[(Micros, Micros)] {
        &self.segments
    }

    /// Its length.
    pub fn length(&self) -> Micros {
        self.segments.iter().map(|(start, end)| end - start).sum()
    }

    /// Whether a moment lies in it.
    pub fn contains(&self, at: Micros) -> bool {
        let next = self.segments.partition_point(|(_, end)| *end <= at);
        self.segments
            .get(next)
            .is_some_and(|(start, _)| *start <= at)
    }

    /// The parts of `[start, end)` that lie in it.
    pub fn meeting(&self, start: Micros, end: Micros) -> impl Iterator<Item = (Micros, Micros)> {
        let first = self.segments.partition_point(|(_, last)| *last <= start);
        self.segments[first..]
            .iter()
            .take_while(move |(from, _)| *from < end)
            .map(move |(from, to)| ((*from).max(start), (*to).min(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_coded_is_taken_out() {
        let window = Window::new(0, 100).without(&[(90, 120), (10, 20), (15, 30)]);
        assert_eq!(window.segments(), [(0, 10), (30, 90)]);
        assert_eq!(window.length(), 70);
        assert!(window.contains(30) && !window.contains(90) && !window.contains(12));
    }

    #[test]
    fn two_windows_share_what_both_have() {
        let one = Window::of(vec![(0, 10), (20, 40)]);
        let other = Window::new(5, 25);
        assert_eq!(one.and(&other).segments(), [(5, 10), (20, 25)]);
    }

    #[test]
    fn touching_stretches_are_one() {
        assert_eq!(Window::of(vec![(5, 9), (0, 5)]).segments(), [(0, 9)]);
    }
}
