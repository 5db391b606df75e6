//! Who gave which unit what: units in rows, coders in columns, gaps allowed.

use crate::data_problem::{DataProblem, require_same_length};

/// One value of the scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// As it was written.
    pub label: String,
    /// Its number; for words the place in the order, from 1.
    pub value: f64,
}

/// Ratings of units by coders.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    // Invariants: cells.len() == n_units * coders.len(); cells index categories;
    // categories ascend in value; clusters, if any, has one entry per unit.
    coders: Vec<String>,
    categories: Vec<Category>,
    cells: Vec<Option<usize>>,
    numeric: bool,
    clusters: Option<Vec<usize>>,
}

impl Ratings {
    /// Ratings from text cells, one row per unit. Empty text is missing.
    ///
    /// With an `order`, the cells must be among its labels, whose places are the values.
    /// Without, cells that are all numbers are taken as numbers, otherwise as words in
    /// alphabetical order.
    ///
    /// # Errors
    ///
    /// When there are fewer than two coders, a row has another length, a cell is not in
    /// the order, or nothing was rated.
    ///
    /// # Examples
    ///
    /// ```
    /// use attune_statistics::agreement::Ratings;
    /// let coders = ["A".to_owned(), "B".to_owned()];
    /// let rows = [vec!["yes", "yes"], vec!["no", ""]].map(|row| row.iter().map(|c| c.to_string()).collect());
    /// let ratings = Ratings::from_text(&coders, &rows, None).unwrap();
    /// assert_eq!((ratings.n_units(), ratings.category(1, 1)), (2, None));
    /// ```
    pub fn from_text(
        coders: &[String],
        rows: &[Vec<String>],
        order: Option<&[String]>,
    ) -> Result<Self, DataProblem> {
        check_shape(coders, rows)?;
        let written = || rows.iter().flatten().filter(|cell| !cell.is_empty());
        let number = |cell: &String| cell.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        let numeric = order.is_none() && written().all(|cell| number(cell).is_some());
        let mut categories: Vec<Category> = match order {
            Some(labels) => in_order(labels.iter().cloned()),
            None if numeric => {
                let value = |cell: &String| number(cell).unwrap_or(f64::NAN);
                written()
                    .map(|cell| Category {
                        label: cell.clone(),
                        value: value(cell),
                    })
                    .collect()
            }
            None => {
                let mut labels: Vec<String> = written().cloned().collect();
                labels.sort();
                labels.dedup();
                in_order(labels)
            }
        };
        categories.sort_by(|a, b| a.value.total_cmp(&b.value));
        categories.dedup_by(|a, b| a.value == b.value);
        let place = |cell: &String| -> Option<usize> {
            if numeric {
                let value = number(cell)?;
                return categories
                    .binary_search_by(|c| c.value.total_cmp(&value))
                    .ok();
            }
            categories
                .iter()
                .position(|category| category.label == *cell)
        };
        let mut cells = Vec::with_capacity(rows.len() * coders.len());
        for cell in rows.iter().flatten() {
            let found = place(cell);
            if found.is_none() && !cell.is_empty() {
                return Err(DataProblem::UnknownCategory {
                    label: cell.clone(),
                });
            }
            cells.push(found);
        }
        Self::checked(coders, categories, cells, numeric)
    }

    /// Ratings from numbers, one row per unit.
    ///
    /// # Errors
    ///
    /// When there are fewer than two coders, a row has another length, a value is not
    /// finite, or nothing was rated.
    pub fn from_numbers(coders: &[String], rows: &[Vec<Option<f64>>]) -> Result<Self, DataProblem> {
        check_shape(coders, rows)?;
        let all: Vec<Option<f64>> = rows.concat();
        if let Some(position) = all
            .iter()
            .position(|cell| cell.is_some_and(|x| !x.is_finite()))
        {
            return Err(DataProblem::NotFinite {
                what: "the ratings",
                position,
            });
        }
        // Adding 0 makes −0 the same category as 0.
        let mut values: Vec<f64> = all.iter().flatten().map(|x| x + 0.0).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let place = |value: f64| {
            values
                .binary_search_by(|v| v.total_cmp(&(value + 0.0)))
                .ok()
        };
        let cells = all.iter().map(|cell| cell.and_then(place)).collect();
        let categories = values
            .iter()
            .map(|v| Category {
                label: v.to_string(),
                value: *v,
            })
            .collect();
        Self::checked(coders, categories, cells, true)
    }

    fn checked(
        coders: &[String],
        categories: Vec<Category>,
        cells: Vec<Option<usize>>,
        numeric: bool,
    ) -> Result<Self, DataProblem> {
        if cells.iter().all(Option::is_none) {
            return Err(DataProblem::TooFew {
                what: "the table of ratings",
                needed: 1,
                found: 0,
            });
        }
        Ok(Ratings {
            coders: coders.to_vec(),
            categories,
            cells,
            numeric,
            clusters: None,
        })
    }

    /// The same ratings with units grouped into clusters (clips of one dyad, dyads of one
    /// site), by label; the bootstrap then resamples clusters.
    ///
    /// # Errors
    ///
    /// When there is not one label per unit.
    pub fn with_clusters(mut self, labels: &[String]) -> Result<Self, DataProblem> {
        require_same_length(
            ("the units", self.n_units()),
            ("the cluster labels", labels.len()),
        )?;
        let mut distinct: Vec<&String> = labels.iter().collect();
        distinct.sort();
        distinct.dedup();
        let place = |label: &String| distinct.binary_search(&label).unwrap_or(0);
        self.clusters = Some(labels.iter().map(place).collect());
        Ok(self)
    }

    /// The ratings of two coders only, by their places.
    pub fn pair(&self, first: usize, second: usize) -> Ratings {
        let cells = self
            .units()
            .flat_map(|unit| [unit[first], unit[second]])
            .collect();
        let coders = vec![self.coders[first].clone(), self.coders[second].clone()];
        Ratings {
            coders,
            cells,
            ..self.clone()
        }
    }

    /// Names of the coders.
    pub fn coders(&self) -> &[String] {
        &self.coders
    }

    /// Number of coders.
    pub fn n_coders(&self) -> usize {
        self.coders.len()
    }

    /// Number of units, rated or not.
    pub fn n_units(&self) -> usize {
        self.cells.len() / self.coders.len()
    }

    /// The scale, in ascending order.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Whether the ratings are numbers rather than words.
    pub fn is_numeric(&self) -> bool {
        self.numeric
    }

    /// Number of cells without a rating.
    pub fn n_missing(&self) -> usize {
        self.cells.iter().filter(|cell| cell.is_none()).count()
    }

    /// Place of the category that a coder gave a unit.
    pub fn category(&self, unit: usize, coder: usize) -> Option<usize> {
        self.cells[unit * self.coders.len() + coder]
    }

    /// The cells of each unit, one per coder.
    pub fn units(&self) -> impl Iterator<Item = &[Option<usize>]> {
        self.cells.chunks(self.coders.len())
    }

    /// Number of ratings of each category that a unit received: (category, count), by category.
    pub(crate) fn counts(unit: &[Option<usize>]) -> Vec<(usize, f64)> {
        let mut given: Vec<usize> = unit.iter().flatten().copied().collect();
        given.sort_unstable();
        given
            .chunk_by(|a, b| a == b)
            .map(|same| (same[0], same.len() as f64))
            .collect()
    }

    /// Values of the units that all coders rated.
    pub(crate) fn complete_values(&self) -> Vec<Vec<f64>> {
        let values = |unit: &[Option<usize>]| -> Option<Vec<f64>> {
            unit.iter()
                .map(|cell| cell.map(|place| self.categories[place].value))
                .collect()
        };
        self.units().filter_map(values).collect()
    }

    /// For each unit the block that the bootstrap draws it with: its cluster or itself.
    pub(crate) fn blocks(&self) -> Vec<usize> {
        self.clusters
            .clone()
            .unwrap_or_else(|| (0..self.n_units()).collect())
    }

    /// What the bootstrap resamples.
    pub(crate) fn block_name(&self) -> &'static str {
        if self.clusters.is_some() {
            "clusters"
        } else {
            "units"
        }
    }
}

fn check_shape<T>(coders: &[String], rows: &[Vec<T>]) -> Result<(), DataProblem> {
    if coders.len() < 2 {
        return Err(DataProblem::TooFew {
            what: "the list of coders",
            needed: 2,
            found: coders.len(),
        });
    }
    rows.iter()
        .try_for_each(|row| require_same_length(("the coders", coders.len()), ("a row", row.len())))
}

fn in_order(labels: impl IntoIterator<Item = String>) -> Vec<Category> {
    let places = labels.into_iter().enumerate();
    places
        .map(|(place, label)| Category {
            label,
            value: place as f64 + 1.0,
        })
        .collect()
}
