-- The mediator's proposals, and the secret answers to the one that is open.
CREATE TABLE proposals (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content_sealed BLOB NOT NULL,
  PRIMARY KEY (dispute, id)
);
CREATE TABLE proposal_answers (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  proposal TEXT NOT NULL,
  side TEXT NOT NULL,
  answer_sealed BLOB NOT NULL,
  PRIMARY KEY (dispute, proposal, side)
);
