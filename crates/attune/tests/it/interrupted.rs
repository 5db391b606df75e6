//! A command that is killed leaves the old file, whole.

use std::{fs, thread, time::Duration};

use crate::support::{attune, example, succeed};

#[test]
fn a_killed_report_leaves_the_old_or_the_new_file_whole() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let folder = out.path().to_str().expect("a Unicode path");
    let arguments = ["report", ".", "--out", folder];
    let study = example("early-intervention");
    succeed(&study, &arguments);
    let report = out.path().join("early-intervention.html");
    let new = fs::read(&report).expect("the report");
    let old = b"the old report".to_vec();
    for milliseconds in (0..400).step_by(20) {
        fs::write(&report, &old).expect("a writable file");
        let mut child = attune(&study, &arguments).spawn().expect("the binary runs");
        thread::sleep(Duration::from_millis(milliseconds));
        // It may have ended already; then there is nothing to kill.
        let _ = child.kill();
        child.wait().expect("it has ended");
        let found = fs::read(&report).expect("the report");
        assert!(
            found == old || found == new,
            "half a file after {milliseconds} ms"
        );
    }
}
