ALTER TABLE claims DROP COLUMN silenced;
DROP INDEX settlements_by_supersedes;
ALTER TABLE settlements DROP COLUMN supersedes;
DROP TABLE amendments;
