-- The embedded usage log. A position is never used twice; a block is written once.
CREATE TABLE partition (
    id             INTEGER PRIMARY KEY,
    start_position INTEGER NOT NULL DEFAULT 0 CHECK (start_position >= 0) -- the first position that is kept; raised in the transaction that deletes blocks
) STRICT;

-- One row per partition and commit (more when it is large). No WITHOUT ROWID: the blobs are larger than a page.
CREATE TABLE block (
    partition      INTEGER NOT NULL REFERENCES partition (id),
    first_position INTEGER NOT NULL CHECK (first_position >= 0),
    records        INTEGER NOT NULL CHECK (records > 0),
    bytes          BLOB    NOT NULL, -- LogBlock.cs describes it
    PRIMARY KEY (partition, first_position)
) STRICT;

-- What entered, counted where it enters, in the transaction that made it durable (promise P7).
CREATE TABLE received (
    tenant      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    ingest_hour INTEGER NOT NULL, -- hours since the Unix epoch
    count       INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (tenant, source, ingest_hour)
) STRICT, WITHOUT ROWID;
