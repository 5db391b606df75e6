//! One number per site: the mean over its dyads of their slope, change or mean. Two arms are compared
//! through them where sites, and not dyads, are the units.

use std::collections::BTreeMap;

use attune_statistics::descriptives::{mean, sum};

use crate::{
    long_table::Row,
    meaning::{Comparison, Quantity},
    question::Question,
    run::Run,
    time_variable::TimeVariable,
};

/// What each dyad contributes.
#[derive(Debug, Clone, Copy)]
pub enum DyadNumber {
    /// Its least-squares slope.
    Slope(TimeVariable),
    /// Its change between two waves.
    Change {
        /// Earlier wave.
        from: usize,
        /// Later wave.
        to: usize,
    },
    /// Its mean.
    Mean,
}

impl DyadNumber {
    /// The number that corresponds to a term.
    ///
    /// # Errors
    /// When a site could not contribute anything like it.
    pub fn of(question: &Question<'_>, quantity: &Quantity) -> Result<Self, String> {
        match quantity {
            Quantity::Slope(time) => Ok(Self::Slope(*time)),
            Quantity::Value { at_start: false } => Ok(Self::Mean),
            Quantity::ChangeToWave(wave) => {
                let to = question
                    .long
                    .protocol
                    .waves
                    .iter()
                    .position(|known| *known.id == **wave);
                let first = question.long.waves_of(question.outcome).first().copied();
                let (from, to) = first.zip(to).ok_or("the wave is not planned")?;
                Ok(Self::Change { from, to })
            }
            _ => Err("the term has no counterpart that each site could contribute".to_owned()),
        }
    }

    /// The number of one dyad and its weight in the mean of its site, if its rows allow. A slope
    /// weighs as much as its visits are spread in time, so that two visits a week apart do not
    /// count like a year; the weighted mean is the slope of a line fitted to all dyads of the site,
    /// each with its own level.
    fn of_rows(self, rows: &[&Row]) -> Option<(f64, f64)> {
        match self {
            Self::Mean => {
                let values: Vec<f64> = rows.iter().filter_map(|row| row.value.ok()).collect();
                (!values.is_empty()).then(|| (mean(&values), 1.0))
            }
            Self::Change { from, to } => {
                let at = |wave| {
                    let mut at_wave = rows.iter().filter(|row| row.wave == Some(wave));
                    at_wave.find_map(|row| row.value.ok())
                };
                Some((at(to)? - at(from)?, 1.0))
            }
            Self::Slope(time) => slope(rows, time),
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Slope(_) => {
                "Slopes of the sites (least squares over the visits of its dyads, each dyad with its \
                 own level)"
            }
            Self::Change { .. } => "Unweighted site means of the changes of dyads with both values",
            Self::Mean => "Unweighted site means of the dyads’ means",
        }
    }
}

/// Least-squares slope of one dyad and the sum of squares of its times; `None` without two
/// different times.
fn slope(rows: &[&Row], time: TimeVariable) -> Option<(f64, f64)> {
    let points: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((time.of_row(row)?, row.value.ok()?)))
        .collect();
    let n = points.len() as f64;
    let centre = sum(points.iter().map(|(time, _)| *time)) / n;
    let squares = sum(points.iter().map(|(time, _)| (time - centre).powi(2)));
    let products = sum(points.iter().map(|(time, value)| (time - centre) * value));
    (squares > 0.0).then(|| (products / squares, squares))
}

/// One site.
#[derive(Debug, Clone, Copy)]
pub struct SiteMean {
    /// Mean of its dyads.
    pub mean: f64,
    /// How many dyads contribute.
    pub n_dyads: usize,
    /// Whether it is in the group that the term names; otherwise it is in the reference.
    pub in_group: bool,
}

/// The dyads of one site: number and weight.
#[derive(Debug, Default)]
struct SiteDyads {
    numbers: Vec<(f64, f64)>,
    arm: Option<usize>,
}

impl SiteDyads {
    fn mean(&self) -> f64 {
        let weights = sum(self.numbers.iter().map(|(_, weight)| *weight));
        sum(self.numbers.iter().map(|(number, weight)| number * weight)) / weights
    }
}

/// The sites of the two arms compared, in the order of the protocol.
///
/// # Errors
/// When a dyad or a site changed its arm, so that sites are not units of one arm.
pub fn site_means(
    question: &Question<'_>,
    run: &Run,
    number: DyadNumber,
    comparison: &Comparison,
) -> Result<Vec<SiteMean>, String> {
    let arms = &question.long.protocol.arms;
    let position = |id: &str| arms.iter().position(|arm| *arm.id == *id);
    let (group, reference) = (position(&comparison.group), position(&comparison.reference));
    let sites = dyads_by_site(question, run, number)?;
    let compared = sites
        .into_values()
        .filter(|site| site.arm == group || site.arm == reference);
    let site_mean = |site: SiteDyads| SiteMean {
        mean: site.mean(),
        n_dyads: site.numbers.len(),
        in_group: site.arm == group,
    };
    Ok(compared.map(site_mean).collect())
}

fn dyads_by_site(
    question: &Question<'_>,
    run: &Run,
    number: DyadNumber,
) -> Result<BTreeMap<usize, SiteDyads>, String> {
    let rows = &question.long.outcomes[question.outcome];
    let mut sites: BTreeMap<usize, SiteDyads> = BTreeMap::new();
    for positions in run
        .frame
        .rows
        .chunk_by(|a, b| rows[*a].unit == rows[*b].unit)
    {
        let of_unit: Vec<&Row> = positions.iter().map(|&row| &rows[row]).collect();
        let place = |row: &Row| (row.site, row.arm);
        let first = place(of_unit[0]);
        if of_unit.iter().any(|row| place(row) != first) {
            return Err("dyads changed their site or arm, so sites are not whole units".to_owned());
        }
        let ((Some(site), Some(arm)), Some(own)) = (first, number.of_rows(&of_unit)) else {
            continue;
        };
        let dyads = sites.entry(site).or_default();
        if dyads.arm.replace(arm).is_some_and(|known| known != arm) {
            let label = &question.long.protocol.sites[site].label;
            return Err(format!("{label} changed its arm, so it is not one unit"));
        }
        dyads.numbers.push(own);
    }
    Ok(sites)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: usize, days: f64, value: f64) -> Row {
        Row {
            unit,
            site: None,
            arm: None,
            phase: None,
            wave: None,
            days: Some(days),
            age_days: None,
            corrected_age_days: None,
            value: Ok(value),
        }
    }

    #[test]
    fn weighted_slopes_are_the_slope_within_dyads() {
        // Regression on time and a level per dyad, solved by hand: the within-dyad deviations of
        // time are ±1 and ±3, of the value ±2 and ±3; slope (2 + 9) / (1 + 9) × 2 / 2.
        let (first, second) = (
            [row(0, 0.0, 1.0), row(0, 2.0, 5.0)],
            [row(1, 0.0, 9.0), row(1, 6.0, 15.0)],
        );
        let of =
            |rows: &[Row]| slope(&rows.iter().collect::<Vec<_>>(), TimeVariable::Days).unwrap();
        let site = SiteDyads {
            numbers: vec![of(&first), of(&second)],
            arm: None,
        };
        assert!((site.mean() - 1.1).abs() < 1e-12);
        assert!(slope(&[&row(0, 1.0, 2.0)], TimeVariable::Days).is_none());
    }
}
