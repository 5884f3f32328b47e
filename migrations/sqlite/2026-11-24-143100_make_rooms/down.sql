DROP TABLE files;
DROP TABLE offers;
DROP TABLE seats;
DROP TABLE entries;
DROP TABLE channels;
