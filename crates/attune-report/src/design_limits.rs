//! What a design leaves open, whatever the numbers are, before it is words of any language.

use attune_analysis::Findings;
use attune_protocol::{Protocol, study::Allocation};

use crate::compose::{context::Context, participants};

/// Something that a design cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignLimit {
    /// The data are made up.
    Simulated,
    /// Chance did not decide who was in which group.
    NotByChance,
    /// Nobody says how families came to their group.
    UnknownHow,
    /// The programme was in one place only.
    OnePlace,
    /// Before is compared with after.
    BeforeAfter,
    /// Not every family was seen at the end.
    NotSeen,
}

/// The limits of this study's design, in the order in which they are told.
pub fn design_limits(protocol: &Protocol, findings: &Findings) -> Vec<DesignLimit> {
    of(&Context::new(protocol, findings, &[]))
}

pub(crate) fn of(context: &Context<'_>) -> Vec<DesignLimit> {
    let protocol = context.protocol;
    let allocation = protocol.study.allocation;
    let mut limits = Vec::new();
    if context.is_simulated() {
        limits.push(DesignLimit::Simulated);
    }
    if protocol.arms.len() > 1 && !allocation.is_randomised() {
        limits.push(match allocation {
            Allocation::DyadNotStated => DesignLimit::UnknownHow,
            _ => DesignLimit::NotByChance,
        });
    }
    if protocol.arms.len() < 2 && protocol.phases.len() > 1 {
        limits.push(DesignLimit::BeforeAfter);
    }
    if n_programme_sites(context) == Some(1) {
        limits.push(DesignLimit::OnePlace);
    }
    if let Some((_, measured)) = participants::measured_last(context)
        && measured < context.enrolled()
    {
        limits.push(DesignLimit::NotSeen);
    }
    limits
}

/// Sites whose arm receives the programme, where arms belong to sites.
fn n_programme_sites(context: &Context<'_>) -> Option<usize> {
    let protocol = context.protocol;
    if !protocol.study.allocation.is_by_site() {
        return None;
    }
    let receives = |arm: Option<&str>| {
        arm.is_some_and(|arm| {
            let mut arms = protocol.arms.iter();
            arms.any(|other| other.id.as_str() == arm && other.receives_programme)
        })
    };
    let sites = context.findings.description.sites.iter();
    Some(sites.filter(|site| receives(site.arm.as_deref())).count())
}
