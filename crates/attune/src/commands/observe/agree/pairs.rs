//! Which codings are compared with which.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use attune_records::observation::CodingProject;

use attune_exchange::first_few;

/// An observation by the names that matter here.
#[derive(Debug, Clone)]
pub struct Named {
    pub id: String,
    pub coder: String,
    pub clip: String,
}

/// What is asked for.
pub struct Wanted<'a> {
    pub pair: &'a [String],
    pub gold: Option<&'a str>,
}

/// The observations of a project, in its order.
pub fn named(project: &CodingProject) -> Vec<Named> {
    let named = |one: &attune_records::observation::Observation| Named {
        id: one.id.to_string(),
        coder: one.coder.as_deref().unwrap_or(&one.id).to_owned(),
        clip: one.recording.as_deref().unwrap_or(&one.id).to_owned(),
    };
    project.observations().iter().map(named).collect()
}

/// Places of codings (counted over all files) that are compared, grouped by pair of coders.
pub fn groups(files: &[Vec<Named>], wanted: &Wanted<'_>) -> Result<Vec<Vec<(usize, usize)>>> {
    let all: Vec<&Named> = files.iter().flatten().collect();
    let found = match (files, wanted.pair) {
        ([first, second], []) if wanted.gold.is_none() => vec![of_two_files(first, second)?],
        (_, [a, b]) => vec![asked(&all, a, b)?],
        _ => by_coders(&all, wanted.gold)?,
    };
    if found.iter().all(Vec::is_empty) {
        bail!(
            "no two coders have a clip in common\nhelp: codings belong to the same clip when they name the same media \
             file; the coder is read from a variable named coder or observer; or name two observations with --pair"
        );
    }
    Ok(found)
}

/// Codings of the same id, else of the same clip, else the only ones.
fn of_two_files(first: &[Named], second: &[Named]) -> Result<Vec<(usize, usize)>> {
    let offset = first.len();
    let matched = |same: &dyn Fn(&Named, &Named) -> bool| -> Vec<(usize, usize)> {
        let partner = |(place, a): (usize, &Named)| {
            let b = second.iter().position(|b| same(a, b))?;
            Some((place, offset + b))
        };
        first.iter().enumerate().filter_map(partner).collect()
    };
    let by_id = matched(&|a, b| a.id == b.id);
    if !by_id.is_empty() {
        return Ok(by_id);
    }
    let by_clip = matched(&|a, b| a.clip == b.clip);
    if !by_clip.is_empty() {
        return Ok(by_clip);
    }
    match (first, second) {
        ([_], [_]) => Ok(vec![(0, 1)]),
        _ => bail!(
            "the two files have no observation or media file of the same name\nhelp: name two observations with --pair"
        ),
    }
}

/// Two observations, or two coders with all clips that both coded.
fn asked(all: &[&Named], a: &str, b: &str) -> Result<Vec<(usize, usize)>> {
    let of_id = |id: &str| all.iter().position(|one| one.id == id);
    if let (Some(first), Some(second)) = (of_id(a), of_id(b)) {
        if first == second {
            bail!("--pair names the same observation twice");
        }
        return Ok(vec![(first, second)]);
    }
    let unknown: Vec<String> = [a, b]
        .into_iter()
        .filter(|name| !all.iter().any(|one| one.coder == **name))
        .map(|name| {
            let near = attune_exchange::nearest_name(
                name,
                all.iter()
                    .flat_map(|one| [one.coder.as_str(), one.id.as_str()]),
            );
            near.map_or_else(
                || format!("there is no coder or observation `{name}`"),
                |near| format!("there is no coder or observation `{name}`; did you mean `{near}`?"),
            )
        })
        .collect();
    if !unknown.is_empty() {
        let mut coders: Vec<&str> = all.iter().map(|one| one.coder.as_str()).collect();
        coders.sort_unstable();
        coders.dedup();
        bail!(
            "{}\nhelp: coders are {}",
            unknown.join("\n"),
            first_few(&coders, 12)
        );
    }
    Ok(shared(all, a, b))
}

/// Clips that both coded.
fn shared(all: &[&Named], a: &str, b: &str) -> Vec<(usize, usize)> {
    let of_second: BTreeMap<&str, usize> = all
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, one)| one.coder == b)
        .map(|(place, one)| (one.clip.as_str(), place))
        .collect();
    let mut pairs: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (place, one) in all.iter().enumerate().filter(|(_, one)| one.coder == a) {
        if let Some(partner) = of_second.get(one.clip.as_str()) {
            pairs.entry(&one.clip).or_insert((place, *partner));
        }
    }
    pairs.into_values().collect()
}

fn by_coders(all: &[&Named], gold: Option<&str>) -> Result<Vec<Vec<(usize, usize)>>> {
    let mut coders: Vec<&str> = Vec::new();
    for one in all {
        if !coders.contains(&one.coder.as_str()) {
            coders.push(&one.coder);
        }
    }
    if let Some(gold) = gold {
        if !coders.contains(&gold) {
            bail!(
                "there is no coder `{gold}`\nhelp: coders are {}",
                first_few(&coders, 12)
            );
        }
        let others = coders.iter().filter(|coder| **coder != gold);
        return Ok(others
            .map(|coder| shared(all, gold, coder))
            .filter(|pairs| !pairs.is_empty())
            .collect());
    }
    if coders.len() == all.len() && coders.len() > 40 {
        bail!(
            "the file does not say who coded its {} observations\nhelp: add a variable named coder, or name two \
             observations with --pair",
            all.len()
        );
    }
    let mut groups = Vec::new();
    for (place, first) in coders.iter().enumerate() {
        for second in &coders[place + 1..] {
            groups.push(shared(all, first, second));
        }
    }
    groups.retain(|group| !group.is_empty());
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str, coder: &str, clip: &str) -> Named {
        Named {
            id: id.to_owned(),
            coder: coder.to_owned(),
            clip: clip.to_owned(),
        }
    }

    fn file() -> Vec<Named> {
        vec![
            one("1A", "anna", "1"),
            one("1B", "bea", "1"),
            one("2A", "anna", "2"),
            one("2B", "bea", "2"),
            one("3", "anna", "3"),
        ]
    }

    #[test]
    fn clips_that_both_coded_are_compared() {
        let found = groups(
            &[file()],
            &Wanted {
                pair: &[],
                gold: None,
            },
        )
        .unwrap();
        assert_eq!(found, [vec![(0, 1), (2, 3)]]);
    }

    #[test]
    fn a_pair_may_name_coders_or_observations() {
        let names = ["bea".to_owned(), "anna".to_owned()];
        let found = groups(
            &[file()],
            &Wanted {
                pair: &names,
                gold: None,
            },
        )
        .unwrap();
        assert_eq!(found, [vec![(1, 0), (3, 2)]]);
        let ids = ["1A".to_owned(), "2B".to_owned()];
        let found = groups(
            &[file()],
            &Wanted {
                pair: &ids,
                gold: None,
            },
        )
        .unwrap();
        assert_eq!(found, [vec![(0, 3)]]);
    }

    #[test]
    fn a_slip_in_a_name_is_told() {
        let names = ["ana".to_owned(), "bea".to_owned()];
        let problem = groups(
            &[file()],
            &Wanted {
                pair: &names,
                gold: None,
            },
        )
        .unwrap_err();
        assert!(
            problem.to_string().contains("did you mean `anna`?"),
            "{problem}"
        );
    }

    #[test]
    fn two_files_are_matched_by_clip() {
        let first = vec![one("x", "anna", "1"), one("y", "anna", "2")];
        let second = vec![one("z", "bea", "2")];
        let found = groups(
            &[first, second],
            &Wanted {
                pair: &[],
                gold: None,
            },
        )
        .unwrap();
        assert_eq!(found, [vec![(1, 2)]]);
    }
}
