//! Everything that one file of a coding tool holds, in our words.

use serde::Serialize;

use super::{Event, Observation, SchemeAsRead};

/// Scheme and observations of one file, in its order. Invariant: names of observations differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CodingProject {
    /// Name; empty for none.
    pub name: String,
    /// Description.
    pub description: String,
    /// Date as the tool wrote it; empty for none.
    pub date: String,
    /// Subjects, behaviours, variables. Events may use a behaviour that is not in it.
    pub scheme: SchemeAsRead,
    /// Observations.
    observations: Vec<Observation>,
}

impl CodingProject {
    /// A project with these observations; `None` where two have the same name.
    pub fn with_observations(mut self, observations: Vec<Observation>) -> Option<Self> {
        let mut ids: Vec<&str> = observations.iter().map(|one| &*one.id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        self.observations = observations;
        Some(self)
    }

    /// Its observations.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The observation with this name.
    pub fn observation(&self, id: &str) -> Option<&Observation> {
        self.observations.iter().find(|one| *one.id == *id)
    }

    /// All events with their observations.
    pub fn events(&self) -> impl Iterator<Item = (&Observation, &Event)> {
        self.observations
            .iter()
            .flat_map(|one| one.events().iter().map(move |event| (one, event)))
    }

    /// Bouts of which one end is lacking.
    pub fn unpaired(&self) -> impl Iterator<Item = (&Observation, &Event)> {
        self.events().filter(|(_, event)| event.span.is_unpaired())
    }
}

#[cfg(test)]
mod tests {
    use super::{CodingProject, Observation};

    #[test]
    fn two_observations_of_one_name_are_refused() {
        let twice = vec![Observation::new("one"), Observation::new("one")];
        assert_eq!(CodingProject::default().with_observations(twice), None);
    }
}
