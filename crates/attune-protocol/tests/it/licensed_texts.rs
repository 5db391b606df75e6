//! No file of this repository holds an item text whose reproduction needs a permission that the
//! project does not have. The texts are not here either: `instruments/licensed-texts.txt` holds
//! their hashes, and every text file is searched word by word.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

/// Sentences to look for, by the hash of their first three words.
struct Sentences(BTreeMap<u64, Vec<Sentence>>);

struct Sentence {
    n_words: usize,
    sha256: String,
    instrument: String,
}

#[test]
fn no_file_holds_a_licensed_item_text() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("instruments/licensed-texts.txt")).expect("the list");
    let sentences = Sentences::read(&list);
    let files = text_files(&root);
    assert!(
        files.len() > 100,
        "only {} files were searched",
        files.len()
    );
    let mut found = Vec::new();
    for (name, text) in &files {
        let hits = sentences.find(text);
        found.extend(hits.iter().map(|hit| format!("{name}: {hit}")));
    }
    assert!(
        found.is_empty(),
        "these files hold licensed texts; remove them, for the licence does not allow them here:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_list_covers_the_instruments_that_ship_without_texts() {
    let list = include_str!("../../../../instruments/licensed-texts.txt");
    let sentences = Sentences::read(list);
    let count = |id: &str| {
        sentences
            .0
            .values()
            .flatten()
            .filter(|s| s.instrument == id)
            .count()
    };
    for (instrument, n_items) in [
        ("epds", 10),
        ("wemwbs", 14),
        ("csq-8", 8),
        ("hads", 10),
        ("who-5", 5),
    ] {
        assert!(
            count(instrument) >= n_items,
            "{instrument} has {} sentences",
            count(instrument)
        );
    }
}

/// A sentence of our own, as it may hide in source, Markdown, JSON or across lines.
#[test]
fn a_sentence_is_found_however_it_is_written() {
    // "We have been counting seven quiet herons" by hash-texts.py.
    let sentences = Sentences::read(HERONS);
    for text in [
        "We have been counting seven quiet herons",
        "1. **WE have been counting seven quiet herons.** (0-3)",
        "//! We have been\n//! counting seven\r\n//! quiet herons today",
        r#"{"text":"we have been\ncounting seven quiet herons"}"#,
        "<td>We have been</td><td>counting seven quiet herons</td>",
        "so we have been we have been counting seven quiet herons",
    ] {
        let found = sentences.find(text);
        assert!(
            matches!(&found[..], [one] if one.starts_with("own: 7 words")),
            "{found:?}: {text}"
        );
    }
    for text in [
        "We have been counting seven herons",
        "We have been counting quiet herons",
        "",
    ] {
        assert!(sentences.find(text).is_empty(), "{text}");
    }
}

const HERONS: &str =
    "7 36ba67f9a7045fbd 3b2c81d9e205fb607f7ad8d54637b36728f9fd93f76ce1287341a594b624868f own";

impl Sentences {
    fn read(list: &str) -> Self {
        let mut sentences: BTreeMap<u64, Vec<Sentence>> = BTreeMap::new();
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let parts: Vec<&str> = line.split(' ').collect();
            let [n_words, first_three, sha256, instrument] = parts[..] else {
                panic!("not a line of the list: {line}");
            };
            assert_eq!(sha256.len(), 64, "{line}");
            let first_three = u64::from_str_radix(first_three, 16).expect("a hash");
            sentences.entry(first_three).or_default().push(Sentence {
                n_words: n_words.parse().expect("a number of words"),
                sha256: sha256.to_owned(),
                instrument: instrument.to_owned(),
            });
        }
        Self(sentences)
    }

    /// Instrument and place of each sentence in a text. The place is a count of words, so that
    /// the message does not hold the text.
    fn find(&self, text: &str) -> Vec<String> {
        let words = words(text);
        let mut found = Vec::new();
        for (position, three) in words.windows(3).enumerate() {
            let Some(candidates) = self.0.get(&fnv1a(&three.join(" "))) else {
                continue;
            };
            for sentence in candidates {
                let Some(piece) = words.get(position..position + sentence.n_words) else {
                    continue;
                };
                if hex(&Sha256::digest(piece.join(" "))) == sentence.sha256 {
                    let Sentence {
                        instrument,
                        n_words,
                        ..
                    } = sentence;
                    found.push(format!(
                        "{instrument}: {n_words} words from word {}",
                        position + 1
                    ));
                }
            }
        }
        found
    }
}

/// Lower-case words of letters only; apostrophes vanish, escapes and everything else separate.
fn words(text: &str) -> Vec<String> {
    let text = text
        .replace("\\n", " ")
        .replace("\\t", " ")
        .replace("\\u2019", "");
    let text = text
        .replace("&#39;", "")
        .replace("&rsquo;", "")
        .to_lowercase();
    let mut spaced = String::with_capacity(text.len());
    for character in without_tags(&text).chars() {
        match character {
            '\'' | '’' | '‘' | '`' => {}
            letter if letter.is_alphabetic() => spaced.push(letter),
            _ => spaced.push(' '),
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// The text with a space for each short piece that looks like a tag of HTML or XML.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for (number, piece) in text.split('<').enumerate() {
        let is_tag = number > 0 && piece.starts_with(|c: char| c == '/' || c.is_alphabetic());
        match piece.find('>').filter(|end| is_tag && *end < 80) {
            Some(end) => kept.push_str(&piece[end + 1..]),
            None => kept.push_str(piece),
        }
        kept.push(' ');
    }
    kept
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every text file that git knows or would add; without git, every text file outside of folders
/// that are built.
fn text_files(root: &Path) -> Vec<(String, String)> {
    let names = git_names(root).unwrap_or_else(|| walked_names(root));
    let read = |name: String| {
        let text = fs::read(root.join(&name))
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| (name, text))
    };
    names.into_iter().filter_map(read).collect()
}

fn git_names(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    let names: Vec<String> = names.split_terminator('\0').map(str::to_owned).collect();
    (output.status.success() && !names.is_empty()).then_some(names)
}

fn walked_names(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).expect("a folder of the repository");
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name);
            let is_built = ["target", "node_modules"].contains(&name.as_str());
            if entry.path().is_dir() && !is_built && !name.starts_with('.') {
                folders.push(path);
            } else if entry.path().is_file() {
                names.push(path.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names
}
