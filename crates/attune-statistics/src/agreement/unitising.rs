//! Krippendorff's alphas for coders who mark stretches of a continuum themselves: of a
//! recording or a text.
//!
//! The family of Krippendorff, Mathet, Bouvry and Widlöcher (2016): agreement is the
//! length on which coders' stretches intersect; chance pairs every stretch with every
//! other but itself. Points have no length and need another measure. Definitions in
//! `docs/methods/unitising.md`.

use std::collections::BTreeMap;

use crate::data_problem::{DataProblem, require_same_length};
use crate::resampling::additive::Additive;

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
    unitising_alpha_of_all(&[Continuum {
        coders: coders.to_vec(),
        length,
    }])
}

/// A recording or text with what each coder marked in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuum {
    /// One list of stretches per coder, the same coders in the same order everywhere.
    pub coders: Vec<Vec<Stretch>>,
    /// Its length.
    pub length: f64,
}

/// The unitising alphas of several recordings or texts together: coincidences and margins
/// are added up before chance is computed.
///
/// # Errors
///
/// As in [`unitising_alpha`], or when there is no recording or the number of coders differs.
pub fn unitising_alpha_of_all(continua: &[Continuum]) -> Result<UnitisingAlpha, DataProblem> {
    let codes = codes_of(continua);
    let each = coincidences_of_each(continua, &codes)?;
    let mut totals = Coincidences::empty(codes.len() + 1);
    for one in &each {
        totals.add(one);
    }
    Ok(totals.family(&codes))
}

/// uα, |uα and cuα as sums over recordings, for the bootstrap (resample recordings or
/// clusters of them, never seconds).
///
/// # Errors
///
/// As in [`unitising_alpha_of_all`].
pub fn additive(continua: &[Continuum], kind: UnitisingKind) -> Result<Additive, DataProblem> {
    let codes = codes_of(continua);
    let n_values = codes.len() + 1;
    let each = coincidences_of_each(continua, &codes)?;
    let units = each
        .iter()
        .map(|one| one.flat().into_iter().enumerate().collect())
        .collect();
    Ok(Additive::new(
        n_values * (n_values + 2),
        units,
        move |totals| {
            let family = Coincidences::from_flat(n_values, totals).family(&codes);
            let alpha = match kind {
                UnitisingKind::All => family.u_alpha,
                UnitisingKind::Binary => family.binary_u_alpha,
                UnitisingKind::Codes => family.cu_alpha,
            };
            alpha.unwrap_or(f64::NAN)
        },
    ))
}

/// Which of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitisingKind {
    /// uα.
    All,
    /// |uα.
    Binary,
    /// cuα.
    Codes,
}

fn codes_of(continua: &[Continuum]) -> Vec<String> {
    let stretches = continua
        .iter()
        .flat_map(|continuum| continuum.coders.iter().flatten());
    let mut codes: Vec<String> = stretches.map(|stretch| stretch.code.clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn coincidences_of_each(
    continua: &[Continuum],
    codes: &[String],
) -> Result<Vec<Coincidences>, DataProblem> {
    let n_coders = continua
        .first()
        .map_or(0, |continuum| continuum.coders.len());
    if n_coders < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of coders",
            needed: 2,
            found: n_coders,
        });
    }
    let place = |code: &str| {
        codes
            .binary_search_by(|known| known.as_str().cmp(code))
            .map_or(GAP, |place| place + 1)
    };
    let coincidences = |continuum: &Continuum| {
        let coders = &continuum.coders;
        require_same_length(
            ("the first recording's coders", n_coders),
            ("another's", coders.len()),
        )?;
        let parts: Vec<Vec<Part>> = coders
            .iter()
            .map(|stretches| partition(stretches, continuum.length, place))
            .collect::<Result<_, _>>()?;
        Ok(Coincidences::of(&parts, codes.len() + 1))
    };
    continua.iter().map(coincidences).collect()
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
    fn empty(n_values: usize) -> Self {
        Coincidences {
            n_values,
            observed: vec![vec![0.0; n_values]; n_values],
            own: vec![0.0; n_values],
            own_paired: vec![0.0; n_values],
        }
    }

    /// All numbers in one row: observed, then own, then own paired.
    fn flat(&self) -> Vec<f64> {
        [&self.observed.concat()[..], &self.own, &self.own_paired].concat()
    }

    fn from_flat(n_values: usize, flat: &[f64]) -> Self {
        let (observed, own) = flat.split_at(n_values * n_values);
        Coincidences {
            n_values,
            observed: observed.chunks(n_values).map(<[f64]>::to_vec).collect(),
            own: own[..n_values].to_vec(),
            own_paired: own[n_values..].to_vec(),
        }
    }

    fn add(&mut self, other: &Self) {
        let sum: Vec<f64> = self
            .flat()
            .iter()
            .zip(other.flat())
            .map(|(a, b)| a + b)
            .collect();
        *self = Self::from_flat(self.n_values, &sum);
    }

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
    fn two_recordings_are_pooled_and_can_be_resampled() {
        let one = Continuum {
            coders: published().to_vec(),
            length: 60.0,
        };
        let single = unitising_alpha(&published(), 60.0).unwrap();
        let twice = [one.clone(), one.clone()];
        let pooled = unitising_alpha_of_all(&twice).unwrap();
        // The same recording twice: the same coincidences, a little more chance agreement.
        assert!((pooled.u_alpha.unwrap() - single.u_alpha.unwrap()).abs() < 0.05);
        assert_eq!(pooled.cu_coverage, single.cu_coverage);
        for (kind, expected) in [
            (UnitisingKind::All, pooled.u_alpha),
            (UnitisingKind::Binary, pooled.binary_u_alpha),
            (UnitisingKind::Codes, pooled.cu_alpha),
        ] {
            let estimate = additive(&twice, kind).unwrap().estimate();
            assert!((estimate - expected.unwrap()).abs() < 1e-12);
        }
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
