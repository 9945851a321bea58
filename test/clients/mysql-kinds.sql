CREATE TABLE kinds (
  id int AUTO_INCREMENT PRIMARY KEY,
  tiny tinyint, tiny_u tinyint unsigned, small smallint, medium mediumint, medium_u mediumint unsigned,
  whole int, whole_u int unsigned, big bigint, big_u bigint unsigned, filled int(6) unsigned zerofill,
  exact decimal(30,10), money decimal(10,2) unsigned, single_ float, double_ double, bits bit(12),
  day date, moment datetime, moment6 datetime(6), stamped timestamp(3) NULL, clock time, clock6 time(6),
  annus year, fixed char(10), text_ varchar(200), latin varchar(50) CHARACTER SET latin1,
  bytes_fixed binary(6), bytes_varying varbinary(60), prose text, long_prose longtext, blob_ blob,
  choice enum('one', 'two', 'drei ß'), choices set('a', 'b', 'c'), document json, place point
);
INSERT INTO kinds VALUES (
  1, -128, 255, -32768, -8388608, 16777215, -2147483648, 4294967295, -9223372036854775808,
  18446744073709551615, 42, 12345678901234567890.0123456789, 99999999.99, 1.5, -2.25e-300, b'101010101010',
  '2024-02-29', '1999-12-31 23:59:59', '2024-02-29 12:34:56.123456', '2024-06-01 00:00:00.125',
  '-838:59:59', '12:34:56.000001', 2155, 'padded', 'Grüße, мир 🙂', 'café', 'ab', x'00ff0a0d1a5c27',
  'tab\there\nquote '' back \\ slash', REPEAT('lang ', 1000), x'deadbeef00', 'drei ß', 'a,c',
  '{"a": [1, 2.5, null, "ü"]}', ST_GeomFromText('POINT(1 -2)')
);
INSERT INTO kinds (id) VALUES (2);
INSERT INTO kinds VALUES (
  3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '1000-01-01', '1000-01-01 00:00:00',
  '1000-01-01 00:00:00.000000', '1970-01-02 00:00:00.000', '00:00:00', '00:00:00', 1901, '', '', '',
  '', '', '', '', '', 'one', '', '{}', ST_GeomFromText('POINT(0 0)')
);
INSERT INTO kinds (id, tiny, text_, prose, document)
  VALUES (4, 127, REPEAT('x', 200), REPEAT('y', 60000), CONCAT('"', REPEAT('z', 300), '"'));
CREATE TABLE numbers (n int PRIMARY KEY, label varchar(40), at datetime, amount decimal(10,2));
INSERT INTO numbers VALUES (1, 'label 1', '2024-01-01 00:00:01', 1.25);
INSERT INTO numbers SELECT n + 1, CONCAT('label ', n + 1), at + INTERVAL 1 HOUR, amount * 1.01 FROM numbers;
INSERT INTO numbers SELECT n + 2, CONCAT('label ', n + 2), at + INTERVAL 2 HOUR, amount * 1.01 FROM numbers;
INSERT INTO numbers SELECT n + 4, CONCAT('label ', n + 4), at + INTERVAL 4 HOUR, amount * 1.01 FROM numbers;
INSERT INTO numbers SELECT n + 8, CONCAT('label ', n + 8), at + INTERVAL 8 HOUR, amount * 1.01 FROM numbers;
INSERT INTO numbers SELECT n + 16, CONCAT('label ', n + 16), at + INTERVAL 16 HOUR, amount FROM numbers;
INSERT INTO numbers SELECT n + 32, CONCAT('label ', n + 32), at + INTERVAL 32 HOUR, amount FROM numbers;
INSERT INTO numbers SELECT n + 64, CONCAT('label ', n + 64), at + INTERVAL 64 HOUR, amount FROM numbers;
INSERT INTO numbers SELECT n + 128, CONCAT('label ', n + 128), at + INTERVAL 128 HOUR, amount FROM numbers;
INSERT INTO numbers SELECT n + 256, CONCAT('label ', n + 256), at + INTERVAL 256 HOUR, amount FROM numbers;
INSERT INTO numbers SELECT n + 512, CONCAT('label ', n + 512), at + INTERVAL 512 HOUR, amount FROM numbers;
CREATE TABLE scratch (id int AUTO_INCREMENT PRIMARY KEY, what varchar(60), unique_ int UNIQUE);
CREATE VIEW small_numbers AS SELECT n, label FROM numbers WHERE n <= 3;
CREATE PROCEDURE two_results(IN low int) BEGIN
  SELECT n, label FROM numbers WHERE n BETWEEN low AND low + 2 ORDER BY n;
  SELECT COUNT(*) AS many FROM numbers;
END;
CREATE PROCEDURE doubled(IN a int, OUT b int) BEGIN SET b = a * 2; END;
CREATE FUNCTION plus_one(a int) RETURNS int DETERMINISTIC NO SQL RETURN a + 1;
CREATE TRIGGER scratch_upper BEFORE INSERT ON scratch FOR EACH ROW SET NEW.what = UPPER(NEW.what);
