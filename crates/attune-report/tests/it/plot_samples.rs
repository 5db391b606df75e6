//! One plot of each kind, of made-up numbers, with long names and awkward values among them.

use attune_report::{
    ArmKind, ArmMark, Format,
    plots::{
        AgreementMatrix, BlandAltman, Caterpillar, CaterpillarPanel, Coefficient,
        CoefficientForest, DotGroup, FittedGroup, FittedMeans, GroupDots, Heading, Interval, Limit,
        Mode, PairedChange, PowerCurve, PowerCurves, PowerPoint, Residuals, SeriesPoint,
        SessionDots, SessionDotsPanel, TimeSeries, svg_file,
    },
};

/// File name and SVG of every plot.
pub fn all(format: Format) -> Vec<(&'static str, String)> {
    vec![
        ("coefficients", svg_file(&coefficients(), format)),
        (
            "means",
            svg_file(&means(&["Usual care", "Parent–infant groups"]), format),
        ),
        ("means-one", svg_file(&means(&[""]), format)),
        (
            "means-five",
            svg_file(
                &means(&["Ash", "Beech", "Cedar", "Damson", "Elm and all other sites"]),
                format,
            ),
        ),
        ("residuals", svg_file(&residuals(), format)),
        ("modes", svg_file(&modes(24), format)),
        ("modes-many", svg_file(&modes(900), format)),
        ("bland-altman", svg_file(&bland_altman(), format)),
        ("agreement", svg_file(&agreement(), format)),
        ("paired", svg_file(&paired(), format)),
        ("groups", svg_file(&groups(2), format)),
        ("groups-six", svg_file(&groups(6), format)),
        ("control-chart", svg_file(&control_chart(), format)),
        ("interrupted", svg_file(&interrupted(), format)),
        ("sessions", svg_file(&sessions(), format)),
        ("power", svg_file(&power(), format)),
    ]
}

fn heading(title: &str) -> Heading {
    Heading {
        title: title.to_owned(),
        subtitle: "Made-up numbers · 120 rows of 40 children · bands: 95 % CI".to_owned(),
        description: format!("{title}. The numbers are made up to show how such a figure looks."),
        note: "Each thin line is one child.".to_owned(),
    }
}

fn around(estimate: f64, half: f64) -> Interval {
    Interval {
        estimate,
        lower: estimate - half,
        upper: estimate + half,
    }
}

/// Numbers that look like noise: the same on every machine.
fn noise(n: usize) -> f64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n as u64 + 1);
    let sum: f64 = (0..6)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
        })
        .sum();
    sum * 1.41
}

fn coefficients() -> CoefficientForest {
    let row = |label: &str, estimate, half| Coefficient {
        label: label.to_owned(),
        detail: "p = 0.038".to_owned(),
        interval: around(estimate, half),
    };
    CoefficientForest {
        heading: heading("Development falls more slowly where families were offered groups"),
        axis: "Points of the cognitive score, with 95 % CI".to_owned(),
        rows: vec![
            row("months", -2.1, 0.4),
            row("arm intervention", 4.2, 7.3),
            row("months × arm intervention", 0.53, 0.5),
            row(
                "caregiver's highest school certificate, none or not known",
                f64::NAN,
                1.0,
            ),
        ],
    }
}

fn means(labels: &[&str]) -> FittedMeans {
    let group = |(g, label): (usize, &&str)| FittedGroup {
        label: (*label).to_owned(),
        detail: "20 children, 60 rows".to_owned(),
        units: (0..20)
            .map(|unit| {
                let level = 8.0 * noise(unit + 50 * g);
                (0..if unit == 3 { 1 } else { 3 })
                    .map(|wave| {
                        let months = 6.0 + 6.0 * wave as f64;
                        (
                            months,
                            118.0 - (2.0 - 0.4 * g as f64) * months
                                + level
                                + 5.0 * noise(unit * 3 + wave + 900),
                        )
                    })
                    .collect()
            })
            .collect(),
        fitted: (0..=24)
            .map(|step| {
                let months = 6.0 + 0.5 * f64::from(step);
                (
                    months,
                    around(
                        118.0 - (2.0 - 0.4 * g as f64) * months,
                        3.0 + 0.2 * (months - 12.0).abs(),
                    ),
                )
            })
            .collect(),
    };
    FittedMeans {
        heading: heading("Development by age and arm"),
        x_name: "Age, months".to_owned(),
        y_name: "Cognitive score, points".to_owned(),
        groups: labels.iter().enumerate().map(group).collect(),
    }
}

fn residuals() -> Residuals {
    let mut values: Vec<f64> = (0..180).map(|n| 8.0 * noise(n)).collect();
    let points = values
        .iter()
        .enumerate()
        .map(|(n, value)| (90.0 + 12.0 * noise(n + 4000), *value))
        .collect();
    values.sort_by(f64::total_cmp);
    let quantiles = values
        .iter()
        .enumerate()
        .map(|(n, value)| {
            let p: f64 = (n as f64 + 0.5) / 180.0;
            // A logistic stand-in is near enough for a sample.
            (0.61 * (p / (1.0 - p)).ln(), *value)
        })
        .collect();
    Residuals {
        heading: heading("Residuals"),
        response: "cog".to_owned(),
        points,
        quantiles,
        spread: 8.0,
    }
}

fn modes(n: usize) -> Caterpillar {
    let panel = |label: &str, scale: f64| CaterpillarPanel {
        label: label.to_owned(),
        modes: (0..n)
            .map(|level| Mode {
                level: format!("child {level:03}"),
                interval: around(scale * noise(level), scale * 0.8),
            })
            .collect(),
    };
    Caterpillar {
        heading: heading("How children differ"),
        group: "child".to_owned(),
        panels: vec![panel("(Intercept)", 9.0), panel("months", 0.7)],
    }
}

fn bland_altman() -> BlandAltman {
    BlandAltman {
        heading: heading("Two coders differ by half a point on average"),
        value: "sensitivity, points".to_owned(),
        difference: "Coder A − coder B, points".to_owned(),
        points: (0..60)
            .map(|n| (50.0 + 9.0 * noise(n), 0.5 + 2.1 * noise(n + 300)))
            .collect(),
        bias: around(0.5, 0.55),
        lower_limit: around(-3.6, 0.95),
        upper_limit: around(4.6, 0.95),
    }
}

fn agreement() -> AgreementMatrix {
    AgreementMatrix {
        heading: heading("Coders agree on 78 of 100 intervals"),
        row_coder: "Coder A".to_owned(),
        column_coder: "Coder B".to_owned(),
        categories: ["engaged", "passive", "protest", "not visible"]
            .map(str::to_owned)
            .to_vec(),
        counts: vec![
            vec![31.0, 4.0, 1.0, 0.0],
            vec![5.0, 22.0, 3.0, 2.0],
            vec![0.0, 2.0, 17.0, 1.0],
            vec![1.0, 1.0, 2.0, 8.0],
        ],
    }
}

fn paired() -> PairedChange {
    let pairs: Vec<(f64, f64)> = (0..34)
        .map(|n| {
            (
                12.0 + 3.0 * noise(n),
                10.0 + 3.0 * noise(n) + 2.0 * noise(n + 70),
            )
        })
        .collect();
    PairedChange {
        heading: heading("Depressive symptoms fell by two points"),
        value: "EPDS, points".to_owned(),
        occasions: ["Before".to_owned(), "After".to_owned()],
        pairs,
        means: [around(12.0, 1.0), around(10.0, 1.1)],
        change: around(-2.0, 0.7),
    }
}

fn groups(n: usize) -> GroupDots {
    let names = [
        "Usual care",
        "Groups",
        "Home visits and telephone",
        "Video",
        "Waiting list",
        "Other",
    ];
    let group = |g: usize| DotGroup {
        label: names[g].to_owned(),
        detail: format!("n = {}", 25 + 20 * g),
        values: (0..25 + 20 * g)
            .map(|unit| 20.0 + g as f64 + 3.0 * noise(unit + 100 * g))
            .collect(),
        mean: around(20.0 + g as f64, 1.1),
    };
    GroupDots {
        heading: heading("Sensitivity by arm"),
        value: "Sensitivity, points".to_owned(),
        grouping: "arm".to_owned(),
        groups: (0..n).map(group).collect(),
        with_zero: false,
    }
}

fn series() -> Vec<SeriesPoint> {
    (0..36)
        .map(|n| {
            let value = 20.0
                + 2.0 * noise(n)
                + if n > 17 {
                    4.0 + 0.2 * (n - 18) as f64
                } else {
                    0.0
                };
            SeriesPoint {
                time: (n + 1) as f64,
                value,
                is_signal: n == 21 || n == 30,
            }
        })
        .collect()
}

fn control_chart() -> TimeSeries {
    let flat = |label: &str, value: f64, is_centre| Limit {
        label: label.to_owned(),
        line: vec![(1.0, value), (36.0, value)],
        is_centre,
    };
    TimeSeries {
        heading: heading("Attendance rose beyond its limits after outreach began"),
        time: "Month".to_owned(),
        value: "Families per month".to_owned(),
        points: series(),
        segments: Vec::new(),
        counterfactual: Vec::new(),
        limits: vec![
            flat("upper limit", 29.1, false),
            flat("mean", 23.4, true),
            flat("lower limit", 17.7, false),
        ],
        events: vec![(18.5, "Outreach begins".to_owned())],
    }
}

fn interrupted() -> TimeSeries {
    let segment = |from: u32, to: u32, at: f64, slope: f64| {
        (from..=to)
            .map(|month| {
                (
                    f64::from(month),
                    around(at + slope * f64::from(month - from), 1.3),
                )
            })
            .collect::<Vec<_>>()
    };
    TimeSeries {
        heading: heading("Attendance rose by four families a month when outreach began"),
        time: "Month".to_owned(),
        value: "Families per month".to_owned(),
        points: series(),
        segments: vec![segment(1, 18, 20.0, 0.0), segment(19, 36, 24.0, 0.2)],
        counterfactual: vec![(19.0, 20.0), (36.0, 20.1)],
        limits: Vec::new(),
        events: vec![(18.5, "Outreach begins".to_owned())],
    }
}

/// Two phases of a clinic, one property with too few sessions for an interval.
fn sessions() -> SessionDots {
    let phase = |from: usize, to: usize, level: f64| -> Vec<(f64, f64)> {
        (from..to)
            .map(|week| (week as f64, level + 0.4 * noise(week)))
            .collect()
    };
    let panel = |label: &str, unit: &str, from_zero, phases| SessionDotsPanel {
        label: label.to_owned(),
        unit: unit.to_owned(),
        from_zero,
        phases,
    };
    SessionDots {
        heading: heading("More of what families did crossed from one to another"),
        time: "Week".to_owned(),
        phases: vec![
            (ArmMark(ArmKind::Comparison), "Before the group".to_owned()),
            (ArmMark(ArmKind::Programme), "With the group".to_owned()),
        ],
        panels: vec![
            panel(
                "Acts across families",
                "share of the acts among families",
                true,
                vec![
                    (phase(0, 12, 2.0), Some(around(2.0, 0.3))),
                    (phase(12, 24, 3.1), Some(around(3.1, 0.3))),
                ],
            ),
            panel(
                "Infants addressed",
                "share",
                false,
                vec![(phase(0, 1, 1.0), None), (Vec::new(), None)],
            ),
        ],
    }
}

fn power() -> PowerCurves {
    let curve = |label: &str, scale: f64| PowerCurve {
        label: label.to_owned(),
        points: (1..=8)
            .map(|n| {
                let x = 20.0 * f64::from(n);
                let power = 1.0 - (-x / scale).exp();
                PowerPoint {
                    x,
                    power: around(power, 1.96 * (power * (1.0 - power) / 1000.0).sqrt()),
                }
            })
            .collect(),
    };
    PowerCurves {
        heading: heading("About 90 dyads give the power that is wanted"),
        x_name: "Dyads per arm".to_owned(),
        curves: vec![
            curve("ICC 0.01", 55.0),
            curve("ICC 0.05", 62.0),
            curve("ICC 0.20", 160.0),
        ],
        target: Some(0.8),
        reached_at: Some(90.0),
    }
}
