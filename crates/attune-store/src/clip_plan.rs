//! Who codes which recording, and which are coded twice: drawn from a seed, within strata, so that
//! nobody can know it before and anybody can draw it again.
//!
//! Each thing gets a number from SHA-256 of seed, purpose and id; order by that number is a random
//! order. Of each stratum the first share of recordings, rounded up, gets a second coder. First and
//! second codings go to whoever has least to do.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{
    command::video::CodingPurpose,
    ids::{AccountId, ClipId, CodingId},
};

/// One assignment of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The recording.
    pub clip: ClipId,
    /// Who codes it.
    pub coder: AccountId,
    /// First or second coding.
    pub purpose: CodingPurpose,
    /// Place in the coder's own order, from 1.
    pub position: u32,
}

/// Draws assignments of recordings that nobody codes yet. With one coder nothing is coded twice.
pub fn draw(
    clips: &[(ClipId, String)],
    coders: &[AccountId],
    double_coded_share: f64,
    seed: u64,
) -> Vec<Planned> {
    let mut strata: BTreeMap<&str, Vec<ClipId>> = BTreeMap::new();
    for (clip, stratum) in clips {
        strata.entry(stratum).or_default().push(*clip);
    }
    let mut load: BTreeMap<AccountId, u32> = coders.iter().map(|coder| (*coder, 0)).collect();
    let mut planned = Vec::new();
    for members in strata.values_mut() {
        members.sort_by_key(|clip| number(seed, "double", clip.to_string()));
        let n_double = share_of(members.len(), double_coded_share);
        for (place, clip) in members.iter().enumerate() {
            let Some(first) = least_busy(&load, seed, *clip, None) else {
                return Vec::new();
            };
            take(&mut load, &mut planned, *clip, first, CodingPurpose::Study);
            let second = least_busy(&load, seed, *clip, Some(first));
            if let Some(second) = second.filter(|_| place < n_double) {
                take(
                    &mut load,
                    &mut planned,
                    *clip,
                    second,
                    CodingPurpose::Reliability,
                );
            }
        }
    }
    in_own_order(&mut planned, seed);
    planned
}

/// A place for one coding more among so many, from 1; drawn from its id, which tells nothing.
pub fn anywhere(coding: CodingId, among: usize) -> u32 {
    let drawn = number(0, "anywhere", coding.to_string());
    let drawn = u32::from_be_bytes([drawn[0], drawn[1], drawn[2], drawn[3]]);
    let places = u32::try_from(among).unwrap_or(u32::MAX).saturating_add(1);
    1 + drawn % places
}

fn share_of(n: usize, share: f64) -> usize {
    let wanted = (n as f64 * share.clamp(0.0, 1.0) - 1e-9).ceil();
    // Between 0 and n by construction.
    wanted.max(0.0) as usize
}

fn least_busy(
    load: &BTreeMap<AccountId, u32>,
    seed: u64,
    clip: ClipId,
    not: Option<AccountId>,
) -> Option<AccountId> {
    load.iter()
        .filter(|(coder, _)| Some(**coder) != not)
        .min_by_key(|(coder, n)| (**n, number(seed, "coder", format!("{clip} {coder}"))))
        .map(|(coder, _)| *coder)
}

fn take(
    load: &mut BTreeMap<AccountId, u32>,
    planned: &mut Vec<Planned>,
    clip: ClipId,
    coder: AccountId,
    purpose: CodingPurpose,
) {
    *load.entry(coder).or_default() += 1;
    planned.push(Planned {
        clip,
        coder,
        purpose,
        position: 0,
    });
}

/// Each coder gets an order of their own.
fn in_own_order(planned: &mut [Planned], seed: u64) {
    planned.sort_by_key(|one| {
        let place = number(seed, "order", format!("{} {}", one.clip, one.coder));
        (one.coder, place)
    });
    let mut last = None;
    let mut position = 0;
    for one in planned {
        position = if last == Some(one.coder) {
            position + 1
        } else {
            1
        };
        last = Some(one.coder);
        one.position = position;
    }
}

fn number(seed: u64, purpose: &str, id: String) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"attune clip plan 1 ")
        .chain_update(seed.to_le_bytes())
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(id)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Planned, anywhere, draw};
    use crate::{
        command::video::CodingPurpose,
        ids::{AccountId, ClipId, CodingId},
    };

    fn clips() -> Vec<(ClipId, String)> {
        let stratum = |n: u32| {
            if n.is_multiple_of(2) {
                "before"
            } else {
                "after"
            }
        };
        (0..40)
            .map(|n| (ClipId::of_request("clips", n), stratum(n).to_owned()))
            .collect()
    }

    fn coders(n: u32) -> Vec<AccountId> {
        (0..n).map(|n| AccountId::of_request("coders", n)).collect()
    }

    fn twice(planned: &[Planned]) -> BTreeSet<ClipId> {
        planned
            .iter()
            .filter(|one| one.purpose == CodingPurpose::Reliability)
            .map(|one| one.clip)
            .collect()
    }

    #[test]
    fn of_each_stratum_the_share_is_coded_twice_by_two_people() {
        let clips = clips();
        let planned = draw(&clips, &coders(3), 0.25, 7);
        let twice = twice(&planned);
        for stratum in ["before", "after"] {
            let n = clips
                .iter()
                .filter(|(clip, of)| of == stratum && twice.contains(clip))
                .count();
            assert_eq!(n, 5, "{stratum}");
        }
        for (clip, _) in &clips {
            let own: BTreeSet<_> = planned
                .iter()
                .filter(|one| one.clip == *clip)
                .map(|one| one.coder)
                .collect();
            assert_eq!(own.len(), 1 + usize::from(twice.contains(clip)));
        }
    }

    #[test]
    fn work_is_shared_evenly() {
        let planned = draw(&clips(), &coders(3), 0.25, 7);
        for coder in coders(3) {
            let n = planned.iter().filter(|one| one.coder == coder).count();
            assert!((16..=17).contains(&n), "{n} of 50");
        }
    }

    #[test]
    fn the_order_mixes_strata_and_a_seed_draws_the_same_again() {
        let clips = clips();
        let one = draw(&clips, &coders(2), 0.2, 1);
        assert_eq!(one, draw(&clips, &coders(2), 0.2, 1));
        assert_ne!(twice(&one), twice(&draw(&clips, &coders(2), 0.2, 2)));
        let stratum = |clip: ClipId| &clips.iter().find(|(id, _)| *id == clip).unwrap().1;
        let first: Vec<_> = one
            .iter()
            .filter(|one| one.coder == coders(2)[0])
            .map(|one| stratum(one.clip))
            .collect();
        let changes = first.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(
            changes > first.len() / 4,
            "strata follow each other in blocks"
        );
    }

    #[test]
    fn one_coder_codes_everything_once() {
        let planned = draw(&clips(), &coders(1), 0.5, 3);
        assert_eq!(planned.len(), 40);
        assert!(twice(&planned).is_empty());
        assert!(draw(&clips(), &[], 0.5, 3).is_empty());
    }

    #[test]
    fn one_coding_more_comes_anywhere_among_the_others() {
        let places: BTreeSet<u32> = (0..400)
            .map(|n| anywhere(CodingId::of_request("more", n), 9))
            .collect();
        assert_eq!(places, (1..=10).collect());
        assert_eq!(anywhere(CodingId::of_request("first", 0), 0), 1);
    }
}
