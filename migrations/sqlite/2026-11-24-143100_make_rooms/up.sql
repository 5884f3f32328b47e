-- Rooms: each channel numbers its entries by itself, so that a gap tells nothing of another.
CREATE TABLE channels (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  last_seq BIGINT NOT NULL,
  PRIMARY KEY (dispute, channel)
);
CREATE TABLE entries (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  account TEXT,
  author TEXT NOT NULL,
  body_digest TEXT NOT NULL,
  body_sealed BLOB NOT NULL,
  PRIMARY KEY (dispute, channel, seq),
  UNIQUE (dispute, channel, id)
);
CREATE TABLE seats (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  account TEXT NOT NULL REFERENCES accounts (id),
  channel TEXT NOT NULL,
  from_seq BIGINT NOT NULL,
  until_seq BIGINT,
  seat TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (dispute, account, channel, from_seq)
);
CREATE TABLE offers (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  id TEXT NOT NULL,
  author TEXT NOT NULL,
  state TEXT NOT NULL,
  expires_at BIGINT,
  made BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  content_sealed BLOB NOT NULL,
  PRIMARY KEY (dispute, channel, id)
);
CREATE TABLE files (
  id TEXT NOT NULL PRIMARY KEY,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  owner TEXT NOT NULL REFERENCES accounts (id),
  side TEXT,
  channel TEXT,
  content_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  name_sealed BLOB NOT NULL,
  shown BOOLEAN NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX files_by_dispute ON files (dispute);
