DROP INDEX files_in_quarantine;
ALTER TABLE files DROP COLUMN quarantine;
