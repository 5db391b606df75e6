//! Ratings of whole clips, scale by scale.

use std::collections::BTreeMap;

use super::super::by_clip::Draws;
use super::super::ratings::{RatedClip, agree_on_ratings};
use super::{ClipRatings, ScaleAgreement};
use crate::coding::Coding;

/// Agreement on each scale that both coders used.
pub(super) fn scales(pairs: &[(&Coding, &Coding)], draws: &Draws) -> Vec<ScaleAgreement> {
    let mut by_scale: BTreeMap<&str, Vec<RatedClip>> = BTreeMap::new();
    for (clip, (first, second)) in pairs.iter().enumerate() {
        for (coding, is_first) in [(first, true), (second, false)] {
            for (scale, rating) in &coding.ratings {
                let clips = by_scale
                    .entry(scale)
                    .or_insert_with(|| vec![RatedClip::default(); pairs.len()]);
                match is_first {
                    true => clips[clip].first = *rating,
                    false => clips[clip].second = *rating,
                }
                clips[clip].day = second.day;
            }
        }
    }
    let of_scale = |(scale, ratings): (&str, Vec<RatedClip>)| {
        Some(ScaleAgreement {
            scale: scale.to_owned(),
            agreement: agree_on_ratings(&ratings, draws)?,
            by_clip: furthest_first(pairs, &ratings),
        })
    };
    by_scale.into_iter().filter_map(of_scale).collect()
}

fn furthest_first(pairs: &[(&Coding, &Coding)], ratings: &[RatedClip]) -> Vec<ClipRatings> {
    let of_clip = |((coding, _), rated): (&(&Coding, &Coding), &RatedClip)| {
        Some(ClipRatings {
            clip: coding.clip.clone(),
            first: rated.first?,
            second: rated.second?,
        })
    };
    let mut all: Vec<ClipRatings> = pairs.iter().zip(ratings).filter_map(of_clip).collect();
    all.sort_by(|a, b| b.apart().total_cmp(&a.apart()));
    all
}
