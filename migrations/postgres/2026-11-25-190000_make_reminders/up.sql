-- When people are reminded of a deadline, and when they were: one row a dispute, renewed with each new deadline.
CREATE TABLE reminders (
  dispute TEXT NOT NULL PRIMARY KEY REFERENCES disputes (id) ON DELETE CASCADE,
  due_at BIGINT NOT NULL,
  remind_at BIGINT NOT NULL,
  reminded_at BIGINT
);
CREATE INDEX reminders_by_time ON reminders (reminded_at, remind_at);
-- Deadlines that run already are reminded of two days before.
INSERT INTO reminders (dispute, due_at, remind_at)
  SELECT id, due_at, due_at - 172800000 FROM disputes WHERE due_at IS NOT NULL AND over_at IS NULL;
-- Where a proposal of a mediator came to nothing, nothing was ever due: the house looks at it at once.
UPDATE disputes SET due_at = changed_at WHERE awaits_mediator AND due_at IS NULL AND over_at IS NULL AND NOT is_suspended;
