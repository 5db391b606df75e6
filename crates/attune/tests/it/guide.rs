//! The guide is typed as it stands: every command of its pages and of the README is run, page by page, in a folder that
//! holds the example studies and a data file for each name that the pages use. What cannot be run here (a server, a
//! database elsewhere) is at least made of options that the command has.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::support::{copy_of_example, example, replace, run, succeed};

/// Commands that go on for ever, or that need a place that only its owner has.
const NOT_RUN: [&str; 4] = ["serve", "demo", "move", "restore"];

/// Commands of two words.
const OF_TWO: [&str; 4] = ["observe", "user", "audit", "store"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(name: &str) -> String {
    let file = root().join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The README and the pages of the guide, by their path.
fn pages() -> Vec<String> {
    let guide = fs::read_dir(root().join("docs/guide")).expect("the guide");
    let mut names: Vec<String> = guide
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .map(|name| format!("docs/guide/{name}"))
        .collect();
    names.push("README.md".to_owned());
    names.sort();
    names
}

/// The commands of a page in its order: lines of its blocks, and those pieces of its tables and sentences that name
/// something to work on.
fn commands(page: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let text = page.replace("\\\n", " ");
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if is_block || line.starts_with("    ") {
            found.extend(words_of(line.trim()));
        } else {
            let pieces = line.split('`').skip(1).step_by(2);
            found.extend(pieces.filter_map(words_of).filter(|words| words.len() > 2));
        }
    }
    found.retain(|words| !words.iter().any(|word| word.contains(['…', '['])));
    found
}

/// The words of a command line of ours, quotes taken off; nothing for any other line.
fn words_of(line: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '#' | '>') => break,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut()?.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    let is_ours = words.len() > 1 && words[0] == "attune" && !words[1].starts_with('-');
    (is_ours || words.first().is_some_and(|word| word == "cp")).then_some(words)
}

/// As it is typed here: names of places become those of this folder, and what takes long is done less often.
fn as_typed(words: &[String]) -> Vec<String> {
    let mut typed: Vec<String> = words[1..]
        .iter()
        .flat_map(|word| match word.as_str() {
            "STUDY" => vec!["studies/early-intervention"],
            "studies/*" => vec!["studies/hostel-clinic", "studies/baby-clinic-groups"],
            "CRATE" => vec!["reports/early-intervention-crate"],
            "DIR" => vec!["of-my-own"],
            "FILE" if words[1] == "publish" => vec!["quotes.csv"],
            "FILE" | "IN" => vec!["project.boris"],
            "OUT" => vec!["bouts.csv"],
            "DATA" if words[1] == "agree" => vec!["clips.csv"],
            "DATA" if words[1] == "test" => vec!["d.csv", "--paired", "pre,post"],
            "DATA" => vec!["d.csv"],
            "FORMULA" | "f" => vec!["post ~ pre"],
            "N" => vec!["1"],
            // Workbooks are read like tables of text; what makes one is no part of this crate.
            "visits.xlsx" => vec!["visits.csv"],
            "2000" => vec!["40"],
            other => vec![other],
        })
        .map(str::to_owned)
        .collect();
    // A rehearsal needs the example that declares what it assumes.
    if ["simulate", "power"].contains(&words[1].as_str()) || typed.contains(&"rehearsal".to_owned())
    {
        for word in &mut typed {
            *word = word.replace("early-intervention", "hostel-clinic");
        }
    }
    if words[1] == "power" && words.len() > 3 {
        typed.extend(["--trials", "10"].map(str::to_owned));
    }
    typed
}

#[test]
fn every_command_of_the_guide_and_the_readme_does_what_it_is_there_for() {
    let mut failures = String::new();
    let mut n_run = 0;
    for name in pages() {
        let text = page(&name);
        let here = prepared();
        if text.contains("--data attune-data") {
            succeed(
                here.path(),
                &[
                    "user",
                    "add",
                    "first",
                    "--name",
                    "First",
                    "--role",
                    "data-manager",
                    "--data",
                    "attune-data",
                ],
            );
        }
        for words in commands(&text) {
            if words[0] == "cp" {
                copy(&here.path().join(&words[2]), &here.path().join(&words[3]));
                continue;
            }
            let typed = as_typed(&words);
            let arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
            if NOT_RUN.contains(&arguments[0]) || takes_too_much(&arguments) || is_bare(&arguments)
            {
                failures.push_str(&unknown_options(here.path(), &name, &arguments));
                continue;
            }
            if let ["new", folder] = arguments[..] {
                // What an earlier page or the preparation made may be there.
                let _ = fs::remove_dir_all(here.path().join(folder));
            }
            let said = run(here.path(), &arguments);
            n_run += 1;
            if said.code != 0 {
                let _ = writeln!(
                    failures,
                    "{name}: attune {arguments:?}\n{}{}",
                    said.err, said.out
                );
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(n_run > 60, "only {n_run} commands were found");
}

/// What needs another disk, or simulates whole studies for minutes.
fn takes_too_much(arguments: &[&str]) -> bool {
    let names = |part: &str| arguments.iter().any(|word| word.starts_with(part));
    names("/media") || (arguments[0] == "power" && names("studies/"))
}

/// A command with nothing to work on, as a sentence names it.
fn is_bare(arguments: &[&str]) -> bool {
    let rest = &arguments[n_names(arguments)..];
    arguments != ["schema"]
        && (rest.is_empty()
            || (rest.len() == 1 && rest[0] != "--help" && rest[0].starts_with("--")))
}

/// How many words name the command.
fn n_names(arguments: &[&str]) -> usize {
    match OF_TWO.contains(&arguments[0]) && arguments.len() > 1 {
        true => 2,
        false => 1,
    }
}

/// Options that the help of a command does not know.
fn unknown_options(folder: &Path, name: &str, arguments: &[&str]) -> String {
    let help = [&arguments[..n_names(arguments)], &["--help"]].concat();
    let help = succeed(folder, &help);
    let mut unknown = String::new();
    for option in arguments.iter().filter(|word| word.starts_with("--")) {
        let option = option.split('=').next().unwrap_or_default();
        if !help.contains(option) {
            let _ = writeln!(
                unknown,
                "{name}: attune {arguments:?}: there is no {option}"
            );
        }
    }
    unknown
}

/// The page on making a scheme writes one with every part that a scheme can have.
#[test]
fn the_scheme_that_the_guide_writes_is_in_order_and_a_mistake_in_it_is_told() {
    let text = page("docs/guide/make-a-scheme.md");
    let mut blocks = text.split("```toml\n").skip(1);
    let mut block = || blocks.next().and_then(|rest| rest.split("```").next());
    let (named, scheme) = (block().expect("its name"), block().expect("the scheme"));
    let here = tempfile::tempdir().expect("a folder");
    succeed(here.path(), &["new", "my-study"]);
    let study = here.path().join("my-study");
    let written = fs::read_to_string(study.join("study.toml")).expect("the study file");
    fs::write(study.join("study.toml"), format!("{written}\n{named}")).expect("a writable file");
    fs::create_dir_all(study.join("schemes")).expect("a folder");
    let file = study.join("schemes/baby-group.toml");
    fs::write(&file, scheme).expect("a writable file");
    succeed(here.path(), &["check", "my-study"]);
    replace(&file, "key = \"w\"", "key = \"h\"");
    let said = run(here.path(), &["check", "my-study"]);
    assert_ne!(said.code, 0);
    let told = format!("{}{}", said.out, said.err);
    assert!(told.contains("the key 'h' has two meanings"), "{told}");
}

/// The page on adding an outcome shows three mistakes and what is said of them.
#[test]
fn the_mistakes_that_the_guide_makes_are_told_as_it_shows() {
    let text = page("docs/guide/add-an-outcome.md");
    let block = |after: &str, kind: &str| {
        let rest = text.split(after).nth(1).expect(after);
        let rest = rest.split(&format!("```{kind}\n")).nth(1).expect("a block");
        rest.split("```").next().expect("its end").to_owned()
    };
    let study = copy_of_example("hostel-clinic");
    let file = study.path().join("study.toml");
    for (table, addition) in [
        ("outcome", block("Beneath the last `[[outcome]]`:", "toml")),
        (
            "analysis",
            block("beneath the last `[[analysis]]`:", "toml"),
        ),
    ] {
        let written = fs::read_to_string(&file).expect("the study file");
        let last = written.rfind(&format!("\n[[{table}]]")).expect("a table") + 1;
        // The next table begins, or its heading of dashes, with the line after an empty one.
        let rest = &written[last..];
        let end = ["\n\n#", "\n\n["]
            .iter()
            .filter_map(|mark| rest.find(mark))
            .min();
        let (before, after) = written.split_at(last + end.map_or(rest.len(), |end| end + 1));
        fs::write(&file, format!("{before}\n{addition}{after}")).expect("a writable file");
    }
    succeed(study.path(), &["check", "."]);
    replace(
        &file,
        "parental-intrusiveness\"     #",
        "parental-intrusivness\"     #",
    );
    replace(
        &file,
        "model = \"intrusiveness ~",
        "model = \"intrusivness ~",
    );
    let model = "model = \"intrusivness ~ months * arm + (months | dyad)\"\nanswers = \"months:arm";
    replace(
        &file,
        &format!("{model}[intervention]"),
        &format!("{model}[comparison]"),
    );
    let said = run(study.path(), &["check", "."]);
    assert_eq!(said.code, 1);
    let shown = block("All three are told at once:", "text");
    assert!(said.err.contains(shown.trim_end()), "{}", said.err);
}

/// A folder with the example studies and a file for each name that the pages use.
fn prepared() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| here.path().join(name);
    for study in [
        "hostel-clinic",
        "early-intervention",
        "community-clinic",
        "baby-clinic-groups",
    ] {
        copy(&example(study), &at("studies").join(study));
    }
    let write = |name: &str, text: String| fs::write(at(name), text).expect("a writable folder");
    let early = "../attune-statistics/tests/oracles/data/early.csv";
    let early = Path::new(env!("CARGO_MANIFEST_DIR")).join(early);
    fs::copy(early, at("early.csv")).expect("the published data");
    write("d.csv", people());
    write("visits.csv", visits());
    write("trial.csv", trial());
    write("herds.csv", herds());
    write("clips.csv", clips());
    write("codings.csv", codings());
    write("epds.csv", scale());
    write("marks.csv", MARKS.to_owned());
    write("project.boris", PROJECT.to_owned());
    for made in [
        &[
            "observe",
            "convert",
            "project.boris",
            "play.eaf",
            "--observation",
            "clip 7, Ann",
        ][..],
        &["new", "my-study"],
    ] {
        succeed(here.path(), made);
    }
    write(
        "quotes.csv",
        "words,speaker,purpose,agreed,dyad\n".to_owned(),
    );
    here
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a readable file");
        }
    }
}

/// Numbers from 0 to `below` that look as if they came by chance, the same each time.
fn chance(place: usize, below: usize) -> usize {
    (place * 7919 + 104_729) * 31 / 7 % below
}

fn table(headings: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("{headings}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// One row per person: two groups at six sites, values on occasions, how often they came, and a monthly series.
fn people() -> String {
    let row = |n: usize| {
        let arm = ["programme", "usual"][n % 2];
        let pre = 8 + chance(n, 9);
        let post = pre - 3 * usize::from(n.is_multiple_of(2)) + chance(n + 50, 4);
        let came = ["yes", "no"][chance(n + 3, 2)];
        format!(
            "{n},{arm},site{},{pre},{post},{},{},{came},{},{pre},{},{post},{},{}",
            n % 6,
            19 + chance(n + 9, 15),
            ["own", "shared"][chance(n + 5, 2)],
            10 + chance(n + 1, 5),
            pre - chance(n + 2, 2),
            n + 1,
            20 + chance(n + 7, 6) + 4 * usize::from(n >= 12),
        )
    };
    let headings = "id,arm,site,pre,post,age,housing,came,invited,w1,w2,w3,month,y";
    table(
        &format!("{headings},attended"),
        (0..24).map(|n| format!("{},{}", row(n), 4 + chance(n + 4, 5))),
    )
}

/// Thirty dyads at three sites, three visits each.
fn visits() -> String {
    let row = |n: usize| {
        let (dyad, visit) = (n / 3, n % 3);
        let arm = ["programme", "usual"][dyad % 2];
        let score = 90 + chance(dyad, 20) + chance(n, 7) + 2 * visit;
        format!(
            "D{dyad},site{},{arm},{visit},{},{score},{}",
            dyad % 3,
            6 * visit,
            chance(n + 11, 2)
        )
    };
    table("dyad,site,arm,visit,months,score,secure", (0..90).map(row))
}

/// Groups in one arm, single people in the other.
fn trial() -> String {
    let row = |n: usize| {
        let in_group = usize::from(n < 30);
        let group = if in_group == 1 {
            format!("g{}", n % 6)
        } else {
            format!("own{n}")
        };
        format!(
            "{group},{in_group},{},{}",
            ["group", "single"][1 - in_group],
            50 + chance(n, 13) + 3 * (n % 6) * in_group
        )
    };
    table("group,inGroup,arm,score", (0..60).map(row))
}

/// Ill animals of herds in four periods.
fn herds() -> String {
    let row = |n: usize| {
        format!(
            "{},{},{},{}",
            n / 4,
            n % 4 + 1,
            10 + chance(n, 8),
            chance(n + 2, 6)
        )
    };
    table("herd,period,size,ill", (0..60).map(row))
}

/// One code per clip and coder.
fn clips() -> String {
    let row = |n: usize| {
        let anna = ["none", "some", "much"][chance(n, 3)];
        let ben = if n.is_multiple_of(4) { "some" } else { anna };
        format!("{n},D{},{anna},{ben}", n / 3)
    };
    table("clip,dyad,anna,ben", (0..30).map(row))
}

/// The same with one row per rating.
fn codings() -> String {
    let row = |n: usize| {
        let value = ["none", "some"][chance(n / 2 + n % 2 * usize::from(n.is_multiple_of(7)), 2)];
        format!("{},{},{value}", n / 2, ["anna", "ben"][n % 2])
    };
    table("clip,who,code", (0..60).map(row))
}

/// Ten items that measure one thing.
fn scale() -> String {
    let headings: Vec<String> = (1..=10).map(|item| format!("item{item}")).collect();
    let row = |n: usize| {
        let item = |item: usize| (chance(n, 3) + chance(n * 10 + item, 2)).to_string();
        (0..10).map(item).collect::<Vec<_>>().join(",")
    };
    table(&headings.join(","), (0..40).map(row))
}

const MARKS: &str = "clip,who,from,to,what
a,anna,0,20,gaze
a,ben,2,22,gaze
a,anna,60,90,talk
a,ben,61,88,talk
b,anna,5,50,gaze
b,ben,9,48,gaze
b,ben,200,240,talk
";

/// One film that two people coded.
const PROJECT: &str = r#"{"project_format_version": "7.0", "project_name": "play",
"subjects_conf": {"0": {"key": "i", "name": "infant", "description": ""}},
"behaviors_conf": {
  "0": {"type": "State event", "key": "g", "code": "gaze", "description": "", "category": "", "modifiers": {}, "excluded": "", "coding map": ""},
  "1": {"type": "Point event", "key": "v", "code": "voice", "description": "", "category": "", "modifiers": {}, "excluded": "", "coding map": ""}},
"independent_variables": {"0": {"label": "coder", "description": "", "type": "text", "default value": "", "possible values": ""}},
"behavioral_categories": [], "coding_map": {},
"observations": {
  "clip 7, Ann": {"type": "MEDIA", "date": "2026-01-01T00:00:00", "description": "", "time offset": 0.0, "file": {"1": ["clip.mp4"]},
    "media_info": {"length": {"clip.mp4": 60.0}, "fps": {"clip.mp4": 25.0}}, "independent_variables": {"coder": "Ann"},
    "events": [[1.5, "infant", "gaze", "", ""], [2.0, "infant", "voice", "", ""], [4.25, "infant", "gaze", "", ""], [7.0, "infant", "gaze", "", ""], [9.0, "infant", "gaze", "", ""]]},
  "clip 7, Ben": {"type": "MEDIA", "date": "2026-01-01T00:00:00", "description": "", "time offset": 0.0, "file": {"1": ["clip.mp4"]},
    "media_info": {"length": {"clip.mp4": 60.0}, "fps": {"clip.mp4": 25.0}}, "independent_variables": {"coder": "Ben"},
    "events": [[1.6, "infant", "gaze", "", ""], [2.1, "infant", "voice", "", ""], [4.0, "infant", "gaze", "", ""], [7.2, "infant", "gaze", "", ""], [9.3, "infant", "gaze", "", ""]]}}}"#;
