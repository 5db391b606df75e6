//! Counts for the first page of a study: recruitment against plan, completeness, answers by item.

use std::collections::BTreeMap;

use attune_protocol::{
    id::{DyadId, InstrumentId, ItemId, SiteId, StudyId, WaveId},
    missing::Missing,
};
use jiff::civil::Date;

use crate::{
    access::Sight, database::values, dyads::Dyad, error::Result, ids::DyadKey,
    schedule::PlannedStanding, store::Store,
};

/// Recruitment of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recruitment {
    /// The site.
    pub site: SiteId,
    /// Its name.
    pub label: String,
    /// Dyads that it is to enrol.
    pub planned: Option<u32>,
    /// Dyads that enrolled.
    pub enrolled: u32,
    /// Of these, dyads that take part now.
    pub taking_part: u32,
    /// Of these, dyads that withdrew.
    pub withdrew: u32,
}

/// How complete an instrument is at a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// The instrument.
    pub instrument: InstrumentId,
    /// The wave.
    pub wave: WaveId,
    /// Assessments whose time has come.
    pub n_expected: u32,
    /// Of these, done.
    pub n_done: u32,
    /// Of these, not done with a reason.
    pub n_not_done: u32,
    /// Of these, overdue.
    pub n_overdue: u32,
}

/// How far one enrolled family has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyFlow {
    /// The dyad.
    pub dyad: DyadKey,
    /// Its study code.
    pub code: DyadId,
    /// Where the family was enrolled.
    pub site: SiteId,
    /// When.
    pub enrolled: Option<Date>,
    /// Where it stands at each wave at which families are measured, in the order of the study file.
    pub waves: Vec<(WaveId, AtWave)>,
}

/// Where a family stands at a wave, over all instruments that are asked there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AtWave {
    /// At least one assessment was done.
    Seen,
    /// None was done, and at least one may still be: its window is open or has passed.
    Waiting,
    /// All were recorded as not done.
    Missed,
    /// The time has not come.
    Later,
    /// The family had gone before.
    Gone,
    /// The study is over, and ended before the time came.
    AfterEnd,
}

impl AtWave {
    fn of(standings: &[PlannedStanding]) -> Self {
        let any = |wanted: &[PlannedStanding]| standings.iter().any(|one| wanted.contains(one));
        if any(&[PlannedStanding::Done]) {
            Self::Seen
        } else if any(&[
            PlannedStanding::Due,
            PlannedStanding::Overdue,
            PlannedStanding::Begun,
        ]) {
            Self::Waiting
        } else if any(&[PlannedStanding::NotDone]) {
            Self::Missed
        } else if any(&[PlannedStanding::Later, PlannedStanding::WithoutDay]) {
            Self::Later
        } else if any(&[PlannedStanding::AfterEnd]) {
            Self::AfterEnd
        } else {
            Self::Gone
        }
    }
}

/// Answers to one item over all forms of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemCounts {
    /// The instrument.
    pub instrument: InstrumentId,
    /// The item.
    pub item: ItemId,
    /// Forms with an answer.
    pub n_answered: i64,
    /// Forms without one, by reason.
    pub missing: Vec<(Missing, i64)>,
}

impl Store {
    /// Recruitment of the sites in sight, in the order of the study file.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn recruitment(
        &self,
        study: &StudyId,
        sight: &Sight,
        today: Date,
    ) -> Result<Vec<Recruitment>> {
        let dyads = self.dyads(study, sight).await?;
        let enrolled = self.enrolled(study).await?;
        let sites = self.sites(study, sight, today).await?;
        let one = |site: crate::dyads::SiteSeen| {
            let here: Vec<&Dyad> = dyads
                .iter()
                .filter(|dyad| dyad.site == site.id && enrolled.contains(&dyad.key))
                .collect();
            let count = |keep: fn(&Dyad) -> bool| {
                let n = here.iter().filter(|dyad| keep(dyad)).count();
                u32::try_from(n).unwrap_or(u32::MAX)
            };
            Recruitment {
                enrolled: count(|_| true),
                taking_part: count(Dyad::takes_part),
                withdrew: count(|dyad| dyad.withdrawal.is_some()),
                site: site.id,
                label: site.label,
                planned: site.planned_dyads,
            }
        };
        Ok(sites.into_iter().map(one).collect())
    }

    async fn enrolled(&self, study: &StudyId) -> Result<std::collections::BTreeSet<DyadKey>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT DISTINCT dyad FROM dyad_event WHERE study = $1 AND event = 'enrolled'";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        rows.iter().map(|row| row.parsed(0)).collect()
    }

    /// Completeness by instrument and wave, in the order of the study file.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn completeness(
        &self,
        study: &StudyId,
        sight: &Sight,
        today: Date,
    ) -> Result<Vec<Completeness>> {
        let protocol = self.protocol(study).await?;
        let schedule = self.schedule(study, sight, today).await?;
        let mut all = Vec::new();
        for planned in &protocol.instruments {
            for wave in &planned.waves {
                let here = schedule
                    .iter()
                    .filter(|one| one.instrument == planned.id && one.wave == *wave);
                let mut counts: BTreeMap<PlannedStanding, u32> = BTreeMap::new();
                for one in here {
                    *counts.entry(one.standing).or_insert(0) += 1;
                }
                let of = |standing| counts.get(&standing).copied().unwrap_or(0);
                let n_done = of(PlannedStanding::Done);
                let n_not_done = of(PlannedStanding::NotDone);
                let n_overdue = of(PlannedStanding::Overdue);
                let n_open = of(PlannedStanding::Due) + of(PlannedStanding::Begun);
                all.push(Completeness {
                    instrument: planned.id.clone(),
                    wave: wave.clone(),
                    n_expected: n_done + n_not_done + n_overdue + n_open,
                    n_done,
                    n_not_done,
                    n_overdue,
                });
            }
        }
        Ok(all)
    }

    /// How far each enrolled family in sight has come, by code.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn flow(
        &self,
        study: &StudyId,
        sight: &Sight,
        today: Date,
    ) -> Result<Vec<FamilyFlow>> {
        let protocol = self.protocol(study).await?;
        let enrolled: BTreeMap<DyadKey, Option<Date>> = self
            .dyads(study, &Sight::FULL)
            .await?
            .into_iter()
            .map(|dyad| (dyad.key, dyad.enrolled))
            .collect();
        let mut families: BTreeMap<DyadKey, FamilyFlow> = BTreeMap::new();
        let mut standings: BTreeMap<(DyadKey, WaveId), Vec<PlannedStanding>> = BTreeMap::new();
        for planned in self.schedule(study, sight, today).await? {
            let key = planned.dyad;
            families.entry(key).or_insert_with(|| FamilyFlow {
                dyad: key,
                code: planned.code.clone(),
                site: planned.site.clone(),
                enrolled: enrolled.get(&key).copied().flatten(),
                waves: Vec::new(),
            });
            standings
                .entry((key, planned.wave))
                .or_default()
                .push(planned.standing);
        }
        let mut all: Vec<FamilyFlow> = families.into_values().collect();
        for family in &mut all {
            for wave in &protocol.waves {
                if let Some(there) = standings.get(&(family.dyad, wave.id.clone())) {
                    family.waves.push((wave.id.clone(), AtWave::of(there)));
                }
            }
        }
        all.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(all)
    }

    /// Answers by item over all forms of a study, from the typed view.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn answer_counts(&self, study: &StudyId) -> Result<Vec<ItemCounts>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT instrument, item, COALESCE(missing, ''), COUNT(*) FROM answer \
             WHERE study = $1 GROUP BY instrument, item, COALESCE(missing, '') \
             ORDER BY instrument, item, COALESCE(missing, '')";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        let mut all: Vec<ItemCounts> = Vec::new();
        for row in &rows {
            let (instrument, item) = (row.text(0)?, row.text(1)?);
            let is_new = all.last().is_none_or(|last| {
                last.instrument.as_str() != instrument || last.item.as_str() != item
            });
            if is_new {
                all.push(ItemCounts {
                    instrument: instrument.into(),
                    item: item.into(),
                    n_answered: 0,
                    missing: Vec::new(),
                });
            }
            let Some(last) = all.last_mut() else { continue };
            match row.text(2)?.as_str() {
                "" => last.n_answered = row.int(3)?,
                _ => last.missing.push((row.word(2)?, row.int(3)?)),
            }
        }
        Ok(all)
    }
}
