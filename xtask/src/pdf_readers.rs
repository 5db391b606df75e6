//! Other people's programs that read PDF and Word files: qpdf, Poppler and, for accessibility, `pikepdf` and
//! `pdfua` in a Python environment of their own under `target/`; LibreOffice where it is (it is large, so it is
//! never installed here).

use std::path::PathBuf;

use anyhow::Result;

use crate::{run, test::Outcome};

const PACKAGES: [&str; 2] = ["pikepdf==10.17.0", "pdfua==0.1.3"];

/// The programs that were found.
pub struct Readers {
    /// The Python that has `pikepdf` and `pdfua`.
    pub python: Option<PathBuf>,
    /// LibreOffice.
    pub office: Option<&'static str>,
}

/// Finds the programs and installs what may be installed; what is missing and needed is the outcome.
pub fn find_or_install() -> Result<Result<Readers, Outcome>> {
    let has_programs = || {
        // Poppler's programs print their version with -v.
        run::exists("qpdf", "--version")
            && ["pdffonts", "pdfinfo", "pdftotext"]
                .into_iter()
                .all(|name| run::exists(name, "-v"))
    };
    if !has_programs() && run::exists("apt-get", "--version") {
        println!("Installing Debian's qpdf and poppler-utils for the documents …");
        let install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends qpdf poppler-utils";
        // Without the right to install this fails at once, and the step says that it was skipped.
        let _ = run::status(
            run::program("sh", &["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    if !has_programs() {
        return Ok(Err(Outcome::Skipped(
            "qpdf or Poppler is not here, and they could not be installed; no PDF was read by another program"
                .to_owned(),
        )));
    }
    Ok(Ok(Readers {
        python: python()?,
        office: ["soffice", "libreoffice"]
            .into_iter()
            .find(|name| run::exists(name, "--version")),
    }))
}

fn python() -> Result<Option<PathBuf>> {
    let folder = run::root().join("target/pdf-readers");
    let python = folder.join("bin/python");
    let has_readers = || {
        run::program(
            &python.display().to_string(),
            &["-c", "import pikepdf, pdfua"],
        )
        .output()
        .is_ok_and(|output| output.status.success())
    };
    if has_readers() {
        return Ok(Some(python));
    }
    if !run::exists("python3", "--version") {
        return Ok(None);
    }
    let made = run::status(&mut run::program(
        "python3",
        &["-m", "venv", &folder.display().to_string()],
    ))?;
    let mut install = run::program(
        &python.display().to_string(),
        &["-m", "pip", "install", "--quiet"],
    );
    install.args(PACKAGES);
    Ok((made.success() && run::status(&mut install)?.success() && has_readers()).then_some(python))
}
