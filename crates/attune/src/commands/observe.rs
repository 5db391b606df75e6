//! `attune observe`: coded video from any coding tool.

use anyhow::Result;
use clap::{Args, Subcommand};

mod agree;
mod coding_files;
mod convert;
mod scheme;
mod sociogram;
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
    /// From one coding tool to another, by the endings; what is lost is listed
    Convert(convert::Convert),
    /// The scheme of a coding tool as a scheme file of a study, to be completed
    Scheme(scheme::Scheme),
    /// Who addressed whom in the sessions of a study, phase by phase
    Sociogram(sociogram::SociogramCommand),
}

impl Observe {
    pub fn run(&self) -> Result<()> {
        match &self.question {
            Question::Summary(summary) => summary.run(),
            Question::Agree(agree) => agree.run(),
            Question::Speech(speech) => speech.run(),
            Question::Convert(convert) => convert.run(),
            Question::Scheme(scheme) => scheme.run(),
            Question::Sociogram(sociogram) => sociogram.run(),
        }
    }
}
