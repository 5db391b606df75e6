//! `/studies/{study}/reports`: the study's reports to hand on: for whom, in which format; the figures as files; the
//! open-data package. Until arms are revealed reports are made from permuted arms, and every page of them says so.

use askama::Template;
use attune_report::Profile;
use attune_store::{Command, handed_out::Handed};
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    access::Action,
    answer::{Answer, download, page as show, see},
    documents::{Format, Wanted},
    failure::Failure,
    family::{change, new_key, sent_key},
    forms::SentFields,
    handed_out::note,
    layout::Layout,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    layout: Layout,
    study: String,
    permuted: bool,
    no_questions: bool,
    profiles: Vec<Offered>,
    figures_are_ready: bool,
    n_waiting: usize,
    n_all: usize,
    is_making: bool,
    may_quote: bool,
    n_quoted: usize,
    may_export: bool,
    has_licence: bool,
    key: String,
}

/// A profile with its formats.
struct Offered {
    kind: &'static str,
    readers: &'static str,
    files: Vec<File>,
}

struct File {
    name: String,
    format: &'static str,
    is_ready: bool,
}

/// Behind the address: whether documents are being made and the page is to look again by itself.
#[derive(Debug, Deserialize)]
pub struct Looking {
    making: Option<String>,
}

/// `GET /studies/{study}/reports`.
pub async fn page(visit: Visit, Query(looking): Query<Looking>) -> Answer {
    let study = visit.study()?;
    let results = visit.app.results(study).await?;
    let is_ready = |wanted| visit.app.has_document(&study.id, &results, wanted);
    let profiles: Vec<Offered> = Profile::ALL
        .into_iter()
        .map(|profile| Offered {
            kind: profile.kind(),
            readers: readers(profile),
            files: Format::ALL
                .into_iter()
                .map(|format| {
                    let wanted = Wanted::Report(profile, format);
                    File {
                        name: wanted.name(),
                        format: format_words(format),
                        is_ready: is_ready(wanted),
                    }
                })
                .collect(),
        })
        .collect();
    let all = Wanted::documents();
    let n_waiting = all.iter().filter(|wanted| !is_ready(**wanted)).count();
    let is_making = looking.making.is_some() && n_waiting > 0;
    let answer = show(&ReportsPage {
        layout: Layout::of(&visit, "Reports"),
        study: study.id.to_string(),
        permuted: results.permuted,
        no_questions: results.findings.findings.is_empty(),
        profiles,
        figures_are_ready: is_ready(Wanted::Figures),
        n_waiting,
        n_all: all.len(),
        is_making,
        may_quote: visit.has_right(Action::ChooseQuotations),
        n_quoted: results.quotations.len(),
        may_export: visit.has_right(Action::Export),
        has_licence: visit.protocol().await?.study.licence.is_some(),
        key: new_key(),
    });
    let mut response = answer?;
    if is_making {
        // Without script: the browser asks again by itself, until all are ready or the reader has had enough.
        let again = HeaderValue::from_static("5");
        response.headers_mut().insert("refresh", again);
    }
    Ok(response)
}

/// `POST /studies/{study}/reports`: makes all of them in the background.
pub async fn begin(visit: Visit) -> Answer {
    let study = visit.study()?;
    visit.app.begin_all_documents(study);
    Ok(see(&format!("/studies/{}/reports?making=yes", study.id)))
}

/// `GET /studies/{study}/reports/{file}`: one document; pages to read here, everything else to save. Each is noted
/// before it is sent.
pub async fn file(visit: Visit, Path((_, name)): Path<(String, String)>) -> Answer {
    let wanted = Wanted::named(&name).filter(|wanted| *wanted != Wanted::Crate);
    let wanted = wanted.ok_or(Failure::no_such("report"))?;
    let made = visit.app.document(visit.study()?, wanted).await?;
    let file = (made.name.as_str(), made.bytes.as_slice());
    note(&visit, Action::SeeFindings, Handed::Report, None, file).await?;
    match wanted {
        Wanted::Report(_, Format::Html) => to_read(&visit, &String::from_utf8_lossy(&made.bytes)),
        _ => download(&made.name, wanted.media_type(), made.bytes.clone()),
    }
}

/// `POST /studies/{study}/reports/crate.zip`: the open-data package. It leaves the house, so it is noted with its
/// fingerprint before it is sent.
pub async fn hand_on(visit: Visit, sent: SentFields) -> Answer {
    sent.refuse_others(|name| name == "key")?;
    let key = sent_key(&sent)?;
    let made = visit.app.document(visit.study()?, Wanted::Crate).await?;
    let digest = Sha256::digest(&made.bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let facts = [("file", made.name.clone()), ("SHA-256", digest)];
    let note = Command::Note {
        what: "export".to_owned(),
        subject: None,
        facts: facts.map(|(name, value)| (name.to_owned(), value)).into(),
    };
    change(&visit, Action::Export, &key, vec![note], "", Vec::new()).await?;
    download(&made.name, Wanted::Crate.media_type(), made.bytes.clone())
}

/// A report as a page with its own policy: its one stylesheet is named by its hash; nothing else runs or loads. The way
/// back into the application is put before its first line; the report itself knows no address.
pub fn to_read(visit: &Visit, html: &str) -> Answer {
    let way_back = format!(
        "<nav class=\"way-back\" aria-label=\"Attune\"><a href=\"/studies/{}/reports\">Reports of this study</a></nav>\n{REPORT_BEGINS}",
        visit.study()?.id
    );
    let html = html.replacen(REPORT_BEGINS, &way_back, 1);
    let style = html
        .split("<style>")
        .nth(1)
        .and_then(|rest| rest.split("</style>").next())
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(style.as_bytes()))
    );
    let policy = HeaderValue::try_from(policy).map_err(Failure::internal)?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, html).into_response())
}

/// With this line begins what a reader sees of a report, after what is said about its data.
const REPORT_BEGINS: &str = "<div class=\"page";

fn readers(profile: Profile) -> &'static str {
    match profile {
        Profile::Full => "Everything: for the team, reviewers and whoever wants to check.",
        Profile::Journal => "A results section to work on, with tables in APA style.",
        Profile::Commissioner => "Two pages for those who pay or decide.",
        Profile::Lay => "Plain words for families and everybody else.",
        Profile::Annex => "Flow, consent, withdrawals and data protection for an ethics committee.",
    }
}

fn format_words(format: Format) -> &'static str {
    match format {
        Format::Html => "Page",
        Format::Pdf => "PDF",
        Format::Docx => "Word",
    }
}
