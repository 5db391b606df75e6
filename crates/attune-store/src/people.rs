//! Persons and what identifies them. Sealed fields are opened here only; each opening is stored as
//! a command before anything is shown. Ages are no names: they are computed from sealed dates, and
//! the dates stay inside.

use std::collections::BTreeMap;

use attune_protocol::id::StudyId;
use jiff::civil::Date;

use crate::{
    access::Actor,
    command::{Being, Command, Request},
    database::{Db, Row, values},
    error::{Result, StoreError},
    ids::PersonId,
    keys::{Keys, Purpose},
    moment::Moment,
    store::Store,
    vault::{self, Identifier, Identifying, PersonKey},
};

/// A person of a study, without names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Infant or carer.
    pub being: Being,
    /// Whether names were erased for good.
    pub erased: bool,
    /// Sealed fields that there are.
    pub fields: Vec<Identifier>,
}

/// The infant's age on a day, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Since birth.
    pub days: i32,
    /// Since the day on which the birth was due, where that is known.
    pub corrected_days: Option<i32>,
}

/// Dates of an infant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dates {
    pub born: Option<Date>,
    pub due: Option<Date>,
}

impl Store {
    /// The data key of a person that is about to be registered: fields are sealed with it, and its
    /// [`PersonKey::secret`] goes with the request.
    ///
    /// # Errors
    ///
    /// The system gives no randomness.
    pub fn new_person_key(&self, person: PersonId) -> Result<PersonKey> {
        PersonKey::make(self.keys(), person)
    }

    /// The data key of a registered person.
    ///
    /// # Errors
    ///
    /// There is none: the person is not registered, or the key was destroyed.
    pub async fn person_key(&self, person: PersonId) -> Result<PersonKey> {
        let mut reader = self.reader().await?;
        key_of(&mut reader.db(), self.keys(), person).await
    }

    /// A person of a study.
    ///
    /// # Errors
    ///
    /// There is none, or the database cannot be read.
    pub async fn person(&self, study: &StudyId, person: PersonId) -> Result<Person> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT being, erased FROM person WHERE id = $1 AND study = $2";
        let row = db.row(sql, values![person, study.as_str()]).await?;
        let row = row.ok_or_else(|| StoreError::not_found("person", person))?;
        let sql = "SELECT field FROM vault_field WHERE person = $1 ORDER BY field";
        let fields = db.rows(sql, values![person]).await?;
        let fields: Result<Vec<Identifier>> = fields.iter().map(|row| row.word(0)).collect();
        Ok(Person {
            id: person,
            being: row.word(0)?,
            erased: row.flag(1)?,
            fields: fields?,
        })
    }

    /// Opens sealed fields of a person, after the opening was stored. Fields that the person does
    /// not have are passed over.
    ///
    /// # Errors
    ///
    /// The names were erased, the key is missing, or the opening cannot be stored; then nothing is
    /// shown.
    pub async fn open_identity(
        &self,
        actor: &Actor,
        study: &StudyId,
        person: PersonId,
        fields: &[Identifier],
        why: Option<&str>,
        at: Moment,
    ) -> Result<BTreeMap<Identifier, Identifying>> {
        let command = Command::OpenIdentity {
            person,
            fields: fields.to_vec(),
        };
        let mut request = Request::new(Some(study.clone()), command, at);
        request.reason = why.map(str::to_owned);
        self.execute(actor, request).await?;
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let key = key_of(&mut db, self.keys(), person).await?;
        let sql = "SELECT field, sealed FROM vault_field WHERE person = $1";
        let rows = db.rows(sql, values![person]).await?;
        let mut opened = BTreeMap::new();
        for row in &rows {
            let field: Identifier = row.word(0)?;
            if fields.contains(&field) {
                opened.insert(field, key.open(field, &row.text(1)?)?);
            }
        }
        Ok(opened)
    }

    /// Persons of a study whose name, telephone or e-mail address is this one, up to case, spaces
    /// and hyphens. Only ids come back.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn find_people(&self, study: &StudyId, text: &Identifying) -> Result<Vec<PersonId>> {
        let key = self.keys().derived(Purpose::BlindIndex);
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let mut found = Vec::new();
        for field in [Identifier::FamilyName, Identifier::Phone, Identifier::Email] {
            let Some(index) = vault::blind_index(&key, field, text.reveal()) else {
                continue;
            };
            let sql = "SELECT person FROM vault_field JOIN person ON person.id = vault_field.person \
                 WHERE blind = $1 AND study = $2 ORDER BY person";
            let rows = db.rows(sql, values![index, study.as_str()]).await?;
            for row in &rows {
                found.push(row.parsed(0)?);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The infant's age on a day; none where the day of birth is not known.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn age_on(&self, infant: PersonId, on: Date) -> Result<Option<Age>> {
        let mut reader = self.reader().await?;
        let dates = dates_of(&mut reader.db(), self.keys(), infant).await?;
        Ok(dates.born.map(|born| Age {
            days: (on - born).get_days(),
            corrected_days: dates.due.map(|due| (on - due).get_days()),
        }))
    }
}

async fn key_of(db: &mut Db<'_>, keys: &Keys, person: PersonId) -> Result<PersonKey> {
    let sql = "SELECT wrapped FROM vault_key WHERE person = $1";
    let row = db.row(sql, values![person]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("data key of person", person))?;
    PersonKey::unwrap(keys, person, row.bytes(0)?)
}

/// Day of birth and due date of one infant.
pub(crate) async fn dates_of(db: &mut Db<'_>, keys: &Keys, infant: PersonId) -> Result<Dates> {
    let sql = "SELECT vault_field.person, field, sealed, wrapped FROM vault_field \
         JOIN vault_key ON vault_key.person = vault_field.person \
         WHERE vault_field.person = $1 AND field IN ('birth-date', 'due-date')";
    let rows = db.rows(sql, values![infant]).await?;
    Ok(open_dates(keys, &rows)?.remove(&infant).unwrap_or_default())
}

/// Days of birth and due dates of all infants of a study.
pub(crate) async fn dates_of_all(
    db: &mut Db<'_>,
    keys: &Keys,
    study: &StudyId,
) -> Result<BTreeMap<PersonId, Dates>> {
    let sql = "SELECT vault_field.person, field, sealed, wrapped FROM vault_field \
         JOIN vault_key ON vault_key.person = vault_field.person \
         JOIN person ON person.id = vault_field.person \
         WHERE person.study = $1 AND field IN ('birth-date', 'due-date')";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    open_dates(keys, &rows)
}

fn open_dates(keys: &Keys, rows: &[Row]) -> Result<BTreeMap<PersonId, Dates>> {
    let mut all: BTreeMap<PersonId, Dates> = BTreeMap::new();
    for row in rows {
        let person: PersonId = row.parsed(0)?;
        let field: Identifier = row.word(1)?;
        let key = PersonKey::unwrap(keys, person, row.bytes(3)?)?;
        // A date that was typed in another way is no date; the age is then not known.
        let date = key.open(field, &row.text(2)?)?.reveal().parse().ok();
        let dates = all.entry(person).or_default();
        match field {
            Identifier::DueDate => dates.due = date,
            _ => dates.born = date,
        }
    }
    Ok(all)
}
