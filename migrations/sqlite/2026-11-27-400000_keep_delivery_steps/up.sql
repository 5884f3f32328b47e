-- Every state that a delivery came to, and when. Of those made before, the first and the last are known.
CREATE TABLE delivery_steps (
  delivery TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (delivery, number)
);
INSERT INTO delivery_steps (delivery, number, state, at) SELECT id, 1, 'queued', made_at FROM deliveries;
INSERT INTO delivery_steps (delivery, number, state, at)
  SELECT id, 2, state, changed_at FROM deliveries WHERE state <> 'queued';
