DROP TABLE known_devices;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE codes;
DROP TABLE house_roles;
DROP TABLE accounts;
