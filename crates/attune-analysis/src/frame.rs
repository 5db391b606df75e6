//! From the long table to the rows and columns of one model. A row that lacks something the
//! formula names is left out and counted by reason; nothing is filled in.

use std::collections::BTreeMap;

use attune_measures::measures::AttributeValue;
use attune_protocol::{
    missing::Missing,
    plan::{Attribute, AttributeKind},
};
use attune_statistics::table::{Column, Factor, Table};
use thiserror::Error;

use crate::{
    findings::LeftOut,
    long_table::{LongTable, Row},
    time_variable::TimeVariable,
};

/// The rows of one model, complete in every column that its formula names.
#[derive(Debug)]
pub struct Frame {
    /// Columns by name: the outcome's id and every variable of the formula.
    pub table: Table,
    /// For each row of the table its position among the rows of the outcome.
    pub rows: Vec<usize>,
    /// Rows that were asked for and left out, by reason.
    pub left_out: Vec<LeftOut>,
    /// Number of distinct units.
    pub n_units: usize,
}

/// Why no frame could be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameProblem {
    /// A name that nothing stands behind.
    #[error(
        "the formula names `{name}`, which is neither a time, `wave`, `arm`, `site`, `phase`, `dyad`, `baseline` nor an attribute; define it as [[attribute]] or correct the formula"
    )]
    UnknownVariable {
        /// The name.
        name: String,
    },
    /// A date cannot be multiplied.
    #[error("the attribute `{name}` is a date and cannot stand in a model; use an age or a time")]
    DateInFormula {
        /// The attribute.
        name: String,
    },
    /// Nothing is left.
    #[error("no row has both a value of `{outcome}` and every variable of the model{}", clause(.left_out))]
    NoRows {
        /// The outcome.
        outcome: String,
        /// Rows by reason.
        left_out: Vec<LeftOut>,
    },
}

/// Makes the frame of the variables `names` (the outcome's own id may be among them) from the rows
/// of `outcome` that `keep` wants.
///
/// # Errors
/// When a name is unknown, or no row is complete.
pub fn frame(
    long: &LongTable<'_>,
    outcome: usize,
    names: &[String],
    keep: impl Fn(&Row) -> bool,
) -> Result<Frame, FrameProblem> {
    let variables = Variables::of(long, outcome, names)?;
    let mut columns = vec![Cells::default(); variables.list.len()];
    let mut gaps: BTreeMap<(usize, Gap), usize> = BTreeMap::new();
    let mut rows = Vec::new();
    let mut cells = Vec::with_capacity(variables.list.len());
    for (position, row) in long.outcomes[outcome].iter().enumerate() {
        if !keep(row) {
            continue;
        }
        match variables.cells(row, &mut cells) {
            Ok(()) => {
                columns
                    .iter_mut()
                    .zip(&cells)
                    .for_each(|(column, cell)| column.push(*cell));
                rows.push(position);
            }
            Err(gap) => *gaps.entry(gap).or_default() += 1,
        }
    }
    let left_out = variables.left_out(long, &gaps);
    if rows.is_empty() {
        let outcome = long.protocol.outcomes[outcome].id.to_string();
        return Err(FrameProblem::NoRows { outcome, left_out });
    }
    Ok(Frame {
        n_units: count_units(long, outcome, &rows),
        table: variables.table(long, columns),
        rows,
        left_out,
    })
}

/// The reasons counted, as a clause.
fn clause(left_out: &[LeftOut]) -> String {
    let counted =
        |left_out: &LeftOut| format!("{} {}", crate::words::count(left_out.n), left_out.why);
    let reasons: Vec<String> = left_out.iter().map(counted).collect();
    if reasons.is_empty() {
        String::new()
    } else {
        format!(": {}", reasons.join(", "))
    }
}

/// Rows of a unit stand together, so a change of unit is a new unit.
fn count_units(long: &LongTable<'_>, outcome: usize, rows: &[usize]) -> usize {
    let unit = |row: &usize| long.outcomes[outcome][*row].unit;
    rows.len()
        - rows
            .windows(2)
            .filter(|pair| unit(&pair[0]) == unit(&pair[1]))
            .count()
}

/// One cell of a complete row: a number, or the code of a level.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Number(f64),
    Code(u32),
}

/// Why a cell is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Missing(Missing),
    Other(&'static str),
}

#[derive(Debug, Clone, Default)]
struct Cells {
    numbers: Vec<f64>,
    codes: Vec<u32>,
}

impl Cells {
    fn push(&mut self, cell: Cell) {
        match cell {
            Cell::Number(number) => self.numbers.push(number),
            Cell::Code(code) => self.codes.push(code),
        }
    }
}

/// What stands behind a name of the formula.
enum Variable {
    Outcome,
    Time(TimeVariable),
    Wave,
    Arm,
    Site,
    Phase,
    Unit,
    /// Value of the outcome at its first wave, by unit; and that wave, whose rows are not outcomes
    /// of such a model.
    Baseline(Vec<Option<f64>>, Option<usize>),
    /// An attribute that is a number, by unit.
    Number(Vec<Result<f64, Missing>>),
    /// An attribute with levels, by unit.
    Levels(Vec<String>, Vec<Result<u32, Missing>>),
}

struct Variables {
    list: Vec<(String, Variable)>,
    outcome_label: String,
}

impl Variables {
    fn of(long: &LongTable<'_>, outcome: usize, names: &[String]) -> Result<Self, FrameProblem> {
        let id = long.protocol.outcomes[outcome].id.to_string();
        let mut list = vec![(id.clone(), Variable::Outcome)];
        for name in names.iter().filter(|name| **name != id) {
            list.push((name.clone(), variable(long, outcome, name)?));
        }
        let outcome_label = long.protocol.outcomes[outcome].label.clone();
        Ok(Self {
            list,
            outcome_label,
        })
    }

    fn cells(&self, row: &Row, cells: &mut Vec<Cell>) -> Result<(), (usize, Gap)> {
        cells.clear();
        for (position, (_, variable)) in self.list.iter().enumerate() {
            cells.push(variable.cell(row).map_err(|gap| (position, gap))?);
        }
        Ok(())
    }

    fn left_out(&self, long: &LongTable<'_>, gaps: &BTreeMap<(usize, Gap), usize>) -> Vec<LeftOut> {
        let label = |name: &str| {
            let known = long
                .protocol
                .attributes
                .iter()
                .find(|attribute| *attribute.id == *name);
            known.map_or_else(|| name.to_owned(), |attribute| attribute.label.clone())
        };
        let why = |position: usize, gap: Gap| match gap {
            Gap::Other(words) => words.to_owned(),
            Gap::Missing(missing) if position == 0 => {
                format!("{}: {}", self.outcome_label, missing.words())
            }
            Gap::Missing(missing) => {
                format!("{}: {}", label(&self.list[position].0), missing.words())
            }
        };
        gaps.iter()
            .map(|((position, gap), n)| LeftOut {
                why: why(*position, *gap),
                n: *n,
            })
            .collect()
    }

    fn table(self, long: &LongTable<'_>, columns: Vec<Cells>) -> Table {
        let mut table = Table::new();
        for ((name, variable), cells) in self.list.into_iter().zip(columns) {
            let column = match variable.levels(long) {
                Some(levels) => Column::Factor(used_levels(&levels, &cells.codes)),
                None => Column::Numbers(cells.numbers),
            };
            table
                .push(&name, column)
                .expect("names of a formula are distinct and its columns equally long");
        }
        table
    }
}

/// The factor without the levels that no row has.
fn used_levels(levels: &[&str], codes: &[u32]) -> Factor {
    let mut new_code = vec![None; levels.len()];
    for &code in codes {
        new_code[code as usize] = Some(0);
    }
    let mut used = Vec::new();
    for (level, new_code) in levels.iter().zip(&mut new_code) {
        if new_code.is_some() {
            *new_code = u32::try_from(used.len()).ok();
            used.push((*level).to_owned());
        }
    }
    Factor {
        levels: used,
        codes: codes.iter().map(|&code| new_code[code as usize]).collect(),
    }
}

fn variable(long: &LongTable<'_>, outcome: usize, name: &str) -> Result<Variable, FrameProblem> {
    if let Some(time) = TimeVariable::of_name(name) {
        return Ok(Variable::Time(time));
    }
    Ok(match name {
        "wave" => Variable::Wave,
        "arm" => Variable::Arm,
        "site" => Variable::Site,
        "phase" => Variable::Phase,
        "dyad" => Variable::Unit,
        "baseline" => {
            let first = long.waves_of(outcome).first().copied();
            let values = first.map(|first| long.values_at(outcome, first));
            Variable::Baseline(
                values.unwrap_or_else(|| vec![None; long.units.len()]),
                first,
            )
        }
        _ => {
            let attribute = long
                .protocol
                .attributes
                .iter()
                .find(|known| *known.id == *name);
            let unknown = || FrameProblem::UnknownVariable {
                name: name.to_owned(),
            };
            attribute_variable(long, attribute.ok_or_else(unknown)?)?
        }
    })
}

fn attribute_variable(
    long: &LongTable<'_>,
    attribute: &Attribute,
) -> Result<Variable, FrameProblem> {
    let value = |unit: usize| {
        let attributes = &long.measures.units[unit].attributes;
        match attributes.iter().find(|(id, _)| *id == attribute.id) {
            Some((_, Ok(value))) => Ok(value),
            Some((_, Err(missing))) => Err(*missing),
            None => Err(Missing::NotRecorded),
        }
    };
    let units = 0..long.units.len();
    match &attribute.kind {
        AttributeKind::Number { .. } => {
            let number = |unit| match value(unit)? {
                AttributeValue::Number(number) if number.is_finite() => Ok(*number),
                _ => Err(Missing::Invalid),
            };
            Ok(Variable::Number(units.map(number).collect()))
        }
        AttributeKind::Levels(levels) => {
            let ids: Vec<String> = levels.iter().map(|level| level.id.clone()).collect();
            let code = |unit| match value(unit)? {
                AttributeValue::Level(id) => {
                    let found = ids.iter().position(|level| **level == **id);
                    found
                        .and_then(|code| u32::try_from(code).ok())
                        .ok_or(Missing::Invalid)
                }
                _ => Err(Missing::Invalid),
            };
            let codes = units.map(code).collect();
            Ok(Variable::Levels(ids, codes))
        }
        AttributeKind::Date => Err(FrameProblem::DateInFormula {
            name: attribute.id.to_string(),
        }),
    }
}

impl Variable {
    fn cell(&self, row: &Row) -> Result<Cell, Gap> {
        let place = |place: Option<usize>, gap: &'static str| {
            let code = place.and_then(|place| u32::try_from(place).ok());
            code.map(Cell::Code).ok_or(Gap::Other(gap))
        };
        match self {
            Self::Outcome => row.value.map(Cell::Number).map_err(Gap::Missing),
            Self::Time(time) => time
                .of_row(row)
                .map(Cell::Number)
                .ok_or(Gap::Other(time.gap())),
            Self::Wave => place(row.wave, "visit outside the planned waves"),
            Self::Arm => place(row.arm, "arm not known"),
            Self::Site => place(row.site, "site not known"),
            Self::Phase => place(row.phase, "outside the planned phases"),
            Self::Unit => place(Some(row.unit), "unit not known"),
            Self::Baseline(_, first) if row.wave == *first => {
                Err(Gap::Other("first wave, which is the covariate here"))
            }
            Self::Baseline(values, _) => {
                let value = values[row.unit].map(Cell::Number);
                value.ok_or(Gap::Other("no value at the first wave"))
            }
            Self::Number(numbers) => numbers[row.unit].map(Cell::Number).map_err(Gap::Missing),
            Self::Levels(_, codes) => codes[row.unit].map(Cell::Code).map_err(Gap::Missing),
        }
    }

    /// Levels in order, for a factor.
    fn levels<'a>(&'a self, long: &LongTable<'a>) -> Option<Vec<&'a str>> {
        let protocol = long.protocol;
        Some(match self {
            Self::Wave => protocol.waves.iter().map(|wave| wave.id.as_str()).collect(),
            Self::Arm => protocol.arms.iter().map(|arm| arm.id.as_str()).collect(),
            Self::Site => protocol.sites.iter().map(|site| site.id.as_str()).collect(),
            Self::Phase => protocol
                .phases
                .iter()
                .map(|phase| phase.id.as_str())
                .collect(),
            Self::Unit => long.measures.units.iter().map(|unit| &*unit.id).collect(),
            Self::Levels(levels, _) => levels.iter().map(String::as_str).collect(),
            Self::Outcome | Self::Time(_) | Self::Baseline(..) | Self::Number(_) => return None,
        })
    }
}
