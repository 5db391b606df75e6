//! What pages about families share: the family of a path, the right at its site, one change as one request,
//! and how ages are written.

use attune_store::{
    Command, Request, Secret,
    dyads::Dyad,
    ids::{PersonId, QueryId},
    people::Age,
    vault::{Identifier, Identifying, Sealed},
};

use crate::{
    access::{Action, Scope},
    failure::Failure,
    forms::SentFields,
    visit::Visit,
};

/// The family with this study code, where the person may see it.
pub async fn find(visit: &Visit, code: &str) -> Result<Dyad, Failure> {
    let sight = visit.sight(Action::SeeFamilies)?;
    let store = visit.app.store();
    Ok(store.dyad_by_code(&visit.study()?.id, &sight, code).await?)
}

/// The same, where the person may do this at its site.
pub async fn find_for(visit: &Visit, code: &str, action: Action) -> Result<Dyad, Failure> {
    let dyad = find(visit, code).await?;
    let study = &visit.study()?.id;
    visit.may(action, Scope::Site(study, &dyad.site))?;
    Ok(dyad)
}

/// Changes something in the study of the path. `key` comes from the page, so that a form that is sent
/// twice changes things once.
pub async fn change(
    visit: &Visit,
    action: Action,
    key: &str,
    commands: Vec<Command>,
    reason: &str,
    secrets: Vec<Secret>,
) -> Result<attune_store::Receipt, Failure> {
    let mut request =
        Request::all(Some(visit.study()?.id.clone()), commands, visit.at).with_key(key);
    request.secrets = secrets;
    if !reason.trim().is_empty() {
        request = request.because(reason.trim());
    }
    Ok(visit
        .app
        .store()
        .execute(&visit.actor(action)?, request)
        .await?)
}

/// A key for a page that is shown anew.
pub fn new_key() -> String {
    QueryId::new().to_string()
}

/// The key that a page sent. Without one nothing can be told apart from a repetition.
pub fn sent_key(sent: &SentFields) -> Result<String, Failure> {
    sent_key_text(sent.get("key"))
}

/// The same, from a form with files.
pub fn sent_key_text(key: &str) -> Result<String, Failure> {
    let is_key = key.parse::<QueryId>().is_ok();
    is_key
        .then(|| key.to_owned())
        .ok_or_else(|| Failure::Unreadable {
            reason: "the page’s key is missing; open the page again".to_owned(),
        })
}

/// A new person: the commands that register them with what identifies them, and their key.
pub fn new_person(
    visit: &Visit,
    person: PersonId,
    being: attune_store::command::Being,
    fields: &[(Identifier, &str)],
) -> Result<(Vec<Command>, Secret), Failure> {
    let key = visit.app.store().new_person_key(person)?;
    let sealed: Vec<Sealed> = fields
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(field, text)| key.seal(*field, &Identifying::new(text)))
        .collect::<Result<_, _>>()?;
    let mut commands = vec![Command::RegisterPerson { person, being }];
    if !sealed.is_empty() {
        commands.push(Command::RecordIdentity {
            person,
            fields: sealed,
        });
    }
    Ok((commands, key.secret()))
}

/// An age in words: weeks for the youngest, then months.
pub fn age_in_words(days: i32) -> String {
    match days {
        ..0 => "not yet born".to_owned(),
        0..14 => plural(days, "day"),
        14..112 => plural(days / 7, "week"),
        _ => plural(
            (f64::from(days) / attune_protocol::design::DAYS_PER_MONTH) as i32,
            "month",
        ),
    }
}

/// An age with the corrected one, where they differ by a week or more.
pub fn age_with_corrected(age: Age) -> String {
    match age.corrected_days {
        Some(corrected) if (age.days - corrected).abs() >= 7 => format!(
            "{} (corrected: {})",
            age_in_words(age.days),
            if corrected < 0 {
                "before the due date".to_owned()
            } else {
                age_in_words(corrected)
            }
        ),
        _ => age_in_words(age.days),
    }
}

fn plural(n: i32, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_units_that_people_use() {
        let told: Vec<String> = [0, 1, 20, 111, 112, 400].map(age_in_words).to_vec();
        assert_eq!(
            told,
            [
                "0 days",
                "1 day",
                "2 weeks",
                "15 weeks",
                "3 months",
                "13 months"
            ]
        );
        let early = Age {
            days: 120,
            corrected_days: Some(70),
        };
        assert_eq!(age_with_corrected(early), "3 months (corrected: 10 weeks)");
    }
}
