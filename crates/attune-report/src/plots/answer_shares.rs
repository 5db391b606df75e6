//! How the answers to one question divide within each answer to another: a bar of shares per row.

use attune_analysis::words;

use super::{DataTable, Drawn, Heading, Plot, marks};
use crate::{
    Format,
    figures::svg::{AXIS_NAME, Anchor, LABEL, SMALL, Svg, lines, polyline, width_of},
};

/// Counts of pairs of answers.
#[derive(Debug, Clone)]
pub struct AnswerShares {
    /// What stands around it.
    pub heading: Heading,
    /// The question whose answers make the bars.
    pub row_question: String,
    /// The question whose answers divide them.
    pub column_question: String,
    /// Answers to the first, from top to bottom.
    pub rows: Vec<String>,
    /// Answers to the second, from left to right.
    pub columns: Vec<String>,
    /// Counts: a row per answer to the first question.
    pub counts: Vec<Vec<usize>>,
}

/// Height of a bar and from one bar to the next.
const BAR: f64 = 26.0;
const STEP: f64 = 44.0;

impl Plot for AnswerShares {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn data(&self) -> DataTable {
        let mut data = DataTable::new(&[
            &self.row_question,
            &self.column_question,
            "count",
            "share of the row",
        ]);
        for (row, counts) in self.rows.iter().zip(&self.counts) {
            let all = counts.iter().sum::<usize>() as f64;
            for (column, count) in self.columns.iter().zip(counts) {
                let count = *count as f64;
                data.push(&[row, column], &[count, count / all]);
            }
        }
        data
    }

    fn body(&self, format: Format) -> Drawn {
        let widest = self
            .rows
            .iter()
            .map(|name| width_of(name, LABEL.size()))
            .fold(0.0, f64::max);
        let left = (1.1 * widest + 14.0).clamp(40.0, format.width() * 0.34);
        let (right, top) = (format.width() - 4.0, 62.0);
        let height = top + self.rows.len() as f64 * STEP + 4.0;
        let mut svg = Svg::new(format.width(), height);
        let across = (left + right) / 2.0;
        svg.text(
            AXIS_NAME,
            (across, 14.0),
            Anchor::Middle,
            &self.column_question,
        );
        for words in lines(&self.row_question, AXIS_NAME.size(), left - 8.0, 1) {
            svg.text(AXIS_NAME, (0.0, top - 12.0), Anchor::Start, &words);
        }
        for (row, counts) in self.counts.iter().enumerate() {
            let y = top + row as f64 * STEP;
            for words in lines(&self.rows[row], 1.08 * LABEL.size(), left - 10.0, 1) {
                svg.text(LABEL, (left - 10.0, y + 17.0), Anchor::End, &words);
            }
            self.bar(&mut svg, (left, right), y, counts, row == 0);
        }
        Drawn(svg)
    }
}

impl AnswerShares {
    /// A bar; the first one carries the names of the answers above its parts.
    fn bar(
        &self,
        svg: &mut Svg,
        (left, right): (f64, f64),
        y: f64,
        counts: &[usize],
        is_first: bool,
    ) {
        let all = counts.iter().sum::<usize>().max(1) as f64;
        let mut from = left;
        for (place, count) in counts.iter().enumerate() {
            let share = *count as f64 / all;
            let to = from + share * (right - left);
            let room = to - from - 2.0;
            if room > 0.0 {
                let corners = [
                    (from, y),
                    (to - 2.0, y),
                    (to - 2.0, y + BAR),
                    (from, y + BAR),
                ];
                let path = format!("{}z", polyline(corners));
                svg.arm_area(marks(1)[0], "band", self.shade(place), &path);
                let middle = (from + to) / 2.0 - 1.0;
                let told = [
                    format!("{count} ({})", words::percent(share)),
                    count.to_string(),
                ];
                if let Some(words) = told
                    .iter()
                    .find(|words| 1.1 * width_of(words, SMALL.size()) < room)
                {
                    svg.text(SMALL, (middle, y + 17.0), Anchor::Middle, words);
                }
                if is_first {
                    for words in lines(&self.columns[place], 1.08 * SMALL.size(), room, 1) {
                        svg.text(SMALL, (middle, y - 8.0), Anchor::Middle, &words);
                    }
                }
            }
            from = to;
        }
    }

    /// At most half covered, so that the number on it keeps its contrast.
    fn shade(&self, place: usize) -> f64 {
        let steps = (self.columns.len().max(2) - 1) as f64;
        ((0.08 + 0.42 * place as f64 / steps) * 100.0).round() / 100.0
    }
}
