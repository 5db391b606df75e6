//! Dyads: who belongs to them, where they are, what happened.

use sha2::{Digest, Sha256};

use crate::{
    apply::{Context, misplaced, person::word},
    command::{Command, DyadEvent, Outcome, PartInDyad},
    database::{Db, values},
    error::{Result, StoreError},
    ids::{DyadKey, PartId, PersonId},
};

/// What is said when a family that withdrew is to take part again under its old code.
pub(super) const WITHDREW: &str = "the family withdrew from taking part, and that stands; when it wants to take part \
     after all, enrol it again, under a new code";

pub(super) async fn apply(
    db: &mut Db<'_>,
    context: &Context<'_>,
    command: &Command,
) -> Result<Outcome> {
    let study = context.study()?;
    match command {
        Command::RegisterDyad {
            dyad,
            infant,
            carer,
            site,
            code,
            on,
        } => {
            for person in [infant, carer] {
                belongs(db, context, *person).await?;
            }
            let elsewhere = code.is_some();
            let code = match (context.stored, code) {
                (Some(stored), _) => stored.code.clone().unwrap_or_default(),
                (None, Some(code)) => code.trim().to_owned(),
                (None, None) => free_code(db, study, *dyad).await?,
            };
            context.refuse_if(code.is_empty(), || {
                "a study code must not be empty".to_owned()
            })?;
            if elsewhere && context.is_new() {
                let taken = is_taken(db, study, &code).await?;
                context.refuse_if(taken, || format!("the study code {code} is taken"))?;
            }
            let sql = "INSERT INTO dyad (id, study, code, infant, carer, site, elsewhere) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let site = site.as_str();
            let values = values![*dyad, study, &code, *infant, *carer, site, elsewhere];
            db.run(sql, values).await?;
            let sql = "INSERT INTO dyad_site (dyad, sequence, site, from_date) \
                 VALUES ($1, $2, $3, $4)";
            db.run(sql, values![*dyad, context.sequence, site, *on])
                .await?;
            let first_parts = [
                (*infant, PartInDyad::Infant, 1),
                (*carer, PartInDyad::IndexCarer, 2),
            ];
            for (person, role, n) in first_parts {
                let part = PartId::of_request(&dyad.to_string(), n);
                add_part(db, part, *dyad, person, role, *on).await?;
            }
            Ok(Outcome {
                code: Some(code),
                ..Outcome::default()
            })
        }
        Command::AddPart {
            part,
            dyad,
            person,
            role,
            from,
        } => {
            of_study(db, context, *dyad).await?;
            belongs(db, context, *person).await?;
            add_part(db, *part, *dyad, *person, *role, *from).await?;
            if *role == PartInDyad::IndexCarer {
                let sql = "UPDATE dyad SET carer = $2 WHERE id = $1";
                db.run(sql, values![*dyad, *person]).await?;
            }
            Ok(Outcome::default())
        }
        Command::EndPart { part, until } => {
            let sql = "UPDATE dyad_part SET until_date = $2 WHERE id = $1";
            let changed = db.run(sql, values![*part, *until]).await?;
            context.must_exist(changed, "part in a dyad", part)?;
            Ok(Outcome::default())
        }
        Command::MoveSite { dyad, site, from } => {
            of_study(db, context, *dyad).await?;
            let sql = "INSERT INTO dyad_site (dyad, sequence, site, from_date) \
                 VALUES ($1, $2, $3, $4)";
            let site = site.as_str();
            db.run(sql, values![*dyad, context.sequence, site, *from])
                .await?;
            let sql = "UPDATE dyad SET site = $2 WHERE id = $1";
            db.run(sql, values![*dyad, site]).await?;
            Ok(Outcome::default())
        }
        Command::AssignArm {
            dyad,
            arm,
            from,
            why,
        } => {
            of_study(db, context, *dyad).await?;
            let sql = "SELECT COUNT(*) FROM dyad_arm WHERE dyad = $1";
            let has_own_reason = why.as_ref().is_some_and(|why| !why.trim().is_empty());
            if !has_own_reason && db.count(sql, values![*dyad]).await? > 0 {
                context.needs_reason()?;
            }
            let sql = "INSERT INTO dyad_arm (dyad, sequence, arm, from_date) \
                 VALUES ($1, $2, $3, $4)";
            let values = values![*dyad, context.sequence, arm.as_str(), *from];
            db.run(sql, values).await?;
            Ok(Outcome::default())
        }
        Command::RecordEvent {
            event,
            dyad,
            what,
            on,
            why,
        } => {
            of_study(db, context, *dyad).await?;
            let sql = "SELECT COUNT(*) FROM dyad WHERE id = $1 AND withdrawal IS NOT NULL";
            let comes_back = *what == DyadEvent::Returned && context.is_new();
            if comes_back && db.count(sql, values![*dyad]).await? > 0 {
                return Err(StoreError::refused(WITHDREW));
            }
            let needs_why = matches!(what, DyadEvent::Left | DyadEvent::Declined);
            context.refuse_if(needs_why && why.is_none(), || {
                format!(
                    "say why the family {}, or that no reason was given",
                    what.words()
                )
            })?;
            if *what == DyadEvent::Enrolled {
                let sql = "UPDATE dyad SET enrolled = $2 WHERE id = $1";
                db.run(sql, values![*dyad, *on]).await?;
            }
            let sql = "INSERT INTO dyad_event (id, study, dyad, event, on_date, why, sequence) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let (what, why) = (word(what), why.clone());
            let values = values![*event, study, *dyad, what, *on, why, context.sequence];
            db.run(sql, values).await?;
            Ok(Outcome::default())
        }
        Command::SetAttributes {
            dyad,
            values: attributes,
            age_at_enrolment_days,
        } => {
            of_study(db, context, *dyad).await?;
            for (attribute, value) in attributes {
                let sql = "INSERT INTO attribute (dyad, attribute, value) VALUES ($1, $2, $3) \
                     ON CONFLICT (dyad, attribute) DO UPDATE SET value = excluded.value";
                let value = serde_json::to_string(value).map_err(|_| misplaced())?;
                db.run(sql, values![*dyad, attribute.as_str(), value])
                    .await?;
            }
            if let Some(days) = age_at_enrolment_days {
                let sql = "UPDATE dyad SET age_at_enrolment = $2 WHERE id = $1";
                db.run(sql, values![*dyad, days.to_string()]).await?;
            }
            Ok(Outcome::default())
        }
        _ => Err(misplaced()),
    }
}

async fn add_part(
    db: &mut Db<'_>,
    part: PartId,
    dyad: DyadKey,
    person: PersonId,
    role: PartInDyad,
    from: Option<jiff::civil::Date>,
) -> Result<()> {
    let sql = "INSERT INTO dyad_part (id, dyad, person, role, from_date) \
         VALUES ($1, $2, $3, $4, $5)";
    db.run(sql, values![part, dyad, person, word(&role), from])
        .await?;
    Ok(())
}

/// A new command may only be about a dyad of its own study.
pub(super) async fn of_study(db: &mut Db<'_>, context: &Context<'_>, dyad: DyadKey) -> Result<()> {
    if !context.is_new() {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM dyad WHERE id = $1 AND study = $2";
    match db.count(sql, values![dyad, context.study()?]).await? {
        0 => Err(StoreError::not_found("dyad", dyad)),
        _ => Ok(()),
    }
}

/// A new command may only be about a person of its own study.
async fn belongs(db: &mut Db<'_>, context: &Context<'_>, person: PersonId) -> Result<()> {
    if !context.is_new() {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM person WHERE id = $1 AND study = $2";
    match db.count(sql, values![person, context.study()?]).await? {
        0 => Err(StoreError::not_found("person", person)),
        _ => Ok(()),
    }
}

async fn is_taken(db: &mut Db<'_>, study: &str, code: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM dyad WHERE study = $1 AND code = $2";
    Ok(db.count(sql, values![study, code]).await? > 0)
}

/// Letters and digits that are not taken for each other when they are read aloud or copied.
const LETTERS: &[u8; 28] = b"23456789ACDEFGHJKMNPQRTUVWXY";

/// A study code that nobody has. It says nothing about site, arm, or the order of enrolment; its
/// last character is a check against slips of the pen.
async fn free_code(db: &mut Db<'_>, study: &str, dyad: DyadKey) -> Result<String> {
    for attempt in 0_u32..1000 {
        let code = code_of(study, dyad, attempt);
        if !is_taken(db, study, &code).await? {
            return Ok(code);
        }
    }
    Err(StoreError::refused("no free study code was found"))
}

fn code_of(study: &str, dyad: DyadKey, attempt: u32) -> String {
    let hash = Sha256::new()
        .chain_update(study)
        .chain_update(dyad.0.as_bytes())
        .chain_update(attempt.to_le_bytes())
        .finalize();
    let letters: Vec<u8> = hash
        .iter()
        .take(5)
        .map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()])
        .collect();
    let mut code: String = letters.iter().map(|letter| char::from(*letter)).collect();
    code.push(check_character(&code));
    code.insert(3, '-');
    code
}

/// The character that makes the weighted sum of positions divide by 29, with `Z` for the rest of 28.
fn check_character(code: &str) -> char {
    let place = |letter: char| LETTERS.iter().position(|one| char::from(*one) == letter);
    let letters = code.chars().filter_map(place);
    let sum: usize = letters.enumerate().map(|(n, value)| (n + 2) * value).sum();
    match sum % 29 {
        28 => 'Z',
        rest => char::from(LETTERS[rest]),
    }
}

/// Whether a code that this program made was copied without a slip.
pub fn code_is_sound(code: &str) -> bool {
    let plain: String = code.chars().filter(|letter| *letter != '-').collect();
    match plain.char_indices().next_back() {
        Some((at, last)) => plain.chars().count() == 6 && check_character(&plain[..at]) == last,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{code_is_sound, code_of};
    use crate::ids::DyadKey;

    #[test]
    fn one_wrong_or_swapped_character_is_noticed() {
        let code = code_of("hostel", DyadKey::new(), 0);
        assert!(code_is_sound(&code), "{code}");
        let letters: Vec<char> = code.chars().filter(|letter| *letter != '-').collect();
        for at in 0..letters.len() {
            let mut wrong = letters.clone();
            wrong[at] = if wrong[at] == '2' { '3' } else { '2' };
            assert!(
                !code_is_sound(&wrong.iter().collect::<String>()),
                "{wrong:?}"
            );
        }
        for at in 0..letters.len() - 2 {
            let mut swapped = letters.clone();
            swapped.swap(at, at + 1);
            let text: String = swapped.iter().collect();
            assert_eq!(code_is_sound(&text), swapped == letters, "{text}");
        }
    }
}
