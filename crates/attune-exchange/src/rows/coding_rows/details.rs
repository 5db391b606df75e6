//! Details of events: each modifier of the scheme has a column, several values of one cell have `;` between them.

use std::sync::Arc;

use attune_protocol::{
    near_miss::{listed, nearest},
    scheme::{Behaviour, ModifierValues},
};
use attune_records::observation::{Modifier, Modifiers};

use crate::{
    data_fault::DataFault,
    sheet::{Column, Limits, Sheet},
};

/// Between several values of one cell.
const BETWEEN: char = ';';
/// Stands where a coder was asked and chose nothing.
const NOTHING: &str = "–";

/// A modifier and its column.
pub(super) struct Detail<'a> {
    pub id: &'a str,
    pub column: Column<'a>,
}

/// The details of an event, in the order in which the scheme has them; everything that is wrong is told.
pub(super) fn details<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    columns: &[Detail<'a>],
    behaviour: &Behaviour,
) -> Option<Modifiers> {
    let mut is_fine = true;
    for Detail { id, column } in columns {
        let cell = sheet.cell(row, column);
        let is_said = !cell.is_empty() && cell != NOTHING && sheet.missing(cell).is_none();
        if is_said && behaviour.modifiers.iter().all(|one| one.id != *id) {
            let has = behaviour.modifiers.iter().map(|one| one.id.as_str());
            let fault = DataFault::NoSuchDetail {
                detail: (*id).to_owned(),
                behaviour: behaviour.id.clone(),
                has: match behaviour.modifiers.is_empty() {
                    true => "none".to_owned(),
                    false => listed(has),
                },
            };
            sheet.report(row, column, fault);
            is_fine = false;
        }
    }
    let lacks = |cell: &str| cell.is_empty() || cell == NOTHING;
    let mut said = Vec::new();
    for modifier in &behaviour.modifiers {
        let Some(detail) = columns.iter().find(|one| one.id == modifier.id) else {
            continue;
        };
        let is_nothing = |column: &Column<'a>| sheet.cell(row, column) == NOTHING;
        let takes_nothing = matches!(modifier.values, ModifierValues::Several(_));
        let is_nothing = is_nothing(&detail.column) && (takes_nothing || !modifier.required);
        match values(sheet, row, &detail.column, &modifier.values) {
            None => is_fine = false,
            Some(values) if !values.is_empty() || is_nothing => {
                said.push(Modifier {
                    set: Arc::from(modifier.id.as_str()),
                    values,
                });
            }
            // Why it is not known may be declared.
            Some(_) if modifier.required && lacks(sheet.cell(row, &detail.column)) => {
                let fault = DataFault::DetailNotSaid {
                    detail: modifier.id.clone(),
                    behaviour: behaviour.id.clone(),
                };
                sheet.report(row, &detail.column, fault);
                is_fine = false;
            }
            Some(_) => {}
        }
    }
    is_fine.then(|| Modifiers::new(said))
}

/// What a cell says of a modifier; none of an empty one.
fn values<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    column: &Column<'a>,
    may_be: &ModifierValues,
) -> Option<Vec<Arc<str>>> {
    let cell = sheet.cell(row, column);
    if cell == NOTHING || sheet.missing(cell).is_some() {
        return Some(Vec::new());
    }
    let (words, takes_one) = match may_be {
        ModifierValues::Number { minimum, maximum } => {
            let limits = Limits::Bounds(Some(*minimum), Some(*maximum));
            let number = sheet.number(row, column, limits).ok()?;
            return Some(vec![Arc::from(number.to_string())]);
        }
        ModifierValues::One(words) => (words, true),
        ModifierValues::Several(words) => (words, false),
    };
    // A word may itself hold the sign.
    if words.iter().any(|word| word == cell) {
        return Some(vec![Arc::from(cell)]);
    }
    let parts: Vec<&str> = cell.split(BETWEEN).map(str::trim).collect();
    let mut chosen: Vec<Arc<str>> = Vec::new();
    let mut is_fine = true;
    for part in &parts {
        if words.iter().any(|word| word == part) {
            if chosen.iter().all(|had| **had != **part) {
                chosen.push(Arc::from(*part));
            }
            continue;
        }
        let fault = DataFault::NotAnOption {
            cell: (*part).to_owned(),
            options: listed(words.iter().map(String::as_str)),
        };
        let meant = nearest(part, words.iter().map(String::as_str)).map(str::to_owned);
        sheet.report_meaning(row, column, fault, meant.filter(|_| parts.len() == 1));
        is_fine = false;
    }
    if is_fine && takes_one && chosen.len() > 1 {
        let fault = DataFault::SeveralOfOne {
            cell: cell.to_owned(),
        };
        sheet.report(row, column, fault);
        is_fine = false;
    }
    is_fine.then_some(chosen)
}
