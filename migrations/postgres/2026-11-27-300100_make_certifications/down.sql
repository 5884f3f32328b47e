DELETE FROM deliveries WHERE certification IS NOT NULL;
ALTER TABLE deliveries DROP COLUMN certification;
DROP TABLE certifications;
