DROP TABLE idempotency;
DROP TABLE audit_head;
DROP TABLE audit;
DROP FUNCTION audit_refuses();
DROP TABLE outbox;
