DROP TABLE mails;
DROP TABLE users;
