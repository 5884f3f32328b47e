-- Phrases that a mediator keeps for themselves, across disputes, sealed under a key of the house.
CREATE TABLE phrases (
  id TEXT PRIMARY KEY NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX phrases_by_account ON phrases (account);
