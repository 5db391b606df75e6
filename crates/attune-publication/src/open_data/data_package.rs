//! The description of the two CSV files as a Frictionless data package: every column with its type, its meaning
//! and what it may hold. <https://specs.frictionlessdata.io>

use attune_measures::Measures;
use attune_protocol::{
    Protocol,
    missing::Missing,
    plan::{Attribute, AttributeKind},
};
use serde_json::{Value, json};

use super::{
    crate_files::{Parts, checksum},
    tables::{MEASURES, UNITS},
};
use crate::json_ld::licence_address;

/// `datapackage.json`.
pub fn data_package(parts: &Parts<'_>) -> Value {
    let study = &parts.protocol.study;
    let mut package = json!({
        "name": format!("{}-open-data", study.id),
        "title": study.title,
        "profile": "tabular-data-package",
        "description": study.data_statement.clone().unwrap_or_default(),
        "created": study.last_changed.map(|day| format!("{day}T00:00:00Z")),
    });
    if let Some(licence) = &study.licence {
        let address = licence_address(licence);
        if address != *licence {
            package["licenses"] = json!([{ "name": licence, "path": address }]);
        }
    }
    package["resources"] = json!([
        resource(
            "units",
            UNITS,
            parts.units,
            "Who was measured, one a row",
            &units_schema(parts.protocol)
        ),
        resource(
            "measures",
            MEASURES,
            parts.rows,
            "What was measured, one value a row",
            &measures_schema(parts.protocol, parts.measures)
        ),
    ]);
    package
}

fn resource(name: &str, path: &str, bytes: &[u8], title: &str, schema: &Value) -> Value {
    json!({
        "name": name,
        "path": path,
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": bytes.len(),
        "hash": format!("sha256:{}", checksum(bytes)),
        "schema": schema,
    })
}

fn field(name: &str, kind: &str, description: &str) -> Value {
    json!({ "name": name, "type": kind, "description": description })
}

fn one_of(mut field: Value, words: &[String]) -> Value {
    if !words.is_empty() {
        field["constraints"] = json!({ "enum": words });
    }
    field
}

fn arms(protocol: &Protocol) -> Vec<String> {
    protocol.arms.iter().map(|arm| arm.id.to_string()).collect()
}

fn sites(protocol: &Protocol) -> Vec<String> {
    protocol
        .sites
        .iter()
        .map(|site| site.id.to_string())
        .collect()
}

fn reasons() -> Vec<String> {
    Missing::ALL
        .iter()
        .map(|missing| missing.words().to_owned())
        .collect()
}

fn units_schema(protocol: &Protocol) -> Value {
    let mut unit = field("unit", "string", "Code of the unit, made for this crate");
    unit["constraints"] = json!({ "required": true, "unique": true });
    let kinds = [
        "dyad",
        "infant",
        "carer",
        "staff-member",
        "session",
        "clinic",
    ]
    .map(str::to_owned);
    let mut fields = vec![
        unit,
        one_of(
            field(
                "kind",
                "string",
                "What kind of unit it is; a dyad is a carer and an infant",
            ),
            &kinds,
        ),
        one_of(
            field("site", "string", "Where it belongs"),
            &sites(protocol),
        ),
        one_of(
            field("arm", "string", "Its arm at enrolment"),
            &arms(protocol),
        ),
        field(
            "period",
            "integer",
            "How many changes of arm or phase its site had had by the day of enrolment; the days of the changes stand \
             in the study file",
        ),
        field(
            "age_at_enrolment_days",
            "number",
            "Infant's age at enrolment in days; see the log for its grain",
        ),
        field(
            "days_early",
            "number",
            "Days by which the infant was born before the due date",
        ),
        field(
            "sessions_attended",
            "integer",
            "Sessions attended since enrolment",
        ),
        field(
            "left_day",
            "integer",
            "Days since enrolment on which it left the study before its end",
        ),
        field("left_reason", "string", "Why it left"),
        one_of(
            field(
                "withdrew",
                "string",
                "Whether consent was withdrawn; empty for units that stayed",
            ),
            &["yes".to_owned(), "no".to_owned()],
        ),
    ];
    for attribute in &protocol.attributes {
        fields.push(attribute_field(attribute));
        let name = format!("{}_missing", attribute.id);
        let why = "Why there is no value; 'not recorded' also where it was held back";
        fields.push(one_of(field(&name, "string", why), &reasons()));
    }
    json!({ "fields": fields, "missingValues": [""], "primaryKey": ["unit"] })
}

fn attribute_field(attribute: &Attribute) -> Value {
    let id = attribute.id.as_str();
    match &attribute.kind {
        AttributeKind::Number { unit, .. } => {
            let unit = unit
                .as_ref()
                .map(|unit| format!(", {unit}"))
                .unwrap_or_default();
            field(id, "number", &format!("{}{unit}", attribute.label))
        }
        AttributeKind::Levels(levels) => {
            let ids: Vec<String> = levels.iter().map(|level| level.id.clone()).collect();
            one_of(field(id, "string", &attribute.label), &ids)
        }
        AttributeKind::Date => field(
            id,
            "string",
            &format!("{}; always held back", attribute.label),
        ),
    }
}

fn measures_schema(protocol: &Protocol, measures: &Measures) -> Value {
    let mut names: Vec<String> = measures
        .rows
        .iter()
        .map(|row| row.measure.to_string())
        .collect();
    names.sort();
    names.dedup();
    let waves: Vec<String> = protocol
        .waves
        .iter()
        .map(|wave| wave.id.to_string())
        .collect();
    let phases: Vec<String> = protocol
        .phases
        .iter()
        .map(|phase| phase.id.to_string())
        .collect();
    let mut unit = field("unit", "string", "Code of the unit");
    unit["constraints"] = json!({ "required": true });
    let fields = vec![
        unit,
        one_of(
            field(
                "measure",
                "string",
                "What is measured; the codebook tells more",
            ),
            &names,
        ),
        one_of(field("wave", "string", "Planned wave"), &waves),
        field(
            "days",
            "number",
            "Days since enrolment; the planned day where the visit did not take place",
        ),
        one_of(
            field("site", "string", "Site at the time"),
            &sites(protocol),
        ),
        one_of(field("arm", "string", "Arm at the time"), &arms(protocol)),
        one_of(field("phase", "string", "Phase at the time"), &phases),
        field(
            "age_days",
            "number",
            "Infant's age in days, where a model needs it",
        ),
        field(
            "corrected_age_days",
            "number",
            "Infant's age in days counted from the due date, where a model needs it",
        ),
        field("value", "number", "The value"),
        one_of(
            field("missing", "string", "Why there is no value"),
            &reasons(),
        ),
    ];
    json!({
        "fields": fields,
        "missingValues": [""],
        "foreignKeys": [{ "fields": ["unit"], "reference": { "resource": "units", "fields": ["unit"] } }],
    })
}
