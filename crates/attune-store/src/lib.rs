//! Where a study lives: SQLite and PostgreSQL, commands, audit chain, identity vault, backups.
