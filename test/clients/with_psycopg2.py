"""What psycopg 2 sees, as JSON: run it directly and through the proxy, and compare.

usage: /usr/bin/python3 with_psycopg2.py host port user password database
"""
import datetime
import decimal
import hashlib
import io
import json
import sys

import psycopg2
import psycopg2.extras

host, port, user, password, database = sys.argv[1:6]
seen = {}


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, memoryview):
        return {"bytes": bytes(value).hex()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {type(value).__name__: str(value)}


def columns(cursor):
    return [[c.name, c.type_code, c.internal_size] for c in cursor.description or []]


connection = psycopg2.connect(
    host=host, port=port, user=user, password=password, dbname=database
)
connection.autocommit = True
cursor = connection.cursor()

cursor.execute("select 1 as one, 'two' as two, null as nothing")
seen["simple"] = [columns(cursor), plain(cursor.fetchall())]

cursor.execute(
    "select %s, %s, %s, %s, %s, %s, %s",
    (7, "tëxt ' \\", True, None, decimal.Decimal("1.50"), datetime.date(2024, 2, 29), [1, 2]),
)
seen["parameters"] = [columns(cursor), plain(cursor.fetchall())]

cursor.execute("select 1 as a; select 2 as b, 3 as c")
seen["several statements"] = [columns(cursor), plain(cursor.fetchall())]

cursor.execute("prepare driver_plan(int) as select $1 * 2 as doubled")
cursor.execute("execute driver_plan(21)")
seen["prepared by SQL"] = plain(cursor.fetchall())
cursor.execute("deallocate driver_plan")

cursor.execute("create temporary table driver_rows (id int primary key, body text)")
connection.autocommit = False
cursor.execute("insert into driver_rows values (1, 'one') returning id, body")
seen["returning"] = [cursor.statusmessage, plain(cursor.fetchall())]
connection.commit()
try:
    cursor.execute("insert into driver_rows values (2, 'two')")
    cursor.execute("insert into driver_rows values (1, 'again')")
except psycopg2.Error as error:
    seen["error"] = [error.pgcode, error.diag.message_primary, error.diag.constraint_name]
try:
    cursor.execute("select 1")
except psycopg2.Error as error:
    seen["failed transaction"] = [error.pgcode, error.diag.message_primary]
connection.rollback()
cursor.execute("select count(*) from driver_rows")
seen["after the rollback"] = plain(cursor.fetchall())

cursor.copy_expert(
    "copy driver_rows from stdin with csv",
    io.StringIO("".join('%d,"row, %d"\n' % (n, n) for n in range(10, 1010))),
)
seen["copy in"] = cursor.rowcount
out = io.BytesIO()
cursor.copy_expert("copy (select * from driver_rows order by id) to stdout with csv header", out)
seen["copy out"] = [cursor.rowcount, hashlib.sha256(out.getvalue()).hexdigest()]
try:
    cursor.copy_expert("copy driver_rows from stdin", io.StringIO("not a number\tx\n"))
except psycopg2.Error as error:
    seen["copy that fails"] = [error.pgcode, error.diag.message_primary]
connection.rollback()

named = connection.cursor("driver_cursor")
named.itersize = 100
named.execute("select i from generate_series(1, 1000) i")
seen["server-side cursor"] = sum(row[0] for row in named)
named.close()
connection.commit()

psycopg2.extras.execute_values(
    cursor, "insert into driver_rows values %s", [(n, "v") for n in range(3000, 3200)]
)
seen["execute_values"] = cursor.rowcount if cursor.rowcount > 0 else None
connection.rollback()

cursor.execute("select i, md5(i::text) from generate_series(1, 100000) i")
digest = hashlib.sha256()
for row in cursor:
    digest.update(repr(row).encode())
seen["big result"] = [cursor.rowcount, digest.hexdigest()]
cursor.execute("drop table if exists no_such_table_here")
seen["notices"] = connection.notices
connection.commit()
connection.close()

print(json.dumps(seen, indent=1, sort_keys=True))
