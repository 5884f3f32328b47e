-- Passkeys, with which people sign: the public key that a device gave, and the name that its person gave it, sealed under a
-- key of the house. Their challenges are one-time codes.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  credential TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  counter BIGINT NOT NULL,
  may_be_backed_up BOOLEAN NOT NULL,
  transports TEXT NOT NULL,
  name_sealed BLOB NOT NULL,
  added_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account);
