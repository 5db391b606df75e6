//! Three or more occasions: Friedman's test, and which occasions differ.

use super::TestReport;
use crate::before_after::RankTestSettings;
use crate::before_after::friedman::{FriedmanMethod, friedman};
use crate::before_after::signed_rank::{Zeros, wilcoxon_signed_rank};
use crate::data_problem::{DataProblem, require_level, require_same_length};
use crate::multiplicity::{Adjustment, adjust};

/// Do the occasions differ? Friedman's test as chi-squared and as Iman and Davenport's F,
/// with Kendall's W as estimate; then every pair of occasions by the signed-rank test, their
/// p values adjusted after Holm. People with a missing occasion are left out.
///
/// # Errors
///
/// When there are fewer than three occasions, the columns differ in length, or fewer than two
/// people have all occasions.
pub fn repeated_report(
    names: &[String],
    occasions: &[Vec<Option<f64>>],
    level: f64,
) -> Result<TestReport, DataProblem> {
    require_level(level)?;
    require_same_length(
        ("the names", names.len()),
        ("the occasions", occasions.len()),
    )?;
    if occasions.len() < 3 {
        return Err(DataProblem::TooFew {
            what: "the list of occasions",
            needed: 3,
            found: occasions.len(),
        });
    }
    let n_people = occasions[0].len();
    for occasion in occasions {
        require_same_length(
            ("the first occasion", n_people),
            ("another occasion", occasion.len()),
        )?;
    }
    let rows: Vec<Vec<f64>> = (0..n_people)
        .filter_map(|person| occasions.iter().map(|occasion| occasion[person]).collect())
        .collect();
    let mut report = TestReport::new(rows.len(), n_people - rows.len());
    for method in [FriedmanMethod::ChiSquared, FriedmanMethod::ImanDavenport] {
        report.results.push(friedman(&rows, method)?);
    }
    let columns: Vec<Vec<f64>> = (0..occasions.len())
        .map(|place| rows.iter().map(|row| row[place]).collect())
        .collect();
    for (name, column) in names.iter().zip(&columns) {
        report.describe(name.clone(), column);
    }
    add_pairs(&mut report, names, &columns, level)?;
    Ok(report)
}

fn add_pairs(
    report: &mut TestReport,
    names: &[String],
    columns: &[Vec<f64>],
    level: f64,
) -> Result<(), DataProblem> {
    let settings = RankTestSettings {
        level,
        ..RankTestSettings::default()
    };
    let n_before = report.results.len();
    for (later, column) in columns.iter().enumerate() {
        for (earlier, other) in columns[..later].iter().enumerate() {
            let pair = format!("{} minus {}", names[later], names[earlier]);
            let result = wilcoxon_signed_rank(other, column, Zeros::Dropped, &settings);
            report.add(
                &format!("the signed-rank test of {pair}"),
                result.map(|mut result| {
                    result.variant = format!("{pair}, {}, p after Holm", result.variant);
                    result
                }),
            );
        }
    }
    let pairs = &mut report.results[n_before..];
    let p_values: Vec<f64> = pairs.iter().filter_map(|pair| pair.p).collect();
    let adjusted = adjust(&p_values, Adjustment::Holm)?;
    for (pair, p) in pairs
        .iter_mut()
        .filter(|pair| pair.p.is_some())
        .zip(adjusted)
    {
        pair.p = Some(p);
    }
    Ok(())
}
