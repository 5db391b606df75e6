-- Where on the clock of its session a recording begins, in microseconds.
ALTER TABLE clip ADD COLUMN begins BIGINT;
