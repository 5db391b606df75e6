//! Protocols made up by the test: whatever is checked can be simulated, and what is simulated is
//! read back without a problem.

use attune_protocol::{Protocol, StudyFolder, instrument::AnsweredBy, instrument_library};
use attune_simulation::neutral_assumptions;
use proptest::{
    prelude::*,
    sample::{select, subsequence},
};

use crate::reading_back::check_reading_back;

/// The text of a study file.
fn study_file() -> impl Strategy<Value = String> {
    let design = select(vec!["site", "randomised-site", "dyad", "randomised-dyad"]);
    let waves = subsequence(
        vec![
            "at enrolment",
            "12 weeks after birth",
            "4 months after due date",
            "6 months after enrolment",
            "1 year after enrolment",
        ],
        1..=5,
    );
    let windows = select(vec![
        "",
        "window = \"3 days before to 20 days after\"",
        "window = \"9 days after\"",
    ]);
    let instruments = subsequence(instrument_library::ids(), 1..=4);
    let layout = select(vec!["visits", "values", "wide"]);
    let ending = select(vec!["csv", "xlsx"]);
    let simulation = (0_u32..30, 0.0..25.0_f64, 0.0..0.2_f64, -20.0..60.0_f64);
    (design, 1_usize..4, waves, windows, instruments, (layout, ending), simulation).prop_map(
        |(allocation, n_sites, waves, window, instruments, (layout, ending), simulation)| {
            let mut text = format!(
                "format = 1\n[study]\nid = \"made-up\"\ntitle = \"Made up\"\n\
                 allocation = \"{allocation}\"\nsimulated = true\n"
            );
            for arm in ["one", "two"] {
                text += &format!("[[arm]]\nid = \"{arm}\"\nlabel = \"Arm {arm}\"\n");
            }
            let by_site = allocation.ends_with("site");
            for site in 0..=n_sites {
                let arm = if site == 0 { "two" } else { "one" };
                let arm = if by_site { format!("arm = \"{arm}\"") } else { String::new() };
                text += &format!("[[site]]\nid = \"site-{site}\"\nlabel = \"Site {site}\"\n{arm}\n");
            }
            let mut wave_ids = Vec::new();
            for (index, when) in waves.iter().enumerate() {
                wave_ids.push(format!("wave-{index}"));
                text += &format!(
                    "[[wave]]\nid = \"wave-{index}\"\nlabel = \"Wave {index}\"\nwhen = \"{when}\"\n{window}\n"
                );
            }
            let arm_column = if by_site { "" } else { ", arm = \"group\"" };
            text += &format!(
                "[[data]]\nfile = \"data/dyads.{ending}\"\nkind = \"dyads\"\ncolumns = {{ dyad = \"code\", \
                 site = \"site\"{arm_column}, enrolled = \"enrolled\", born = \"born\", due = \"due\", \
                 left = \"left\", left-reason = \"why\", withdrew = \"withdrew\" }}\n"
            );
            for id in instruments {
                text += &instrument_tables(id, layout, ending, &wave_ids);
            }
            let (n_dyads, jitter, per_month, age) = simulation;
            let counts = (0..=n_sites).map(|site| format!("site-{site} = {n_dyads}"));
            let counts = if by_site {
                format!("dyads = {{ {} }}", counts.collect::<Vec<_>>().join(", "))
            } else {
                format!("dyads-by-arm = {{ one = {n_dyads}, two = {n_dyads} }}")
            };
            text += &format!(
                "[simulation]\nenrolment = {{ from = 2024-01-08, to = 2024-06-30 }}\n\
                 {counts}\n\
                 age-at-enrolment-days = {{ mean = {age}, sd = 30, minimum = -60, maximum = 200 }}\n\
                 preterm = {{ share = 0.3, weeks-early-at-most = 12 }}\nvisit-jitter-days = {jitter}\n\
                 [[simulation.attrition]]\nper-month = {per_month}\nreasons = {{ moved = 1 }}\n\
                 withdraws-consent = true\n"
            );
            text
        },
    )
}

fn instrument_tables(id: &str, layout: &str, ending: &str, waves: &[String]) -> String {
    let definition = instrument_library::find(id, None).unwrap();
    let items: Vec<String> = definition
        .items
        .iter()
        .map(|item| format!("{} = \"{}\"", item.id, item.id))
        .collect();
    let (who, about) = match definition.respondents.first() {
        Some(AnsweredBy::Observer) => ("observer", "dyad"),
        Some(AnsweredBy::Assessor) => ("assessor", "infant"),
        _ => ("parent", "carer"),
    };
    let mut text = format!(
        "[[instrument]]\nid = \"{id}\"\nlibrary = \"{id}\"\nanswered-by = \"{who}\"\nabout = \"{about}\"\n\
         [[data]]\nfile = \"data/{id}.{ending}\"\nkind = \"assessments\"\ninstrument = \"{id}\"\n\
         layout = \"{layout}\"\n"
    );
    match layout {
        "visits" => {
            text += "columns = { dyad = \"code\", wave = \"wave\", date = \"day\" }\n";
            text += &format!("items = {{ {} }}\n", items.join(", "));
        }
        "values" => {
            text += "columns = { dyad = \"code\", wave = \"wave\", date = \"day\", \
                     item = \"item\", value = \"value\" }\n";
        }
        _ => {
            text += "columns = { dyad = \"code\" }\n";
            for wave in waves {
                let items: Vec<String> = definition
                    .items
                    .iter()
                    .map(|item| format!("{} = \"{}_{wave}\"", item.id, item.id))
                    .collect();
                text += &format!(
                    "[[data.wave]]\nwave = \"{wave}\"\ndate = \"day_{wave}\"\nitems = {{ {} }}\n",
                    items.join(", ")
                );
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_checked_can_be_simulated_and_read_back(text in study_file(), seed: u64) {
        let folder = StudyFolder::from_files([("study.toml", text)]);
        let (protocol, _) = Protocol::read_folder(&folder).unwrap_or_else(|p| panic!("{p}"));
        let declared = protocol.assumptions.clone().unwrap();
        check_reading_back(&protocol, &declared, seed);
        check_reading_back(&protocol, &neutral_assumptions(&protocol), seed);
    }
}
