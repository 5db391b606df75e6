//! The study for search engines and archives: a schema.org `ResearchProject` with its people, organisations,
//! publications and data, as JSON-LD.

use attune_protocol::Protocol;
use serde_json::{Map, Value, json};

use crate::own_text;

/// The JSON-LD, safe to stand in a script element.
pub fn json_ld(protocol: &Protocol) -> String {
    let text = graph(protocol).to_string();
    // Only within strings can these letters stand, and there the escape means the same.
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn graph(protocol: &Protocol) -> Value {
    let mut project = project(protocol);
    let articles: Vec<Value> = protocol
        .publications
        .iter()
        .map(|publication| {
            let mut article = json!({
                "@type": "ScholarlyArticle",
                "name": publication.citation,
                "about": { "@id": "#study" },
            });
            if let Some(doi) = &publication.doi {
                article["sameAs"] = json!(format!("https://doi.org/{doi}"));
            }
            article
        })
        .collect();
    let mut graph = Vec::new();
    if let Some(dataset) = dataset(protocol) {
        graph.push(dataset);
    }
    graph.extend(articles);
    let described: Vec<Value> = graph
        .iter()
        .filter_map(|item| item.get("@id").map(|id| json!({ "@id": id })))
        .collect();
    if !described.is_empty() {
        project.insert("subjectOf".to_owned(), json!(described));
    }
    graph.insert(0, Value::Object(project));
    json!({ "@context": "https://schema.org", "@graph": graph })
}

fn project(protocol: &Protocol) -> Map<String, Value> {
    let study = &protocol.study;
    let mut project = Map::new();
    let mut set = |key: &str, value: Value| project.insert(key.to_owned(), value);
    set("@type", json!("ResearchProject"));
    set("@id", json!("#study"));
    set("name", json!(study.title));
    if let Some(plain) = &study.plain_title {
        set("alternateName", json!(plain));
    }
    if let Some(summary) = summary(protocol, &protocol.study.language) {
        set("description", json!(summary));
    }
    if let Some(day) = study.started {
        set("foundingDate", json!(day.to_string()));
    }
    if let Some(day) = study.ended {
        set("dissolutionDate", json!(day.to_string()));
    }
    if let Some(registration) = &study.registration {
        set("identifier", json!(registration));
    }
    if let Some(funder) = study.funder.as_ref().filter(|funder| is_a_name(funder)) {
        set("funder", json!({ "@type": "Organization", "name": funder }));
    }
    let people = protocol.team.iter().map(|member| {
        let mut person = json!({ "@type": "Person", "name": member.name });
        if let Some(role) = &member.role {
            person["jobTitle"] = json!(role);
        }
        if let Some(affiliation) = &member.affiliation {
            person["affiliation"] = json!({ "@type": "Organization", "name": affiliation });
        }
        if let Some(orcid) = &member.orcid {
            person["@id"] = json!(format!("https://orcid.org/{orcid}"));
        }
        person
    });
    let partners = protocol.partners.iter().map(|partner| {
        let mut organisation = json!({ "@type": "Organization", "name": partner.name });
        if let Some(url) = &partner.url {
            organisation["url"] = json!(url);
        }
        organisation
    });
    let members: Vec<Value> = people.chain(partners).collect();
    if !members.is_empty() {
        set("member", json!(members));
    }
    project
}

fn dataset(protocol: &Protocol) -> Option<Value> {
    let study = &protocol.study;
    if protocol.data.is_empty() {
        return None;
    }
    let mut dataset = json!({
        "@type": "Dataset",
        "@id": "#data",
        "name": format!("Data of: {}", study.title),
        "about": { "@id": "#study" },
    });
    if let Some(statement) = &study.data_statement {
        dataset["description"] = json!(statement);
    }
    if let Some(licence) = &study.licence {
        dataset["license"] = json!(licence_address(licence));
    }
    Some(dataset)
}

/// The address of an SPDX licence; other words as they are.
pub fn licence_address(licence: &str) -> String {
    let is_id = licence
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-.+".contains(letter));
    match is_id {
        true => format!("https://spdx.org/licenses/{licence}"),
        false => licence.to_owned(),
    }
}

/// The study in short, in one of the languages of its page.
pub fn summary(protocol: &Protocol, language: &str) -> Option<String> {
    let mut pages = protocol.study.pages.iter();
    let page = pages.find(|page| page.language == language)?;
    let summary = page.section(attune_protocol::page::PagePart::Summary)?;
    Some(own_text::words(summary.markdown))
}

/// Whether the text names somebody. "Not stated" and its like are remarks.
fn is_a_name(text: &str) -> bool {
    let text = text.to_lowercase();
    !["not ", "none", "nobody", "no "]
        .iter()
        .any(|remark| text.starts_with(remark))
}
