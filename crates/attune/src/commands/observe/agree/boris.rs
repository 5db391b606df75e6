//! BORIS's kappas and identity, in BORIS's words.

use attune_observation::boris::plugin_kappas::{PluginKappa, unweighted, weighted};
use attune_observation::boris::time_unit_kappa::{BorisAgreement, agreement};
use attune_observation::boris::{BorisObservation, BorisSettings, three_decimals};
use attune_observation::from_project::boris_observation;
use attune_observation::window::seconds;
use attune_records::observation::CodingProject;
use serde_json::{Value, json};

/// Two observations compared.
pub struct Compared {
    observations: [String; 2],
    /// What BORIS refuses to compare.
    refused: Option<String>,
    agreement: Option<BorisAgreement>,
    plugins: Option<[PluginKappa; 2]>,
}

pub fn compare(
    projects: &[&CodingProject],
    groups: &[Vec<(usize, usize)>],
    settings: &BorisSettings,
) -> Vec<Compared> {
    let all: Vec<BorisObservation> = projects
        .iter()
        .flat_map(|project| project.observations())
        .map(boris_observation)
        .collect();
    let pair = |(a, b): &(usize, usize)| {
        let (one, other) = (&all[*a], &all[*b]);
        let unpaired = [one, other].into_iter().find(|one| !one.is_paired());
        let refused =
            unpaired.map(|one| format!("observation `{}` has a state without an end", one.id));
        let is_refused = refused.is_some();
        Compared {
            observations: [one.id.clone(), other.id.clone()],
            refused,
            agreement: if is_refused {
                None
            } else {
                agreement(one, other, settings)
            },
            plugins: (!is_refused).then(|| [unweighted(one, other), weighted(one, other)]),
        }
    };
    groups.iter().flatten().map(pair).collect()
}

pub fn document(compared: &[Compared], settings: &BorisSettings, warnings: &[String]) -> Value {
    let pair = |one: &Compared| {
        let plugin = |place: usize| {
            one.plugins.map(|plugins| {
                let found = plugins[place];
                json!({
                    "kappa": found.kappa.map(three_decimals),
                    "po": found.observed,
                    "pe": found.expected,
                    "total_weight": found.total,
                })
            })
        };
        json!({
            "observations": one.observations,
            "behaviours": settings.behaviours,
            "subjects": settings.subjects,
            "include_modifiers": settings.modifiers,
            "step_s": seconds(settings.step),
            "window": "first to last chosen event of either observation, both included",
            "window_s": one.agreement.as_ref().map(|found| [seconds(found.first), seconds(found.last)]),
            "n_units": one.agreement.as_ref().map(|found| found.n_units),
            "pooling": "all subjects in one table; nothing coded is a label",
            "kappa": one.agreement.as_ref().map(|found| found.kappa),
            "needleman_wunsch_identity_pct": one.agreement.as_ref().map(|found| found.needleman_wunsch_identity_pct),
            "plugin_unweighted": plugin(0),
            "plugin_weighted": plugin(1),
            "refused": one.refused,
        })
    };
    json!({
        "compat": "boris 9.12.3",
        "pairs": compared.iter().map(pair).collect::<Vec<_>>(),
        "warnings": warnings,
    })
}

pub fn text(compared: &[Compared], settings: &BorisSettings, warnings: &[String]) -> String {
    let mut text = format!(
        "By the rules of BORIS 9.12.3 · unit {} s · from the first to the last chosen event of either observation, both \
         included · all subjects in one table\n",
        seconds(settings.step)
    );
    for one in compared {
        text += &format!("\n{} – {}\n", one.observations[0], one.observations[1]);
        if let Some(why) = &one.refused {
            text += &format!("  not compared: {why}\n");
            continue;
        }
        match &one.agreement {
            None => text += "  neither has a chosen event\n",
            Some(found) => {
                text += &format!(
                    "  kappa                      {:.3}   ({} units from {} s to {} s)\n",
                    found.kappa,
                    found.n_units,
                    seconds(found.first),
                    seconds(found.last)
                );
                text += &format!(
                    "  Needleman–Wunsch identity  {:.1} %\n",
                    found.needleman_wunsch_identity_pct
                );
            }
        }
        if let Some([plain, by_time]) = one.plugins {
            let shown = |kappa: Option<f64>| {
                kappa.map_or("not defined".to_owned(), |kappa| format!("{kappa:.3}"))
            };
            text += &format!(
                "  plugin kappa, unweighted   {}   (all subjects and behaviours)\n",
                shown(plain.kappa)
            );
            text += &format!("  plugin kappa, weighted     {}\n", shown(by_time.kappa));
        }
    }
    for warning in warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}
