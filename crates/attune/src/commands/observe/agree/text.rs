//! Agreement of coders as readable tables.

use attune_analysis::words;
use attune_observation::agreement::report::{
    AgreeSettings, MeasureReport, PairReport, StreamReport,
};
use attune_observation::window::seconds;

use crate::text_table::{Align, TextTable};

pub fn whole(reports: &[PairReport], warnings: &[String], settings: &AgreeSettings) -> String {
    let mut text = format!(
        "Window: codable time that both coders share · pooling: clips added up, each subject by itself · unit {} s · \
         tolerance {} s · {} intervals from {} resamples of clips, seed {}\n",
        seconds(settings.unit),
        seconds(settings.tolerance),
        words::level(settings.resampling.level),
        settings.resampling.n,
        settings.resampling.seed,
    );
    for report in reports {
        text += &pair(report);
    }
    for warning in warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}

fn pair(report: &PairReport) -> String {
    let [first, second] = &report.coders;
    let mut text = format!(
        "\n{first} and {second} · {} · {:.1} min codable\n",
        words::count_of(report.n_clips, "clip", "clips"),
        report.codable_s / 60.0
    );
    for stream in &report.streams {
        text += &of_stream(stream, [first, second]);
    }
    text += &amounts(report);
    if !report.ratings.is_empty() {
        text += &ratings(report);
    }
    text += &disagreements(report);
    for warning in &report.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}

fn of_stream(report: &StreamReport, coders: [&String; 2]) -> String {
    let stream = &report.stream;
    let mut text = format!(
        "\n{}: {} · {} events of {}, {} of {}\n",
        stream.subject,
        stream.codes.join(", "),
        report.n_events[0],
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
    if let Some(drift) = &report.drift
        && let (Some(slope), Some(lower), Some(upper)) =
            (drift.per_week, drift.ci_lower, drift.ci_upper)
    {
        text += &format!(
            "  drift: kappa changes by {slope:+.3} a week [{lower:.3}, {upper:.3}] over {} weeks, {}\n",
            drift.weeks.last().map_or(0, |week| week.week + 1),
            words::count_of(drift.n_clips, "clip", "clips"),
        );
    }
    text
}

fn line(measure: &MeasureReport) -> [String; 8] {
    let name = match &measure.variant {
        Some(variant) => format!("{} ({variant})", measure.measure),
        None => measure.measure.to_owned(),
    };
    let interval = match (measure.ci_lower, measure.ci_upper) {
        (Some(lower), Some(upper)) => format!("[{lower:.3}, {upper:.3}]"),
        _ => "–".to_owned(),
    };
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
    let mut table = TextTable::new(&[
        "subject",
        "code",
        "amount",
        "clips",
        &report.coders[0],
        &report.coders[1],
        "ICC(A,1)",
        "interval",
        "ICC(C,1)",
        "interval",
    ]);
    let mut sides = vec![Align::Left; 3];
    sides.resize(10, Align::Right);
    table.align(&sides);
    for one in &report.amounts {
        let icc = |place: usize| {
            let measured = &one.measures[place];
            let interval = match (measured.ci_lower, measured.ci_upper) {
                (Some(lower), Some(upper)) => format!("[{lower:.3}, {upper:.3}]"),
                _ => "–".to_owned(),
            };
            [fixed(measured.estimate), interval]
        };
        let [agreement, agreement_interval] = icc(0);
        let [consistency, consistency_interval] = icc(1);
        table.row([
            one.subject.clone(),
            one.code.clone(),
            one.amount.to_owned(),
            one.n_clips.to_string(),
            format!("{:.3}", one.first_mean),
            format!("{:.3}", one.second_mean),
            agreement,
            agreement_interval,
            consistency,
            consistency_interval,
        ]);
    }
    format!(
        "\nAmounts, clip by clip (intervals from F)\n{}",
        table.text()
    )
}

fn ratings(report: &PairReport) -> String {
    let mut table = TextTable::new(&[
        "scale",
        "clips",
        "same",
        "within 1",
        "weighted kappa",
        "ICC(A,1)",
        "ICC(C,1)",
    ]);
    for one in &report.ratings {
        let agreement = &one.agreement;
        let of = |place: usize| {
            fixed(
                agreement
                    .measures
                    .get(place)
                    .and_then(|measure| measure.estimate),
            )
        };
        table.row([
            one.scale.clone(),
            agreement.n_clips.to_string(),
            format!("{:.2}", agreement.same),
            format!("{:.2}", agreement.within_one),
            of(0),
            of(1),
            of(2),
        ]);
    }
    format!("\nRatings\n{}", table.text())
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

fn fixed(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}
