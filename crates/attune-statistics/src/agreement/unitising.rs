//! Krippendorff's alphas for coders who mark stretches of a continuum themselves: of a
//! recording or a text.
//!
//! The family of Krippendorff, Mathet, Bouvry and Widlöcher (2016): agreement is the
//! length on which coders' stretches intersect; chance pairs every stretch with every
//! other but itself. Points have no length and need another measure. Definitions in
//! `docs/methods/unitising.md`.

mod coincidences;
pub mod report;

use coincidences::{Coincidences, GAP, Part};

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

/// uα, |uα, cuα and (k)uα as sums over recordings, for the bootstrap (resample recordings or
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
                UnitisingKind::Code(place) => family.by_code.get(place).and_then(|code| code.alpha),
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
    /// (k)uα of the code at a place in the alphabet of codes.
    Code(usize),
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
