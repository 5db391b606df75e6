//! Files of assessments: whom they are about, how they lie, which columns hold the items.

use super::{Checking, columns_of, texts, time_column};
use crate::{
    data::{AssessmentColumns, AssessmentLayout, VisitColumns, WideWave},
    id::{InstrumentId, ItemId, WaveId},
    instrument::PlannedInstrument,
    near_miss::{listed, suggestion},
    plan::About,
    problem::Problem,
    written::{TextAt, Written},
};

impl Checking<'_> {
    pub(super) fn assessments(
        &mut self,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
    ) -> Option<AssessmentColumns> {
        if !table.has("instrument") {
            self.reading.error(
                table.at,
                "this file of assessments does not say of which instrument",
                "add instrument = … with the id of an [[instrument]]",
            );
        }
        let unit = self.unit(table, instrument);
        let layout = self.layout(table, instrument);
        Some(AssessmentColumns {
            unit: unit?,
            instrument: InstrumentId::new(table.text("instrument")?),
            assessor: table.table("columns")?.string("assessor"),
            layout: layout?,
        })
    }

    /// The column of the unit: `dyad`, or `unit` where the instrument is about something else.
    fn unit(&mut self, table: &Written, instrument: Option<&PlannedInstrument>) -> Option<String> {
        let columns = table.table("columns")?;
        if columns.has("dyad") && columns.has("unit") {
            self.reading.error(
                columns.at_key("unit"),
                "there are columns for both 'dyad' and 'unit'",
                "keep one of the two",
            );
        } else if !columns.has("dyad") && !columns.has("unit") {
            self.reading.error(
                columns.at,
                "no column says whom the assessment is about",
                "add dyad = … with the heading of the column of study codes",
            );
        }
        let about_a_family = instrument
            .map(|planned| matches!(planned.about, About::Dyad | About::Infant | About::Carer));
        match about_a_family {
            Some(true) if columns.has("unit") => self.reading.error(
                columns.at_key("unit"),
                "the instrument is about a family, so the column is that of the dyad",
                "write dyad in place of unit",
            ),
            Some(false) if columns.has("dyad") => self.reading.error(
                columns.at_key("dyad"),
                "the instrument is not about a dyad",
                "write unit in place of dyad, or correct 'about' of the instrument",
            ),
            _ => {}
        }
        columns.string("dyad").or_else(|| columns.string("unit"))
    }

    fn layout(
        &mut self,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
    ) -> Option<AssessmentLayout> {
        let layout = match table.entry("layout") {
            None => "visits",
            Some(_) => table.text("layout")?,
        };
        let columns = table.table("columns")?;
        let (keys, parts): (&[&str], &[&str]) = match layout {
            "visits" => (&["items"], &["wave", "date", "time"]),
            "values" => (&[], &["wave", "date", "time", "item", "value"]),
            _ => (&["wave"], &[]),
        };
        for key in ["items", "wave"] {
            if table.has(key) != keys.contains(&key) {
                self.report_layout_key(table, layout, key);
            }
        }
        for part in ["wave", "date", "time", "item", "value"] {
            if let Some(entry) = columns.entry(part)
                && !parts.contains(&part)
            {
                self.reading.error(
                    entry.key_at,
                    format!("a file in layout '{layout}' has no column for '{part}'"),
                    match layout {
                        "wide" => "say it for each wave, in [[data.wave]]",
                        _ => "remove it, or write layout = \"values\"",
                    },
                );
            }
        }
        match layout {
            "wide" => {
                let waves = table
                    .tables("wave")
                    .filter_map(|wave| self.wide_wave(wave, instrument));
                Some(AssessmentLayout::Wide {
                    waves: waves.collect(),
                })
            }
            "values" => {
                let when = self.visit(columns);
                for part in ["item", "value"] {
                    if !columns.has(part) {
                        self.reading.error(
                            columns.at,
                            format!("no column holds the {part}"),
                            format!("add {part} = … with the heading of its column"),
                        );
                    }
                }
                Some(AssessmentLayout::Values {
                    when,
                    item: columns.string("item")?,
                    value: columns.string("value")?,
                })
            }
            _ => Some(AssessmentLayout::Visits {
                when: self.visit(columns),
                items: self.items(table, instrument),
            }),
        }
    }

    fn report_layout_key(&mut self, table: &Written, layout: &str, key: &str) {
        if let Some(entry) = table.entry(key) {
            let remedy = match key {
                "wave" => "write layout = \"wide\", or remove [[data.wave]]",
                _ if layout == "wide" => "name the items of each wave, in [[data.wave]]",
                _ => "remove it, or write layout = \"visits\"",
            };
            self.reading.error(
                entry.key_at,
                format!("a file in layout '{layout}' has no '{key}'"),
                remedy,
            );
            return;
        }
        let (what, remedy) = match key {
            "wave" => (
                "a wide file says for each wave which columns it has",
                "add [[data.wave]] with wave = … and items = { … }",
            ),
            _ => (
                "no column holds an item or score",
                "add items = { … } with the heading of each item's column",
            ),
        };
        self.reading.error(table.at, what, remedy);
    }

    fn visit(&mut self, columns: &Written) -> VisitColumns {
        if !["wave", "date", "time"]
            .iter()
            .any(|part| columns.has(part))
        {
            self.reading.error(
                columns.at,
                "no column says when a visit was",
                "add wave = …, date = … or time = { column = …, unit = … }",
            );
        }
        self.check_date_or_time(columns);
        VisitColumns {
            wave: columns.string("wave"),
            date: columns.string("date"),
            time: columns.table("time").and_then(time_column),
        }
    }

    fn check_date_or_time(&mut self, columns: &Written) {
        if columns.has("date") && columns.has("time") {
            self.reading.error(
                columns.at_key("time"),
                "the time since enrolment follows from the date",
                "keep 'date' or 'time'",
            );
        }
    }

    fn wide_wave(
        &mut self,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
    ) -> Option<WideWave> {
        self.check_date_or_time(table);
        let items = self.items(table, instrument);
        Some(WideWave {
            wave: WaveId::new(table.text("wave")?),
            date: table.string("date"),
            time: table.table("time").and_then(time_column),
            items,
        })
    }

    /// Columns of items; each must be an item of the instrument and have a column of its own.
    fn items(
        &mut self,
        table: &Written,
        instrument: Option<&PlannedInstrument>,
    ) -> Vec<(ItemId, String)> {
        let mut columns: Vec<(&str, TextAt<'_>)> = Vec::new();
        for (item, column) in texts(table.map("items")) {
            if let Some(planned) = instrument {
                self.check_item(item, planned);
            }
            if let Some((_, first)) = columns.iter().find(|(name, _)| *name == column.text) {
                let first = self.reading.place(first.at);
                let problem = Problem::error(
                    self.reading.place(column.at),
                    format!("the column '{}' holds two items", column.text),
                )
                .with_remedy("give each item its own column")
                .with_second(first, "named here already");
                self.reading.problems.push(problem);
            }
            columns.push((column.text, column));
        }
        columns_of(table, "items")
    }

    /// Checks that an item is one of the instrument's.
    pub(in crate::check) fn check_item(&mut self, item: TextAt<'_>, planned: &PlannedInstrument) {
        let known = || planned.definition.items.iter().map(|item| &*item.id);
        if known().any(|id| id == item.text) {
            return;
        }
        let remedy = suggestion(item.text, known(), || {
            format!("its items are {}", listed(known()))
        });
        self.reading.error(
            item.at,
            format!(
                "the instrument '{}' has no item '{}'",
                planned.id, item.text
            ),
            remedy,
        );
    }
}
