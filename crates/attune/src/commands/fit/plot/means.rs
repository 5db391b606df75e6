//! Fitted means over the raw data: along the first covariate, for each level of the first factor; where
//! there is no covariate, for each level of the factor.

use anyhow::{Result, bail};
use attune_analysis::words;
use attune_report::plots::{DotGroup, FittedGroup, FittedMeans, GroupDots, Heading, Interval};
use attune_statistics::{
    inference::CoefficientTest,
    marginal_means::{CellValue, MarginalMean, MarginalMeans, marginal_means},
    model_frame::{SourceColumn, SourceKind},
};

use super::{super::result::FitResult, Fitted, few_levels};

/// Points of a fitted line.
const N_POINTS: u32 = 40;
/// Most units drawn, all groups together.
const MOST_UNITS: usize = 240;

/// Along a covariate, or group by group.
pub enum MeansPlot {
    Along(FittedMeans),
    Groups(GroupDots),
}

/// Draws the means by the first covariate and the first factor of the fixed part.
pub fn plot(result: &FitResult, fitted: &Fitted<'_>) -> Result<MeansPlot> {
    let sources = &fitted.frame.design.sources;
    let covariate = sources.iter().find_map(|source| match source.kind {
        SourceKind::Number {
            minimum, maximum, ..
        } if maximum > minimum => Some((source, minimum, maximum)),
        _ => None,
    });
    let factor = sources
        .iter()
        .find(|source| few_levels(&source.kind).is_some());
    match (covariate, factor) {
        (Some(covariate), factor) => {
            Ok(MeansPlot::Along(along(result, fitted, covariate, factor)?))
        }
        (None, Some(factor)) => Ok(MeansPlot::Groups(by_group(result, fitted, factor)?)),
        (None, None) => bail!(
            "--plot-kind means needs a covariate, or a factor with at most nine levels, in the formula; take effects"
        ),
    }
}

fn along(
    result: &FitResult,
    fitted: &Fitted<'_>,
    (covariate, minimum, maximum): (&SourceColumn, f64, f64),
    factor: Option<&SourceColumn>,
) -> Result<FittedMeans> {
    let grid: Vec<f64> = (0..=N_POINTS)
        .map(|step| minimum + (maximum - minimum) * f64::from(step) / f64::from(N_POINTS))
        .collect();
    let wanted = MarginalMeans {
        over: factor
            .map(|factor| factor.name.clone())
            .into_iter()
            .collect(),
        at: vec![(covariate.name.clone(), grid.clone())],
    };
    let means = marginal_means(&fitted.inference, &wanted, result.level)?;
    let labels: Vec<String> = factor
        .and_then(|factor| few_levels(&factor.kind))
        .map_or_else(|| vec![String::new()], <[String]>::to_vec);
    let units = Units::of(fitted, covariate, factor);
    let groups: Vec<FittedGroup> = labels
        .iter()
        .enumerate()
        .map(|(code, label)| FittedGroup {
            label: label.clone(),
            detail: units.count(code),
            units: units.drawn(code, labels.len()),
            fitted: line(&means, &grid, label),
        })
        .collect();
    let response = &fitted.frame.response_name;
    let title = match factor {
        Some(factor) => format!("{response} along {}, by {}", covariate.name, factor.name),
        None => format!("{response} along {}", covariate.name),
    };
    Ok(FittedMeans {
        heading: Heading {
            title,
            subtitle: format!(
                "{} · bands: {} CI",
                super::subtitle(result),
                words::level(result.level)
            ),
            description: describe(&groups, &covariate.name, response, result.level),
            note: note(fitted, &[Some(covariate), factor], &units),
        },
        x_name: covariate.name.clone(),
        y_name: response.clone(),
        groups,
    })
}

/// The means of one level along the grid.
fn line(means: &[MarginalMean], grid: &[f64], label: &str) -> Vec<(f64, Interval)> {
    let of_level = means.iter().filter(|mean| {
        mean.cell.iter().all(|(_, value)| match value {
            CellValue::Level(level) => level == label,
            CellValue::Number(_) => true,
        })
    });
    of_level
        .zip(grid)
        .filter(|(mean, _)| mean.weights.is_some())
        .map(|(mean, x)| (*x, interval(&mean.estimate)))
        .collect()
}

fn interval(test: &CoefficientTest) -> Interval {
    Interval {
        estimate: test.estimate,
        lower: test.ci_lower,
        upper: test.ci_upper,
    }
}

/// The raw values: for each level of the factor the courses of its units, or its rows where there are no
/// units.
struct Units {
    /// What a course is, such as `id`; none where rows stand for themselves.
    name: Option<String>,
    /// For each level, each unit's points.
    courses: Vec<Vec<Vec<(f64, f64)>>>,
}

impl Units {
    fn of(fitted: &Fitted<'_>, covariate: &SourceColumn, factor: Option<&SourceColumn>) -> Self {
        let frame = fitted.frame;
        let x = fitted.numbers(&covariate.name);
        let codes = factor.map(|factor| fitted.codes(factor));
        let n_levels = factor
            .and_then(|factor| few_levels(&factor.kind))
            .map_or(1, <[String]>::len);
        let term = frame.random.first();
        let n_units = term.map_or(frame.response.len(), |term| term.levels.len());
        let mut courses = vec![vec![Vec::new(); n_units]; n_levels];
        for (row, (x, y)) in x.iter().zip(&frame.response).enumerate() {
            let unit = term.map_or(row, |term| term.codes[row] as usize);
            let level = codes.as_ref().map_or(Some(0), |codes| codes[row]);
            if let Some(level) = level {
                courses[level][unit].push((*x, *y));
            }
        }
        for level in &mut courses {
            level.retain(|course| !course.is_empty());
            for course in level {
                course.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
        }
        Self {
            name: term.map(|term| term.group.clone()),
            courses,
        }
    }

    fn count(&self, level: usize) -> String {
        let courses = &self.courses[level];
        let rows = words::count_of(courses.iter().map(Vec::len).sum(), "row", "rows");
        match &self.name {
            Some(name) => format!("{} {name}, {rows}", words::count(courses.len())),
            None => rows,
        }
    }

    /// A regular sample where there are many.
    fn drawn(&self, level: usize, n_levels: usize) -> Vec<Vec<(f64, f64)>> {
        let courses = &self.courses[level];
        let most = self.most(n_levels);
        let step = courses.len().div_ceil(most).max(1);
        courses.iter().step_by(step).cloned().collect()
    }

    fn most(&self, n_levels: usize) -> usize {
        let most = if self.name.is_some() {
            MOST_UNITS
        } else {
            10 * MOST_UNITS
        };
        (most / n_levels.max(1)).max(20)
    }

    fn are_sampled(&self) -> bool {
        let most = self.most(self.courses.len());
        self.courses.iter().any(|courses| courses.len() > most)
    }
}

/// What the lines are, and at which values the other predictors were held.
fn note(fitted: &Fitted<'_>, shown: &[Option<&SourceColumn>], units: &Units) -> String {
    let mut sentences = Vec::new();
    if let Some(name) = &units.name {
        let some = if units.are_sampled() {
            "Some units are drawn, a regular sample: each"
        } else {
            "Each"
        };
        sentences.push(format!("{some} thin line is one {name}."));
    } else if units.are_sampled() {
        sentences.push("A regular sample of the rows is drawn.".to_owned());
    }
    sentences.extend(others(fitted, shown));
    sentences.join(" ")
}

fn others(fitted: &Fitted<'_>, shown: &[Option<&SourceColumn>]) -> Option<String> {
    let is_shown = |source: &SourceColumn| {
        shown
            .iter()
            .flatten()
            .any(|other| other.name == source.name)
    };
    let sources = fitted.frame.design.sources.iter();
    let held: Vec<String> = sources
        .filter(|source| !is_shown(source))
        .map(|source| match &source.kind {
            SourceKind::Number { mean, .. } => {
                format!("{} at {}", source.name, words::short(*mean, 2))
            }
            _ => format!("averaged over {}", source.name),
        })
        .collect();
    (!held.is_empty()).then(|| format!("Means are with {}.", words::list(&held)))
}

fn describe(groups: &[FittedGroup], covariate: &str, response: &str, level: f64) -> String {
    let sentence = |group: &FittedGroup| {
        let (first, last) = (group.fitted.first()?, group.fitted.last()?);
        let at = |(x, mean): &(f64, Interval)| {
            let estimate =
                words::estimate_with_interval(mean.estimate, level, mean.lower, mean.upper);
            format!("{estimate} at {covariate} {}", words::short(*x, 2))
        };
        let of = if group.label.is_empty() {
            String::new()
        } else {
            format!(" of {}", group.label)
        };
        Some(format!(
            "The fitted mean{of} goes from {} to {}.",
            at(first),
            at(last)
        ))
    };
    let sentences: Vec<String> = groups.iter().filter_map(sentence).collect();
    format!(
        "Fitted means of {response} over the raw data. {}",
        sentences.join(" ")
    )
}

fn by_group(result: &FitResult, fitted: &Fitted<'_>, factor: &SourceColumn) -> Result<GroupDots> {
    let wanted = MarginalMeans {
        over: vec![factor.name.clone()],
        at: Vec::new(),
    };
    let means = marginal_means(&fitted.inference, &wanted, result.level)?;
    let codes = fitted.codes(factor);
    let labels = few_levels(&factor.kind).unwrap_or_default();
    let groups: Vec<DotGroup> = labels
        .iter()
        .zip(&means)
        .enumerate()
        .map(|(code, (label, mean))| {
            let rows = codes.iter().zip(&fitted.frame.response);
            let values: Vec<f64> = rows
                .filter(|(own, _)| **own == Some(code))
                .map(|(_, y)| *y)
                .collect();
            let step = values.len().div_ceil(600).max(1);
            DotGroup {
                label: label.clone(),
                detail: format!("n = {}", words::count(values.len())),
                values: values.into_iter().step_by(step).collect(),
                mean: interval(&mean.estimate),
            }
        })
        .collect();
    let response = &fitted.frame.response_name;
    let sentences: Vec<String> = groups
        .iter()
        .map(|group| {
            let mean = group.mean;
            let estimate =
                words::estimate_with_interval(mean.estimate, result.level, mean.lower, mean.upper);
            format!("{}: {estimate}", group.label)
        })
        .collect();
    Ok(GroupDots {
        heading: Heading {
            title: format!("{response} by {}", factor.name),
            subtitle: format!(
                "{} · fitted means with {} CI beside the raw values",
                super::subtitle(result),
                words::level(result.level)
            ),
            description: format!(
                "Fitted means of {response} by {}. {}.",
                factor.name,
                sentences.join("; ")
            ),
            note: others(fitted, &[Some(factor)]).unwrap_or_default(),
        },
        value: response.clone(),
        grouping: factor.name.clone(),
        groups,
        with_zero: false,
    })
}
