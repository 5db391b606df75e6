//! Answers about consent: each belongs to a family, stands once, and decides what the records may hold.

use attune_protocol::{Protocol, consent::ConsentPurpose};
use jiff::civil::Date;

use super::problem;
use crate::{
    record_problem::{Field, RecordFault, RecordProblem},
    records::{Consent, ConsentAnswer, Dyad, Leaving, Records},
};

/// Whoever took back what taking part depends on has left, also where the file of dyads does not say so.
pub(super) fn let_withdrawals_count(protocol: &Protocol, records: &mut Records) {
    let consents = &records.consents;
    for dyad in &mut records.dyads {
        let taken_back = of_dyad(consents, dyad).iter().rfind(|one| {
            one.answer == ConsentAnswer::Withdrawn
                && is_needed(protocol, one)
                && is_last(consents, dyad, one)
        });
        let Some(taken_back) = taken_back else {
            continue;
        };
        let known = dyad.left.take();
        let left_on = known.as_ref().and_then(|left| left.date);
        dyad.left = Some(Leaving {
            date: left_on.into_iter().chain(taken_back.date).min(),
            reason: known.and_then(|left| left.reason),
            withdrew_consent: true,
        });
    }
}

pub(super) fn check(protocol: &Protocol, records: &Records, problems: &mut Vec<RecordProblem>) {
    for pair in records.consents.windows(2) {
        let key = |one: &Consent| (one.dyad.clone(), one.purpose.clone(), one.date, one.answer);
        if key(&pair[0]) == key(&pair[1]) {
            let fault = RecordFault::DuplicateConsent {
                dyad: pair[1].dyad.to_string(),
                first: pair[0].source.clone(),
            };
            problems.push(problem(&pair[1].source, Field::ConsentingDyad, fault));
        }
    }
    for consent in &records.consents {
        if records.dyad(&consent.dyad).is_none() {
            let code = consent.dyad.to_string();
            let fault = RecordFault::UnknownDyad { code };
            problems.push(problem(&consent.source, Field::ConsentingDyad, fault));
        }
    }
    if records.consents.is_empty() {
        return;
    }
    for dyad in &records.dyads {
        for planned in protocol
            .consents
            .iter()
            .filter(|one| one.needed_to_take_part)
        {
            let answers = answers(&records.consents, dyad, planned);
            let was_given = answers
                .iter()
                .any(|one| one.answer != ConsentAnswer::Refused);
            match answers.last() {
                None => {
                    let fault = RecordFault::NoConsent {
                        dyad: dyad.id.to_string(),
                        purpose: planned.label.clone(),
                    };
                    problems.push(problem(&dyad.source, Field::Dyad, fault));
                }
                Some(last) if !was_given => {
                    let fault = RecordFault::RefusedToTakePart {
                        dyad: dyad.id.to_string(),
                        purpose: planned.label.clone(),
                    };
                    problems.push(problem(&last.source, Field::ConsentAnswer, fault));
                }
                Some(_) => {}
            }
        }
    }
}

fn is_needed(protocol: &Protocol, consent: &Consent) -> bool {
    let needed =
        |planned: &ConsentPurpose| planned.id == consent.purpose && planned.needed_to_take_part;
    protocol.consents.iter().any(needed)
}

/// Answers of a dyad: they are in the order of dyads.
fn of_dyad<'a>(consents: &'a [Consent], dyad: &Dyad) -> &'a [Consent] {
    let from = consents.partition_point(|one| one.dyad < dyad.id);
    let until = consents.partition_point(|one| one.dyad <= dyad.id);
    &consents[from..until]
}

fn answers<'a>(consents: &'a [Consent], dyad: &Dyad, planned: &ConsentPurpose) -> Vec<&'a Consent> {
    let of_dyad = of_dyad(consents, dyad).iter();
    of_dyad.filter(|one| one.purpose == planned.id).collect()
}

fn is_last(consents: &[Consent], dyad: &Dyad, consent: &Consent) -> bool {
    let mut of_purpose = of_dyad(consents, dyad).iter();
    let last = of_purpose.rfind(|one| one.purpose == consent.purpose);
    last.is_some_and(|last| std::ptr::eq(last, consent))
}

/// The order of answers: an answer without a day comes before those with one.
pub(super) fn order(consent: &Consent) -> (Option<Date>, ConsentAnswer) {
    (consent.date, consent.answer)
}
