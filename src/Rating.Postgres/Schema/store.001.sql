-- Everything but the usage log. Run as rating_owner, in schema rating. Times are ISO 8601 text in UTC, which keeps the nanoseconds that timestamptz would lose;
-- documents are JSON kept to the byte; block bytes are described in docs/formats.md. Text that orders a result is COLLATE "C": UTF-8 bytes, whatever the database sorts by.
CREATE TABLE setting (
    id       smallint PRIMARY KEY CHECK (id = 1),
    document text NOT NULL
);

-- Each change but the first refers to the one before: sequences have no gaps, and keys decide it.
CREATE TABLE book (
    sequence    bigint PRIMARY KEY CHECK (sequence > 0),
    previous    bigint GENERATED ALWAYS AS (NULLIF(sequence - 1, 0)) STORED,
    tenant      text   NOT NULL,
    recorded_at text   NOT NULL,
    document    text   NOT NULL,
    CONSTRAINT book_follows FOREIGN KEY (previous) REFERENCES book (sequence)
);

-- Where each partition stands, and who may move it: a commit names epoch, checkpoint and position, and changes nothing when one of them is not as it thinks.
CREATE TABLE partition (
    id            integer PRIMARY KEY CHECK (id >= 0),
    epoch         bigint  NOT NULL DEFAULT 0,
    checkpoint    bigint  NOT NULL DEFAULT 0,
    next_position bigint  NOT NULL DEFAULT 0,
    book_sequence bigint  NOT NULL DEFAULT 0
) WITH (fillfactor = 50); -- updated at every commit: room for new versions on the same page

-- The journal. Its period (first day of the month of the commit, UTC) is the one in which the checkpoint's blocks are kept.
CREATE TABLE checkpoint (
    partition      integer NOT NULL REFERENCES partition (id),
    number         bigint  NOT NULL CHECK (number > 0),
    period         date    NOT NULL,
    epoch          bigint  NOT NULL,
    first_position bigint  NOT NULL,
    next_position  bigint  NOT NULL CHECK (next_position >= first_position),
    book_sequence  bigint  NOT NULL,
    commands       text    NOT NULL,
    PRIMARY KEY (partition, number),
    UNIQUE (partition, number, period)
);

-- A partition's memory. Not by period: a base replaces all before it, however old, and the commit that brings it deletes them.
CREATE TABLE state_block (
    partition  integer NOT NULL,
    checkpoint bigint  NOT NULL,
    is_base    boolean NOT NULL,
    bytes      bytea   NOT NULL,
    PRIMARY KEY (partition, checkpoint),
    FOREIGN KEY (partition, checkpoint) REFERENCES checkpoint (partition, number)
);

-- Ledger, ids and outbox are kept by month, so that retention drops whole tables. A period is part of their keys because PostgreSQL wants it so;
-- a checkpoint has one period, and the foreign key takes no other: (partition, checkpoint) stays unique.
CREATE TABLE ledger_block (
    period     date    NOT NULL,
    partition  integer NOT NULL,
    checkpoint bigint  NOT NULL,
    directory  bytea   NOT NULL, -- hashes of the subscriptions in it, each 4 bytes little-endian
    bytes      bytea   NOT NULL,
    PRIMARY KEY (partition, checkpoint, period),
    FOREIGN KEY (partition, checkpoint, period) REFERENCES checkpoint (partition, number, period)
) PARTITION BY RANGE (period);

CREATE TABLE id_block (
    period     date    NOT NULL,
    partition  integer NOT NULL,
    checkpoint bigint  NOT NULL,
    last_day   integer NOT NULL, -- days since the Unix epoch
    bytes      bytea   NOT NULL,
    PRIMARY KEY (partition, checkpoint, period),
    FOREIGN KEY (partition, checkpoint, period) REFERENCES checkpoint (partition, number, period)
) PARTITION BY RANGE (period);

CREATE TABLE seal (
    batch     bigint  NOT NULL,
    partition integer NOT NULL REFERENCES partition (id),
    bytes     bytea   NOT NULL,
    PRIMARY KEY (batch, partition)
);

CREATE INDEX seal_by_partition ON seal (partition, batch);

-- Blocks are compressed already: store them out of line as they are.
ALTER TABLE state_block ALTER bytes SET STORAGE EXTERNAL;
ALTER TABLE ledger_block ALTER bytes SET STORAGE EXTERNAL, ALTER directory SET STORAGE EXTERNAL;
ALTER TABLE id_block ALTER bytes SET STORAGE EXTERNAL;
ALTER TABLE seal ALTER bytes SET STORAGE EXTERNAL;
-- A base deletes megabytes of state at once; their space is to be used again soon.
ALTER TABLE state_block SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);

CREATE TABLE closed_batch (
    batch bigint PRIMARY KEY
);

-- Per partition, so that partitions that commit at the same time never wait for each other's counts; a reader adds them up.
CREATE TABLE verdict (
    partition   integer  NOT NULL,
    tenant      text     NOT NULL,
    source      text     NOT NULL,
    ingest_hour bigint   NOT NULL, -- hours since the Unix epoch
    verdict     smallint NOT NULL,
    reason      smallint NOT NULL,
    count       bigint   NOT NULL,
    PRIMARY KEY (partition, tenant, source, ingest_hour, verdict, reason)
) WITH (fillfactor = 70);

-- One snapshot per subscription, period and kind (promise P4).
CREATE TABLE snapshot (
    tenant       text    COLLATE "C" NOT NULL,
    subscription text    COLLATE "C" NOT NULL,
    period       integer NOT NULL,
    kind         text    COLLATE "C" NOT NULL,
    account      text    COLLATE "C" NOT NULL,
    document     text    NOT NULL,
    PRIMARY KEY (tenant, subscription, period, kind)
);

CREATE INDEX snapshot_by_account ON snapshot (tenant, account, subscription, period, kind);

-- One invoice per account, cycle and currency (promise P4). Each but a tenant's first refers to the one before: numbers have no gaps.
CREATE TABLE invoice (
    tenant   text   COLLATE "C" NOT NULL,
    number   bigint NOT NULL CHECK (number > 0),
    previous bigint GENERATED ALWAYS AS (NULLIF(number - 1, 0)) STORED,
    account  text   COLLATE "C" NOT NULL,
    cycle    text   NOT NULL,
    currency text   NOT NULL,
    document text   NOT NULL,
    PRIMARY KEY (tenant, number),
    UNIQUE (tenant, account, cycle, currency),
    CONSTRAINT invoice_follows FOREIGN KEY (tenant, previous) REFERENCES invoice (tenant, number)
);

-- Each snapshot is on at most one invoice.
CREATE TABLE invoice_snapshot (
    tenant       text    COLLATE "C" NOT NULL,
    subscription text    COLLATE "C" NOT NULL,
    period       integer NOT NULL,
    kind         text    COLLATE "C" NOT NULL,
    number       bigint  NOT NULL,
    ordinal      integer NOT NULL, -- its place among the invoice's snapshots
    PRIMARY KEY (tenant, subscription, period, kind),
    UNIQUE (tenant, number, ordinal),
    FOREIGN KEY (tenant, subscription, period, kind) REFERENCES snapshot (tenant, subscription, period, kind),
    FOREIGN KEY (tenant, number) REFERENCES invoice (tenant, number)
);

-- Numbered from one row, not from a sequence: whoever numbers holds the row until the commit, so ids have no gaps, and no message appears behind one that was read.
CREATE TABLE outbox_number (
    id   smallint PRIMARY KEY CHECK (id = 1),
    last bigint   NOT NULL
) WITH (fillfactor = 50);
INSERT INTO outbox_number VALUES (1, 0);

CREATE TABLE outbox (
    period   date   NOT NULL,
    id       bigint NOT NULL,
    topic    text   NOT NULL,
    document text   NOT NULL,
    PRIMARY KEY (id, period)
) PARTITION BY RANGE (period);

CREATE TABLE import (
    tenant       text   NOT NULL,
    content_hash text   NOT NULL,
    name         text   NOT NULL,
    row_count    bigint NOT NULL,
    imported_at  text   NOT NULL,
    PRIMARY KEY (tenant, content_hash)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is immutable: what is final is corrected by later lines', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER book_is_append_only BEFORE UPDATE OR DELETE ON book FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER book_is_never_emptied BEFORE TRUNCATE ON book EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snapshot_is_immutable BEFORE UPDATE OR DELETE ON snapshot FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snapshot_is_never_emptied BEFORE TRUNCATE ON snapshot EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_is_immutable BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_is_never_emptied BEFORE TRUNCATE ON invoice EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_snapshot_is_immutable BEFORE UPDATE OR DELETE ON invoice_snapshot FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_snapshot_is_never_emptied BEFORE TRUNCATE ON invoice_snapshot EXECUTE FUNCTION refuse_change();

-- Makes the tables of a month and of the next. The application may call it, and so needs no right to create tables.
CREATE FUNCTION ensure_period(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = rating, pg_temp AS $$
DECLARE
    start  date;
    family text;
    child  text;
BEGIN
    IF wanted <> date_trunc('month', wanted)::date THEN
        RAISE EXCEPTION 'a period begins on the first of a month, not on %', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOREACH start IN ARRAY ARRAY[wanted, (wanted + interval '1 month')::date] LOOP
        FOREACH family IN ARRAY ARRAY['ledger_block', 'id_block', 'outbox'] LOOP
            child := format('%s_%s', family, to_char(start, 'YYYY_MM'));
            CONTINUE WHEN to_regclass(child) IS NOT NULL;
            PERFORM pg_advisory_xact_lock(7240113); -- two nodes that start a month together; another lock than the migration's
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, family, start, (start + interval '1 month')::date);
        END LOOP;
    END LOOP;
END $$;

-- Retention, for the owner alone: drops the tables of the months that end on or before a day, and tells how many. 'id_block' and 'outbox' lose nothing that is needed
-- after the horizon and the delivery; 'ledger_block' is refused for the last 14 months, because open periods (of up to a year) are rated anew from it.
CREATE FUNCTION drop_periods(family text, before date) RETURNS integer LANGUAGE plpgsql SET search_path = rating, pg_temp AS $$
DECLARE
    child   record;
    dropped integer := 0;
BEGIN
    IF family NOT IN ('ledger_block', 'id_block', 'outbox') THEN
        RAISE EXCEPTION '% is not kept by period', family USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF before > (CASE family WHEN 'ledger_block' THEN now() - interval '14 months' WHEN 'id_block' THEN now() - interval '36 days' ELSE now() END)::date THEN
        RAISE EXCEPTION '% before % is still needed', family, before USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(family) AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', child.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Who may do what. The application: no DDL, no DELETE but of replaced state, no UPDATE but of what is meant to move.
REVOKE ALL ON FUNCTION ensure_period(date), drop_periods(text, date), refuse_change() FROM PUBLIC;
GRANT USAGE ON SCHEMA rating TO rating_app, rating_read;
GRANT SELECT ON ALL TABLES IN SCHEMA rating TO rating_app, rating_read;
GRANT INSERT ON setting, book, partition, checkpoint, state_block, ledger_block, id_block, seal, closed_batch, verdict, snapshot, invoice, invoice_snapshot, outbox, import TO rating_app;
GRANT UPDATE ON partition, seal, verdict, outbox_number, import TO rating_app;
GRANT DELETE ON state_block TO rating_app;
GRANT EXECUTE ON FUNCTION ensure_period(date) TO rating_app;
