-- Recordings, who codes them, and what was coded.
CREATE TABLE clip (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    title TEXT NOT NULL,
    scheme TEXT NOT NULL,
    scheme_version BIGINT NOT NULL,
    site TEXT,
    wave TEXT,
    session TEXT,
    purpose TEXT,
    stratum TEXT NOT NULL,
    recorded TEXT,
    dyads TEXT NOT NULL,
    angles TEXT NOT NULL,
    added BIGINT NOT NULL,
    removed BIGINT
);
CREATE INDEX clip_by_study ON clip (study);
CREATE TABLE clip_dyad (
    clip TEXT NOT NULL,
    dyad TEXT NOT NULL,
    PRIMARY KEY (clip, dyad)
);
CREATE INDEX clip_dyad_by_dyad ON clip_dyad (dyad);
CREATE TABLE coding (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    clip TEXT NOT NULL,
    coder TEXT NOT NULL,
    position BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    finished BIGINT,
    UNIQUE (study, code),
    UNIQUE (clip, coder)
);
CREATE INDEX coding_by_coder ON coding (study, coder, position);
CREATE TABLE coded_event (
    coding TEXT NOT NULL,
    event TEXT NOT NULL,
    start BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (coding, event)
);
CREATE TABLE coded_rating (
    coding TEXT NOT NULL,
    rating TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (coding, rating)
);
CREATE TABLE coding_change (
    coding TEXT NOT NULL,
    version BIGINT NOT NULL,
    doing TEXT NOT NULL,
    edits TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (coding, version)
);
