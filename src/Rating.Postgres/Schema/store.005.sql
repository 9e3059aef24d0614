-- In the order in which a checkpoint takes them: silos that commit meanwhile wait for this and the next two migrations, or the other way round, and never in a circle.
LOCK TABLE partition, ledger_block, snapshot IN ACCESS EXCLUSIVE MODE;

-- The latest UTC day of ingest time in a ledger block, so that a reader who needs no older records passes it over. Of a block from before it is not known: it is never passed over.
ALTER TABLE ledger_block ADD COLUMN last_day integer NOT NULL DEFAULT 2147483647; -- days since the Unix epoch

CREATE INDEX ledger_block_by_day ON ledger_block (partition, last_day);
