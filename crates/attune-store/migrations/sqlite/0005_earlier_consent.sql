-- Answers about consent from before this application, as the study's own records tell them.
CREATE TABLE earlier_consent (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    dyad TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given BIGINT NOT NULL,
    on_date TEXT,
    sequence BIGINT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX earlier_consent_by_dyad ON earlier_consent (dyad, purpose);

-- All answers. An earlier one is about the family as a whole: any later answer stands in its place.
CREATE VIEW consent_answer AS
SELECT dyad, purpose, for_person AS person, given, sequence FROM consent
UNION ALL
SELECT dyad, purpose, '' AS person, given, sequence FROM earlier_consent;
