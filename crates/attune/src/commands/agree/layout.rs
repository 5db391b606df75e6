//! Which columns hold what, as typed.

use clap::Args;

/// One row per unit with a column per coder, or one row per rating.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub struct Layout {
    /// The coders' columns; without it all columns that nothing else is said of
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub coders: Vec<String>,
    /// Column that names the unit (clip, interview, child)
    #[arg(long, value_name = "COLUMN")]
    pub unit: Option<String>,
    /// Column that names the coder, where each row is one rating
    #[arg(long, value_name = "COLUMN", conflicts_with = "coders")]
    pub coder: Option<String>,
    /// Column of the rating, where each row is one rating
    #[arg(long, value_name = "COLUMN", requires_all = ["coder", "unit"])]
    pub value: Option<String>,
    /// Column of clusters (dyad, site): the bootstrap draws whole clusters
    #[arg(long, value_name = "COLUMN")]
    pub cluster: Option<String>,
    /// Column of persons with several units: limits of agreement with repeated measures
    #[arg(long, value_name = "COLUMN")]
    pub subject: Option<String>,
}
