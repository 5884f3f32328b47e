-- Settlement records and their way to each person; they outlive the talk.
CREATE TABLE settlements (
  id TEXT NOT NULL PRIMARY KEY,
  dispute TEXT NOT NULL REFERENCES disputes (id),
  reference TEXT NOT NULL,
  category TEXT NOT NULL,
  sealed_at BIGINT NOT NULL,
  digest TEXT NOT NULL,
  auditor_may_read BOOLEAN NOT NULL,
  json_sealed BLOB NOT NULL,
  jws_sealed BLOB NOT NULL,
  pdf_sealed BLOB NOT NULL
);
CREATE INDEX settlements_by_dispute ON settlements (dispute);
CREATE INDEX settlements_by_sealed_at ON settlements (sealed_at);
CREATE INDEX settlements_by_digest ON settlements (digest);
CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  settlement TEXT NOT NULL REFERENCES settlements (id),
  account TEXT NOT NULL REFERENCES accounts (id),
  side TEXT,
  choice TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX deliveries_by_settlement ON deliveries (settlement);
CREATE TABLE drafts (
  account TEXT NOT NULL REFERENCES accounts (id),
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account, key)
);
