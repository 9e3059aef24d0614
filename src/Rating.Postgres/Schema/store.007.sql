-- How many snapshots of the subscription the maker of this one knew: of two that were made without knowing of each other, one is stored. Of older ones it is not known.
ALTER TABLE snapshot ADD COLUMN known integer;

CREATE UNIQUE INDEX snapshot_knows ON snapshot (tenant, subscription, known);
