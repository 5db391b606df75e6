//! Dyads as a reader may see them: of the sites in sight; arms and phases only where they may be
//! known, and otherwise no question touches their table.

use std::collections::BTreeMap;

use attune_protocol::id::{ArmId, AttributeId, DyadId, PhaseId, SiteId, StudyId};
use jiff::civil::Date;

use crate::{
    access::Sight,
    command::{AttributeAnswer, DyadEvent, PartInDyad, WithdrawalLevel},
    database::{Row, values},
    error::{Result, StoreError},
    ids::{DyadKey, EventId, PartId, PersonId},
    store::Store,
};

/// A carer and an infant seen as a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dyad {
    /// Id.
    pub key: DyadKey,
    /// Study code.
    pub code: DyadId,
    /// The infant.
    pub infant: PersonId,
    /// The index carer.
    pub carer: PersonId,
    /// Where the family is seen now.
    pub site: SiteId,
    /// Whether it came with a code from elsewhere.
    pub elsewhere: bool,
    /// What happened last.
    pub last_event: Option<DyadEvent>,
    /// Day of enrolment.
    pub enrolled: Option<Date>,
    /// Whether and how far the family withdrew from taking part.
    pub withdrawal: Option<WithdrawalLevel>,
    /// When.
    pub withdrawn_on: Option<Date>,
}

impl Dyad {
    /// Whether the family takes part now.
    pub fn takes_part(&self) -> bool {
        self.withdrawal.is_none()
            && self
                .last_event
                .is_some_and(|event| !event.is_an_end() && event != DyadEvent::Approached)
    }
}

/// Somebody's part in a dyad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Id.
    pub id: PartId,
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: PartInDyad,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

/// A dated fact about a dyad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Id.
    pub id: EventId,
    /// The dyad.
    pub dyad: DyadKey,
    /// What happened.
    pub what: DyadEvent,
    /// When.
    pub on: Option<Date>,
    /// Why.
    pub why: Option<String>,
}

/// Where a family was seen from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The site.
    pub site: SiteId,
    /// First day.
    pub from: Option<Date>,
}

/// Who has parental responsibility from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsibility {
    /// The person; none when an authority has it.
    pub holder: Option<PersonId>,
    /// By what.
    pub authority: String,
    /// First day.
    pub from: Date,
}

/// A site as a reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSeen {
    /// Id.
    pub id: SiteId,
    /// Name.
    pub label: String,
    /// Kind of setting.
    pub kind: Option<String>,
    /// Dyads that it is to enrol.
    pub planned_dyads: Option<u32>,
    /// Its arm on the day; none for somebody blind.
    pub arm: Option<ArmId>,
    /// Its phase on the day; none for somebody blind.
    pub phase: Option<PhaseId>,
}

fn dyad(row: &Row) -> Result<Dyad> {
    let last_event = match row.maybe_text(6)? {
        Some(_) => Some(row.word(6)?),
        None => None,
    };
    let withdrawal = match row.maybe_text(8)? {
        Some(_) => Some(row.word(8)?),
        None => None,
    };
    Ok(Dyad {
        key: row.parsed(0)?,
        code: DyadId::from(row.text(1)?),
        infant: row.parsed(2)?,
        carer: row.parsed(3)?,
        site: SiteId::from(row.text(4)?),
        elsewhere: row.flag(5)?,
        last_event,
        enrolled: row.maybe_parsed(7)?,
        withdrawal,
        withdrawn_on: row.maybe_parsed(9)?,
    })
}

impl Store {
    /// Dyads of a study at the sites in sight, by code.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn dyads(&self, study: &StudyId, sight: &Sight) -> Result<Vec<Dyad>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, code, infant, carer, site, elsewhere, (SELECT event FROM dyad_event \
             WHERE dyad_event.dyad = dyad.id ORDER BY sequence DESC LIMIT 1), enrolled, withdrawal, \
             withdrawn_on FROM dyad WHERE study = $1";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        let mut dyads: Vec<Dyad> = rows.iter().map(dyad).collect::<Result<_>>()?;
        dyads.retain(|dyad| sight.sites.hold(&dyad.site));
        dyads.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(dyads)
    }

    /// A dyad in sight.
    ///
    /// # Errors
    ///
    /// There is none in sight, or the database cannot be read.
    pub async fn dyad(&self, study: &StudyId, sight: &Sight, key: DyadKey) -> Result<Dyad> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, code, infant, carer, site, elsewhere, (SELECT event FROM dyad_event \
             WHERE dyad_event.dyad = dyad.id ORDER BY sequence DESC LIMIT 1), enrolled, withdrawal, \
             withdrawn_on FROM dyad WHERE study = $1 AND id = $2";
        let row = reader.db().row(sql, values![study.as_str(), key]).await?;
        let found = row.as_ref().map(dyad).transpose()?;
        found
            .filter(|dyad| sight.sites.hold(&dyad.site))
            .ok_or_else(|| StoreError::not_found("dyad", key))
    }

    /// The dyad in sight with this study code.
    ///
    /// # Errors
    ///
    /// There is none in sight, or the database cannot be read.
    pub async fn dyad_by_code(&self, study: &StudyId, sight: &Sight, code: &str) -> Result<Dyad> {
        let found = {
            let mut reader = self.reader().await?;
            let sql = "SELECT id FROM dyad WHERE study = $1 AND code = $2";
            let code = code.trim();
            reader.db().row(sql, values![study.as_str(), code]).await?
        };
        match found {
            Some(row) => self.dyad(study, sight, row.parsed(0)?).await,
            None => Err(StoreError::not_found("dyad", code)),
        }
    }

    /// Dyads that a person belongs to: twins have one carer in two.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn dyads_of_person(
        &self,
        study: &StudyId,
        sight: &Sight,
        person: PersonId,
    ) -> Result<Vec<Dyad>> {
        let keys: Vec<DyadKey> = {
            let mut reader = self.reader().await?;
            let sql = "SELECT DISTINCT dyad FROM dyad_part WHERE person = $1";
            let rows = reader.db().rows(sql, values![person]).await?;
            rows.iter()
                .map(|row| row.parsed(0))
                .collect::<Result<_>>()?
        };
        let mut dyads = self.dyads(study, sight).await?;
        dyads.retain(|dyad| keys.contains(&dyad.key));
        Ok(dyads)
    }

    /// Who belongs or belonged to a dyad.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn parts(&self, dyad: DyadKey) -> Result<Vec<Part>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, person, role, from_date, until_date FROM dyad_part WHERE dyad = $1 \
             ORDER BY COALESCE(from_date, ''), role, id";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        let part = |row: &Row| {
            Ok(Part {
                id: row.parsed(0)?,
                person: row.parsed(1)?,
                role: row.word(2)?,
                from: row.maybe_parsed(3)?,
                until: row.maybe_parsed(4)?,
            })
        };
        rows.iter().map(part).collect()
    }

    /// Dated facts about the dyads of a study, in the order in which they were stored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn events(&self, study: &StudyId) -> Result<Vec<Event>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, dyad, event, on_date, why FROM dyad_event WHERE study = $1 \
             ORDER BY sequence";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        rows.iter().map(event).collect()
    }

    /// Dated facts about one dyad, in the order in which they were stored.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn events_of(&self, dyad: DyadKey) -> Result<Vec<Event>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, dyad, event, on_date, why FROM dyad_event WHERE dyad = $1 \
             ORDER BY sequence";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        rows.iter().map(event).collect()
    }

    /// Where a family was seen, in order.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn stays(&self, dyad: DyadKey) -> Result<Vec<Stay>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT site, from_date FROM dyad_site WHERE dyad = $1 ORDER BY sequence";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        let stay = |row: &Row| {
            Ok(Stay {
                site: SiteId::from(row.text(0)?),
                from: row.maybe_parsed(1)?,
            })
        };
        rows.iter().map(stay).collect()
    }

    /// Parental responsibility for an infant, in the order of days.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn responsibility(&self, infant: PersonId) -> Result<Vec<Responsibility>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT holder, authority, from_date FROM responsibility WHERE infant = $1 \
             ORDER BY from_date";
        let rows = reader.db().rows(sql, values![infant]).await?;
        let one = |row: &Row| {
            Ok(Responsibility {
                holder: row.maybe_parsed(0)?,
                authority: row.text(1)?,
                from: row.parsed(2)?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Attributes of a dyad.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn attributes(
        &self,
        dyad: DyadKey,
    ) -> Result<BTreeMap<AttributeId, AttributeAnswer>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT attribute, value FROM attribute WHERE dyad = $1";
        let rows = reader.db().rows(sql, values![dyad]).await?;
        let one = |row: &Row| Ok((AttributeId::from(row.text(0)?), row.json(1)?));
        rows.iter().map(one).collect()
    }

    /// The dyads' own arms from days on, for somebody who may know them; otherwise none, and their
    /// table is not asked.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn arms(
        &self,
        study: &StudyId,
        sight: &Sight,
    ) -> Result<BTreeMap<DyadKey, Vec<(Option<Date>, ArmId)>>> {
        let mut arms: BTreeMap<DyadKey, Vec<(Option<Date>, ArmId)>> = BTreeMap::new();
        if !sight.arms {
            return Ok(arms);
        }
        let mut reader = self.reader().await?;
        let sql = "SELECT dyad_arm.dyad, from_date, arm, site FROM dyad_arm \
             JOIN dyad ON dyad.id = dyad_arm.dyad WHERE study = $1 ORDER BY sequence";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        for row in &rows {
            if sight.sites.hold(&row.text(3)?) {
                let arm = (row.maybe_parsed(1)?, ArmId::from(row.text(2)?));
                arms.entry(row.parsed(0)?).or_default().push(arm);
            }
        }
        Ok(arms)
    }

    /// Sites in sight on a day, in the order of the study file; arms and phases only for somebody
    /// who may know them.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn sites(&self, study: &StudyId, sight: &Sight, on: Date) -> Result<Vec<SiteSeen>> {
        let protocol = self.protocol(study).await?;
        let in_sight = protocol
            .sites
            .iter()
            .filter(|site| sight.sites.hold(&site.id));
        let seen = in_sight.map(|site| SiteSeen {
            id: site.id.clone(),
            label: site.label.clone(),
            kind: site.kind.clone(),
            planned_dyads: site.planned_dyads,
            arm: site.arm_on(Some(on)).filter(|_| sight.arms).cloned(),
            phase: site.phase_on(Some(on)).filter(|_| sight.arms).cloned(),
        });
        Ok(seen.collect())
    }
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.parsed(0)?,
        dyad: row.parsed(1)?,
        what: row.word(2)?,
        on: row.maybe_parsed(3)?,
        why: row.maybe_text(4)?,
    })
}
