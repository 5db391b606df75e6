//! Words of families that reports may quote, as they are chosen, each with whether consent still allows it.

use attune_protocol::id::{DyadId, PurposeId, StudyId};

use crate::{
    accounts::moment,
    apply::form::is_in_force,
    database::values,
    error::Result,
    ids::{DyadKey, QuotationId},
    moment::Moment,
    store::Store,
};

/// A quotation that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotationRow {
    /// Id.
    pub id: QuotationId,
    /// Study code of the family.
    pub code: DyadId,
    /// The consent under which it is quoted.
    pub purpose: PurposeId,
    /// The words.
    pub words: String,
    /// Who said them, in words that tell nobody's identity.
    pub speaker: String,
    /// When it was chosen.
    pub chosen: Moment,
    /// Whether consent is in force: without it no report quotes the words.
    pub in_force: bool,
}

impl Store {
    /// The quotations of a study, in the order in which they were chosen.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn quotations(&self, study: &StudyId) -> Result<Vec<QuotationRow>> {
        let mut reader = self.reader().await?;
        let mut db = reader.db();
        let sql = "SELECT quotation.id, dyad.code, quotation.purpose, quotation.words, quotation.speaker, \
             quotation.chosen, quotation.dyad, dyad.withdrawal FROM quotation \
             JOIN dyad ON dyad.id = quotation.dyad WHERE quotation.study = $1 ORDER BY quotation.sequence";
        let rows = db.rows(sql, values![study.as_str()]).await?;
        let mut quotations = Vec::with_capacity(rows.len());
        for row in &rows {
            let purpose = row.text(2)?;
            let dyad: DyadKey = row.parsed(6)?;
            let takes_part = row.maybe_text(7)?.is_none();
            let in_force = takes_part && is_in_force(&mut db, dyad, &purpose).await?;
            quotations.push(QuotationRow {
                id: row.parsed(0)?,
                code: DyadId::from(row.text(1)?),
                purpose: PurposeId::from(purpose),
                words: row.text(3)?,
                speaker: row.text(4)?,
                chosen: moment(row.int(5)?),
                in_force,
            });
        }
        Ok(quotations)
    }
}
