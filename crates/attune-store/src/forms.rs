//! Forms as a reader may see them, their queries and alerts.

use std::collections::BTreeMap;

use attune_protocol::id::{InstrumentId, ItemId, SiteId, StudyId, WaveId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    access::Sight,
    accounts::moment,
    command::AnswerValue,
    database::{Row, values},
    error::{Result, StoreError},
    ids::{AccountId, AlertId, DyadKey, FormId, QueryId},
    moment::Moment,
    store::Store,
};

/// Where a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormState {
    /// Begun and not finished.
    Draft,
    /// Finished.
    Complete,
    /// The assessment did not take place.
    NotDone,
}

/// A form without its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct FormRow {
    /// Id.
    pub id: FormId,
    /// The unit: a dyad's code, a session's code, a site.
    pub unit: String,
    /// The dyad.
    pub dyad: Option<DyadKey>,
    /// The instrument.
    pub instrument: InstrumentId,
    /// The wave.
    pub wave: Option<WaveId>,
    /// The site.
    pub site: SiteId,
    /// Day of the assessment.
    pub on: Option<Date>,
    /// Days after enrolment, for records without dates.
    pub days_after_enrolment: Option<f64>,
    /// Study code of whoever assessed.
    pub assessor: Option<String>,
    /// Where it stands.
    pub state: FormState,
    /// Version, from 1.
    pub version: u32,
    /// Items with an answer.
    pub n_answered: u32,
    /// Items with a reason why there is none.
    pub n_missing: u32,
    /// SHA-256 of the answers, which a signature is bound to.
    pub digest: String,
    /// Who saved it last: an account's id, or `program`.
    pub saved_by: String,
    /// When.
    pub saved: Moment,
    /// Why the assessment did not take place.
    pub not_done_reason: Option<String>,
    /// Whether it was typed in twice, and whether the entries were compared and settled.
    pub second_entry: Option<SecondEntry>,
    /// Whether nobody may change it.
    pub locked: bool,
    /// The signature under this version.
    pub signature: Option<Signature>,
}

/// Where double entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondEntry {
    /// Typed in twice and not yet compared.
    ToCompare,
    /// Compared and settled.
    Settled,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who: an account's id.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What it means.
    pub meaning: String,
}

/// A form with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Everything else.
    pub row: FormRow,
    /// Answers by item.
    pub answers: BTreeMap<ItemId, AnswerValue>,
}

/// Which forms.
#[derive(Debug, Clone, Default)]
pub struct FormFilter {
    /// Of one dyad.
    pub dyad: Option<DyadKey>,
    /// Of one instrument.
    pub instrument: Option<InstrumentId>,
    /// Of one wave.
    pub wave: Option<WaveId>,
}

/// A difference between two entries of one paper form.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryDifference {
    /// The item.
    pub item: ItemId,
    /// What the first entry has.
    pub first: Option<AnswerValue>,
    /// What the second one has.
    pub second: Option<AnswerValue>,
}

/// A query about a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Id.
    pub id: QueryId,
    /// The form.
    pub form: FormId,
    /// Its site.
    pub site: SiteId,
    /// The item.
    pub item: Option<ItemId>,
    /// Where it stands.
    pub state: QueryState,
    /// Who raised it: an account's id.
    pub raised_by: String,
    /// When.
    pub raised: Moment,
}

/// Where a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueryState {
    /// Waits for an answer.
    Open,
    /// Answered; waits to be closed.
    Answered,
    /// Settled.
    Closed,
}

/// One thing said about a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryMessage {
    /// `raised`, `answered`, `closed` or `reopened`.
    pub what: String,
    /// The text.
    pub text: String,
    /// Who: an account's id.
    pub actor: String,
    /// When.
    pub at: Moment,
}

/// An answer that a clinician must hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Id.
    pub id: AlertId,
    /// The form.
    pub form: FormId,
    /// The dyad.
    pub dyad: Option<DyadKey>,
    /// The site.
    pub site: SiteId,
    /// The item.
    pub item: ItemId,
    /// The rule of the instrument.
    pub rule: String,
    /// What it says.
    pub message: String,
    /// The clinician that was named.
    pub to: Option<AccountId>,
    /// When it was raised.
    pub raised: Moment,
    /// Who acknowledged it, when, and what was done.
    pub acknowledged: Option<(String, Moment, String)>,
}

fn form_row(row: &Row) -> Result<FormRow> {
    let count = |index| -> Result<u32> {
        u32::try_from(row.int(index)?).map_err(|_| StoreError::damaged("a count of a form"))
    };
    let second_entry = match (row.maybe_text(17)?, row.maybe_int(18)?) {
        (None, _) => None,
        (Some(_), None) => Some(SecondEntry::ToCompare),
        (Some(_), Some(_)) => Some(SecondEntry::Settled),
    };
    let signature = match (row.maybe_text(20)?, row.maybe_int(21)?) {
        (Some(by), Some(at)) => Some(Signature {
            by,
            at: moment(at),
            meaning: row.maybe_text(22)?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(FormRow {
        id: row.parsed(0)?,
        unit: row.text(1)?,
        dyad: row.maybe_parsed(2)?,
        instrument: InstrumentId::from(row.text(3)?),
        wave: row.maybe_text(4)?.map(WaveId::from),
        site: SiteId::from(row.text(5)?),
        on: row.maybe_parsed(6)?,
        days_after_enrolment: row.maybe_parsed(7)?,
        assessor: row.maybe_text(8)?,
        state: row.word(9)?,
        version: count(10)?,
        n_answered: count(11)?,
        n_missing: count(12)?,
        digest: row.text(13)?,
        saved_by: row.text(14)?,
        saved: moment(row.int(15)?),
        not_done_reason: row.maybe_text(16)?,
        second_entry,
        locked: row.flag(19)?,
        signature,
    })
}

impl Store {
    /// Who is told of alerts, by site.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn clinicians(&self, study: &StudyId) -> Result<BTreeMap<SiteId, AccountId>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT site, account FROM site_clinician WHERE study = $1";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        rows.iter()
            .map(|row| Ok((SiteId::from(row.text(0)?), row.parsed(1)?)))
            .collect()
    }

    /// Forms in sight, by unit, instrument and day.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn forms(
        &self,
        study: &StudyId,
        sight: &Sight,
        filter: &FormFilter,
    ) -> Result<Vec<FormRow>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, unit, dyad, instrument, wave, site, on_date, days_after_enrolment, \
             assessor, state, version, n_answered, n_missing, digest, saved_by, saved, \
             not_done_reason, second_by, settled, locked, signed_by, signed, signed_meaning \
             FROM form WHERE study = $1 AND ($2 = '' OR dyad = $2) \
             AND ($3 = '' OR instrument = $3) AND ($4 = '' OR wave = $4)";
        let dyad = filter.dyad.map(|dyad| dyad.to_string()).unwrap_or_default();
        let instrument = filter.instrument.as_ref().map_or("", |one| one.as_str());
        let wave = filter.wave.as_ref().map_or("", |one| one.as_str());
        let values = values![study.as_str(), dyad, instrument, wave];
        let rows = reader.db().rows(sql, values).await?;
        let mut forms: Vec<FormRow> = rows.iter().map(form_row).collect::<Result<_>>()?;
        forms.retain(|form| sight.sites.hold(&form.site));
        forms.sort_by(|a, b| {
            let key = |form: &FormRow| (form.unit.clone(), form.instrument.clone(), form.on);
            key(a).cmp(&key(b)).then(a.id.cmp(&b.id))
        });
        Ok(forms)
    }

    /// A form in sight.
    ///
    /// # Errors
    ///
    /// There is none in sight, or the database cannot be read.
    pub async fn form(&self, study: &StudyId, sight: &Sight, id: FormId) -> Result<Form> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, unit, dyad, instrument, wave, site, on_date, days_after_enrolment, \
             assessor, state, version, n_answered, n_missing, digest, saved_by, saved, \
             not_done_reason, second_by, settled, locked, signed_by, signed, signed_meaning, \
             answers FROM form WHERE study = $1 AND id = $2";
        let row = reader.db().row(sql, values![study.as_str(), id]).await?;
        let row = row.ok_or_else(|| StoreError::not_found("form", id))?;
        let form = Form {
            row: form_row(&row)?,
            answers: row.json(23)?,
        };
        if !sight.sites.hold(&form.row.site) {
            return Err(StoreError::not_found("form", id));
        }
        Ok(form)
    }

    /// Where the two entries of a form differ, item by item.
    ///
    /// # Errors
    ///
    /// There is no second entry in sight, or the database cannot be read.
    pub async fn compare_entries(
        &self,
        study: &StudyId,
        sight: &Sight,
        id: FormId,
    ) -> Result<Vec<EntryDifference>> {
        let form = self.form(study, sight, id).await?;
        let mut reader = self.reader().await?;
        let sql = "SELECT second_entry FROM form WHERE id = $1";
        let row = reader.db().row(sql, values![id]).await?;
        let second: Option<BTreeMap<ItemId, AnswerValue>> = match &row {
            Some(row) => row.maybe_json(0)?,
            None => None,
        };
        let second = second.ok_or_else(|| StoreError::not_found("second entry of form", id))?;
        let mut items: Vec<&ItemId> = form.answers.keys().chain(second.keys()).collect();
        items.sort_unstable();
        items.dedup();
        let differs = |item: &&ItemId| form.answers.get(*item) != second.get(*item);
        let difference = |item: &ItemId| EntryDifference {
            item: item.clone(),
            first: form.answers.get(item).cloned(),
            second: second.get(item).cloned(),
        };
        Ok(items.into_iter().filter(differs).map(difference).collect())
    }

    /// Queries in sight, oldest first; of one form, where one is given.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn queries(
        &self,
        study: &StudyId,
        sight: &Sight,
        form: Option<FormId>,
    ) -> Result<Vec<Query>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, form, site, item, state, raised_by, raised FROM query \
             WHERE study = $1 AND ($2 = '' OR form = $2) ORDER BY raised, id";
        let form = form.map(|form| form.to_string()).unwrap_or_default();
        let rows = reader.db().rows(sql, values![study.as_str(), form]).await?;
        let query = |row: &Row| {
            Ok(Query {
                id: row.parsed(0)?,
                form: row.parsed(1)?,
                site: SiteId::from(row.text(2)?),
                item: row.maybe_text(3)?.map(ItemId::from),
                state: row.word(4)?,
                raised_by: row.text(5)?,
                raised: moment(row.int(6)?),
            })
        };
        let mut queries: Vec<Query> = rows.iter().map(query).collect::<Result<_>>()?;
        queries.retain(|query| sight.sites.hold(&query.site));
        Ok(queries)
    }

    /// What was said about a query, in order.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn query_messages(&self, query: QueryId) -> Result<Vec<QueryMessage>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT what, text, actor, at FROM query_message WHERE query = $1 \
             ORDER BY sequence";
        let rows = reader.db().rows(sql, values![query]).await?;
        let message = |row: &Row| {
            Ok(QueryMessage {
                what: row.text(0)?,
                text: row.text(1)?,
                actor: row.text(2)?,
                at: moment(row.int(3)?),
            })
        };
        rows.iter().map(message).collect()
    }

    /// Alerts in sight, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn alerts(&self, study: &StudyId, sight: &Sight) -> Result<Vec<Alert>> {
        let mut reader = self.reader().await?;
        let sql = "SELECT id, form, dyad, site, item, rule, message, to_account, raised, \
             acknowledged_by, acknowledged, note FROM alert WHERE study = $1 ORDER BY raised, id";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        let alert = |row: &Row| {
            let acknowledged = match (row.maybe_text(9)?, row.maybe_int(10)?) {
                (Some(by), Some(at)) => {
                    Some((by, moment(at), row.maybe_text(11)?.unwrap_or_default()))
                }
                _ => None,
            };
            Ok(Alert {
                id: row.parsed(0)?,
                form: row.parsed(1)?,
                dyad: row.maybe_parsed(2)?,
                site: SiteId::from(row.text(3)?),
                item: ItemId::from(row.text(4)?),
                rule: row.text(5)?,
                message: row.text(6)?,
                to: row.maybe_parsed(7)?,
                raised: moment(row.int(8)?),
                acknowledged,
            })
        };
        let mut alerts: Vec<Alert> = rows.iter().map(alert).collect::<Result<_>>()?;
        alerts.retain(|alert| sight.sites.hold(&alert.site));
        Ok(alerts)
    }
}
