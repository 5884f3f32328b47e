-- What each side said of a summary of the mediator's last. The words lie sealed in the entries.
CREATE TABLE summary_answers (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  entry TEXT NOT NULL,
  side TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (dispute, channel, entry, side)
);
