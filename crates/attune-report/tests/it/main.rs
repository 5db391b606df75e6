//! The report from findings made by hand: what it says, that it loads nothing, that nothing breaks
//! out of it, that everybody can find their way in it.

mod accessibility;
mod contents;
mod fixture;
mod plot_samples;
mod plots;
mod safety;

use attune_report::{Report, compose};
use fixture::Study;

fn report(study: &Study) -> Report {
    compose(&study.protocol, &study.findings)
}

/// The values of an attribute in a page, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}
