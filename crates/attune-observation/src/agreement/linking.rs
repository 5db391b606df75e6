//! Linking by overlap: each event of one coder is linked with at most one of the other when they
//! overlap enough, in the manner of EasyDIAg (Holle and Rein 2015).
//!
//! The overlap is measured against the longer of the two. Pairs with the same code are linked first,
//! then pairs with different codes, each time the largest overlap first and, among equals, the
//! earlier begin. What is left is an omission or a commission.

use super::alignment::Aligned;
use crate::coding::Event;

/// Pairs and leftovers in order of time; `share` is the smallest overlap as a share of the longer event.
pub fn link(first: &[Event], second: &[Event], share: f64) -> Vec<Aligned> {
    let mut candidates = candidates(first, second, share);
    let key = |(i, j, overlap): &(usize, usize, f64)| {
        let (a, b) = (first[*i], second[*j]);
        (a.code != b.code, *overlap, a.start, b.start)
    };
    candidates.sort_by(|one, other| {
        let (one, other) = (key(one), key(other));
        one.0
            .cmp(&other.0)
            .then(other.1.total_cmp(&one.1))
            .then((one.2, one.3).cmp(&(other.2, other.3)))
    });
    let (mut partner, mut taken) = (vec![None; first.len()], vec![false; second.len()]);
    for (i, j, _) in candidates {
        if partner[i].is_none() && !taken[j] {
            (partner[i], taken[j]) = (Some(j), true);
        }
    }
    let of_first = first
        .iter()
        .zip(&partner)
        .map(|(a, partner)| (Some(*a), partner.map(|j| second[j])));
    let left = second.iter().zip(&taken).filter(|(_, taken)| !**taken);
    let mut linked: Vec<Aligned> = of_first
        .chain(left.map(|(b, _)| (None, Some(*b))))
        .collect();
    linked.sort_by_key(|(a, b)| a.or(*b).map(|event| (event.start, event.end)));
    linked
}

/// Pairs that overlap enough: places and overlap.
fn candidates(first: &[Event], second: &[Event], share: f64) -> Vec<(usize, usize, f64)> {
    let longest = second.iter().map(|event| event.length()).max().unwrap_or(0);
    let mut candidates = Vec::new();
    for (i, a) in first.iter().enumerate().filter(|(_, a)| !a.is_point()) {
        let from = second.partition_point(|b| b.start < a.start - longest);
        for (j, b) in second.iter().enumerate().skip(from) {
            if b.start >= a.end {
                break;
            }
            let longer = a.length().max(b.length());
            let overlap = a.overlap(*b) as f64 / longer as f64;
            if overlap > 0.0 && overlap >= share {
                candidates.push((i, j, overlap));
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(start: i64, end: i64, code: usize) -> Event {
        Event { start, end, code }
    }

    #[test]
    fn enough_overlap_links_and_too_little_does_not() {
        let first = [event(0, 100, 0), event(200, 300, 0)];
        let second = [event(40, 100, 0), event(241, 300, 0)];
        let linked = link(&first, &second, 0.6);
        assert_eq!(linked[0], (Some(first[0]), Some(second[0])));
        assert_eq!(
            linked[1..],
            [(Some(first[1]), None), (None, Some(second[1]))]
        );
    }

    #[test]
    fn the_same_code_is_linked_before_a_larger_overlap_with_another() {
        let first = [event(0, 100, 0)];
        let second = [event(0, 95, 1), event(10, 100, 0)];
        let linked = link(&first, &second, 0.6);
        assert_eq!(
            linked,
            [(None, Some(second[0])), (Some(first[0]), Some(second[1]))]
        );
    }
}
