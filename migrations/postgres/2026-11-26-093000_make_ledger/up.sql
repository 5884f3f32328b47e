-- The ledger: leaves, the hashes of complete subtrees, signed heads and what witnesses added to them.
CREATE TABLE ledger_head (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL,
  mailed_at BIGINT NOT NULL
);
INSERT INTO ledger_head (id, size, mailed_at) VALUES (1, 0, 0);
CREATE TABLE ledger_leaves (
  number BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  leaf TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_leaves_by_subject ON ledger_leaves (kind, subject);
CREATE TABLE ledger_nodes (
  level INTEGER NOT NULL,
  position BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (level, position)
);
CREATE TABLE ledger_checkpoints (
  size BIGINT NOT NULL PRIMARY KEY,
  note TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE ledger_cosignatures (
  size BIGINT NOT NULL REFERENCES ledger_checkpoints (size),
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (size, witness)
);
CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END; $$;
CREATE TRIGGER ledger_leaves_keep_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaves
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses();
CREATE TRIGGER ledger_nodes_keep_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_nodes
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses();
CREATE TRIGGER ledger_checkpoints_keep_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses();
