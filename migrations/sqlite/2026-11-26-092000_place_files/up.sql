-- Under which numbers of its channel a file was said: whoever reads one of these entries may open it, and nobody else.
CREATE TABLE file_entries (
  file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  PRIMARY KEY (file, seq)
);
-- The small picture of a file that is a picture.
CREATE TABLE thumbnails (
  file TEXT NOT NULL PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  picture_sealed BLOB NOT NULL
);
