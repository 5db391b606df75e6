//! All tables as lines of JSON: the backup of a PostgreSQL store, and the way from one database to
//! another. A line is `["table", cell, …]`; bytes are `{"b": "hex"}`, floating-point numbers
//! `{"f": number}`.

use serde_json::{Value as Json, json};

use crate::{
    database::{Db, Row, Value},
    error::{Result, StoreError},
    hex,
    tables::{self, Table},
};

/// One row as a line, without its end.
pub(crate) fn line(table: Table, row: Row) -> String {
    let mut cells = vec![Json::from(table.name)];
    cells.extend(row.into_cells().into_iter().map(|cell| match cell {
        Value::Int(Some(value)) => Json::from(value),
        Value::Real(Some(value)) => json!({ "f": value }),
        Value::Text(Some(value)) => Json::from(value),
        Value::Bytes(Some(value)) => json!({ "b": hex::encode(&value) }),
        Value::Int(None) | Value::Real(None) | Value::Text(None) | Value::Bytes(None) => Json::Null,
    }));
    Json::from(cells).to_string()
}

/// The table and the cells of a line.
pub(crate) fn read_line(line: &str) -> Result<(Table, Vec<Value>)> {
    let wrong = || StoreError::damaged("a line of the backup that is no row");
    let cells: Vec<Json> = serde_json::from_str(line).map_err(|_| wrong())?;
    let mut cells = cells.into_iter();
    let name = cells.next().ok_or_else(wrong)?;
    let table = tables::all()
        .find(|table| name.as_str() == Some(table.name))
        .ok_or_else(wrong)?;
    let value = |cell: Json| match cell {
        Json::Null => Ok(Value::Text(None)),
        Json::Number(number) => number.as_i64().map(Value::from).ok_or_else(wrong),
        Json::String(text) => Ok(Value::from(text)),
        Json::Object(object) => match (object.get("b"), object.get("f")) {
            (Some(Json::String(digits)), None) => {
                hex::decode(digits).map(Value::from).ok_or_else(wrong)
            }
            (None, Some(Json::Number(number))) => Ok(Value::Real(number.as_f64())),
            _ => Err(wrong()),
        },
        Json::Bool(_) | Json::Array(_) => Err(wrong()),
    };
    let cells: Result<Vec<Value>> = cells.map(value).collect();
    Ok((table, cells?))
}

/// Puts rows into an empty table. PostgreSQL wants to know the type of a missing value too; it is
/// that of the column.
pub(crate) async fn insert(db: &mut Db<'_>, table: Table, rows: Vec<Vec<Value>>) -> Result<()> {
    let kinds = column_kinds(db, table).await?;
    for cells in rows {
        if cells.len() != kinds.len() {
            return Err(StoreError::damaged(format!(
                "a row of {} with {} columns instead of {}",
                table.name,
                cells.len(),
                kinds.len()
            )));
        }
        let places: Vec<String> = (1..=cells.len()).map(|n| format!("${n}")).collect();
        let places = places.join(", ");
        let sql = format!("INSERT INTO {} VALUES ({places})", table.name);
        let typed = cells
            .into_iter()
            .zip(&kinds)
            .map(|(cell, kind)| kind.typed(cell));
        db.run_made(sql, typed.collect()).await?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Int,
    Text,
    Bytes,
}

impl Kind {
    fn typed(self, cell: Value) -> Value {
        match (self, cell) {
            (Self::Int, Value::Text(None)) => Value::Int(None),
            (Self::Bytes, Value::Text(None)) => Value::Bytes(None),
            (Self::Text, Value::Int(None) | Value::Bytes(None)) => Value::Text(None),
            (_, cell) => cell,
        }
    }
}

/// Types of a table's columns, as its definition writes them.
async fn column_kinds(db: &mut Db<'_>, table: Table) -> Result<Vec<Kind>> {
    let name = table.name;
    let sql = if db.is_postgres() {
        format!(
            "SELECT CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{name}' \
             ORDER BY ordinal_position"
        )
    } else {
        format!("SELECT type FROM pragma_table_info('{name}') ORDER BY cid")
    };
    let rows = db.rows_made(sql).await?;
    let kind = |row: &Row| {
        Ok(match row.text(0)?.to_lowercase().as_str() {
            "bigint" => Kind::Int,
            "blob" | "bytea" => Kind::Bytes,
            _ => Kind::Text,
        })
    };
    rows.iter().map(kind).collect()
}
