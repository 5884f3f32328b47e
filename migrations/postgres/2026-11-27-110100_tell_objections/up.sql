-- An auditor's finding is a remark or an objection; what was kept before is a remark.
ALTER TABLE findings ADD COLUMN kind TEXT NOT NULL DEFAULT 'remark';
