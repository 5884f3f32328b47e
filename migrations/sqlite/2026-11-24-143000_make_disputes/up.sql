-- Disputes: the state machine's value is sealed; what stands beside it is what lists and clocks ask for.
CREATE TABLE disputes (
  id TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  reference TEXT UNIQUE,
  category TEXT NOT NULL,
  stage TEXT NOT NULL,
  filed_at BIGINT,
  due_at BIGINT,
  over_at BIGINT,
  changed_at BIGINT NOT NULL,
  erased_at BIGINT,
  awaits_screening BOOLEAN NOT NULL,
  awaits_takers BOOLEAN NOT NULL,
  awaits_mediator BOOLEAN NOT NULL,
  is_suspended BOOLEAN NOT NULL,
  process_sealed BLOB NOT NULL,
  salt_sealed BLOB NOT NULL
);
CREATE INDEX disputes_by_due ON disputes (due_at);
CREATE INDEX disputes_by_over ON disputes (over_at);
-- Who takes part, and as what; a list of the disputes of one person is read from here.
CREATE TABLE dispute_people (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  account TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL,
  PRIMARY KEY (dispute, account, role)
);
CREATE INDEX dispute_people_by_account ON dispute_people (account, dispute);
-- One row a proposal of a mediator, kept after it came to nothing.
CREATE TABLE assignments (
  id TEXT NOT NULL PRIMARY KEY,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  mediator TEXT NOT NULL REFERENCES accounts (id),
  state TEXT NOT NULL,
  proposed_at BIGINT NOT NULL
);
CREATE INDEX assignments_by_dispute ON assignments (dispute);
-- What was filed, sealed; the digests find a second filing against the same person without naming anybody.
CREATE TABLE claims (
  dispute TEXT NOT NULL PRIMARY KEY REFERENCES disputes (id) ON DELETE CASCADE,
  claimant TEXT NOT NULL,
  email_digest TEXT,
  name_digest TEXT,
  sealed BLOB NOT NULL
);
CREATE INDEX claims_by_claimant ON claims (claimant);
-- Names, answers, disclosures, referrals, revisions: one sealed paper each, under the key that `key` names.
CREATE TABLE papers (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  part TEXT NOT NULL,
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dispute, kind, part)
);
CREATE TABLE invitation_codes (
  locator TEXT NOT NULL PRIMARY KEY,
  invitation TEXT NOT NULL,
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  secret_hash TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  wrong_secrets INTEGER NOT NULL,
  replaced BOOLEAN NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX invitation_codes_by_dispute ON invitation_codes (dispute);
-- What a registrar has to look at.
CREATE TABLE duties (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  dispute TEXT,
  side TEXT,
  at BIGINT NOT NULL,
  closed_at BIGINT
);
CREATE INDEX duties_by_state ON duties (closed_at, at);
