-- What of a caucus the mediator asked to pass on, and where its copy stands once its author let it go.
CREATE TABLE shares (
  dispute TEXT NOT NULL REFERENCES disputes (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  entry TEXT NOT NULL,
  state TEXT NOT NULL,
  copy_channel TEXT,
  copy TEXT,
  file TEXT,
  PRIMARY KEY (dispute, channel, entry)
);
CREATE INDEX shares_by_copy ON shares (copy);
