ALTER TABLE invitation_codes DROP COLUMN refused;
