-- Certifications of settlement records: who is to certify, and what was certified, lie under the record key.
CREATE TABLE certifications (
  id TEXT PRIMARY KEY NOT NULL,
  settlement TEXT NOT NULL REFERENCES settlements (id) ON DELETE CASCADE,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  refused BOOLEAN NOT NULL,
  asked_at BIGINT NOT NULL,
  agreed_at BIGINT,
  since BIGINT NOT NULL,
  capacity TEXT,
  account TEXT REFERENCES accounts (id),
  certifier_sealed BYTEA,
  digest TEXT,
  json_sealed BYTEA,
  jws_sealed BYTEA,
  pdf_sealed BYTEA
);
CREATE UNIQUE INDEX certifications_that_go_on ON certifications (settlement)
  WHERE state IN ('asked', 'agreed', 'named', 'certified');
CREATE INDEX certifications_by_settlement ON certifications (settlement);
CREATE INDEX certifications_by_state ON certifications (state);
CREATE INDEX certifications_by_account ON certifications (account);
ALTER TABLE deliveries ADD COLUMN certification TEXT;
CREATE INDEX deliveries_by_certification ON deliveries (certification);
