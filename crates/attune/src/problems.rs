//! Problems on standard error: in colour on a terminal, plain elsewhere.

use std::io::{self, IsTerminal};

use attune_protocol::problem::Style;

/// How problems are to be shown on standard error.
pub fn style() -> Style {
    let wants_colour = std::env::var_os("NO_COLOR").is_none();
    if io::stderr().is_terminal() && wants_colour {
        Style::Terminal
    } else {
        Style::Plain
    }
}
