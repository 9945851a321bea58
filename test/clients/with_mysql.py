"""Prints what a driver sees: with_mysql.py pymysql|MySQLdb host port user password database [ca]."""
import datetime
import decimal
import sys

module, host, port, user, password, database, *ca = sys.argv[1:]
if module == "pymysql":
    import pymysql as driver
    import pymysql.cursors as cursors
    security = {"ssl": {"ca": ca[0]}} if ca else {}
else:
    import MySQLdb as driver
    import MySQLdb.cursors as cursors
    security = {"ssl": {"ca": ca[0]}} if ca else {}

connection = driver.connect(
    host=host, port=int(port), user=user, password=password, database=database,
    charset="utf8mb4", **security)
cursor = connection.cursor()


def show(text, parameters=None, on=None):
    at = on or cursor
    try:
        count = at.execute(text, parameters)
        print(text.strip().split("\n")[0][:100], "->", count)
        while True:
            if at.description:
                print([(each[0], each[1], each[6]) for each in at.description])
                for row in at.fetchall():
                    print(repr(row)[:3000])
            if not at.nextset():
                break
        print("made an id", bool(at.lastrowid))
    except driver.Error as error:
        print(text[:100], "->", type(error).__name__, error.args)


show("SELECT * FROM kinds ORDER BY id")
show("SELECT %s, %s, %s, %s, %s, %s", (
    1, "it's ü 🙂 \\ \0 \n", 1.5, None, decimal.Decimal("12.50"), datetime.datetime(2024, 2, 29, 1, 2, 3)))
show("SELECT n, label FROM numbers WHERE n IN %s ORDER BY n", ((3, 1, 4),))
show("SELECT COUNT(*), SUM(amount), MAX(at) FROM numbers")
show("CALL two_results(7)")
if module == "pymysql":
    cursor.callproc("doubled", (21, 0))
    show("SELECT @_doubled_0, @_doubled_1")
show("INSERT INTO scratch (what, unique_) VALUES (%s, %s)", ("first", 1))
show("INSERT INTO scratch (what, unique_) VALUES (%s, %s)", ("again", 1))
print(cursor.executemany("INSERT INTO scratch (what, unique_) VALUES (%s, %s)",
                         [(f"many {n}", n) for n in range(2, 500)]))
show("SELECT what FROM scratch WHERE unique_ IN (1, 499)")
connection.rollback()
show("SELECT COUNT(*) FROM scratch")
connection.autocommit(True)
show("SELECT @@autocommit")
connection.autocommit(False)
show("SELECT nothing FROM numbers")
show("SELECT 1 / 0")
show("SHOW WARNINGS")
show("SHOW COLUMNS FROM numbers")
# A result that is read as it comes, row by row.
streaming = connection.cursor(cursors.SSCursor)
streaming.execute("SELECT a.n, b.label FROM numbers a JOIN numbers b ON b.n <= 20")
total = 0
for n, label in streaming:
    total += n + len(label)
print("streamed", total)
streaming.close()
keyed = connection.cursor(cursors.DictCursor)
show("SELECT n, label AS name FROM numbers LIMIT 2", on=keyed)
big = "x" * 300_000
show("SELECT LENGTH(%s), MD5(%s)", (big, big))
connection.ping()
connection.select_db(database)
print(connection.character_set_name(), connection.get_server_info())
connection.close()
