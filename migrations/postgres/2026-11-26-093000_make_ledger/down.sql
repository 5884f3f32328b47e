DROP TABLE ledger_cosignatures;
DROP TABLE ledger_checkpoints;
DROP TABLE ledger_nodes;
DROP TABLE ledger_leaves;
DROP TABLE ledger_head;
DROP FUNCTION ledger_refuses();
