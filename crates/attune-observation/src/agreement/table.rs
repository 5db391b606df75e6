//! The table of what one coder said against what the other said, and kappa from it.

/// A square table of amounts: units, seconds or events. Rows are the first coder's labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    n: usize,
    cells: Vec<f64>,
}

/// What chance agreement means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// The product of the margins (Cohen 1960).
    Margins,
    /// Label 0 is "the other coder has no such event". That both have none cannot be observed, so
    /// chance is fitted with that cell fixed at zero; a pair of labels 0 is never tallied.
    WithoutNil,
}

/// Kappa with what must be read beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kappa {
    /// (pₒ − pₑ)/(1 − pₑ); `None` when chance agreement is complete or nothing was tallied.
    pub kappa: Option<f64>,
    /// Share of agreement.
    pub observed: f64,
    /// Share of agreement that chance gives.
    pub expected: f64,
    /// The largest kappa that the margins allow; only for [`Chance::Margins`].
    pub largest: Option<f64>,
}

impl Table {
    /// An empty table of that many labels.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            cells: vec![0.0; n * n],
        }
    }

    /// A table from its cells, row by row.
    pub fn from_cells(n: usize, cells: &[f64]) -> Self {
        Self {
            n,
            cells: cells.to_vec(),
        }
    }

    /// The number of labels.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The cells, row by row.
    pub fn cells(&self) -> &[f64] {
        &self.cells
    }

    /// The amount in a cell.
    pub fn at(&self, first: usize, second: usize) -> f64 {
        self.cells[first * self.n + second]
    }

    /// Adds an amount.
    pub fn add(&mut self, first: usize, second: usize, amount: f64) {
        self.cells[first * self.n + second] += amount;
    }

    /// The same table with room for more labels.
    #[must_use]
    pub fn with_room(&self, n: usize) -> Self {
        let mut wider = Self::new(n.max(self.n));
        for first in 0..self.n {
            for second in 0..self.n {
                wider.add(first, second, self.at(first, second));
            }
        }
        wider
    }

    /// Kappa alone of cells row by row, without making a table: what a resample needs.
    pub fn kappa_of_cells(n: usize, cells: &[f64], chance: Chance) -> Option<f64> {
        let mut total = 0.0;
        let mut diagonal = 0.0;
        let (mut product, mut n_used) = (0.0, 0_usize);
        let (mut row_of_nil, mut column_of_nil) = (0.0, 0.0);
        for label in 0..n {
            let row: f64 = cells[label * n..(label + 1) * n].iter().sum();
            let column: f64 = (0..n).map(|first| cells[first * n + label]).sum();
            total += row;
            diagonal += cells[label * n + label];
            match (label, chance) {
                (0, Chance::WithoutNil) => (row_of_nil, column_of_nil) = (row, column),
                _ => {
                    product += row * column;
                    n_used += usize::from(row + column > 0.0);
                }
            }
        }
        if total <= 0.0 {
            return None;
        }
        let observed = diagonal / total;
        let expected = match chance {
            Chance::Margins => product / (total * total),
            Chance::WithoutNil if n_used < 2 => return None,
            Chance::WithoutNil => {
                let both = total - row_of_nil - column_of_nil;
                let scale = (total - row_of_nil) * (total - column_of_nil);
                if both <= 0.0 || scale <= 0.0 {
                    0.0
                } else {
                    product * both / scale / total
                }
            }
        };
        (1.0 - expected > 1e-12).then(|| (observed - expected) / (1.0 - expected))
    }

    /// All amounts together.
    pub fn total(&self) -> f64 {
        self.cells.iter().sum()
    }

    /// What the first coder gave each label, and the second.
    pub fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let rows = self.cells.chunks(self.n).map(|row| row.iter().sum());
        let columns = (0..self.n).map(|j| (0..self.n).map(|i| self.at(i, j)).sum());
        (rows.collect(), columns.collect())
    }

    /// Kappa with its companions.
    pub fn kappa(&self, chance: Chance) -> Kappa {
        let total = self.total();
        let (rows, columns) = self.margins();
        let diagonal: f64 = (0..self.n).map(|label| self.at(label, label)).sum();
        let observed = diagonal / total;
        let expected = match chance {
            Chance::Margins => products(&rows, &columns) / (total * total),
            Chance::WithoutNil => expected_without_nil(&rows, &columns, total),
        };
        // Chance agreement that differs from 1 by rounding only is complete. With one code alone every
        // linked event agrees, by chance as in truth: there is nothing to correct for.
        let one_code = chance == Chance::WithoutNil && {
            let used = |k: &usize| rows[*k] + columns[*k] > 0.0;
            (1..self.n).filter(used).count() < 2
        };
        let is_defined = total > 0.0 && 1.0 - expected > 1e-12 && !one_code;
        let largest = (chance == Chance::Margins && is_defined).then(|| {
            let reachable: f64 = rows.iter().zip(&columns).map(|(r, c)| r.min(*c)).sum();
            (reachable / total - expected) / (1.0 - expected)
        });
        Kappa {
            kappa: is_defined.then(|| (observed - expected) / (1.0 - expected)),
            observed,
            expected,
            largest,
        }
    }
}

fn products(rows: &[f64], columns: &[f64]) -> f64 {
    rows.iter().zip(columns).map(|(r, c)| r * c).sum()
}

/// Expected agreement of the model of quasi-independence with the cell (nil, nil) fixed at zero.
///
/// Iterative proportional fitting converges to e_ij = r_i c_j L/((N − r₀)(N − c₀)) for i, j ≠ nil, where
/// L = N − r₀ − c₀ is the number of events that both have: the two scaling equations can be solved
/// by hand because only one cell is fixed. `docs/methods/observation-agreement.md` has the algebra.
fn expected_without_nil(rows: &[f64], columns: &[f64], total: f64) -> f64 {
    let both = total - rows[0] - columns[0];
    let scale = (total - rows[0]) * (total - columns[0]);
    if both <= 0.0 || scale <= 0.0 {
        return 0.0;
    }
    products(&rows[1..], &columns[1..]) * both / scale / total
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Iterative proportional fitting as the references describe it.
    fn fitted(table: &Table) -> f64 {
        let n = table.n();
        let (rows, columns) = table.margins();
        let mut fit = vec![vec![1.0; n]; n];
        fit[0][0] = 0.0;
        for _ in 0..20_000 {
            for i in 0..n {
                let sum: f64 = fit[i].iter().sum();
                let factor = if sum > 0.0 { rows[i] / sum } else { 0.0 };
                fit[i].iter_mut().for_each(|cell| *cell *= factor);
            }
            for j in 0..n {
                let sum: f64 = fit.iter().map(|row| row[j]).sum();
                let factor = if sum > 0.0 { columns[j] / sum } else { 0.0 };
                fit.iter_mut().for_each(|row| row[j] *= factor);
            }
        }
        (1..n).map(|k| fit[k][k]).sum::<f64>() / table.total()
    }

    #[test]
    fn kappa_of_a_printed_table_comes_out() {
        // Cohen (1960): three categories, kappa 0.492 from the printed shares.
        let table = Table::from_cells(3, &[0.44, 0.05, 0.01, 0.07, 0.20, 0.03, 0.09, 0.05, 0.06]);
        let kappa = table.kappa(Chance::Margins);
        assert!((kappa.observed - 0.70).abs() < 1e-12 && (kappa.expected - 0.41).abs() < 1e-12);
        assert!((kappa.kappa.unwrap() - 0.491_525).abs() < 1e-6);
    }

    #[test]
    fn one_label_throughout_leaves_kappa_undefined() {
        let mut table = Table::new(2);
        table.add(1, 1, 60.0);
        let kappa = table.kappa(Chance::Margins);
        assert_eq!((kappa.kappa, kappa.observed), (None, 1.0));
        assert_eq!(Table::new(3).kappa(Chance::WithoutNil).kappa, None);
    }

    #[test]
    fn one_code_of_events_leaves_kappa_undefined_but_not_the_agreement() {
        let mut table = Table::new(2);
        table.add(1, 1, 30.0);
        table.add(1, 0, 5.0);
        table.add(0, 1, 15.0);
        let kappa = table.kappa(Chance::WithoutNil);
        assert_eq!((kappa.kappa, kappa.observed), (None, 0.6));
    }

    proptest! {
        #[test]
        fn the_closed_form_is_what_proportional_fitting_converges_to(
            cells in proptest::collection::vec(1_u8..40, 15)
        ) {
            let cells: Vec<f64> = std::iter::once(0.0).chain(cells.into_iter().map(f64::from)).collect();
            let table = Table::from_cells(4, &cells);
            let expected = table.kappa(Chance::WithoutNil).expected;
            prop_assert!((expected - fitted(&table)).abs() < 1e-9);
        }

        #[test]
        fn kappa_of_cells_is_the_kappa_of_their_table(
            cells in proptest::collection::vec(0_u8..9, 16)
        ) {
            let mut cells: Vec<f64> = cells.into_iter().map(f64::from).collect();
            for chance in [Chance::Margins, Chance::WithoutNil] {
                if chance == Chance::WithoutNil {
                    cells[0] = 0.0;
                }
                let (table, alone) = (
                    Table::from_cells(4, &cells).kappa(chance).kappa,
                    Table::kappa_of_cells(4, &cells, chance),
                );
                match (table, alone) {
                    (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }

        #[test]
        fn kappa_is_symmetric_in_the_coders(cells in proptest::collection::vec(0_u8..40, 9)) {
            let cells: Vec<f64> = cells.into_iter().map(f64::from).collect();
            let table = Table::from_cells(3, &cells);
            let mut turned = Table::new(3);
            for i in 0..3 { for j in 0..3 { turned.add(j, i, table.at(i, j)); } }
            let (one, other) = (table.kappa(Chance::Margins), turned.kappa(Chance::Margins));
            match (one.kappa, other.kappa) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }
}
