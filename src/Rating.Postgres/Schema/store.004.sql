-- Each alert once: its key decides, whoever sees a threshold reached, and how often.
CREATE TABLE alert (
    tenant       text    COLLATE "C" NOT NULL,
    subscription text    COLLATE "C" NOT NULL,
    period       integer NOT NULL,
    alert        text    COLLATE "C" NOT NULL,
    threshold    text    COLLATE "C" NOT NULL, -- its code
    step         integer NOT NULL, -- which time of a recurring threshold; 0 of any other
    document     text    NOT NULL,
    PRIMARY KEY (tenant, subscription, period, alert, threshold, step)
);

CREATE TRIGGER alert_is_immutable BEFORE UPDATE OR DELETE ON alert FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alert_is_never_emptied BEFORE TRUNCATE ON alert EXECUTE FUNCTION refuse_change();

GRANT SELECT ON alert TO rating_app, rating_read;
GRANT INSERT ON alert TO rating_app;
