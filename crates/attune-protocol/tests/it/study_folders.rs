//! Folders and files as they come: missing, in other encodings, with Windows line ends, with a newer
//! format, cut short, or full of nonsense. Nothing here may panic.

use std::fs;

use attune_protocol::{Problem, Protocol, StudyFolder, template};
use proptest::prelude::*;

fn told(study: &[u8]) -> String {
    match Protocol::read_folder(&StudyFolder::from_files([("study.toml", study)])) {
        Ok(_) => "no problem".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

fn template_study() -> String {
    let (_, text) = template()
        .iter()
        .find(|(name, _)| *name == "study.toml")
        .expect("it has one");
    (*text).to_owned()
}

/// The template folder with another study file.
fn template_with(study: &str) -> StudyFolder {
    let others = template().iter().filter(|(name, _)| *name != "study.toml");
    StudyFolder::from_files(others.copied().chain([("study.toml", study)]))
}

#[test]
fn a_missing_folder_a_file_and_an_empty_folder_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("nothing-here");
    let file = folder.path().join("a-file");
    fs::write(&file, "text").expect("a file");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let base = folder.path().display().to_string();
    let told = [missing, file, empty].map(|path| {
        let problems = Protocol::read(&path).expect_err("there is no study");
        problems.to_string().replace(&base, "FOLDER")
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_study_on_disk_is_read_as_the_same_study_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in template() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let (on_disk, _) = Protocol::read(folder.path()).expect("the template is sound");
    let in_memory = StudyFolder::from_files(template().iter().copied());
    let (in_memory, _) = Protocol::read_folder(&in_memory).expect("the template is sound");
    assert_eq!(format!("{on_disk:?}"), format!("{in_memory:?}"));
}

#[test]
fn a_page_behind_the_study_s_back_is_not_read() {
    let study = template_study().replace("\"page.md\"", "\"../page.md\"");
    let problems = Protocol::read_folder(&template_with(&study)).expect_err("outside the folder");
    assert!(
        problems
            .to_string()
            .contains("files of a study lie inside its folder")
    );
}

#[test]
fn the_fingerprint_follows_every_file_but_the_data() {
    let fingerprint = |changed: &str| {
        let files = template().iter().map(|(name, text)| {
            let more = if *name == changed { "\n" } else { "" };
            (*name, format!("{text}{more}"))
        });
        let (protocol, _) =
            Protocol::read_folder(&StudyFolder::from_files(files)).expect("still sound");
        protocol.fingerprint
    };
    let unchanged = fingerprint("");
    assert_eq!(unchanged.len(), 64);
    assert_eq!(fingerprint("data/invented-mood.csv"), unchanged);
    assert_eq!(fingerprint("README.md"), unchanged);
    for name in ["study.toml", "page.md", "consent/contact-1.en.md"] {
        assert_ne!(fingerprint(name), unchanged, "{name}");
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = template_study().replace('\n', "\r\n");
    let marked = format!("\u{feff}{text}");
    for text in [&text, &marked] {
        let read = Protocol::read_folder(&template_with(text));
        let (_, warnings) = read.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(warnings, Vec::<Problem>::new());
    }
    insta::assert_snapshot!(told(
        b"\xef\xbb\xbfformat = 1\r\n\r\n[study]\r\n\tid =\t\"Two Words\"\r\n"
    ));
}

#[test]
fn other_encodings_are_named() {
    let latin = b"format = 1\n[study]\ntitle = \"B\xe4byklinik\"\n";
    let utf_16: Vec<u8> = "\u{feff}format = 1"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    insta::assert_snapshot!(format!("{}\n{}", told(latin), told(&utf_16)));
}

#[test]
fn other_formats_are_refused_with_one_sentence() {
    let newer = b"format = 2\nnonsense = 3\n[study]\ntitel = 5\n";
    let older = b"format = 0\n[study]\n";
    insta::assert_snapshot!(format!("{}\n{}", told(newer), told(older)));
}

#[test]
fn an_empty_study_file_is_told_what_it_needs() {
    insta::assert_snapshot!(told(b""));
}

#[test]
fn what_is_no_toml_is_told_with_a_remedy() {
    let slips = [
        "title = Baby clinic",
        "title = \"Baby clinic",
        "started = 31/01/2024",
        "started = 2024-02-30",
        "aims = [\"one\" \"two\"]",
        "[study",
        "id = \"a\"\nid = \"b\"",
        "file = \"data\\new.csv\"",
        "just words",
        "= 3",
        "x = {a = 1",
    ];
    let told: Vec<String> = slips
        .iter()
        .map(|slip| told(format!("format = 1\n[study]\n{slip}\n").as_bytes()))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn huge_and_deep_files_are_read_or_refused_in_time() {
    let deep = format!(
        "format = 1\nx = {}{}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    assert!(told(deep.as_bytes()).contains("nested too deeply"));
    let braces = format!("format = 1\nx = {}", "{a = ".repeat(100_000));
    assert!(told(braces.as_bytes()).contains("problem"));
    let dotted = format!("format = 1\n{} = 1", vec!["a"; 100_000].join("."));
    assert!(told(dotted.as_bytes()).contains("problem"));

    let model = format!("mood ~ {}", vec!["months"; 100_000].join(" + "));
    let study = template_study().replace("mood ~ months * arm + (1 | dyad)", &model);
    assert!(told(study.as_bytes()).contains("this formula is too long"));

    let many: String = (0..20_000)
        .map(|n| format!("[[arm]]\nid = \"arm-{n}\"\nlabel = \"Arm {n}\"\ncolour = 1\n"))
        .collect();
    assert!(many.len() > 1_000_000);
    let many = format!("format = 1\n{many}");
    let problems = Protocol::read_folder(&StudyFolder::from_files([("study.toml", many)]))
        .expect_err("every arm has an unknown key");
    assert!(problems.as_slice().len() < 1_100);
    let text = problems.to_string();
    assert!(text.contains("there are 19"), "{}", &text[..200]);
    assert!(text.len() < 100_000);

    let long_line = format!("format = 1\nx = \"{}\"", "é".repeat(1_000_000));
    assert!(told(long_line.as_bytes()).len() < 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_mutilated_study_never_panics(
        cuts in prop::collection::vec((0_usize..9000, 0_usize..40, "[ -~\\n\\[\\]=\"'é{}#]{0,8}"), 1..6),
        end in 0_usize..12_000,
    ) {
        let mut characters: Vec<char> = template_study().chars().collect();
        for (at, length, new) in cuts {
            let from = at.min(characters.len());
            let to = (from + length).min(characters.len());
            characters.splice(from..to, new.chars());
        }
        characters.truncate(end);
        let text: String = characters.into_iter().collect();
        if let Err(problems) = Protocol::read_folder(&template_with(&text)) {
            prop_assert!(!problems.to_string().is_empty());
            for problem in problems.as_slice() {
                prop_assert!(!problem.message.is_empty());
                let line = problem.place.spot.as_ref().map_or(1, |spot| spot.line);
                prop_assert!(line <= text.lines().count() + 1);
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = told(&bytes);
        let _ = told(&[b"format = 1\n", bytes.as_slice()].concat());
    }

    #[test]
    fn any_formula_never_panics(model in "[a-z~+*:/^|()\\[\\] 0-9,-]{0,60}", term in "[a-z:\\[\\]() é]{0,30}") {
        let study = template_study()
            .replace("mood ~ months * arm + (1 | dyad)", &model)
            .replace("months:arm[group]", &term);
        let _ = Protocol::read_folder(&template_with(&study));
    }
}
