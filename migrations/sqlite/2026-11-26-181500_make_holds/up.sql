-- Legal holds: while one is open, what was said in the dispute is not destroyed. The reason lies under the record key.
CREATE TABLE holds (
  id TEXT PRIMARY KEY NOT NULL,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  reason_sealed BLOB NOT NULL,
  placed_by TEXT NOT NULL REFERENCES accounts (id),
  placed_at BIGINT NOT NULL,
  confirmed_by TEXT REFERENCES accounts (id),
  confirmed_at BIGINT,
  lifted_by TEXT REFERENCES accounts (id),
  lifted_at BIGINT,
  ended_by TEXT REFERENCES accounts (id),
  ended_at BIGINT
);
CREATE INDEX holds_by_dispute ON holds (dispute);
