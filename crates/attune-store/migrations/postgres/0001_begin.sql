-- The log: what happened. Everything below it is made from it.
CREATE TABLE command (
    chain TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    request_key TEXT UNIQUE,
    request BYTEA,
    actor TEXT NOT NULL,
    actor_role TEXT,
    at BIGINT NOT NULL,
    offset_minutes BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT,
    content TEXT,
    salt BYTEA,
    digest BYTEA NOT NULL,
    reason TEXT,
    outcome TEXT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (chain, sequence)
);
CREATE INDEX command_by_subject ON command (chain, subject, sequence);
CREATE TABLE chain (
    chain TEXT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

-- Files by their SHA-256: protocols, consent texts, instruments. Never changed.
CREATE TABLE object (
    hash TEXT NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- State that is no history: secrets, sessions, codes.
CREATE TABLE account_secret (
    account TEXT NOT NULL PRIMARY KEY,
    password TEXT,
    totp BYTEA,
    totp_step BIGINT,
    failed BIGINT NOT NULL,
    last_failed BIGINT
);
CREATE TABLE recovery_code (
    account TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account, hash)
);
CREATE TABLE session (
    id_hash TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    idle_seconds BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    second_factor_at BIGINT,
    password_at BIGINT NOT NULL,
    label TEXT NOT NULL
);
CREATE INDEX session_by_account ON session (account);
CREATE TABLE one_time_code (
    hash TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    account TEXT,
    expires BIGINT NOT NULL
);
CREATE TABLE vault_key (
    person TEXT NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);

-- What people read, made from the log.
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    second_factor BIGINT NOT NULL
);
CREATE TABLE role_grant (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    role TEXT NOT NULL,
    study TEXT,
    sites TEXT NOT NULL,
    from_date TEXT NOT NULL,
    until_date TEXT,
    revoked BIGINT NOT NULL
);
CREATE INDEX role_grant_by_account ON role_grant (account);
CREATE TABLE backup (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    folder TEXT NOT NULL,
    digest TEXT NOT NULL,
    verified BIGINT NOT NULL
);
CREATE TABLE study (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    version BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    simulated BIGINT NOT NULL,
    registered BIGINT NOT NULL,
    sealed_fingerprint TEXT,
    sealed BIGINT,
    unblinded BIGINT
);
CREATE TABLE study_version (
    study TEXT NOT NULL,
    version BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    files TEXT NOT NULL,
    others TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (study, version)
);
CREATE TABLE unblinding (
    study TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    dyad TEXT,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (study, sequence)
);
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    being TEXT NOT NULL,
    erased BIGINT NOT NULL
);
CREATE TABLE vault_field (
    person TEXT NOT NULL,
    field TEXT NOT NULL,
    sealed TEXT NOT NULL,
    blind TEXT,
    PRIMARY KEY (person, field)
);
CREATE INDEX vault_field_by_blind ON vault_field (blind);
CREATE TABLE dyad (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    code TEXT NOT NULL,
    infant TEXT NOT NULL,
    carer TEXT NOT NULL,
    site TEXT NOT NULL,
    elsewhere BIGINT NOT NULL,
    enrolled TEXT,
    age_at_enrolment TEXT,
    withdrawal TEXT,
    withdrawn_on TEXT,
    UNIQUE (study, code)
);
CREATE INDEX dyad_by_site ON dyad (study, site);
CREATE TABLE dyad_part (
    id TEXT NOT NULL PRIMARY KEY,
    dyad TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    from_date TEXT,
    until_date TEXT
);
CREATE INDEX dyad_part_by_dyad ON dyad_part (dyad);
CREATE INDEX dyad_part_by_person ON dyad_part (person);
CREATE TABLE responsibility (
    infant TEXT NOT NULL,
    from_date TEXT NOT NULL,
    holder TEXT,
    authority TEXT NOT NULL,
    PRIMARY KEY (infant, from_date)
);
CREATE TABLE dyad_site (
    dyad TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    site TEXT NOT NULL,
    from_date TEXT,
    PRIMARY KEY (dyad, sequence)
);
CREATE TABLE dyad_event (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    dyad TEXT NOT NULL,
    event TEXT NOT NULL,
    on_date TEXT,
    why TEXT,
    sequence BIGINT NOT NULL
);
CREATE INDEX dyad_event_by_dyad ON dyad_event (dyad);
-- Arms have a table of their own, which no question for somebody blind names.
CREATE TABLE dyad_arm (
    dyad TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    arm TEXT NOT NULL,
    from_date TEXT,
    PRIMARY KEY (dyad, sequence)
);
CREATE TABLE attribute (
    dyad TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (dyad, attribute)
);
CREATE TABLE consent (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    dyad TEXT NOT NULL,
    purpose TEXT NOT NULL,
    for_person TEXT NOT NULL,
    given BIGINT NOT NULL,
    on_date TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX consent_by_dyad ON consent (dyad, purpose);
CREATE TABLE withdrawal (
    study TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    dyad TEXT NOT NULL,
    purpose TEXT NOT NULL,
    level TEXT NOT NULL,
    on_date TEXT NOT NULL,
    why TEXT,
    PRIMARY KEY (study, sequence)
);
CREATE INDEX withdrawal_by_dyad ON withdrawal (dyad, purpose);
CREATE TABLE form (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    unit TEXT NOT NULL,
    dyad TEXT,
    instrument TEXT NOT NULL,
    wave TEXT,
    site TEXT NOT NULL,
    on_date TEXT,
    days_after_enrolment TEXT,
    assessor TEXT,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    answers TEXT NOT NULL,
    n_answered BIGINT NOT NULL,
    n_missing BIGINT NOT NULL,
    digest TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved BIGINT NOT NULL,
    not_done_reason TEXT,
    second_entry TEXT,
    second_by TEXT,
    settled BIGINT,
    locked BIGINT NOT NULL,
    signed_by TEXT,
    signed BIGINT,
    signed_version BIGINT,
    signed_digest TEXT,
    signed_meaning TEXT
);
CREATE INDEX form_by_study ON form (study, instrument, wave);
CREATE INDEX form_by_unit ON form (study, unit);
CREATE INDEX form_by_dyad ON form (dyad);
CREATE TABLE query (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    form TEXT NOT NULL,
    site TEXT NOT NULL,
    item TEXT,
    state TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    raised BIGINT NOT NULL
);
CREATE INDEX query_by_form ON query (form);
CREATE INDEX query_by_study ON query (study, state);
CREATE TABLE query_message (
    query TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    what TEXT NOT NULL,
    text TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (query, sequence)
);
CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    form TEXT NOT NULL,
    dyad TEXT,
    site TEXT NOT NULL,
    item TEXT NOT NULL,
    rule TEXT NOT NULL,
    message TEXT NOT NULL,
    to_account TEXT,
    raised BIGINT NOT NULL,
    acknowledged_by TEXT,
    acknowledged BIGINT,
    note TEXT
);
CREATE INDEX alert_by_study ON alert (study, acknowledged);
CREATE TABLE meeting (
    study TEXT NOT NULL,
    code TEXT NOT NULL,
    on_date TEXT NOT NULL,
    site TEXT NOT NULL,
    families BIGINT,
    measures TEXT NOT NULL,
    PRIMARY KEY (study, code)
);
CREATE TABLE attendance (
    study TEXT NOT NULL,
    dyad TEXT NOT NULL,
    on_date TEXT NOT NULL,
    site TEXT NOT NULL,
    minutes TEXT,
    PRIMARY KEY (dyad, on_date, site)
);

-- Answers one by one, with their types, always in step with the forms.
CREATE VIEW answer AS
SELECT
    form.id AS form,
    form.study AS study,
    form.unit AS unit,
    form.instrument AS instrument,
    form.wave AS wave,
    cell.key AS item,
    CAST(cell.value ->> 'number' AS DOUBLE PRECISION) AS value_number,
    cell.value ->> 'text' AS value_text,
    CASE
        WHEN cell.value ? 'hidden' THEN 'hidden-by-branching'
        ELSE cell.value ->> 'missing'
    END AS missing
FROM form, jsonb_each(CAST(form.answers AS JSONB)) AS cell;
