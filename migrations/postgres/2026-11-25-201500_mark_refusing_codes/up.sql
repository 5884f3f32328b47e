-- The code by which somebody said no: the no is shown to it and undone by it alone.
ALTER TABLE invitation_codes ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE;
