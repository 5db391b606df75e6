//! What every simulation must stand: its files are read back without a problem, as the records that
//! they were made from.

use attune_exchange::{DataFault, DataProblems, RecordFiles, read_records_from};
use attune_protocol::{Protocol, assumptions::Assumptions, data::DataContent, plan::About};
use attune_records::{
    Records,
    records::{Assessment, Dyad, When},
};
use attune_simulation::{MARKER_FILE, SimulatedFiles, simulate, simulate_records};

/// Reads the files of a simulation. Panics with the list of problems when there are any, warnings
/// among them.
pub fn read_back(protocol: &Protocol, simulated: &SimulatedFiles) -> Records {
    let marker = simulated.marker.to_toml().into_bytes();
    let files = simulated.files.clone().into_iter();
    let files = files.chain([(MARKER_FILE.to_owned(), marker)]);
    match read_records_from(protocol, &RecordFiles::from_files(files)) {
        Ok((records, problems)) => {
            assert_no_problems(&problems);
            records
        }
        Err(problems) => panic!("{problems}"),
    }
}

/// That a file has headings alone is no problem here: perhaps no wave came after enrolment.
pub fn assert_no_problems(problems: &DataProblems) {
    let mut faults = problems.problems.iter().map(|problem| &problem.fault);
    assert!(
        faults.all(|fault| *fault == DataFault::NoRows),
        "{problems}"
    );
}

/// Simulates, reads back and compares with the records in memory.
pub fn check_reading_back(protocol: &Protocol, assumptions: &Assumptions, seed: u64) -> Records {
    let simulated = simulate(protocol, assumptions, seed).unwrap();
    let in_files = read_back(protocol, &simulated);
    let in_memory = simulate_records(protocol, assumptions, seed)
        .unwrap()
        .records;
    assert!(in_files.simulated() && in_memory.simulated());
    let dyads = |records: &Records| -> Vec<String> {
        records
            .dyads
            .iter()
            .map(|dyad| dyad_words(protocol, dyad))
            .collect()
    };
    assert_same(&dyads(&in_files), &dyads(&in_memory));
    let assessments = |records: &Records| -> Vec<String> {
        let held = |assessment: &&Assessment| is_held(protocol, assessment);
        let all = records.assessments.iter().filter(held);
        all.map(|assessment| assessment_words(protocol, records, assessment))
            .collect()
    };
    assert_same(&assessments(&in_files), &assessments(&in_memory));
    let consents = |records: &Records| -> Vec<String> {
        let all = records.consents.iter();
        all.map(|one| {
            format!(
                "{} {} {:?} {:?} {:?}",
                one.dyad, one.purpose, one.answer, one.date, one.version
            )
        })
        .collect()
    };
    assert_same(&consents(&in_files), &consents(&in_memory));
    let attendance = |records: &Records| -> Vec<String> {
        let all = records.attendance.iter();
        all.map(|row| format!("{} {} {} {:?}", row.dyad, row.date, row.site, row.minutes))
            .collect()
    };
    if has(protocol, |content| {
        matches!(content, DataContent::Attendance(_))
    }) {
        assert_same(&attendance(&in_files), &attendance(&in_memory));
    }
    let sessions = |records: &Records| -> Vec<String> {
        let numbers = |session: &attune_records::records::Session| -> Vec<String> {
            let all = session.measures.iter();
            all.map(|(measure, value, _)| format!("{measure} {value:?}"))
                .collect()
        };
        let all = records.sessions.iter();
        all.map(|one| {
            format!(
                "{} {} {} {:?} {:?}",
                one.id,
                one.date,
                one.site,
                one.families,
                numbers(one)
            )
        })
        .collect()
    };
    if has(protocol, |content| {
        matches!(content, DataContent::Sessions(_))
    }) {
        assert_same(&sessions(&in_files), &sessions(&in_memory));
    }
    in_files
}

/// Names the first difference only.
fn assert_same(in_files: &[String], in_memory: &[String]) {
    for (one, other) in in_files.iter().zip(in_memory) {
        assert_eq!(one, other);
    }
    assert_eq!(in_files.len(), in_memory.len());
}

fn has(protocol: &Protocol, is_this: impl Fn(&DataContent) -> bool) -> bool {
    protocol.data.iter().any(|file| is_this(&file.content))
}

/// Whether some file of the study holds assessments by this instrument.
fn is_held(protocol: &Protocol, assessment: &Assessment) -> bool {
    has(protocol, |content| match content {
        DataContent::Assessments(columns) => columns.instrument == assessment.instrument,
        _ => false,
    })
}

/// What the file of dyads can hold.
fn dyad_words(protocol: &Protocol, dyad: &Dyad) -> String {
    let columns = protocol.data.iter().find_map(|file| match &file.content {
        DataContent::Dyads(columns) => Some(columns),
        _ => None,
    });
    let columns = columns.expect("the study has a file of dyads");
    let kept = |heading: &Option<String>, words: String| match heading {
        Some(_) => words,
        None => String::new(),
    };
    let left = dyad.left.as_ref();
    let attributes = columns.attributes.iter().map(|(id, _)| {
        let value = dyad.attributes.iter().find(|(known, _)| known == id);
        format!("{value:?}")
    });
    [
        dyad.id.to_string(),
        dyad.site.to_string(),
        kept(&columns.arm, format!("{:?}", dyad.arm)),
        kept(&columns.enrolled, format!("{:?}", dyad.enrolled)),
        kept(&columns.born, format!("{:?}", dyad.born)),
        kept(&columns.due, format!("{:?}", dyad.due)),
        kept(&columns.left, format!("{:?}", left.map(|left| left.date))),
        kept(
            &columns.left_reason,
            format!("{:?}", left.map(|left| &left.reason)),
        ),
        kept(
            &columns.withdrew,
            format!("{:?}", left.map(|left| left.withdrew_consent)),
        ),
    ]
    .into_iter()
    .chain(attributes)
    .collect::<Vec<_>>()
    .join(" | ")
}

fn assessment_words(protocol: &Protocol, records: &Records, assessment: &Assessment) -> String {
    let planned = protocol.instrument(&assessment.instrument).unwrap();
    let of_dyad = matches!(planned.about, About::Dyad | About::Infant | About::Carer);
    // Days since enrolment, where the file holds lengths of time.
    let days = match assessment.when {
        When::On(date) if of_dyad => {
            let dyad = records.dyad(&assessment.unit);
            dyad.and_then(|dyad| dyad.days_since_enrolment(When::On(date)))
        }
        When::DaysAfterEnrolment(days) => Some(days.round()),
        _ => None,
    };
    let when = days.map_or(format!("{:?}", assessment.when), |days| {
        format!("{days} days")
    });
    let held = held_items(protocol, assessment);
    let answers = assessment
        .answers
        .iter()
        .filter(|answer| held(&answer.item));
    let mut answers: Vec<String> = answers
        .map(|answer| format!("{}={:?}", answer.item, answer.value))
        .collect();
    answers.sort_unstable();
    format!(
        "{} {} {:?} {when} {}",
        assessment.unit,
        assessment.instrument,
        assessment.wave,
        answers.join(" ")
    )
}

fn held_items<'a>(
    protocol: &'a Protocol,
    assessment: &'a Assessment,
) -> impl Fn(&attune_protocol::id::ItemId) -> bool + 'a {
    use attune_protocol::data::AssessmentLayout;
    move |item| {
        let planned = protocol.instrument(&assessment.instrument).unwrap();
        let order = planned.item_order.as_deref();
        let is_this = |key: &attune_protocol::id::ItemId| {
            planned
                .definition
                .item(order, key)
                .is_some_and(|known| known.id == *item)
        };
        has(protocol, |content| match content {
            DataContent::Assessments(columns) if columns.instrument == assessment.instrument => {
                match &columns.layout {
                    AssessmentLayout::Visits { items, .. } => {
                        items.iter().any(|(key, _)| is_this(key))
                    }
                    AssessmentLayout::Values { .. } => true,
                    AssessmentLayout::Wide { waves } => {
                        let mut items = waves.iter().flat_map(|wave| &wave.items);
                        items.any(|(key, _)| is_this(key))
                    }
                }
            }
            _ => false,
        })
    }
}
