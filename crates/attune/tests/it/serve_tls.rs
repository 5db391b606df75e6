//! `attune serve` with a certificate: what it speaks, and what it refuses. The hellos are written byte by byte, as
//! a client of the old days would send them; the certificate is for these tests alone.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::support::run;

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls");
        let mut process = Command::new(env!("CARGO_BIN_EXE_attune"))
            .current_dir(folder)
            .args(["serve", "--data", "data", "--listen", "127.0.0.1:0"])
            .arg("--tls-cert")
            .arg(tls.join("certificate-for-tests.pem"))
            .arg("--tls-key")
            .arg(tls.join("key-for-tests.pem"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let lines = BufReader::new(process.stdout.take().expect("an output")).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("listening on https://")?.to_owned()))
            .expect("it says when it is ready");
        Self { process, address }
    }

    /// Sends bytes, and gives the first of the answer.
    fn answer(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("set");
        stream.write_all(bytes).expect("sent");
        let mut answer = vec![0; 64];
        let n = stream.read(&mut answer).unwrap_or(0);
        answer.truncate(n);
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A greeting that asks for a version of TLS (3, 2 is TLS 1.1; 3, 3 is TLS 1.2).
fn hello(version: [u8; 2]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    // ECDHE with ECDSA: AES-128-GCM, AES-256-GCM, ChaCha20, and two of the old kind.
    let suites = [0xc02b_u16, 0xc02c, 0xcca9, 0xc009, 0x002f];
    body.extend(u16::try_from(2 * suites.len()).unwrap_or(0).to_be_bytes());
    body.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    body.extend([1, 0]);
    let extensions: &[&[u8]] = &[
        // Groups: x25519 and P-256.
        &[0, 10, 0, 6, 0, 4, 0, 29, 0, 23],
        // Points without compression.
        &[0, 11, 0, 2, 1, 0],
        // Signatures: ECDSA with P-256, RSA-PSS.
        &[0, 13, 0, 6, 0, 4, 4, 3, 8, 4],
        // Extended master secret.
        &[0, 23, 0, 0],
    ];
    let extensions = extensions.concat();
    body.extend(u16::try_from(extensions.len()).unwrap_or(0).to_be_bytes());
    body.extend(extensions);
    let length = u16::try_from(body.len()).unwrap_or(0);
    let mut record = vec![22, 3, 1];
    record.extend((length + 4).to_be_bytes());
    record.extend([1, 0]);
    record.extend(length.to_be_bytes());
    record.extend(body);
    record
}

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const SERVER_HELLO: u8 = 2;
const PROTOCOL_VERSION: u8 = 70;

#[test]
fn asvs_12_1_1_tls_1_2_is_spoken_and_nothing_older() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(here.path());
    let new = server.answer(&hello([3, 3]));
    assert!(new.len() > 6, "{new:?}");
    assert_eq!((new[0], new[5]), (HANDSHAKE, SERVER_HELLO), "{new:?}");
    assert_eq!(new[9..11], [3, 3], "{new:?}");
    for old in [[3, 2], [3, 1], [3, 0]] {
        let refused = server.answer(&hello(old));
        assert_eq!(refused.first(), Some(&ALERT), "{old:?}: {refused:?}");
        assert_eq!(
            refused.get(6),
            Some(&PROTOCOL_VERSION),
            "{old:?}: {refused:?}"
        );
    }
}

#[test]
fn asvs_12_2_1_nothing_is_answered_in_the_clear_where_there_is_tls() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(here.path());
    let answer = server.answer(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
}

#[test]
fn asvs_12_2_1_no_other_machine_is_served_in_the_clear() {
    let here = tempfile::tempdir().expect("a temporary folder");
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:7070"] {
        let said = run(here.path(), &["serve", "--listen", listen]);
        assert_eq!(said.code, 1, "{listen}");
        assert!(
            said.err
                .contains("without TLS everybody on the way could read along"),
            "{}",
            said.err
        );
    }
    assert!(!here.path().join("attune-data").exists(), "nothing is made");
}
