//! Teams' files: which recording, whose coding.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::{TeamProject, ToldBy, read_team};

fn boris(observations: &[(&str, &str, &str)]) -> Vec<u8> {
    let observation = |(id, film, coder): &(&str, &str, &str)| {
        let variables = match *coder {
            "" => String::new(),
            name => format!("\"Coder\": \"{name}\""),
        };
        let file = match *film {
            "" => "{}".to_owned(),
            name => format!("{{\"1\": [\"{name}\"]}}"),
        };
        format!(
            "\"{id}\": {{\"type\": \"MEDIA\", \"file\": {file}, \"media_info\": {{}}, \
             \"independent_variables\": {{{variables}}}, \"events\": [[1.0, \"\", \"look\", \"\", \"\"]]}}"
        )
    };
    let all: Vec<String> = observations.iter().map(observation).collect();
    format!(
        "{{\"project_format_version\": \"7.0\", \"project_name\": \"P\", \"observations\": {{{}}}, \
         \"subjects_conf\": {{}}, \"behaviors_conf\": {{\"0\": {{\"type\": \"Point event\", \"key\": \"l\", \
         \"code\": \"look\", \"description\": \"\", \"category\": \"\", \"excluded\": \"\", \"modifiers\": {{}}}}}}}}",
        all.join(", ")
    )
    .into_bytes()
}

fn read(files: Vec<(&str, Vec<u8>)>) -> TeamProject {
    let files = files
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), bytes));
    read_team(files.collect()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// Recording, coder and what tells them.
fn told(project: &TeamProject) -> Vec<(&str, Option<&str>, &ToldBy)> {
    project
        .origins
        .iter()
        .map(|origin| {
            (
                origin.recording.as_str(),
                origin.coder.as_deref(),
                &origin.coder_by,
            )
        })
        .collect()
}

#[test]
fn a_variable_tells_the_coder_and_the_film_the_recording() {
    let project = read(vec![(
        "team.boris",
        boris(&[
            ("o1", "/films/clip 7.mp4", "Ann"),
            ("o2", "C:\\\\video\\\\clip 7.mp4", "Ben"),
        ]),
    )]);
    let by = ToldBy::TheFile("the variable “Coder”".to_owned());
    assert_eq!(
        told(&project),
        [("clip 7", Some("Ann"), &by), ("clip 7", Some("Ben"), &by)]
    );
}

#[test]
fn without_a_variable_names_tell_and_what_is_left_of_them_is_the_recording() {
    let project = read(vec![(
        "team.boris",
        boris(&[
            ("visit 1_ann", "", ""),
            ("visit 1_ben", "", ""),
            ("visit 2_ann", "", ""),
        ]),
    )]);
    assert_eq!(
        told(&project),
        [
            ("visit 1", Some("ann"), &ToldBy::ItsName),
            ("visit 1", Some("ben"), &ToldBy::ItsName),
            ("visit 2", Some("ann"), &ToldBy::ItsName),
        ]
    );
}

#[test]
fn copies_of_one_project_are_told_apart_by_their_files() {
    let one = boris(&[("o1", "a.mp4", ""), ("o2", "b.mp4", "")]);
    let project = read(vec![("ann.boris", one.clone()), ("ben.boris", one)]);
    let coders: Vec<_> = project
        .origins
        .iter()
        .map(|one| one.coder.as_deref())
        .collect();
    assert_eq!(coders, [Some("ann"), Some("ann"), Some("ben"), Some("ben")]);
    let ids: Vec<&str> = project
        .project
        .observations()
        .iter()
        .map(|one| &*one.id)
        .collect();
    assert_eq!(ids, ["o1", "o2", "o1 (ben)", "o2 (ben)"]);
}

#[test]
fn an_archive_of_files_is_read_and_what_is_none_of_a_tool_is_told() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("coded/ann.boris", boris(&[("o1", "a.mp4", "")])),
        ("coded/ben.boris", boris(&[("o1", "a.mp4", "")])),
        ("coded/notes.docx", b"letter".to_vec()),
        ("__MACOSX/coded/._ann.boris", b"x".to_vec()),
    ] {
        writer
            .start_file(name, SimpleFileOptions::default())
            .expect("memory");
        writer.write_all(&bytes).expect("memory");
    }
    let bytes = writer.finish().expect("memory").into_inner();
    let project = read(vec![("team.zip", bytes)]);
    assert_eq!(project.files, ["coded/ann.boris", "coded/ben.boris"]);
    assert_eq!(project.not_taken_over.len(), 1);
    assert_eq!(project.origins[0].coder.as_deref(), Some("ann"));
}

#[test]
fn a_column_for_reliability_is_a_second_coding_of_the_same_recording() {
    let sheet = "#4\ngaze (MATRIX,true,)-where|NOMINAL\n00:00:01:000,00:00:02:000,(face)\n\
        gaze_rel (MATRIX,true,)-where|NOMINAL\n00:00:01:100,00:00:02:000,(face)\n";
    let project = read(vec![("dyad 4.csv", sheet.as_bytes().to_vec())]);
    let [first, second] = project.project.observations() else {
        panic!("{:?}", project.origins);
    };
    assert_eq!((first.events().len(), second.events().len()), (1, 1));
    assert_eq!(first.events()[0].behaviour, second.events()[0].behaviour);
    assert_eq!(project.origins[1].coder_by, ToldBy::ASecondColumn);
    let behaviours = &project.project.scheme.behaviours;
    assert_eq!(behaviours.len(), 1, "{behaviours:?}");
}

#[test]
fn every_file_that_cannot_be_read_is_told() {
    let wrong = read_team(vec![
        ("a.boris".to_owned(), b"{".to_vec()),
        ("b.zip".to_owned(), b"PK".to_vec()),
        ("c.docx".to_owned(), b"letter".to_vec()),
        ("d.boris".to_owned(), boris(&[("o1", "", "")])),
    ])
    .expect_err("refused");
    let told: Vec<String> = wrong
        .iter()
        .map(|one| format!("{}: {}", one.file, one.faults))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}
