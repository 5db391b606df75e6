//! Consent, refusal and withdrawal. A withdrawal from taking part is in force with the commit that
//! stores it: no form is taken after it, and what was promised to be erased is gone from the tables
//! and from the log.

use crate::{
    apply::{
        Context,
        dyad::{WITHDREW, of_study},
        misplaced,
        person::word,
        quotation::{self, rows_with_words},
    },
    command::{Command, ConsentGiven, EarlierConsent, Outcome, WithdrawalLevel},
    database::{Db, values},
    error::{Result, StoreError},
    ids::{DyadKey, EventId},
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    match command {
        Command::RecordConsent(consent) => record(db, context, consent).await,
        Command::RecordEarlierConsent(earlier) => record_earlier(db, context, earlier).await,
        Command::WithdrawConsent { dyad, .. } => {
            of_study(db, context, *dyad).await?;
            withdraw(db, context, command).await
        }
        _ => Err(misplaced()),
    }
}

async fn record(db: &mut Db<'_>, context: &Context<'_>, consent: &ConsentGiven) -> Result<Outcome> {
    let study = context.study()?;
    of_study(db, context, consent.dyad).await?;
    let needed = context.protocol.is_some_and(|protocol| {
        let mut planned = protocol.consents.iter();
        planned.any(|one| one.id == consent.purpose && one.needed_to_take_part)
    });
    let sql = "SELECT COUNT(*) FROM dyad WHERE id = $1 AND withdrawal IS NOT NULL";
    if needed
        && consent.given
        && context.is_new()
        && db.count(sql, values![consent.dyad]).await? > 0
    {
        return Err(StoreError::refused(WITHDREW));
    }
    let sql = "INSERT INTO consent (id, study, dyad, purpose, for_person, given, on_date, sequence, \
         content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let content = serde_json::to_string(consent).map_err(|_| misplaced())?;
    let purpose = consent.purpose.as_str();
    let (dyad, person) = (consent.dyad, consent.for_person);
    let (given, on, sequence) = (consent.given, consent.on, context.sequence);
    let values = values![
        consent.consent,
        study,
        dyad,
        purpose,
        person,
        given,
        on,
        sequence,
        content
    ];
    db.run(sql, values).await?;
    Ok(Outcome::default())
}

/// What the study's records tell of an earlier time never overrides what was answered here.
async fn record_earlier(
    db: &mut Db<'_>,
    context: &Context<'_>,
    earlier: &EarlierConsent,
) -> Result<Outcome> {
    let study = context.study()?;
    of_study(db, context, earlier.dyad).await?;
    let purpose = earlier.purpose.as_str();
    let sql = "SELECT (SELECT COUNT(*) FROM consent WHERE dyad = $1 AND purpose = $2) + \
         (SELECT COUNT(*) FROM withdrawal WHERE dyad = $1 AND purpose = $2)";
    let n_here = db.count(sql, values![earlier.dyad, purpose]).await?;
    context.refuse_if(n_here > 0, || {
        format!(
            "the family has answered about {purpose} in this application; an earlier answer does \
             not change that"
        )
    })?;
    let sql = "INSERT INTO earlier_consent (id, study, dyad, purpose, given, on_date, sequence, \
         content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let content = serde_json::to_string(earlier).map_err(|_| misplaced())?;
    let values = values![
        earlier.consent,
        study,
        earlier.dyad,
        purpose,
        earlier.given,
        earlier.on,
        context.sequence,
        content
    ];
    db.run(sql, values).await?;
    Ok(Outcome::default())
}

async fn withdraw(db: &mut Db<'_>, context: &Context<'_>, command: &Command) -> Result<Outcome> {
    let Command::WithdrawConsent {
        dyad,
        purpose,
        level,
        on,
        ends_taking_part,
    } = command
    else {
        return Err(misplaced());
    };
    let study = context.study()?;
    let sql = "INSERT INTO withdrawal (study, sequence, dyad, purpose, level, on_date, why) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (sequence, purpose) = (context.sequence, purpose.as_str());
    let values = values![
        study,
        sequence,
        *dyad,
        purpose,
        word(level),
        *on,
        context.reason
    ];
    db.run(sql, values).await?;
    let words = match context.stored {
        Some(_) => Vec::new(),
        None => rows_with_words(db, context.chain, *dyad, purpose, *ends_taking_part).await?,
    };
    quotation::withdraw(db, *dyad, purpose, *ends_taking_part).await?;
    // For a stored command, what it erased is what it erased then.
    let outcome = || Outcome {
        erased: match context.stored {
            Some(stored) => stored.erased.clone(),
            None => words.clone(),
        },
        ..Outcome::default()
    };
    if !*ends_taking_part {
        return Ok(outcome());
    }
    let sql = "UPDATE dyad SET withdrawal = $2, withdrawn_on = $3 WHERE id = $1";
    db.run(sql, values![*dyad, word(level), *on]).await?;
    let sql = "INSERT INTO dyad_event (id, study, dyad, event, on_date, why, sequence) \
         VALUES ($1, $2, $3, 'withdrew', $4, $5, $6)";
    let event = EventId::of_request(&format!("{study} {sequence}"), 0);
    let values = values![event, study, *dyad, *on, context.reason, sequence];
    db.run(sql, values).await?;
    if *level != WithdrawalLevel::Erase {
        return Ok(outcome());
    }
    let erased = match context.stored {
        Some(stored) => stored.erased.clone(),
        None => {
            let mut rows = rows_with_answers(db, context.chain, *dyad).await?;
            rows.extend(&words);
            rows.sort_unstable();
            rows
        }
    };
    for sql in [
        "DELETE FROM query_message WHERE query IN (SELECT query.id FROM query JOIN form \
         ON form.id = query.form WHERE form.dyad = $1)",
        "DELETE FROM query WHERE form IN (SELECT id FROM form WHERE dyad = $1)",
        "DELETE FROM alert WHERE dyad = $1",
        "DELETE FROM form WHERE dyad = $1",
        "DELETE FROM attribute WHERE dyad = $1",
        "DELETE FROM attendance WHERE dyad = $1",
    ] {
        db.run(sql, values![*dyad]).await?;
    }
    Ok(Outcome {
        erased,
        ..Outcome::default()
    })
}

/// Rows of the log that hold answers of the dyad or speak about them.
async fn rows_with_answers(db: &mut Db<'_>, chain: &str, dyad: DyadKey) -> Result<Vec<i64>> {
    let sql = "SELECT sequence FROM command WHERE chain = $1 AND content IS NOT NULL AND ( \
         (subject IN (SELECT id FROM form WHERE dyad = $2) AND kind IN \
         ('save-form', 'save-second-entry', 'settle-entries', 'raise-query')) \
         OR subject IN (SELECT query.id FROM query JOIN form ON form.id = query.form \
         WHERE form.dyad = $2) \
         OR subject IN (SELECT id FROM alert WHERE dyad = $2) \
         OR (subject = $2 AND kind IN ('set-attributes', 'record-attendance'))) \
         ORDER BY sequence";
    let rows = db.rows(sql, values![chain, dyad]).await?;
    rows.iter().map(|row| row.int(0)).collect()
}
