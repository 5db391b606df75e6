-- Schemes that came with a coder's own project, and what machines propose.
ALTER TABLE clip ADD COLUMN own_scheme TEXT;
ALTER TABLE clip ADD COLUMN proposals_offered BIGINT NOT NULL DEFAULT 0;
CREATE TABLE machine_coding (
    clip TEXT NOT NULL,
    machine TEXT NOT NULL,
    stretches TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (clip, machine)
);
