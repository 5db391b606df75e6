//! Tables of ratings: gaps, one category, ties everywhere, coders who rated nothing, words among numbers.

use crate::{case::Case, messy::Dice};

/// One row per unit, one column per coder.
pub fn table(dice: &mut Dice) -> Case {
    let n_coders = dice.one_of(&[1, 2, 2, 2, 3, 4]);
    let n_units = dice.one_of(&[0, 1, 2, 3, 5, 10, 30]);
    let kind = dice.below(9);
    let gaps = dice.one_of(&[0, 0, 10, 40, 90, 100]);
    let mut case = Case::default();
    let truths: Vec<f64> = (0..n_units).map(|_| 3.0 * dice.normal()).collect();
    for coder in 0..n_coders {
        let silent = dice.once_in(10);
        let cells = truths.iter().map(|truth| {
            let value = truth + dice.normal();
            if silent || dice.below(100) < gaps {
                return String::new();
            }
            match kind {
                0 => "1".to_owned(),
                1 => u8::from(value > 0.0).to_string(),
                2 => format!("{value:.0}"),
                3 => format!("{value:.3}"),
                4 => format!("{:e}", value * 1e150),
                5 => format!("{:e}", 1e9 + value * 1e-7),
                6 => dice.one_of(&["smiles", "cries", "sleeps"]).to_owned(),
                7 => dice
                    .one_of(&["1", "2", "three", " 2", "-0", "0"])
                    .to_owned(),
                _ => dice
                    .one_of(&["1", "2", "2", "2", "2", "2", "Inf", "NaN", "1e999"])
                    .to_owned(),
            }
        });
        let cells = cells.collect();
        case.push_column(&format!("coder{coder}"), cells);
    }
    case.push_wish("resamples", dice.one_of(&["", "", "20"]));
    case.push_wish("clusters", dice.one_of(&["", "", "3"]));
    case
}
