-- Blind bids: what was asked, and the figures of the round that is open. A figure is sealed, its length tells nothing,
-- and its row goes with its round.
CREATE TABLE blind_bids (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  round INTEGER NOT NULL,
  asked_at BIGINT NOT NULL,
  question_sealed BLOB NOT NULL,
  met_sealed BLOB,
  PRIMARY KEY (dispute, id)
);
CREATE TABLE blind_bid_figures (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  bid TEXT NOT NULL,
  side TEXT NOT NULL,
  figure_sealed BLOB NOT NULL,
  PRIMARY KEY (dispute, bid, side)
);
