//! `/studies/{study}/families/{family}`: one family by its code. Consent is always in sight, then the
//! timeline on the infant's age with the scores beneath it, then assessments, then people and what
//! happened. An arm is here only for those who may know it; names are not here at all.

use std::collections::BTreeMap;

use askama::Template;
use attune_protocol::id::SiteId;
use attune_protocol::instrument::AnsweredBy;
use attune_store::{
    command::{DyadEvent, PartInDyad},
    consents::{PurposeState, Standing},
    dyads::{Dyad, Event, Part, Responsibility, Stay},
    forms::FormFilter,
    schedule::{Planned, PlannedStanding},
};
use axum::extract::Path;

use crate::{
    access::{Action, Scope},
    answer::{Answer, page as show, page_to_correct},
    failure::Failure,
    family::{age_with_corrected, find, new_key},
    forms::{SentFields, outcome},
    layout::Layout,
    pages::{
        arms::{Course, course},
        families::state,
    },
    parts::{Field, FieldKind},
    timeline::{Moment, Timeline},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "family.html")]
struct FamilyPage {
    layout: Layout,
    study: String,
    code: String,
    key: String,
    problems: Vec<String>,
    site: String,
    /// Arms and phases; none for whoever must not know them.
    course: Option<Course>,
    state: &'static str,
    takes_part: bool,
    age: Option<String>,
    enrolled: Option<jiff::civil::Date>,
    purposes: Vec<PurposeState>,
    timeline: Timeline,
    planned: Vec<PlannedRow>,
    parts: Vec<Part>,
    responsibility: Vec<Responsibility>,
    stays: Vec<Stay>,
    /// Names of sites.
    sites: BTreeMap<SiteId, String>,
    events: Vec<Event>,
    siblings: Vec<String>,
    event_fields: Vec<Field>,
    move_fields: Vec<Field>,
    people_fields: Vec<Field>,
    /// Whose part may end, and from when.
    part_fields: Vec<Field>,
    /// To whom parental responsibility passes.
    responsibility_fields: Vec<Field>,
    rights: Rights,
}

impl FamilyPage {
    /// The site of a stay, by its name.
    fn site_of<'a>(&'a self, stay: &'a Stay) -> &'a str {
        self.sites
            .get(&stay.site)
            .map_or_else(|| stay.site.as_str(), String::as_str)
    }
}

/// What the person who looks may do here.
struct Rights {
    enrol: bool,
    consent: bool,
    arms: bool,
    names: bool,
    assess: bool,
}

/// A planned assessment as the page shows it.
pub struct PlannedRow {
    /// Title of the instrument.
    pub instrument: String,
    /// Name of the wave.
    pub wave: String,
    /// The plan.
    pub planned: Planned,
}

impl PlannedRow {
    /// Whether somebody may begin it now.
    pub fn is_open(&self) -> bool {
        matches!(
            self.planned.standing,
            PlannedStanding::Due
                | PlannedStanding::Overdue
                | PlannedStanding::WithoutDay
                | PlannedStanding::Later
        )
    }

    /// Where it stands, in words.
    pub fn words(&self) -> &'static str {
        standing_words(self.planned.standing)
    }

    /// The colour of its tag.
    pub fn tag(&self) -> &'static str {
        match self.planned.standing {
            PlannedStanding::Done => "good",
            PlannedStanding::Overdue => "caution",
            _ => "",
        }
    }
}

/// Where a planned assessment stands, in words.
pub fn standing_words(standing: PlannedStanding) -> &'static str {
    match standing {
        PlannedStanding::Due => "due now",
        PlannedStanding::Overdue => "overdue",
        PlannedStanding::Begun => "begun",
        PlannedStanding::Later => "later",
        PlannedStanding::WithoutDay => "without a day yet",
        PlannedStanding::Done => "done",
        PlannedStanding::NotDone => "not done",
        PlannedStanding::NoMore => "not expected any more",
        PlannedStanding::AfterEnd => "not due before the end of the study",
    }
}

/// A part in words.
pub fn part_words(part: &PartInDyad) -> &'static str {
    match part {
        PartInDyad::Infant => "baby",
        PartInDyad::IndexCarer => "carer whom the study follows",
        PartInDyad::OtherCarer => "another carer",
        PartInDyad::FosterCarer => "foster carer",
        PartInDyad::LocalAuthority => "somebody of the local authority",
    }
}

/// Who has parental responsibility, and by what, in words.
pub fn responsibility_words(one: &Responsibility, parts: &[Part]) -> String {
    let by = match one.authority.as_str() {
        "birth" => "by birth",
        "agreement" => "by agreement",
        "court-order" => "by a court’s order",
        "care-order" => "by a care order",
        other => other,
    };
    let Some(holder) = one.holder else {
        return format!("a local authority, {by}");
    };
    let part = parts.iter().rfind(|part| part.person == holder);
    let who = part.map_or("a carer", |part| part_words(&part.role));
    format!("{who}, {by}")
}

/// Where a family stands with a purpose, in words and in colour.
pub fn consent_words(state: &PurposeState) -> (&'static str, &'static str) {
    match state.standing {
        _ if state.ask_again => ("agreed to an earlier text: ask again", "caution"),
        Standing::NotAsked if state.kept_elsewhere => {
            ("kept elsewhere: the records hold no answer", "caution")
        }
        Standing::NotAsked => ("not asked yet", "caution"),
        Standing::Given if state.earlier => ("agreed before this application", "good"),
        Standing::Given => ("agreed", "good"),
        Standing::Refused if state.earlier => ("preferred not to, before this application", ""),
        Standing::Refused => ("preferred not to", ""),
        Standing::Withdrawn(_) => ("taken back", ""),
    }
}

/// Planned assessments with their titles. Observers rate films in the coding room: for whoever is blind,
/// their instruments are not here.
pub async fn planned_rows(visit: &Visit, dyad: Option<&Dyad>) -> Result<Vec<PlannedRow>, Failure> {
    let (store, study) = (visit.app.store(), &visit.study()?.id);
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let schedule = store.schedule(study, &sight, visit.at.date()).await?;
    let rows = schedule.into_iter().filter_map(|planned| {
        if dyad.is_some_and(|dyad| dyad.key != planned.dyad) {
            return None;
        }
        let instrument = protocol.instrument(&planned.instrument)?;
        if instrument.answered_by == AnsweredBy::Observer && visit.is_blind() {
            return None;
        }
        Some(PlannedRow {
            instrument: instrument.definition.short_title.clone(),
            wave: protocol.wave(&planned.wave)?.label.clone(),
            planned,
        })
    });
    Ok(rows.collect())
}

/// `GET /studies/{study}/families/{family}`.
pub async fn page(visit: Visit, Path((_, code)): Path<(String, String)>) -> Answer {
    let nothing = SentFields::default();
    show(&family_page(&visit, &code, &nothing, new_key(), Vec::new()).await?)
}

/// The page again with what was typed and what is to be mended.
pub async fn page_with(
    visit: &Visit,
    code: &str,
    sent: &SentFields,
    key: String,
    problems: Vec<String>,
) -> Answer {
    page_to_correct(&family_page(visit, code, sent, key, problems).await?)
}

async fn family_page(
    visit: &Visit,
    code: &str,
    sent: &SentFields,
    key: String,
    problems: Vec<String>,
) -> Result<FamilyPage, Failure> {
    let dyad = find(visit, code).await?;
    let (store, study, today) = (
        visit.app.store(),
        visit.study()?.id.clone(),
        visit.at.date(),
    );
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let events = store.events_of(dyad.key).await?;
    let parts = store.parts(dyad.key).await?;
    let planned = planned_rows(visit, Some(&dyad)).await?;
    let siblings = store.dyads_of_person(&study, &sight, dyad.carer).await?;
    let here = Scope::Site(&study, &dyad.site);
    let has = |action| {
        visit
            .person()
            .is_ok_and(|person| person.has_right(action, here))
    };
    let site_options = || -> Vec<(String, String)> {
        let sites = protocol.sites.iter().filter(|site| site.id != dyad.site);
        sites
            .map(|site| (site.id.to_string(), site.label.clone()))
            .collect()
    };
    let day = || {
        Field::text("on", "Day")
            .of_kind(FieldKind::Day)
            .value(typed(sent, "on", &today.to_string()))
    };
    Ok(FamilyPage {
        layout: Layout::of(visit, format!("Family {}", dyad.code)),
        key,
        problems,
        site: protocol
            .site(&dyad.site)
            .map_or_else(|| dyad.site.to_string(), |site| site.label.clone()),
        course: course(visit, &sight, &dyad).await?,
        state: state(&dyad),
        takes_part: dyad.takes_part(),
        age: match dyad.last_event {
            // After a death no age goes on.
            Some(DyadEvent::InfantDied) => None,
            _ => store
                .age_on(dyad.infant, today)
                .await?
                .map(age_with_corrected),
        },
        enrolled: dyad.enrolled,
        purposes: store.purposes(&study, dyad.key).await?,
        timeline: timeline(visit, &dyad, &events, &planned).await?,
        planned,
        part_fields: part_fields(sent, &parts, today),
        responsibility_fields: responsibility_fields(sent, &parts, today),
        parts,
        responsibility: store.responsibility(dyad.infant).await?,
        stays: store.stays(dyad.key).await?,
        sites: protocol
            .sites
            .iter()
            .map(|site| (site.id.clone(), site.label.clone()))
            .collect(),
        events,
        siblings: siblings
            .into_iter()
            .filter(|other| other.key != dyad.key)
            .map(|other| other.code.to_string())
            .collect(),
        event_fields: vec![
            Field::text("what", "What happened")
                .of_kind(FieldKind::OneOf(event_options()))
                .value(sent.get("what")),
            day(),
            Field::text("why", "Why, as far as the family said")
                .value(sent.get("why"))
                .hint("Nothing that identifies anybody. “No reason given” is an answer."),
        ],
        move_fields: vec![
            Field::text("site", "New site")
                .of_kind(FieldKind::OneOf(site_options()))
                .value(sent.get("site")),
            Field::text("moved", "First day there")
                .of_kind(FieldKind::Day)
                .value(typed(sent, "moved", &today.to_string())),
        ],
        people_fields: people_fields(sent, today),
        rights: Rights {
            enrol: has(Action::EnrolFamilies),
            consent: has(Action::RecordConsent),
            arms: sight.arms && has(Action::AssignArms),
            names: has(Action::OpenIdentifiers),
            assess: has(Action::EnterAssessments),
        },
        study: study.to_string(),
        code: dyad.code.to_string(),
    })
}

/// What was typed, or what a page begins with.
fn typed(sent: &SentFields, name: &str, otherwise: &str) -> String {
    let typed = if sent.has(name) {
        sent.get(name)
    } else {
        otherwise
    };
    typed.to_owned()
}

/// What may be recorded by hand; enrolment and withdrawal have their own pages.
fn event_options() -> Vec<(String, String)> {
    use DyadEvent::{CarerDied, Completed, InfantDied, Left, Lost, Returned};
    [
        ("left", Left),
        ("lost", Lost),
        ("returned", Returned),
        ("completed", Completed),
        ("infant-died", InfantDied),
        ("carer-died", CarerDied),
    ]
    .map(|(value, event)| (value.to_owned(), event.words().to_owned()))
    .to_vec()
}

fn people_fields(sent: &SentFields, today: jiff::civil::Date) -> Vec<Field> {
    let field =
        |name: &'static str, label: &'static str| Field::text(name, label).value(sent.get(name));
    let roles = [
        ("other-carer", "another carer"),
        ("foster-carer", "a foster carer"),
        ("local-authority", "somebody of the local authority"),
        (
            "index-carer",
            "the carer whom the study follows from now on",
        ),
    ];
    let responsibility = [
        ("", "no change"),
        ("agreement", "passes to this person, by agreement"),
        ("court-order", "passes to this person, by a court’s order"),
        ("care-order", "passes to a local authority, by a care order"),
    ];
    let options = |options: &[(&str, &str)]| {
        let owned = options
            .iter()
            .map(|(value, words)| ((*value).to_owned(), (*words).to_owned()));
        FieldKind::OneOf(owned.collect())
    };
    vec![
        field("role", "As").of_kind(options(&roles)),
        field("given", "Given names"),
        field("family-name", "Family name"),
        field("telephone", "Telephone").hint("May be left empty."),
        Field::text("since", "From this day")
            .of_kind(FieldKind::Day)
            .value(typed(sent, "since", &today.to_string())),
        field("responsibility", "Parental responsibility").of_kind(options(&responsibility)),
    ]
}

/// Those who have a part now, the baby aside.
fn grown_ups(parts: &[Part]) -> Vec<&Part> {
    let now = parts
        .iter()
        .filter(|part| part.until.is_none() && part.role != PartInDyad::Infant);
    now.collect()
}

/// Somebody in words that tell several of one part apart.
fn who(part: &Part) -> String {
    let since = part.from.as_ref().map(crate::words::date);
    let since = since.map_or_else(String::new, |since| format!(", from {since}"));
    format!("{}{since}", part_words(&part.role))
}

fn part_fields(sent: &SentFields, parts: &[Part], today: jiff::civil::Date) -> Vec<Field> {
    // The carer whom the study follows is followed by another, and does not only go.
    let options = grown_ups(parts)
        .into_iter()
        .filter(|part| part.role != PartInDyad::IndexCarer)
        .map(|part| (part.id.to_string(), who(part)));
    vec![
        Field::text("part", "Who")
            .of_kind(FieldKind::OneOf(options.collect()))
            .value(sent.get("part")),
        Field::text("until", "Last day")
            .of_kind(FieldKind::Day)
            .value(typed(sent, "until", &today.to_string())),
    ]
}

fn responsibility_fields(
    sent: &SentFields,
    parts: &[Part],
    today: jiff::civil::Date,
) -> Vec<Field> {
    let people = grown_ups(parts)
        .into_iter()
        .filter(|part| part.role != PartInDyad::LocalAuthority)
        .map(|part| (part.person.to_string(), who(part)));
    let authority = ("authority".to_owned(), "a local authority".to_owned());
    let by = [
        ("agreement", "agreement, marriage or registration"),
        ("court-order", "a court’s order"),
        ("care-order", "a care order"),
    ];
    let by = by.map(|(value, words)| (value.to_owned(), words.to_owned()));
    vec![
        Field::text("holder", "To whom")
            .of_kind(FieldKind::OneOf(people.chain([authority]).collect()))
            .value(sent.get("holder")),
        Field::text("order", "By what")
            .of_kind(FieldKind::OneOf(by.to_vec()))
            .value(sent.get("order")),
        Field::text("passes", "From this day")
            .of_kind(FieldKind::Day)
            .value(typed(sent, "passes", &today.to_string())),
    ]
}

async fn timeline(
    visit: &Visit,
    dyad: &Dyad,
    events: &[Event],
    planned: &[PlannedRow],
) -> Result<Timeline, Failure> {
    let (store, study) = (visit.app.store(), &visit.study()?.id);
    let sight = visit.sight(Action::SeeFamilies)?;
    let protocol = visit.protocol().await?;
    let zero = dyad.enrolled;
    let age_at_zero = match zero {
        Some(day) => store
            .age_on(dyad.infant, day)
            .await?
            .map(|age| f64::from(age.days)),
        None => None,
    };
    let mut timeline = Timeline::new(age_at_zero);
    let since = |day: jiff::civil::Date| zero.map(|zero| f64::from((day - zero).get_days()));
    for event in events {
        if let Some(days) = event.on.and_then(since) {
            timeline.events.push(Moment::at(days, event.what.words()));
        }
    }
    for row in planned {
        if let (Some(from), Some(until)) = (
            row.planned.from.and_then(since),
            row.planned.until.and_then(since),
        ) {
            timeline.window(&row.wave, from, until);
        }
    }
    let filter = FormFilter {
        dyad: Some(dyad.key),
        ..FormFilter::default()
    };
    for form in store.forms(study, &sight, &filter).await? {
        let days = form.on.and_then(since).or(form.days_after_enrolment);
        let (Some(days), Some(instrument)) = (days, protocol.instrument(&form.instrument)) else {
            continue;
        };
        if form.state != attune_store::forms::FormState::Complete {
            continue;
        }
        let answers = store.form(study, &sight, form.id).await?.answers;
        let scores = outcome::scores(&instrument.definition, &answers);
        let address = format!("/studies/{study}/forms/{}", form.id);
        for (definition, made) in instrument.definition.scores.iter().zip(&scores.scores) {
            let range = (definition.minimum, definition.maximum);
            timeline.score(&definition.label, range, days, made.value.ok(), &address);
        }
    }
    Ok(timeline)
}
