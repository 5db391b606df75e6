//! Lag-sequential statistics: how often code j comes `lag` events after code i, and how that compares with
//! what the codes' frequencies give. Testing it by shuffling is in `attune-observation`.

use serde::Serialize;

/// Counts of what follows what, session by session.
#[derive(Debug, Clone, PartialEq)]
pub struct Transitions {
    /// Rows are what comes first.
    pub counts: Vec<Vec<f64>>,
    /// Whether a code may follow itself: consecutive states of one set cannot.
    pub may_repeat: bool,
}

/// One transition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transition {
    /// Place of the code that comes first.
    pub from: usize,
    /// Place of the code that follows.
    pub to: usize,
    /// How often.
    pub n: f64,
    /// Share of what follows the first code.
    pub probability: Option<f64>,
    /// Expected number under independence; with the diagonal left out where codes cannot repeat.
    pub expected: f64,
    /// Adjusted residual (Haberman 1978), about standard normal under independence.
    pub adjusted_residual: Option<f64>,
    /// Yule's Q = (ad − bc)/(ad + bc) of the table collapsed to two by two.
    pub yule_q: Option<f64>,
    /// Log odds ratio with a half added to each cell of that table.
    pub log_odds: f64,
    /// Two-sided p value of shuffling the events within each session.
    pub permutation_p: Option<f64>,
}

/// Counts transitions at a lag in sessions of codes from 0 to `n_codes` − 1.
pub fn transitions(
    sessions: &[Vec<usize>],
    n_codes: usize,
    lag: usize,
    may_repeat: bool,
) -> Transitions {
    let mut counts = vec![vec![0.0; n_codes]; n_codes];
    for session in sessions {
        for (from, to) in session.iter().zip(session.iter().skip(lag.max(1))) {
            if may_repeat || from != to {
                counts[*from][*to] += 1.0;
            }
        }
    }
    Transitions { counts, may_repeat }
}

impl Transitions {
    fn n_codes(&self) -> usize {
        self.counts.len()
    }

    fn is_possible(&self, from: usize, to: usize) -> bool {
        self.may_repeat || from != to
    }

    /// Expected counts with these margins: products where all cells are possible, otherwise fitted
    /// to the margins with the diagonal fixed at zero (Goodman's quasi-independence).
    pub fn expected(&self) -> Vec<Vec<f64>> {
        let n = self.n_codes();
        let rows: Vec<f64> = self.counts.iter().map(|row| row.iter().sum()).collect();
        let columns: Vec<f64> = (0..n)
            .map(|j| self.counts.iter().map(|row| row[j]).sum())
            .collect();
        let mut fit: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| f64::from(u8::from(self.is_possible(i, j))))
                    .collect()
            })
            .collect();
        for _ in 0..2000 {
            let mut change = 0.0_f64;
            for i in 0..n {
                let factor = scale(rows[i], fit[i].iter().sum());
                fit[i].iter_mut().for_each(|cell| *cell *= factor);
            }
            for j in 0..n {
                let factor = scale(columns[j], fit.iter().map(|row| row[j]).sum());
                fit.iter_mut().for_each(|row| row[j] *= factor);
                change = change.max((factor - 1.0).abs());
            }
            if change < 1e-12 {
                break;
            }
        }
        fit
    }

    /// Every possible transition with its statistics, without permutation.
    pub fn table(&self) -> Vec<Transition> {
        let n = self.n_codes();
        let expected = self.expected();
        let total: f64 = self.counts.iter().flatten().sum();
        let row = |i: usize| self.counts[i].iter().sum::<f64>();
        let column = |j: usize| self.counts.iter().map(|row| row[j]).sum::<f64>();
        let mut table = Vec::new();
        for from in 0..n {
            for to in (0..n).filter(|to| self.is_possible(from, *to)) {
                let (of_from, of_to, count) = (row(from), column(to), self.counts[from][to]);
                let (b, c) = (of_from - count, of_to - count);
                let d = total - count - b - c;
                let (with, against) = (count * d, b * c);
                let variance = expected[from][to] * (1.0 - of_from / total) * (1.0 - of_to / total);
                table.push(Transition {
                    from,
                    to,
                    n: count,
                    probability: (of_from > 0.0).then(|| count / of_from),
                    expected: expected[from][to],
                    adjusted_residual: (variance > 0.0)
                        .then(|| (count - expected[from][to]) / variance.sqrt()),
                    yule_q: (with + against > 0.0).then(|| (with - against) / (with + against)),
                    log_odds: libm::log((count + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))),
                    permutation_p: None,
                });
            }
        }
        table
    }
}

fn scale(wanted: f64, sum: f64) -> f64 {
    if sum > 0.0 { wanted / sum } else { 1.0 }
}
