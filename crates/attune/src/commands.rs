//! The commands, as typed.

use anyhow::Result;
use clap::{Parser, Subcommand};

mod agree;
mod analyse;
mod audit;
mod backup;
mod check;
mod demo;
mod fit;
mod inspect;
mod listening;
mod measures;
mod move_store;
mod new;
mod observe;
mod open_crate;
mod power;
mod publish;
mod report;
mod reproduce;
mod restore;
mod schema;
mod serve;
mod simulate;
mod store;
mod test;
mod user;

/// Attune carries an evaluation of a parent–infant programme from the study file to the report.
#[derive(Debug, Parser)]
#[command(
    name = "attune",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the example studies, run their plans, write reports and public pages, open the application
    Demo(demo::Demo),
    /// Start the application in the browser
    Serve(serve::Serve),
    /// Who may sign in: add a person, list, reset
    User(user::User),
    /// Back the store up now and restore it on trial, or list the backups
    Backup(backup::Backup),
    /// Restore a backup into a place that has no store
    Restore(restore::Restore),
    /// Copy the store to PostgreSQL or to another folder, compared row by row
    Move(move_store::Move),
    /// Verify the log of the store; the first bad row is named
    Audit(audit::Audit),
    /// Make the store's tables again from its log
    Store(store::StoreCommand),
    /// Write a commented study folder to start from
    New(new::New),
    /// Check a study folder and its data; every problem is listed with its remedy
    Check(check::Check),
    /// Print the JSON Schema of the study file, for editors
    Schema(schema::Schema),
    /// Make up records from a study's declared assumptions
    Simulate(simulate::Simulate),
    /// Power and sample size by simulation: of a study's plan, or of a design in plain options
    Power(Box<power::PowerCommand>),
    /// Print the long table of measures as CSV
    Measures(measures::MeasuresCommand),
    /// Run the plan of a study and print its findings
    Analyse(analyse::Analyse),
    /// Run the plan of a study and write its report
    Report(report::ReportCommand),
    /// Make the public pages of studies: plain files that load nothing from elsewhere
    Publish(publish::Publish),
    /// Run the plan of an open-data crate again; is every number the same?
    Reproduce(reproduce::Reproduce),
    /// Do coders agree? Kappas, alphas, intraclass correlations, limits of agreement on any table
    Agree(agree::Agree),
    /// Coded video from any coding tool: amounts, sequences, and whether two coders agree
    Observe(observe::Observe),
    /// Did it change, do groups differ, are two answers related? Tests and effect sizes on any table
    Test(test::Test),
    /// Fit a model to any table by lme4's formula language
    Fit(fit::Fit),
    /// What a file of another tool holds, and what of it cannot be taken over
    Inspect(inspect::Inspect),
}

/// Runs the command that was typed.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::User(user) => user.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Move(move_store) => move_store.run(),
        Command::Audit(audit) => audit.run(),
        Command::Store(store) => store.run(),
        Command::New(new) => new.run(),
        Command::Check(check) => check.run(),
        Command::Schema(schema) => schema.run(),
        Command::Simulate(simulate) => simulate.run(),
        Command::Power(power) => power.run(),
        Command::Measures(measures) => measures.run(),
        Command::Analyse(analyse) => analyse.run(),
        Command::Report(report) => report.run(),
        Command::Publish(publish) => publish.run(),
        Command::Reproduce(reproduce) => reproduce.run(),
        Command::Agree(agree) => agree.run(),
        Command::Observe(observe) => observe.run(),
        Command::Test(test) => test.run(),
        Command::Fit(fit) => fit.run(),
        Command::Inspect(inspect) => inspect.run(),
    }
}
