//! `attune check STUDY`: the study folder and its data, every problem at once.

use std::path::PathBuf;

use anyhow::{Result, bail};
use attune_protocol::Protocol;
use clap::Args;
use serde_json::json;

use crate::{output, run};

#[derive(Debug, Args)]
pub struct Check {
    /// Study folder
    study: PathBuf,
    /// Folder with the data files, when it is not the study folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Check the study file only, not the data files that it names
    #[arg(long)]
    without_data: bool,
    /// Print the problems as one JSON document
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(&self) -> Result<()> {
        if self.json {
            self.run_as_json()
        } else {
            self.run_for_people()
        }
    }

    fn run_for_people(&self) -> Result<()> {
        let protocol = run::protocol(&self.study)?;
        output::print_text(&summary(&protocol))?;
        if self.without_data || protocol.data.is_empty() {
            return Ok(());
        }
        let records = run::records(&protocol, self.data.as_deref().unwrap_or(&self.study))?;
        let made_up = if records.simulated() {
            " (simulated)"
        } else {
            ""
        };
        output::print_text(&format!(
            "The data are in order{made_up}: {} dyads, {} assessments, {} sessions, {} attendances.\n",
            records.dyads.len(),
            records.assessments.len(),
            records.sessions.len(),
            records.attendance.len(),
        ))
    }

    /// `{"ok", "problems": [...], "data_problems": [...]}`; exit code 1 when it is not in order.
    fn run_as_json(&self) -> Result<()> {
        let (protocol, mut found) = match Protocol::read(&self.study) {
            Ok((protocol, warnings)) => (Some(protocol), json!(warnings)),
            Err(problems) => (None, json!(problems)),
        };
        let mut ok = protocol.is_some();
        let mut in_data = json!([]);
        if let Some(protocol) = protocol.filter(|_| !self.without_data) {
            let folder = self.data.as_deref().unwrap_or(&self.study);
            match attune_exchange::read_records(&protocol, folder) {
                Ok((_, warnings)) => in_data = json!(warnings),
                Err(problems) => {
                    ok = false;
                    in_data = json!(problems);
                }
            }
        }
        output::print_json(
            &json!({ "ok": ok, "problems": found.take(), "data_problems": in_data }),
        )?;
        if ok {
            Ok(())
        } else {
            bail!("the study is not in order; the problems are in the JSON")
        }
    }
}

/// What the study plans, in a few lines.
fn summary(protocol: &Protocol) -> String {
    let study = &protocol.study;
    let count =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut parts = vec![
        count(protocol.arms.len(), "arm", "arms"),
        count(protocol.sites.len(), "site", "sites"),
        count(protocol.waves.len(), "wave", "waves"),
        count(protocol.instruments.len(), "instrument", "instruments"),
        count(protocol.outcomes.len(), "outcome", "outcomes"),
        count(protocol.analyses.len(), "analysis", "analyses"),
    ];
    if !protocol.phases.is_empty() {
        parts.insert(1, count(protocol.phases.len(), "phase", "phases"));
    }
    format!(
        "{} ({}): the study file is in order.\n{}.\n",
        study.title,
        study.id,
        parts.join(", ")
    )
}
