CREATE TABLE rows (id integer PRIMARY KEY, number integer NOT NULL, name text NOT NULL);
INSERT INTO rows SELECT id, id * 7919 % 10007, 'row ' || id FROM generate_series(1, 10000) AS id;
VACUUM ANALYZE rows;
