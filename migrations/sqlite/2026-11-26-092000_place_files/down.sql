DROP TABLE thumbnails;
DROP TABLE file_entries;
