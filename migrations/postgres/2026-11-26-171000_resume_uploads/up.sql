-- Uploads that come in pieces and are not complete yet; their pieces lie on the disk, sealed.
CREATE TABLE uploads (
  id TEXT NOT NULL PRIMARY KEY,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  account TEXT NOT NULL REFERENCES accounts (id),
  side TEXT,
  channel TEXT,
  length BIGINT NOT NULL,
  received BIGINT NOT NULL,
  pieces INTEGER NOT NULL,
  name_sealed BYTEA NOT NULL,
  begun_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_dispute ON uploads (dispute);
