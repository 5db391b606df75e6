//! Small rules of the house that no compiler knows: links between documents lead somewhere, files
//! carry no path of the machine they were written on, each page that the guide lists exists and each page
//! is listed, pictures are small.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{run, test::Outcome};

pub fn check() -> Result<Outcome> {
    let mut problems = Vec::new();
    for file in tracked_files()? {
        let Ok(text) = fs::read_to_string(run::root().join(&file)) else {
            continue;
        };
        if file.ends_with(".md") {
            problems.extend(dead_links(&file, &text));
        }
        problems.extend(machine_paths(&file, &text));
    }
    problems.extend(large_pictures()?);
    problems.extend(pages_without_a_way_to_them()?);
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    Ok(match problems.len() {
        0 => Outcome::Passed,
        n => Outcome::Failed(format!("{n} problems, listed above")),
    })
}

/// Files that git tracks, or every file of interest where there is no git.
fn tracked_files() -> Result<Vec<String>> {
    let listing = run::program(
        "git",
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    )
    .output()
    .context("cannot run git")?;
    Ok(String::from_utf8_lossy(&listing.stdout)
        .lines()
        .map(str::to_owned)
        .collect())
}

/// A picture of the guide has at most so many bytes, all together at most so many.
const LARGEST_PICTURE: u64 = 150_000;
const LARGEST_PICTURES: u64 = 2_500_000;

/// Pictures that make every clone of the project larger than they are worth.
fn large_pictures() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut all = 0;
    for file in tracked_files()? {
        if !file.starts_with("docs/images/") {
            continue;
        }
        let Ok(found) = fs::metadata(run::root().join(&file)) else {
            continue;
        };
        all += found.len();
        if found.len() > LARGEST_PICTURE {
            problems.push(format!(
                "{file}: {} bytes; a picture has at most {LARGEST_PICTURE}",
                found.len()
            ));
        }
    }
    if all > LARGEST_PICTURES {
        problems.push(format!(
            "docs/images: {all} bytes together; at most {LARGEST_PICTURES}"
        ));
    }
    Ok(problems)
}

/// Pages of the book that its table of contents does not list, and pages on methods that their index does not.
fn pages_without_a_way_to_them() -> Result<Vec<String>> {
    let read = |file: &str| {
        fs::read_to_string(run::root().join(file)).with_context(|| format!("cannot read {file}"))
    };
    let contents = read("docs/SUMMARY.md")?;
    let methods = read("docs/methods/README.md")?;
    let mut problems = Vec::new();
    for file in tracked_files()? {
        let Some(page) = file
            .strip_prefix("docs/")
            .filter(|page| page.ends_with(".md"))
        else {
            continue;
        };
        let is_listed = |index: &str, page: &str| index.contains(&format!("({page})"));
        if page != "SUMMARY.md" && !is_listed(&contents, page) {
            problems.push(format!("{file}: docs/SUMMARY.md does not list it"));
        }
        if let Some(method) = page.strip_prefix("methods/")
            && method != "README.md"
            && !is_listed(&methods, method)
        {
            problems.push(format!("{file}: docs/methods/README.md does not list it"));
        }
    }
    Ok(problems)
}

fn dead_links(file: &str, text: &str) -> Vec<String> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut in_code = false;
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for target in link_targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !elsewhere && !run::root().join(folder).join(path).exists() {
                problems.push(format!(
                    "{file}:{}: the link to `{target}` leads nowhere",
                    number + 1
                ));
            }
        }
    }
    problems
}

fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split_whitespace().next().unwrap_or_default())
}

fn machine_paths(file: &str, text: &str) -> Vec<String> {
    let root = run::root();
    let marks = [
        root.parent().map(|parent| format!("{}/", parent.display())),
        std::env::var("HOME").ok().map(|home| format!("{home}/")),
    ];
    marks
        .into_iter()
        .flatten()
        .filter(|mark| mark.len() > 3 && holds_path(text, mark))
        .map(|mark| format!("{file}: holds a path of this machine ({mark})"))
        .collect()
}

/// Whether an absolute path that begins with `mark` stands in the text; the same letters inside a
/// longer path do not count.
fn holds_path(text: &str, mark: &str) -> bool {
    let begins = |(at, _): (usize, &str)| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|before| before.is_whitespace() || "\"'`(=:".contains(before))
    };
    text.match_indices(mark).any(begins)
}

#[cfg(test)]
mod tests {
    use super::holds_path;

    #[test]
    fn only_absolute_paths_are_paths_of_a_machine() {
        assert!(holds_path("see \"/src/main\"", "/src/"));
        assert!(!holds_path("crates/attune/src/main.rs", "/src/"));
    }
}
