//! What a query or an alert is about, in words: whose form it is, of which instrument, and which of its
//! questions.

use attune_protocol::{
    Protocol,
    id::{InstrumentId, ItemId},
};
use attune_store::{Sight, ids::FormId};

use crate::{failure::Failure, forms::FormDefinition, visit::Visit};

/// A form, and perhaps one of its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutForm {
    /// The family's code, or what else the form is about.
    pub unit: String,
    /// Title of the instrument.
    pub instrument: String,
    /// Number and words of the question.
    pub question: Option<String>,
}

impl AboutForm {
    /// Looks the form up.
    ///
    /// # Errors
    ///
    /// There is no such form in sight, or the store cannot be read.
    pub async fn of(
        visit: &Visit,
        sight: &Sight,
        form: FormId,
        item: Option<&ItemId>,
    ) -> Result<Self, Failure> {
        let study = &visit.study()?.id;
        let form = visit.app.store().form(study, sight, form).await?.row;
        let protocol = visit.protocol().await?;
        let planned = protocol.instrument(&form.instrument);
        Ok(Self {
            unit: form.unit,
            instrument: planned.map_or_else(
                || form.instrument.to_string(),
                |planned| planned.definition.short_title.clone(),
            ),
            question: item.map(|item| question(&protocol, &form.instrument, item)),
        })
    }
}

/// A question as its form shows it: number and words.
fn question(protocol: &Protocol, instrument: &InstrumentId, item: &ItemId) -> String {
    let definition = protocol
        .instrument(instrument)
        .map(|planned| FormDefinition::of(&planned.definition, planned.item_order.as_deref()));
    definition
        .as_ref()
        .and_then(|form| form.questions.iter().find(|one| one.id == *item))
        .map_or_else(
            || item.to_string(),
            |one| format!("question {}: {}", one.number, one.text),
        )
}
