//! Where a family stands over time, for those who may know: its own arms from days on, and the phases of the
//! sites at which it was seen. Plain functions on what the store and the study file say.

use std::collections::BTreeMap;

use attune_protocol::{
    Protocol,
    id::{ArmId, PhaseId},
};
use attune_store::dyads::Stay;
use jiff::civil::Date;

/// A family's arms in the order of days, from what was recorded in its order: of several with the same
/// first day the last one holds, which corrects the others. The first is the arm of the analysis.
pub fn arms(recorded: &[(Option<Date>, ArmId)]) -> Vec<(Option<Date>, ArmId)> {
    let by_day: BTreeMap<Option<Date>, ArmId> = recorded.iter().cloned().collect();
    by_day.into_iter().collect()
}

/// The arm in which the analysis counts a family: its own, or that of its site on the day of enrolment.
pub fn arm_of_analysis<'a>(
    protocol: &'a Protocol,
    own: &'a [(Option<Date>, ArmId)],
    site: &str,
    enrolled: Option<Date>,
) -> Option<&'a ArmId> {
    match own.first() {
        Some((_, arm)) => Some(arm),
        None => protocol
            .sites
            .iter()
            .find(|one| one.id.as_str() == site)
            .and_then(|site| site.arm_on(enrolled)),
    }
}

/// The phases in which a family was seen, each from a day on; without a day from the beginning.
pub fn phases(protocol: &Protocol, stays: &[Stay]) -> Vec<(Option<Date>, PhaseId)> {
    let mut course: Vec<(Option<Date>, PhaseId)> = Vec::new();
    let mut enter = |from: Option<Date>, phase: &PhaseId| {
        if course.last().is_none_or(|(_, last)| last != phase) {
            course.push((from, phase.clone()));
        }
    };
    for (n, stay) in stays.iter().enumerate() {
        let until = stays.get(n + 1).and_then(|next| next.from);
        let Some(site) = protocol.site(&stay.site) else {
            continue;
        };
        if let Some(phase) = site.phase_on(stay.from) {
            enter(stay.from, phase);
        }
        for span in &site.phases {
            let begins_here = span.from.is_some_and(|from| {
                stay.from.is_some_and(|came| came < from) && until.is_none_or(|until| from < until)
            });
            if begins_here {
                enter(span.from, &span.what);
            }
        }
    }
    course
}

#[cfg(test)]
mod tests {
    use attune_protocol::{Protocol, StudyFolder};
    use attune_store::dyads::Stay;
    use jiff::civil::date;

    use super::{arms, phases};

    #[test]
    fn a_correction_takes_the_place_of_what_it_corrects_and_the_first_day_comes_first() {
        let recorded = [
            (Some(date(2024, 6, 1)), "a".into()),
            (Some(date(2024, 9, 1)), "a".into()),
            (Some(date(2024, 6, 1)), "b".into()),
        ];
        let course = arms(&recorded);
        let told: Vec<&str> = course.iter().map(|(_, arm)| arm.as_str()).collect();
        assert_eq!(told, ["b", "a"]);
    }

    #[test]
    fn a_family_goes_through_the_phases_of_its_site_while_it_is_there() {
        let study = "format = 1\n[study]\nid = \"s\"\ntitle = \"S\"\nallocation = \"none\"\n\
            [[phase]]\nid = \"before\"\nlabel = \"Before\"\n[[phase]]\nid = \"after\"\nlabel = \"After\"\n\
            [[site]]\nid = \"one\"\nlabel = \"One\"\n\
            phases = [{ phase = \"before\" }, { phase = \"after\", from = 2024-03-01 }]\n\
            [[site]]\nid = \"two\"\nlabel = \"Two\"\nphase = \"before\"\n";
        let folder = StudyFolder::from_files([("study.toml", study)]);
        let (protocol, _) = Protocol::read_folder(&folder).expect("sound");
        let stay = |site: &str, from| Stay {
            site: site.into(),
            from: Some(from),
        };
        let told = |stays: &[Stay]| {
            phases(&protocol, stays)
                .iter()
                .map(|(from, phase)| {
                    format!(
                        "{} {phase}",
                        from.map(|day| day.to_string()).unwrap_or_default()
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(&[stay("one", date(2024, 1, 8))]),
            ["2024-01-08 before", "2024-03-01 after"]
        );
        // Gone before the phase began.
        assert_eq!(
            told(&[stay("one", date(2024, 1, 8)), stay("two", date(2024, 2, 1))]),
            ["2024-01-08 before"]
        );
    }
}
