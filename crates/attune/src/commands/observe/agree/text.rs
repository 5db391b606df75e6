//! Agreement of coders as readable tables.

use attune_analysis::words;
use attune_observation::agreement::drift::Drift;
use attune_observation::agreement::ratings::Measured;
use attune_observation::agreement::report::{
    AgreeSettings, MeasureReport, PairReport, StreamReport,
};
use attune_observation::window::seconds;

use crate::text_table::{Align, TextTable};

pub fn whole(reports: &[PairReport], warnings: &[String], settings: &AgreeSettings) -> String {
    let mut text = settings_in_words(settings);
    for report in reports {
        text += &pair(report);
        text += &disagreements(report);
        text += &reminders(&report.warnings);
    }
    text += &reminders(warnings);
    text
}

/// What every number depends on.
pub fn settings_in_words(settings: &AgreeSettings) -> String {
    format!(
        "Window: codable time that both coders share · pooling: clips added up, each subject by itself · unit {} s · \
         tolerance {} s · {} intervals from {} resamples of clips, seed {}\n",
        seconds(settings.unit),
        seconds(settings.tolerance),
        words::level(settings.resampling.level),
        settings.resampling.n,
        settings.resampling.seed,
    )
}

fn reminders(warnings: &[String]) -> String {
    let lines = warnings
        .iter()
        .map(|warning| format!("\nMind: {warning}\n"));
    lines.collect()
}

/// Everything about two coders but the list of where they differ.
pub fn pair(report: &PairReport) -> String {
    let [first, second] = &report.coders;
    let mut text = format!(
        "\n{first} and {second} · {} · {:.1} min codable\n",
        words::count_of(report.n_clips, "clip", "clips"),
        report.codable_s / 60.0
    );
    for stream in &report.streams {
        text += &of_stream(stream, [first, second], report.n_clips);
    }
    text += &amounts(report);
    text += &ratings(report);
    text += &measures(report);
    text += &why_no_drift(report);
    text
}

fn of_stream(report: &StreamReport, coders: [&String; 2], n_clips: usize) -> String {
    let stream = &report.stream;
    let there = match report.n_clips {
        n if n == n_clips => String::new(),
        n => format!(" · there in {}", words::count_of(n, "clip", "clips")),
    };
    let mut text = format!(
        "\n{}: {} · {} of {}, {} of {}{there}\n",
        stream.subject,
        stream.codes.join(", "),
        words::count_of(report.n_events[0], "event", "events"),
        coders[0],
        report.n_events[1],
        coders[1],
    );
    let what = if stream.states {
        "share of time"
    } else {
        "per minute"
    };
    let prevalence: Vec<String> = report
        .prevalence
        .iter()
        .map(|one| format!("{} {:.3} and {:.3}", one.code, one.first, one.second))
        .collect();
    text += &format!("{what}: {}\n", prevalence.join(", "));
    let mut table = TextTable::new(&[
        "measure",
        "estimate",
        "interval",
        "agreement",
        "by chance",
        "largest",
        "over",
        "unit, tolerance, overlap",
    ]);
    let (left, right) = (Align::Left, Align::Right);
    table.align(&[left, right, right, right, right, right, right, left]);
    for measure in &report.measures {
        table.row(line(measure));
    }
    text += &table.text();
    let notes = report
        .measures
        .iter()
        .filter_map(|one| Some(format!("  {}: {}\n", one.measure, one.note.as_ref()?)));
    text += &notes.collect::<String>();
    text += &change("kappa", &report.drift);
    text
}

/// A line about the change over the weeks, where there is one.
fn change(of: &str, drift: &Drift) -> String {
    let (Some(slope), Some(lower), Some(upper)) = (drift.per_week, drift.ci_lower, drift.ci_upper)
    else {
        return String::new();
    };
    format!(
        "  drift: {of} changes by {slope:+.3} a week [{lower:.3}, {upper:.3}] over {}, {}\n",
        words::count_of(
            drift.weeks.last().map_or(0, |week| week.week as usize + 1),
            "week",
            "weeks"
        ),
        words::count_of(drift.n_clips, "clip", "clips"),
    )
}

/// Why nothing is told of any change over the weeks, each reason once.
fn why_no_drift(report: &PairReport) -> String {
    let of_streams = report.streams.iter().map(|stream| &stream.drift);
    let of_ratings = report.ratings.iter().map(|scale| &scale.agreement.drift);
    let drifts: Vec<&Drift> = of_streams.chain(of_ratings).collect();
    if drifts.iter().any(|drift| drift.per_week.is_some()) {
        return String::new();
    }
    let mut reasons: Vec<&str> = drifts.iter().filter_map(|drift| drift.undefined).collect();
    reasons.sort_unstable();
    reasons.dedup();
    match reasons.as_slice() {
        [] => String::new(),
        reasons => format!("\nDrift over weeks: not known; {}\n", reasons.join("; ")),
    }
}

fn line(measure: &MeasureReport) -> [String; 8] {
    let name = match &measure.variant {
        Some(variant) => format!("{} ({variant})", measure.measure),
        None => measure.measure.to_owned(),
    };
    let interval = limits(measure.ci_lower, measure.ci_upper);
    let mut depends = Vec::new();
    depends.extend(measure.unit_s.map(|unit| format!("{unit} s")));
    depends.extend(
        measure
            .tolerance_s
            .map(|tolerance| format!("± {tolerance} s")),
    );
    depends.extend(
        measure
            .overlap
            .map(|overlap| format!("≥ {:.0} %", overlap * 100.0)),
    );
    [
        name,
        fixed(measure.estimate),
        interval,
        fixed(measure.agreement),
        fixed(measure.expected),
        fixed(measure.largest),
        format!("{:.0} {}", measure.n, measure.tallied),
        depends.join(", "),
    ]
}

fn amounts(report: &PairReport) -> String {
    if report.amounts.is_empty() || report.n_clips < 2 {
        return String::new();
    }
    let heading = ["subject", "code", "amount"];
    let mut table = of_numbers(&heading, report);
    for one in &report.amounts {
        let first = [&one.subject, &one.code, one.amount].map(str::to_owned);
        let means = [one.first_mean, one.second_mean];
        table.row(cells(&first, one.n_clips, means, &one.measures));
    }
    format!(
        "\nAmounts, clip by clip: intervals from F, then from resampling clips\n{}",
        table.text()
    )
}

/// What the study analyses.
fn measures(report: &PairReport) -> String {
    if report.measures.is_empty() || report.n_clips < 2 {
        return String::new();
    }
    let mut table = of_numbers(&["measure"], report);
    for one in &report.measures {
        let means = [one.first_mean, one.second_mean];
        table.row(cells(
            std::slice::from_ref(&one.label),
            one.n_clips,
            means,
            &one.measures,
        ));
    }
    format!(
        "\nMeasures of the study, recording by recording: intervals from F, then from resampling recordings\n{}",
        table.text()
    )
}

fn of_numbers(first: &[&str], report: &PairReport) -> TextTable {
    let [one, other] = &report.coders;
    let numbers = [
        "clips", one, other, "ICC(A,1)", "F", "clips", "ICC(C,1)", "F", "clips",
    ];
    let mut table = TextTable::new(&[first, &numbers[..]].concat());
    let mut sides = vec![Align::Left; first.len()];
    sides.resize(first.len() + numbers.len(), Align::Right);
    table.align(&sides);
    table
}

fn cells(first: &[String], n_clips: usize, means: [f64; 2], measures: &[Measured]) -> Vec<String> {
    let mut cells = first.to_vec();
    cells.push(n_clips.to_string());
    cells.extend(means.map(|mean| format!("{mean:.3}")));
    for one in measures {
        cells.push(fixed(one.estimate));
        cells.push(limits(one.ci_lower, one.ci_upper));
        cells.push(limits(one.bootstrap_lower, one.bootstrap_upper));
    }
    cells
}

fn ratings(report: &PairReport) -> String {
    if report.ratings.is_empty() {
        return String::new();
    }
    let mut table = TextTable::new(&[
        "scale",
        "clips",
        "not rated",
        &report.coders[0],
        &report.coders[1],
        "same",
        "within 1",
        "interval",
        "weighted kappa",
        "interval",
        "ICC(A,1)",
        "interval",
        "ICC(C,1)",
        "interval",
    ]);
    let (mut notes, mut drifts) = (Vec::new(), String::new());
    for one in &report.ratings {
        let agreement = &one.agreement;
        let of = |name: &str| {
            let found = agreement.measures.iter().find(|one| one.measure == name);
            found.map_or_else(
                || ["–".to_owned(), "–".to_owned()],
                |one| {
                    let interval = limits(one.bootstrap_lower, one.bootstrap_upper);
                    [fixed(one.estimate), interval]
                },
            )
        };
        let [within, within_interval] = of("within-one-point");
        let mut row = vec![
            one.scale.clone(),
            agreement.n_clips.to_string(),
            agreement.n_not_rated.to_string(),
            format!("{:.2}", agreement.first_mean),
            format!("{:.2}", agreement.second_mean),
            fixed(Some(agreement.same)),
            within,
            within_interval,
        ];
        for name in ["weighted-kappa-quadratic", "icc-a1", "icc-c1"] {
            row.extend(of(name));
        }
        table.row(row);
        let whys = agreement.measures.iter().filter_map(|measure| {
            let why = measure.undefined.as_ref()?;
            Some(format!("  {}, {}: {why}\n", one.scale, measure.measure))
        });
        notes.extend(whys);
        drifts += &change(&format!("distance in {}", one.scale), &agreement.drift);
        drifts += &change(&format!("leniency in {}", one.scale), &agreement.leniency);
    }
    format!(
        "\nRatings, clip by clip: quadratic weights; intervals from resampling clips\n{}{}{drifts}",
        table.text(),
        notes.concat(),
    )
}

pub fn limits(lower: Option<f64>, upper: Option<f64>) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => {
            format!("[{}, {}]", three_decimals(lower), three_decimals(upper))
        }
        _ => "–".to_owned(),
    }
}

fn disagreements(report: &PairReport) -> String {
    if report.disagreements.is_empty() {
        return String::new();
    }
    let mut table = TextTable::new(&[
        "clip",
        "from s",
        "to s",
        "s",
        "subject",
        &report.coders[0],
        &report.coders[1],
    ]);
    let (left, right) = (Align::Left, Align::Right);
    table.align(&[left, right, right, right, left, left, left]);
    for one in &report.disagreements {
        table.row([
            one.clip.clone(),
            format!("{:.2}", one.start_s),
            format!("{:.2}", one.end_s),
            format!("{:.2}", one.end_s - one.start_s),
            one.subject.clone(),
            one.first.clone(),
            one.second.clone(),
        ]);
    }
    format!(
        "\nWhere they differ: the longest {} of {}\n{}",
        report.disagreements.len(),
        report.n_disagreements,
        table.text()
    )
}

pub fn fixed(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), three_decimals)
}

/// Three decimals; what rounds to zero has no sign.
fn three_decimals(value: f64) -> String {
    let written = format!("{value:.3}");
    match written.as_str() {
        "-0.000" => "0.000".to_owned(),
        _ => written,
    }
}
