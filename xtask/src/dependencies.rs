//! What the project depends on, judged without a network: licences by the list in `deny.toml`, sources and
//! checksums by `Cargo.lock`, cryptography by the inventory in `docs/decisions/cryptography.md`. Advisories need
//! their database and are looked up by `cargo deny check advisories` where there is a network.

use std::{fs, path::Path};

use serde_json::Value;

use crate::run;

/// Crates whose work is cryptography; each must be in the inventory when the workspace names it.
const CRYPTOGRAPHIC: &[&str] = &[
    "aes",
    "aes-gcm",
    "argon2",
    "blake2",
    "blake3",
    "chacha20poly1305",
    "ed25519-dalek",
    "getrandom",
    "hkdf",
    "hmac",
    "md-5",
    "openssl",
    "p256",
    "rand_core",
    "ring",
    "rsa",
    "rustls",
    "scrypt",
    "sha1",
    "sha2",
    "sha3",
    "totp-rs",
    "x25519-dalek",
    "zeroize",
];

fn read(path: &str) -> String {
    fs::read_to_string(run::root().join(path)).unwrap()
}

/// Every package that is built for some system, as `cargo metadata` tells it.
fn packages() -> Vec<Value> {
    let told = run::cargo(&["metadata", "--format-version", "1", "--offline", "--locked"])
        .output()
        .unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    told["packages"].as_array().unwrap().clone()
}

/// Licences that `deny.toml` allows.
fn allowed() -> Vec<String> {
    let text = read("deny.toml");
    let (_, after) = text.split_once("allow = [").unwrap();
    let (list, _) = after.split_once(']').unwrap();
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Whether a licence expression can be met with allowed licences alone.
fn can_be_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at, allowed);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, allowed);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = any_of(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&licence)
}

#[test]
fn asvs_15_2_1_every_dependency_can_be_used_under_a_licence_of_the_list() {
    let allowed = allowed();
    let packages = packages();
    assert!(packages.len() > 100, "{}", packages.len());
    let outside: Vec<String> = packages
        .iter()
        .filter(|package| {
            let licence = package["license"].as_str().unwrap_or_default();
            !can_be_met(licence, &allowed)
        })
        .map(|package| {
            format!(
                "{} {}: {}",
                package["name"], package["version"], package["license"]
            )
        })
        .collect();
    assert!(outside.is_empty(), "{outside:#?}");
}

#[test]
fn asvs_15_1_2_every_dependency_is_in_the_lockfile_with_a_checksum_and_from_the_registry() {
    let lock = read("Cargo.lock");
    let mut n_locked = 0;
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let start = format!("\n{key} = \"");
            let (_, rest) = package.split_once(&start)?;
            rest.split('"').next()
        };
        let name = value("name").unwrap();
        let Some(source) = value("source") else {
            continue;
        };
        assert!(
            source.starts_with("registry+"),
            "{name} comes from {source}"
        );
        assert_eq!(value("checksum").map(str::len), Some(64), "{name}");
        n_locked += 1;
    }
    assert!(n_locked > 100, "{n_locked}");
}

#[test]
fn asvs_15_2_1_what_is_forbidden_is_not_built_in() {
    let lock = read("Cargo.lock");
    for forbidden in ["openssl-sys", "aws-lc-sys", "native-tls"] {
        let line = format!("name = \"{forbidden}\"");
        assert!(!lock.contains(&line), "{forbidden}");
    }
}

#[test]
fn asvs_11_1_2_every_library_of_cryptography_is_in_the_inventory() {
    let inventory = read("docs/decisions/cryptography.md");
    let manifest = read("Cargo.toml");
    let (_, dependencies) = manifest.split_once("[workspace.dependencies]").unwrap();
    let names = dependencies
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['=', '.']).next())
        .map(str::trim);
    let cryptographic: Vec<&str> = names.filter(|name| CRYPTOGRAPHIC.contains(name)).collect();
    assert!(cryptographic.len() > 5, "{cryptographic:?}");
    for name in cryptographic {
        assert!(inventory.contains(&format!("`{name}`")), "{name}");
    }
}

/// The names in the first column of the table of decisions.
fn with_a_reason() -> Vec<String> {
    let table = read("docs/decisions/dependencies.md");
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split('|').next());
    rows.flat_map(|cell| cell.split(','))
        .map(|name| name.trim().to_owned())
        .collect()
}

/// Everything that is written in Rust beneath a folder, with the modules that a file there takes from elsewhere.
fn rust_beneath(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            rust_beneath(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let written = fs::read_to_string(&path).unwrap();
            for elsewhere in written.split("#[path = \"").skip(1) {
                let module = path
                    .parent()
                    .unwrap()
                    .join(elsewhere.split('"').next().unwrap());
                text.push_str(&fs::read_to_string(&module).unwrap_or_default());
                let inner = module.with_extension("");
                if inner.is_dir() {
                    rust_beneath(&inner, text);
                }
            }
            text.push_str(&written);
        }
    }
}

/// Whether a word stands in a text, and not within a longer one.
fn names(text: &str, word: &str) -> bool {
    let is_of_a_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_of_a_word) && !text[at + word.len()..].starts_with(is_of_a_word)
    })
}

#[test]
fn every_dependency_is_used_by_the_crate_that_names_it_and_has_its_reason() {
    let reasons = with_a_reason();
    let mut problems = Vec::new();
    let packages = packages();
    let ours = packages
        .iter()
        .filter(|package| package["source"].is_null());
    for package in ours {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let mut text = String::new();
        rust_beneath(manifest.parent().unwrap(), &mut text);
        for dependency in package["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            let word = dependency["rename"]
                .as_str()
                .unwrap_or(name)
                .replace('-', "_");
            if !names(&text, &word) {
                problems.push(format!(
                    "{} names {name} and does not use it",
                    package["name"]
                ));
            }
            if !dependency["source"].is_null() && !reasons.iter().any(|one| one == name) {
                problems.push(format!(
                    "docs/decisions/dependencies.md has no reason for {name}"
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed = [
        "MIT".to_owned(),
        "ISC".to_owned(),
        "Apache-2.0 WITH LLVM-exception".to_owned(),
    ];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(can_be_met(expression, &allowed), met, "{expression}");
    }
}
