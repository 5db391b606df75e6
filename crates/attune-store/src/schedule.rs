//! What is planned for each dyad and when: due today, overdue, done, not done and why.

use std::collections::BTreeSet;

use attune_protocol::{
    Protocol,
    design::{Timing, Wave},
    id::{DyadId, InstrumentId, SiteId, StudyId, WaveId},
    instrument::PlannedInstrument,
    plan::About,
    study::Study,
};
use attune_records::{
    records::Dyad as DyadRecord,
    schedule::{is_after_end, planned_days},
};
use jiff::{ToSpan, civil::Date};

use crate::{
    access::Sight,
    command::DyadEvent,
    draw::Families,
    dyads::Dyad,
    error::Result,
    forms::{FormFilter, FormRow, FormState},
    ids::{DyadKey, FormId},
    store::Store,
};

/// One planned assessment of one dyad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The dyad.
    pub dyad: DyadKey,
    /// Its study code.
    pub code: DyadId,
    /// Where the family was enrolled.
    pub site: SiteId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// The wave.
    pub wave: WaveId,
    /// The planned day; none for a wave that is planned for a phase, or where the day that it counts
    /// from is not known.
    pub day: Option<Date>,
    /// First day of the window.
    pub from: Option<Date>,
    /// Last day of the window.
    pub until: Option<Date>,
    /// Where it stands.
    pub standing: PlannedStanding,
    /// The form, where there is one.
    pub form: Option<FormId>,
    /// Why it was not done.
    pub not_done_reason: Option<String>,
}

/// Where a planned assessment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedStanding {
    /// Its window is open, or it has no window and its day has come.
    Due,
    /// Its window has closed and there is no form.
    Overdue,
    /// A form was begun.
    Begun,
    /// Its window has not opened.
    Later,
    /// It has no day yet.
    WithoutDay,
    /// Done.
    Done,
    /// It did not take place, and somebody said why.
    NotDone,
    /// The family takes part no more.
    NoMore,
    /// The study is over, and ended before the window opened: nobody missed it.
    AfterEnd,
}

impl Store {
    /// Planned assessments of the enrolled dyads in sight: by standing, then day, then code.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn schedule(
        &self,
        study: &StudyId,
        sight: &Sight,
        today: Date,
    ) -> Result<Vec<Planned>> {
        let protocol = self.protocol(study).await?;
        let forms = self.forms(study, sight, &FormFilter::default()).await?;
        let families = {
            let mut reader = self.reader().await?;
            Families::read(&mut reader.db(), self.keys(), &protocol, study).await?
        };
        let asked_no_more = self.asked_no_more(study).await?;
        let mut all = Vec::new();
        for (key, family) in &families.by_key {
            if !sight.sites.hold(&family.record.site) {
                continue;
            }
            for (planned, wave) in of_dyads(&protocol) {
                let form = forms.iter().find(|form| {
                    form.dyad == Some(*key)
                        && form.instrument == planned.id
                        && form.wave.as_ref() == Some(&wave.id)
                });
                let of = (&protocol.study, planned, wave);
                let mut planned = one(*key, &family.record, of, form, today);
                if asked_no_more.contains(key) && planned.standing.is_still_to_do() {
                    planned.standing = PlannedStanding::NoMore;
                }
                all.push(planned);
            }
        }
        all.sort_by(|a, b| {
            let order = |one: &Planned| (one.standing, one.until.or(one.day), one.code.clone());
            order(a).cmp(&order(b))
        });
        Ok(all)
    }
}

impl Store {
    /// Families whom nobody asks for anything any more, not even for what was missed before: those who
    /// withdrew, and those in which somebody died.
    async fn asked_no_more(&self, study: &StudyId) -> Result<BTreeSet<DyadKey>> {
        let dyads = self.dyads(study, &Sight::FULL).await?;
        let is_closed = |dyad: &Dyad| {
            let ended = matches!(
                dyad.last_event,
                Some(DyadEvent::InfantDied | DyadEvent::CarerDied | DyadEvent::Withdrew)
            );
            ended || dyad.withdrawal.is_some()
        };
        let closed = dyads.into_iter().filter(is_closed);
        Ok(closed.map(|dyad| dyad.key).collect())
    }
}

impl PlannedStanding {
    /// Whether somebody may still do it.
    pub fn is_still_to_do(self) -> bool {
        matches!(
            self,
            Self::Due | Self::Overdue | Self::Begun | Self::Later | Self::WithoutDay
        )
    }
}

/// Instruments about dyads, each with its waves.
fn of_dyads(protocol: &Protocol) -> impl Iterator<Item = (&PlannedInstrument, &Wave)> {
    let about_dyads = protocol
        .instruments
        .iter()
        .filter(|planned| matches!(planned.about, About::Dyad | About::Infant | About::Carer));
    about_dyads.flat_map(|planned| {
        let waves = planned.waves.iter().filter_map(|wave| protocol.wave(wave));
        waves.map(move |wave| (planned, wave))
    })
}

fn one(
    key: DyadKey,
    record: &DyadRecord,
    (study, planned, wave): (&Study, &PlannedInstrument, &Wave),
    form: Option<&FormRow>,
    today: Date,
) -> Planned {
    let day = planned_day(wave, record);
    let window = wave.window;
    let days = |n: u32| i64::from(n).days();
    let from = day
        .zip(window)
        .map(|(day, window)| day.saturating_sub(days(window.days_before)));
    let until = day
        .zip(window)
        .map(|(day, window)| day.saturating_add(days(window.days_after)));
    let standing = match form.map(|form| form.state) {
        Some(FormState::Complete) => PlannedStanding::Done,
        Some(FormState::NotDone) => PlannedStanding::NotDone,
        Some(FormState::Draft) => PlannedStanding::Begun,
        None if is_over(record, from.or(day)) => PlannedStanding::NoMore,
        None if is_after_end(study, wave, record) => PlannedStanding::AfterEnd,
        None => match (from.or(day), until) {
            (None, _) => PlannedStanding::WithoutDay,
            (Some(from), _) if today < from => PlannedStanding::Later,
            (Some(_), Some(until)) if today > until => PlannedStanding::Overdue,
            (Some(_), _) => PlannedStanding::Due,
        },
    };
    Planned {
        dyad: key,
        code: record.id.clone(),
        site: record.site.clone(),
        instrument: planned.id.clone(),
        wave: wave.id.clone(),
        day,
        from,
        until,
        standing,
        form: form.map(|form| form.id),
        not_done_reason: form.and_then(|form| form.not_done_reason.clone()),
    }
}

/// Whether nothing more is expected of a family that left. What was due while it still took part and
/// has no form is overdue all the same.
fn is_over(record: &DyadRecord, opens: Option<Date>) -> bool {
    record
        .left
        .as_ref()
        .is_some_and(|left| match (left.date, opens) {
            (Some(left), Some(opens)) => left <= opens,
            _ => true,
        })
}

/// The planned day of a wave for a dyad.
fn planned_day(wave: &Wave, record: &DyadRecord) -> Option<Date> {
    if matches!(wave.timing, Timing::During(_)) {
        return None;
    }
    let days = planned_days(wave, record)?;
    Some(
        record
            .enrolled?
            .saturating_add((days.round() as i64).days()),
    )
}
