//! Sessions of the clinic or group, and who came.

use crate::{
    apply::{Context, dyad::of_study, misplaced},
    command::{Command, Outcome},
    database::{Db, values},
    error::Result,
};

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let study = context.study()?;
    match command {
        Command::RecordSession {
            session,
            on,
            site,
            families,
            measures,
        } => {
            let sql = "INSERT INTO meeting (study, code, on_date, site, families, measures) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (study, code) DO UPDATE SET \
                 on_date = excluded.on_date, site = excluded.site, families = excluded.families, \
                 measures = excluded.measures";
            let families = families.map(i64::from);
            let measures = serde_json::to_string(measures).map_err(|_| misplaced())?;
            let values = values![study, session, *on, site.as_str(), families, measures];
            db.run(sql, values).await?;
        }
        Command::RecordAttendance {
            dyad,
            on,
            site,
            minutes,
        } => {
            of_study(db, context, *dyad).await?;
            if context.is_new() {
                let sql = "SELECT withdrawal FROM dyad WHERE id = $1";
                let row = db.row(sql, values![*dyad]).await?;
                let withdrew = match &row {
                    Some(row) => row.maybe_text(0)?.is_some(),
                    None => false,
                };
                context.refuse_if(withdrew, || {
                    "the family withdrew from taking part; nothing more may be collected".to_owned()
                })?;
            }
            let sql = "INSERT INTO attendance (study, dyad, on_date, site, minutes) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (dyad, on_date, site) DO UPDATE SET \
                 minutes = excluded.minutes";
            let minutes = minutes.map(|minutes| minutes.to_string());
            db.run(sql, values![study, *dyad, *on, site.as_str(), minutes])
                .await?;
        }
        _ => return Err(misplaced()),
    }
    Ok(Outcome::default())
}
