//! Files that hold one observation.

use attune_records::observation::{CodingProject, Observation, SchemeAsRead};

/// A project of one observation.
pub(super) fn project_of(observation: Observation, scheme: SchemeAsRead) -> CodingProject {
    let mut project = CodingProject::default();
    project.scheme = scheme;
    project
        .with_observations(vec![observation])
        .expect("one name cannot be there twice")
}
