-- What stands at the head of a channel: the newest entry of its kind, by its id. What it says lies sealed in the entry.
CREATE TABLE standings (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (dispute, channel, kind)
);
