//! The same study under other assumptions: more or fewer dyads, a larger or smaller effect, more loss. Power by
//! simulation asks these; each is a plain function from assumptions to assumptions.
//!
//! Assumptions must have their gaps filled ([`crate::neutral::fill_gaps`]), so that there is a number of dyads to
//! change.

use attune_protocol::{
    Protocol,
    assumptions::{Assumptions, Attrition, ByArm},
    data::{DataContent, DataFile},
    design::{Anchor, DAYS_PER_MONTH, Timing},
    id::{AnalysisId, ArmId, SiteId},
};

use crate::neutral::dyads_have_own_arm;

/// Dyads of each arm under these assumptions, in the order of the arms; one entry without arm for a design
/// that has none.
pub fn dyads_by_arm(protocol: &Protocol, assumptions: &Assumptions) -> Vec<(Option<ArmId>, u32)> {
    let arms: Vec<Option<ArmId>> = if protocol.arms.is_empty() {
        vec![None]
    } else {
        protocol
            .arms
            .iter()
            .map(|arm| Some(arm.id.clone()))
            .collect()
    };
    let count = |arm: Option<ArmId>| {
        let n = if dyads_have_own_arm(protocol) {
            let own = |(known, _): &&(ArmId, u32)| Some(known) == arm.as_ref();
            assumptions
                .dyads_by_arm
                .iter()
                .filter(own)
                .map(|(_, n)| n)
                .sum()
        } else {
            let here = |(site, _): &&(SiteId, u32)| arm_of_site(protocol, assumptions, site) == arm;
            assumptions.dyads.iter().filter(here).map(|(_, n)| n).sum()
        };
        (arm, n)
    };
    arms.into_iter()
        .map(count)
        .filter(|(_, n)| *n > 0)
        .collect()
}

/// The arm of a site when enrolment begins; `None` where the design has no arms.
fn arm_of_site(protocol: &Protocol, assumptions: &Assumptions, site: &SiteId) -> Option<ArmId> {
    let site = protocol.site(site)?;
    site.arm_on(Some(assumptions.enrolment.0)).cloned()
}

/// So many dyads in every arm, shared out over the arm's sites in proportion to what was assumed; each site keeps
/// at least one, so an arm never has fewer dyads than sites.
pub fn with_dyads_per_arm(protocol: &Protocol, assumptions: &Assumptions, n: u32) -> Assumptions {
    let mut changed = assumptions.clone();
    for (_, dyads) in &mut changed.dyads_by_arm {
        *dyads = n;
    }
    for (arm, _) in dyads_by_arm(protocol, assumptions) {
        let sites: Vec<usize> = (0..assumptions.dyads.len())
            .filter(|&k| {
                let (site, dyads) = &assumptions.dyads[k];
                *dyads > 0 && arm_of_site(protocol, assumptions, site) == arm
            })
            .collect();
        let planned: Vec<u32> = sites.iter().map(|&k| assumptions.dyads[k].1).collect();
        for (site, dyads) in sites.into_iter().zip(shared_out(n, &planned)) {
            changed.dyads[site].1 = dyads;
        }
    }
    changed
}

/// So many times the dyads at every site (and in every arm), rounded, at least one where there was one.
pub fn with_dyads_times(assumptions: &Assumptions, factor: f64) -> Assumptions {
    let times = |n: u32| match n {
        0 => 0,
        n => (f64::from(n) * factor).round().clamp(1.0, 1e6) as u32,
    };
    let mut changed = assumptions.clone();
    for (_, n) in &mut changed.dyads {
        *n = times(*n);
    }
    for (_, n) in &mut changed.dyads_by_arm {
        *n = times(*n);
    }
    changed
}

/// Whole numbers in proportion to `planned` that add up to `total`, by largest remainder, at least 1 each.
fn shared_out(total: u32, planned: &[u32]) -> Vec<u32> {
    let sum: f64 = planned.iter().map(|n| f64::from(*n)).sum();
    let exact: Vec<f64> = planned
        .iter()
        .map(|n| f64::from(total) * f64::from(*n) / sum)
        .collect();
    let mut shares: Vec<u32> = exact.iter().map(|share| share.floor() as u32).collect();
    let mut order: Vec<usize> = (0..planned.len()).collect();
    let remainder = |k: usize| exact[k] - exact[k].floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let missing = total.saturating_sub(shares.iter().sum());
    for &k in order.iter().cycle().take(missing as usize) {
        shares[k] += 1;
    }
    shares.into_iter().map(|share| share.max(1)).collect()
}

/// Whatever differs between the arms, and between the phases, so many times as large: starts and changes per month
/// are moved from the first arm's, phase shifts from none. 0 is no effect.
pub fn with_effect_times(
    protocol: &Protocol,
    assumptions: &Assumptions,
    factor: f64,
) -> Assumptions {
    let reference = protocol.arms.first().map(|arm| &arm.id);
    let scale = |by_arm: &mut ByArm| {
        let from = by_arm.of(reference).unwrap_or(0.0);
        if let ByArm::Each(numbers) = by_arm {
            for (_, number) in numbers {
                *number = from + factor * (*number - from);
            }
        }
    };
    let mut changed = assumptions.clone();
    for course in &mut changed.courses {
        scale(&mut course.start);
        scale(&mut course.per_month);
        for (_, shift) in &mut course.phase_shift {
            *shift *= factor;
        }
    }
    changed
}

/// A share of the dyads of every arm lost by the last wave, in the place of the losses assumed; `None` where no
/// wave is counted from enrolment, so that there is no time over which they could be lost.
pub fn with_dropout(
    protocol: &Protocol,
    assumptions: &Assumptions,
    share: f64,
) -> Option<Assumptions> {
    let months = months_of_last_wave(protocol).filter(|months| *months > 0.0)?;
    let mut changed = assumptions.clone();
    changed.attrition = vec![Attrition {
        arm: None,
        per_month: -libm::expm1(libm::log1p(-share) / months),
        reasons: vec![("lost".to_owned(), 1.0)],
        withdraws_consent: false,
    }];
    Some(changed)
}

fn months_of_last_wave(protocol: &Protocol) -> Option<f64> {
    let months = |wave: &attune_protocol::design::Wave| match &wave.timing {
        Timing::After {
            days,
            anchor: Anchor::Enrolment,
            ..
        } => Some(days / DAYS_PER_MONTH),
        Timing::After { .. } | Timing::During(_) => None,
    };
    let waves = protocol.waves.iter().filter_map(months);
    waves.max_by(f64::total_cmp)
}

/// A share of the variance at one visit that lies between sites, in the place of the one assumed.
pub fn with_site_icc(assumptions: &Assumptions, icc: f64) -> Assumptions {
    let mut changed = assumptions.clone();
    for course in &mut changed.courses {
        let within = course.sd_between * course.sd_between + course.sd_within * course.sd_within;
        course.sd_site = (within * icc / (1.0 - icc)).sqrt();
    }
    changed
}

/// The study with these analyses alone, and the outcomes and instruments that they need: the same records are then
/// made of them in a fraction of the time.
pub fn only_for(protocol: &Protocol, analyses: &[AnalysisId]) -> Protocol {
    let mut narrowed = protocol.clone();
    narrowed
        .analyses
        .retain(|analysis| analyses.contains(&analysis.id));
    let outcomes: Vec<_> = narrowed
        .analyses
        .iter()
        .map(|analysis| &analysis.outcome)
        .collect();
    narrowed
        .outcomes
        .retain(|outcome| outcomes.contains(&&outcome.id));
    let measures: Vec<_> = narrowed
        .outcomes
        .iter()
        .map(|outcome| &outcome.measure)
        .collect();
    let scores = measures
        .iter()
        .filter_map(|measure| protocol.score(measure));
    let instruments: Vec<_> = scores.map(|(planned, _)| &planned.id).collect();
    narrowed
        .instruments
        .retain(|planned| instruments.contains(&&planned.id));
    let comes_from_sessions = measures
        .iter()
        .any(|measure| measure.starts_with("attendance.") || measure.starts_with("sessions."));
    if !comes_from_sessions {
        let is_about_sessions = |file: &DataFile| {
            matches!(
                file.content,
                DataContent::Attendance(_) | DataContent::Sessions(_)
            )
        };
        narrowed.data.retain(|file| !is_about_sessions(file));
        if let Some(assumptions) = &mut narrowed.assumptions {
            assumptions.attendance.clear();
        }
    }
    narrowed
}
