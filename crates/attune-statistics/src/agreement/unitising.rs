//! Krippendorff's alphas for coders who mark stretches of a continuum themselves: of a
//! recording or a text.
//!
//! The family of Krippendorff, Mathet, Bouvry and Widlöcher (2016): agreement is the
//! length on which coders' stretches intersect; chance pairs every stretch with every
//! other but itself. Points have no length and need another measure. Definitions in
//! `docs/methods/unitising.md`.

use std::collections::BTreeMap;

use crate::data_problem::DataProblem;

/// A stretch that a coder marked, from `start` up to but not including `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Where it starts.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// What it was coded.
    pub code: String,
}

/// The family of coefficients. `None` where chance disagreement is zero.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UnitisingAlpha {
    /// uα: stretches, gaps and codes together.
    pub u_alpha: Option<f64>,
    /// |uα: marked against unmarked, codes ignored.
    pub binary_u_alpha: Option<f64>,
    /// cuα: codes where two coders both marked something.
    pub cu_alpha: Option<f64>,
    /// Share of all (coder, place) pairs that cuα rests on.
    pub cu_coverage: f64,
    /// (k)uα for each code.
    pub by_code: Vec<CodeAlpha>,
}

/// Agreement on one code.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CodeAlpha {
    /// The code.
    pub code: String,
    /// (k)uα; `None` when it never meets another coder's stretch or nothing else does.
    pub alpha: Option<f64>,
    /// Share of the code's length that meets another coder's stretch.
    pub coverage: f64,
}

/// The unitising alphas of stretches on a continuum from 0 to `length`, one list per coder.
///
/// # Errors
///
/// When there are fewer than two coders, a stretch has no positive length or lies
/// outside, or two stretches of one coder overlap.
///
/// # Examples
///
/// ```
/// use attune_statistics::agreement::unitising::{Stretch, unitising_alpha};
/// let talk = |start, end| vec![Stretch { start, end, code: "talk".to_owned() }];
/// let alpha = unitising_alpha(&[talk(10.0, 30.0), talk(10.0, 30.0)], 60.0).unwrap();
/// assert_eq!(alpha.u_alpha, Some(1.0));
/// ```
pub fn unitising_alpha(
    coders: &[Vec<Stretch>],
    length: f64,
) -> Result<UnitisingAlpha, DataProblem> {
    if coders.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of coders",
            needed: 2,
            found: coders.len(),
        });
    }
    let mut codes: Vec<&str> = coders
        .iter()
        .flatten()
        .map(|stretch| stretch.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let place = |code: &str| codes.binary_search(&code).map_or(GAP, |place| place + 1);
    let parts: Vec<Vec<Part>> = coders
        .iter()
        .map(|stretches| partition(stretches, length, place))
        .collect::<Result<_, _>>()?;
    let coincidences = Coincidences::of(&parts, codes.len() + 1);
    let labels: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    Ok(coincidences.family(&labels))
}

/// The value of a gap; codes follow from 1.
const GAP: usize = 0;

/// A stretch or a gap of one coder.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: f64,
    end: f64,
    value: usize,
}

impl Part {
    fn length(self) -> f64 {
        self.end - self.start
    }
}

/// Stretches in order with the gaps between them.
fn partition(
    stretches: &[Stretch],
    length: f64,
    place: impl Fn(&str) -> usize,
) -> Result<Vec<Part>, DataProblem> {
    let mut sorted: Vec<&Stretch> = stretches.iter().collect();
    sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut parts = Vec::with_capacity(2 * sorted.len() + 1);
    let mut reached = 0.0;
    for stretch in sorted {
        let Stretch { start, end, .. } = *stretch;
        if start.is_nan() || start < reached {
            let allowed = "inside the continuum and after the coder's stretch before it";
            return Err(DataProblem::OutOfRange {
                what: "the start of a stretch",
                value: start,
                allowed,
            });
        }
        if end.is_nan() || end <= start || end > length {
            let allowed = "after its start and inside the continuum";
            return Err(DataProblem::OutOfRange {
                what: "the end of a stretch",
                value: end,
                allowed,
            });
        }
        if start > reached {
            parts.push(Part {
                start: reached,
                end: start,
                value: GAP,
            });
        }
        parts.push(Part {
            start,
            end,
            value: place(&stretch.code),
        });
        reached = end;
    }
    if reached < length {
        parts.push(Part {
            start: reached,
            end: length,
            value: GAP,
        });
    }
    Ok(parts)
}

/// Lengths of intersections between different coders, and what chance would give.
struct Coincidences {
    n_values: usize,
    /// Intersections by pair of values, each ordered pair of coders over (m − 1).
    observed: Vec<Vec<f64>>,
    /// Self-pairings by value: Σ length² of stretches, Σ length of gaps.
    own: Vec<f64>,
    /// The same for the lengths of stretches that meet other stretches.
    own_paired: Vec<f64>,
}

impl Coincidences {
    fn of(parts: &[Vec<Part>], n_values: usize) -> Self {
        let others = parts.len() as f64 - 1.0;
        let mut observed = vec![vec![0.0; n_values]; n_values];
        let (mut own, mut own_paired) = (vec![0.0; n_values], vec![0.0; n_values]);
        for (coder, mine) in parts.iter().enumerate() {
            let mut paired: BTreeMap<usize, f64> = BTreeMap::new();
            for (_, theirs) in parts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != coder)
            {
                for (index, my_value, their_value, length) in intersections(mine, theirs) {
                    observed[my_value][their_value] += length / others;
                    if my_value != GAP && their_value != GAP {
                        *paired.entry(index).or_default() += length / others;
                    }
                }
            }
            for part in mine {
                let length = part.length();
                own[part.value] += if part.value == GAP {
                    length
                } else {
                    length * length
                };
            }
            for (index, length) in paired {
                own_paired[mine[index].value] += length * length;
            }
        }
        Coincidences {
            n_values,
            observed,
            own,
            own_paired,
        }
    }

    fn family(&self, labels: &[String]) -> UnitisingAlpha {
        let all: Vec<usize> = (0..self.n_values).collect();
        let codes = &all[1..];
        let whole = Block::new(&self.observed, &self.own, &all);
        let coded = Block::new(&self.observed, &self.own_paired, codes);
        let by_code = codes.iter().map(|code| {
            let total: f64 = self.observed[*code].iter().sum();
            CodeAlpha {
                code: labels[code - 1].clone(),
                alpha: coded.alpha_of(code - 1),
                coverage: coded.margins[code - 1] / total,
            }
        });
        UnitisingAlpha {
            u_alpha: whole.alpha(),
            binary_u_alpha: whole.alpha_of_first_against_rest(),
            cu_alpha: coded.alpha(),
            cu_coverage: coded.total() / whole.total(),
            by_code: by_code.collect(),
        }
    }
}

/// Observed and expected coincidences of some of the values.
struct Block {
    observed: Vec<Vec<f64>>,
    expected: Vec<Vec<f64>>,
    margins: Vec<f64>,
}

impl Block {
    fn new(observed: &[Vec<f64>], own: &[f64], values: &[usize]) -> Self {
        let pick = |row: &usize| {
            values
                .iter()
                .map(|column| observed[*row][*column])
                .collect()
        };
        let observed: Vec<Vec<f64>> = values.iter().map(pick).collect();
        let own: Vec<f64> = values.iter().map(|value| own[*value]).collect();
        let margins: Vec<f64> = observed.iter().map(|row| row.iter().sum()).collect();
        let total: f64 = margins.iter().sum();
        let divisor = total - own.iter().sum::<f64>() / total;
        let cell = |c: usize, k: usize| {
            (margins[c] * margins[k] - if c == k { own[c] } else { 0.0 }) / divisor
        };
        let n = margins.len();
        let expected = (0..n)
            .map(|c| (0..n).map(|k| cell(c, k)).collect())
            .collect();
        Block {
            observed,
            expected,
            margins,
        }
    }

    fn total(&self) -> f64 {
        self.margins.iter().sum()
    }

    /// 1 − disagreement observed / expected over all pairs of values.
    fn alpha(&self) -> Option<f64> {
        let off_diagonal = |matrix: &[Vec<f64>]| {
            let rows = matrix.iter().enumerate();
            rows.map(|(c, row)| row.iter().sum::<f64>() - row[c])
                .sum::<f64>()
        };
        ratio(off_diagonal(&self.observed), off_diagonal(&self.expected))
    }

    /// The first value against all others together.
    fn alpha_of_first_against_rest(&self) -> Option<f64> {
        let off = |matrix: &[Vec<f64>]| matrix[0][1..].iter().sum::<f64>();
        ratio(off(&self.observed), off(&self.expected))
    }

    /// One value: its share of disagreement observed over that expected.
    fn alpha_of(&self, value: usize) -> Option<f64> {
        let share = |matrix: &[Vec<f64>]| {
            let margin: f64 = matrix[value].iter().sum();
            (margin - matrix[value][value]) / margin
        };
        ratio(share(&self.observed), share(&self.expected))
    }
}

fn ratio(observed: f64, expected: f64) -> Option<f64> {
    (expected > 0.0 && observed.is_finite()).then_some(1.0 - observed / expected)
}

/// All intersections of two partitions: place and value of the first's part, the
/// second's value, length. One pass over both, as they are in order.
fn intersections(first: &[Part], second: &[Part]) -> Vec<(usize, usize, usize, f64)> {
    let mut found = Vec::with_capacity(first.len() + second.len());
    let (mut i, mut j) = (0, 0);
    while i < first.len() && j < second.len() {
        let (a, b) = (first[i], second[j]);
        let length = a.end.min(b.end) - a.start.max(b.start);
        if length > 0.0 {
            found.push((i, a.value, b.value, length));
        }
        if a.end <= b.end {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coder(stretches: &[(f64, f64, &str)]) -> Vec<Stretch> {
        let stretch = |(start, end, code): &(f64, f64, &str)| Stretch {
            start: *start,
            end: *end,
            code: (*code).to_owned(),
        };
        stretches.iter().map(stretch).collect()
    }

    /// The three coders of Krippendorff (2019, figure 12.11), continuum 60.
    fn published() -> [Vec<Stretch>; 3] {
        [
            coder(&[
                (0.0, 7.0, "1"),
                (7.0, 13.0, "2"),
                (30.0, 32.0, "5"),
                (32.0, 37.0, "6"),
                (37.0, 44.0, "6"),
                (44.0, 60.0, "7"),
            ]),
            coder(&[
                (0.0, 7.0, "1"),
                (7.0, 13.0, "3"),
                (13.0, 21.0, "5"),
                (32.0, 44.0, "6"),
            ]),
            coder(&[
                (0.0, 7.0, "1"),
                (7.0, 13.0, "4"),
                (13.0, 21.0, "5"),
                (32.0, 37.0, "6"),
                (37.0, 41.0, "6"),
                (41.0, 44.0, "6"),
            ]),
        ]
    }

    #[test]
    fn the_published_example_comes_out() {
        // Printed: uα 0.510, |uα 0.413 (0.4136, cut), cuα 0.724; (k)uα 1 for codes 1, 5, 6 and 0 for 2, 3, 4.
        let alpha = unitising_alpha(&published(), 60.0).unwrap();
        let near = |value: Option<f64>, printed: f64| {
            assert!(
                (value.unwrap() - printed).abs() < 7e-4,
                "{value:?} {printed}"
            );
        };
        near(alpha.u_alpha, 0.510);
        near(alpha.binary_u_alpha, 0.413);
        near(alpha.cu_alpha, 0.724);
        let by_code: Vec<Option<f64>> = alpha
            .by_code
            .iter()
            .map(|code| code.alpha.map(|a| (a * 1e9).round() / 1e9))
            .collect();
        let (one, zero) = (Some(1.0), Some(0.0));
        assert_eq!(by_code, [one, zero, zero, zero, one, one, None]);
        assert_eq!(alpha.by_code[4].coverage, 8.0 / 18.0);
    }

    #[test]
    fn order_of_coders_and_unit_of_length_do_not_matter() {
        let [a, b, c] = published();
        let original = unitising_alpha(&[a.clone(), b.clone(), c.clone()], 60.0).unwrap();
        let swapped = unitising_alpha(&[c, a, b], 60.0).unwrap();
        assert!((original.u_alpha.unwrap() - swapped.u_alpha.unwrap()).abs() < 1e-12);
        assert!((original.cu_alpha.unwrap() - swapped.cu_alpha.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn overlapping_stretches_of_one_coder_are_refused() {
        let problem = unitising_alpha(
            &[coder(&[(0.0, 5.0, "a"), (4.0, 6.0, "b")]), coder(&[])],
            9.0,
        );
        assert_eq!(
            problem.unwrap_err().to_string(),
            "the start of a stretch is 4 but must be inside the continuum and after the coder's stretch before it"
        );
    }
}
