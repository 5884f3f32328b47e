DROP TABLE drafts;
DROP TABLE deliveries;
DROP TABLE settlements;
