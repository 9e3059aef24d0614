-- How far the outbox, and each partition's rejected records, have been handed to the outside.
CREATE TABLE handed_off (
    stream   text   COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL CHECK (position > 0)
) WITH (fillfactor = 50);

GRANT SELECT ON handed_off TO rating_app, rating_read;
GRANT INSERT, UPDATE ON handed_off TO rating_app;

-- As before, and: messages that somebody publishes are not dropped before they are published.
CREATE OR REPLACE FUNCTION drop_periods(family text, before date) RETURNS integer LANGUAGE plpgsql SET search_path = rating, pg_temp AS $$
DECLARE
    child     record;
    waiting   bigint;
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
