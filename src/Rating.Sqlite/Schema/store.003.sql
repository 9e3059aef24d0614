-- Each alert once: its key decides, whoever sees a threshold reached, and how often.
CREATE TABLE alert (
    tenant       TEXT    NOT NULL,
    subscription TEXT    NOT NULL,
    period       INTEGER NOT NULL,
    alert        TEXT    NOT NULL,
    threshold    TEXT    NOT NULL, -- its code
    step         INTEGER NOT NULL, -- which time of a recurring threshold; 0 of any other
    document     TEXT    NOT NULL,
    PRIMARY KEY (tenant, subscription, period, alert, threshold, step)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER alert_is_immutable_update BEFORE UPDATE ON alert BEGIN SELECT RAISE(ABORT, 'an alert is immutable'); END;
CREATE TRIGGER alert_is_immutable_delete BEFORE DELETE ON alert BEGIN SELECT RAISE(ABORT, 'an alert is immutable'); END;
