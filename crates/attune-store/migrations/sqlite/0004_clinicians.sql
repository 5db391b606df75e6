-- Who is told of alerts at a site.
CREATE TABLE site_clinician (
    study TEXT NOT NULL,
    site TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (study, site)
);
