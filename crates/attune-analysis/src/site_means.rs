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

    /// The number of one dyad, if its rows allow.
    fn of_rows(self, rows: &[&Row]) -> Option<f64> {
        match self {
            Self::Mean => {
                let values: Vec<f64> = rows.iter().filter_map(|row| row.value.ok()).collect();
                (!values.is_empty()).then(|| mean(&values))
            }
            Self::Change { from, to } => {
                let at = |wave| {
                    let row = rows
                        .iter()
                        .find(|row| row.wave == Some(wave) && row.value.is_ok());
                    row.and_then(|row| row.value.ok())
                };
                Some(at(to)? - at(from)?)
            }
            Self::Slope(time) => slope(rows, time),
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Slope(_) => "least-squares slopes of the dyads with two values or more",
            Self::Change { .. } => "changes of the dyads with both values",
            Self::Mean => "means of the dyads",
        }
    }
}

/// Least-squares slope of one dyad; `None` without two different times.
fn slope(rows: &[&Row], time: TimeVariable) -> Option<f64> {
    let points: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((time.of_row(row)?, row.value.ok()?)))
        .collect();
    let n = points.len() as f64;
    let centre = sum(points.iter().map(|(time, _)| *time)) / n;
    let squares = sum(points.iter().map(|(time, _)| (time - centre).powi(2)));
    let products = sum(points.iter().map(|(time, value)| (time - centre) * value));
    (squares > 0.0).then(|| products / squares)
}

/// One site.
#[derive(Debug, Clone, Copy)]
pub struct SiteMean {
    /// Unweighted mean of its dyads.
    pub mean: f64,
    /// How many dyads contribute.
    pub n_dyads: usize,
    /// Whether it is in the group that the term names; otherwise it is in the reference.
    pub in_group: bool,
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
    let (group, reference) = (comparison.group.as_str(), comparison.reference.as_str());
    let protocol = question.long.protocol;
    let rows = &question.long.outcomes[question.outcome];
    let arm_of = |row: &Row| row.arm.map(|arm| protocol.arms[arm].id.as_str());
    let mut sites: BTreeMap<usize, (Vec<f64>, bool)> = BTreeMap::new();
    for of_unit in run
        .frame
        .rows
        .chunk_by(|a, b| rows[*a].unit == rows[*b].unit)
    {
        let of_unit: Vec<&Row> = of_unit.iter().map(|&row| &rows[row]).collect();
        let (site, arm) = (of_unit[0].site, arm_of(of_unit[0]));
        if of_unit
            .iter()
            .any(|row| row.site != site || arm_of(row) != arm)
        {
            return Err(
                "dyads changed their site or arm, so sites cannot be permuted as wholes".to_owned(),
            );
        }
        let (Some(site), Some(arm), Some(own)) = (site, arm, number.of_rows(&of_unit)) else {
            continue;
        };
        if arm != group && arm != reference {
            continue;
        }
        let (numbers, in_group) = sites
            .entry(site)
            .or_insert_with(|| (Vec::new(), arm == group));
        if *in_group != (arm == group) {
            return Err(format!(
                "{} changed its arm, so it cannot be permuted as a whole",
                protocol.sites[site].label
            ));
        }
        numbers.push(own);
    }
    let site_mean = |(numbers, in_group): (Vec<f64>, bool)| SiteMean {
        mean: mean(&numbers),
        n_dyads: numbers.len(),
        in_group,
    };
    Ok(sites.into_values().map(site_mean).collect())
}
