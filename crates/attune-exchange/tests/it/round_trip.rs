//! Laws: the order of rows does not matter, and records that are written to CSV or XLSX and read
//! again are the same.

use proptest::prelude::{Just, Strategy, prop, proptest};
use rust_xlsxwriter::Workbook;

use crate::study::{protocol, read_bytes, shown};

fn data(ending: &str) -> String {
    format!(
        r#"
[[data]]
file = "dyads.{ending}"
kind = "dyads"
columns = {{ dyad = "code", site = "hostel", enrolled = "enrolled", left = "left", left-reason = "why" }}
attributes = {{ birth_weight = "weight", infant_sex = "sex" }}
missing = {{ "refused" = "refused" }}

[[data]]
file = "index.{ending}"
kind = "assessments"
instrument = "index"
columns = {{ dyad = "code", wave = "wave", date = "date", assessor = "by" }}
items = {{ mental = "mdi", motor = "pdi" }}
missing = {{ "refused" = "refused", "-99" = "not done" }}
"#
    )
}

type Rows = Vec<Vec<String>>;

/// Rows of dyads and of their visits, as text.
fn tables() -> impl Strategy<Value = (Rows, Rows)> {
    let weight = prop::option::of(500.0..6000.0_f64);
    let reason = "[ -~]{0,12}";
    let dyad = (0..2_u8, 0..300_i32, weight, 0..3_u8, reason);
    let score = prop::option::of(40..160_i32);
    let visit = (prop::bool::ANY, score.clone(), score);
    prop::collection::vec((dyad, visit), 1..12).prop_map(|families| {
        let mut dyads = Rows::new();
        let mut visits = Rows::new();
        for (number, (dyad, visit)) in families.into_iter().enumerate() {
            let (site, day, weight, sex, reason) = dyad;
            let code = format!("D{number:03}");
            let enrolled = date(day);
            let weight = weight.map_or_else(|| "refused".to_owned(), |weight| weight.to_string());
            let left = if reason.trim().is_empty() {
                String::new()
            } else {
                date(day + 400)
            };
            let reason = reason.trim().to_owned();
            let site = ["hostel-a", "hostel-b"][usize::from(site)];
            let sex = ["girl", "boy", ""][usize::from(sex)];
            dyads.push(
                [&code, site, &enrolled, &left, &reason, &weight, sex]
                    .map(str::to_owned)
                    .to_vec(),
            );
            let (has_second, mental, motor) = visit;
            let score =
                |score: Option<i32>| score.map_or_else(|| "-99".to_owned(), |s| s.to_string());
            let scores = [score(mental), score(motor)];
            let mut add = |wave: &str, day: i32| {
                visits.push(
                    [&code, wave, &date(day), "anna", &scores[0], &scores[1]]
                        .map(str::to_owned)
                        .to_vec(),
                );
            };
            add("baseline", day);
            if has_second {
                add("six-months", day + 183);
            }
        }
        (dyads, visits)
    })
}

fn date(days: i32) -> String {
    let start = jiff::civil::date(2023, 1, 1);
    start
        .checked_add(jiff::Span::new().days(days))
        .expect("a day")
        .to_string()
}

const DYADS: [&str; 7] = ["code", "hostel", "enrolled", "left", "why", "weight", "sex"];
const VISITS: [&str; 6] = ["code", "wave", "date", "by", "mdi", "pdi"];

fn csv(headings: &[&str], rows: &Rows) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings).expect("written");
    rows.iter()
        .for_each(|row| writer.write_record(row).expect("written"));
    writer.into_inner().expect("written")
}

/// Numbers as numbers, everything else as text.
fn xlsx(headings: &[&str], rows: &Rows) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .write_row(0, 0, headings.iter().copied())
        .expect("written");
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) if number.to_string() == *cell => sheet.write(row, column, number),
                _ => sheet.write(row, column, cell.as_str()),
            }
            .expect("written");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn records_of(ending: &str, dyads: Vec<u8>, visits: Vec<u8>) -> String {
    let (first, second) = (format!("dyads.{ending}"), format!("index.{ending}"));
    let files = [(first.as_str(), dyads), (second.as_str(), visits)];
    match read_bytes(&protocol(&data(ending)), files) {
        Ok((records, _)) => shown(&records),
        Err(problems) => panic!("{problems}"),
    }
}

proptest! {
    #![proptest_config(prop::test_runner::Config::with_cases(32))]

    #[test]
    fn csv_and_xlsx_give_the_same_records((dyads, visits) in tables()) {
        let from_csv = records_of("csv", csv(&DYADS, &dyads), csv(&VISITS, &visits));
        let from_xlsx = records_of("xlsx", xlsx(&DYADS, &dyads), xlsx(&VISITS, &visits));
        assert_eq!(from_csv, from_xlsx);
        for cell in dyads.iter().chain(&visits).map(|row| &row[0]) {
            assert!(from_csv.contains(cell.as_str()));
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        ((dyads, visits), shuffled) in tables().prop_flat_map(|tables| {
            let (dyads, visits) = tables.clone();
            (Just(tables), (Just(dyads).prop_shuffle(), Just(visits).prop_shuffle()))
        })
    ) {
        let in_order = records_of("csv", csv(&DYADS, &dyads), csv(&VISITS, &visits));
        let in_disorder = records_of("csv", csv(&DYADS, &shuffled.0), csv(&VISITS, &shuffled.1));
        assert_eq!(in_order, in_disorder);
    }
}
