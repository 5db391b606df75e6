//! Projects as BORIS writes them.

use serde_json::{Map, Value, json};

use super::BorisProject;

impl BorisProject {
    /// The file's bytes: the project as it was read, nothing lost.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut project = self.rest.clone();
        let observations: Map<String, Value> = self
            .observations
            .iter()
            .map(|one| {
                let mut observation = one.rest.clone();
                let rows: Vec<Value> = one.rows.iter().map(row).collect();
                observation.insert("events".to_owned(), Value::Array(rows));
                (one.id.clone(), Value::Object(observation))
            })
            .collect();
        project.insert("observations".to_owned(), Value::Object(observations));
        // A map of plain values always becomes text.
        serde_json::to_vec(&Value::Object(project)).unwrap_or_default()
    }
}

fn row(row: &super::BorisRow) -> Value {
    let mut cells = vec![
        json!(row.time),
        json!(&*row.subject),
        json!(&*row.code),
        json!(&*row.modifiers),
        json!(&*row.comment),
    ];
    cells.extend(row.more.iter().flat_map(|more| more.iter().cloned()));
    Value::Array(cells)
}
