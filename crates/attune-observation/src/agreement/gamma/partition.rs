//! The best alignment of three and more coders: every event in one group, at most one event of each
//! coder in a group. Branch and bound with a limit on the number of steps.

use super::{Best, CodeDisorder};
use crate::coding::Event;

/// Steps after which the best alignment found so far is taken, and said to be unproved.
const MOST_STEPS: usize = 2_000_000;

/// A possible group: its events by number, and its disorder.
struct Group {
    members: Vec<usize>,
    disorder: f64,
}

/// Groups all events at the least sum of disorder.
pub(super) fn best(
    coders: &[Vec<Event>],
    cost: impl Fn(Event, Event) -> f64,
    codes: impl Fn(&[Event]) -> CodeDisorder,
) -> Best {
    let groups = groups(coders, cost);
    let n: usize = coders.iter().map(Vec::len).sum();
    let mut of_event: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut share = vec![f64::INFINITY; n];
    for (number, group) in groups.iter().enumerate() {
        let each = group.disorder / group.members.len() as f64;
        for member in &group.members {
            of_event[*member].push(number);
            share[*member] = share[*member].min(each);
        }
    }
    let per_member = |group: &Group| group.disorder / group.members.len() as f64;
    for list in &mut of_event {
        list.sort_by(|a, b| per_member(&groups[*a]).total_cmp(&per_member(&groups[*b])));
    }
    let mut search = Search {
        groups: &groups,
        of_event: &of_event,
        share: &share,
        covered: vec![false; n],
        chosen: Vec::new(),
        best: (f64::INFINITY, Vec::new()),
        steps: 0,
    };
    search.go(0, 0.0, share.iter().sum());
    let events: Vec<Event> = coders.iter().flatten().copied().collect();
    let mut of_codes = CodeDisorder::default();
    for number in &search.best.1 {
        let members = &groups[*number].members;
        let members: Vec<Event> = members.iter().map(|member| events[*member]).collect();
        of_codes += codes(&members);
    }
    Best {
        sum: search.best.0,
        n_groups: search.best.1.len(),
        proved: search.steps < MOST_STEPS,
        codes: of_codes,
    }
}

/// All groups that cost no more than their events alone.
fn groups(coders: &[Vec<Event>], cost: impl Fn(Event, Event) -> f64) -> Vec<Group> {
    let n_coders = coders.len();
    let n_pairs = (n_coders * (n_coders - 1) / 2) as f64;
    // Partial groups: members with their events, and the cost of the pairs among them.
    let mut partial: Vec<(Vec<(usize, Event)>, f64)> = vec![(Vec::new(), 0.0)];
    let mut number = 0;
    for events in coders {
        let mut longer = Vec::new();
        for event in events {
            for (members, sum) in &partial {
                let added: f64 = members.iter().map(|(_, other)| cost(*other, *event)).sum();
                // A group of all coders is worth no more than its events alone cost.
                if (sum + added) / n_pairs <= n_coders as f64 {
                    let mut joined = members.clone();
                    joined.push((number, *event));
                    longer.push((joined, sum + added));
                }
            }
            number += 1;
        }
        partial.extend(longer);
    }
    let finish = |(members, sum): (Vec<(usize, Event)>, f64)| {
        let k = members.len();
        let among = (k * k.saturating_sub(1) / 2) as f64;
        // Every pair with nothing in it costs 1, two nothings too.
        let disorder = (sum + n_pairs - among) / n_pairs;
        (k > 0 && disorder <= k as f64).then(|| Group {
            members: members.into_iter().map(|(number, _)| number).collect(),
            disorder,
        })
    };
    partial.into_iter().filter_map(finish).collect()
}

struct Search<'a> {
    groups: &'a [Group],
    of_event: &'a [Vec<usize>],
    share: &'a [f64],
    covered: Vec<bool>,
    /// Numbers of the groups on the way to here.
    chosen: Vec<usize>,
    best: (f64, Vec<usize>),
    steps: usize,
}

impl Search<'_> {
    /// Covers the first event that is left; `left` is what the uncovered events cost at least.
    fn go(&mut self, from: usize, sum: f64, left: f64) {
        self.steps += 1;
        if self.steps >= MOST_STEPS || sum + left >= self.best.0 - 1e-12 {
            return;
        }
        let Some(event) = (from..self.covered.len()).find(|event| !self.covered[*event]) else {
            self.best = (sum, self.chosen.clone());
            return;
        };
        for number in &self.of_event[event] {
            let group = &self.groups[*number];
            if group.members.iter().any(|member| self.covered[*member]) {
                continue;
            }
            let spent: f64 = group.members.iter().map(|member| self.share[*member]).sum();
            for member in &group.members {
                self.covered[*member] = true;
            }
            self.chosen.push(*number);
            self.go(event + 1, sum + group.disorder, left - spent);
            self.chosen.pop();
            for member in &group.members {
                self.covered[*member] = false;
            }
        }
    }
}
