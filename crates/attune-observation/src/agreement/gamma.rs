//! Gamma (Mathet, Widlöcher and Métivier 2015): how much better than chance the coders' events can be
//! aligned, where position and code count together.
//!
//! An event aligned with another costs α·((|Δstart| + |Δend|)/(length + length))² + β·\[codes differ\],
//! with nothing 1. The disorder of an alignment is the mean cost of the pairs in each group, summed
//! over groups and divided by the mean number of events per coder; gamma is 1 − least disorder /
//! expected disorder. The least disorder is exact: an assignment problem for two coders, branch and
//! bound for more. Chance codings are random, so gamma depends on the seed.
//!
//! Gamma of the codes alone (γ_cat, Mathet 2017) takes the same best alignments and asks, of the pairs in
//! their groups, how often the codes differ, a pair counting the more the better its positions match.
//! pygamma-agreement counts an event aligned with nothing as a pair that differs, too; both are given.

use rayon::prelude::*;

mod assignment;
mod chance;
mod partition;

pub use chance::ChanceCodings;

use crate::coding::Event;
use crate::window::Micros;

/// What counts how much, and how chance is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaSettings {
    /// Weight of position.
    pub alpha: f64,
    /// Weight of the code.
    pub beta: f64,
    /// How chance codings come about.
    pub chance: ChanceCodings,
    /// Seed of the chance codings.
    pub seed: u64,
    /// Chance codings at least.
    pub n_least: usize,
    /// Relative precision of the expected disorder at the 95 % level; more are drawn until it is met.
    pub precision: f64,
}

impl Default for GammaSettings {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            beta: 1.0,
            chance: ChanceCodings::Drawn,
            seed: 1,
            n_least: 30,
            precision: 0.05,
        }
    }
}

/// Gamma of one clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    /// 1 − observed / expected.
    pub gamma: f64,
    /// Disorder of the best alignment.
    pub observed: f64,
    /// Mean disorder of the best alignments of chance codings.
    pub expected: f64,
    /// Gamma of the codes alone; `None` where no two events are aligned, or chance codings never differ.
    pub of_codes: Option<f64>,
    /// Share of aligned pairs (by weight) whose codes differ, and its mean over chance codings.
    pub codes: (f64, f64),
    /// The same where an event aligned with nothing is a pair that differs, as in pygamma-agreement.
    pub codes_with_alone: (f64, f64),
    /// Groups in the best alignment.
    pub n_groups: usize,
    /// Chance codings drawn.
    pub n_chance: usize,
    /// Whether every alignment was proved to be the best.
    pub proved: bool,
}

/// The best alignment of some codings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Best {
    /// Sum of the groups' disorder.
    pub sum: f64,
    pub n_groups: usize,
    pub proved: bool,
    pub codes: CodeDisorder,
}

/// How far aligned events differ in their codes: pairs with different codes and all pairs, each with the
/// weight max(0, 1 − cost of position)/(events in the group − 1).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct CodeDisorder {
    different: f64,
    all: f64,
    /// Pairs of an event with nothing.
    alone: f64,
}

impl std::ops::AddAssign for CodeDisorder {
    fn add_assign(&mut self, other: Self) {
        self.different += other.different;
        self.all += other.all;
        self.alone += other.alone;
    }
}

impl CodeDisorder {
    /// Of one group of aligned events, of so many coders.
    fn of(group: &[Event], n_coders: usize, settings: &GammaSettings) -> Self {
        let mut sum = Self {
            alone: (group.len() * (n_coders - group.len())) as f64,
            ..Self::default()
        };
        for (place, a) in group.iter().enumerate() {
            for b in &group[place + 1..] {
                let weight =
                    (1.0 - settings.alpha * apart(*a, *b)).max(0.0) / (group.len() - 1) as f64;
                sum.different += weight * f64::from(u8::from(a.code != b.code));
                sum.all += weight;
            }
        }
        sum
    }

    /// The share of pairs that differ; none of no pair differs.
    fn share(self) -> f64 {
        if self.all > 0.0 {
            self.different / self.all
        } else {
            0.0
        }
    }

    /// The share where an event aligned with nothing is a pair that differs.
    fn share_with_alone(self) -> f64 {
        let all = self.all + self.alone;
        if self.all > 0.0 {
            (self.different + self.alone) / all
        } else {
            0.0
        }
    }
}

/// Gamma of the codings of one clip, one list of states per coder; points have no length and cannot
/// take part. `None` when there are fewer than two coders or no events.
pub fn gamma(
    coders: &[Vec<Event>],
    (start, end): (Micros, Micros),
    settings: &GammaSettings,
) -> Option<Gamma> {
    let n_events: usize = coders.iter().map(Vec::len).sum();
    if coders.len() < 2 || n_events == 0 || end <= start {
        return None;
    }
    let disorder = |coders: &[Vec<Event>]| {
        let n: usize = coders.iter().map(Vec::len).sum();
        let best = best(coders, settings);
        let per_coder = n as f64 / coders.len() as f64;
        (if n == 0 { 0.0 } else { best.sum / per_coder }, best)
    };
    let (observed, found) = disorder(coders);
    let chance = |number: usize| {
        let bounds = (start, end);
        disorder(&chance::codings(
            settings.chance,
            coders,
            bounds,
            settings.seed,
            number as u64,
        ))
    };
    let mut drawn: Vec<(f64, Best)> = (0..settings.n_least.max(2))
        .into_par_iter()
        .map(chance)
        .collect();
    let needed = n_needed(&drawn, settings.precision).min(50 * drawn.len());
    drawn.par_extend((drawn.len()..needed).into_par_iter().map(chance));
    let n = drawn.len() as f64;
    let expected = drawn.iter().map(|(disorder, _)| disorder).sum::<f64>() / n;
    let codes = found.codes.share();
    let mean = |share: fn(CodeDisorder) -> f64| {
        drawn.iter().map(|(_, best)| share(best.codes)).sum::<f64>() / n
    };
    let codes_expected = mean(CodeDisorder::share);
    (expected > 0.0).then(|| Gamma {
        of_codes: (found.codes.all > 0.0 && codes_expected > 0.0)
            .then(|| 1.0 - codes / codes_expected),
        codes: (codes, codes_expected),
        codes_with_alone: (
            found.codes.share_with_alone(),
            mean(CodeDisorder::share_with_alone),
        ),
        gamma: 1.0 - observed / expected,
        observed,
        expected,
        n_groups: found.n_groups,
        n_chance: drawn.len(),
        proved: found.proved && drawn.iter().all(|(_, best)| best.proved),
    })
}

fn n_needed(drawn: &[(f64, Best)], precision: f64) -> usize {
    let values: Vec<f64> = drawn.iter().map(|(disorder, _)| *disorder).collect();
    let mean = attune_statistics::descriptives::mean(&values);
    let spread = attune_statistics::descriptives::standard_deviation(&values);
    if mean <= 0.0 {
        return drawn.len();
    }
    (1.96 * spread / mean / precision).powi(2).ceil() as usize
}

fn best(coders: &[Vec<Event>], settings: &GammaSettings) -> Best {
    match coders {
        [first, second] => {
            let codes = |group: &[Event]| CodeDisorder::of(group, 2, settings);
            assignment::best(first, second, |a, b| cost(a, b, settings), codes)
        }
        _ => {
            let codes = |group: &[Event]| CodeDisorder::of(group, coders.len(), settings);
            partition::best(coders, |a, b| cost(a, b, settings), codes)
        }
    }
}

/// The cost of aligning two events.
fn cost(a: Event, b: Event, settings: &GammaSettings) -> f64 {
    settings.alpha * apart(a, b) + settings.beta * f64::from(u8::from(a.code != b.code))
}

/// How far apart two events lie, against their lengths, squared.
fn apart(a: Event, b: Event) -> f64 {
    let ends = ((a.start - b.start).abs() + (a.end - b.end).abs()) as f64;
    (ends / (a.length() + b.length()) as f64).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coder(stretches: &[(i64, i64, usize)]) -> Vec<Event> {
        let event = |(start, end, code): &(i64, i64, usize)| Event {
            start: start * 1_000_000,
            end: end * 1_000_000,
            code: *code,
        };
        stretches.iter().map(event).collect()
    }

    fn three_coders() -> Vec<Vec<Event>> {
        // AlexPaulSuzan.csv of pygamma-agreement (MIT).
        vec![
            coder(&[
                (2, 9, 1),
                (11, 17, 2),
                (24, 30, 5),
                (32, 36, 6),
                (36, 44, 6),
                (44, 60, 7),
            ]),
            coder(&[(2, 9, 1), (11, 17, 3), (19, 25, 5), (32, 44, 6)]),
            coder(&[
                (2, 9, 1),
                (11, 17, 4),
                (21, 27, 5),
                (32, 36, 6),
                (36, 40, 6),
                (40, 44, 6),
            ]),
        ]
    }

    fn figure_ten() -> Vec<Vec<Event>> {
        vec![
            coder(&[(4, 14, 0), (20, 30, 1)]),
            coder(&[(4, 14, 0), (20, 25, 1)]),
            coder(&[(14, 24, 0), (40, 44, 1)]),
        ]
    }

    #[test]
    fn the_least_disorder_of_the_reference_cases_is_exact() {
        // pygamma-agreement 0.5.9, integer programme: 0.653542 with 6 groups, 1.185185 with 3.
        for (coders, disorder, n_groups) in
            [(three_coders(), 0.653_542, 6), (figure_ten(), 1.185_185, 3)]
        {
            let n: usize = coders.iter().map(Vec::len).sum();
            let best = best(&coders, &GammaSettings::default());
            let observed = best.sum * coders.len() as f64 / n as f64;
            assert!((observed - disorder).abs() < 5e-7, "{observed}");
            assert_eq!((best.n_groups, best.proved), (n_groups, true));
        }
    }

    #[test]
    fn gamma_of_the_reference_cases_is_near() {
        // pygamma-agreement 0.5.9, seed 4772: gamma 0.522 and 0.028, of codes 0.396 and −0.078, to be met
        // within 0.02.
        let settings = GammaSettings {
            n_least: 1500,
            ..GammaSettings::default()
        };
        let cases = [
            (three_coders(), 60, (0.522, 0.396)),
            (figure_ten(), 44, (0.028, -0.078)),
        ];
        for (coders, end, expected) in cases {
            let gamma = gamma(&coders, (0, end * 1_000_000), &settings).unwrap();
            assert!((gamma.gamma - expected.0).abs() < 0.02, "{gamma:?}");
            let (observed, by_chance) = gamma.codes_with_alone;
            let of_codes = 1.0 - observed / by_chance;
            assert!((of_codes - expected.1).abs() < 0.02, "{of_codes} {gamma:?}");
        }
    }

    #[test]
    fn chance_by_shifting_is_another_chance() {
        // The paper's way gives these six events more room to miss each other.
        let shifted = GammaSettings {
            chance: ChanceCodings::Shifted,
            n_least: 300,
            ..GammaSettings::default()
        };
        let gamma = gamma(&three_coders(), (2_000_000, 60_000_000), &shifted).unwrap();
        assert!((gamma.gamma - 0.55).abs() < 0.02, "{gamma:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_gamma_and_identical_codings_give_one() {
        let coders = three_coders();
        let run = || gamma(&coders, (0, 60_000_000), &GammaSettings::default());
        assert_eq!(run(), run());
        let same = vec![coders[0].clone(), coders[0].clone()];
        assert_eq!(
            gamma(&same, (0, 60_000_000), &GammaSettings::default())
                .unwrap()
                .gamma,
            1.0
        );
    }

    #[test]
    fn two_coders_by_assignment_or_by_branch_and_bound_cost_the_same() {
        let coders = three_coders();
        for pair in [[0, 1], [0, 2], [1, 2]] {
            let (a, b) = (&coders[pair[0]], &coders[pair[1]]);
            let settings = GammaSettings::default();
            let codes = |group: &[Event]| CodeDisorder::of(group, 2, &settings);
            let one = assignment::best(a, b, |a, b| cost(a, b, &settings), codes);
            let both = [a.clone(), b.clone()];
            let other = partition::best(&both, |a, b| cost(a, b, &settings), codes);
            assert!((one.sum - other.sum).abs() < 1e-12);
        }
    }
}
