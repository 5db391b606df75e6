//! `attune test DATA`: did it change, do groups differ, are two answers related?

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::{data_file::DataFile, level, output, progress};

mod adjust;
mod adjusted;
mod answer;
mod chart;
mod groups;
mod json;
mod paired;
mod plot;
mod question;
mod reliable;
mod repeated;
mod series;
mod table;
mod text;

use answer::Answer;
use question::Question;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune test scores.csv --paired pre,post --equivalence 2
  attune test scores.csv --by arm=programme,usual --value post --baseline pre
  attune test scores.csv --by group --value score --cluster site
  attune test scores.csv --by arm=programme,usual --value post --adjust-for pre,age,housing --doubly-robust
  attune test families.xlsx --table arm,attended
  attune test waves.csv --repeated w1,w2,w3
  attune test months.csv --series referrals --time month --from 13 --method gls-ar1
  attune test weeks.csv --chart p --value attended --of invited
  attune test epds.csv --reliable-change pre,post --reliability 0.87 --better lower --cut-off 13

One row per person (or per point in time). An empty cell, NA or NaN is missing.")]
pub struct Test {
    /// CSV, TSV or XLSX file with a heading above each column
    data: PathBuf,
    #[command(flatten)]
    question: Question,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, value_parser = level::parse)]
    level: f64,
    /// Two one-sided tests: is the difference smaller than this margin, either way?
    #[arg(long, value_name = "MARGIN")]
    equivalence: Option<f64>,
    /// Adjust p values for the number of --paired or --value questions
    #[arg(long, value_enum)]
    adjust: Option<adjust::Method>,
    /// Resamples of the bootstrap, where there is one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=10_000_000))]
    bootstrap: Option<u32>,
    /// Seed of random draws
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Write a figure of the data to this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Sheet of a workbook; the first without it
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Test {
    pub fn run(&self) -> Result<()> {
        let data = DataFile::read(&self.data, self.sheet.as_deref())?;
        let mut answer = progress::during("Testing", || self.answer(&data))?;
        let doubts = self.question.columns_of_numbers();
        let doubts = doubts
            .iter()
            .filter_map(|column| data.doubt_of_codes(column));
        answer.warnings.extend(doubts);
        if let Some(method) = self.adjust {
            adjust::adjust(&mut answer, method)?;
        }
        if let Some(path) = &self.plot {
            let Some(plot) = &answer.plot else {
                bail!(
                    "this question has no figure; --plot draws one --paired, --by, --table, --repeated, --series, --chart and --reliable-change"
                );
            };
            output::write_file(path, plot.as_bytes())?;
        }
        if self.json {
            return output::print_json(&json::document(&answer));
        }
        output::print_text(&text::whole(&answer, self.level))
    }

    fn answer(&self, data: &DataFile) -> Result<Answer> {
        match self.question.kind()? {
            question::Kind::Paired => paired::answer(self, data),
            question::Kind::Groups if !self.question.adjust_for.is_empty() => {
                adjusted::answer(self, data)
            }
            question::Kind::Groups => groups::answer(self, data),
            question::Kind::Table => table::answer(self, data),
            question::Kind::Repeated => repeated::answer(self, data),
            question::Kind::Series => series::answer(self, data),
            question::Kind::Chart => chart::answer(self, data),
            question::Kind::ReliableChange => reliable::answer(self, data),
        }
    }
}
