//! Coefficients with their intervals, one below the other, and the line of no difference.

use attune_analysis::words;

use super::{DataTable, Drawn, Heading, Interval, Plot};
use crate::{Forest, ForestRow, Format, figures::forest};

/// Coefficients with their intervals.
#[derive(Debug, Clone)]
pub struct CoefficientForest {
    /// What stands around it.
    pub heading: Heading,
    /// Name of the axis: the unit of the coefficients and the level of the intervals.
    pub axis: String,
    /// From top to bottom. An intercept is best left out: it is no difference, and hides those that are.
    pub rows: Vec<Coefficient>,
}

/// One coefficient.
#[derive(Debug, Clone)]
pub struct Coefficient {
    /// Its name.
    pub label: String,
    /// A second, smaller line, such as "p = 0.013".
    pub detail: String,
    /// The estimate.
    pub interval: Interval,
}

impl Plot for CoefficientForest {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&["term", "estimate", "lower", "upper"]);
        for row in &self.rows {
            data.push(&[&row.label], &row.interval.values());
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let forest = Forest {
            axis_label: self.axis.clone(),
            rows: self.rows.iter().map(row).collect(),
            sides: None,
        };
        Drawn(forest::draw(&forest, format))
    }
}

fn row(coefficient: &Coefficient) -> ForestRow {
    let Interval {
        estimate,
        lower,
        upper,
    } = coefficient.interval;
    let is_finite = coefficient.interval.is_finite();
    let decimals = words::decimals_for(lower, upper);
    let number = |value: f64| words::fixed(value, decimals);
    ForestRow {
        label: coefficient.label.clone(),
        detail: coefficient.detail.clone(),
        estimate: is_finite.then_some((estimate, lower, upper)),
        words: match is_finite {
            true => format!(
                "{} ({} to {})",
                number(estimate),
                number(lower),
                number(upper)
            ),
            false => "not defined".to_owned(),
        },
        smallest_difference: None,
        is_main: true,
    }
}
