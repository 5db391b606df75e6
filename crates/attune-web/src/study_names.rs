//! Names of studies and their sites, as whoever looks may know them: for pages outside a single study, where a
//! role or a chain of the log belongs to one.

use attune_protocol::id::SiteId;
use attune_store::{Grant, Sites};

use crate::{failure::Failure, visit::Visit};

/// Names of all studies, in the order of the store.
#[derive(Debug, Clone, Default)]
pub struct StudyNames(Vec<StudyName>);

/// Name of one study, and of its sites.
#[derive(Debug, Clone)]
pub struct StudyName {
    /// Its id.
    pub id: String,
    /// Its title; for whoever is blind there, the one that tells nothing of arms.
    pub title: String,
    /// Its sites and their labels.
    pub sites: Vec<(SiteId, String)>,
}

impl StudyName {
    /// The title without what follows its first colon.
    pub fn short(&self) -> &str {
        self.title
            .split_once(": ")
            .map_or(self.title.as_str(), |(short, _)| short)
    }

    fn site(&self, id: &SiteId) -> String {
        let mut sites = self.sites.iter();
        let found = sites.find(|(site, _)| site == id);
        found.map_or_else(|| id.to_string(), |(_, label)| label.clone())
    }
}

impl StudyNames {
    /// Names of every study for this visitor.
    ///
    /// # Errors
    ///
    /// Nobody is signed in, or the store cannot be read.
    pub async fn of(visit: &Visit) -> Result<Self, Failure> {
        let (store, person) = (visit.app.store(), visit.person()?);
        let mut names = Vec::new();
        for study in store.studies().await? {
            let protocol = store.protocol(&study.id).await?;
            let is_blind = person.is_blind_in(&study.id, study.unblinded.is_some());
            names.push(StudyName {
                title: match is_blind {
                    true => protocol.title_for_the_blind().to_owned(),
                    false => study.title,
                },
                id: study.id.to_string(),
                sites: protocol
                    .sites
                    .iter()
                    .map(|site| (site.id.clone(), site.label.clone()))
                    .collect(),
            });
        }
        Ok(Self(names))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &StudyName> {
        self.0.iter()
    }

    /// The name of one study.
    pub fn get(&self, id: &str) -> Option<&StudyName> {
        self.0.iter().find(|study| study.id == id)
    }

    /// Its short title, or the id of a study that is not here.
    pub fn short<'a>(&'a self, id: &'a str) -> &'a str {
        self.get(id).map_or(id, StudyName::short)
    }

    /// A role and where it holds: "assessor in Babies in hostels, at Hostel B".
    pub fn grant_in_words(&self, grant: &Grant) -> String {
        let role = grant.role.words();
        let Some(id) = &grant.study else {
            return format!("{role} everywhere");
        };
        let study = self.short(id);
        match &grant.sites {
            Sites::All => format!("{role} in {study}"),
            Sites::Only(sites) => {
                let known = self.get(id);
                let label = |site: &SiteId| {
                    known.map_or_else(|| site.to_string(), |study| study.site(site))
                };
                let labels: Vec<String> = sites.iter().map(label).collect();
                format!("{role} in {study}, at {}", labels.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use attune_protocol::id::StudyId;
    use attune_store::{
        Role,
        ids::{AccountId, GrantId},
    };
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_role_is_told_by_the_names_of_its_study_and_sites() {
        let names = StudyNames(vec![StudyName {
            id: "hostel-clinic".to_owned(),
            title: "Babies in hostels: the first year".to_owned(),
            sites: vec![(SiteId::new("hostel-b"), "Hostel B".to_owned())],
        }]);
        let mut grant = Grant {
            id: GrantId::new(),
            account: AccountId::new(),
            role: Role::Assessor,
            study: Some(StudyId::new("hostel-clinic")),
            sites: Sites::Only([SiteId::new("hostel-b")].into()),
            from: date(2024, 1, 1),
            until: None,
            revoked: false,
        };
        let words = names.grant_in_words(&grant);
        assert_eq!(words, "assessor in Babies in hostels, at Hostel B");
        grant.sites = Sites::All;
        assert_eq!(
            names.grant_in_words(&grant),
            "assessor in Babies in hostels"
        );
        grant.study = None;
        assert_eq!(names.grant_in_words(&grant), "assessor everywhere");
    }
}
