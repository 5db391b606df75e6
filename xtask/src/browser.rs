//! Browser tests in a real Chromium, with Playwright and axe: reports and public pages of the example
//! studies, the application of the demonstration, and the story of a study on a server that begins
//! empty, on SQLite and on PostgreSQL.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ExitCode, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{assets, handed_on, private_postgres::PrivatePostgres, run, test::Outcome};

/// Every browser test; those that need PostgreSQL are skipped, and say so, where there is none.
pub fn check(postgres: Option<&PrivatePostgres>) -> Result<Outcome> {
    if let Err(error) = assets::install_packages() {
        return Ok(Outcome::Skipped(format!(
            "the browser packages cannot be installed: {error:#}"
        )));
    }
    let Some(chromium) = chromium_or_install()? else {
        return Ok(Outcome::Skipped(
            "no Chromium here, and none could be installed".to_owned(),
        ));
    };
    let reports = handed_on::written()?;
    let (publication, with_tool) = write_publications()?;
    let application = Application::start()?;
    let mut playwright = run::program("npx", &["--no-install", "playwright", "test"]);
    playwright
        .current_dir(run::root().join("web"))
        .env("CHROMIUM", chromium)
        .env("ATTUNE_REPORTS", reports)
        .env("ATTUNE_FORM_CASES", write_form_cases()?)
        .env("ATTUNE_CODING_ROOM", build_coding_room()?)
        .env("ATTUNE_PUBLICATION", publication)
        .env("ATTUNE_PUBLICATION_WITH_TOOL", with_tool)
        .env("ATTUNE_PROGRAM", target().join("debug/attune"))
        .env("ATTUNE_APPLICATION", &application.address)
        .env("ATTUNE_SIGN_INS", application.folder.join("sign-ins.txt"));
    if let Some(postgres) = postgres {
        playwright.env("ATTUNE_STORY_POSTGRES", &postgres.database);
    }
    let status = run::status(&mut playwright)?;
    Ok(match status.success() {
        true => Outcome::Passed,
        false => Outcome::Failed(format!("{playwright:?}")),
    })
}

/// The guide's pictures, taken from a fresh demonstration into `docs/images/guide`.
pub fn take_pictures() -> Result<ExitCode> {
    assets::fetch()?;
    let chromium = chromium_or_install()?.context("pictures need Chromium; install it")?;
    let application = Application::start()?;
    let mut playwright = run::program(
        "npx",
        &[
            "--no-install",
            "playwright",
            "test",
            "--workers=1",
            "pictures.spec.ts",
        ],
    );
    playwright
        .current_dir(run::root().join("web"))
        .env("CHROMIUM", chromium)
        .env("ATTUNE_APPLICATION", &application.address)
        .env("ATTUNE_SIGN_INS", application.folder.join("sign-ins.txt"))
        .env("ATTUNE_PICTURES", run::root().join("docs/images/guide"));
    Ok(match run::status(&mut playwright)?.success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// `attune demo` on a port of its own, ended with the tests.
struct Application {
    server: Child,
    address: String,
    folder: PathBuf,
}

impl Application {
    fn start() -> Result<Self> {
        let folder = run::root().join("target/browser-demo");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot clear the demo of the last tests")?;
        }
        fs::create_dir_all(&folder).context("cannot make a folder for the demo")?;
        let mut server = run::cargo(&[
            "run",
            "--locked",
            "--quiet",
            "--package",
            "attune",
            "--",
            "demo",
            "--pages-only",
            "--listen",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(&folder)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start attune demo")?;
        let out = server.stdout.take().context("attune demo has no output")?;
        let mut lines = BufReader::new(out).lines();
        let address = loop {
            let line = lines
                .next()
                .context("attune demo ended before it was ready")??;
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        // What it prints later must go somewhere, or it would wait for ever.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            server,
            address,
            folder,
        })
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Chromium's path; on Debian it is installed when it is missing and we may.
fn chromium_or_install() -> Result<Option<String>> {
    let find = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| run::exists(name, "--version"))
    };
    if find().is_none() && run::exists("apt-get", "--version") {
        println!("Installing Debian's chromium for the browser tests …");
        let install =
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium";
        // Without the right to install this fails at once, and the step says that it was skipped.
        let _ = run::status(
            run::program("sh", &["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    let Some(name) = find() else { return Ok(None) };
    let path = run::program("sh", &["-c", &format!("command -v {name}")]).output()?;
    Ok(Some(
        String::from_utf8_lossy(&path.stdout).trim().to_owned(),
    ))
}

/// The server of the coding room's tests; empty where no clip can be drawn, and its tests are skipped.
fn build_coding_room() -> Result<PathBuf> {
    if !run::exists("ffmpeg", "-version") && run::exists("apt-get", "--version") {
        println!("Installing Debian's ffmpeg for the tests of the coding room …");
        let install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends ffmpeg";
        // Without the right to install this fails at once, and the tests say that they were skipped.
        let _ = run::status(
            run::program("sh", &["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    if !run::exists("ffmpeg", "-version") {
        return Ok(PathBuf::new());
    }
    let arguments = [
        "build",
        "--locked",
        "--package",
        "attune-web",
        "--example",
        "coding_room",
    ];
    if !run::status(&mut run::cargo(&arguments))?.success() {
        bail!("the server of the coding room's tests could not be built");
    }
    Ok(target().join("debug/examples/coding_room"))
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| run::root().join("target"), PathBuf::from)
}

/// The shared cases of the two scorers: answers to every instrument, and what they come to.
fn write_form_cases() -> Result<PathBuf> {
    let file = run::root().join("target/web/form-cases.json");
    fs::create_dir_all(file.parent().context("the file is in a folder")?)?;
    let arguments = [
        "run",
        "--locked",
        "--quiet",
        "--package",
        "attune-web",
        "--example",
        "form_cases",
    ];
    let output = run::cargo(&arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the shared cases of the scorers could not be written");
    }
    fs::write(&file, output.stdout)?;
    Ok(file)
}

/// The public pages of the example studies: as they are, and with an analytics tool that waits for a yes.
fn write_publications() -> Result<(PathBuf, PathBuf)> {
    let tool = [
        "--matomo",
        "https://stats.example.org/",
        "--matomo-site",
        "1",
    ];
    let folders = [
        ("target/publication", &[][..]),
        ("target/publication-with-tool", &tool[..]),
    ]
    .map(|(folder, more)| -> Result<PathBuf> {
        let folder = run::root().join(folder);
        let out = folder
            .to_str()
            .context("the folder's path is not Unicode")?;
        let mut publish = run::cargo(&[
            "run",
            "--locked",
            "--quiet",
            "--package",
            "attune",
            "--",
            "publish",
        ]);
        publish
            .args([
                "studies/early-intervention",
                "studies/hostel-clinic",
                "studies/community-clinic",
                "studies/baby-clinic-groups",
            ])
            .args(["--out", out])
            .args(more);
        if !run::status(&mut publish)?.success() {
            bail!("`attune publish` failed");
        }
        Ok(folder)
    });
    let [plain, with_tool] = folders;
    Ok((plain?, with_tool?))
}
