//! The figure of a primary outcome as a page shows it: the report's drawing without single families, lettered in the
//! language of the page where every name on it has one, and otherwise in the study's own.

use attune_analysis::{
    Findings,
    findings::{Finding, FittedLine},
};
use attune_report::{
    Drawing, Figure, Format, Table, Trajectories, draw_marked, escape,
    result_words::{Piece, ResultWords, fill},
};

use super::{FEWEST, Setting};
use crate::{
    page_words::{direction, words_in},
    tongue::Tongue,
};

/// A figure as a page shows it; texts are HTML.
pub struct ShownFigure {
    pub id: String,
    pub title: String,
    pub caption: String,
    /// Language and direction of the drawings, where they are not those of the words around.
    pub marked: Option<(String, &'static str)>,
    pub wide: String,
    pub narrow: String,
    pub svg_address: String,
    pub csv_address: String,
    /// Files by their path within the publication.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The report's figure without single families; none where nothing else is in it.
pub fn shown(
    setting: &Setting<'_>,
    finding: &Finding,
    id: &str,
    drawing: &Trajectories,
) -> Option<ShownFigure> {
    let findings = setting.findings;
    let mut drawing = drawing.clone();
    let few = means_of_few(findings, finding);
    for arm in &mut drawing.arms {
        arm.dyads.clear();
        arm.means.retain(|(_, mean)| !few.contains(mean));
    }
    drawing.arms.retain(|arm| arm.fitted.len() > 1);
    if drawing.arms.is_empty() {
        return None;
    }
    let csv = csv(findings, finding, &drawing);
    let around = setting.tongue;
    let tongue = lettering(setting, finding, &drawing);
    let caption = caption(around.words, &drawing);
    let title = match is_of_groups(&drawing) {
        true => &around.words.figure_title,
        false => &around.words.figure_title_of_one,
    };
    let title_pieces = around.about(title, &finding.outcome.label);
    let figure = lettered(setting, &tongue, finding, id, drawing);
    let mark = (findings.simulated || setting.protocol.study.simulated).then(|| {
        words_in(tongue.words_language)
            .0
            .simulated
            .trim_end_matches('.')
    });
    let draw = |format| with_decimals(&draw_marked(&figure, format, mark), tongue.words);
    let wide = draw(Format::Wide);
    let svg_path = setting.figure_path(id, "svg");
    let csv_path = setting.figure_path(id, "csv");
    Some(ShownFigure {
        id: id.to_owned(),
        title: around.sentence(&title_pieces),
        caption: escape(&caption),
        marked: (tongue.words_language != around.words_language).then(|| {
            let language = tongue.words_language;
            (language.to_owned(), direction(language))
        }),
        narrow: draw(Format::Narrow),
        svg_address: setting.links.file(&svg_path),
        csv_address: setting.links.file(&csv_path),
        files: vec![
            (svg_path, wide.clone().into_bytes()),
            (csv_path, csv.into_bytes()),
        ],
        wide,
    })
}

/// In which language the drawing is lettered: the page's if all its names have one, or the study's own.
fn lettering<'a>(setting: &Setting<'a>, finding: &Finding, drawing: &Trajectories) -> Tongue<'a> {
    let tongue = setting.tongue;
    let places = drawing.time_ticks.iter().map(|(_, name)| name);
    let needs_places = time_name(tongue.words, &drawing.time_label).is_none();
    let has_places = !needs_places || places.into_iter().all(|name| tongue.has(name));
    let has_arms = !is_of_groups(drawing) || drawing.arms.iter().all(|arm| tongue.has(&arm.label));
    match tongue.tells_results() && setting.is_whole(finding) && has_places && has_arms {
        true => tongue,
        false => Tongue::of(setting.protocol, tongue.own),
    }
}

fn lettered(
    setting: &Setting<'_>,
    tongue: &Tongue<'_>,
    finding: &Finding,
    id: &str,
    mut drawing: Trajectories,
) -> Figure {
    let words = tongue.words;
    let outcome = &finding.outcome;
    let unit = outcome
        .unit
        .as_deref()
        .map(|unit| tongue.name(tongue.nearest_unit(unit)));
    let comma = match direction(tongue.words_language) {
        "rtl" => "،",
        _ => ",",
    };
    drawing.value_label = match unit {
        Some(unit) => format!("{}{comma} {unit}", tongue.name(&outcome.label)),
        None => tongue.name(&outcome.label).to_owned(),
    };
    drawing.time_name =
        Some(time_name(words, &drawing.time_label).map_or_else(String::new, str::to_owned));
    for (_, place) in &mut drawing.time_ticks {
        *place = tongue.name(place).to_owned();
    }
    for arm in &mut drawing.arms {
        arm.label = tongue.name(&arm.label).to_owned();
    }
    let title = match is_of_groups(&drawing) {
        true => &words.figure_title,
        false => &words.figure_title_of_one,
    };
    let plainly = Setting {
        tongue: *tongue,
        ..*setting
    }
    .plainly(finding);
    let message = plainly.map_or_else(String::new, |pieces| format!("{} ", tongue.plain(&pieces)));
    Figure {
        id: id.to_owned(),
        number: None,
        simulated: false,
        permuted: false,
        title: tongue.plain(&tongue.about(title, &outcome.label)).into(),
        caption: Default::default(),
        description: format!("{message}{}", words.chart_kind),
        data: Table::default(),
        shown_in: None,
        drawing: Drawing::Trajectories(drawing),
    }
}

/// Whether several groups are drawn; one alone is the study itself, before and after.
fn is_of_groups(drawing: &Trajectories) -> bool {
    drawing.arms.len() > 1
}

/// The name of an axis that counts time; none for one whose places have names.
fn time_name<'w>(words: &'w ResultWords, label: &str) -> Option<&'w str> {
    let label = label.to_lowercase();
    [
        ("month", &words.months_since_enrolment),
        ("year", &words.years_since_enrolment),
        ("week", &words.weeks_since_enrolment),
        ("day", &words.days_since_enrolment),
    ]
    .into_iter()
    .find(|(unit, _)| label.contains(unit))
    .map(|(_, name)| name.as_str())
}

fn caption(words: &ResultWords, drawing: &Trajectories) -> String {
    let level = vec![Piece::Fixed(words.with_mark(&drawing.level))];
    let how = match time_name(words, &drawing.time_label) {
        Some(_) => &words.figure_lines,
        None => &words.figure_bars,
    };
    let mut caption = attune_report::result_words::joined(&fill(how, &[("level", level)]));
    if drawing.arms.iter().any(|arm| !arm.means.is_empty()) {
        caption = format!("{caption} {}", words.figure_dots);
    }
    format!("{caption} {}", words.figure_nobody)
}

/// The drawing with the numbers at its axes as the language writes them.
fn with_decimals(svg: &str, words: &ResultWords) -> String {
    if words.decimal == "." {
        return svg.to_owned();
    }
    let is_number = |text: &str| {
        text.contains('.')
            && text
                .chars()
                .all(|letter| letter.is_ascii_digit() || ".−\u{202f}\u{2009}".contains(letter))
    };
    let mut written = String::with_capacity(svg.len());
    for (position, piece) in svg.split('>').enumerate() {
        if position > 0 {
            written.push('>');
        }
        match piece.split_once('<') {
            Some((text, tag)) if is_number(text) => {
                written += &words.with_mark(text);
                written.push('<');
                written += tag;
            }
            _ => written += piece,
        }
    }
    written
}

fn means_of_few(findings: &Findings, finding: &Finding) -> Vec<f64> {
    let cells = findings.description.outcomes.iter();
    cells
        .filter(|cell| cell.outcome == finding.outcome.id && cell.n < FEWEST)
        .filter_map(|cell| cell.mean)
        .collect()
}

/// The numbers behind the figure, for programs: fitted values with their limits, then observed means.
fn csv(findings: &Findings, finding: &Finding, drawing: &Trajectories) -> String {
    let mut text = String::from("kind,arm,time,value,lower,upper\r\n");
    for line in &finding.figure.fitted {
        let arm = quoted(arm_label(findings, line));
        for (time, value, lower, upper) in &line.points {
            text += &format!("fitted,{arm},{time},{value},{lower},{upper}\r\n");
        }
    }
    for arm in &drawing.arms {
        for (time, mean) in &arm.means {
            text += &format!("observed mean,{},{time},{mean},,\r\n", quoted(&arm.label));
        }
    }
    text
}

fn arm_label<'a>(findings: &'a Findings, line: &'a FittedLine) -> &'a str {
    let Some(id) = line.arm.as_deref() else {
        return "all";
    };
    let description = &findings.description;
    let known = description.arms.iter().chain(&description.phases);
    let mut labels = known.filter(|(arm, _)| arm == id);
    labels.next().map_or(id, |(_, label)| label)
}

fn quoted(words: &str) -> String {
    match words.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", words.replace('"', "\"\"")),
        false => words.to_owned(),
    }
}
