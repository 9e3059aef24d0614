-- How far the outbox, and each partition's rejected records, have been handed to the outside.
CREATE TABLE handed_off (
    stream   TEXT    PRIMARY KEY,
    position INTEGER NOT NULL CHECK (position > 0)
) STRICT, WITHOUT ROWID;
