//! What tables of events hold, by their headings.

use attune_records::observation::{CodingProject, Interval, Micros, Span};

use super::{CodingTable, TableForm, tidy_csv, tidy_xlsx};

fn read(ending: &str, bytes: &[u8]) -> CodingProject {
    let table = CodingTable::read(ending, bytes).expect("a table");
    table.to_project("clip").expect("observations").project
}

fn shown(project: &CodingProject) -> Vec<String> {
    let when = |span: Span| match span {
        Span::State(interval) => interval.to_string(),
        Span::Point(at) => format!("at {at}"),
        Span::Open { start } => format!("from {start}"),
        Span::Unstarted { stop } => format!("until {stop}"),
    };
    project
        .events()
        .map(|(one, event)| {
            let who = event.subject.as_deref().unwrap_or("–");
            format!(
                "{}: {who} {} [{}] {}",
                one.id,
                event.behaviour,
                event.modifiers,
                when(event.span)
            )
        })
        .collect()
}

const ROWS: &str = "Observation id,clip one,,,\n,,,,\nPlayer #1,a.mp4,,,\nTime offset (s),2.5,,,\nindependent variables,,,,\nvariable,value,,,\nrater,Ann,,,\n,,,,\nTime,Subject,Behavior,Modifiers,Status\n2.0,infant,gaze,face|None,START\n1.0,No focal subject,clap,,POINT\n4,infant,gaze,face|None,STOP\n5,infant,gaze,,STOP\n6,infant,gaze,,START\n";

#[test]
fn statuses_pair_bouts_and_what_stands_above_describes_them() {
    let project = read("csv", ROWS.as_bytes());
    assert_eq!(
        shown(&project),
        [
            "clip one: – clap [] at 1",
            "clip one: infant gaze [face | –] 2–4 s",
            "clip one: infant gaze [] until 5",
            "clip one: infant gaze [] from 6"
        ]
    );
    let one = &project.observations()[0];
    assert_eq!(
        (one.coder.as_deref(), one.time_offset),
        (Some("Ann"), Micros(2_500_000))
    );
    assert_eq!(one.recording.as_deref(), Some("a.mp4"));
}

#[test]
fn bouts_of_boris_are_read_by_their_headings() {
    let text = "Observation id\tSubject\tBehavior\tBehavior type\tStart (s)\tStop (s)\tModifier #1\tcoder\tTotal length\n\
        A\tinfant\tgaze\tSTATE\t1.5\t2\tface\tAnn\t60\n\
        A\tNo focal subject\tclap\tPOINT\t3\t3\tNone\tAnn\t60\n";
    let project = read("tsv", text.as_bytes());
    assert_eq!(
        shown(&project),
        ["A: infant gaze [face] 1.5–2 s", "A: – clap [] at 3"]
    );
    let one = &project.observations()[0];
    assert_eq!(
        one.coded_window(),
        Interval::new(Micros(0), Micros(60_000_000))
    );
    assert_eq!(one.coder.as_deref(), Some("Ann"));
}

const TIDY: &str = "observation,coder,subject,target,behaviour,kind,start_s,stop_s,modifier: tone,comment,variable: phase\n\
    A,Ann,parent,infant,talk,state,1.25,2,warm; soft,\"yes, so\",before\n\
    A,Ann,infant,,voice,point,3,,,,before\n\
    A,Ann,infant,,gaze,open,4,,,,before\n\
    A,Ann,,,still face,phase,0,9,,,before\n\
    B,Ben,infant,,gaze,unstarted,,5,–,,after\n";

#[test]
fn tidy_tables_come_back_the_same_as_text_and_as_a_workbook() {
    let project = read("csv", TIDY.as_bytes());
    assert_eq!(shown(&project).len(), 5);
    let (csv, lost) = tidy_csv(&project);
    assert_eq!(lost, []);
    let again = read("csv", &csv);
    let (xlsx, lost) = tidy_xlsx(&project).expect("a workbook");
    assert_eq!(lost, []);
    let workbook = read("xlsx", &xlsx);
    for other in [&again, &workbook] {
        assert_eq!(shown(other), shown(&project));
        let facts = |project: &CodingProject| -> Vec<String> {
            let one = |one: &attune_records::observation::Observation| {
                format!("{} {:?} {:?}", one.id, one.coder, one.variables)
            };
            project.observations().iter().map(one).collect()
        };
        assert_eq!(facts(other), facts(&project));
    }
}

#[test]
fn all_faults_of_a_tidy_table_are_told_at_once() {
    let text = "observation,coder,behaviour,kind,start_s,stop_s\nA,Ann,talk,state,2,1\nA,Ben,talk,state,1,2\nA,Ann,,state,1,2\nA,Ann,talk,state,soon,2\n";
    let table = CodingTable::read("csv", text.as_bytes()).expect("a table");
    let faults = table.to_project("clip").expect_err("faults").to_string();
    let lines: Vec<&str> = faults.lines().collect();
    assert_eq!(lines.len(), 3, "{faults}");
    assert!(
        lines[0].starts_with("row 2: kind `state` does not fit"),
        "{faults}"
    );
    assert!(lines[2].starts_with("row 5: start_s: `soon`"), "{faults}");
    let twice = text.replace("A,Ann,talk,state,2,1\n", "A,Ann,talk,state,0,1\n");
    let table = CodingTable::read("csv", twice.as_bytes()).expect("a table");
    let faults = table.to_project("clip").expect_err("faults").to_string();
    assert!(faults.contains("row 3: coder differs"), "{faults}");
}

#[test]
fn a_table_of_other_things_is_counted_only() {
    let table = CodingTable::read("csv", b"Alex,1,2,9\nPaul,1,3,8\n").expect("a table");
    assert_eq!(table.form(), TableForm::Other);
    assert_eq!(table.counts()["n_rows"], 2);
    assert!(table.to_project("clip").is_err());
}

#[test]
fn what_a_spreadsheet_would_compute_is_guarded_and_comes_back_as_it_was() {
    let names = ["=1+1", "'=x", "''@y", "-", "'plain", "-12", "+ and -"];
    let mut text = "observation,behaviour,kind,start_s,stop_s,comment\n".to_owned();
    for name in names {
        text.push_str(&format!(
            "A,{},point,-1.5,,\n",
            if name.starts_with("'=")
                || name.starts_with("''@")
                || name.starts_with("=")
                || name == "-"
                || name.starts_with("+")
            {
                format!("'{name}")
            } else {
                name.to_owned()
            }
        ));
    }
    let project = read("csv", text.as_bytes());
    let codes = |project: &CodingProject| -> Vec<String> {
        let events = project.events();
        events
            .map(|(_, event)| event.behaviour.to_string())
            .collect()
    };
    assert_eq!(codes(&project), names);
    let (csv, _) = tidy_csv(&project);
    let written = String::from_utf8(csv.clone()).expect("UTF-8");
    for cell in written.split([',', '\n']) {
        let is_guarded = !cell.starts_with(['=', '+', '-', '@']) || cell.parse::<f64>().is_ok();
        assert!(is_guarded, "{cell}");
    }
    assert_eq!(codes(&read("csv", &csv)), names);
    let (xlsx, _) = tidy_xlsx(&project).expect("a workbook");
    assert_eq!(codes(&read("xlsx", &xlsx)), names);
}

#[test]
fn stretches_that_nobody_could_code_are_rows_of_their_own_and_no_events() {
    let text = "observation,coder,behaviour,kind,start_s,stop_s\nA,Ann,talk,state,1,2\nA,Ann,,not-codable,3,4.5\nB,Ben,,not-codable,0,1\n";
    let project = read("csv", text.as_bytes());
    assert_eq!(project.events().count(), 1);
    let stretches: Vec<String> = project
        .observations()
        .iter()
        .flat_map(|one| {
            one.not_codable
                .iter()
                .map(|stretch| format!("{} {stretch}", one.id))
        })
        .collect();
    assert_eq!(stretches, ["A 3–4.5 s", "B 0–1 s"]);
    let faults = |row: &str| {
        let text = format!("observation,behaviour,kind,start_s,stop_s\n{row}\n");
        let table = CodingTable::read("csv", text.as_bytes()).expect("a table");
        table.to_project("clip").expect_err("a fault").to_string()
    };
    assert!(
        faults("A,,not-codable,3,")
            .starts_with("row 2: a stretch that cannot be coded has two ends")
    );
    assert!(faults("A,,not-codable,3,2").starts_with("row 2: a stretch"));
}
