-- Accounts, what they may do for the house, and how they sign in.
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT UNIQUE,
  confirmed_at BIGINT,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  password_hash TEXT,
  totp_sealed BYTEA,
  totp_last_step BIGINT,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE TABLE house_roles (
  account TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL,
  specialities TEXT NOT NULL,
  languages TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (account, role)
);
CREATE INDEX house_roles_by_role ON house_roles (role);
CREATE TABLE codes (
  hash TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  subject TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX codes_by_subject ON codes (purpose, subject);
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  secret_hash TEXT UNIQUE,
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  proved_at BIGINT,
  idle_until BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE TABLE refresh_tokens (
  hash TEXT NOT NULL PRIMARY KEY,
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  issued_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);
CREATE TABLE known_devices (
  account TEXT NOT NULL REFERENCES accounts (id),
  hash TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (account, hash)
);
