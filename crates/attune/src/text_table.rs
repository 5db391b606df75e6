//! Tables for the terminal: columns that line up, text on the left, numbers on the right.

use comfy_table::{CellAlignment, Table, presets};

/// Side to which the cells of a column are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A table being filled.
pub struct TextTable {
    table: Table,
}

impl TextTable {
    /// A table with a heading: the first column on the left, the others on the right.
    pub fn new(heading: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(heading);
        let mut this = Self { table };
        let sides: Vec<Align> = (0..heading.len())
            .map(|i| if i == 0 { Align::Left } else { Align::Right })
            .collect();
        this.align(&sides);
        this
    }

    /// Sets the side of each column.
    pub fn align(&mut self, sides: &[Align]) {
        for (column, side) in self.table.column_iter_mut().zip(sides) {
            column.set_cell_alignment(match side {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.add_row(cells.into_iter().collect::<Vec<_>>());
    }

    /// The table, each line trimmed on the right, ending with a line break.
    pub fn text(&self) -> String {
        self.table
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect()
    }
}
