//! What every page has around its content: title, navigation by role, the banner of simulated data.

use crate::{
    access::Action,
    assets,
    navigation::{self, Group, Place},
    visit::Visit,
};

/// The frame of a page, as `templates/layout.html` shows it.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Title of the page.
    pub title: String,
    /// Its path.
    pub path: String,
    /// Name of whoever is signed in.
    pub person: Option<String>,
    /// Places of the application.
    pub places: Vec<Place>,
    /// The study that the page belongs to.
    pub study: Option<StudyFrame>,
    /// Whether what is shown comes from simulated data.
    pub simulated: bool,
    /// Whether the person may take data out of the study; without it tables with a row per family are not
    /// offered as files.
    pub may_export: bool,
    /// Where styles and fonts are.
    pub assets: String,
    /// Scripts; none when the bundle was not built.
    pub scripts: Vec<String>,
    /// Seconds of rest after which the person is signed out; none when nobody is signed in.
    pub idle_seconds: Option<i64>,
    /// Version of the program.
    pub version: &'static str,
}

/// The study in the frame.
#[derive(Debug, Clone)]
pub struct StudyFrame {
    /// Its title.
    pub title: String,
    /// Its places, in groups.
    pub groups: Vec<Group>,
}

impl StudyFrame {
    /// The place that is shown, for the closed menu of a narrow page.
    pub fn here(&self) -> &'static str {
        let mut places = self.groups.iter().flat_map(|group| &group.places);
        places
            .find(|place| place.here)
            .map_or("Places of this study", |place| place.label)
    }
}

impl Layout {
    /// The frame for this visitor.
    pub fn of(visit: &Visit, title: impl Into<String>) -> Self {
        let study = visit.study.as_deref().map(|study| StudyFrame {
            title: study.title.clone(),
            groups: navigation::of_study(visit, &study.id),
        });
        Self {
            path: visit.path.clone(),
            person: visit.person.as_ref().map(|person| person.name.clone()),
            places: navigation::of_application(visit),
            simulated: visit.study.as_ref().is_some_and(|study| study.simulated),
            may_export: study.is_some() && visit.has_right(Action::Export),
            study,
            idle_seconds: visit.session.as_ref().map(|session| session.idle_seconds),
            ..Self::bare(title)
        }
    }

    /// The frame where nobody is known.
    pub fn bare(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            path: String::new(),
            person: None,
            places: Vec::new(),
            study: None,
            simulated: false,
            may_export: false,
            assets: assets::folder(),
            scripts: assets::script("app.js").into_iter().collect(),
            idle_seconds: None,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// With one more script, for pages that need one.
    #[must_use]
    pub fn with_script(mut self, name: &str) -> Self {
        self.scripts.extend(assets::script(name));
        self
    }
}
