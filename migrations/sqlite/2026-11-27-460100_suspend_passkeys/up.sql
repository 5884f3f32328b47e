-- A passkey whose counter went back signs no more until its person removes it: there may be a copy of it.
ALTER TABLE passkeys ADD COLUMN suspended_at BIGINT;
