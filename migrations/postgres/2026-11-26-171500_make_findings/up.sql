-- What auditors note of settlements, apart from the dispute and sealed under a key of the house.
CREATE TABLE findings (
  id TEXT PRIMARY KEY NOT NULL,
  settlement TEXT NOT NULL REFERENCES settlements (id),
  auditor TEXT NOT NULL REFERENCES accounts (id),
  at BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX findings_by_settlement ON findings (settlement, at);
