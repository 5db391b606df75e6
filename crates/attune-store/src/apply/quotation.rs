//! Words of families that reports may quote. Consent decides when they are chosen and, again, each time they are
//! asked for; a withdrawal takes them out of the tables and of the log.

use crate::{
    apply::{Context, dyad::of_study, form::is_in_force, misplaced},
    command::{Command, MOST_LETTERS_QUOTED, Outcome, QuotationChosen},
    database::{Db, values},
    error::Result,
    ids::DyadKey,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::ChooseQuotation(chosen) => choose(db, context, chosen).await?,
        Command::RemoveQuotation { quotation } => {
            let sql = "DELETE FROM quotation WHERE id = $1 AND study = $2";
            let n = db.run(sql, values![*quotation, context.study()?]).await?;
            context.must_exist(n, "quotation", quotation)?;
        }
        _ => return Err(misplaced()),
    }
    Ok(Outcome::default())
}

async fn choose(db: &mut Db<'_>, context: &Context<'_>, chosen: &QuotationChosen) -> Result<()> {
    let study = context.study()?;
    of_study(db, context, chosen.dyad).await?;
    if context.is_new() {
        may_be_quoted(db, context, chosen).await?;
    }
    let sql = "INSERT INTO quotation (id, study, dyad, purpose, words, speaker, chosen_by, chosen, sequence) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = values![
        chosen.quotation,
        study,
        chosen.dyad,
        chosen.purpose.as_str(),
        &chosen.words,
        &chosen.speaker,
        context.actor,
        context.at.micros,
        context.sequence
    ];
    db.run(sql, values).await?;
    Ok(())
}

/// All that is wrong with a new quotation.
async fn may_be_quoted(
    db: &mut Db<'_>,
    context: &Context<'_>,
    chosen: &QuotationChosen,
) -> Result<()> {
    let purpose = chosen.purpose.as_str();
    let mut faults: Vec<String> = Vec::new();
    if !is_in_force(db, chosen.dyad, purpose).await? {
        faults.push(format!(
            "the family has no consent in force for {purpose}; ask it first, or leave these words out"
        ));
    }
    let sql = "SELECT code, withdrawal FROM dyad WHERE id = $1";
    if let Some(row) = db.row(sql, values![chosen.dyad]).await? {
        if row.maybe_text(1)?.is_some() {
            faults.push("the family withdrew from taking part".to_owned());
        }
        let code = row.text(0)?;
        if chosen.speaker.contains(&code) || chosen.words.contains(&code) {
            faults.push(format!("the study code {code} must not stand in a report"));
        }
    }
    if chosen.words.trim().is_empty() {
        faults.push("there are no words".to_owned());
    }
    if chosen.words.chars().count() > MOST_LETTERS_QUOTED {
        faults.push(format!(
            "the quotation has more than {MOST_LETTERS_QUOTED} letters; shorten it"
        ));
    }
    if chosen.speaker.trim().is_empty() {
        faults.push(
            "say who speaks in words that tell nobody’s identity, such as \u{201c}a mother\u{201d}"
                .to_owned(),
        );
    }
    context.refuse_if(!faults.is_empty(), || faults.join("; "))
}

/// Rows of the log that hold words which a withdrawal takes back.
pub(super) async fn rows_with_words(
    db: &mut Db<'_>,
    chain: &str,
    dyad: DyadKey,
    purpose: &str,
    all: bool,
) -> Result<Vec<i64>> {
    let sql = "SELECT sequence FROM command WHERE chain = $1 AND content IS NOT NULL \
         AND kind = 'choose-quotation' AND subject IN (SELECT id FROM quotation WHERE dyad = $2 \
         AND (purpose = $3 OR $4 = 1)) ORDER BY sequence";
    let rows = db
        .rows(sql, values![chain, dyad, purpose, i64::from(all)])
        .await?;
    rows.iter().map(|row| row.int(0)).collect()
}

/// Takes the words out.
pub(super) async fn withdraw(
    db: &mut Db<'_>,
    dyad: DyadKey,
    purpose: &str,
    all: bool,
) -> Result<()> {
    let sql = "DELETE FROM quotation WHERE dyad = $1 AND (purpose = $2 OR $3 = 1)";
    db.run(sql, values![dyad, purpose, i64::from(all)]).await?;
    Ok(())
}
