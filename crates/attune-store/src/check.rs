//! What the protocol knows and a command names: sites, arms, waves, instruments, items, purposes,
//! texts. Every wrong name is told at once.

use std::collections::BTreeSet;

use attune_protocol::{
    Protocol,
    id::{InstrumentId, ItemId, SiteId, WaveId},
};

use crate::{
    command::{AnswerValue, Command, ConsentGiven, FormSaved},
    error::{Result, StoreError},
};

/// Refuses names that the protocol does not know.
pub(crate) fn against_protocol(protocol: &Protocol, commands: &[Command]) -> Result<()> {
    let mut faults = Vec::new();
    for command in commands {
        check(protocol, command, &mut faults);
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Refused(faults.join("; "))),
    }
}

fn check(protocol: &Protocol, command: &Command, faults: &mut Vec<String>) {
    match command {
        Command::RegisterDyad { site, .. }
        | Command::MoveSite { site, .. }
        | Command::NameClinician { site, .. }
        | Command::RecordSession { site, .. }
        | Command::RecordAttendance { site, .. } => check_site(protocol, site, faults),
        Command::AssignArm { arm, .. } if protocol.arm(arm).is_none() => {
            faults.push(format!("the study has no arm {arm}"));
        }
        Command::SetAttributes { values, .. } => {
            let unknown = values.keys().filter(|id| protocol.attribute(id).is_none());
            faults.extend(unknown.map(|id| format!("the study has no attribute {id}")));
        }
        Command::RecordConsent(consent) => check_consent(protocol, consent, faults),
        Command::RecordEarlierConsent(earlier)
            if !protocol
                .consents
                .iter()
                .any(|one| one.id == earlier.purpose) =>
        {
            faults.push(format!(
                "the study has no consent purpose {}",
                earlier.purpose
            ));
        }
        Command::ChooseQuotation(chosen)
            if !protocol.consents.iter().any(|one| one.id == chosen.purpose) =>
        {
            faults.push(format!(
                "the study has no consent purpose {}",
                chosen.purpose
            ));
        }
        Command::WithdrawConsent { purpose, .. }
            if !protocol.consents.iter().any(|one| one.id == *purpose) =>
        {
            faults.push(format!("the study has no consent purpose {purpose}"));
        }
        Command::SaveForm(saved) => check_form(protocol, saved, faults),
        Command::MarkNotDone {
            instrument,
            wave,
            site,
            ..
        } => {
            check_site(protocol, site, faults);
            check_planned(protocol, instrument, wave.as_ref(), faults);
        }
        _ => {}
    }
}

fn check_site(protocol: &Protocol, site: &SiteId, faults: &mut Vec<String>) {
    if protocol.site(site).is_none() {
        faults.push(format!("the study has no site {site}"));
    }
}

fn check_planned(
    protocol: &Protocol,
    instrument: &InstrumentId,
    wave: Option<&WaveId>,
    faults: &mut Vec<String>,
) {
    if protocol.instrument(instrument).is_none() {
        faults.push(format!("the study has no instrument {instrument}"));
    }
    if let Some(wave) = wave
        && protocol.wave(wave).is_none()
    {
        faults.push(format!("the study has no wave {wave}"));
    }
}

fn check_consent(protocol: &Protocol, consent: &ConsentGiven, faults: &mut Vec<String>) {
    let ConsentGiven {
        purpose,
        version,
        language,
        text,
        ..
    } = consent;
    let Some(planned) = protocol.consents.iter().find(|one| one.id == *purpose) else {
        faults.push(format!("the study has no consent purpose {purpose}"));
        return;
    };
    let is_shown = planned.texts.iter().any(|one| {
        one.version == *version && one.language == *language && one.fingerprint == *text
    });
    if !is_shown {
        faults.push(format!(
            "the text that was shown is not version {version} ({language}) of \"{}\"",
            planned.label
        ));
    }
}

fn check_form(protocol: &Protocol, saved: &FormSaved, faults: &mut Vec<String>) {
    check_site(protocol, &saved.site, faults);
    check_planned(protocol, &saved.instrument, saved.wave.as_ref(), faults);
    let Some(planned) = protocol.instrument(&saved.instrument) else {
        return;
    };
    let items: BTreeSet<&ItemId> = planned
        .definition
        .items
        .iter()
        .map(|item| &item.id)
        .collect();
    for (item, answer) in &saved.answers {
        if !items.contains(item) {
            faults.push(format!("{} has no item {item}", saved.instrument));
        }
        if let AnswerValue::Number(number) = answer
            && !number.is_finite()
        {
            faults.push(format!("the answer to {item} is no number"));
        }
    }
}
