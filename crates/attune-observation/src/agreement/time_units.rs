//! Time-unit agreement: the codable time in units of equal length, without and with tolerance.

use super::table::Table;

/// Units by the label of each coder. Both lists have one list per stretch of the window.
pub fn table(first: &[Vec<usize>], second: &[Vec<usize>], n_labels: usize) -> Table {
    let mut table = Table::new(n_labels);
    for (a, b) in first.iter().flatten().zip(second.iter().flatten()) {
        table.add(*a, *b, 1.0);
    }
    table
}

/// Units by label where a unit of `base` counts as agreed when `other` has its label anywhere within
/// `tolerance` units (Bakeman, Quera and Gnisci 2009). Rows are `base`; the result depends on which
/// coder is the base, so both are reported.
pub fn tolerant_table(
    base: &[Vec<usize>],
    other: &[Vec<usize>],
    tolerance: usize,
    n_labels: usize,
) -> Table {
    let mut table = Table::new(n_labels);
    for (base, other) in base.iter().zip(other) {
        for (place, label) in base.iter().enumerate() {
            let near =
                &other[place.saturating_sub(tolerance)..(place + tolerance + 1).min(other.len())];
            let met = if near.contains(label) {
                *label
            } else {
                other[place]
            };
            table.add(*label, met, 1.0);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::table::Chance;
    use super::*;

    #[test]
    fn a_shift_within_the_tolerance_is_agreement_in_both_directions() {
        let first = [vec![0, 1, 1, 1, 0, 0, 2, 2]];
        let second = [vec![0, 0, 1, 1, 1, 0, 2, 2]];
        let strict = table(&first, &second, 3).kappa(Chance::Margins).observed;
        assert_eq!(strict, 6.0 / 8.0);
        for (base, other) in [(&first, &second), (&second, &first)] {
            assert_eq!(
                tolerant_table(base, other, 1, 3)
                    .kappa(Chance::Margins)
                    .observed,
                1.0
            );
        }
    }

    #[test]
    fn the_direction_matters() {
        // The short second event of the first coder has nothing to meet; the other way round all is met.
        let first = [vec![1, 1, 0, 1, 0, 0]];
        let second = [vec![1, 1, 0, 0, 0, 0]];
        let share = |base: &[Vec<usize>], other: &[Vec<usize>]| {
            tolerant_table(base, other, 1, 2)
                .kappa(Chance::Margins)
                .observed
        };
        assert_eq!(
            (share(&first, &second), share(&second, &first)),
            (5.0 / 6.0, 1.0)
        );
    }
}
