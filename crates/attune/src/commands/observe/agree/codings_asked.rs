//! The codings that are compared: of files of coding tools, or of a study.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use attune_exchange::first_few;
use attune_observation::agreement::measures_of_scheme::agree_on_measures;
use attune_observation::agreement::report::{AgreeSettings, PairReport};
use attune_protocol::scheme::Scheme;
use attune_records::observation::CodingProject;
use attune_records::records::SessionCoding;

use crate::commands::observe::coding_files::read_all;
use crate::{progress, run};

pub struct CodingsAsked {
    pub projects: Vec<CodingProject>,
    pub warnings: Vec<String>,
    /// Of a study, its scheme, and what each observation of its project was made from.
    of_study: Option<(Scheme, Vec<SessionCoding>)>,
}

impl CodingsAsked {
    /// Reads one or two files, or the codings of a study folder.
    pub fn read(files: &[PathBuf], data: Option<&Path>, scheme: Option<&str>) -> Result<Self> {
        if let [folder] = files
            && folder.is_dir()
        {
            return Self::of_study(folder, data.unwrap_or(folder), scheme);
        }
        if files.iter().any(|path| path.is_dir()) {
            bail!(
                "a study folder is compared by itself\nhelp: name the folder alone, or two files"
            );
        }
        if scheme.is_some() || data.is_some() {
            bail!(
                "--scheme and --data belong to the folder of a study\nhelp: name the folder, or leave them out"
            );
        }
        let read = progress::during("Reading", || read_all(files))?;
        Ok(Self {
            warnings: read.iter().flat_map(|read| read.warnings.clone()).collect(),
            projects: read.into_iter().map(|read| read.project).collect(),
            of_study: None,
        })
    }

    fn of_study(study: &Path, data: &Path, wanted: Option<&str>) -> Result<Self> {
        let protocol = run::protocol(study)?;
        let records = run::records(&protocol, data)?;
        let coded: Vec<&Scheme> = protocol
            .schemes
            .iter()
            .filter(|scheme| {
                let of_dyads = records.dyad_codings.iter().map(|one| &one.coding);
                let mut all = records.codings.iter().chain(of_dyads);
                all.any(|coding| coding.scheme == scheme.id)
            })
            .collect();
        let ids: Vec<&str> = coded.iter().map(|scheme| scheme.id.as_str()).collect();
        let scheme = match (coded.as_slice(), wanted) {
            (_, Some(id)) => match coded.iter().find(|scheme| *scheme.id == *id) {
                Some(scheme) => *scheme,
                None if ids.is_empty() => bail!("the data of the study have no codings"),
                None => bail!(
                    "the study has no codings by a scheme `{id}`\nhelp: it has some by {}",
                    first_few(&ids, 12)
                ),
            },
            ([only], None) => *only,
            ([], None) => bail!(
                "the data of the study have no codings\nhelp: add [[data]] with kind = \"codings\"; codings of the \
                 application are compared on its page of agreement, or as a file that it exports"
            ),
            (_, None) => bail!(
                "the study has codings by several schemes\nhelp: name one with --scheme: {}",
                first_few(&ids, 12)
            ),
        };
        let (project, codings) = records.coded_project(scheme);
        let codings: Vec<SessionCoding> = codings.into_iter().cloned().collect();
        let of_dyads = records.dyad_codings.iter().map(|one| &one.coding);
        let all = records.codings.iter().chain(of_dyads);
        let n_earlier = all.filter(|one| one.scheme == scheme.id).count() - codings.len();
        let simulated = records.simulated() || protocol.study.simulated;
        let mut warnings = Vec::new();
        if simulated {
            warnings.push("these data are simulated and describe no family".to_owned());
        }
        if n_earlier > 0 {
            warnings.push(format!(
                "{n_earlier} codings by other versions of the scheme `{}` are left out: what two versions ask differs",
                scheme.id
            ));
        }
        Ok(Self {
            projects: vec![project],
            warnings,
            of_study: Some((scheme.clone(), codings)),
        })
    }

    /// The scheme of the study whose codings are compared.
    pub fn scheme(&self) -> Option<&Scheme> {
        self.of_study.as_ref().map(|(scheme, _)| scheme)
    }

    /// Adds how far the coders agree on what the study analyses; groups name places of observations.
    pub fn compare_measures(
        &self,
        groups: &[Vec<(usize, usize)>],
        settings: &AgreeSettings,
        reports: &mut [PairReport],
    ) {
        let Some((scheme, codings)) = &self.of_study else {
            return;
        };
        for (group, report) in groups.iter().zip(reports) {
            let pairs: Vec<(&SessionCoding, &SessionCoding)> = group
                .iter()
                .map(|(a, b)| (&codings[*a], &codings[*b]))
                .collect();
            report.measures = agree_on_measures(scheme, &pairs, &settings.resampling);
        }
    }
}
