//! What was coded in the room, among the study's records: of each recording the first coder's finished
//! coding (of several recordings of one session each, and only when all of them are coded), and beside it the finished second one, from which findings tell how far the numbers depend on who
//! coded. Training, standards and coders' own projects are never among them, nor is anything that a family
//! has taken back.
//!
//! The source of a coding is written `coding:` and its id, with its version for a row, so that a number leads
//! back to the observation.

use std::{collections::BTreeMap, sync::Arc};

use attune_protocol::{
    Protocol,
    consent::{WithdrawnMedia, WithdrawnRecords},
    id::{PurposeId, SchemeId, StudyId, WaveId},
    plan::About,
    scheme::Scheme,
};
use attune_records::{
    observation::Micros,
    records::{DyadCoding, Session, SessionCoding, When},
    source::Source,
};

use crate::{
    clips::{ClipRow, CodingRow, clips, codings, consents_to},
    coded_observations::{observation, present},
    codings::content,
    command::{WithdrawalLevel, video::CodingPurpose},
    database::{Db, values},
    draw::{self, Families},
    error::Result,
    ids::{ClipId, DyadKey},
    store::Store,
};

/// Whether what was coded of a recording counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counting {
    /// It does, for this session or dyad.
    For(String),
    /// It does not, and why.
    Not(&'static str),
}

/// Codings as records, and what becomes of each recording.
#[derive(Debug, Default)]
pub(crate) struct DrawnCodings {
    pub sessions: Vec<SessionCoding>,
    pub dyads: Vec<DyadCoding>,
    pub counting: BTreeMap<ClipId, Counting>,
}

/// Schemes by id and version.
pub(crate) type Schemes = BTreeMap<(SchemeId, u32), Arc<Scheme>>;

impl Store {
    /// Of each recording whether what was coded of it is among the study's records, and why not.
    ///
    /// # Errors
    ///
    /// There is no such study, or the database cannot be read.
    pub async fn counting(&self, study: &StudyId) -> Result<BTreeMap<ClipId, Counting>> {
        let protocol = self.protocol(study).await?;
        let schemes = self.schemes_in_use(study, &protocol).await?;
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let families = Families::read(&mut db, self.keys(), &protocol, study).await?;
        let sessions = draw::sessions(&mut db, study).await?;
        let of = (&families, sessions.as_slice());
        let all = standings(&mut db, &protocol, study, of, &schemes).await?;
        let counting = all.into_iter().map(|(clip, standing)| {
            let counting = match standing {
                Ok(counted) => Counting::For(counted.shown.unit().to_owned()),
                Err(why) => Counting::Not(why),
            };
            (clip, counting)
        });
        Ok(counting.collect())
    }

    /// Every version of the study's schemes by which recordings are coded. Versions never change, so they
    /// may be read before the records are.
    pub(crate) async fn schemes_in_use(
        &self,
        study: &StudyId,
        protocol: &Protocol,
    ) -> Result<Schemes> {
        let mut reader = self.reader().await?;
        let sql = "SELECT DISTINCT scheme, scheme_version FROM clip WHERE study = $1 \
             AND (own_scheme IS NULL OR bringing IS NOT NULL)";
        let rows = reader.db().rows(sql, values![study.as_str()]).await?;
        drop(reader);
        let mut schemes = Schemes::new();
        for row in &rows {
            let id = SchemeId::new(row.text(0)?);
            let version = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
            if protocol.schemes.iter().any(|scheme| scheme.id == id) {
                let scheme = self.coding_scheme(study, &id, version).await?;
                schemes.insert((id, version), scheme);
            }
        }
        Ok(schemes)
    }
}

/// What a recording is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Session(String),
    Dyad {
        dyad: String,
        wave: Option<WaveId>,
        on: Option<jiff::civil::Date>,
    },
}

impl Shown {
    /// Code of the session or dyad.
    fn unit(&self) -> &str {
        match self {
            Self::Session(unit) | Self::Dyad { dyad: unit, .. } => unit,
        }
    }
}

/// A recording that counts: what it shows, by which scheme it is measured, whose codings are drawn.
struct Counted<'a> {
    clip: ClipRow,
    scheme: &'a Scheme,
    codings: Vec<CodingRow>,
    shown: Shown,
}

/// Draws them, within the transaction that draws everything else.
pub(crate) async fn drawn_codings(
    db: &mut Db<'_>,
    protocol: &Protocol,
    study: &StudyId,
    of: (&Families, &[Session]),
    schemes: &Schemes,
) -> Result<DrawnCodings> {
    let mut drawn = DrawnCodings::default();
    for (clip, standing) in standings(db, protocol, study, of, schemes).await? {
        let counting = match standing {
            Err(why) => Counting::Not(why),
            Ok(counted) => {
                let mut n = 0;
                for row in &counted.codings {
                    n += usize::from(add(db, study, &counted, schemes, row, &mut drawn).await?);
                }
                match n {
                    0 => Counting::Not("it is not known how long was coded"),
                    _ => Counting::For(counted.shown.unit().to_owned()),
                }
            }
        };
        drawn.counting.insert(clip, counting);
    }
    Ok(drawn)
}

/// Of each recording what counts, or why nothing does.
async fn standings<'a>(
    db: &mut Db<'_>,
    protocol: &'a Protocol,
    study: &StudyId,
    (families, sessions): (&Families, &[Session]),
    schemes: &Schemes,
) -> Result<Vec<(ClipId, std::result::Result<Counted<'a>, &'static str>)>> {
    let mut standings = Vec::new();
    let mut together = Together::default();
    let all = codings(db, study).await?;
    for clip in clips(db, study)
        .await?
        .into_iter()
        .filter(|one| !one.is_own)
    {
        let of_clip: Vec<&CodingRow> = all.iter().filter(|one| one.clip == clip.id).collect();
        let counted = measured_by(protocol, schemes, &clip)
            .and_then(|scheme| Ok((scheme, shown(&clip, scheme, families, sessions)?)));
        let id = clip.id;
        let standing = match counted {
            Err(why) => Err(why),
            Ok(_) if !may_stay(db, protocol, &clip, families).await? => {
                Err("a family in it has taken its consent back")
            }
            Ok((_, shown)) if together.shows_the_same_minutes(&clip, &shown) => {
                Err("it shows the same minutes as another recording, which counts")
            }
            Ok((scheme, shown)) => match first_coding(&of_clip) {
                Err(why) if is_to_be_coded(&clip, &of_clip) => {
                    together.lack_a_coding.push((clip.scheme.clone(), shown));
                    Err(why)
                }
                Err(why) => Err(why),
                Ok(first) => {
                    let second = of_clip
                        .into_iter()
                        .filter(|one| one.purpose == CodingPurpose::Reliability && one.finished);
                    Ok(Counted {
                        codings: [first].into_iter().chain(second).cloned().collect(),
                        clip,
                        scheme,
                        shown,
                    })
                }
            },
        };
        standings.push((id, standing));
    }
    // Half of a session is not the session.
    for (_, standing) in &mut standings {
        let waits = standing.as_ref().is_ok_and(|counted: &Counted<'_>| {
            let mut lacking = together.lack_a_coding.iter();
            lacking.any(|(scheme, shown)| *scheme == counted.clip.scheme && *shown == counted.shown)
        });
        if waits {
            *standing = Err("another recording of the same session or visit is not coded yet");
        }
    }
    Ok(standings)
}

/// Whether a recording waits for a coding that counts: not one that was removed, or that coders only learn from.
fn is_to_be_coded(clip: &ClipRow, codings: &[&CodingRow]) -> bool {
    let teaches = |coding: &&CodingRow| {
        matches!(
            coding.purpose,
            CodingPurpose::Training | CodingPurpose::Gold
        )
    };
    clip.removed.is_none() && (codings.is_empty() || !codings.iter().all(teaches))
}

/// Recordings that show one session or visit.
#[derive(Default)]
struct Together {
    /// Those with a place on the clock of the session, from when to when.
    on_clock: Vec<(SchemeId, Shown, i64, i64)>,
    /// What has a recording that should count and is not coded.
    lack_a_coding: Vec<(SchemeId, Shown)>,
}

impl Together {
    /// Whether an earlier one shows minutes that this one shows, too; otherwise it has its place from now on.
    fn shows_the_same_minutes(&mut self, clip: &ClipRow, shown: &Shown) -> bool {
        let (Some(begins), Some(angle)) = (clip.begins, clip.angles.first()) else {
            return false;
        };
        let ends = begins + angle.length;
        let overlaps = self.on_clock.iter().any(|(scheme, other, start, stop)| {
            *scheme == clip.scheme && other == shown && *start < ends && begins < *stop
        });
        if !overlaps {
            let scheme = clip.scheme.clone();
            self.on_clock.push((scheme, shown.clone(), begins, ends));
        }
        overlaps
    }
}

/// The scheme by which a recording is measured, or why there is none.
fn measured_by<'plan>(
    protocol: &'plan Protocol,
    schemes: &Schemes,
    clip: &ClipRow,
) -> std::result::Result<&'plan Scheme, &'static str> {
    let scheme = protocol.schemes.iter().find(|one| one.id == clip.scheme);
    let scheme = scheme.ok_or("the plan does not have its scheme")?;
    let own = schemes.get(&(clip.scheme.clone(), clip.scheme_version));
    if !own.is_some_and(|own| own.holds_all_of(scheme)) {
        return Err(
            "it was coded by an earlier version of its scheme, which lacks some of what the plan measures now",
        );
    }
    Ok(scheme)
}

/// The coding that counts, or why there is none.
fn first_coding<'room>(
    codings: &[&'room CodingRow],
) -> std::result::Result<&'room CodingRow, &'static str> {
    let mut first = codings
        .iter()
        .copied()
        .filter(|coding| coding.purpose == CodingPurpose::Study);
    let Some(first) = first.next() else {
        return Err("nobody has it as a first coding");
    };
    match first.finished {
        true => Ok(first),
        false => Err("its first coding is not finished"),
    }
}

/// The session or the visit of a dyad that a recording shows, or why that cannot be told.
fn shown(
    clip: &ClipRow,
    scheme: &Scheme,
    families: &Families,
    sessions: &[Session],
) -> std::result::Result<Shown, &'static str> {
    match scheme.about {
        About::Session => {
            let code = clip
                .session
                .as_deref()
                .filter(|code| !code.is_empty())
                .ok_or("it says no session")?;
            let is_held = sessions.iter().any(|session| *session.id == *code);
            let unknown = "the study has no session of this code";
            is_held
                .then(|| Shown::Session(code.to_owned()))
                .ok_or(unknown)
        }
        About::Dyad => {
            let [dyad] = clip.dyads.as_slice() else {
                return Err("its scheme is of one family, and it shows none or several");
            };
            let family = families.by_key.get(dyad);
            let family =
                family.ok_or("the family has not enrolled, or has taken everything back")?;
            if clip.wave.is_none() && clip.recorded.is_none() {
                return Err("it says neither its wave nor its day");
            }
            Ok(Shown::Dyad {
                dyad: family.record.id.to_string(),
                wave: clip.wave.clone(),
                on: clip.recorded,
            })
        }
        _ => Err("its scheme is neither of sessions nor of families"),
    }
}

/// Whether what was coded may be used: every family in it consents, or withdrew where the study promised
/// that what was already there is kept.
async fn may_stay(
    db: &mut Db<'_>,
    protocol: &Protocol,
    clip: &ClipRow,
    families: &Families,
) -> Result<bool> {
    for dyad in &clip.dyads {
        let family = families.by_key.get(dyad);
        if family.is_some_and(|family| family.withheld) {
            return Ok(false);
        }
        let may = match &clip.purpose {
            Some(purpose) => {
                consents_to(db, *dyad, purpose).await?
                    || keeps_codes(db, protocol, *dyad, purpose).await?
            }
            // Without a purpose there is no recording: taking part alone decides.
            None => family.is_some(),
        };
        if !may {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether every withdrawal that reaches the recording leaves its codes; false where there is none, so that
/// consent was never given.
async fn keeps_codes(
    db: &mut Db<'_>,
    protocol: &Protocol,
    dyad: DyadKey,
    purpose: &PurposeId,
) -> Result<bool> {
    let sql = "SELECT purpose, level FROM withdrawal WHERE dyad = $1";
    let rows = db.rows(sql, values![dyad]).await?;
    let mut reached = false;
    for row in &rows {
        let withdrawn = PurposeId::new(row.text(0)?);
        let planned = protocol.consents.iter().find(|one| one.id == withdrawn);
        let is_of_all = planned.is_some_and(|one| one.needed_to_take_part);
        if withdrawn != *purpose && !is_of_all {
            continue;
        }
        reached = true;
        let level: WithdrawalLevel = row.word(1)?;
        let keeps = planned.is_some_and(|one| {
            one.withdrawal.records == WithdrawnRecords::Keep
                && one.withdrawal.media != WithdrawnMedia::DeleteWithCodes
        });
        if !keeps || level >= WithdrawalLevel::LeaveOut {
            return Ok(false);
        }
    }
    Ok(reached)
}

/// Adds one coding; false where it is not known what was to be coded.
async fn add(
    db: &mut Db<'_>,
    study: &StudyId,
    counted: &Counted<'_>,
    schemes: &Schemes,
    row: &CodingRow,
    drawn: &mut DrawnCodings,
) -> Result<bool> {
    let Counted {
        clip,
        scheme,
        shown,
        ..
    } = counted;
    let content = content(db, study, row.id).await?;
    // What is the room's own depends on the version that it was coded by.
    let own = schemes.get(&(clip.scheme.clone(), clip.scheme_version));
    let own = own.map_or(*scheme, |own| &**own);
    let source = Source {
        file: Arc::from(format!("coding:{}", row.id)),
        row: row.version,
        column: None,
    };
    let coding = SessionCoding::of_observation(
        scheme,
        &observation(own, row, &content),
        Arc::from(shown.unit()),
        present(own, &content),
        source,
    );
    let Some(mut coding) = coding else {
        return Ok(false);
    };
    coding.begins = clip.begins.map(Micros);
    coding.version = clip.scheme_version;
    match shown {
        Shown::Session(_) => drawn.sessions.push(coding),
        Shown::Dyad { dyad, wave, on } => drawn.dyads.push(DyadCoding {
            dyad: Arc::from(dyad.as_str()),
            wave: wave.clone(),
            when: on.map_or(When::NotSaid, When::On),
            coding,
        }),
    }
    Ok(true)
}
