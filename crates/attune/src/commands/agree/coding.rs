//! The file as ratings of units by coders.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use attune_statistics::agreement::Ratings;

use super::layout::Layout;
use crate::data_file::{DataFile, is_missing};

/// Who gave which unit what, and how the file was read.
pub struct Coding {
    pub ratings: Ratings,
    /// The person of each unit, with `--subject`.
    pub subjects: Option<Vec<String>>,
    /// What the reader should know about the reading.
    pub remarks: Vec<String>,
}

/// Cells by unit and coder, before they become categories.
struct Grid {
    coders: Vec<String>,
    rows: Vec<Vec<String>>,
    clusters: Option<Vec<String>>,
    subjects: Option<Vec<String>>,
    remarks: Vec<String>,
}

/// Reads either layout.
pub fn read(data: &DataFile, layout: &Layout, order: &[String]) -> Result<Coding> {
    let named = [
        &layout.unit,
        &layout.coder,
        &layout.value,
        &layout.cluster,
        &layout.subject,
    ];
    let named: Vec<&String> = named.into_iter().flatten().collect();
    data.require(&named)?;
    let grid = match (&layout.unit, &layout.coder, &layout.value) {
        (Some(unit), Some(coder), Some(value)) => long(data, layout, [unit, coder, value])?,
        (_, Some(_), None) => bail!(
            "--coder names the coder of each row: name --unit and --value for one rating per row, or --start, --end and --code for stretches"
        ),
        _ => wide(data, layout, &named)?,
    };
    if grid.rows.iter().flatten().all(String::is_empty) {
        bail!(
            "{}: every rating of {} is missing; an empty cell, NA and NaN stand for a missing one",
            data.file(),
            grid.coders.join(", ")
        );
    }
    let order = (!order.is_empty()).then_some(order);
    let mut ratings = Ratings::from_text(&grid.coders, &grid.rows, order)
        .with_context(|| data.file().to_owned())?;
    if let Some(clusters) = &grid.clusters {
        ratings = ratings.with_clusters(clusters)?;
    }
    Ok(Coding {
        ratings,
        subjects: grid.subjects,
        remarks: grid.remarks,
    })
}

fn wide(data: &DataFile, layout: &Layout, named: &[&String]) -> Result<Grid> {
    let mut remarks = Vec::new();
    let coders = if layout.coders.is_empty() {
        let mut free: Vec<String> = data.headings().into_iter().map(str::to_owned).collect();
        free.retain(|heading| !named.contains(&heading));
        if layout.unit.is_none() && free.first().is_some_and(|first| names_units(data, first)) {
            let first = free.remove(0);
            remarks.push(format!(
                "column {first} was taken for the units' names, for no value comes twice; --coders says which columns are the coders'"
            ));
        }
        free
    } else {
        data.columns(&layout.coders)?
    };
    if coders.len() < 2 {
        bail!(
            "{}: agreement needs at least two coders' columns, and there {} ({}); if each row is one rating, name --unit, --coder and --value",
            data.file(),
            if coders.len() == 1 {
                "is one"
            } else {
                "are none"
            },
            coders.join(", ")
        );
    }
    let columns: Vec<Vec<String>> = coders.iter().map(|coder| cells(data, coder)).collect();
    let rows =
        (0..data.n_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect());
    remarks.extend(coders.iter().filter_map(|coder| data.doubt_of_codes(coder)));
    Ok(Grid {
        rows: rows.collect(),
        clusters: data.names(layout.cluster.as_deref())?,
        subjects: data.names(layout.subject.as_deref())?,
        coders,
        remarks,
    })
}

/// Whether a column looks like the names of units: no value twice, none missing, and words or
/// numbers that count up by one.
fn names_units(data: &DataFile, column: &str) -> bool {
    let cells = data.cells(column);
    let mut sorted = cells.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if cells.len() < 2 || sorted.len() < cells.len() || cells.iter().any(|cell| is_missing(cell)) {
        return false;
    }
    match data.all_numbers(&cells) {
        Ok(numbers) => numbers.windows(2).all(|pair| pair[1] - pair[0] == 1.0),
        Err(_) => true,
    }
}

/// A column's cells as ratings: missing ones empty, numbers with a point.
fn cells(data: &DataFile, column: &str) -> Vec<String> {
    let cells = data.cells(column);
    let numbers = data.all_numbers(&cells).ok();
    let written = |(row, cell): (usize, &&str)| match &numbers {
        _ if is_missing(cell) => String::new(),
        // A decimal comma would not be read as a number further on.
        Some(numbers) if cell.parse::<f64>().is_err() => numbers[row].to_string(),
        _ => (*cell).to_owned(),
    };
    cells.iter().enumerate().map(written).collect()
}

fn long(data: &DataFile, layout: &Layout, columns: [&String; 3]) -> Result<Grid> {
    let [unit_column, coder_column, value_column] = columns;
    let units = data.names(Some(unit_column))?.unwrap_or_default();
    let by_row = data.names(Some(coder_column))?.unwrap_or_default();
    let values = cells(data, value_column);
    let coders = in_order_of_mention(&by_row);
    let labels = in_order_of_mention(&units);
    let place =
        |names: &[String]| -> BTreeMap<String, usize> { names.iter().cloned().zip(0..).collect() };
    let (coder_place, unit_place) = (place(&coders), place(&labels));
    let mut rows = vec![vec![String::new(); coders.len()]; labels.len()];
    let mut row_of = vec![vec![None; coders.len()]; labels.len()];
    for row in 0..units.len() {
        let (unit, coder) = (unit_place[&units[row]], coder_place[&by_row[row]]);
        if let Some(before) = row_of[unit][coder].replace(row) {
            bail!(
                "{}, row {}: {} rated {} a second time, first in row {}; keep one rating, or make the occasions units of their own",
                data.file(),
                data.row_number(row),
                by_row[row],
                units[row],
                data.row_number(before)
            );
        }
        rows[unit][coder].clone_from(&values[row]);
    }
    if coders.len() < 2 {
        bail!(
            "{}, column {coder_column}: agreement needs at least two coders, and there is one ({})",
            data.file(),
            coders.join(", ")
        );
    }
    let of_unit = |column: Option<&str>| one_per_unit(data, column, &units, &unit_place);
    Ok(Grid {
        coders,
        clusters: of_unit(layout.cluster.as_deref())?,
        subjects: of_unit(layout.subject.as_deref())?,
        rows,
        remarks: data.doubt_of_codes(value_column).into_iter().collect(),
    })
}

fn in_order_of_mention(names: &[String]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    names
        .iter()
        .filter(|name| seen.insert(*name))
        .cloned()
        .collect()
}

/// The name that a unit has in another column; it must be the same in all its rows.
fn one_per_unit(
    data: &DataFile,
    column: Option<&str>,
    units: &[String],
    place: &BTreeMap<String, usize>,
) -> Result<Option<Vec<String>>> {
    let (Some(by_row), Some(column)) = (data.names(column)?, column) else {
        return Ok(None);
    };
    let mut found: Vec<Option<String>> = vec![None; place.len()];
    for (row, (unit, name)) in units.iter().zip(by_row).enumerate() {
        let known = &mut found[place[unit]];
        if known.as_ref().is_some_and(|known| *known != name) {
            bail!(
                "{}, column {column}, row {}: unit {unit} belongs to {name} here and to {} further up; a unit lies in one",
                data.file(),
                data.row_number(row),
                known.clone().unwrap_or_default()
            );
        }
        *known = Some(name);
    }
    Ok(Some(found.into_iter().flatten().collect()))
}
