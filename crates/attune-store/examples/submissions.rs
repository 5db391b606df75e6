//! How many submissions a second the store takes, each answered after its commit is on the disk.
//!
//! ```text
//! cargo run --release -p attune-store --example submissions [QUESTIONS [SUBMISSIONS [SENDERS]]]
//! ```
//!
//! Without arguments: 10,000 submissions of 250 questions by 64 senders, the same at 50 a second for ten
//! seconds with the times of the slowest, and 300 submissions of 5,000 questions.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use attune_protocol::{
    Protocol, StudyFolder,
    id::{ItemId, StudyId},
};
use attune_store::{
    Actor, Command, Location, Moment, Request, Store,
    command::{AnswerValue, FormSaved},
    ids::FormId,
};
use tokio::time::sleep_until;

#[tokio::main]
async fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|argument| argument.parse().expect("a number"))
        .collect();
    if let [questions, rest @ ..] = numbers.as_slice() {
        let submissions = rest.first().copied().unwrap_or(1000);
        let senders = rest.get(1).copied().unwrap_or(64);
        flood(*questions, submissions, senders).await;
        return;
    }
    flood(250, 10_000, 64).await;
    offered(250, 50, Duration::from_secs(10)).await;
    flood(5000, 300, 16).await;
}

/// As fast as it goes.
async fn flood(questions: usize, submissions: usize, senders: usize) {
    let bench = Bench::new(questions).await;
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for sender in 0..senders {
        let bench = Arc::clone(&bench);
        tasks.push(tokio::spawn(async move {
            for n in (sender..submissions).step_by(senders) {
                bench.send(n).await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{submissions} submissions of {questions} questions by {senders} senders: {seconds:.2} s, {:.0} a second",
        submissions as f64 / seconds
    );
    bench.end(submissions).await;
}

/// So many a second, whether or not earlier ones were answered.
async fn offered(questions: usize, per_second: usize, duration: Duration) {
    let bench = Bench::new(questions).await;
    let n_submissions = per_second * duration.as_secs() as usize;
    let begun = tokio::time::Instant::now();
    let mut tasks = Vec::new();
    for n in 0..n_submissions {
        let bench = Arc::clone(&bench);
        let due = begun + Duration::from_secs_f64(n as f64 / per_second as f64);
        tasks.push(tokio::spawn(async move {
            sleep_until(due).await;
            let sent = Instant::now();
            bench.send(n).await;
            sent.elapsed()
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.expect("no panic"));
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{n_submissions} submissions of {questions} questions at {per_second} a second: median {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    bench.end(n_submissions).await;
}

struct Bench {
    store: Store,
    study: StudyId,
    answers: BTreeMap<ItemId, AnswerValue>,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new(questions: usize) -> Arc<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::folder(folder.path().join("data"));
        let store = Store::open(location).await.expect("opens");
        let (files, protocol) = study(questions);
        let registered = store
            .register_study(&Actor::PROGRAM, &files, &protocol, Moment::now(), None)
            .await;
        registered.expect("registered");
        let answers = (1..=questions).map(|n| {
            (
                ItemId::new(format!("q{n}")),
                AnswerValue::Number((n % 4) as f64),
            )
        });
        Arc::new(Self {
            store,
            study: protocol.study.id,
            answers: answers.collect(),
            _folder: folder,
        })
    }

    async fn send(&self, n: usize) {
        let saved = FormSaved {
            form: FormId::new(),
            unit: format!("session-{n}"),
            dyad: None,
            instrument: "long".into(),
            wave: None,
            site: "hostel-a".into(),
            on: None,
            days_after_enrolment: None,
            assessor: None,
            base: 0,
            complete: true,
            answers: self.answers.clone(),
            alerts: Vec::new(),
        };
        let command = Command::SaveForm(Box::new(saved));
        let request = Request::new(Some(self.study.clone()), command, Moment::now());
        let stored = self.store.execute(&Actor::PROGRAM, request).await;
        stored.expect("stored");
    }

    async fn end(&self, n_submissions: usize) {
        let verified = self.store.verify().await.expect("verified");
        assert!(verified.is_sound());
        let n_rows: i64 = verified.chains.iter().map(|chain| chain.n_rows).sum();
        assert_eq!(
            n_rows,
            n_submissions as i64 + 1,
            "every submission is there"
        );
        self.store.close().await;
    }
}

/// The hostel study with one more instrument of so many questions.
fn study(questions: usize) -> (StudyFolder, Protocol) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../studies/hostel-clinic");
    let hostel = StudyFolder::on_disk(path.as_ref()).expect("the example study");
    let instrument = "[[instrument]]\nid = \"long\"\nfile = \"instruments/long.toml\"\n\
         answered-by = \"staff\"\nabout = \"session\"\n\n[[scheme]]";
    let names: Vec<String> = hostel.names().map(str::to_owned).collect();
    let mut files: Vec<(String, Vec<u8>)> = names
        .into_iter()
        .map(|name| {
            let bytes = hostel.bytes(&name).unwrap_or_default().to_vec();
            match name.as_str() {
                "study.toml" => {
                    let text = String::from_utf8(bytes).expect("text");
                    (
                        name,
                        text.replacen("[[scheme]]", instrument, 1).into_bytes(),
                    )
                }
                _ => (name, bytes),
            }
        })
        .collect();
    files.push((
        "instruments/long.toml".to_owned(),
        definition(questions).into_bytes(),
    ));
    let folder = StudyFolder::from_files(files);
    match Protocol::read_folder(&folder) {
        Ok((protocol, _)) => (folder, protocol),
        Err(problems) => panic!("the study is sound: {problems}"),
    }
}

fn definition(questions: usize) -> String {
    let items: String = (1..=questions)
        .map(|n| format!("  {{ id = \"q{n}\", scale = \"four\" }},\n"))
        .collect();
    let names: Vec<String> = (1..=questions).map(|n| format!("\"q{n}\"")).collect();
    format!(
        "format = 1\nid = \"long\"\nversion = 1\ntitle = \"A long form\"\nshort-title = \"Long\"\n\
         language = \"en\"\nrespondents = [\"staff\"]\ncitation = \"Made for a benchmark of the store, never used.\"\n\
         item = [\n{items}]\n\n[licence]\nholds = \"slots\"\nterms = \"Made for a benchmark.\"\n\
         evidence = \"Made for a benchmark of the store.\"\n\n[[scale]]\nid = \"four\"\n\
         options = [{{ code = 0 }}, {{ code = 1 }}, {{ code = 2 }}, {{ code = 3 }}]\n\n[[score]]\nid = \"total\"\n\
         label = \"Total\"\nrule = \"sum\"\nitems = [{}]\nbetter = \"higher\"\n",
        names.join(", ")
    )
}
