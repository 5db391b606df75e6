//! How wide the columns of a table are on paper, from the letters in their cells: columns of numbers
//! get what they need on one line, columns of words share the rest, and where even that is too much the
//! letters become smaller. Rough measures do; a word processor's user may drag the borders.

use attune_report::{Report, RowKind, Table};

use crate::runs::words_in;

/// Widths of a table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnWidths {
    /// Share of the table's width per column; they add up to one.
    pub shares: Vec<f64>,
    /// Share of the page's text width that the table needs: below one where it is a small table.
    pub of_page: f64,
    /// Size of its letters relative to the usual size of tables.
    pub letters: f64,
}

/// Letters on one line of a table over the whole width of the text, at the usual size.
const LETTERS_PER_LINE: f64 = 108.0;
/// Room between columns, in letters.
const GAP: f64 = 3.0;
/// Lines of words are broken beyond this many letters.
const LONGEST_LINE: f64 = 56.0;
/// A phrase up to this many letters is kept on one line where there is room.
const SHORT_PHRASE: f64 = 27.0;
/// Letters are never set smaller than this.
const SMALLEST: f64 = 0.74;

/// What a column asks for, in letters.
struct Wish {
    /// Below this, words would be torn.
    least: f64,
    /// With this, short phrases stay on one line.
    modest: f64,
    /// With this, nothing is broken.
    natural: f64,
}

pub fn column_widths(report: &Report, table: &Table) -> ColumnWidths {
    let wishes: Vec<Wish> = (0..table.columns.len())
        .map(|column| wish(report, table, column))
        .collect();
    distribute(&wishes)
}

fn wish(report: &Report, table: &Table, place: usize) -> Wish {
    let column = &table.columns[place];
    let heading = words_in(report, &column.heading);
    let rows = table.rows.iter().filter(|row| row.kind != RowKind::Heading);
    let cells: Vec<String> = rows
        .filter_map(|row| row.cells.get(place))
        .map(|cell| words_in(report, cell))
        .collect();
    let longest = |texts: &[String], of: fn(&str) -> f64| {
        texts.iter().map(|text| of(text)).fold(0.0, f64::max)
    };
    // Headings are bold, and must not be torn within a word.
    let heading_word = 1.12 * longest_word(&heading);
    let (least, natural) = match column.numeric {
        // Numbers stay on one line where they are short; their heading may be broken.
        true => {
            let line = longest(&cells, letters).min(26.0);
            (line, line)
        }
        false => (
            longest(&cells, longest_word).min(24.0),
            longest(&cells, letters).min(LONGEST_LINE),
        ),
    };
    let least = least.max(heading_word) + GAP;
    let natural = natural.max(heading_word).max(letters(&heading).min(14.0)) + GAP;
    let modest = if natural <= SHORT_PHRASE {
        natural
    } else {
        least
    };
    Wish {
        least,
        modest,
        natural,
    }
}

fn distribute(wishes: &[Wish]) -> ColumnWidths {
    let sum = |of: fn(&Wish) -> f64| wishes.iter().map(of).sum::<f64>();
    let floor: fn(&Wish) -> f64 = match () {
        () if sum(|wish| wish.natural) <= LETTERS_PER_LINE => |wish| wish.natural,
        () if sum(|wish| wish.modest) <= LETTERS_PER_LINE => |wish| wish.modest,
        () => |wish| wish.least,
    };
    // What is left over goes to those that would like more.
    let room = (LETTERS_PER_LINE - sum(floor)).max(0.0);
    let wanted = sum(|wish| wish.natural) - sum(floor);
    let share = if wanted > 0.0 {
        (room / wanted).min(1.0)
    } else {
        0.0
    };
    let widths: Vec<f64> = wishes
        .iter()
        .map(|wish| floor(wish) + share * (wish.natural - floor(wish)))
        .collect();
    let total = widths.iter().sum::<f64>().max(1e-9);
    ColumnWidths {
        shares: widths.iter().map(|width| width / total).collect(),
        of_page: (total / LETTERS_PER_LINE).min(1.0),
        letters: (LETTERS_PER_LINE / total).clamp(SMALLEST, 1.0),
    }
}

fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

fn longest_word(text: &str) -> f64 {
    text.split([' ', '-', '–', '/', ':'])
        .map(letters)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wishes: &[(f64, f64)], of_page: f64, letters: f64) {
        let wishes: Vec<Wish> = wishes
            .iter()
            .map(|&(least, natural)| Wish {
                least,
                modest: least,
                natural,
            })
            .collect();
        let widths = distribute(&wishes);
        assert!((widths.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!((widths.of_page - of_page).abs() < 1e-9, "{widths:?}");
        assert!((widths.letters - letters).abs() < 1e-9, "{widths:?}");
    }

    #[test]
    fn small_tables_are_narrow_wide_ones_fill_the_page_and_too_wide_ones_shrink() {
        check(&[(10.0, 27.0), (10.0, 27.0)], 0.5, 1.0);
        check(&[(20.0, 100.0), (30.0, 30.0)], 1.0, 1.0);
        check(&[(67.5, 67.5), (67.5, 67.5)], 1.0, 0.8);
        check(&[(200.0, 200.0), (200.0, 200.0)], 1.0, SMALLEST);
    }

    #[test]
    fn words_give_way_before_numbers_do() {
        let wishes = [
            Wish {
                least: 12.0,
                modest: 12.0,
                natural: 112.0,
            },
            Wish {
                least: 20.0,
                modest: 20.0,
                natural: 20.0,
            },
        ];
        let widths = distribute(&wishes);
        assert!(
            (widths.shares[1] * LETTERS_PER_LINE - 20.0).abs() < 1e-6,
            "{widths:?}"
        );
    }
}
