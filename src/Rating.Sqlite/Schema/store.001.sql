-- Everything but the usage log. Times are ISO 8601 in UTC; documents are JSON; block bytes are described in docs/formats.md.
CREATE TABLE setting (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL
) STRICT;

CREATE TABLE book (
    sequence    INTEGER PRIMARY KEY CHECK (sequence > 0),
    tenant      TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    document    TEXT NOT NULL
) STRICT;

-- Where each partition stands, and who may move it: a commit names epoch, checkpoint and position, and changes no row when one of them is not as it thinks.
CREATE TABLE partition (
    id            INTEGER PRIMARY KEY CHECK (id >= 0),
    epoch         INTEGER NOT NULL DEFAULT 0,
    checkpoint    INTEGER NOT NULL DEFAULT 0,
    next_position INTEGER NOT NULL DEFAULT 0,
    book_sequence INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE checkpoint (
    partition      INTEGER NOT NULL REFERENCES partition (id),
    number         INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    first_position INTEGER NOT NULL,
    next_position  INTEGER NOT NULL CHECK (next_position >= first_position),
    book_sequence  INTEGER NOT NULL,
    commands       TEXT    NOT NULL,
    PRIMARY KEY (partition, number)
) STRICT, WITHOUT ROWID;

-- Blocks: no WITHOUT ROWID, their blobs are larger than a page.
CREATE TABLE state_block (
    partition  INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    is_base    INTEGER NOT NULL CHECK (is_base IN (0, 1)),
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (partition, checkpoint),
    FOREIGN KEY (partition, checkpoint) REFERENCES checkpoint (partition, number)
) STRICT;

CREATE TABLE ledger_block (
    partition  INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    directory  BLOB    NOT NULL, -- hashes of the subscriptions in it, each 4 bytes little-endian; before bytes, so that a reader can pass those over
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (partition, checkpoint),
    FOREIGN KEY (partition, checkpoint) REFERENCES checkpoint (partition, number)
) STRICT;

CREATE TABLE id_block (
    partition  INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    last_day   INTEGER NOT NULL, -- days since the Unix epoch
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (partition, checkpoint),
    FOREIGN KEY (partition, checkpoint) REFERENCES checkpoint (partition, number)
) STRICT;

CREATE TABLE seal (
    batch     INTEGER NOT NULL,
    partition INTEGER NOT NULL REFERENCES partition (id),
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (batch, partition)
) STRICT;

CREATE INDEX seal_by_partition ON seal (partition, batch);

CREATE TABLE closed_batch (
    batch INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE verdict (
    tenant      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    ingest_hour INTEGER NOT NULL, -- hours since the Unix epoch
    verdict     INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (tenant, source, ingest_hour, verdict, reason)
) STRICT, WITHOUT ROWID;

-- One snapshot per subscription, period and kind (promise P4).
CREATE TABLE snapshot (
    tenant       TEXT    NOT NULL,
    subscription TEXT    NOT NULL,
    period       INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    document     TEXT    NOT NULL,
    PRIMARY KEY (tenant, subscription, period, kind)
) STRICT;

CREATE INDEX snapshot_by_account ON snapshot (tenant, account, subscription, period, kind);

-- One invoice per account, cycle and currency (promise P4).
CREATE TABLE invoice (
    tenant   TEXT    NOT NULL,
    number   INTEGER NOT NULL CHECK (number > 0),
    account  TEXT    NOT NULL,
    cycle    TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    document TEXT    NOT NULL,
    PRIMARY KEY (tenant, number),
    UNIQUE (tenant, account, cycle, currency)
) STRICT;

-- Each snapshot is on at most one invoice.
CREATE TABLE invoice_snapshot (
    tenant       TEXT    NOT NULL,
    subscription TEXT    NOT NULL,
    period       INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    number       INTEGER NOT NULL,
    ordinal      INTEGER NOT NULL, -- its place among the invoice's snapshots
    PRIMARY KEY (tenant, subscription, period, kind),
    UNIQUE (tenant, number, ordinal),
    FOREIGN KEY (tenant, subscription, period, kind) REFERENCES snapshot (tenant, subscription, period, kind),
    FOREIGN KEY (tenant, number) REFERENCES invoice (tenant, number)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, even when delivered messages are deleted one day.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    topic    TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE import (
    tenant       TEXT    NOT NULL,
    content_hash TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    row_count    INTEGER NOT NULL,
    imported_at  TEXT    NOT NULL,
    PRIMARY KEY (tenant, content_hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER book_is_append_only_update BEFORE UPDATE ON book BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER book_is_append_only_delete BEFORE DELETE ON book BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER snapshot_is_immutable_update BEFORE UPDATE ON snapshot BEGIN SELECT RAISE(ABORT, 'a snapshot is immutable'); END;
CREATE TRIGGER snapshot_is_immutable_delete BEFORE DELETE ON snapshot BEGIN SELECT RAISE(ABORT, 'a snapshot is immutable'); END;
CREATE TRIGGER invoice_is_immutable_update BEFORE UPDATE ON invoice BEGIN SELECT RAISE(ABORT, 'an invoice is immutable'); END;
CREATE TRIGGER invoice_is_immutable_delete BEFORE DELETE ON invoice BEGIN SELECT RAISE(ABORT, 'an invoice is immutable'); END;
CREATE TRIGGER invoice_snapshot_is_immutable_update BEFORE UPDATE ON invoice_snapshot BEGIN SELECT RAISE(ABORT, 'an invoice is immutable'); END;
CREATE TRIGGER invoice_snapshot_is_immutable_delete BEFORE DELETE ON invoice_snapshot BEGIN SELECT RAISE(ABORT, 'an invoice is immutable'); END;
