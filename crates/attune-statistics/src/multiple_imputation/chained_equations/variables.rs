//! The columns of a table as imputation sees them: numbers, where the gaps are, by which method they
//! are filled and from which other columns.

use super::{ChainedEquations, ImputationMethod};
use crate::model_frame::arithmetic::Arithmetic;
use crate::multiple_imputation::imputations::{ImputedColumn, as_numbers, missing_rows};
use crate::multiple_imputation::problem::{ImputationProblem, place};
use crate::table::{Column, Table};

/// Residual degrees of freedom that an imputation model must have at least: with fewer, the drawn
/// variance has no mean and imputed values run away.
const LEAST_RESIDUAL_DF: usize = 3;

/// The columns, and the order in which they are visited.
pub(super) struct Variables {
    pub list: Vec<Variable>,
    /// Places of the columns with gaps, the fewest gaps first.
    pub visits: Vec<usize>,
    pub warnings: Vec<String>,
    place: String,
}

pub(super) struct Variable {
    pub name: String,
    /// Values, or codes; NaN where missing.
    pub values: Vec<f64>,
    pub n_levels: Option<usize>,
    pub missing: Vec<bool>,
    pub observed: Vec<usize>,
    pub gaps: Vec<usize>,
    pub source: Source,
    /// Places of the columns that predict this one.
    pub predictors: Vec<usize>,
}

/// Where the values in the gaps come from.
pub(super) enum Source {
    /// There are none.
    Complete,
    /// A draw.
    Drawn(ImputationMethod),
    /// Arithmetic on other columns.
    Derived(Arithmetic),
}

impl Variables {
    pub(super) fn new(
        table: &Table,
        settings: &ChainedEquations,
        within: Option<(&str, &str)>,
    ) -> Result<Self, ImputationProblem> {
        let mut variables = Self {
            list: Vec::new(),
            visits: Vec::new(),
            warnings: Vec::new(),
            place: place(within),
        };
        let is_used = |name: &&String| {
            !settings.left_out.contains(name) && settings.within.as_ref() != Some(name)
        };
        for name in table.names().iter().filter(is_used) {
            let column = table.column(name).expect("names of a table have columns");
            variables.add_column(name, column, settings)?;
        }
        for derived in &settings.derived {
            variables.add_derived(table, derived)?;
        }
        variables.order_visits();
        variables.choose_predictors(settings);
        Ok(variables)
    }

    fn add_column(
        &mut self,
        name: &str,
        column: &Column,
        settings: &ChainedEquations,
    ) -> Result<(), ImputationProblem> {
        let (values, missing) = (as_numbers(column), missing_rows(column));
        if let Some(row) = values.iter().position(|value| value.is_infinite()) {
            let name = name.to_owned();
            return Err(ImputationProblem::Infinite { name, row: row + 1 });
        }
        let (gaps, observed): (Vec<usize>, Vec<usize>) =
            (0..values.len()).partition(|&row| missing[row]);
        let chosen = settings.methods.iter().find(|(known, _)| known == name);
        let source = if gaps.is_empty() {
            Source::Complete
        } else if observed.is_empty() {
            let (name, place) = (name.to_owned(), self.place.clone());
            return Err(ImputationProblem::NothingObserved { name, place });
        } else {
            Source::Drawn(method_of(name, column, chosen.map(|(_, method)| *method))?)
        };
        if !gaps.is_empty()
            && observed
                .iter()
                .all(|&row| values[row] == values[observed[0]])
        {
            let place = &self.place;
            self.warnings.push(format!(
                "all observed values of `{name}` are equal{place}, so every gap got the same value"
            ));
        }
        self.list.push(Variable {
            name: name.to_owned(),
            n_levels: match column {
                Column::Factor(factor) => Some(factor.levels.len()),
                Column::Numbers(_) => None,
            },
            values,
            missing,
            observed,
            gaps,
            source,
            predictors: Vec::new(),
        });
        Ok(())
    }

    fn add_derived(
        &mut self,
        table: &Table,
        derived: &super::DerivedColumn,
    ) -> Result<(), ImputationProblem> {
        let arithmetic = Arithmetic::new(&derived.of, table)?;
        let n_rows = table.n_rows();
        self.list.push(Variable {
            name: derived.name.clone(),
            values: vec![f64::NAN; n_rows],
            n_levels: None,
            missing: vec![false; n_rows],
            observed: Vec::new(),
            gaps: Vec::new(),
            source: Source::Derived(arithmetic),
            predictors: Vec::new(),
        });
        Ok(())
    }

    fn order_visits(&mut self) {
        self.visits = (0..self.list.len())
            .filter(|&place| matches!(self.list[place].source, Source::Drawn(_)))
            .collect();
        self.visits
            .sort_by_key(|&place| self.list[place].gaps.len());
    }

    /// Every column predicts every other, but a derived one never what it is made of.
    fn choose_predictors(&mut self, settings: &ChainedEquations) {
        let made_of = |derived: &str, of: &String| {
            let mut names = Vec::new();
            let known = settings.derived.iter().find(|known| known.name == derived);
            if let Some(known) = known {
                known.of.collect_names(&mut names);
            }
            names.contains(of)
        };
        for place in 0..self.list.len() {
            let name = self.list[place].name.clone();
            self.list[place].predictors = (0..self.list.len())
                .filter(|&other| other != place && !made_of(&self.list[other].name, &name))
                .collect();
        }
    }

    /// Refuses a model with more coefficients than its observed values can carry.
    pub(super) fn require_enough(
        &self,
        variable: &Variable,
        n_columns: usize,
    ) -> Result<(), ImputationProblem> {
        let (found, needed) = (variable.observed.len(), n_columns + LEAST_RESIDUAL_DF);
        if found >= needed {
            return Ok(());
        }
        Err(ImputationProblem::TooFew {
            what: format!("observed values of `{}`", variable.name),
            place: self.place.clone(),
            found,
            needed,
        })
    }

    /// Calculates the derived columns anew.
    pub(super) fn derive(&self, values: &mut [Vec<f64>]) -> Result<(), ImputationProblem> {
        for (place, variable) in self.list.iter().enumerate() {
            let Source::Derived(arithmetic) = &variable.source else {
                continue;
            };
            let mut table = Table::new();
            for (other, values) in self.list.iter().zip(values.iter()).take(place) {
                if other.n_levels.is_none() {
                    table.push(&other.name, Column::Numbers(values.clone()))?;
                }
            }
            values[place] = arithmetic.evaluate(&table)?;
        }
        Ok(())
    }

    pub(super) fn imputed(&self) -> Vec<ImputedColumn> {
        let imputed = |variable: &Variable| match variable.source {
            Source::Drawn(method) => Some(ImputedColumn {
                name: variable.name.clone(),
                n_missing: variable.gaps.len(),
                method: method.words().to_owned(),
            }),
            _ => None,
        };
        self.list.iter().filter_map(imputed).collect()
    }
}

/// The method that was chosen, if it suits the column, or the one that suits it by itself.
fn method_of(
    name: &str,
    column: &Column,
    chosen: Option<ImputationMethod>,
) -> Result<ImputationMethod, ImputationProblem> {
    use ImputationMethod::{
        Logistic, MultinomialLogit, Normal, OrderedLogit, PredictiveMeanMatching,
    };
    let wrong = |kind, method: ImputationMethod, instead| ImputationProblem::WrongMethod {
        name: name.to_owned(),
        kind,
        method: method.words(),
        instead,
    };
    match (column, chosen) {
        (Column::Numbers(_), None) => Ok(PredictiveMeanMatching { donors: 5 }),
        (Column::Numbers(_), Some(PredictiveMeanMatching { donors: 0 })) => {
            Err(super::at_least_one("the number of donors of predictive mean matching").into())
        }
        (Column::Numbers(_), Some(method @ (Normal | PredictiveMeanMatching { .. }))) => Ok(method),
        (Column::Numbers(_), Some(method)) => Err(wrong(
            "a column of numbers",
            method,
            "predictive mean matching, or make it a factor",
        )),
        (Column::Factor(factor), None) if factor.levels.len() <= 2 => Ok(Logistic),
        (Column::Factor(_), None) => Ok(MultinomialLogit),
        (Column::Factor(factor), Some(Logistic)) if factor.levels.len() > 2 => Err(wrong(
            "a factor with more than two levels",
            Logistic,
            "multinomial or ordered logit",
        )),
        (Column::Factor(_), Some(method @ (Logistic | OrderedLogit | MultinomialLogit))) => {
            Ok(method)
        }
        (Column::Factor(_), Some(method)) => Err(wrong(
            "a factor",
            method,
            "logistic, ordered or multinomial logit",
        )),
    }
}
