DROP TABLE proposal_answers;
DROP TABLE proposals;
