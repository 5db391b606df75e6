-- Words of families that reports may quote.
CREATE TABLE quotation (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    dyad TEXT NOT NULL,
    purpose TEXT NOT NULL,
    words TEXT NOT NULL,
    speaker TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    chosen BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
CREATE INDEX quotation_study ON quotation (study, sequence);
CREATE INDEX quotation_dyad ON quotation (dyad);
