//! Records drawn from the store for measuring and analysis: consent and withdrawal applied, each
//! value with the form that it comes from.
//!
//! The source of a value is written `form:` and the form's id, with the form's version for a row, so
//! that a number leads back to its form and its history. All of it is read in one transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use attune_protocol::{
    Protocol,
    consent::WithdrawnRecords,
    id::{ArmId, AttributeId, DyadId, InstrumentId, MeasureId, SiteId, StudyId, WaveId},
    instrument::Answers,
    missing::Missing,
};
use attune_records::{
    Records,
    check::effect_of_withdrawal,
    record_problem::RecordProblem,
    records::{
        Answer, Assessment, Attendance, AttributeValue, Dyad as DyadRecord, Leaving, Session, When,
    },
    source::{Source, SourceFile},
};
use jiff::civil::Date;

use crate::{
    command::{AnswerValue, AttributeAnswer, DyadEvent, WithdrawalLevel},
    database::{Db, Row, values},
    drawn_codings::{Counting, Schemes, drawn_codings},
    error::{Result, StoreError},
    hex,
    ids::{ClipId, DyadKey, PersonId},
    keys::Keys,
    people::{self, Dates},
    store::Store,
    uninterrupted::uninterrupted,
};

/// Records, and the place in the log up to which they go.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The records, checked against the protocol.
    pub records: Records,
    /// What somebody should look at.
    pub warnings: Vec<RecordProblem>,
    /// Last row of the study's log that changed something.
    pub sequence: i64,
    /// Its hash, lower-case hexadecimal: the fingerprint of the data.
    pub head: String,
    /// Which recordings count with what was coded of them, and why others do not.
    pub counting: BTreeMap<ClipId, Counting>,
}

impl Store {
    /// Draws the records of a study as they are now. Families that never enrolled are not among
    /// them; of families that withdrew there is what the study keeps. Drafts are not among them.
    ///
    /// # Errors
    ///
    /// There is no such study, the database cannot be read, or the records contradict each other.
    pub async fn records(&self, study: &StudyId) -> Result<Drawn> {
        let protocol = self.protocol(study).await?;
        let schemes = self.schemes_in_use(study, &protocol).await?;
        let (store, of, study) = (self.clone(), protocol.clone(), study.clone());
        let (records, counting, sequence, head) = uninterrupted(async move {
            let mut reader = store.reader().await?;
            let mut db = reader.db();
            db.begin_reading().await?;
            let drawn = draw(&mut db, store.keys(), &of, &study, &schemes).await;
            db.script("COMMIT").await?;
            drawn
        })
        .await?;
        match Records::checked(&protocol, records) {
            Ok((records, warnings)) => Ok(Drawn {
                records,
                warnings,
                sequence,
                head,
                counting,
            }),
            Err(problems) => {
                let told: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("{}: {}", problem.source, problem.fault))
                    .collect();
                Err(StoreError::Refused(format!(
                    "the records contradict each other: {}",
                    told.join("; ")
                )))
            }
        }
    }
}

impl Store {
    /// The fingerprint that records drawn now would have.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn records_head(&self, study: &StudyId) -> Result<String> {
        let mut reader = self.reader().await?;
        Ok(head(&mut reader.db(), study).await?.1)
    }
}

async fn draw(
    db: &mut Db<'_>,
    keys: &Keys,
    protocol: &Protocol,
    study: &StudyId,
    schemes: &Schemes,
) -> Result<(Records, BTreeMap<ClipId, Counting>, i64, String)> {
    let (sequence, head) = head(db, study).await?;
    let families = Families::read(db, keys, protocol, study).await?;
    let sessions = sessions(db, study).await?;
    let coded = drawn_codings(db, protocol, study, (&families, &sessions), schemes).await?;
    let records = Records {
        assessments: assessments(db, protocol, study, &families).await?,
        sessions,
        attendance: attendance(db, study, &families).await?,
        consents: Vec::new(),
        codings: coded.sessions,
        dyad_codings: coded.dyads,
        dyads: families.into_records(),
        files: vec![SourceFile {
            file: Arc::from("store"),
            fingerprint: head.clone(),
            n_rows: u32::try_from(sequence).unwrap_or(u32::MAX),
            simulated: protocol.study.simulated,
        }],
    };
    Ok((records, coded.counting, sequence, head))
}

/// The last row of the study's log that changed something, and its hash.
async fn head(db: &mut Db<'_>, study: &StudyId) -> Result<(i64, String)> {
    // What was only noted, such as an export, or looked at changes no record.
    let sql = "SELECT sequence, hash FROM command WHERE chain = $1 \
         AND kind NOT IN ('note', 'open-identity', 'choose-quotation', 'remove-quotation') ORDER BY sequence DESC LIMIT 1";
    let row = db.row(sql, values![study.as_str()]).await?;
    let row = row.ok_or_else(|| StoreError::not_found("study", study))?;
    Ok((row.int(0)?, hex::encode(&row.bytes(1)?)))
}

/// A dyad as a record, and what becomes of its answers.
pub(crate) struct Family {
    pub record: DyadRecord,
    /// Its answers and attributes are withheld.
    pub withheld: bool,
}

/// Enrolled dyads by id.
pub(crate) struct Families {
    pub by_key: BTreeMap<DyadKey, Family>,
}

impl Families {
    pub async fn read(
        db: &mut Db<'_>,
        keys: &Keys,
        protocol: &Protocol,
        study: &StudyId,
    ) -> Result<Self> {
        let dates = people::dates_of_all(db, keys, study).await?;
        let endings = Endings::read(db, study).await?;
        let arms = arms(db, study).await?;
        let mut attributes = attributes(db, study).await?;
        let promised = effect_of_withdrawal(protocol);
        let sql = "SELECT id, code, site, infant, enrolled, age_at_enrolment, withdrawal, \
             withdrawn_on, (SELECT site FROM dyad_site WHERE dyad_site.dyad = dyad.id \
             ORDER BY sequence LIMIT 1) FROM dyad WHERE study = $1";
        let rows = db.rows(sql, values![study.as_str()]).await?;
        let mut by_key = BTreeMap::new();
        for row in &rows {
            let key: DyadKey = row.parsed(0)?;
            if !endings.enrolled.contains(&key) {
                continue;
            }
            let level: Option<WithdrawalLevel> = match row.maybe_text(6)? {
                Some(_) => Some(row.word(6)?),
                None => None,
            };
            if level.is_some() && promised == WithdrawnRecords::Erase {
                continue;
            }
            let infant: PersonId = row.parsed(3)?;
            let dates = dates.get(&infant).copied().unwrap_or_default();
            let withheld = level.is_some_and(|level| level >= WithdrawalLevel::LeaveOut);
            let given = attributes.remove(&key).unwrap_or_default();
            let left = endings.of(key, level.is_some(), row.maybe_parsed(7)?);
            let record = dyad_record(key, row, (dates, left))?;
            let record = DyadRecord {
                arm: arms.get(&key).cloned(),
                attributes: in_order(protocol, &given, withheld),
                ..record
            };
            by_key.insert(key, Family { record, withheld });
        }
        Ok(Self { by_key })
    }

    fn into_records(self) -> Vec<DyadRecord> {
        self.by_key
            .into_values()
            .map(|family| family.record)
            .collect()
    }
}

fn dyad_record(
    key: DyadKey,
    row: &Row,
    (dates, left): (Dates, Option<Leaving>),
) -> Result<DyadRecord> {
    // Where the family was enrolled decides the arm; a later move does not change it.
    let site = row.maybe_text(8)?.map_or_else(|| row.text(2), Ok)?;
    Ok(DyadRecord {
        id: DyadId::from(row.text(1)?),
        site: SiteId::from(site),
        arm: None,
        enrolled: row.maybe_parsed(4)?,
        born: dates.born,
        due: dates.due,
        age_at_enrolment_days: row.maybe_parsed(5)?,
        left,
        attributes: Vec::new(),
        source: source("dyad", &key.to_string(), 1),
    })
}

fn source(kind: &str, id: &str, row: u32) -> Source {
    Source {
        file: Arc::from(format!("{kind}:{id}")),
        row,
        column: None,
    }
}

/// How it ended for families, and who enrolled.
struct Endings {
    enrolled: BTreeSet<DyadKey>,
    last: BTreeMap<DyadKey, (DyadEvent, Option<Date>, Option<String>)>,
}

impl Endings {
    async fn read(db: &mut Db<'_>, study: &StudyId) -> Result<Self> {
        let sql = "SELECT dyad, event, on_date, why FROM dyad_event WHERE study = $1 \
             ORDER BY sequence";
        let rows = db.rows(sql, values![study.as_str()]).await?;
        let mut endings = Self {
            enrolled: BTreeSet::new(),
            last: BTreeMap::new(),
        };
        for row in &rows {
            let dyad: DyadKey = row.parsed(0)?;
            let event: DyadEvent = row.word(1)?;
            match event {
                DyadEvent::Enrolled => {
                    endings.enrolled.insert(dyad);
                }
                DyadEvent::Returned => {
                    endings.last.remove(&dyad);
                }
                // Withdrawal is told by consent, the end of the study is no loss.
                DyadEvent::Withdrew | DyadEvent::Completed | DyadEvent::Approached => {}
                DyadEvent::Left
                | DyadEvent::Lost
                | DyadEvent::Declined
                | DyadEvent::InfantDied
                | DyadEvent::CarerDied => {
                    let ending = (event, row.maybe_parsed(2)?, row.maybe_text(3)?);
                    endings.last.insert(dyad, ending);
                }
            }
        }
        Ok(endings)
    }

    fn of(&self, dyad: DyadKey, withdrew: bool, withdrawn_on: Option<Date>) -> Option<Leaving> {
        let ending = self.last.get(&dyad);
        if ending.is_none() && !withdrew {
            return None;
        }
        let left_on = ending.and_then(|(_, on, _)| *on);
        let date = match (left_on, withdrawn_on.filter(|_| withdrew)) {
            (Some(left), Some(withdrawn)) => Some(left.min(withdrawn)),
            (left, withdrawn) => left.or(withdrawn),
        };
        let reason = ending.and_then(|(event, _, why)| match (event, why) {
            (_, Some(why)) if why.is_empty() => None,
            (_, Some(why)) => Some(why.clone()),
            (DyadEvent::Left, None) => None,
            (event, None) => Some(event.words().to_owned()),
        });
        Some(Leaving {
            date,
            reason,
            withdrew_consent: withdrew,
        })
    }
}

/// The arm to which each dyad was allocated: the one with the earliest first day, one without a day before
/// all others; of several with the same first day the one that was recorded last, which corrects the others.
async fn arms(db: &mut Db<'_>, study: &StudyId) -> Result<BTreeMap<DyadKey, ArmId>> {
    let sql = "SELECT dyad_arm.dyad, arm FROM dyad_arm JOIN dyad ON dyad.id = dyad_arm.dyad \
         WHERE study = $1 ORDER BY CASE WHEN from_date IS NULL THEN 1 ELSE 0 END, from_date DESC, \
         sequence";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let arm = |row: &Row| Ok((row.parsed(0)?, ArmId::from(row.text(1)?)));
    // The last row of each dyad is the one that stays.
    rows.iter().map(arm).collect()
}

async fn attributes(
    db: &mut Db<'_>,
    study: &StudyId,
) -> Result<BTreeMap<DyadKey, BTreeMap<AttributeId, AttributeAnswer>>> {
    let sql = "SELECT attribute.dyad, attribute, value FROM attribute \
         JOIN dyad ON dyad.id = attribute.dyad WHERE study = $1";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let mut all: BTreeMap<DyadKey, BTreeMap<AttributeId, AttributeAnswer>> = BTreeMap::new();
    for row in &rows {
        let of_dyad = all.entry(row.parsed(0)?).or_default();
        of_dyad.insert(AttributeId::from(row.text(1)?), row.json(2)?);
    }
    Ok(all)
}

/// Attributes in the protocol's order, each with its value or why there is none.
fn in_order(
    protocol: &Protocol,
    given: &BTreeMap<AttributeId, AttributeAnswer>,
    withheld: bool,
) -> Vec<(AttributeId, std::result::Result<AttributeValue, Missing>)> {
    let value = |id: &AttributeId| match given.get(id) {
        _ if withheld => Err(Missing::Withdrawn),
        Some(AttributeAnswer::Number(number)) => Ok(AttributeValue::Number(*number)),
        Some(AttributeAnswer::Level(level)) => Ok(AttributeValue::Level(Arc::from(level.as_str()))),
        Some(AttributeAnswer::Date(date)) => Ok(AttributeValue::Date(*date)),
        Some(AttributeAnswer::Missing(missing)) => Err(*missing),
        None => Err(Missing::NotRecorded),
    };
    let attributes = protocol.attributes.iter();
    attributes
        .map(|one| (one.id.clone(), value(&one.id)))
        .collect()
}

async fn assessments(
    db: &mut Db<'_>,
    protocol: &Protocol,
    study: &StudyId,
    families: &Families,
) -> Result<Vec<Assessment>> {
    let sql = "SELECT id, unit, dyad, instrument, wave, on_date, days_after_enrolment, assessor, \
         state, version, answers FROM form WHERE study = $1 AND state <> 'draft'";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let dyad: Option<DyadKey> = row.maybe_parsed(2)?;
        let withheld = match dyad.map(|dyad| families.by_key.get(&dyad)) {
            Some(None) => continue,
            Some(Some(family)) => family.withheld,
            None => false,
        };
        if let Some(assessment) = assessment(protocol, row, withheld)? {
            all.push(assessment);
        }
    }
    Ok(all)
}

fn assessment(protocol: &Protocol, row: &Row, withheld: bool) -> Result<Option<Assessment>> {
    let instrument = InstrumentId::from(row.text(3)?);
    let Some(planned) = protocol.instrument(&instrument) else {
        // A newer version of the study does not use the instrument any more.
        return Ok(None);
    };
    let version = u32::try_from(row.int(9)?).unwrap_or(u32::MAX);
    let form = source("form", &row.text(0)?, version);
    let not_done = row.text(8)? == "not-done";
    let answers: BTreeMap<String, AnswerValue> = row.json(10)?;
    let mut taken = Vec::with_capacity(planned.definition.items.len());
    for item in &planned.definition.items {
        let value = match answers.get(item.id.as_str()) {
            _ if not_done => Err(Missing::NotDone),
            _ if item.answers == Answers::Text => continue,
            None => continue,
            Some(_) if withheld => Err(Missing::Withdrawn),
            Some(AnswerValue::Number(number)) => Ok(*number),
            Some(AnswerValue::Text(_)) => Err(Missing::Invalid),
            Some(other) => Err(other.missing().unwrap_or(Missing::NotRecorded)),
        };
        taken.push(Answer {
            item: item.id.clone(),
            value,
            source: Source {
                column: Some(Arc::from(item.id.as_str())),
                ..form.clone()
            },
        });
    }
    let when = match (row.maybe_parsed(5)?, row.maybe_parsed(6)?) {
        (Some(on), _) => When::On(on),
        (None, Some(days)) => When::DaysAfterEnrolment(days),
        (None, None) => When::NotSaid,
    };
    Ok(Some(Assessment {
        instrument,
        unit: Arc::from(row.text(1)?),
        wave: row.maybe_text(4)?.map(WaveId::from),
        when,
        assessor: row.maybe_text(7)?.map(Arc::from),
        answers: taken,
        source: form,
    }))
}

pub(crate) async fn sessions(db: &mut Db<'_>, study: &StudyId) -> Result<Vec<Session>> {
    let sql = "SELECT code, on_date, site, families, measures FROM meeting WHERE study = $1";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let session = |row: &Row| {
        let source = source("session", &row.text(0)?, 1);
        let measures: BTreeMap<String, AttributeAnswer> = row.json(4)?;
        let measures = measures.into_iter().map(|(measure, value)| {
            let value = match value {
                AttributeAnswer::Number(number) => Ok(number),
                AttributeAnswer::Missing(missing) => Err(missing),
                AttributeAnswer::Level(_) | AttributeAnswer::Date(_) => Err(Missing::Invalid),
            };
            (MeasureId::from(measure), value, source.clone())
        });
        Ok(Session {
            id: Arc::from(row.text(0)?),
            date: row.parsed(1)?,
            site: SiteId::from(row.text(2)?),
            families: row.maybe_int(3)?.and_then(|n| u32::try_from(n).ok()),
            measures: measures.collect(),
            source: source.clone(),
        })
    };
    rows.iter().map(session).collect()
}

async fn attendance(
    db: &mut Db<'_>,
    study: &StudyId,
    families: &Families,
) -> Result<Vec<Attendance>> {
    let sql = "SELECT dyad, on_date, site, minutes FROM attendance WHERE study = $1";
    let rows = db.rows(sql, values![study.as_str()]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let key: DyadKey = row.parsed(0)?;
        let Some(family) = families.by_key.get(&key).filter(|family| !family.withheld) else {
            continue;
        };
        all.push(Attendance {
            dyad: family.record.id.clone(),
            date: row.parsed(1)?,
            site: SiteId::from(row.text(2)?),
            minutes: row.maybe_parsed(3)?,
            source: source("attendance", &key.to_string(), 1),
        });
    }
    Ok(all)
}
