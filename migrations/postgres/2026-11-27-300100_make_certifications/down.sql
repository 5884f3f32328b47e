DELETE FROM deliveries WHERE certification IS NOT NULL;
DROP INDEX deliveries_by_certification;
ALTER TABLE deliveries DROP COLUMN certification;
DROP TABLE certifications;
