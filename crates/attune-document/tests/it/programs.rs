//! Independent programs that read what we wrote, where the machine has them. A test that could not
//! ask one says so.

use std::{fs, path::Path, process::Command};

/// What a program printed about a file; none where the machine has no such program.
pub fn ask(program: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let mut command = Command::new(program);
    for argument in arguments {
        match *argument {
            "FILE" => command.arg(file),
            other => command.arg(other),
        };
    }
    match command.output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program}: {said}{complaint}");
            Some(said)
        }
        Err(_) => {
            eprintln!("skipped: this machine has no {program}");
            None
        }
    }
}

/// The text of a PDF as `pdftotext` reads it, blanks made single.
pub fn text_of_pdf(file: &Path) -> Option<String> {
    let text = ask("pdftotext", &["-enc", "UTF-8", "FILE", "-"], file)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The bytes as a file in the folder.
pub fn file(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a temporary folder can be written");
    path
}
