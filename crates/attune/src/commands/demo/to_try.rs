//! What each person of the demonstration may try, step by step: words and the page where it begins.

/// Words and address.
pub type Step = (&'static str, &'static str);

/// The steps of one person, by sign-in name.
pub fn steps(login: &str) -> &'static [Step] {
    match login {
        "manager" => &[
            ("See who works here, and give somebody a role", "/people"),
            ("Load a study of your own, or only check it", "/studies/new"),
            (
                "Correct a form of the hostel study, and see what it was before",
                "/studies/hostel-clinic/measures",
            ),
            ("Make a backup; it is restored on trial", "/backups"),
        ],
        "evaluator" => &[
            (
                "See where the hostel study stands",
                "/studies/hostel-clinic",
            ),
            (
                "Read a finding from published data, and follow a number to its rows",
                "/studies/early-intervention/findings",
            ),
            (
                "Seal the plan of the hostel study, then reveal its arms",
                "/studies/hostel-clinic/plan",
            ),
            (
                "Can the coders of the film be trusted?",
                "/studies/community-clinic/reliability",
            ),
        ],
        "statistician" => &[
            (
                "Look at the long table, in which no arm is shown",
                "/studies/hostel-clinic/measures",
            ),
            (
                "Rehearse the plan: until arms are revealed they are permuted",
                "/studies/hostel-clinic/findings",
            ),
            (
                "Take the data out, with a codebook and an R script",
                "/studies/early-intervention/export",
            ),
        ],
        "assessor" => &[
            ("See who is due", "/studies/hostel-clinic/schedule"),
            (
                "Enrol a family, ask for consent, and enter a first form by keyboard",
                "/studies/hostel-clinic/families/new",
            ),
            (
                "Look for the arm of a family: there is none on any page",
                "/studies/hostel-clinic/families",
            ),
        ],
        "visitor" => &[
            (
                "Enrol a family, twins if you like",
                "/studies/hostel-clinic/families/new",
            ),
            (
                "Open a family: what happened, on the baby’s age",
                "/studies/hostel-clinic/families",
            ),
            (
                "See what needs somebody today",
                "/studies/hostel-clinic/alerts",
            ),
        ],
        "facilitator" => &[
            (
                "See the families of the group’s hostel, by study code",
                "/studies/hostel-clinic/families",
            ),
            ("See who is due", "/studies/hostel-clinic/schedule"),
        ],
        "observer" => &[
            (
                "Code the drawn film of a clinic room by keys",
                "/studies/community-clinic/coding",
            ),
            (
                "Try the findings: they are closed to whoever codes film",
                "/studies/hostel-clinic/findings",
            ),
        ],
        "analyst" => &[(
            "See the study’s page, and nothing of its numbers",
            "/studies/hostel-clinic",
        )],
        "auditor" => &[
            ("Read what was done, by whom, and why", "/audit"),
            ("Verify that nobody changed the past", "/audit/verify"),
            (
                "Follow the changes of one study",
                "/studies/hostel-clinic/audit",
            ),
        ],
        _ => &[],
    }
}
