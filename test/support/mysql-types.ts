/** A table with a column of every type, and rows at the edges of each. */

export const typesTable = `
create table types (
  id int primary key,
  ti tinyint, tiu tinyint unsigned, flag tinyint(1), si smallint, siu smallint unsigned,
  mi mediumint, miu mediumint unsigned, i int, iu int unsigned, iz int(7) zerofill,
  bi bigint, biu bigint unsigned, biz bigint(20) zerofill,
  f float, ff float(7,2), d double, dd double(20,3), dz double zerofill,
  de decimal(10,2), de0 decimal(20,0), dez decimal(8,3) zerofill, del decimal(65,30),
  da date, dt datetime, dt3 datetime(3), dt6 datetime(6), ts timestamp null, ts6 timestamp(6) null,
  tm time, tm2 time(2), tm6 time(6), y year,
  b1 bit(1), b10 bit(10), b64 bit(64),
  e enum('a','b','é'), s set('x','y','z'),
  vc varchar(30), vcl varchar(30) character set latin1, vca varchar(20) character set ascii,
  vcb varchar(20) character set utf8mb4 collate utf8mb4_bin, c char(5),
  tt tinytext, tx text, mt mediumtext, lt longtext,
  vb varbinary(20), bn binary(4), tb tinyblob, bl blob, mb mediumblob, lb longblob,
  js json, g geometry, p point
);
insert into types values (1,
  -128, 0, 1, -32768, 0, -8388608, 0, -2147483648, 0, 42,
  -9223372036854775808, 0, 7,
  -1.5, -12345.67, -1.5, -12345678.125, 1.5,
  -12345678.90, -12345678901234567890, 12.5, -1.5,
  '1000-01-01', '1000-01-01 00:00:00', '1000-01-01 00:00:00.001', '1000-01-01 00:00:00.000001',
  '1970-01-02 00:00:01', '1970-01-02 00:00:01.5',
  '-838:59:59', '-00:00:00.01', '-838:59:58.999999', 1901,
  0, 0, 0, 'a', '', '', '', '', '', '', '', '', '', '', '', 'aaaa', '', '', '', '', '{}',
  st_geomfromtext('POINT(1 2)'), point(1.5, -2)
), (2,
  127, 255, 0, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9999999,
  9223372036854775807, 18446744073709551615, 18446744073709551615,
  3.4e38, 99999.99, 1.7976931348623157e308, 99999999999999.999, 1e100,
  99999999.99, 99999999999999999999, 99999.999, 12345678901234567890123456789012345.123456789012345678901234567890,
  '9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999999',
  '2038-01-18 03:14:07', '2038-01-18 03:14:07.999999',
  '838:59:59', '00:00:00.99', '838:59:58.000001', 2155,
  1, 1023, 18446744073709551615, 'é', 'x,z', 'Zoë 😀', 'Zoë', 'ascii', 'Bin', 'abc',
  'tiny', 'text', repeat('m', 300), repeat('é', 40000),
  x'00ff80', x'01020304', x'fe', x'fb', repeat('b', 70000), 'long', '{"a": [1, "é"]}',
  st_geomfromtext('LINESTRING(0 0,1 1)'), point(0, 0)
), (3,
  0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0,
  '2024-02-29', '2024-02-29 12:00:00', '2024-02-29 12:00:00', '2024-02-29 12:00:00.5',
  '2024-02-29 12:00:00', '2024-02-29 12:00:00', '00:00:00', '24:00:00', '00:00:01', 0,
  1, 2, 3, 'b', 'x,y,z', ' blanks ', 'x', 'x', 'x', ' y', 'x', 'x', 'x', 'x',
  x'', x'00000000', x'', x'', x'', x'', '"x"',
  st_geomfromtext('POINT(3 4)'), point(0, 0)
), (4, ${Array(55).fill('null').join(', ')});
`

/** A query of the mysql2 driver that gives every kind of computed column. */
export const computedColumns = `
select concat(vc, '-x') cc, 1 + 1 one, 1.5 * 2 dec1, null n, i = 1 truth, 'abc' lit, x'4142' hx,
  sum(de) over () sm, cast('10:00:00.5' as time(1)) ct, if(i > 0, da, 'x') mixed,
  json_extract('{"a":[1]}', '$.a') je, cast(vc as binary) cb, 1e0 / 3 dbl, avg(f) over () av,
  year(da) yy, hex(vb) hv, uuid() is not null u, count(*) over () cnt, bi * 2.5 bd, -d neg,
  date_format(dt, '%Y') df, sec_to_time(3661.25) st, now(6) > '2000-01-01' nw
from types where id = 3`
