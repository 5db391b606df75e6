//! Findings made by hand: a study like the hostel project, and the same study as nobody would wish
//! it. The numbers are drawn from formulas and belong to nobody.

// The same folder, whether this file is reached by name or by a path from another crate.
#[path = "fixture/description.rs"]
mod description;
#[path = "fixture/findings.rs"]
mod findings;
#[path = "fixture/odd_studies.rs"]
mod odd_studies;

use attune_analysis::findings::{
    DeviationNote, Estimate, Findings, MultiplicityMember, MultiplicityResult,
};
use attune_protocol::{Protocol, StudyFolder, plan::OutcomeRole};
use description::description;
use findings::{mental, motor, reciprocity};
pub use odd_studies::{crowd, empty, nasty, one_arm};

const ARMS: [&str; 2] = ["comparison", "intervention"];
const WAVES: [(&str, &str, f64); 4] = [
    ("enrolment", "Enrolment", 0.0),
    ("three-months", "Three months", 3.0),
    ("six-months", "Six months", 6.0),
    ("twelve-months", "Twelve months", 12.0),
];
const SITES: [(&str, &str, usize, usize); 4] = [
    ("hostel-a", "Hostel A", 1, 30),
    ("hostel-b", "Hostel B", 0, 10),
    ("hostel-c", "Hostel C", 0, 10),
    ("hostel-d", "Hostel D", 0, 9),
];

/// A study in its folder and what was found in it.
pub struct Study {
    pub protocol: Protocol,
    pub findings: Findings,
}

/// The study as a careful team would have it.
pub fn study() -> Study {
    Study {
        protocol: protocol(STUDY, PAGE),
        findings: findings(),
    }
}

const STUDY: &str = include_str!("fixture/study.toml");
const PAGE: &str = include_str!("fixture/page.md");

fn protocol(study: &str, page: &str) -> Protocol {
    let files = [
        ("study.toml".to_owned(), study.as_bytes().to_vec()),
        ("page.md".to_owned(), page.as_bytes().to_vec()),
    ];
    let folder = StudyFolder::from_files(files);
    match Protocol::read_folder(&folder) {
        Ok((protocol, _)) => protocol,
        Err(problems) => panic!("the fixture must be a right study folder: {problems:?}"),
    }
}

/// A number between 0 and 1 that looks drawn: the finaliser of SplitMix64.
fn draw(n: usize, stream: usize) -> f64 {
    let mut x = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (stream as u64) << 32;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Roughly standard normal: a sum of twelve draws.
fn normal(n: usize, stream: usize) -> f64 {
    (0..12).map(|part| draw(n * 12 + part, stream)).sum::<f64>() - 6.0
}

/// What one outcome looks like.
struct Course {
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    role: OutcomeRole,
    /// Start, and change per month by arm.
    start: f64,
    per_month: [f64; 2],
    sd_between: f64,
    sd_within: f64,
    matters: f64,
}

const COURSES: [Course; 3] = [
    Course {
        id: "mental",
        label: "Mental development",
        unit: "index points (mean 100, SD 15)",
        role: OutcomeRole::Primary,
        start: 94.0,
        per_month: [-0.35, 0.31],
        sd_between: 9.0,
        sd_within: 6.0,
        matters: 5.0,
    },
    Course {
        id: "motor",
        label: "Motor development",
        unit: "index points (mean 100, SD 15)",
        role: OutcomeRole::Secondary,
        start: 97.0,
        per_month: [-0.2, 0.25],
        sd_between: 10.0,
        sd_within: 7.0,
        matters: 5.0,
    },
    Course {
        id: "reciprocity",
        label: "Dyadic reciprocity",
        unit: "rating, 1 to 5",
        role: OutcomeRole::Secondary,
        start: 3.1,
        per_month: [0.02, 0.021],
        sd_between: 0.5,
        sd_within: 0.35,
        matters: 0.4,
    },
];

fn estimate(estimate: f64, se: f64, df: f64, p: f64) -> Estimate {
    Estimate {
        estimate: Some(estimate),
        se: Some(se),
        ci_lower: Some(estimate - 2.01 * se),
        ci_upper: Some(estimate + 2.01 * se),
        level: 0.95,
        df: Some(df),
        statistic: Some(estimate / se),
        p: Some(p),
    }
}

fn findings() -> Findings {
    let mut findings = vec![mental(), motor(), reciprocity()];
    for (finding, adjusted) in findings.iter_mut().zip([0.012, 0.072, 0.91]) {
        finding.p_adjusted = Some(adjusted);
    }
    let members = findings
        .iter()
        .map(|finding| MultiplicityMember {
            analysis: finding.id.clone(),
            p: finding.estimate.p,
            p_adjusted: finding.p_adjusted,
        })
        .collect();
    Findings {
        study: "drop-in".to_owned(),
        title: "A drop-in baby group in a hostel for families".to_owned(),
        protocol_fingerprint: "5f0c1d8a".repeat(8),
        data_fingerprint: "90ab34cd".repeat(8),
        engine: "attune 0.1.0".to_owned(),
        seed: 1,
        simulated: true,
        findings,
        description: description(),
        multiplicity: Some(MultiplicityResult {
            method: "holm".to_owned(),
            members,
        }),
        cannot_show: vec![
            "Whether the group or the hostel made the difference: there is one hostel with the group, \
             so the two cannot be told apart by any model."
                .to_owned(),
            "A p value for hostels: exchanging arms over 4 sites could give no p value below 0.25."
                .to_owned(),
            "What would have happened to the same families elsewhere: they were not randomised."
                .to_owned(),
        ],
        deviations: vec![
            DeviationNote {
                date: Some("2025-03-01".to_owned()),
                analysis: Some("mental-over-time".to_owned()),
                what: "Visits up to six weeks late at twelve months were kept.".to_owned(),
                why: "Families moved and could be reached only later.".to_owned(),
            },
            DeviationNote {
                date: None,
                analysis: None,
                what: "59 of 62 planned dyads were enrolled.".to_owned(),
                why: "The study file plans 62.".to_owned(),
            },
        ],
        warnings: Vec::new(),
    }
}

/// A study of which only the team's words are there.
pub fn words_only() -> Study {
    let study = "format = 1\n[study]\nid = \"told\"\ntitle = \"Told\"\nallocation = \"none\"\nstatus = \"completed\"\n\
                 results-released = true\npage = \"page.md\"\naims = [\"How infants develop\"]\n\
                 [[publication]]\ncitation = \"A paper (2013).\"\ndoi = \"10.1000/1\"\n";
    let page = "## Summary\n\nA clinic for all.\n\n## Methodology\n\nTwo clinics were compared.\n\n## Results\n\n\
                ### What was found\n\nMore talk.\n\n### What was not found\n\nNo more laughter.\n";
    Study {
        protocol: protocol(study, page),
        findings: Findings {
            simulated: false,
            ..empty().findings
        },
    }
}

/// Every fixture with its name.
pub fn all() -> Vec<(&'static str, Study)> {
    vec![
        ("study", study()),
        ("nasty", nasty()),
        ("empty", empty()),
        ("one-arm", one_arm()),
        ("crowd", crowd()),
        ("words-only", words_only()),
    ]
}
