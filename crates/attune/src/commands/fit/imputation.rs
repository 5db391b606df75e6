//! Multiple imputation, `--impute`: rows that the model would leave out are completed many times, the model is
//! fitted to each completed table, and the results are pooled.

use anyhow::{Context, Result, anyhow, bail};
use attune_analysis::words;
use attune_statistics::{
    formula::Formula,
    inference::CoefficientTest,
    matrix::Matrix,
    multiple_imputation::{
        ChainedEquations, Imputations, JointNormal, ModelEstimates, PooledModel, Shift, WideForm,
        imputations_needed, impute_by_chained_equations, impute_jointly, pool_estimates,
        relative_efficiency, shift_imputed, to_wide,
    },
    simultaneous::Correction,
    table::{Column, Factor, Table},
};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Fit,
    emmeans::{Compared, Emmeans},
    options::{Adjust, Family},
    result::{FitResult, Section, number},
};
use crate::text_table::TextTable;

/// How missing values are imputed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Missing values")]
pub struct ImputationOptions {
    /// Impute missing values so many times, fit each completed table, and pool by Rubin's rules
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub impute: Option<u16>,
    /// Impute within each level of this factor, such as each arm
    #[arg(long, value_name = "FACTOR", requires = "impute")]
    pub impute_by: Option<String>,
    /// Further columns that tell something about the missing values
    #[arg(
        long,
        value_name = "COLUMN,…",
        value_delimiter = ',',
        requires = "impute"
    )]
    pub impute_with: Vec<String>,
    /// Impute repeated measures side by side: this column tells the waves apart
    #[arg(long, value_name = "COLUMN", requires = "impute")]
    pub impute_wave: Option<String>,
    /// Move imputed values of the response: by NUMBER, or only in a level of --impute-by, or at a wave
    #[arg(
        long,
        value_name = "[LEVEL][@WAVE]=NUMBER",
        requires = "impute",
        allow_hyphen_values = true
    )]
    pub delta: Vec<String>,
}

impl ImputationOptions {
    /// Columns that imputation uses beside those of the formula.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        self.impute_with
            .iter()
            .chain(&self.impute_by)
            .chain(&self.impute_wave)
    }
}

/// Imputes, fits and pools.
pub fn fit(fit: &Fit, n_imputations: u16, formula: &Formula, table: &Table) -> Result<FitResult> {
    if fit.plot.plot.is_some() {
        bail!("--plot draws one fit, and with --impute there are {n_imputations}: leave it out");
    }
    if fit
        .means
        .adjust
        .is_some_and(|adjust| adjust != Adjust::None)
    {
        bail!(
            "--adjust: with --impute every contrast is pooled for itself: leave it out, or correct the p values for their number"
        );
    }
    let plan = Plan::of(fit, usize::from(n_imputations), formula, table)?;
    let imputations = plan.impute(fit, formula)?;
    let mut results = Vec::new();
    for (place, completed) in imputations.completed.iter().enumerate() {
        let completed = plan.analysed(completed)?;
        let result = fit.fit_table(formula, &completed);
        let result = result.with_context(|| format!("completed table {}", place + 1))?;
        refuse_what_is_of_one_table(&result, n_imputations)?;
        results.push(result);
    }
    let pooled = pool(&results, fit.tests.level)?;
    let mut result = together(results, &pooled, fit.tests.level)?;
    result.n_dropped += plan.n_left_out;
    result
        .sections
        .insert(0, section(fit, &imputations, &pooled));
    Ok(result)
}

/// Profiles, modes, diagnostics and the like are those of one fit and cannot be pooled.
fn refuse_what_is_of_one_table(result: &FitResult, n_imputations: u16) -> Result<()> {
    let unasked = ["icc", "next_steps"];
    match result
        .sections
        .iter()
        .find(|section| !unasked.contains(&section.key))
    {
        Some(section) => bail!(
            "`{}` belongs to one fit, and with --impute there are {n_imputations}: ask for it without --impute",
            section.key
        ),
        None => Ok(()),
    }
}

/// What is imputed, and by which engine.
struct Plan {
    table: Table,
    /// Rows without a group, arm or wave, which cannot be imputed.
    n_left_out: usize,
    n_imputations: usize,
    engine: Engine,
    /// Identifiers and weights: neither imputed nor predictors.
    left_out: Vec<String>,
}

enum Engine {
    /// One row per unit.
    Chained,
    /// Several rows per unit, put side by side.
    Wide(Box<WideForm>),
    /// Several rows per unit, with a random intercept for each.
    Clusters(String),
}

impl Plan {
    fn of(fit: &Fit, n_imputations: usize, formula: &Formula, table: &Table) -> Result<Self> {
        let options = &fit.imputation;
        let groups: Vec<String> = formula
            .random
            .iter()
            .flat_map(|part| part.group.iter().cloned())
            .collect();
        let needed = groups
            .iter()
            .chain(&options.impute_by)
            .chain(&options.impute_wave);
        let needed: Vec<&String> = needed.collect();
        let is_known = |row: &usize| needed.iter().all(|name| is_known(table, name, *row));
        let rows: Vec<usize> = (0..table.n_rows()).filter(is_known).collect();
        if rows.is_empty() {
            bail!("no row has its group, arm and wave, so nothing can be imputed");
        }
        let n_left_out = table.n_rows() - rows.len();
        let table = table.rows(&rows);
        let unit = largest_group(formula, &table);
        let mut left_out: Vec<String> = groups
            .iter()
            .filter(|group| Some(*group) != unit.as_ref())
            .cloned()
            .collect();
        left_out.extend(fit.model.weights.clone());
        left_out.sort();
        left_out.dedup();
        left_out.retain(|name| options.impute_by.as_ref() != Some(name));
        let engine = match (unit, &options.impute_wave) {
            (None, None) => Engine::Chained,
            (None, Some(_)) => bail!(
                "--impute-wave puts the rows of a unit side by side, and the formula has no `(… | unit)` that names it"
            ),
            (Some(unit), Some(wave)) => Engine::Wide(Box::new(wide(&table, &unit, wave, formula)?)),
            (Some(_), None) if fit.model.family != Family::Gaussian => bail!(
                "rows of one unit are imputed from a normal distribution, which this family is not: name the column \
                 that tells the waves apart with --impute-wave"
            ),
            (Some(unit), None) => Engine::Clusters(unit),
        };
        Ok(Self {
            table,
            n_left_out,
            n_imputations,
            engine,
            left_out,
        })
    }

    fn impute(&self, fit: &Fit, formula: &Formula) -> Result<Imputations> {
        let (options, seed) = (&fit.imputation, fit.bootstrap.seed);
        let within = options.impute_by.clone();
        let incomplete = match &self.engine {
            Engine::Wide(wide) => &wide.table,
            _ => &self.table,
        };
        let in_table = |name: &&String| incomplete.column(name).is_some();
        if let Some(arm) = within.as_ref().filter(|arm| !in_table(arm)) {
            bail!("`{arm}` changes within units, so they cannot be imputed within its levels");
        }
        let left_out: Vec<String> = self.left_out.iter().filter(in_table).cloned().collect();
        let imputations = match &self.engine {
            Engine::Clusters(unit) => impute_jointly(
                incomplete,
                &JointNormal {
                    left_out,
                    within,
                    cluster: Some(unit.clone()),
                    ..JointNormal::new(self.n_imputations, seed)
                },
            ),
            _ => impute_by_chained_equations(
                incomplete,
                &ChainedEquations {
                    left_out,
                    within,
                    ..ChainedEquations::new(self.n_imputations, seed)
                },
            ),
        };
        let imputations = imputations.map_err(|problem| anyhow!("--impute: {problem}"))?;
        let shifts = self.shifts(fit, formula)?;
        shift_imputed(&imputations, incomplete, &shifts)
            .map_err(|problem| anyhow!("--delta: {problem}"))
    }

    /// The shifts of the response.
    fn shifts(&self, fit: &Fit, formula: &Formula) -> Result<Vec<Shift>> {
        let mut responses = Vec::new();
        formula.response.collect_names(&mut responses);
        let mut shifts = Vec::new();
        for text in &fit.imputation.delta {
            let delta = Delta::parse(text)?;
            let of = match (&delta.level, &fit.imputation.impute_by) {
                (Some(level), Some(factor)) => Some((factor.clone(), level.clone())),
                (Some(level), None) => {
                    bail!(
                        "--delta {text}: `{level}` is a level of what? Name its factor with --impute-by"
                    )
                }
                (None, _) => None,
            };
            for column in self.columns_of(&responses, delta.wave.as_deref(), text)? {
                let (of, by) = (of.clone(), delta.by);
                shifts.push(Shift { column, of, by });
            }
        }
        Ok(shifts)
    }

    /// The columns of the response: itself, or one for each wave.
    fn columns_of(
        &self,
        responses: &[String],
        wave: Option<&str>,
        text: &str,
    ) -> Result<Vec<String>> {
        let Engine::Wide(wide) = &self.engine else {
            if let Some(wave) = wave {
                bail!("--delta {text}: waves such as `{wave}` are known with --impute-wave only");
            }
            return Ok(responses.to_vec());
        };
        let spread = wide
            .spread
            .iter()
            .filter(|(name, _)| responses.contains(name));
        let columns: Vec<String> = spread
            .flat_map(|(_, columns)| columns.iter().cloned())
            .collect();
        let Some(wave) = wave else {
            return Ok(columns);
        };
        let chosen: Vec<String> = responses
            .iter()
            .map(|name| format!("{name}.{wave}"))
            .collect();
        match chosen.iter().all(|name| columns.contains(name)) {
            true => Ok(chosen),
            false => bail!("--delta {text}: no wave is called `{wave}`"),
        }
    }

    /// The completed table as the model wants it.
    fn analysed(&self, completed: &Table) -> Result<Table> {
        match &self.engine {
            Engine::Wide(wide) => Ok(wide.to_long(completed)?),
            _ => Ok(completed.clone()),
        }
    }
}

fn is_known(table: &Table, name: &str, row: usize) -> bool {
    match table.column(name) {
        Some(Column::Numbers(values)) => !values[row].is_nan(),
        Some(Column::Factor(factor)) => factor.codes[row].is_some(),
        None => true,
    }
}

/// The grouping factor with the most levels.
fn largest_group(formula: &Formula, table: &Table) -> Option<String> {
    let single = formula
        .random
        .iter()
        .filter_map(|part| match part.group.as_slice() {
            [name] => Some(name),
            _ => None,
        });
    let n_levels = |name: &&String| match table.column(name) {
        Some(Column::Factor(factor)) => factor.levels.len(),
        Some(Column::Numbers(values)) => Factor::from_numbers(values).levels.len(),
        None => 0,
    };
    single.max_by_key(n_levels).cloned()
}

/// The rows of a unit side by side: the response, and every other column of numbers with gaps that varies within units.
fn wide(table: &Table, unit: &str, wave: &str, formula: &Formula) -> Result<WideForm> {
    let alone = to_wide(table, unit, wave, &[])?;
    let mut responses = Vec::new();
    formula.response.collect_names(&mut responses);
    let is_spread = |name: &&String| {
        let has_gaps = match table.column(name) {
            Some(Column::Numbers(values)) => values.iter().any(|value| value.is_nan()),
            _ => false,
        };
        responses.contains(name) || (alone.left_out.contains(name) && has_gaps)
    };
    let spread: Vec<&str> = table
        .names()
        .iter()
        .filter(is_spread)
        .map(String::as_str)
        .collect();
    Ok(to_wide(table, unit, wave, &spread)?)
}

/// One `--delta`.
struct Delta {
    level: Option<String>,
    wave: Option<String>,
    by: f64,
}

impl Delta {
    fn parse(text: &str) -> Result<Self> {
        let (place, by) = text.rsplit_once('=').unwrap_or(("", text));
        let by: f64 = by
            .trim()
            .parse()
            .ok()
            .filter(|by: &f64| by.is_finite())
            .with_context(|| {
                format!("--delta {text}: write it as -5, groups=-5, @month6=-5 or groups@month6=-5")
            })?;
        let (level, wave) = place.split_once('@').unwrap_or((place, ""));
        let given = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        Ok(Self {
            level: given(level),
            wave: given(wave),
            by,
        })
    }
}

fn pool(results: &[FitResult], level: f64) -> Result<PooledModel> {
    let estimates: Vec<ModelEstimates> = results
        .iter()
        .map(|result| ModelEstimates {
            terms: result.fixed.iter().map(|test| test.term.clone()).collect(),
            estimates: result.fixed.iter().map(|test| test.estimate).collect(),
            covariance: result.vcov.clone(),
            df: result.fixed.iter().map(|test| test.df).collect(),
            warnings: result.warnings.clone(),
        })
        .collect();
    Ok(pool_estimates(&estimates, level)?)
}

/// One result from many: tests pooled, variances averaged; what cannot be pooled is not defined.
fn together(results: Vec<FitResult>, pooled: &PooledModel, level: f64) -> Result<FitResult> {
    let m = results.len() as f64;
    let mean = |value: &dyn Fn(&FitResult) -> f64| results.iter().map(value).sum::<f64>() / m;
    let random = results[0]
        .random
        .iter()
        .enumerate()
        .map(|(place, component)| {
            let mut component = component.clone();
            component.value = mean(&|result| result.random[place].value);
            component.standardised = mean(&|result| result.random[place].standardised);
            component
        });
    let theta = results[0].theta.iter().enumerate();
    let theta =
        theta.map(|(place, (name, _))| (name.clone(), mean(&|result| result.theta[place].1)));
    let (random, theta) = (random.collect(), theta.collect());
    let sigma = mean(&|result| result.sigma);
    let emmeans = pooled_means(&results, level)?;
    let (singular, converged) = (
        results.iter().any(|result| result.singular),
        results.iter().all(|result| result.converged),
    );
    let evaluations = results.iter().map(|result| result.evaluations).sum();
    let gradient_norm = results
        .iter()
        .map(|result| result.gradient_norm)
        .fold(0.0, f64::max);
    let n_imputations = results.len();
    let Some(first) = results.into_iter().next() else {
        bail!("there is no completed table");
    };
    Ok(FitResult {
        estimator: format!(
            "{}, pooled over {n_imputations} imputations",
            first.estimator
        ),
        fixed: pooled.tests(),
        vcov: pooled.vcov(),
        theta,
        random,
        sigma,
        log_likelihood: f64::NAN,
        aic: f64::NAN,
        bic: f64::NAN,
        singular,
        converged,
        evaluations,
        gradient_norm,
        emmeans,
        warnings: pooled.warnings.clone(),
        sections: Vec::new(),
        ..first
    })
}

/// Marginal means, slopes and their contrasts, each pooled by itself.
fn pooled_means(results: &[FitResult], level: f64) -> Result<Option<Emmeans>> {
    let all: Vec<&Emmeans> = results
        .iter()
        .filter_map(|result| result.emmeans.as_ref())
        .collect();
    if all.is_empty() {
        return Ok(None);
    }
    let means: Vec<&Compared> = all.iter().filter_map(|one| one.means.as_ref()).collect();
    let slopes: Vec<&Compared> = all.iter().filter_map(|one| one.slopes.as_ref()).collect();
    Ok(Some(Emmeans {
        means: pooled_compared(&means, level)?,
        slopes: pooled_compared(&slopes, level)?,
    }))
}

/// Means or slopes, and their contrasts, which are not corrected for their number: each is pooled with degrees of
/// freedom of its own.
fn pooled_compared(all: &[&Compared], level: f64) -> Result<Option<Compared>> {
    let Some(first) = all.first() else {
        return Ok(None);
    };
    let estimates = pooled_tests(all, level, |one| {
        one.rows.iter().map(|mean| &mean.estimate).collect()
    })?;
    let contrasts = pooled_tests(all, level, |one| {
        one.contrasts.iter().map(|pair| &pair.test).collect()
    })?;
    let mut pooled = Compared {
        correction: Correction::None,
        ..(*first).clone()
    };
    for (mean, test) in pooled.rows.iter_mut().zip(estimates) {
        mean.estimate = test;
    }
    for (pair, test) in pooled.contrasts.iter_mut().zip(contrasts) {
        pair.test = test;
    }
    Ok(Some(pooled))
}

/// Each of the tests pooled by itself; one that cannot be estimated in a completed table stays as it is there.
fn pooled_tests<'e>(
    all: &[&'e Compared],
    level: f64,
    tests: impl Fn(&'e Compared) -> Vec<&'e CoefficientTest>,
) -> Result<Vec<CoefficientTest>> {
    let by_table: Vec<Vec<&CoefficientTest>> = all.iter().map(|one| tests(one)).collect();
    let mut pooled = Vec::new();
    for (place, first) in by_table[0].iter().enumerate() {
        let of_place: Vec<&CoefficientTest> = by_table
            .iter()
            .filter_map(|tests| tests.get(place).copied())
            .collect();
        if of_place.len() < all.len() {
            bail!(
                "the completed tables give different marginal means: a level is lost in some of them"
            );
        }
        if let Some(unknown) = of_place.iter().find(|test| !test.estimate.is_finite()) {
            pooled.push((*unknown).clone());
            continue;
        }
        let estimates: Vec<ModelEstimates> = of_place
            .iter()
            .map(|test| ModelEstimates {
                terms: vec![first.term.clone()],
                estimates: vec![test.estimate],
                covariance: Matrix::from_rows(&[[test.se * test.se]]),
                df: vec![test.df],
                warnings: Vec::new(),
            })
            .collect();
        pooled.extend(pool_estimates(&estimates, level)?.tests());
    }
    Ok(pooled)
}

/// What was imputed, and what it cost.
fn section(fit: &Fit, imputations: &Imputations, pooled: &PooledModel) -> Section {
    let m = imputations.n_imputations();
    let largest = pooled.largest_missing_information();
    let needed = imputations_needed(largest.min(0.999), m, 0.05, 0.95).ok();
    Section {
        key: "imputation",
        json: as_json(fit, imputations, pooled, needed),
        text: as_text(fit, imputations, pooled, needed),
    }
}

fn as_json(
    fit: &Fit,
    imputations: &Imputations,
    pooled: &PooledModel,
    needed: Option<usize>,
) -> Value {
    let m = imputations.n_imputations();
    let columns = imputations.imputed.iter().map(
        |column| json!({ "column": column.name, "n": column.n_missing, "method": column.method }),
    );
    let terms = pooled.terms.iter().zip(&pooled.pooled).map(|(term, one)| {
        json!({
            "term": term,
            "missing_information": number(one.missing_information),
            "relative_increase": number(one.relative_increase),
            "relative_efficiency": number(relative_efficiency(one.missing_information, m)),
            "within": number(one.within),
            "between": number(one.between),
            "monte_carlo_error": number(one.monte_carlo_error(m)),
        })
    });
    json!({
        "n_imputations": m,
        "seed": imputations.seed,
        "by": fit.imputation.impute_by,
        "wave": fit.imputation.impute_wave,
        "delta": fit.imputation.delta,
        "imputed": columns.collect::<Vec<_>>(),
        "terms": terms.collect::<Vec<_>>(),
        "largest_r_hat": imputations.largest_r_hat().map(number),
        "imputations_needed": needed,
        "warnings": imputations.warnings,
    })
}

fn as_text(
    fit: &Fit,
    imputations: &Imputations,
    pooled: &PooledModel,
    needed: Option<usize>,
) -> String {
    let m = imputations.n_imputations();
    let mut text = format!(
        "Multiple imputation · {m} completed tables · seed {}",
        imputations.seed
    );
    if let Some(by) = &fit.imputation.impute_by {
        text += &format!(" · within {by}");
    }
    text.push('\n');
    for column in &imputations.imputed {
        let n = words::count_of(column.n_missing, "value", "values");
        text += &format!("  {n} of {}: {}\n", column.name, column.method);
    }
    if imputations.imputed.is_empty() {
        text += "  nothing was missing\n";
    }
    for delta in &fit.imputation.delta {
        text += &format!("  imputed values of the response moved: {delta}\n");
    }
    let mut table = TextTable::new(&["term", "missing information", "Monte-Carlo error"]);
    for (term, one) in pooled.terms.iter().zip(&pooled.pooled) {
        let error = one.monte_carlo_error(m);
        table.row([
            term.clone(),
            words::percent(one.missing_information),
            words::fixed(error, words::decimals_of(error, 2)),
        ]);
    }
    text += &table.text();
    if let Some(needed) = needed.filter(|needed| *needed > m) {
        text += &format!(
            "\nMind: another seed may change a standard error by more than 5 %; {needed} imputations would be enough\n"
        );
    }
    for warning in &imputations.warnings {
        text += &format!("\nMind: {warning}\n");
    }
    text
}
