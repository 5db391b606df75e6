//! The probability of being in the treated arm given the covariates, by logistic regression.

use super::ConfoundingError;
use crate::formula::{Expression, Formula};
use crate::generalised_linear_model::generalised_linear_model;
use crate::generalised_mixed_model::{Family, GeneralisedSettings};
use crate::matrix::orthonormalise;
use crate::model_frame::{FrameError, model_frame};
use crate::table::{Column, Factor, Table};

/// The propensity scores of the rows that can be used.
#[derive(Debug, Clone)]
pub struct PropensityScore {
    /// The arm's column.
    pub arm: String,
    /// The comparison arm, then the treated arm.
    pub arms: [String; 2],
    /// Whether each row used is in the treated arm.
    pub treated: Vec<bool>,
    /// The estimated probability of the treated arm, row by row.
    pub scores: Vec<f64>,
    /// The names of the coefficients of the logistic regression.
    pub terms: Vec<String>,
    /// Its coefficients.
    pub coefficients: Vec<f64>,
    /// The positions in the table of the rows used: complete in arm, outcome and covariates.
    pub used_rows: Vec<usize>,
    /// Rows left out because something was missing.
    pub n_dropped: usize,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
    /// Orthonormal columns that span the covariates.
    pub(crate) basis: Vec<Vec<f64>>,
    /// The rows used.
    pub(crate) table: Table,
}

/// Fewer people than this in the smaller arm for each covariate column is said.
const PEOPLE_PER_COLUMN: usize = 5;

/// Estimates the propensity score `logit P(treated) = x'α` of an arm with two levels, the first of which
/// is the comparison.
///
/// `adjusted` is the outcome and the covariates, `score ~ age + parity + housing`; rows must be complete in
/// both, so that the score is of the people who are compared. Rosenbaum & Rubin (1983), Biometrika 70.
///
/// # Errors
/// When the columns do not fit, there are not two arms, the smaller arm has fewer people than covariates
/// need, or the covariates tell the arms apart perfectly (separation), so that nobody can be compared.
///
/// # Examples
/// ```
/// use attune_statistics::confounding::propensity_score;
/// use attune_statistics::formula::Formula;
/// use attune_statistics::table::{Column, Factor, Table};
///
/// let arms: Vec<Option<&str>> = (0..40).map(|i| Some(if i % 3 == 0 { "clinic" } else { "usual" })).collect();
/// let ages: Vec<f64> = (0..40).map(|i| f64::from(20 + (i * 7) % 15)).collect();
/// let table = Table::new()
///     .with("arm", Column::Factor(Factor::with_levels(&arms, &["usual", "clinic"])))?
///     .with("score", Column::Numbers(ages.iter().map(|age| 80.0 + age).collect()))?
///     .with("age", Column::Numbers(ages))?;
/// let score = propensity_score("arm", &Formula::parse("score ~ age")?, &table)?;
/// // A logistic regression with intercept meets the number treated.
/// assert!((score.scores.iter().sum::<f64>() - 14.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn propensity_score(
    arm: &str,
    adjusted: &Formula,
    table: &Table,
) -> Result<PropensityScore, ConfoundingError> {
    check_formula(arm, adjusted)?;
    let people = People::complete(arm, adjusted, table)?;
    let frame = model_frame(adjusted, &people.table)?;
    let basis = orthonormalise(&frame.columns);
    let n_columns = basis.kept.len() - usize::from(frame.design.intercept);
    let n_smaller_arm = people.n_smaller_arm();
    if n_smaller_arm <= n_columns {
        return Err(ConfoundingError::TooManyCovariates {
            n_smaller_arm,
            n_columns,
        });
    }
    let formula = Formula {
        response: Expression::Name(arm.to_owned()),
        text: format!("{arm} ~ covariates"),
        ..adjusted.clone()
    };
    let settings = GeneralisedSettings::new(Family::Binomial);
    let model = generalised_linear_model(&formula, &people.with_indicator(arm), &settings)
        .map_err(|problem| ConfoundingError::Logistic {
            what: format!("the propensity score of `{arm}`"),
            problem,
        })?;
    let mut warnings: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    if n_smaller_arm < PEOPLE_PER_COLUMN * n_columns {
        warnings.push(format!(
            "the smaller arm has {n_smaller_arm} people for {n_columns} covariate columns: the propensity \
             score is estimated loosely, and the weights with it; adjust for fewer covariates, those that \
             matter most for the outcome"
        ));
    }
    Ok(PropensityScore {
        arm: arm.to_owned(),
        arms: people.arms,
        n_dropped: table.n_rows() - people.rows.len(),
        scores: model.fitted(),
        terms: model.terms,
        coefficients: model.coefficients,
        treated: people.treated,
        used_rows: people.rows,
        warnings,
        basis: basis.q,
        table: people.table,
    })
}

fn check_formula(arm: &str, adjusted: &Formula) -> Result<(), ConfoundingError> {
    if !adjusted.random.is_empty() {
        return Err(ConfoundingError::RandomPart);
    }
    if adjusted.fixed.terms.is_empty() {
        return Err(ConfoundingError::NoCovariates);
    }
    if adjusted.column_names().iter().any(|name| name == arm) {
        return Err(ConfoundingError::ArmAmongCovariates {
            name: arm.to_owned(),
        });
    }
    Ok(())
}

/// The people who are compared.
struct People {
    rows: Vec<usize>,
    table: Table,
    arms: [String; 2],
    treated: Vec<bool>,
}

impl People {
    /// The rows that are complete in arm, outcome and covariates.
    fn complete(arm: &str, adjusted: &Formula, table: &Table) -> Result<Self, ConfoundingError> {
        let factor = match table.column(arm) {
            Some(Column::Factor(factor)) => factor.clone(),
            Some(Column::Numbers(values)) => Factor::from_numbers(values),
            None => {
                return Err(ConfoundingError::Frame(FrameError::UnknownColumn {
                    name: arm.to_owned(),
                    known: table.names().join(", "),
                }));
            }
        };
        let mut rows = model_frame(adjusted, table)?.used_rows;
        rows.retain(|&row| factor.codes[row].is_some());
        let codes: Vec<u32> = rows.iter().filter_map(|&row| factor.codes[row]).collect();
        let mut present = codes.clone();
        present.sort_unstable();
        present.dedup();
        let [comparison, treated] = present[..] else {
            return Err(ConfoundingError::NotTwoArms {
                name: arm.to_owned(),
                n_levels: present.len(),
            });
        };
        Ok(Self {
            table: table.rows(&rows),
            arms: [comparison, treated].map(|code| factor.levels[code as usize].clone()),
            treated: codes.iter().map(|&code| code == treated).collect(),
            rows,
        })
    }

    fn n_smaller_arm(&self) -> usize {
        let n_treated = self.treated.iter().filter(|treated| **treated).count();
        n_treated.min(self.treated.len() - n_treated)
    }

    /// The table with the arm as 0 and 1.
    fn with_indicator(&self, arm: &str) -> Table {
        let indicator = self.treated.iter().map(|&t| f64::from(u8::from(t)));
        self.table
            .replaced(arm, Column::Numbers(indicator.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(arms: &[Option<&str>], ages: Vec<f64>) -> Table {
        Table::new()
            .with("arm", Column::Factor(Factor::from_labels(arms)))
            .unwrap()
            .with("score", Column::Numbers(ages.clone()))
            .unwrap()
            .with("age", Column::Numbers(ages))
            .unwrap()
    }

    fn refusal(formula: &str, table: &Table) -> String {
        propensity_score("arm", &Formula::parse(formula).unwrap(), table)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let arms: Vec<Option<&str>> = (0..12)
            .map(|i| Some(if i < 6 { "a" } else { "b" }))
            .collect();
        let ages: Vec<f64> = (0..12).map(f64::from).collect();
        let apart = table(&arms, ages.clone());
        assert!(refusal("score ~ age", &apart).contains("complete separation: `age` predicts"));
        assert!(refusal("score ~ arm + age", &apart).contains("leave it out of the covariates"));
        assert!(refusal("score ~ 1", &apart).contains("no covariates"));
        assert!(refusal("score ~ nobody", &apart).contains("column `nobody` is not in the data"));
        let one = table(&[Some("a"); 12], ages.clone());
        assert!(refusal("score ~ age", &one).contains("has 1 arm(s)"));
        let few = table(&arms[5..], ages[5..].to_vec());
        assert!(refusal("score ~ age", &few).contains("too few to model who was where"));
    }

    #[test]
    fn rows_with_something_missing_are_left_out_and_counted() {
        let mut arms: Vec<Option<&str>> = (0..20).map(|i| Some(["a", "b"][i % 2])).collect();
        let mut ages: Vec<f64> = (0..20).map(|i| f64::from((i * 7) % 11)).collect();
        (arms[3], ages[8]) = (None, f64::NAN);
        let score = propensity_score(
            "arm",
            &Formula::parse("score ~ age").unwrap(),
            &table(&arms, ages),
        )
        .unwrap();
        assert_eq!((score.n_dropped, score.scores.len()), (2, 18));
        assert!(!score.used_rows.contains(&3) && !score.used_rows.contains(&8));
    }
}
