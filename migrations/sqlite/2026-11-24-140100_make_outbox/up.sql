-- Mail that waits, the append-only trail, and answers that were given once.
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  to_sealed BLOB,
  body_sealed BLOB,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT,
  delivery TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
CREATE TABLE audit (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT,
  kind TEXT NOT NULL,
  dispute TEXT,
  subjects TEXT NOT NULL,
  previous TEXT NOT NULL,
  digest TEXT NOT NULL
);
CREATE INDEX audit_by_dispute ON audit (dispute, seq);
CREATE TABLE audit_head (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  last_seq BIGINT NOT NULL,
  last_digest TEXT NOT NULL
);
INSERT INTO audit_head (id, last_seq, last_digest)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE idempotency (
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  status INTEGER NOT NULL,
  body_sealed BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (account, key)
);
CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_loses_nothing BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
