//! `ro-crate-metadata.json`: what the crate is, who made it, and what each file in it is, as RO-Crate 1.2.
//! <https://www.researchobject.org/ro-crate/specification/1.2/>

use serde_json::{Value, json};

use super::{
    crate_files::Parts,
    tables::{MEASURES, UNITS},
};
use crate::{json_ld::licence_address, publication::Files};

/// The metadata; `files` are all others.
pub fn ro_crate(parts: &Parts<'_>, files: &Files) -> Value {
    let study = &parts.protocol.study;
    let licence = study
        .licence
        .as_deref()
        .map(licence_address)
        .unwrap_or_default();
    let licence_id = match licence.starts_with("https://") {
        true => licence.clone(),
        false => "LICENCE.md".to_owned(),
    };
    let people = people(parts);
    let organisations = organisations(parts);
    let publications = publications(parts);
    let ids = |entities: &[Value]| -> Vec<Value> {
        entities
            .iter()
            .map(|entity| json!({ "@id": entity["@id"] }))
            .collect()
    };
    let mut name = study.title.clone();
    if parts.disclosure.simulated {
        name = format!("Simulated data: {name}");
    }
    let mut root = json!({
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": study.data_statement.clone().unwrap_or_else(|| study.title.clone()),
        "datePublished": study.last_changed.map(|day| day.to_string()),
        "license": { "@id": licence_id },
        "identifier": format!("urn:sha256:{}", parts.measures.data_fingerprint),
        "hasPart": files.keys().map(|path| json!({ "@id": encoded(path) })).collect::<Vec<_>>(),
        "mentions": [{ "@id": "#run" }],
    });
    for (key, list) in [
        ("author", ids(&people)),
        ("contributor", ids(&organisations)),
        ("citation", ids(&publications)),
    ] {
        if !list.is_empty() {
            root[key] = json!(list);
        }
    }
    let mut graph = vec![
        json!({
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": { "@id": "https://w3id.org/ro/crate/1.2" },
            "about": { "@id": "./" },
        }),
        root,
    ];
    graph.extend(files.iter().map(|(path, bytes)| file(path, bytes.len())));
    graph.extend(people);
    graph.extend(organisations);
    graph.extend(publications);
    if licence_id != "LICENCE.md" {
        graph.push(json!({
            "@id": licence_id,
            "@type": "CreativeWork",
            "name": study.licence,
        }));
    }
    graph.push(json!({
        "@id": "#attune",
        "@type": "SoftwareApplication",
        "name": "Attune",
        "version": parts.disclosure.engine.rsplit(' ').next(),
    }));
    let mut results = vec![
        json!({ "@id": "findings.json" }),
        json!({ "@id": "report.html" }),
    ];
    results.retain(|result| files.contains_key(result["@id"].as_str().unwrap_or_default()));
    graph.push(json!({
        "@id": "#run",
        "@type": "CreateAction",
        "name": format!("The plan run on these data with seed {}", parts.disclosure.seed),
        "instrument": { "@id": "#attune" },
        "object": [{ "@id": UNITS }, { "@id": MEASURES }, { "@id": "protocol/study.toml" }],
        "result": results,
    }));
    json!({ "@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph })
}

fn file(path: &str, size: usize) -> Value {
    let (name, format) = described(path);
    let is_script = path.ends_with(".R");
    let mut file = json!({
        "@id": encoded(path),
        "@type": if is_script { json!(["File", "SoftwareSourceCode"]) } else { json!("File") },
        "name": name,
        "encodingFormat": format,
        "contentSize": size.to_string(),
    });
    if is_script {
        file["programmingLanguage"] = json!("R");
    }
    file
}

/// What a file is, and its kind.
fn described(path: &str) -> (String, &'static str) {
    let name = match path {
        UNITS => "Who was measured, one unit a row",
        MEASURES => "What was measured, one value a row",
        "datapackage.json" => "The two tables described, as a Frictionless data package",
        "codebook.md" => "What every name stands for",
        "plan.md" => "The plan in words, with its seal",
        "findings.json" => "What the plan gives on these data",
        "report.html" => "The report made from the findings",
        "refit.R" => "The primary model again, in R",
        "disclosure.json" => "What was held back, for programs",
        "disclosure-log.csv" => "What was held back, and why",
        "README.md" => "What is here, and how to run it again",
        "LICENCE.md" => "Who may use it for what",
        "protocol/study.toml" => "The study file",
        other => other,
    };
    let format = match path.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("md") => "text/markdown",
        Some("html") => "text/html",
        Some("toml") => "application/toml",
        Some("R") => "text/x-r-source",
        _ => "application/octet-stream",
    };
    (name.to_owned(), format)
}

fn people(parts: &Parts<'_>) -> Vec<Value> {
    let team = parts.protocol.team.iter().enumerate();
    team.map(|(position, member)| {
        let id = member.orcid.as_ref().map_or_else(
            || format!("#person-{}", position + 1),
            |orcid| format!("https://orcid.org/{orcid}"),
        );
        let mut person = json!({ "@id": id, "@type": "Person", "name": member.name });
        if let Some(affiliation) = &member.affiliation {
            person["affiliation"] = json!(affiliation);
        }
        person
    })
    .collect()
}

fn organisations(parts: &Parts<'_>) -> Vec<Value> {
    let partners = parts.protocol.partners.iter().enumerate();
    partners
        .map(|(position, partner)| {
            let mut organisation = json!({
                "@id": format!("#organisation-{}", position + 1),
                "@type": "Organization",
                "name": partner.name,
            });
            if let Some(url) = &partner.url {
                organisation["url"] = json!(url);
            }
            organisation
        })
        .collect()
}

fn publications(parts: &Parts<'_>) -> Vec<Value> {
    let all = parts.protocol.publications.iter().enumerate();
    all.map(|(position, publication)| {
        let id = publication.doi.as_ref().map_or_else(
            || format!("#publication-{}", position + 1),
            |doi| format!("https://doi.org/{doi}"),
        );
        json!({ "@id": id, "@type": "ScholarlyArticle", "name": publication.citation })
    })
    .collect()
}

/// A path as the metadata writes it: what does not belong into an address is percent-encoded.
fn encoded(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            byte => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn paths_are_encoded_as_addresses() {
        assert_eq!(
            encoded("protocol/consent/für alle.md"),
            "protocol/consent/f%C3%BCr%20alle.md"
        );
    }
}
