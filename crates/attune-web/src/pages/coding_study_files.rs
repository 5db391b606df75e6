//! What counts of the room's codings as files of a study folder: one for each scheme and version, with the tables that
//! the study file then has. Read by `attune run` they give the same measures.

use std::{collections::BTreeSet, sync::Arc};

use attune_exchange::codings_file::{CodingsFile, dyad_codings, session_codings};
use attune_records::records::{DyadCoding, SessionCoding};
use attune_store::{handed_out::Handed, ids::AccountId};

use crate::{
    access::Action,
    answer::{Answer, download},
    export::archive,
    failure::Failure,
    handed_out::note,
    pages::clips::coders,
    visit::Visit,
};

/// All of them in one archive.
pub(super) async fn download_all(visit: &Visit) -> Answer {
    let study = visit.study()?.id.clone();
    let store = visit.app.store();
    let (protocol, names) = (visit.protocol().await?, coders(visit, &study).await?);
    let drawn = store.records(&study).await?;
    let named = |coding: &SessionCoding| {
        let id: Option<AccountId> = coding.coder.as_deref().and_then(|id| id.parse().ok());
        let name = id.and_then(|id| names.get(&id));
        SessionCoding {
            coder: name
                .map(|name| Arc::from(name.as_str()))
                .or(coding.coder.clone()),
            ..coding.clone()
        }
    };
    let sessions: Vec<SessionCoding> = drawn.records.codings.iter().map(named).collect();
    let dyads: Vec<DyadCoding> = drawn
        .records
        .dyad_codings
        .iter()
        .map(|visit| DyadCoding {
            coding: named(&visit.coding),
            ..visit.clone()
        })
        .collect();
    let mut files = Vec::new();
    let mut tables = String::from(
        "# Put these tables into study.toml and the files beside it; earlier versions of a scheme are named by its key\n\
         # `earlier`.\n",
    );
    for scheme in &protocol.schemes {
        let of_dyads = dyads.iter().map(|visit| &visit.coding);
        let versions: BTreeSet<u32> = sessions
            .iter()
            .chain(of_dyads)
            .filter(|coding| coding.scheme == scheme.id)
            .map(|coding| coding.version)
            .collect();
        for version in versions {
            let own = store.coding_scheme(&study, &scheme.id, version).await?;
            let is_it =
                |coding: &SessionCoding| coding.scheme == scheme.id && coding.version == version;
            let of_sessions: Vec<&SessionCoding> =
                sessions.iter().filter(|one| is_it(one)).collect();
            let of_dyads: Vec<&DyadCoding> =
                dyads.iter().filter(|one| is_it(&one.coding)).collect();
            let name = format!("data/{}-version-{version}.csv", scheme.id);
            let CodingsFile { csv, table } = match of_sessions.is_empty() {
                false => session_codings(&name, &own, &of_sessions),
                true => dyad_codings(&name, &own, &of_dyads),
            };
            tables += &format!("\n{table}");
            files.push((name, csv));
        }
    }
    if files.is_empty() {
        return Err(Failure::Conflict {
            reason: "No coding counts yet.".to_owned(),
        });
    }
    files.push(("codings.toml".to_owned(), tables.into_bytes()));
    let all = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let (bytes, _) = archive(all).map_err(|error| Failure::Conflict {
        reason: format!("The archive cannot be made: {error}."),
    })?;
    let name = format!("{study}-codings.zip");
    let file = (name.as_str(), bytes.as_slice());
    note(visit, Action::LeadCoding, Handed::Codings, None, file).await?;
    download(&name, "application/zip", bytes)
}
