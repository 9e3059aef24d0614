-- What Orleans' ADO.NET providers keep here: who is a member of the cluster, reminders, and who listens to which stream. Money and positions are in the tables above.
-- The providers prescribe the table of query texts, their keys, parameters and result columns; tables and texts are ours. Each query that decides something is one statement,
-- and a key decides: first writes race on a primary key, not on a look beforehand.
CREATE TABLE orleansquery (
    querykey  text PRIMARY KEY,
    querytext text NOT NULL
);

CREATE TABLE cluster_version (
    deploymentid text    PRIMARY KEY,
    version      integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE cluster_silo (
    deploymentid text        NOT NULL REFERENCES cluster_version (deploymentid),
    address      text        NOT NULL,
    port         integer     NOT NULL,
    generation   integer     NOT NULL,
    siloname     text        NOT NULL,
    hostname     text        NOT NULL,
    status       integer     NOT NULL,
    proxyport    integer     NOT NULL,
    suspecttimes text,
    starttime    timestamptz NOT NULL,
    iamalivetime timestamptz NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
) WITH (fillfactor = 50);

CREATE TABLE cluster_reminder (
    serviceid    text        NOT NULL,
    grainid      text        NOT NULL,
    remindername text        NOT NULL,
    starttime    timestamptz NOT NULL,
    period       bigint      NOT NULL,
    grainhash    integer     NOT NULL,
    version      integer     NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

CREATE INDEX cluster_reminder_by_hash ON cluster_reminder (serviceid, grainhash);

-- The state of grains that Orleans itself has, such as stream subscriptions. The provider's own script has no unique key: 16 writers left 51 to 68 rows for 40 grains.
CREATE TABLE cluster_state (
    serviceid     text    NOT NULL,
    graintype     text    NOT NULL,
    grainidn0     bigint  NOT NULL,
    grainidn1     bigint  NOT NULL,
    grainidtext   text    NOT NULL, -- empty where the grain has none
    payloadbinary bytea,
    modifiedon    timestamptz NOT NULL DEFAULT now(),
    version       integer NOT NULL,
    PRIMARY KEY (serviceid, graintype, grainidn0, grainidn1, grainidtext)
);

INSERT INTO orleansquery (querykey, querytext) VALUES
('InsertMembershipVersionKey', '
WITH first AS (INSERT INTO cluster_version (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*)::integer FROM first'),
('InsertMembershipKey', '
WITH turn AS (
    UPDATE cluster_version SET version = version + 1
    WHERE deploymentid = @DeploymentId AND version = @Version
      AND NOT EXISTS (SELECT FROM cluster_silo WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING deploymentid
), joined AS (
    INSERT INTO cluster_silo (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn RETURNING 1
)
SELECT count(*)::integer FROM joined'),
('UpdateMembershipKey', '
WITH turn AS (
    UPDATE cluster_version SET version = version + 1
    WHERE deploymentid = @DeploymentId AND version = @Version
      AND EXISTS (SELECT FROM cluster_silo WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING deploymentid
), changed AS (
    UPDATE cluster_silo s SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime FROM turn
    WHERE s.deploymentid = turn.deploymentid AND address = @Address AND port = @Port AND generation = @Generation RETURNING 1
)
SELECT count(*)::integer FROM changed'),
('UpdateIAmAlivetimeKey', '
UPDATE cluster_silo SET iamalivetime = @IAmAliveTime WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation'),
('MembershipReadRowKey', '
SELECT v.deploymentid, s.address, s.port, s.generation, s.siloname, s.hostname, s.status, s.proxyport, s.suspecttimes, s.starttime, s.iamalivetime, v.version
FROM cluster_version v LEFT JOIN cluster_silo s ON s.deploymentid = v.deploymentid AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
WHERE v.deploymentid = @DeploymentId'),
('MembershipReadAllKey', '
SELECT v.deploymentid, s.address, s.port, s.generation, s.siloname, s.hostname, s.status, s.proxyport, s.suspecttimes, s.starttime, s.iamalivetime, v.version
FROM cluster_version v LEFT JOIN cluster_silo s ON s.deploymentid = v.deploymentid WHERE v.deploymentid = @DeploymentId'),
('DeleteMembershipTableEntriesKey', '
WITH gone AS (DELETE FROM cluster_silo WHERE deploymentid = @DeploymentId) UPDATE cluster_version SET version = version + 1 WHERE deploymentid = @DeploymentId'),
('CleanupDefunctSiloEntriesKey', '
DELETE FROM cluster_silo WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3'),
('GatewaysQueryKey', '
SELECT address, proxyport, generation FROM cluster_silo WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0'),
('UpsertReminderRowKey', '
INSERT INTO cluster_reminder (serviceid, grainid, remindername, starttime, period, grainhash, version) VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = cluster_reminder.version + 1
RETURNING version'),
('ReadReminderRowsKey', '
SELECT grainid, remindername, starttime, period, version FROM cluster_reminder WHERE serviceid = @ServiceId AND grainid = @GrainId'),
('ReadReminderRowKey', '
SELECT grainid, remindername, starttime, period, version FROM cluster_reminder WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName'),
('ReadRangeRows1Key', '
SELECT grainid, remindername, starttime, period, version FROM cluster_reminder WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash'),
('ReadRangeRows2Key', '
SELECT grainid, remindername, starttime, period, version FROM cluster_reminder WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)'),
('DeleteReminderRowKey', '
WITH gone AS (DELETE FROM cluster_reminder WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version RETURNING 1)
SELECT count(*)::integer FROM gone'),
('DeleteReminderRowsKey', '
DELETE FROM cluster_reminder WHERE serviceid = @ServiceId'),
('ReadFromStorageKey', '
SELECT payloadbinary AS "PayloadBinary", modifiedon, version AS "Version" FROM cluster_state
WHERE serviceid = @ServiceId AND graintype = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND grainidtext = coalesce(@GrainIdExtensionString, '''')'),
('WriteToStorageKey', '
WITH first AS (
    INSERT INTO cluster_state (serviceid, graintype, grainidn0, grainidn1, grainidtext, payloadbinary, version)
    SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''''), @PayloadBinary, 1 WHERE @GrainStateVersion::integer IS NULL
    ON CONFLICT DO NOTHING RETURNING version
), next AS (
    UPDATE cluster_state SET payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
    WHERE serviceid = @ServiceId AND graintype = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND grainidtext = coalesce(@GrainIdExtensionString, '''')
      AND version = @GrainStateVersion::integer
    RETURNING version
)
SELECT coalesce((SELECT version FROM first), (SELECT version FROM next), @GrainStateVersion::integer) AS "NewGrainStateVersion"'),
('ClearStorageKey', '
UPDATE cluster_state SET payloadbinary = NULL, modifiedon = now(), version = version + 1
WHERE serviceid = @ServiceId AND graintype = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND grainidtext = coalesce(@GrainIdExtensionString, '''')
  AND version = @GrainStateVersion
RETURNING version AS "NewGrainStateVersion"'),
('DeleteStorageKey', '
DELETE FROM cluster_state
WHERE serviceid = @ServiceId AND graintype = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND grainidtext = coalesce(@GrainIdExtensionString, '''')
  AND version = @GrainStateVersion
RETURNING version + 1 AS "NewGrainStateVersion"');

GRANT SELECT ON orleansquery, cluster_version, cluster_silo, cluster_reminder, cluster_state TO rating_app, rating_read;
GRANT INSERT, UPDATE ON cluster_version, cluster_silo, cluster_reminder, cluster_state TO rating_app;
-- Members that are gone, reminders that are over, streams that nobody listens to.
GRANT DELETE ON cluster_silo, cluster_reminder, cluster_state TO rating_app;
