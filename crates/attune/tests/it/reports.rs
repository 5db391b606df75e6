//! `attune report` in its formats and profiles, and the quotations that consent decides about.

use std::{fs, path::Path};

use crate::support::{copy_of_example, run, succeed};

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn formats_and_profiles_become_files_of_their_own() {
    let study = copy_of_example("early-intervention");
    let here = study.path();
    let arguments = [
        "report",
        ".",
        "--to",
        "html,docx",
        "--profile",
        "full,journal,commissioner,lay,annex",
        "--out",
        "out",
        "--figures",
        "figures",
        "--date",
        "2026-03-01",
    ];
    let said = succeed(here, &arguments);
    for profile in ["", "-journal", "-commissioner", "-lay", "-annex"] {
        for (ending, beginning) in [("html", b"<!D".as_slice()), ("docx", b"PK\x03".as_slice())] {
            let name = format!("early-intervention{profile}.{ending}");
            assert!(
                bytes(&here.join("out"), &name).starts_with(beginning),
                "{name}"
            );
            assert!(said.contains(&name), "{name} is not named:\n{said}");
        }
    }
    let captions = String::from_utf8(bytes(&here.join("figures"), "captions.txt")).expect("text");
    assert!(captions.lines().count() > 2);
    for line in captions.lines() {
        let name = line.split(':').next().expect("a name");
        for ending in ["svg", "png", "csv"] {
            assert!(!bytes(&here.join("figures"), &format!("{name}.{ending}")).is_empty());
        }
    }
}

#[test]
fn a_pdf_is_written_and_the_same_again() {
    let study = copy_of_example("early-intervention");
    let write = |out: &str| {
        succeed(
            study.path(),
            &[
                "report",
                ".",
                "--to",
                "pdf",
                "--profile",
                "lay",
                "--out",
                out,
            ],
        );
        bytes(&study.path().join(out), "early-intervention-lay.pdf")
    };
    let once = write("one");
    assert!(once.starts_with(b"%PDF-1.7"));
    assert_eq!(once, write("two"));
}

#[test]
fn a_day_that_does_not_exist_is_refused() {
    let study = copy_of_example("early-intervention");
    for (day, told) in [
        ("2026-02-30", "there is no day 2026-02-30"),
        ("soon", "YYYY-MM-DD"),
    ] {
        let said = run(study.path(), &["report", ".", "--date", day]);
        assert_eq!(said.code, 2);
        assert!(said.err.contains(told), "{}", said.err);
    }
}

#[test]
fn quotations_are_used_only_with_consent_and_all_faults_are_told() {
    let study = copy_of_example("hostel-clinic");
    let here = study.path();
    let good = "words,speaker,purpose,agreed,dyad\n\"We felt seen, both of us.\",a mother,teaching,2026-03-01,D001\n";
    fs::write(here.join("good.csv"), good).expect("a writable folder");
    succeed(
        here,
        &[
            "report",
            ".",
            "--profile",
            "commissioner",
            "--quotes",
            "good.csv",
            "--out",
            "out",
        ],
    );
    let page = String::from_utf8(bytes(&here.join("out"), "hostel-clinic-commissioner.html"))
        .expect("text");
    assert!(page.contains("We felt seen, both of us."));

    let families = fs::read_to_string(here.join("data/families.csv")).expect("the families");
    let withdrawn = families
        .lines()
        .skip(1)
        .filter(|line| !line.ends_with(','))
        .find_map(|line| line.split(',').next())
        .expect("a family that withdrew");
    let bad = format!(
        "words,speaker,purpose,agreed,dyad\nOne.,a mother,fame,2026-03-01,D001\nTwo.,,teaching,soon,D001\nThree.,a mother,teaching,2026-03-01,{withdrawn}\nFour.,a mother,teaching,2026-03-01,D999\n"
    );
    fs::write(here.join("bad.csv"), bad).expect("a writable folder");
    let said = run(
        here,
        &["report", ".", "--quotes", "bad.csv", "--out", "none"],
    );
    assert_eq!(said.code, 1);
    for told in [
        "row 2: `fame` is no consent purpose",
        "row 3: the speaker is empty",
        "row 3: `soon` is no day",
        "row 4: the family",
        "row 5: no family has the study code `D999`",
    ] {
        assert!(
            said.err.contains(told),
            "`{told}` is not told:\n{}",
            said.err
        );
    }
    assert!(!here.join("none").exists(), "something was written");
}

#[test]
fn a_clinic_compared_with_itself_is_told_by_phase() {
    let study = copy_of_example("community-clinic");
    let arguments = ["report", ".", "--to", "html", "--out", "out"];
    succeed(study.path(), &arguments);
    let page = bytes(&study.path().join("out"), "community-clinic.html");
    let page = String::from_utf8(page).expect("text");
    for words in [
        "Outcomes in each phase",
        "Characteristics at enrolment, by phase",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // Whoever came later could not be asked before: that is no characteristic at the start.
    assert!(!page.contains("(Before the group), points"));
    assert!(!page.contains("by arm and wave"));
}
