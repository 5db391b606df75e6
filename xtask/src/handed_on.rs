//! What people hand on, read by other programs: every profile of every example study as PDF (qpdf, Poppler, `pikepdf`,
//! `pdfua`) and as Word file (LibreOffice). What stands on the page, headings, captions and cells of tables, must be
//! found as text in both. The pages themselves are left for the browser tests.

mod page_words;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result, bail};

use crate::{
    handed_on::page_words::{PageWords, letters},
    pdf_readers::{self, Readers},
    run,
    test::Outcome,
};

/// The example studies.
const STUDIES: [&str; 4] = [
    "early-intervention",
    "hostel-clinic",
    "community-clinic",
    "baby-clinic-groups",
];
/// The study that has a public page and no data.
const WITHOUT_DATA: &str = "baby-clinic-groups";
const PROFILES: &str = "full,journal,commissioner,lay,annex";
/// What PDF/UA-1 asks, for a Python that has the readers.
const ACCESSIBLE: &str = include_str!("handed_on/accessible.py");

static WRITTEN: OnceLock<PathBuf> = OnceLock::new();

/// The folder with the documents, which are written when they are first asked for.
pub fn written() -> Result<PathBuf> {
    if let Some(folder) = WRITTEN.get() {
        return Ok(folder.clone());
    }
    let folder = write()?;
    Ok(WRITTEN.get_or_init(|| folder).clone())
}

/// Writes every profile of every example study in every format, with the debug binary that the tests have built.
fn write() -> Result<PathBuf> {
    let folder = run::root().join("target/reports");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear the reports of the last tests")?;
    }
    for study in STUDIES {
        let mut report = run::cargo(&[
            "run",
            "--locked",
            "--quiet",
            "--package",
            "attune",
            "--",
            "report",
        ]);
        report
            .arg(format!("studies/{study}"))
            .args(["--to", "html,pdf,docx", "--profile", PROFILES, "--out"])
            .arg(&folder);
        if !run::status(&mut report)?.success() {
            bail!("`attune report studies/{study}` failed");
        }
    }
    Ok(folder)
}

/// The documents are written, and read by whatever reads them here.
pub fn check() -> Result<Outcome> {
    let readers = match pdf_readers::find_or_install()? {
        Ok(readers) => readers,
        Err(outcome) => return Ok(outcome),
    };
    let folder = written()?;
    let pages = files(&folder, "html")?;
    let pdfs = files(&folder, "pdf")?;
    let n_expected = STUDIES.len() * PROFILES.split(',').count();
    if pages.len() != n_expected || pdfs.len() != n_expected {
        bail!(
            "{} pages and {} PDFs instead of {n_expected}",
            pages.len(),
            pdfs.len()
        );
    }
    let mut faults = Vec::new();
    for pdf in &pdfs {
        faults.extend(of_pdf(pdf)?);
        faults.extend(words_missing(&pdf.with_extension("html"), pdf)?);
    }
    faults.extend(accessibility(&readers, &pdfs)?);
    faults.extend(word_files(&readers, &folder)?);
    for fault in &faults {
        eprintln!("documents: {fault}");
    }
    let mut n_words = 0;
    for page in &pages {
        n_words += PageWords::of(&fs::read_to_string(page)?).all().count();
    }
    println!("documents: {n_words} headings, captions and cells of tables looked for");
    println!(
        "documents: {} PDFs read by qpdf and Poppler, {} by pikepdf and pdfua; {} Word files opened by LibreOffice",
        pdfs.len(),
        if readers.python.is_some() {
            pdfs.len()
        } else {
            0
        },
        if readers.office.is_some() {
            pdfs.len()
        } else {
            0
        },
    );
    Ok(match (faults.len(), unread(&readers)) {
        (0, None) => Outcome::Passed,
        (0, Some(why)) => Outcome::Skipped(why),
        (n, _) => Outcome::Failed(format!("{n} faults, listed above")),
    })
}

/// What was passed over because a program is missing.
fn unread(readers: &Readers) -> Option<String> {
    match (&readers.python, readers.office) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some(
            "qpdf, Poppler and LibreOffice found no fault; pikepdf and pdfua cannot be installed"
                .to_owned(),
        ),
        (Some(_), None) => Some(
            "the PDFs have no fault; there is no LibreOffice here, so no Word file was opened"
                .to_owned(),
        ),
        (None, None) => Some(
            "qpdf and Poppler found no fault; pikepdf, pdfua and LibreOffice are not here"
                .to_owned(),
        ),
    }
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What a program says of a file, and whether it was content.
fn ask(program: &str, arguments: &[&str], file: &Path, after: &[&str]) -> Result<(bool, String)> {
    let output = run::program(program, arguments)
        .arg(file)
        .args(after)
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said += &String::from_utf8_lossy(&output.stderr);
    Ok((output.status.success(), said))
}

/// A sound file, tagged, every font inside, as many pages as it may have.
fn of_pdf(pdf: &Path) -> Result<Vec<String>> {
    let name = pdf.file_stem().unwrap_or_default().to_string_lossy();
    let mut faults = Vec::new();
    let (is_sound, said) = ask("qpdf", &["--check"], pdf, &[])?;
    if !is_sound || said.to_lowercase().contains("warning") {
        faults.push(format!("{name}.pdf: qpdf: {said}"));
    }
    let (_, fonts) = ask("pdffonts", &[], pdf, &[])?;
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    if fonts.is_empty() {
        faults.push(format!("{name}.pdf: pdffonts finds no font"));
    }
    for font in fonts {
        // From the right: generation, object, unicode, subset, embedded.
        let columns: Vec<&str> = font.split_whitespace().rev().collect();
        if (columns.get(2), columns.get(4)) != (Some(&"yes"), Some(&"yes")) {
            faults.push(format!(
                "{name}.pdf: not inside, or without letters: {font}"
            ));
        }
    }
    let (_, info) = ask("pdfinfo", &[], pdf, &[])?;
    let fact = |of: &str| {
        let lines = info.lines().filter_map(|line| line.strip_prefix(of));
        lines
            .map(|rest| rest.trim_start_matches(':').trim().to_owned())
            .next()
            .unwrap_or_default()
    };
    if fact("Tagged") != "yes" || fact("Title").is_empty() {
        faults.push(format!("{name}.pdf: pdfinfo: not tagged, or without title"));
    }
    let n_pages: usize = fact("Pages").parse().unwrap_or_default();
    if name.ends_with("-commissioner") {
        let expected = if name.starts_with(WITHOUT_DATA) {
            1..=2
        } else {
            2..=2
        };
        if !expected.contains(&n_pages) {
            faults.push(format!(
                "{name}.pdf: {n_pages} pages, where two are promised"
            ));
        }
    }
    Ok(faults)
}

/// Headings, captions and cells of the page that the text of a PDF lacks.
fn words_missing(page: &Path, pdf: &Path) -> Result<Vec<String>> {
    let page_words = PageWords::of(&fs::read_to_string(page)?);
    let (_, text) = ask("pdftotext", &["-raw", "-enc", "UTF-8"], pdf, &["-"])?;
    let text = letters(&text);
    let name = pdf.display();
    let missing = page_words
        .all()
        .filter(|(_, words)| !text.contains(&letters(words)));
    Ok(missing
        .map(|(kind, words)| format!("{name}: {kind} missing: {words}"))
        .collect())
}

fn accessibility(readers: &Readers, pdfs: &[PathBuf]) -> Result<Vec<String>> {
    let Some(python) = &readers.python else {
        return Ok(Vec::new());
    };
    let output = run::program(&python.display().to_string(), &["-c", ACCESSIBLE])
        .args(pdfs)
        .output()
        .context("cannot run Python")?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = said.lines().chain(complaint.lines());
    Ok(lines.map(str::to_owned).collect())
}

/// LibreOffice opens every Word file and prints it; what stands on the page stands there.
fn word_files(readers: &Readers, folder: &Path) -> Result<Vec<String>> {
    let Some(office) = readers.office else {
        return Ok(Vec::new());
    };
    let out = run::root().join("target/reports-by-office");
    let profile = run::root().join("target/office");
    let documents = files(folder, "docx")?;
    let mut convert = run::program(office, &["--headless", "--convert-to", "pdf", "--outdir"]);
    convert
        .arg(&out)
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(&documents);
    let output = convert.output().context("cannot run LibreOffice")?;
    if !output.status.success() {
        return Ok(vec![format!(
            "LibreOffice: {}",
            String::from_utf8_lossy(&output.stderr)
        )]);
    }
    let mut faults = Vec::new();
    for document in &documents {
        let name = document.file_stem().unwrap_or_default();
        let printed = out.join(name).with_extension("pdf");
        if !printed.exists() {
            faults.push(format!(
                "{}: LibreOffice did not open it",
                document.display()
            ));
            continue;
        }
        faults.extend(words_missing(&document.with_extension("html"), &printed)?);
        let (_, text) = ask("pdftotext", &["-raw", "-enc", "UTF-8"], &printed, &["-"])?;
        if text.contains("Reference source not found") {
            faults.push(format!("{}: a field leads nowhere", document.display()));
        }
    }
    Ok(faults)
}
