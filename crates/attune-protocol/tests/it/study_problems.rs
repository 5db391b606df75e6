//! What somebody who writes a study file is told when it is wrong: one sound study, and for each case
//! the change that spoils it. A snapshot holds the cases of one topic side by side.

use attune_protocol::{
    Protocol, StudyFolder,
    problem::{Style, render},
};

/// A sound study into which each case puts something wrong.
const SOUND: &str = r##"format = 1

[study]
id = "play"
title = "Play"
allocation = "site"
page = "page.md"

[[team]]
name = "A. Researcher"

[[arm]]
id = "comparison"
label = "Comparison"

[[arm]]
id = "intervention"
label = "Intervention"

[[site]]
id = "north"
label = "North"
arm = "intervention"

[[site]]
id = "south"
label = "South"
arms = [{ arm = "comparison" }, { arm = "intervention", from = 2025-01-01 }]

[[wave]]
id = "start"
label = "Start"
when = "at enrolment"

[[wave]]
id = "later"
label = "Later"
when = "6 months after enrolment"
window = "14 days before to 30 days after"

[[consent]]
id = "participation"
label = "Taking part"
withdrawal = { records = "leave-out" }

[[consent.text]]
version = "1"
file = "consent.md"

[[attribute]]
id = "mother_age"
label = "Mother's age"
kind = "number"

[[attribute]]
id = "infant_sex"
label = "Infant's sex"
kind = "levels"
levels = ["girl", "boy"]

[[instrument]]
id = "mood"
library = "phq-4"
answered-by = "parent"
about = "carer"

[[instrument]]
id = "staff-mood"
library = "phq-4"
answered-by = "staff"
about = "staff-member"

[[scheme]]
id = "play-form"
title = "Play"
version = 1
sampling = ["continuous"]

[[scheme.subject]]
id = "infant"
label = "Infant"
kind = "infant"
key = "i"

[[scheme.point]]
id = "smile"
label = "Smile"
definition = "A smile."
key = "s"
subjects = ["infant"]
modifiers = [{ id = "strength", label = "Strength", one-of = ["slight", "broad"] }]

[[scheme.rating]]
id = "warmth"
label = "Warmth"
definition = "How warm."
minimum = 1
maximum = 5
anchors = { "1" = "not at all", "5" = "throughout" }

[[scheme.composite]]
id = "quality"
label = "Quality"
of = ["warmth"]

[[codebook]]
id = "interviews"
title = "Interviews"
version = 1

[[codebook.code]]
id = "seen"
label = "Seen"
definition = "Felt noticed."

[[data]]
file = "families.csv"
kind = "dyads"
columns = { dyad = "code", site = "clinic", born = "born" }
attributes = { mother_age = "age", infant_sex = "sex" }
missing = { "-99" = "refused" }
recode = { site = { N = "north" }, infant_sex = { "1" = "girl" } }

[[data]]
file = "mood.csv"
kind = "assessments"
instrument = "mood"
columns = { dyad = "code", wave = "wave" }
items = { nervous = "q1", worrying = "q2" }

[[outcome]]
id = "mood_total"
label = "Mood"
measure = "mood.total"
role = "primary"
better = "lower"

[[outcome]]
id = "warmth"
label = "Warmth"
measure = "play-form.warmth"
role = "secondary"
better = "higher"

[[analysis]]
id = "mood-over-time"
question = "Did mood change differently?"
model = "mood_total ~ months * arm + mother_age + (months | dyad)"
answers = "months:arm[intervention]"

[multiplicity]
method = "holm"
family = ["mood-over-time"]

[simulation]
enrolment = { from = 2024-01-01, to = 2024-12-31 }
dyads = { north = 10, south = 10 }
age-at-enrolment-days = { mean = 60, sd = 20, minimum = 10, maximum = 150 }

[[simulation.course]]
measure = "mood.total"
start = 4
per-month = { comparison = 0, intervention = -0.1 }
sd-between = 2
sd-within = 1

[[simulation.course]]
measure = "play-form.warmth"
start = 3
per-month = 0
sd-between = 0.5
sd-within = 0.5

[[simulation.correlation]]
between = ["mood.total", "play-form.warmth"]
value = -0.3

[[simulation.missing]]
measure = "mood.total"
share = 0.1
reasons = { refused = 1 }

[[simulation.attribute]]
id = "infant_sex"
levels = { girl = 1, boy = 1 }
"##;

const FILES: &[(&str, &str)] = &[
    ("page.md", "# Play\n"),
    ("consent.md", "Taking part\n"),
    ("families.csv", "code\n"),
    ("mood.csv", "code\n"),
    ("empty.md", "  \n"),
];

/// What a case puts in place of what.
type Case = (&'static str, &'static str);

fn study(cases: &[Case]) -> String {
    let mut text = SOUND.to_owned();
    for (from, to) in cases {
        assert!(text.contains(from), "the sound study holds {from}");
        text = text.replacen(from, to, 1);
    }
    text
}

fn read(study: &str, more: &[(&str, &str)]) -> String {
    let files = FILES
        .iter()
        .chain(more)
        .copied()
        .chain([("study.toml", study)]);
    match Protocol::read_folder(&StudyFolder::from_files(files)) {
        Ok((_, warnings)) => render(&warnings, Style::Plain),
        Err(problems) => problems.render(Style::Plain),
    }
}

/// Each case on its own, with what it puts in place of what above what is told.
fn told(cases: &[Case]) -> String {
    let one = |case: &Case| {
        let (from, to) = case;
        let marked = |mark: &str, text: &str| {
            text.lines()
                .map(|line| format!("{mark} {line}\n"))
                .collect::<String>()
        };
        let told = read(&study(&[*case]), &[]);
        format!("{}{}\n{told}", marked("-", from), marked("+", to))
    };
    cases.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

macro_rules! told {
    ($($name:ident: $cases:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(told(&$cases));
        }
    )*};
}

#[test]
fn the_sound_study_is_sound() {
    assert_eq!(read(SOUND, &[]), "no problem\n");
}

told! {
    keys_and_types: [
        ("label = \"North\"", "lable = \"North\""),
        ("label = \"North\"", "label = \"North\"\nplanned_dyads = 10"),
        ("label = \"North\"", "label = \"North\"\nwindow = \"30 days after\""),
        ("label = \"North\"", "label = \"North\"\nweather = \"mild\""),
        ("[[team]]", "[[teams]]"),
        ("[[team]]", "[weather]\nmild = true\n\n[[team]]"),
        ("label = \"Comparison\"\n", ""),
        ("[study]\nid", "[[study]]\nid"),
        ("[[team]]\nname", "[team]\nname"),
        ("[[team]]\n", "[[site]]\n\n[[team]]\n"),
        ("kind = \"number\"", "kind = \"number\"\nminimum = \"13\""),
        ("kind = \"number\"", "kind = \"number\"\nminimum = \"young\""),
        ("kind = \"number\"", "kind = \"number\"\nin-baseline-table = \"yes\""),
        ("page = \"page.md\"", "page = \"page.md\"\nstarted = \"2024-01-31\""),
        ("page = \"page.md\"", "page = \"page.md\"\nstarted = 2024-01-31T12:00:00"),
        ("page = \"page.md\"", "page = \"page.md\"\nstarted = 0024-01-31"),
        ("page = \"page.md\"", "page = \"page.md\"\naims = \"Development\""),
        ("page = \"page.md\"", "page = \"page.md\"\naims = [\"\", 3]"),
        ("page = \"page.md\"", "page = \"page.md\"\nfunder = 12"),
        ("page = \"page.md\"", "page = \"page.md\"\nresults-released = { yes = true }"),
        ("label = \"North\"", "label = \"North\"\nplanned-dyads = 0"),
        ("label = \"North\"", "label = \"North\"\nplanned-dyads = 10.5"),
        ("label = \"North\"", "label = \"North\"\nplanned-dyads = 99999999999999999999"),
        ("answers = ", "level = 1.5\nanswers = "),
        ("answers = ", "level = nan\nanswers = "),
        ("answers = ", "contrasts-at-months = 6\nanswers = "),
        ("format = 1\n", ""),
        ("format = 1\n", "format = \"1\"\n"),
    ];
    words: [
        ("allocation = \"site\"", "allocation = \"randomized-site\""),
        ("allocation = \"site\"", "allocation = \"cluster\""),
        ("answered-by = \"parent\"", "answered-by = \"Parents\""),
        ("about = \"carer\"", "about = \"carer\"\nblind-to = [\"arm\", \"arm\"]"),
        ("answers = ", "sensitivity = [\"random intercept\"]\nanswers = "),
        ("\"-99\" = \"refused\"", "\"-99\" = \"declined\""),
        ("reasons = { refused = 1 }", "reasons = { refusal = 1 }"),
    ];
    texts_with_a_shape: [
        ("name = \"A. Researcher\"", "name = \"A. Researcher\"\norcid = \"0000-0002-1825-0079\""),
        ("name = \"A. Researcher\"", "name = \"A. Researcher\"\norcid = \"https://orcid.org/0000-0002-1825-0097\""),
        ("name = \"A. Researcher\"", "name = \"A. Researcher\"\norcid = \"0000000218250097\""),
        ("[[team]]", "[[publication]]\ncitation = \"A paper\"\ndoi = \"https://doi.org/10.1000/182\"\n\n[[team]]"),
        ("[[team]]", "[[publication]]\ncitation = \"A paper\"\ndoi = \"11.1000/182\"\n\n[[team]]"),
        ("[[team]]", "[[partner]]\nname = \"A service\"\nurl = \"www.example.org\"\n\n[[team]]"),
        ("page = \"page.md\"", "page = \"page.md\"\nlanguage = \"English\""),
        ("definition = \"Felt noticed.\"", "definition = \"Felt noticed.\"\ncolour = \"teal\""),
        ("key = \"i\"", "key = \"ctrl-i\""),
        ("file = \"consent.md\"", "file = \"texts\\\\consent.md\""),
        ("file = \"consent.md\"", "file = \"/home/me/consent.md\""),
    ];
    ids: [
        ("id = \"north\"", "id = \"North Clinic\""),
        ("id = \"north\"", "id = \"9\""),
        ("id = \"mother_age\"", "id = \"mother-age\""),
        ("id = \"mother_age\"", "id = \"months\""),
        ("id = \"south\"", "id = \"north\""),
        ("id = \"mood_total\"", "id = \"mother_age\""),
        ("id = \"play-form\"", "id = \"mood\""),
        ("id = \"quality\"", "id = \"warmth\""),
        ("id = \"staff-mood\"", "id = \"attendance\""),
        ("levels = [\"girl\", \"boy\"]", "levels = [\"girl\", \"girl\"]"),
        ("levels = [\"girl\", \"boy\"]", "levels = [\"girl\", \" [boy]\"]"),
    ];
    references: [
        ("arm = \"intervention\"\n", "arm = \"interventoin\"\n"),
        ("arm = \"intervention\"\n", "arm = \"treatment\"\n"),
        ("instrument = \"mood\"", "instrument = \"moods\""),
        ("about = \"carer\"", "about = \"carer\"\nwaves = [\"strat\"]"),
        ("about = \"carer\"", "about = \"carer\"\nphases = [\"before\"]"),
        ("attributes = { mother_age", "attributes = { mothers_age"),
        ("family = [\"mood-over-time\"]", "family = [\"mood-in-time\", \"warmth\"]"),
        ("subjects = [\"infant\"]", "subjects = [\"infants\"]"),
        ("of = [\"warmth\"]", "of = [\"quality\"]"),
        ("dyads = { north = 10, south = 10 }", "dyads = { north = 10, east = 10 }"),
        ("when = \"6 months after enrolment\"", "when = \"during after\""),
        ("definition = \"Felt noticed.\"", "definition = \"Felt noticed.\"\nparent = \"felt\""),
    ];
    measures: [
        ("measure = \"mood.total\"\nrole", "measure = \"mood.totals\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"mod.total\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"mood\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"weight\"\nrole"),
        ("measure = \"play-form.warmth\"\nrole", "measure = \"play-form.smile\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"interviews.seen\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"attendance.session\"\nrole"),
        ("measure = \"mood.total\"\nrole", "measure = \"sessions.weighed\"\nrole"),
        ("better = \"lower\"", "better = \"higher\""),
    ];
    arms_sites_and_waves: [
        ("arm = \"intervention\"\n", ""),
        ("arm = \"intervention\"\n", "arm = \"intervention\"\narms = [{ arm = \"comparison\" }]\n"),
        ("{ arm = \"comparison\" }, ", "{ arm = \"comparison\", from = 2026-01-01 }, "),
        ("from = 2025-01-01", "form = 2025-01-01"),
        ("allocation = \"site\"", "allocation = \"dyad\""),
        ("[[wave]]\nid = \"start\"", "[[phase]]\nid = \"before\"\nlabel = \"Before\"\n\n[[wave]]\nid = \"start\""),
        ("when = \"6 months after enrolment\"", "when = \"6 months after enrollment\""),
        ("when = \"6 months after enrolment\"", "when = \"half a year later\""),
        ("when = \"6 months after enrolment\"", "when = \"0 days after enrolment\""),
        ("window = \"14 days before to 30 days after\"", "window = \"two weeks\""),
        ("window = \"14 days before to 30 days after\"", "window = \"14 fortnights after\""),
        ("when = \"at enrolment\"", "when = \"at enrolment\"\nwindow = \"200 days after\""),
        ("page = \"page.md\"", "page = \"page.md\"\nstarted = 2025-01-01\nended = 2024-01-01"),
    ];
    pages_and_consent: [
        ("page = \"page.md\"", "page = \"pages.md\""),
        ("page = \"page.md\"", "page = \"empty.md\""),
        ("page = \"page.md\"", "page = \"page.md\"\npages = [{ language = \"en\", file = \"page.md\" }]"),
        ("[[consent.text]]\nversion = \"1\"\nfile = \"consent.md\"\n", ""),
        ("file = \"consent.md\"", "file = \"consnet.md\""),
        ("file = \"consent.md\"", "file = \"consent.md\"\n\n[[consent.text]]\nversion = \"1\"\nfile = \"page.md\""),
        ("file = \"consent.md\"", "file = \"consent.md\"\nfrom = 2025-01-01\n\n[[consent.text]]\nversion = \"2\"\nfile = \"page.md\"\nfrom = 2024-01-01"),
        ("withdrawal = { records = \"leave-out\" }", "withdrawal = { records = \"delete\" }"),
        ("withdrawal = { records = \"leave-out\" }\n", ""),
    ];
    attributes_and_instruments: [
        ("kind = \"number\"", "kind = \"number\"\nlevels = [\"young\", \"old\"]"),
        ("kind = \"number\"", "kind = \"date\"\nunit = \"years\""),
        ("kind = \"number\"", "kind = \"number\"\nminimum = 60\nmaximum = 13"),
        ("levels = [\"girl\", \"boy\"]", "levels = [\"girl\"]"),
        ("levels = [\"girl\", \"boy\"]", "levels = \"girl, boy\""),
        ("library = \"phq-4\"", "library = \"phq-5\""),
        ("library = \"phq-4\"", "library = \"phq-4\"\nversion = 7"),
        ("library = \"phq-4\"\n", ""),
        ("library = \"phq-4\"", "library = \"phq-4\"\nfile = \"page.md\""),
        ("library = \"phq-4\"", "file = \"page.md\""),
        ("about = \"carer\"", "about = \"carer\"\nitem-order = \"interest-frist\""),
    ];
    measures_of_schemes: [
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"often\"\nlabel = \"Often\"\nkind = \"latency\"\nbehaviour = \"smile\"\n\n[[scheme.composite]]"),
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"often\"\nlabel = \"Often\"\nkind = \"share\"\nbehaviour = \"smile\"\nlag = 2\n\n[[scheme.composite]]"),
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"often\"\nlabel = \"Often\"\nkind = \"contingency\"\nbehaviour = \"smile\"\nstatistic = \"yules-q\"\n\n[[scheme.composite]]"),
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"often\"\nlabel = \"Often\"\nkind = \"count\"\nbehaviour = \"smlie\"\nto = [\"infant\"]\nduring = \"smile\"\nfrom-seconds = 9\nuntil-seconds = 9\n\n[[scheme.composite]]"),
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"often\"\nlabel = \"Often\"\nkind = \"whole-interval-share\"\nbehaviour = \"smile\"\n\n[[scheme.composite]]"),
        ("[[scheme.composite]]", "[[scheme.measure]]\nid = \"smile-per-minute\"\nlabel = \"Often\"\nkind = \"rate\"\nbehaviour = \"smile\"\n\n[[scheme.composite]]"),
        ("[[data]]\nfile = \"mood.csv\"", "[[data]]\nfile = \"families.csv\"\nkind = \"codings\"\nscheme = \"play-form\"\ncolumns = { session = \"code\", length = \"s\", subject = \"who\", behaviour = \"what\", start = \"from\" }\n\n[[data]]\nfile = \"mood.csv\""),
    ];
    schemes_and_codebooks: [
        ("sampling = [\"continuous\"]\n", ""),
        ("sampling = [\"continuous\"]", "sampling = []"),
        ("sampling = [\"continuous\"]", "sampling = [\"scan\", { kind = \"continuous\", seconds = 3 }]"),
        ("sampling = [\"continuous\"]", "sampling = [{ kind = \"whole-interval\", seconds = 10 }]"),
        ("sampling = [\"continuous\"]", "sampling = [\"continuous\", { kind = \"scan\", seconds = 10 }, { kind = \"scan\", seconds = 20 }]"),
        ("key = \"s\"", "key = \"i\""),
        ("one-of = [\"slight\", \"broad\"]", "minimum = 1"),
        ("one-of = [\"slight\", \"broad\"]", "one-of = [\"slight\"], several-of = [\"broad\"]"),
        ("one-of = [\"slight\", \"broad\"]", "one-of = []"),
        ("maximum = 5", "maximum = 0"),
        ("maximum = 5", "maximum = 5\nstep = 0.3"),
        ("\"5\" = \"throughout\"", "\"6\" = \"throughout\""),
        ("of = [\"warmth\"]", "of = [\"warmth\"]\nminimum-codable = 2"),
        ("[[scheme.composite]]", "[[scheme.rating]]\nid = \"calm\"\nlabel = \"Calm\"\ndefinition = \"How calm.\"\nminimum = 1\nmaximum = 5\n\n[[scheme.composite]]\nreversed = [\"calm\"]"),
        ("definition = \"Felt noticed.\"", "definition = \"Felt noticed.\"\nparent = \"care\"\n\n[[codebook.code]]\nid = \"care\"\nlabel = \"Care\"\ndefinition = \"Felt cared for.\""),
        ("[[codebook]]", "[[scheme]]\nid = \"nothing\"\ntitle = \"Nothing\"\nversion = 1\n\n[[codebook]]"),
    ];
    data_files: [
        ("file = \"mood.csv\"", "file = \"moood.csv\""),
        ("file = \"mood.csv\"", "file = \"mood.sav\""),
        ("file = \"mood.csv\"", "file = \"mood.csv\"\nsheet = \"answers\""),
        ("kind = \"dyads\"\n", "kind = \"dyads\"\ninstrument = \"mood\"\n"),
        ("born = \"born\" }", "minutes = \"stay\" }"),
        ("site = \"clinic\", ", ""),
        ("columns = { dyad = \"code\", wave = \"wave\" }", "columns = { wave = \"wave\" }"),
        ("columns = { dyad = \"code\", wave = \"wave\" }", "columns = { unit = \"code\", wave = \"wave\" }"),
        ("columns = { dyad = \"code\", wave = \"wave\" }", "columns = { dyad = \"code\" }"),
        ("columns = { dyad = \"code\", wave = \"wave\" }", "columns = { dyad = \"code\", date = \"day\", time = { column = \"age\", unit = \"month\" } }"),
        ("items = { nervous = \"q1\", worrying = \"q2\" }", "items = { nervus = \"q1\", worrying = \"q1\" }"),
        ("items = { nervous = \"q1\", worrying = \"q2\" }\n", ""),
        ("instrument = \"mood\"\n", ""),
        ("instrument = \"mood\"\n", "instrument = \"mood\"\nlayout = \"values\"\n"),
        ("instrument = \"mood\"\n", "instrument = \"mood\"\nlayout = \"wide\"\n"),
        ("{ N = \"north\" }", "{ N = \"norht\" }"),
        ("recode = { site", "recode = { stie"),
        ("{ \"1\" = \"girl\" }", "{ \"1\" = \"female\" }"),
        ("born = \"born\" }", "left-reason = \"why\" }"),
    ];
    outcomes_and_families: [
        ("role = \"secondary\"", "role = \"primary\""),
        ("role = \"primary\"", "role = \"secondary\""),
        ("better = \"lower\"", "better = \"lower\"\nreliability = { coefficient = 1.2, source = \"a paper\" }"),
        ("better = \"lower\"", "better = \"lower\"\nequivalence-bound = 0"),
        ("family = [\"mood-over-time\"]", "family = []"),
        ("family = [\"mood-over-time\"]", "family = [\"mood-over-time\", \"mood-over-time\"]"),
    ];
    models: [
        ("mood_total ~", "mood_totl ~"),
        ("mood_total ~", "log(mood_total) ~"),
        ("mood_total ~", "mood_total ="),
        ("+ mother_age", "+ mothers_age"),
        ("+ mother_age", "+ income"),
        ("+ mother_age", "+ warmth"),
        ("+ mother_age", "+ phase"),
        ("+ mother_age", "+ sine(mother_age)"),
        ("+ mother_age", "+ (mother_age"),
        ("+ mother_age", "+ + mother_age"),
        ("+ mother_age", "+ mother_age$"),
        ("(months | dyad)", "months | dyad"),
        ("(months | dyad)", "(1 | months)"),
        ("kind = \"number\"", "kind = \"date\""),
        ("model = \"mood_total ~ months * arm + mother_age + (months | dyad)\"", "model = \"\"\"\nmood_total ~ months *\n  amr + (months | dyad)\"\"\""),
        ("kind = \"number\"", "kind = \"levels\"\nlevels = [\"young\", \"old\"]"),
    ];
    answers: [
        ("months:arm[intervention]", "month:arm[intervention]"),
        ("months:arm[intervention]", "months:mother_age"),
        ("months:arm[intervention]", "months:arm"),
        ("months:arm[intervention]", "months:arm[comparison]"),
        ("months:arm[intervention]", "arm[intervension]:months"),
        ("months:arm[intervention]", "months[late]:arm[intervention]"),
        ("months:arm[intervention]", "months:arm[intervention"),
        ("months:arm[intervention]", "months * arm"),
    ];
    assumptions: [
        ("to = 2024-12-31", "to = 2023-12-31"),
        ("dyads = { north = 10, south = 10 }", "dyads = { north = 10 }"),
        ("dyads = { north = 10, south = 10 }", "dyads-by-arm = { comparison = 10, intervention = 10 }"),
        ("dyads = { north = 10, south = 10 }\n", ""),
        ("mean = 60", "mean = 600"),
        ("per-month = { comparison = 0, intervention = -0.1 }", "per-month = { intervention = -0.1 }"),
        ("measure = \"play-form.warmth\"\nstart", "measure = \"mood.total\"\nstart"),
        ("between = [\"mood.total\", \"play-form.warmth\"]", "between = [\"mood.total\"]"),
        ("between = [\"mood.total\", \"play-form.warmth\"]", "between = [\"mood.total\", \"play-form.quality\"]"),
        ("between = [\"mood.total\", \"play-form.warmth\"]", "between = [\"mood.total\", \"mood.total\"]"),
        ("value = -0.3", "value = -1"),
        ("[[simulation.missing]]", "[[simulation.course]]\nmeasure = \"mood.depression\"\nstart = 2\nper-month = 0\nsd-between = 1\nsd-within = 1\n\n[[simulation.correlation]]\nbetween = [\"mood.total\", \"mood.depression\"]\nvalue = 0.9\n\n[[simulation.correlation]]\nbetween = [\"play-form.warmth\", \"mood.depression\"]\nvalue = 0.9\n\n[[simulation.missing]]"),
        ("share = 0.1\n", "share = 0.1\nitem = \"nervus\"\n"),
        ("reasons = { refused = 1 }", "reasons = {}"),
        ("reasons = { refused = 1 }", "reasons = { refused = 0 }"),
        ("levels = { girl = 1, boy = 1 }", "levels = { girl = 1, bay = 1 }"),
        ("levels = { girl = 1, boy = 1 }", "number = { mean = 1, sd = 1, minimum = 0, maximum = 2 }"),
        ("id = \"infant_sex\"\nlevels = { girl = 1, boy = 1 }", "id = \"mother_age\""),
    ];
}

#[test]
fn all_problems_come_at_once_and_none_that_only_follows() {
    let broken = study(&[
        // The arm's own mistake; that sites and the model refer to it is no mistake.
        ("id = \"intervention\"", "id = \"Intervention\""),
        ("label = \"North\"", "lable = \"North\""),
        ("page = \"page.md\"", "page = \"pages.md\""),
        ("library = \"phq-4\"", "library = \"phq-5\""),
        ("+ mother_age", "+ mothers_age"),
        ("role = \"secondary\"", "role = \"secundary\""),
        ("value = -0.3", "value = -3"),
    ]);
    insta::assert_snapshot!(read(&broken, &[]));
}

#[test]
fn a_scheme_in_its_own_file_is_told_of_in_that_file() {
    let in_study = study(&[(
        "title = \"Play\"\nversion = 1\nsampling = [\"continuous\"]\n",
        "file = \"play.toml\"\nversion = 1\n",
    )]);
    let scheme = "id = \"play\"\nversion = 2\ntitel = \"Play\"\nsampling = [\"continous\"]\n\n\
                  [[act]]\nid = \"talk\"\nlabel = \"Talk\"\ndefinition = \"Talks.\"\n\
                  from = [\"nobody\"]\nto = [\"own-infant\"]\n";
    let told = [
        read(&in_study, &[("play.toml", scheme)]),
        read(&in_study, &[("play.toml", "title = Play\n")]),
        read(&in_study, &[]),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_instrument_of_the_study_s_own_is_checked_with_it() {
    let in_study = study(&[("library = \"phq-4\"", "file = \"own.toml\"\nversion = 3")]);
    let own = "format = 1\nid = \"own\"\nversion = 1\ntitle = \"Own\"\n";
    insta::assert_snapshot!(read(&in_study, &[("own.toml", own)]));
}

#[test]
fn missing_data_are_a_warning_where_they_can_be_simulated() {
    let study = study(&[]).replace("mood.csv", "moods.csv");
    let simulated = read(&study, &[]);
    let real = read(
        study.split("[simulation]").next().expect("a part before"),
        &[],
    );
    insta::assert_snapshot!(format!("{simulated}\n{real}"));
}

#[test]
fn problems_have_a_json_form_for_programs() {
    let broken = study(&[
        ("id = \"south\"", "id = \"north\""),
        ("page = \"page.md\"", "page = 3"),
    ]);
    let files = FILES
        .iter()
        .copied()
        .chain([("study.toml", broken.as_str())]);
    let problems =
        Protocol::read_folder(&StudyFolder::from_files(files)).expect_err("two problems");
    insta::assert_json_snapshot!(problems);
}

#[test]
fn a_terminal_gets_colour_and_a_pipe_does_not() {
    let broken = study(&[("[[team]]", "[[teams]]")]);
    let files = FILES
        .iter()
        .copied()
        .chain([("study.toml", broken.as_str())]);
    let problems = Protocol::read_folder(&StudyFolder::from_files(files)).expect_err("a problem");
    assert!(problems.render(Style::Terminal).contains("\u{1b}["));
    assert!(!problems.render(Style::Plain).contains('\u{1b}'));
}

#[test]
fn a_public_page_that_leaves_questions_open_is_told_what_it_lacks() {
    let study = study(&[(
        "page = \"page.md\"",
        "page = \"page.md\"\nstatus = \"completed\"\nresults-released = true\npages = [{ language = \"de\", file = \"page.de.md\" }]",
    )]);
    let own = "## Background\n\nWhy.\n\n## Background\n\nAgain.\n\n### What was found\n\nOutside.\n\n## Tea\n\nFree.\n";
    let german = "## Hintergrund {#background}\n\nWarum.\n\n## Methode {#methodolgy}\n\nWie.\n";
    insta::assert_snapshot!(read(&study, &[("page.md", own), ("page.de.md", german)]));
}

#[test]
fn what_the_blind_are_shown_must_not_name_an_arm_and_rules_of_sharing_have_bounds() {
    let blind = (
        "library = \"phq-4\"",
        "library = \"phq-4\"\nblind-to = [\"arm\"]",
    );
    let title = (
        "title = \"Play\"\nallocation",
        "title = \"Intervention against comparison\"\nallocation",
    );
    let working = (
        "title = \"Play\"\nallocation",
        "title = \"Play\"\nworking-title = \"The intervention\"\nstarted = 2025-01-01\nrecruiting-until = 2024-01-01\nallocation",
    );
    let sharing = (
        "[[wave]]\nid = \"start\"",
        "[sharing]\nsmallest-group = 2\nfewest-alike = 1\ntimes = \"hours\"\n\n[[wave]]\nid = \"start\"",
    );
    let text = [("consent.md", "You are in the Intervention.\n")];
    let told = [
        read(&study(&[blind, title]), &text),
        read(&study(&[blind, working, sharing]), &[]),
        // Without anybody who is blind nothing is to be hidden.
        read(&study(&[title]), &text),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
