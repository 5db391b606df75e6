//! Tables of children, sites and scores with everything wrong with them that the field knows.

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::case::Case;

/// Where a case's random choices come from.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of a list.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// About standard normal: the sum of twelve uniform numbers less six.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.0.random::<f64>()).sum::<f64>() - 6.0
    }
}

/// How the scores are spoilt.
#[derive(Clone, Copy, PartialEq)]
enum Scores {
    Ordinary,
    Constant,
    WholeNumbers,
    YesNo,
    OnALine,
    NoVarianceBetween,
    NoVarianceWithin,
    TinyVariance,
    OneOutlier,
    Infinite,
}

const SCORES: [Scores; 14] = [
    Scores::Ordinary,
    Scores::Ordinary,
    Scores::Ordinary,
    Scores::Ordinary,
    Scores::Constant,
    Scores::WholeNumbers,
    Scores::WholeNumbers,
    Scores::YesNo,
    Scores::OnALine,
    Scores::NoVarianceBetween,
    Scores::NoVarianceWithin,
    Scores::TinyVariance,
    Scores::OneOutlier,
    Scores::Infinite,
];

/// One visit of one child.
struct Visit {
    child: usize,
    visit: usize,
    site: usize,
    treated: bool,
}

/// The columns `child`, `site`, `assessor`, `arm`, `age`, `twice` (collinear with age), `mother` (constant
/// within child), `score`, `yes`, `count`.
pub fn table(dice: &mut Dice) -> Case {
    let visits = visits(dice);
    let ages = ages(dice, &visits);
    let scores = scores(dice, &visits, &ages);
    let mut case = Case::default();
    let labelled = |letter: &str, number: usize| format!("{letter}{number}");
    let n_assessors = dice.one_of(&[1, 2, 3, 5, 40]);
    let one_arm = dice.once_in(12);
    let mut columns: Vec<(&str, Vec<String>)> = Vec::new();
    columns.push((
        "child",
        visits.iter().map(|v| labelled("c", v.child)).collect(),
    ));
    columns.push((
        "site",
        visits.iter().map(|v| labelled("s", v.site)).collect(),
    ));
    columns.push((
        "assessor",
        visits
            .iter()
            .map(|_| labelled("a", dice.below(n_assessors)))
            .collect(),
    ));
    let arm = |v: &Visit| if v.treated && !one_arm { "P" } else { "C" };
    columns.push(("arm", visits.iter().map(|v| arm(v).to_owned()).collect()));
    columns.push(("age", ages.iter().map(|age| written(*age)).collect()));
    columns.push(("twice", ages.iter().map(|age| written(2.0 * age)).collect()));
    let mothers: Vec<String> = (0..=visits.len())
        .map(|_| written(25.0 + 5.0 * dice.normal()))
        .collect();
    columns.push((
        "mother",
        visits.iter().map(|v| mothers[v.child].clone()).collect(),
    ));
    columns.push((
        "score",
        scores.iter().map(|score| written(*score)).collect(),
    ));
    let separated = dice.once_in(3);
    let yes = |dice: &mut Dice, v: &Visit| {
        if separated {
            v.treated
        } else {
            dice.normal() + 0.5 * f64::from(u8::from(v.treated)) > 0.3
        }
    };
    columns.push((
        "yes",
        visits
            .iter()
            .map(|v| u8::from(yes(dice, v)).to_string())
            .collect(),
    ));
    columns.push((
        "count",
        visits
            .iter()
            .map(|_| dice.one_of(&[0, 0, 0, 1, 1, 2, 3, 9]).to_string())
            .collect(),
    ));
    for (name, mut cells) in columns {
        spoil(dice, &mut cells);
        case.push_column(name, cells);
    }
    case
}

/// One to four visits per child; many children with one visit; few or many sites.
fn visits(dice: &mut Dice) -> Vec<Visit> {
    let n_children = dice.one_of(&[0, 1, 2, 3, 5, 8, 12, 20]);
    let n_sites = dice.one_of(&[1, 2, 2, 3, 6]);
    let most = dice.one_of(&[1, 2, 3, 3, 4]);
    let by_site = dice.once_in(3);
    let mut visits = Vec::new();
    for child in 0..n_children {
        let site = child % n_sites;
        let treated = if by_site {
            site % 2 == 1
        } else {
            dice.once_in(2)
        };
        let n_visits = if dice.once_in(3) { 1 } else { most };
        visits.extend((0..n_visits).map(|visit| Visit {
            child,
            visit,
            site,
            treated,
        }));
    }
    visits
}

fn ages(dice: &mut Dice, visits: &[Visit]) -> Vec<f64> {
    let kind = dice.below(7);
    let scale = dice.one_of(&[1.0, 1.0, 1.0, 1e-9, 1e9, 1e100]);
    let age = |v: &Visit| match kind {
        0 => 6.0 * v.visit as f64,
        1 => 12.0,
        2 => v.child as f64,
        3 => f64::from(u8::from(v.treated)),
        4 => 1e6 + 1e-4 * v.visit as f64,
        _ => 6.0 * v.visit as f64 + 0.3 * dice.normal(),
    };
    visits.iter().map(age).map(|age| age * scale).collect()
}

fn scores(dice: &mut Dice, visits: &[Visit], ages: &[f64]) -> Vec<f64> {
    let kind = dice.one_of(&SCORES);
    let scale = dice.one_of(&[1.0, 1.0, 1.0, 1e-12, 1e12, 1e-150, 1e150]);
    let children: Vec<(f64, f64)> = (0..=visits.len())
        .map(|_| (dice.normal(), dice.normal()))
        .collect();
    let outlier = dice.below(visits.len().max(1));
    let mut score = |row: usize, v: &Visit| {
        let (level, slope) = children[v.child];
        let noise = 6.0 * dice.normal();
        let ordinary = 100.0 + 9.0 * level + slope * v.visit as f64 + noise;
        match kind {
            Scores::Ordinary => ordinary,
            Scores::Constant => 7.0,
            Scores::WholeNumbers => (ordinary / 20.0).round(),
            Scores::YesNo => f64::from(u8::from(ordinary > 100.0)),
            Scores::OnALine => 3.0 + 2.0 * ages[row],
            Scores::NoVarianceBetween => {
                if v.visit.is_multiple_of(2) {
                    1.0 + noise * 1e-9
                } else {
                    -1.0
                }
            }
            Scores::NoVarianceWithin => 9.0 * level,
            Scores::TinyVariance => 1e8 + 1e-6 * noise,
            Scores::OneOutlier => {
                if row == outlier {
                    1e12
                } else {
                    ordinary
                }
            }
            Scores::Infinite => {
                if row == outlier {
                    f64::INFINITY
                } else {
                    ordinary
                }
            }
        }
    };
    visits
        .iter()
        .enumerate()
        .map(|(row, v)| score(row, v) * scale)
        .collect()
}

/// Cells go missing: some, most, or all of them.
fn spoil(dice: &mut Dice, cells: &mut [String]) {
    let in_hundred = dice.one_of(&[0, 0, 0, 0, 0, 0, 10, 10, 30, 80, 100]);
    if in_hundred == 100 && !dice.once_in(4) {
        return;
    }
    for cell in cells {
        if dice.below(100) < in_hundred {
            *cell = dice.one_of(&["", "NA"]).to_owned();
        }
    }
}

/// As a spreadsheet would write it: three decimals for ordinary numbers, otherwise all digits.
fn written(value: f64) -> String {
    if value.is_finite() && (0.01..1e6).contains(&value.abs()) {
        return format!("{value:.3}");
    }
    format!("{value:e}").replace("inf", "Inf")
}
