-- Which settlement a dispute is about changing; its record then stands in the place of another, and no two in that of one.
CREATE TABLE amendments (
  dispute TEXT NOT NULL PRIMARY KEY REFERENCES disputes (id) ON DELETE CASCADE,
  settlement TEXT NOT NULL REFERENCES settlements (id)
);
CREATE INDEX amendments_by_settlement ON amendments (settlement);
ALTER TABLE settlements ADD COLUMN supersedes TEXT REFERENCES settlements (id);
CREATE UNIQUE INDEX settlements_by_supersedes ON settlements (supersedes) WHERE supersedes IS NOT NULL;
-- That somebody asked not to be written to again outlives what was filed: it holds for whatever the same person asks later.
ALTER TABLE claims ADD COLUMN silenced BOOLEAN NOT NULL DEFAULT FALSE;
