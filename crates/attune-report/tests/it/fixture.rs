//! Findings made by hand: a study like the hostel project, and the same study as nobody would wish
//! it. The numbers are drawn from formulas and belong to nobody.

use attune_analysis::findings::{
    AssumptionCheck, AttendanceSummary, Attrition, AttritionArm, AttritionBaseline, BaselineCell,
    BaselineRow, Coefficient, Description, DeviationNote, DyadLine, EffectSize, Equivalence,
    Estimate, Finding, Findings, FittedLine, FlowRow, FlowWave, LeftOut, MissingnessCell,
    ModelSummary, MultiplicityMember, MultiplicityResult, OutcomeCell, OutcomeSummary,
    OverFollowUp, ReliableChange, ReliableChangeCount, SensitivityFinding, SiteSummary,
    TimedContrast, TrajectoryFigure, VarianceComponent,
};
use attune_protocol::{
    Protocol, StudyFolder,
    plan::{Better, OutcomeRole},
};

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

fn mental() -> Finding {
    let answer = "Mental development rose by 0.66 index points per month more in the hostel with the \
                  group (95 % CI 0.20 to 1.12; 59 dyads), about 7.9 points over a year. The hostels \
                  were not randomised and only one had the group, so this may be the hostel rather \
                  than the group.";
    let mut finding = finding(&COURSES[0], answer, (0.66, 0.23), 0.004);
    finding.id = "mental-over-time".to_owned();
    finding.sensitivity = vec![
        sensitivity(
            "random-intercept",
            "Random intercept only",
            (0.63, 0.19),
            59,
        ),
        sensitivity(
            "baseline-adjusted",
            "Adjusted for the baseline value",
            (0.71, 0.26),
            51,
        ),
        sensitivity("complete-cases", "Dyads with all waves", (0.58, 0.27), 41),
        sensitivity("leave-out-b", "Without Hostel B", (0.69, 0.25), 49),
        sensitivity("leave-out-c", "Without Hostel C", (0.61, 0.25), 49),
        sensitivity("leave-out-d", "Without Hostel D", (0.67, 0.24), 50),
        SensitivityFinding {
            comparable: false,
            estimate_unit: "index points at twelve months".to_owned(),
            ..sensitivity("categorical-waves", "Waves as categories", (7.4, 2.9), 59)
        },
        SensitivityFinding {
            comparable: false,
            estimate: Estimate::default(),
            warnings: vec!["one site has the programme, so its arm cannot be exchanged".to_owned()],
            ..sensitivity(
                "site-permutation",
                "Arms permuted over sites",
                (0.0, 1.0),
                0,
            )
        },
    ];
    finding.reliable_change = Some(ReliableChange {
        basis: "Reliability 0.9, SD 15 (assumed for the test).".to_owned(),
        threshold: 13.15,
        from_to: ("enrolment".to_owned(), "twelve-months".to_owned()),
        arms: vec![
            change("comparison", [24, 1, 19, 4]),
            change("intervention", [25, 6, 18, 1]),
        ],
    });
    finding.assumptions = vec![
        check(
            "residuals are normal",
            "holds",
            "Skewness 0.12, excess kurtosis −0.20; 201 residuals.",
        ),
        check(
            "residual spread is the same in all arms",
            "holds",
            "Ratio of SDs 1.08.",
        ),
        check(
            "no single dyad decides",
            "doubtful",
            "Without dyad A07 the estimate is 0.52; look at its visits.",
        ),
    ];
    finding
}

fn motor() -> Finding {
    let answer = "Motor development rose by 0.45 index points per month more in the hostel with the \
                  group (95 % CI 0.00 to 0.90; 59 dyads). The interval reaches from no difference to \
                  11 points over a year.";
    let mut finding = finding(&COURSES[1], answer, (0.45, 0.224), 0.036);
    finding.id = "motor-over-time".to_owned();
    finding.question = finding.question.replace("mental", "motor");
    finding.model.singular = true;
    finding.warnings = vec![
        "The fit is singular: the correlation of the dyads’ intercepts and slopes is at its bound. The \
         model with a random intercept only is in the table of sensitivity analyses."
            .to_owned(),
    ];
    finding.sensitivity = vec![
        sensitivity("random-intercept", "Random intercept only", (0.44, 0.2), 59),
        sensitivity("complete-cases", "Dyads with all waves", (0.37, 0.26), 41),
    ];
    finding
}

fn reciprocity() -> Finding {
    let answer = "No difference was found in how carers and infants are with each other: reciprocity \
                  changed by 0.001 points per month more in the hostel with the group (95 % CI −0.019 \
                  to 0.021; 57 dyads). Over a year a difference of a quarter of a point either way \
                  remains possible.";
    let mut finding = finding(&COURSES[2], answer, (0.001, 0.01), 0.91);
    finding.id = "reciprocity-over-time".to_owned();
    finding.question =
        "Did the way carers and infants are with each other change differently with the group?"
            .to_owned();
    finding.n_units = 57;
    finding.equivalence = Some(Equivalence {
        bound: 0.4,
        compared: "the difference over twelve months".to_owned(),
        estimate: 0.012,
        p: 0.004,
        ci_lower: -0.19,
        ci_upper: 0.21,
        conclusion: "A difference larger than the bound is hard to reconcile with these data."
            .to_owned(),
    });
    finding.sensitivity = vec![sensitivity(
        "random-intercept",
        "Random intercept only",
        (0.002, 0.009),
        57,
    )];
    finding
}

fn finding(course: &Course, answer: &str, (value, se): (f64, f64), p: f64) -> Finding {
    let term = "months:arm[intervention]";
    let pooled = (course.sd_between.powi(2) + course.sd_within.powi(2)).sqrt();
    let unit = course.unit.split(" (").next().unwrap_or(course.unit);
    Finding {
        id: course.id.to_owned(),
        question: "Did infants’ mental development change differently with the group?".to_owned(),
        answer: answer.to_owned(),
        outcome: OutcomeSummary {
            id: course.id.to_owned(),
            label: course.label.to_owned(),
            unit: Some(course.unit.to_owned()),
            role: course.role,
            better: Better::Higher,
            measure: format!("developmental-index.{}", course.id),
            about: attune_protocol::plan::About::Dyad,
            smallest_difference_that_matters: Some(course.matters),
        },
        term: term.to_owned(),
        estimate_unit: format!("{unit} per month"),
        estimate: estimate(value, se, 51.3, p),
        smallest_difference_in_estimate_unit: Some(course.matters / 12.0),
        over_follow_up: Some(OverFollowUp {
            from_months: 0.0,
            to_months: 12.0,
            estimate: estimate(value * 12.0, se * 12.0, 51.3, p),
        }),
        p_adjusted: None,
        effect_size: Some(EffectSize {
            kind: "hedges-g".to_owned(),
            definition: "the difference over twelve months divided by the pooled SD at enrolment"
                .to_owned(),
            estimate: value * 12.0 / pooled,
            ci_lower: (value - 2.01 * se) * 12.0 / pooled,
            ci_upper: (value + 2.01 * se) * 12.0 / pooled,
            smallest_difference_that_matters: Some(course.matters / pooled),
        }),
        n_units: 59,
        n_rows: 201,
        left_out: vec![LeftOut {
            why: "no value of the outcome".to_owned(),
            n: 35,
        }],
        method: "Linear mixed model with a random intercept and slope per dyad.".to_owned(),
        model: model(course, (value, se), p),
        contrasts: [6.0, 12.0]
            .map(|months| contrast(course, months, (value, se)))
            .to_vec(),
        equivalence: None,
        reliable_change: None,
        sensitivity: Vec::new(),
        sensitivity_summary: "Asked in other ways, the estimate keeps its direction.".to_owned(),
        assumptions: vec![check("residuals are normal", "holds", "Skewness 0.05.")],
        cannot_show: vec![
            "Whether the group or the hostel made the difference.".to_owned(),
            "How much of the difference is there because some families left.".to_owned(),
        ],
        warnings: Vec::new(),
        figure: trajectories(course, &SITES.map(|site| site.3)),
    }
}

fn model(course: &Course, (value, se): (f64, f64), p: f64) -> ModelSummary {
    let coefficient = |term: &str, estimate: Estimate| Coefficient {
        term: term.to_owned(),
        estimate,
    };
    ModelSummary {
        formula: format!("{} ~ months * arm + (months | dyad)", course.id),
        estimator: "REML".to_owned(),
        inference: "kenward-roger".to_owned(),
        fixed: vec![
            coefficient(
                "(Intercept)",
                estimate(course.start, course.sd_between / 5.0, 56.8, 1e-30),
            ),
            coefficient(
                "months",
                estimate(course.per_month[0], se * 0.7, 50.2, 0.061),
            ),
            coefficient(
                "arm[intervention]",
                estimate(0.4, course.sd_between / 3.5, 56.9, 0.87),
            ),
            coefficient("months:arm[intervention]", estimate(value, se, 51.3, p)),
        ],
        random: vec![
            variance(
                "dyad",
                "(Intercept)",
                None,
                course.sd_between.powi(2),
                course.sd_between,
            ),
            variance("dyad", "months", None, 0.16, 0.4),
            variance("dyad", "(Intercept)", Some("months"), -0.4, -0.11),
            variance(
                "residual",
                "",
                None,
                course.sd_within.powi(2),
                course.sd_within,
            ),
        ],
        sigma: Some(course.sd_within),
        n_groups: vec![("dyad".to_owned(), 59)],
        log_likelihood: Some(-708.231),
        singular: false,
        converged: true,
        optimiser: "31 evaluations, gradient below 1e-8".to_owned(),
    }
}

fn variance(
    group: &str,
    term: &str,
    with: Option<&str>,
    variance: f64,
    spread: f64,
) -> VarianceComponent {
    VarianceComponent {
        group: group.to_owned(),
        term: term.to_owned(),
        with: with.map(str::to_owned),
        variance,
        sd_or_correlation: Some(spread),
    }
}

fn contrast(course: &Course, months: f64, (value, se): (f64, f64)) -> TimedContrast {
    let mean = |arm: usize| course.start + course.per_month[arm] * months;
    let spread = course.sd_between / 5.0;
    TimedContrast {
        months,
        means: ARMS
            .iter()
            .enumerate()
            .map(|(arm, id)| ((*id).to_owned(), estimate(mean(arm), spread, 54.0, 1e-12)))
            .collect(),
        contrast: "intervention − comparison".to_owned(),
        estimate: estimate(value * months + 0.4, se * months.max(6.0), 55.1, 0.02),
    }
}

fn sensitivity(
    id: &str,
    label: &str,
    (value, se): (f64, f64),
    n_units: usize,
) -> SensitivityFinding {
    SensitivityFinding {
        id: id.to_owned(),
        label: label.to_owned(),
        term: "months:arm[intervention]".to_owned(),
        estimate_unit: "index points per month".to_owned(),
        comparable: true,
        estimate: estimate(value, se, 48.7, 0.01),
        n_units,
        n_rows: n_units * 3,
        method: String::new(),
        warnings: Vec::new(),
    }
}

fn check(name: &str, result: &str, detail: &str) -> AssumptionCheck {
    AssumptionCheck {
        name: name.to_owned(),
        result: result.to_owned(),
        detail: detail.to_owned(),
    }
}

fn change(arm: &str, [n, improved, unchanged, deteriorated]: [usize; 4]) -> ReliableChangeCount {
    ReliableChangeCount {
        arm: arm.to_owned(),
        n,
        improved,
        unchanged,
        deteriorated,
    }
}

/// Courses of so many dyads per site; one in eleven comes to each later wave no more.
fn trajectories(course: &Course, dyads_per_site: &[usize]) -> TrajectoryFigure {
    let mut dyads = Vec::new();
    for ((site, _, arm, _), n) in SITES.iter().zip(dyads_per_site) {
        for number in 1..=*n {
            let seed = dyads.len() + 1;
            let level = course.start + course.sd_between * normal(seed, 1);
            let slope = course.per_month[*arm] + 0.02 * course.sd_between * normal(seed, 2);
            let points = WAVES
                .iter()
                .enumerate()
                .filter(|(wave, _)| *wave == 0 || draw(seed * 4 + wave, 3) > 0.14)
                .map(|(wave, (_, _, months))| {
                    let months = months + draw(seed * 4 + wave, 4) * 0.6;
                    let noise = course.sd_within * normal(seed * 4 + wave, 5);
                    let value = level + slope * months + noise;
                    (months, (value * 10.0).round() / 10.0)
                })
                .collect();
            dyads.push(DyadLine {
                dyad: format!(
                    "{}{number:02}",
                    site.to_uppercase().chars().last().unwrap_or('X')
                ),
                arm: Some(ARMS[*arm].to_owned()),
                points,
            });
        }
    }
    TrajectoryFigure {
        time_label: "Months since enrolment".to_owned(),
        time_ticks: WAVES
            .iter()
            .map(|wave| (wave.2, wave.1.to_owned()))
            .collect(),
        n_dyads: dyads.len(),
        dyads,
        fitted: (0..2).map(|arm| fitted(course, arm)).collect(),
    }
}

fn fitted(course: &Course, arm: usize) -> FittedLine {
    let points = (0..=12)
        .map(|months| {
            let months = f64::from(months);
            let mean = course.start + course.per_month[arm] * months;
            let half = course.sd_between * (0.36 + 0.0025 * (months - 5.0).powi(2));
            (months, mean, mean - half, mean + half)
        })
        .collect();
    FittedLine {
        arm: Some(ARMS[arm].to_owned()),
        points,
    }
}

fn pairs(names: &[(&str, &str)]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|(id, label)| ((*id).to_owned(), (*label).to_owned()))
        .collect()
}

fn description() -> Description {
    Description {
        arms: pairs(&[
            ("comparison", "Comparison hostels"),
            ("intervention", "Hostel with the group"),
        ]),
        phases: Vec::new(),
        baseline_groups: pairs(&[
            ("comparison", "Comparison hostels"),
            ("intervention", "Hostel with the group"),
        ]),
        sites: SITES.iter().map(site).collect(),
        waves: WAVES
            .iter()
            .map(|(id, label, _)| ((*id).to_owned(), (*label).to_owned()))
            .collect(),
        flow: SITES.iter().map(flow).collect(),
        baseline: baseline(),
        outcomes: COURSES.iter().flat_map(outcome_cells).collect(),
        attrition: attrition(),
        missingness: missingness(),
        attendance: vec![AttendanceSummary {
            arm: "intervention".to_owned(),
            dyads: 30,
            came: 27,
            median: Some(14.0),
            quartiles: Some((5.0, 23.0)),
            maximum: Some(41.0),
        }],
        rooms: Vec::new(),
        run_charts: Vec::new(),
    }
}

fn site((id, label, arm, enrolled): &(&str, &str, usize, usize)) -> SiteSummary {
    SiteSummary {
        id: (*id).to_owned(),
        label: (*label).to_owned(),
        arm: Some(ARMS[*arm].to_owned()),
        enrolled: *enrolled,
        planned: Some(if *enrolled == 30 { 32 } else { 10 }),
    }
}

fn flow((id, _, arm, enrolled): &(&str, &str, usize, usize)) -> FlowRow {
    let left = |wave: usize| match (wave, enrolled / 10) {
        (1, 3) => vec![("moved away".to_owned(), 1)],
        (2, 3) => vec![("moved away".to_owned(), 1), ("no contact".to_owned(), 1)],
        (3, 3) => vec![
            ("moved away".to_owned(), 1),
            ("withdrew from the study".to_owned(), 1),
        ],
        (2 | 3, 1) => vec![("moved away".to_owned(), 1)],
        _ => Vec::new(),
    };
    let mut in_study = *enrolled;
    let waves = WAVES
        .iter()
        .enumerate()
        .map(|(wave, (id, _, _))| {
            let left = left(wave);
            in_study -= left.iter().map(|(_, n)| n).sum::<usize>();
            let not_assessed = wave.min(in_study / 9);
            FlowWave {
                wave: (*id).to_owned(),
                assessed: in_study - not_assessed,
                not_assessed,
                left,
            }
        })
        .collect();
    FlowRow {
        site: (*id).to_owned(),
        arm: Some(ARMS[*arm].to_owned()),
        enrolled: *enrolled,
        waves,
        analysed: *enrolled,
    }
}

fn baseline() -> Vec<BaselineRow> {
    let number = |mean: f64, sd: f64, n: usize, missing: usize| BaselineCell {
        n,
        missing,
        mean: Some(mean),
        sd: Some(sd),
        median: Some(mean - 0.6),
        lower_quartile: Some(mean - 0.7 * sd),
        upper_quartile: Some(mean + 0.65 * sd),
        count: None,
        share: None,
    };
    let level = |count: usize, n: usize| BaselineCell {
        n,
        missing: 0,
        mean: None,
        sd: None,
        median: None,
        lower_quartile: None,
        upper_quartile: None,
        count: Some(count),
        share: Some(count as f64 / n as f64),
    };
    let row =
        |label: &str, level: Option<&str>, unit: Option<&str>, arms, difference| BaselineRow {
            label: label.to_owned(),
            level: level.map(str::to_owned),
            unit: unit.map(str::to_owned),
            arms,
            standardised_difference: difference,
        };
    vec![
        row(
            "Carer’s age",
            None,
            Some("years"),
            vec![number(24.1, 4.9, 28, 1), number(25.3, 5.6, 30, 0)],
            Some(0.23),
        ),
        row(
            "Infant’s age",
            None,
            Some("months"),
            vec![number(2.1, 0.8, 29, 0), number(2.0, 0.9, 30, 0)],
            Some(-0.12),
        ),
        row(
            "Infant’s sex",
            Some("girl"),
            None,
            vec![level(14, 29), level(16, 30)],
            Some(0.1),
        ),
        row(
            "Infant’s sex",
            Some("boy"),
            None,
            vec![level(15, 29), level(14, 30)],
            None,
        ),
        row(
            "First child",
            Some("yes"),
            None,
            vec![level(17, 29), level(21, 30)],
            Some(0.24),
        ),
        row(
            "First child",
            Some("no"),
            None,
            vec![level(12, 29), level(9, 30)],
            None,
        ),
    ]
}

fn outcome_cells(course: &Course) -> Vec<OutcomeCell> {
    let spread = (course.sd_between.powi(2) + course.sd_within.powi(2)).sqrt();
    let mut cells = Vec::new();
    for (wave, (id, _, months)) in WAVES.iter().enumerate() {
        for (arm, name) in ARMS.iter().enumerate() {
            let wobble = 0.12 * spread * normal(wave * 2 + arm + 40, 6);
            let mean = course.start + course.per_month[arm] * months + wobble;
            cells.push(OutcomeCell {
                outcome: course.id.to_owned(),
                arm: Some((*name).to_owned()),
                phase: None,
                wave: (*id).to_owned(),
                n: 29 - 2 * wave + arm,
                mean: Some(mean),
                sd: Some(spread * 0.97),
                median: Some((mean * 10.0).round() / 10.0),
                minimum: Some(((mean - 2.1 * spread) * 10.0).round() / 10.0),
                maximum: Some(((mean + 2.0 * spread) * 10.0).round() / 10.0),
                months: Some(months + 0.3),
            });
        }
    }
    cells
}

fn attrition() -> Attrition {
    let arm = |arm: &str, n: [usize; 4]| AttritionArm {
        arm: arm.to_owned(),
        enrolled: n[0],
        assessed: WAVES
            .iter()
            .zip(n)
            .map(|((id, _, _), n)| ((*id).to_owned(), n))
            .collect(),
        retained: Some(n[3] as f64 / n[0] as f64),
    };
    let lost = |arm: &str, kept, lost, difference| AttritionBaseline {
        outcome: "mental".to_owned(),
        arm: arm.to_owned(),
        retained: kept,
        lost,
        standardised_difference: difference,
    };
    Attrition {
        by_arm: vec![
            arm("comparison", [29, 26, 24, 20]),
            arm("intervention", [30, 28, 25, 22]),
        ],
        by_baseline: vec![
            lost(
                "comparison",
                (20, Some(94.8), Some(11.2)),
                (9, Some(91.3), Some(9.9)),
                Some(-0.33),
            ),
            lost(
                "intervention",
                (22, Some(93.9), Some(10.4)),
                (8, Some(94.4), Some(12.0)),
                Some(0.05),
            ),
        ],
        sentence:
            "42 of 59 dyads (71 %) have a value at the last wave, about as many in each arm; in \
                   the comparison hostels those lost began a third of an SD lower."
                .to_owned(),
    }
}

fn missingness() -> Vec<MissingnessCell> {
    let mut cells = Vec::new();
    for (place, course) in COURSES.iter().enumerate() {
        for (wave, (id, _, _)) in WAVES.iter().enumerate() {
            for (arm, name) in ARMS.iter().enumerate() {
                let expected = 29 + arm;
                let not_done = wave * 2 + place;
                let refused = usize::from(wave > 0) + usize::from(place == 2);
                let mut missing = vec![("not done".to_owned(), not_done)];
                if refused > 0 {
                    missing.push(("refused".to_owned(), refused));
                }
                if wave == 3 && arm == 1 {
                    missing.push(("invalid".to_owned(), 1));
                }
                let total: usize = missing.iter().map(|(_, n)| n).sum();
                cells.push(MissingnessCell {
                    outcome: course.id.to_owned(),
                    arm: Some((*name).to_owned()),
                    wave: (*id).to_owned(),
                    present: expected - total,
                    missing,
                });
            }
        }
    }
    cells
}

/// Words that would break out of a careless page.
pub const NASTY: &str = "<script>alert(1)</script> \"quoted\" & 'single' </style> ]]> %0A";
/// Words that run from right to left.
const RIGHT_TO_LEFT: &str = "تطور الرضيع (شهر)";

/// The same study as nobody would wish it: markup in every text, no estimate defined, labels
/// without end, words from right to left.
pub fn nasty() -> Study {
    let Study {
        mut protocol,
        mut findings,
    } = study();
    let long = "a label that goes on and on ".repeat(12);
    nasty_protocol(&mut protocol);
    findings.simulated = false;
    findings.title = NASTY.to_owned();
    findings.engine = format!("attune 0.1.0 {NASTY}");
    findings.cannot_show.push(NASTY.to_owned());
    findings.warnings.push(NASTY.to_owned());
    findings.deviations[0].why = NASTY.to_owned();
    for finding in &mut findings.findings {
        finding.question = format!("{NASTY} {RIGHT_TO_LEFT}?");
        finding.answer = format!("{NASTY} no estimate could be had.");
        finding.outcome.label = format!("{RIGHT_TO_LEFT} {long}");
        finding.outcome.unit = Some(NASTY.to_owned());
        finding.estimate_unit = NASTY.to_owned();
        finding.estimate = Estimate::default();
        finding.effect_size = None;
        finding.over_follow_up = None;
        finding.p_adjusted = None;
        finding.method = NASTY.to_owned();
        finding.warnings.push(NASTY.to_owned());
        finding.cannot_show.push(NASTY.to_owned());
        finding.left_out[0].why = NASTY.to_owned();
        finding.model.formula = NASTY.to_owned();
        finding.figure.time_label = NASTY.to_owned();
        for other in &mut finding.sensitivity {
            other.label = format!("{NASTY} {long}");
            other.estimate = Estimate::default();
        }
        for dyad in &mut finding.figure.dyads {
            dyad.dyad = NASTY.to_owned();
        }
    }
    let description = &mut findings.description;
    for (_, label) in description.arms.iter_mut().chain(&mut description.waves) {
        *label = format!("{NASTY} {RIGHT_TO_LEFT}");
    }
    for site in &mut description.sites {
        site.label = long.clone();
    }
    for row in &mut description.flow {
        row.waves[1].left = vec![(NASTY.to_owned(), 1)];
    }
    for cell in &mut description.missingness {
        cell.missing.push((NASTY.to_owned(), 1));
    }
    for row in &mut description.baseline {
        row.label = NASTY.to_owned();
        row.standardised_difference = Some(f64::NAN);
    }
    description.attrition.sentence = NASTY.to_owned();
    Study { protocol, findings }
}

fn nasty_protocol(protocol: &mut Protocol) {
    let study = &mut protocol.study;
    study.simulated = false;
    study.title = NASTY.to_owned();
    study.plain_title = Some(RIGHT_TO_LEFT.to_owned());
    study.data_statement = Some(NASTY.to_owned());
    study.funder = Some(NASTY.to_owned());
    study.aims = vec![NASTY.to_owned()];
    study.pages[0].language = "ar".to_owned();
    study.pages[0].markdown = format!(
        "{NASTY}\n\n## {RIGHT_TO_LEFT}\n\n<img src=x onerror=alert(1)>\n\n\
         [a](javascript:alert(1)) ![b](https://example.org/b.png)\n"
    );
    protocol.team[0].name = NASTY.to_owned();
    protocol.partners[0].name = NASTY.to_owned();
    for arm in &mut protocol.arms {
        arm.label = NASTY.to_owned();
        arm.description = Some(NASTY.to_owned());
    }
    for outcome in &mut protocol.outcomes {
        outcome.label = NASTY.to_owned();
    }
}

/// The same study before anything was collected.
pub fn empty() -> Study {
    let Study {
        protocol,
        mut findings,
    } = study();
    findings.findings.clear();
    findings.multiplicity = None;
    findings.deviations.clear();
    findings.cannot_show.clear();
    let description = &mut findings.description;
    description.flow.clear();
    description.baseline.clear();
    description.outcomes.clear();
    description.attrition.by_arm.clear();
    description.attrition.by_baseline.clear();
    description.missingness.clear();
    description.attendance.clear();
    Study { protocol, findings }
}

/// The same study with one arm and one outcome, as a before-and-after study would have it.
pub fn one_arm() -> Study {
    let Study {
        protocol,
        mut findings,
    } = study();
    findings.findings.truncate(1);
    let description = &mut findings.description;
    let is_programme = |arm: &Option<String>| arm.as_deref() == Some("intervention");
    description.arms.remove(0);
    description.baseline_groups.remove(0);
    description.flow.retain(|row| is_programme(&row.arm));
    description.outcomes.retain(|cell| is_programme(&cell.arm));
    description
        .missingness
        .retain(|cell| is_programme(&cell.arm));
    description.attrition.by_arm.remove(0);
    for row in &mut description.baseline {
        row.arms.remove(0);
        row.standardised_difference = None;
    }
    let figure = &mut findings.findings[0].figure;
    figure.dyads.retain(|dyad| is_programme(&dyad.arm));
    figure.fitted.retain(|line| is_programme(&line.arm));
    Study { protocol, findings }
}

/// The same study with 33 000 dyads, of which the findings hold a sample, at a dozen sites.
pub fn crowd() -> Study {
    let Study {
        protocol,
        mut findings,
    } = study();
    for (finding, course) in findings.findings.iter_mut().zip(&COURSES) {
        finding.figure = trajectories(course, &[500; 4]);
        finding.figure.n_dyads = 33_000;
        finding.n_units = 33_000;
        finding.n_rows = 100_000;
    }
    let description = &mut findings.description;
    let flow = description.flow.clone();
    for copy in 0..2 {
        for mut row in flow.clone() {
            row.site = format!("{}-{copy}", row.site);
            row.enrolled *= 300;
            description.flow.push(row);
        }
    }
    Study { protocol, findings }
}

/// Every fixture with its name.
pub fn all() -> Vec<(&'static str, Study)> {
    vec![
        ("study", study()),
        ("nasty", nasty()),
        ("empty", empty()),
        ("one-arm", one_arm()),
        ("crowd", crowd()),
    ]
}
