//! `attune observe`: coded video from any coding tool.

use anyhow::Result;
use clap::{Args, Subcommand};

mod agree;
mod coding_files;
mod speech;
mod summary;

#[derive(Debug, Args)]
pub struct Observe {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// How often, how long, how soon: each behaviour of each observation
    Summary(summary::Summary),
    /// Do two coders agree? Every measure with its window, unit, tolerance and pooling
    Agree(Box<agree::Agree>),
    /// Where somebody speaks, and how high and widely the voice moves: proposed by a machine
    Speech(speech::Speech),
}

impl Observe {
    pub fn run(&self) -> Result<()> {
        match &self.question {
            Question::Summary(summary) => summary.run(),
            Question::Agree(agree) => agree.run(),
            Question::Speech(speech) => speech.run(),
        }
    }
}
