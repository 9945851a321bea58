"""What asyncpg sees (binary throughout), as JSON: run it directly and through the proxy, and compare.

usage: /usr/bin/python3 with_asyncpg.py host port user password database
"""
import asyncio
import datetime
import decimal
import hashlib
import io
import json
import sys
import uuid

import asyncpg

host, port, user, password, database = sys.argv[1:6]
seen = {}


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, asyncpg.Record):
        return [[key, plain(each)] for key, each in value.items()]
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {type(value).__name__: str(value)}


async def main():
    connection = await asyncpg.connect(
        host=host, port=int(port), user=user, password=password, database=database, ssl=False
    )
    seen["version"] = str(connection.get_server_version())
    seen["simple"] = await connection.execute("select 1; select 2")
    row = await connection.fetchrow(
        "select $1::int4 a, $2::int8 b, $3::float8 c, $4::text d, $5::bool e, $6::bytea f, "
        "$7::numeric g, $8::date h, $9::timestamptz i, $10::interval j, $11::uuid k, "
        "$12::int4[] l, $13::json m, $14::text n",
        7, 2 ** 40, 2.5, "tëxt", True, b"\x00\xff", decimal.Decimal("-12345.678900"),
        datetime.date(1999, 12, 31),
        datetime.datetime(2024, 2, 29, 13, 14, 15, tzinfo=datetime.timezone.utc),
        datetime.timedelta(days=400, seconds=5), uuid.UUID(int=42), [1, None, 3], '{"a": 1}', None,
    )
    seen["parameters"] = plain(row)

    statement = await connection.prepare("select i, i * $1::int from generate_series(1, 5) i")
    seen["prepared"] = [
        [[a.name, a.type.name] for a in statement.get_attributes()],
        [plain(await statement.fetch(factor)) for factor in (2, 3, 5)],
    ]

    await connection.execute("create temporary table driver_rows (id int primary key, body text)")
    seen["returning"] = plain(
        await connection.fetch("insert into driver_rows values (1, 'one') returning *")
    )
    try:
        async with connection.transaction():
            await connection.execute("insert into driver_rows values (2, 'two')")
            await connection.execute("insert into driver_rows values ($1, $2)", 1, "again")
    except asyncpg.PostgresError as error:
        seen["error in a transaction"] = [error.sqlstate, str(error)]
    seen["after the rollback"] = await connection.fetchval("select count(*) from driver_rows")

    async with connection.transaction():
        await connection.execute("insert into driver_rows values (3, 'three')")
        try:
            async with connection.transaction():
                await connection.fetch("select 1 / (i - 3) from generate_series(1, 5) i")
        except asyncpg.PostgresError as error:
            seen["error in a savepoint"] = [error.sqlstate, str(error)]
        async with connection.transaction():
            rows = []
            async for record in connection.cursor(
                "select i from generate_series(1, 1000) i", prefetch=100
            ):
                rows.append(record["i"])
            seen["portal with a row limit"] = [len(rows), sum(rows)]
            cursor = await connection.cursor("select i from generate_series(1, 1000) i")
            seen["cursor"] = plain([await cursor.fetch(2), await cursor.forward(10), await cursor.fetchrow()])

    seen["copy in"] = await connection.copy_records_to_table(
        "driver_rows", records=[(n, f"row {n}") for n in range(100, 2100)]
    )
    for form in ("text", "csv", "binary"):
        out = io.BytesIO()
        tag = await connection.copy_from_query(
            "select * from driver_rows order by id", output=out, format=form
        )
        seen[f"copy out {form}"] = [tag, hashlib.sha256(out.getvalue()).hexdigest()]

    await connection.executemany(
        "insert into driver_rows values ($1, $2)", [(n, "many") for n in range(5000, 5300)]
    )
    seen["executemany"] = await connection.fetchval("select count(*) from driver_rows")
    try:
        await connection.executemany(
            "insert into driver_rows values ($1, $2)", [(6000, "a"), (6001, "b"), (6000, "c")]
        )
    except asyncpg.PostgresError as error:
        seen["executemany that fails"] = [error.sqlstate, str(error)]
    seen["after it"] = await connection.fetchval("select count(*) from driver_rows")

    digest = hashlib.sha256()
    rows = await connection.fetch("select i, md5(i::text) m from generate_series(1, 100000) i")
    for record in rows:
        digest.update(repr(tuple(record)).encode())
    seen["big result"] = [len(rows), digest.hexdigest()]

    arrived = asyncio.get_running_loop().create_future()
    await connection.add_listener("driver_channel", lambda *args: arrived.set_result(args[2:]))
    await connection.execute("notify driver_channel, 'hello'")
    seen["notification"] = plain(await asyncio.wait_for(arrived, 10))

    try:
        await connection.fetch("select pg_sleep(60)", timeout=0.3)
    except asyncio.TimeoutError:
        seen["cancelled"] = await connection.fetchval("select 'still here'")
    await connection.close()


asyncio.run(main())
print(json.dumps(seen, indent=1, sort_keys=True))
