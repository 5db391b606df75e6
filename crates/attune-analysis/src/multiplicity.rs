//! The p values of a declared family, adjusted together.

use attune_protocol::{Protocol, plan::MultiplicityMethod};
use attune_statistics::multiplicity::{Adjustment, adjust};

use crate::findings::{Finding, MultiplicityMember, MultiplicityResult};

/// Adjusts the family that the plan declares and writes the adjusted p values into its findings.
/// An analysis without a p value still counts in the family, as the least favourable one, so that a
/// run that failed does not make the others look stronger.
pub fn adjust_family(
    protocol: &Protocol,
    findings: &mut [&mut Finding],
) -> Option<MultiplicityResult> {
    let plan = protocol.multiplicity.as_ref()?;
    let of_family: Vec<usize> = (0..findings.len())
        .filter(|&position| plan.family.iter().any(|id| **id == *findings[position].id))
        .collect();
    let p_of = |position: &usize| findings[*position].estimate.p;
    let p_values: Vec<f64> = of_family
        .iter()
        .map(|position| p_of(position).unwrap_or(1.0))
        .collect();
    let (method, adjusted) = match plan.method {
        MultiplicityMethod::Holm => ("holm", adjust(&p_values, Adjustment::Holm).ok()?),
        MultiplicityMethod::None => ("none", p_values),
    };
    let mut members = Vec::new();
    for (position, adjusted) in of_family.into_iter().zip(adjusted) {
        let finding = &mut *findings[position];
        let p_adjusted = finding.estimate.p.map(|_| adjusted);
        if plan.method == MultiplicityMethod::Holm {
            finding.p_adjusted = p_adjusted;
        }
        members.push(MultiplicityMember {
            analysis: finding.id.clone(),
            p: finding.estimate.p,
            p_adjusted,
        });
    }
    Some(MultiplicityResult {
        method: method.to_owned(),
        members,
    })
}
