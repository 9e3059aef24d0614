-- The three roles, once per database server. A migration runs this when its login may create roles; else an administrator does, before the first start:
--   psql -d DATABASE -f roles.sql
-- followed by: GRANT rating_owner, rating_app TO the login that migrates; GRANT rating_app TO the login that runs; GRANT rating_read TO whoever only looks;
-- and: GRANT CREATE ON DATABASE ... TO the login that migrates.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['rating_owner', 'rating_app', 'rating_read'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted); -- so that it can SET ROLE
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another node was first
        END;
    END LOOP;
END $$;
