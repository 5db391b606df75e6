//! Bad networks: every submission is sent one to five times, by many at once, and stored once.

use attune_protocol::id::StudyId;
use attune_store::{
    Command, Request, Sight, Store,
    command::{AnswerValue, FormSaved},
    forms::FormFilter,
    ids::FormId,
};
use jiff::civil::date;

use crate::support::{ADA, NOON, World};

const N: usize = 10_000;
const TASKS: usize = 16;

fn submission(n: usize) -> FormSaved {
    FormSaved {
        form: FormId::of_request("submission", n as u32),
        unit: format!("session-{n}"),
        dyad: None,
        instrument: "phq-9".into(),
        wave: None,
        site: "hostel-a".into(),
        on: Some(date(2024, 6, 16)),
        days_after_enrolment: None,
        assessor: None,
        base: 0,
        complete: true,
        answers: [("q1".into(), AnswerValue::Number((n % 4) as f64))].into(),
        alerts: Vec::new(),
    }
}

async fn send(store: &Store, study: &StudyId, n: usize) -> (i64, bool) {
    let command = Command::SaveForm(Box::new(submission(n)));
    let request = Request::new(Some(study.clone()), command, NOON).with_key(format!("key {n}"));
    let receipt = store
        .execute(&ADA, request)
        .await
        .expect("stored or answered");
    (receipt.sequence, receipt.repeated)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_submissions_sent_up_to_five_times_are_ten_thousand_forms() {
    let world = World::lite().await;
    let study = world.hostel().await;
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let (store, study) = (world.store.clone(), study.clone());
        tasks.push(tokio::spawn(async move {
            let mut answers = Vec::new();
            // Each copy of a submission goes through another task, so that copies meet.
            for n in 0..N {
                for copy in 0..=(n % 5) {
                    if (n + copy * 7) % TASKS == task {
                        answers.push((n, send(&store, &study, n).await));
                    }
                }
            }
            answers
        }));
    }
    let mut first_answers = vec![None; N];
    let (mut n_sent, mut n_stored) = (0, 0);
    for task in tasks {
        for (n, (sequence, repeated)) in task.await.expect("no panic") {
            n_sent += 1;
            n_stored += usize::from(!repeated);
            let known = first_answers[n].get_or_insert(sequence);
            assert_eq!(*known, sequence, "every copy has the first receipt");
        }
    }
    assert_eq!((n_sent, n_stored), (3 * N, N));
    let filter = FormFilter::default();
    let forms = world
        .store
        .forms(&study, &Sight::FULL, &filter)
        .await
        .expect("read");
    assert_eq!(forms.len(), N);
    assert!(world.store.verify().await.expect("verified").is_sound());
}
