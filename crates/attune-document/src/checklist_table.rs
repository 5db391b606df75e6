//! A reporting guideline as the table that it is on paper.

use attune_analysis::words;
use attune_report::{Checklist, Column, Inline, Reported, Row, Table, Text};

/// One row per item: what it asks, whether it is met, and where.
pub fn checklist_table(checklist: &Checklist) -> Table {
    let mut table = Table::new(
        checklist.id.clone(),
        format!("{}, item by item", checklist.name),
        vec![
            Column::words("Item"),
            Column::words("Topic, and what it asks"),
            Column::words("Met"),
            Column::words("Where, or why not"),
        ],
    );
    let mut part = "";
    for item in &checklist.items {
        if item.part != part {
            table.rows.push(Row::heading(item.part.as_str().into()));
            part = &item.part;
        }
        let (met, place) = verdict(&item.reported);
        let topic = Inline::Strong(format!("{}. ", item.topic));
        table.rows.push(Row::of(vec![
            item.number.as_str().into(),
            Text::from(topic).and(item.asks.as_str()),
            met.into(),
            place,
        ]));
    }
    table
}

fn verdict(reported: &Reported) -> (&'static str, Text) {
    match reported {
        Reported::At(at) => ("yes", at.clone()),
        Reported::InPart { at, lacks } => {
            ("in part", at.clone().and(format!(". Not here: {lacks}.")))
        }
        Reported::No(why) => ("no", words::capitalised(why).into()),
        Reported::NotApplicable(why) => ("does not apply", words::capitalised(why).into()),
    }
}
