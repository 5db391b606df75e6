//! Every answer that somebody can get: each route of the table with a real family and real forms in its
//! address, asked by `GET` and sent an empty form by `POST`.

use attune_store::ids::QueryId;
use attune_web::routes;
use axum::http::Method;

use crate::{
    families::STUDY,
    harness::{Answer, Browser},
};

/// Something that is nowhere.
const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

/// Address and answer of each route; those about forms once for each form (id and instrument).
pub async fn every_answer(
    browser: &mut Browser<'_>,
    family: &str,
    forms: &[(String, String)],
    consent: &str,
) -> Vec<(String, Answer)> {
    let nothing = [(NOTHING.to_owned(), "phq-9".to_owned())];
    let forms = if forms.is_empty() { &nothing } else { forms };
    let mut answers = Vec::new();
    for route in routes::table() {
        if route.path.starts_with("/assets") || route.path == "/sign-out" {
            continue;
        }
        let about_forms = route.path.contains("{form}") || route.path.contains("/assessments/");
        for (form, instrument) in forms.iter().take(if about_forms { forms.len() } else { 1 }) {
            let address = route
                .path
                .replace("{study}", STUDY)
                .replace("{family}", family)
                .replace("{form}", form)
                .replace("{consent}", consent)
                .replace("{page}", STUDY)
                .replace("{finding}", "mental-over-time")
                .replace("{file}", "index.html");
            let parts = address.split('/').map(|part| match part.starts_with('{') {
                true => NOTHING,
                false => part,
            });
            let mut address = parts.collect::<Vec<_>>().join("/");
            if route.method == Method::GET && route.path.contains("/assessments/") {
                address += &format!("?instrument={instrument}&wave=month-12");
            }
            let key = QueryId::new().to_string();
            let answer = match route.method {
                Method::GET => browser.get(&address).await,
                _ => browser.post(&address, &[("key", &key)]).await,
            };
            answers.push((format!("{} {address}", route.method), answer));
        }
    }
    answers
}
