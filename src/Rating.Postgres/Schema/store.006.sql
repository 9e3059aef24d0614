-- The checkpoint from which on the ledger has all that is in suspense; null when nothing is. 0, until the program that knows it has stored a checkpoint: everything may be.
ALTER TABLE partition ADD COLUMN suspense_from bigint DEFAULT 0;

-- As before, and: what is in suspense keeps its ledger, from which it is rated and voided; and the two months before, in which is what it may repeat (35 days of arrival, in whole months of commits).
CREATE OR REPLACE FUNCTION drop_periods(family text, before date) RETURNS integer LANGUAGE plpgsql SET search_path = rating, pg_temp AS $$
DECLARE
    child     record;
    waiting   bigint;
    held      record;
    dropped   integer := 0;
BEGIN
    IF family NOT IN ('ledger_block', 'id_block', 'outbox') THEN
        RAISE EXCEPTION '% is not kept by period', family USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF before > (CASE family WHEN 'ledger_block' THEN now() - interval '14 months' WHEN 'id_block' THEN now() - interval '36 days' ELSE now() END)::date THEN
        RAISE EXCEPTION '% before % is still needed', family, before USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF family = 'outbox' THEN
        SELECT count(*) INTO waiting FROM outbox JOIN handed_off ON stream = 'outbox' AND id > position WHERE period + interval '1 month' <= before;
        IF waiting > 0 THEN
            RAISE EXCEPTION '% messages before % are not published yet', waiting, before USING ERRCODE = 'object_in_use';
        END IF;
    END IF;
    IF family = 'ledger_block' THEN
        SELECT id, first.period INTO held
        FROM partition, LATERAL (SELECT period FROM checkpoint WHERE checkpoint.partition = id AND number >= suspense_from ORDER BY number LIMIT 1) AS first
        WHERE first.period - interval '1 month' <= before ORDER BY first.period LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'partition % has usage in suspense since %: the ledger from two months before is needed to rate it', held.id, held.period USING ERRCODE = 'object_in_use',
                HINT = 'Retry or void it first. Right after an upgrade: once the partition has stored a checkpoint, it is known what is in suspense.';
        END IF;
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
