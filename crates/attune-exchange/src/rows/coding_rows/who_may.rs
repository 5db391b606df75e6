//! Who may show a behaviour, and to whom an act may go, as the scheme says.

use attune_protocol::{
    near_miss::listed,
    scheme::{ActTarget, Scheme},
};
use attune_records::observation::Event;

use crate::{
    data_fault::DataFault,
    sheet::{Column, Sheet},
};

/// Reports a subject that cannot show the behaviour, and a target to which the act does not go.
pub(super) fn check_who<'a>(
    sheet: &mut Sheet<'a>,
    row: usize,
    (who, to): (Option<&Column<'a>>, Option<&Column<'a>>),
    scheme: &Scheme,
    event: &Event,
) -> Option<()> {
    let Some(name) = event.subject.as_deref() else {
        return Some(());
    };
    let (subject, _) = scheme.subject_named(name)?;
    let act = scheme
        .acts
        .iter()
        .find(|act| *act.behaviour.id == *event.behaviour);
    let behaviours = scheme.behaviours().map(|(behaviour, _)| behaviour);
    let behaviour = behaviours
        .chain(&scheme.spans)
        .find(|one| *one.id == *event.behaviour)?;
    let may = act.map_or(&behaviour.subjects, |act| &act.from);
    let mut is_fine = true;
    if !may.is_empty() && !may.contains(&subject.id) {
        let fault = DataFault::CannotShow {
            who: subject.id.clone(),
            behaviour: behaviour.id.clone(),
            may: listed(may.iter().map(String::as_str)),
        };
        match who {
            Some(column) => sheet.report(row, column, fault),
            None => sheet.report_row(row, fault),
        }
        is_fine = false;
    }
    if let (Some(act), Some(target), Some(column)) = (act, event.target.as_deref(), to) {
        let word = ActTarget::of_code(target);
        let relation = word.or_else(|| scheme.relation(name, target));
        if !relation.is_some_and(|relation| act.to.contains(&relation)) {
            let fault = DataFault::NotAddressed {
                act: act.behaviour.id.clone(),
                target: target.to_owned(),
                may: listed(act.to.iter().map(|target| target.code())),
            };
            sheet.report(row, column, fault);
            is_fine = false;
        }
    }
    is_fine.then_some(())
}
