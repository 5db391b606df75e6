//! A bad network, over real sockets: every form is sent one to five times through sixteen connections, copies
//! side by side, and is stored once; every copy is answered with the same address.
//!
//! `ATTUNE_RESENDINGS` sets the number of forms (60 without it). The figure of ten thousand:
//! `ATTUNE_RESENDINGS=10000 cargo nextest run --release -p attune-web resending`.

use std::collections::BTreeMap;

use attune_store::{
    Actor, Command, Request, Role, Sight,
    command::{Authority, Being, ConsentGiven, Manner},
    forms::FormFilter,
    ids::{ConsentId, DyadKey, PersonId},
};
use attune_web::{app, serve};
use axum::http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    families::{path, somebody, world},
    harness::World,
};

const CONNECTIONS: usize = 16;
const STUDY: &str = "hostel-clinic";

/// Families that consent to taking part; the store makes them in requests of fifty.
async fn families(world: &World, n: usize) -> Vec<String> {
    let store = world.state.store();
    let study = STUDY.into();
    let protocol = store.protocol(&study).await.expect("a protocol");
    let planned = protocol
        .consents
        .iter()
        .find(|one| &*one.id == "participation");
    let text = planned.expect("planned").texts[0].clone();
    let today = world.state.now().date();
    for begin in (0..n).step_by(50) {
        let mut commands = Vec::new();
        for _ in begin..(begin + 50).min(n) {
            let (dyad, infant, carer) = (DyadKey::new(), PersonId::new(), PersonId::new());
            let being = |person, being| Command::RegisterPerson { person, being };
            commands.push(being(infant, Being::Infant));
            commands.push(being(carer, Being::Carer));
            commands.push(Command::RegisterDyad {
                dyad,
                infant,
                carer,
                site: "hostel-a".into(),
                code: None,
                on: Some(today),
            });
            commands.push(Command::RecordConsent(Box::new(ConsentGiven {
                consent: ConsentId::new(),
                dyad,
                purpose: "participation".into(),
                for_person: infant,
                by_person: carer,
                authority: Authority::ParentalResponsibility,
                given: true,
                version: text.version.clone(),
                language: text.language.clone(),
                text: text.fingerprint.clone(),
                on: today,
                manner: Manner::SignedOnPaper,
                competence: None,
                witness: None,
            })));
        }
        let request = Request::all(Some(study.clone()), commands, world.state.now());
        store
            .execute(&Actor::PROGRAM, request)
            .await
            .expect("families");
    }
    let dyads = store.dyads(&study, &Sight::FULL).await.expect("read");
    dyads.iter().map(|dyad| dyad.code.to_string()).collect()
}

/// One connection that stays open.
struct Connection {
    stream: TcpStream,
    host: String,
    cookie: String,
}

impl Connection {
    /// Sends a form; the status and the address that the answer leads to.
    async fn post(&mut self, path: &str, body: &str) -> (u16, String) {
        let (host, cookie, n) = (&self.host, &self.cookie, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n\
             Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {n}\r\n\r\n{body}"
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("sent");
        let mut answer = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            let n = self.stream.read(&mut buffer).await.expect("answered");
            assert!(
                n > 0,
                "the connection was closed: {}",
                String::from_utf8_lossy(&answer)
            );
            answer.extend_from_slice(&buffer[..n]);
            let text = String::from_utf8_lossy(&answer).into_owned();
            let Some((head, rest)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let header = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(": "));
                lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
            };
            let length: usize = header("content-length")
                .and_then(|length| length.parse().ok())
                .unwrap_or(0);
            if rest.len() >= length {
                let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
                let to = header("location").unwrap_or_default().to_owned();
                return (status.expect("a status"), to);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_sent_up_to_five_times_over_sixteen_connections_are_stored_once() {
    let n = std::env::var("ATTUNE_RESENDINGS").ok();
    let n: usize = n.map_or(60, |n| n.parse().expect("a number of forms"));
    let world = world().await;
    let families = families(&world, n).await;
    let mut assessor = somebody(&world, "ama", Role::Assessor, &["hostel-a"]).await;
    let page = path(&format!(
        "/families/{}/assessments/new?instrument=phq-9&wave=enrolment",
        families[0]
    ));
    let page = assessor.get(&page).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let items = page.body.split("data-item=\"").skip(1);
    let items: Vec<&str> = items.filter_map(|rest| rest.split('"').next()).collect();
    let cookie: Vec<String> = assessor
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let (ready, address) = std::sync::mpsc::channel();
    let application = app(&world.state);
    let server = tokio::spawn(async move {
        let any = "127.0.0.1:0".parse().expect("an address");
        let told = move |address: &str| ready.send(address.to_owned()).expect("told");
        serve(application, any, None, told, std::future::pending()).await
    });
    let address = tokio::task::spawn_blocking(move || address.recv()).await;
    let address = address.expect("no panic").expect("an address");
    let host = address.trim_start_matches("http://").to_owned();

    let forms: Vec<(String, String)> = families
        .iter()
        .map(|family| {
            let to = path(&format!("/families/{family}/assessments/new"));
            let key = uuid::Uuid::now_v7();
            let answers: String = items.iter().map(|item| format!("&a.{item}=0")).collect();
            let body = format!(
                "key={key}&instrument=phq-9&wave=enrolment&on=2026-11-26&do=finish{answers}"
            );
            (to, body)
        })
        .collect();
    let forms = std::sync::Arc::new(forms);
    let begun = std::time::Instant::now();
    let mut tasks = Vec::new();
    for connection in 0..CONNECTIONS {
        let (forms, host, cookie) = (forms.clone(), host.clone(), cookie.join("; "));
        tasks.push(tokio::spawn(async move {
            let stream = TcpStream::connect(&host).await.expect("connects");
            let mut own = Connection {
                stream,
                host,
                cookie,
            };
            let mut answers = Vec::new();
            for (at, (to, body)) in forms.iter().enumerate() {
                for copy in 0..=(at % 5) {
                    // Each copy goes through another connection, so that copies meet.
                    if (at + copy * 7) % CONNECTIONS == connection {
                        answers.push((at, own.post(to, body).await));
                    }
                }
            }
            answers
        }));
    }
    let (mut n_sent, mut led_to) = (0, BTreeMap::new());
    for task in tasks {
        for (at, (status, to)) in task.await.expect("no panic") {
            assert_eq!(status, 303, "form {at}");
            let first = led_to.entry(at).or_insert_with(|| to.clone());
            assert_eq!(*first, to, "every copy is answered alike");
            n_sent += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{n_sent} requests for {n} forms over {CONNECTIONS} connections: {seconds:.1} s");
    let store = world.state.store();
    let stored = store
        .forms(&STUDY.into(), &Sight::FULL, &FormFilter::default())
        .await
        .expect("read");
    assert_eq!((stored.len(), led_to.len()), (n, n));
    assert!(store.verify().await.expect("verified").is_sound());
    server.abort();
}
