DROP TABLE duties;
DROP TABLE invitation_codes;
DROP TABLE papers;
DROP TABLE claims;
DROP TABLE assignments;
DROP TABLE dispute_people;
DROP TABLE disputes;
