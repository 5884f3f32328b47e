DROP TABLE summary_answers;
