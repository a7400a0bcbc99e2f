CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  email VARCHAR(80) NOT NULL UNIQUE,
  birthday DATE,
  city VARCHAR(40)
);
