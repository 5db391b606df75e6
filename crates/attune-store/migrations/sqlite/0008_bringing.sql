-- Projects of other tools that were brought in one go, and what came with which of them.
CREATE TABLE bringing (
    id TEXT NOT NULL PRIMARY KEY,
    study TEXT NOT NULL,
    files TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    undone BIGINT
);
ALTER TABLE clip ADD COLUMN bringing TEXT;
ALTER TABLE coding ADD COLUMN bringing TEXT;
CREATE INDEX coding_by_bringing ON coding (bringing);
