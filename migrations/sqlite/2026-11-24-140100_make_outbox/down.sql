DROP TABLE idempotency;
DROP TABLE audit_head;
DROP TABLE audit;
DROP TABLE outbox;
