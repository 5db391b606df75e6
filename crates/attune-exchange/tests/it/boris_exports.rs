//! Tables that BORIS 8 exported of a made-up project hold what the project itself holds, whichever form was
//! chosen, whichever program saved them again, and whichever version wrote their headings.

use attune_exchange::video_coding::{CodingFile, CodingRead};
use attune_records::observation::{CodingProject, Frames, Observation, ObservationKind, Span};

const PROJECT: &[u8] = include_bytes!("boris_8/play.boris");
const AGGREGATED: &[u8] = include_bytes!("boris_8/aggregated.tsv");
const TABULAR_MEDIA: &[u8] = include_bytes!("boris_8/tabular_media.tsv");

fn read(name: &str, bytes: &[u8]) -> CodingRead {
    let file = CodingFile::read(name, bytes).unwrap_or_else(|faults| panic!("{name}: {faults}"));
    file.to_project("play")
        .unwrap_or_else(|faults| panic!("{name}: {faults}"))
}

/// Everything of an observation's events that a table can hold.
fn events(one: &Observation) -> Vec<String> {
    let mut events: Vec<String> = one
        .events()
        .iter()
        .map(|event| {
            let values: Vec<String> = event
                .modifiers
                .as_slice()
                .iter()
                .map(|modifier| modifier.values.join("+"))
                .collect();
            let is_chosen = values.iter().any(|value| !value.is_empty());
            let values = if is_chosen {
                values.join("|")
            } else {
                String::new()
            };
            let text =
                |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("–").to_owned();
            format!(
                "{} {} [{values}] {:?} {:?} {} / {}",
                text(&event.subject),
                event.behaviour,
                event.span,
                event.frames,
                text(&event.comment),
                text(&event.stop_comment),
            )
        })
        .collect();
    events.sort();
    events
}

fn check_same(id: &str, table: &CodingProject, whole: &CodingProject) {
    let (table, whole) = (table.observation(id), whole.observation(id));
    let (table, whole) = (table.expect(id), whole.expect(id));
    assert_eq!(events(table), events(whole), "{id}");
    let facts = |one: &Observation| {
        (
            one.date.replace('T', " "),
            one.description.clone(),
            one.kind,
            one.time_offset,
            one.coder.clone(),
            one.recording.clone(),
            one.variable("age").map(str::to_owned),
        )
    };
    assert_eq!(facts(table), facts(whole), "{id}");
}

#[test]
fn exports_of_boris_8_hold_what_the_project_holds() {
    let whole = read("play.boris", PROJECT).project;
    for (id, name, bytes) in [
        ("two cameras", "a.tsv", TABULAR_MEDIA),
        ("live", "b.csv", include_bytes!("boris_8/tabular_live.csv")),
        (
            "pictures",
            "c.tsv",
            include_bytes!("boris_8/tabular_pictures.tsv"),
        ),
        ("two cameras", "d.tsv", AGGREGATED),
        ("live", "d.tsv", AGGREGATED),
        ("pictures", "d.tsv", AGGREGATED),
        (
            "two cameras",
            "e.xlsx",
            include_bytes!("boris_8/aggregated_media.xlsx"),
        ),
    ] {
        check_same(id, &read(name, bytes).project, &whole);
    }
}

#[test]
fn media_of_every_player_keep_their_lengths_and_rates() {
    for (name, bytes) in [("a.tsv", TABULAR_MEDIA), ("d.tsv", AGGREGATED)] {
        let project = read(name, bytes).project;
        let one = project.observation("two cameras").expect("there");
        let media: Vec<_> = one
            .media
            .iter()
            .map(|media| {
                let length = media
                    .length
                    .map(attune_records::observation::Micros::seconds);
                (
                    media.player,
                    media.file.as_str(),
                    length,
                    media.frames_per_second,
                )
            })
            .collect();
        assert_eq!(
            media,
            [
                (1, "a.mp4", Some(10.0), Some(25.0)),
                (1, "b.mp4", Some(20.0), Some(25.0)),
                (2, "c.mp4", Some(30.0), Some(50.0))
            ]
        );
        let window = one.coded_window().map(|window| window.length().seconds());
        assert_eq!(window, Some(30.0), "{name}");
    }
}

#[test]
fn categories_frames_and_several_choices_are_taken_from_the_columns() {
    let project = read("a.tsv", TABULAR_MEDIA).project;
    assert_eq!(project.scheme.categories, ["gaze"]);
    let of = |code: &str| {
        project
            .scheme
            .behaviour(code)
            .expect("there")
            .category
            .clone()
    };
    assert_eq!(
        (of("face"), of("voice")),
        ("gaze".to_owned(), String::new())
    );
    let one = project.observation("two cameras").expect("there");
    let face = one
        .events()
        .iter()
        .find(|event| !event.modifiers.is_empty());
    let face = face.expect("with modifiers");
    assert_eq!(face.modifiers.of_set("Modifier #2").len(), 2);
    let frames = Frames {
        start: 25,
        stop: Some(112),
    };
    assert_eq!(face.frames, Some(frames));
}

#[test]
fn events_of_pictures_without_times_are_told_and_the_rest_is_read() {
    let alone = read("a.tsv", include_bytes!("boris_8/tabular_untimed.tsv"));
    let among = read("d.tsv", AGGREGATED);
    assert_eq!(among.project.events().count(), 4 + 2 + 2);
    for (read, rows) in [(alone, "rows 2, 3, 4"), (among, "rows 10, 11")] {
        let left = read.not_taken_over.iter();
        let left: Vec<_> = left
            .filter(|left| left.what == "events without a time")
            .collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].place, rows);
        let id = "pictures without times";
        let one = read.project.observation(id).expect("kept");
        assert_eq!((one.kind, one.events().len()), (ObservationKind::Images, 0));
    }
}

/// As spreadsheets of several countries and systems save the same table.
#[test]
fn the_same_table_is_read_however_a_spreadsheet_saved_it() {
    let text = String::from_utf8(AGGREGATED.to_vec()).expect("UTF-8");
    let whole = read("a.tsv", AGGREGATED).project;
    let utf_16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16();
        [0xFF, 0xFE]
            .into_iter()
            .chain(units.flat_map(u16::to_le_bytes))
            .collect()
    };
    let quoted = |separator: &str, text: &str| -> String {
        text.lines()
            .map(|line| {
                let cells: Vec<String> =
                    line.split('\t').map(|cell| format!("\"{cell}\"")).collect();
                cells.join(separator) + "\r\n"
            })
            .collect()
    };
    // Numbers with a decimal comma, file names with their point.
    let comma = |text: &str| -> String {
        let cell = |cell: &str| match cell.parse::<f64>() {
            Ok(_) => cell.replace('.', ","),
            Err(_) => cell.to_owned(),
        };
        text.lines()
            .map(|line| line.split('\t').map(cell).collect::<Vec<_>>().join("\t") + "\n")
            .collect()
    };
    let forms = [
        ("a.tsv", format!("\u{feff}{text}").into_bytes()),
        (
            "a.tsv",
            text.replace("\r\n", "\n")
                .replace('\n', "\r\n")
                .into_bytes(),
        ),
        ("a.tsv", utf_16(&text)),
        ("a.txt", utf_16(&text)),
        ("a.csv", quoted(",", &text).into_bytes()),
        ("a.csv", quoted(";", &text).into_bytes()),
        ("a.csv", quoted(";", &comma(&text)).into_bytes()),
        ("a.csv", quoted(",", &comma(&text)).into_bytes()),
        ("a.tsv", comma(&text).into_bytes()),
        ("a.tsv", utf_16(&comma(&text))),
    ];
    for (place, (name, bytes)) in forms.into_iter().enumerate() {
        let project = read(name, &bytes).project;
        for id in ["two cameras", "live", "pictures"] {
            let (one, other) = (project.observation(id), whole.observation(id));
            let (one, other) = (one.expect(id), other.expect(id));
            assert_eq!(events(one), events(other), "form {place}, {id}");
        }
    }
}

#[test]
fn a_decimal_comma_where_no_semicolon_stands_is_told() {
    let text = "Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\nA\tinfant\tgaze\tSTATE\t1,5\t2\n";
    let read = read("a.tsv", text.as_bytes());
    assert_eq!(
        read.warnings,
        ["commas in times are read as decimal commas"]
    );
    let event = read.project.events().next().expect("one").1;
    assert_eq!(
        event.span.interval().expect("a bout").to_string(),
        "1.5–2 s"
    );
}

/// With a point in one time, a comma in another is a slip and no decimal comma.
#[test]
fn a_comma_among_points_is_a_fault_of_its_row() {
    let text = "Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\nA\tinfant\tgaze\tSTATE\t1,500\t2000.5\n";
    let file = CodingFile::read("a.tsv", text.as_bytes()).expect("a table");
    let faults = file.to_project("a").expect_err("a fault").to_string();
    assert!(
        faults.starts_with("row 2: Start (s) `1,500` is no time"),
        "{faults}"
    );
}

/// Headings of version 7 with times of day, of version 9 with the interval of the observation.
#[test]
fn headings_of_other_versions_mean_the_same() {
    let seven = "Observation id\tObservation date\tDescription\tMedia file\tTotal length\tFPS\tage\tSubject\tBehavior\tBehavioral category\tModifiers\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\tComment start\tComment stop\n\
        A\t2016-12-01 23:01:31\td\tLIVE\tNA\tNA\t5\tinfant\tgaze\tcat\tface|None\tSTATE\t00:00:01.5\t00:01:02\t60.5\t\t\n";
    let nine = "Observation id\tObservation date\tDescription\tObservation type\tObservation interval start\tObservation interval stop\tSource\tTime offset (s)\tCoding duration\tMedia duration (s)\tFPS (frame/s)\tage\tSubject\tObservation duration by subject by observation\tBehavior\tBehavioral category\tModifier #1\tModifier #2\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\tMedia file name\tImage index start\tImage index stop\tImage file path start\tImage file path stop\tComment start\tComment stop\n\
        A\t2016-12-01 23:01:31\td\tLive observation\t1.0\t70.0\tNA\t0.0\t69\tNA\tNA\t5\tinfant\t60.5\tgaze\tcat\tface\tNone\tSTATE\t1.500\t62.000\t60.500\tNA\tNA\tNA\tNA\tNA\t\t\n";
    for (text, window) in [(seven, None), (nine, Some(69.0))] {
        let read = read("a.tsv", text.as_bytes());
        let one = &read.project.observations()[0];
        assert_eq!((one.kind, &*one.description), (ObservationKind::Live, "d"));
        assert_eq!(one.variables.len(), 1, "{:?}", one.variables);
        assert_eq!(one.window.map(|window| window.length().seconds()), window);
        let event = &one.events()[0];
        let Span::State(bout) = event.span else {
            panic!("a bout");
        };
        assert_eq!(bout.to_string(), "1.5–62 s");
        assert_eq!(event.modifiers.as_slice()[0].values.join(" "), "face");
        assert_eq!(read.not_taken_over, []);
    }
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them_whatever_ends_a_line() {
    let rows = [
        "Time\tSubject\tBehavior\tStatus",
        "1\tinfant\tgaze\tSTART",
        "",
        "soon\tinfant\tgaze\tSTOP",
    ];
    for end in ["\n", "\r\n", "\r"] {
        let text = rows.join(end) + end;
        let file = CodingFile::read("a.tsv", text.as_bytes()).expect("a table");
        let faults = file.to_project("a").expect_err("a fault").to_string();
        assert!(
            faults.starts_with("row 4, column Time: `soon`"),
            "{end:?}: {faults}"
        );
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_no_rows_in_silence() {
    let text = "Time\tSubject\tBehavior\tStatus\tComment\n1\tinfant\tgaze\tSTART\t\"says\n2\tinfant\tgaze\tSTOP\t\n";
    let faults = CodingFile::read("a.tsv", text.as_bytes())
        .expect_err("a fault")
        .to_string();
    assert!(
        faults.starts_with("row 2: a quotation mark opens a cell"),
        "{faults}"
    );
}
