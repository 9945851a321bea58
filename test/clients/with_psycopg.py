"""What psycopg 3 sees, as JSON: run it directly and through the proxy, and compare.

usage: /usr/bin/python3 with_psycopg.py host port user password database
"""
import datetime
import decimal
import hashlib
import json
import sys
import uuid

import psycopg
from psycopg import sql

host, port, user, password, database = sys.argv[1:6]
seen = {}


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (bytes, memoryview)):
        return {"bytes": bytes(value).hex()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {type(value).__name__: str(value)}


def columns(cursor):
    return [[c.name, c.type_code, c.internal_size] for c in cursor.description or []]


def failure(error):
    return {"sqlstate": error.sqlstate, "message": error.diag.message_primary}


with psycopg.connect(
    host=host, port=port, user=user, password=password, dbname=database, autocommit=True
) as connection:
    seen["parameters"] = {
        name: connection.info.parameter_status(name)
        for name in ("server_version", "client_encoding", "standard_conforming_strings", "DateStyle")
    }

    cursor = connection.execute("select 1 as one, 'two' as two, null as nothing")
    seen["simple"] = [columns(cursor), plain(cursor.fetchall())]

    values = [
        7, 3.25, "tëxt ' \" \\", True, None, b"\x00\xff", decimal.Decimal("12345.6789"),
        datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 13, 14, 15, 678901),
        datetime.timedelta(days=3, seconds=4), uuid.UUID(int=42), [1, 2, None, 4],
    ]
    types = [
        "int4", "float8", "text", "bool", "int8", "bytea", "numeric", "date", "timestamp",
        "interval", "uuid", "int4[]",
    ]
    query = "select " + ", ".join(f"%s::{name} as c{at}" for at, name in enumerate(types))
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            for prepare in (False, True, True):
                cursor.execute(query, values, prepare=prepare)
                name = f"parameters binary={binary} prepare={prepare}"
                seen[name] = [columns(cursor), plain(cursor.fetchall())]

    connection.execute("create temporary table driver_rows (id int primary key, body text)")
    cursor = connection.execute("insert into driver_rows values (1, 'one') returning id, body")
    seen["returning"] = [cursor.statusmessage, plain(cursor.fetchall())]

    try:
        with connection.transaction():
            connection.execute("insert into driver_rows values (2, 'two')")
            connection.execute("insert into driver_rows values (1, 'again')")
    except psycopg.Error as error:
        seen["error in a transaction"] = failure(error)
    seen["after the rollback"] = plain(connection.execute("table driver_rows").fetchall())

    with connection.transaction():
        connection.execute("insert into driver_rows values (3, 'three')")
        try:
            with connection.transaction():
                connection.execute("select 1 / 0")
        except psycopg.Error as error:
            seen["error in a savepoint"] = failure(error)
    seen["after the savepoint"] = plain(connection.execute("table driver_rows").fetchall())

    with connection.cursor() as cursor:
        with cursor.copy("copy driver_rows from stdin") as copy:
            for number in range(100, 1100):
                copy.write_row((number, "row\t%d\\" % number))
        seen["copy in"] = cursor.statusmessage
        digest = hashlib.sha256()
        with cursor.copy("copy driver_rows to stdout") as copy:
            for chunk in copy:
                digest.update(chunk)
        seen["copy out"] = [cursor.statusmessage, digest.hexdigest()]
        digest = hashlib.sha256()
        with cursor.copy("copy driver_rows to stdout (format binary)") as copy:
            for chunk in copy:
                digest.update(chunk)
        seen["copy out binary"] = digest.hexdigest()
        try:
            with cursor.copy("copy driver_rows from stdin") as copy:
                copy.write_row((5000, "never"))
                raise ValueError("changed my mind")
        except psycopg.Error as error:
            seen["copy given up"] = failure(error)
        seen["after the copy"] = cursor.execute("select count(*) from driver_rows").fetchone()

    with connection.transaction():
        with connection.cursor(name="driver_cursor") as cursor:
            cursor.execute("select i, repeat('x', 20) from generate_series(1, 1000) i")
            seen["server-side cursor"] = [
                plain(cursor.fetchmany(3)), len(cursor.fetchmany(500)), len(cursor.fetchall()),
            ]

    if hasattr(connection, "pipeline"):
        try:
            with connection.pipeline():
                first = connection.execute("select %s::int + 1", (1,))
                second = connection.execute("select %s::text", ("pipelined",))
                seen["pipeline"] = plain([first.fetchone(), second.fetchone()])
        except psycopg.NotSupportedError:
            seen["pipeline"] = "not supported by this libpq"

    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into driver_rows values (%s, %s)", [(n, str(n)) for n in range(2000, 2100)]
        )
        seen["executemany"] = cursor.rowcount

    digest = hashlib.sha256()
    count = 0
    for row in connection.execute("select i, md5(i::text) from generate_series(1, 100000) i"):
        digest.update(repr(row).encode())
        count += 1
    seen["big result"] = [count, digest.hexdigest()]

    notices = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    connection.execute("drop table if exists no_such_table_here")
    seen["notices"] = notices

    quoted = sql.SQL("select {} as {}").format(sql.Literal("a'b"), sql.Identifier('Odd "name"'))
    cursor = connection.execute(quoted)
    seen["quoting"] = [columns(cursor), plain(cursor.fetchall())]
    cursor = connection.execute("")
    seen["empty query"] = cursor.statusmessage

print(json.dumps(seen, indent=1, sort_keys=True))
