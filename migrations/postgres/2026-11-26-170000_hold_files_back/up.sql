-- Why nobody may open a file: it waits to be checked for viruses, or was checked and did not pass. Nothing: it may be opened.
ALTER TABLE files ADD COLUMN quarantine TEXT;
CREATE INDEX files_in_quarantine ON files (quarantine, id) WHERE quarantine IS NOT NULL;
