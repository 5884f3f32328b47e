ALTER TABLE passkeys DROP COLUMN suspended_at;
