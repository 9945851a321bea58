/** No byte that a MySQL client receives tells a masked value, and the rest is as the server has it. */
import t from 'tap'
import { whyNoMysql } from '../support/mysql.ts'
import { mysqlLeaksIn } from '../support/mysql-canary.ts'
import { startMysqlProxy } from '../support/mysql-proxy.ts'
import {
  execute,
  fetch as fetchRows,
  flags,
  MysqlWire,
  prepare,
  textsOf,
} from '../support/mysql-wire.ts'

const sql = `
  CREATE VIEW nested AS SELECT label, address FROM contacts;
  CREATE VIEW counted (what, many) AS SELECT email, COUNT(*) FROM customers GROUP BY email;
  CREATE PROCEDURE all_customers() SELECT * FROM customers;
  CREATE PROCEDURE one_email(IN wanted int, OUT found varchar(120))
    SELECT email INTO found FROM customers WHERE id = wanted;
  CREATE PROCEDURE prepared_inside() BEGIN
    PREPARE p FROM 'SELECT email FROM customers'; EXECUTE p; DEALLOCATE PREPARE p; END;
  CREATE PROCEDURE nested_call() BEGIN CALL all_customers(); SELECT 1; END;
  CREATE PROCEDURE signals() BEGIN DECLARE m varchar(120);
    SELECT email INTO m FROM customers WHERE id = 1;
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = m; END;
  CREATE FUNCTION mail_of(wanted int) RETURNS varchar(120) READS SQL DATA
    RETURN (SELECT email FROM customers WHERE id = wanted);
  CREATE TABLE copies (e varchar(120) UNIQUE);
`

/** Ways to get at a value. None may show one; all of them are answered, or refused. */
const attempts = [
  'SELECT * FROM customers',
  'select*from customers',
  'SELECT customers.* FROM customers',
  'SELECT shop.customers.* FROM shop.customers',
  'SELECT `email` FROM `shop` . `customers`',
  'SELECT EMAIL, Phone FROM customers',
  'SELECT ALL email FROM customers',
  'SELECT DISTINCTROW email FROM customers',
  'SELECT HIGH_PRIORITY SQL_NO_CACHE email FROM customers',
  'SELECT email AS innocent, ssn innocent2 FROM customers',
  'SELECT email \'label\', ssn "other" FROM customers',
  'SELECT email AS id FROM customers',
  'SELECT c.email, c.ssn FROM customers c',
  'SELECT c.email FROM customers AS c FORCE INDEX (PRIMARY)',
  'SELECT c.email FROM (customers c)',
  'SELECT c.email FROM (orders o, customers c)',
  'SELECT c.email FROM { OJ orders o LEFT OUTER JOIN customers c ON o.customer_id = c.id }',
  'SELECT upper(email), lower(email), reverse(email), hex(email) FROM customers',
  "SELECT concat(email, ''), concat_ws('-', email, ssn), email || '' FROM customers",
  'SELECT substring(email, 1, 99), left(phone, 9), right(ssn, 9), mid(email, 2, 50) FROM customers',
  'SELECT substr(email FROM 1 FOR 90), trim(email), ltrim(email) FROM customers',
  "SELECT replace(email, '@', '#'), insert(email, 3, 1, 'x'), lpad(email, 90, 'y') FROM customers",
  'SELECT to_base64(email), compress(email), unhex(hex(email)), quote(email) FROM customers',
  'SELECT convert(email USING utf16), convert(email USING latin1), cast(email AS binary) FROM customers',
  'SELECT cast(balance AS char), balance + 0, -balance, balance * 1 FROM customers',
  'SELECT score + 0, score - 1, cast(score AS char), conv(score, 10, 16), format(score, 0) FROM customers',
  'SELECT born + INTERVAL 0 DAY, date_format(born, "%Y-%m-%d"), to_days(born), born + 0 FROM customers',
  'SELECT binary email, email COLLATE utf8mb4_bin, _utf8mb4 0x41, email + 0 FROM customers',
  'SELECT if(1, email, 0), ifnull(email, 1), nullif(email, 1), coalesce(null, email) FROM customers',
  "SELECT CASE WHEN email LIKE 'can%' THEN name ELSE email END FROM customers",
  'SELECT CASE email WHEN 1 THEN 2 ELSE ssn END FROM customers',
  'SELECT elt(1, email), greatest(email, name), least(ssn, name) FROM customers',
  'SELECT max(email), min(ssn), max(balance), sum(balance), avg(score) FROM customers',
  'SELECT any_value(email) FROM customers',
  'SELECT group_concat(email), group_concat(DISTINCT ssn ORDER BY 1 SEPARATOR ";") FROM customers',
  'SELECT bit_xor(score), std(balance), variance(score) FROM customers',
  'SELECT json_object("e", email), json_array(email, ssn) FROM customers',
  'SELECT json_arrayagg(email) FROM customers',
  'SELECT json_objectagg(id, email) FROM customers',
  'SELECT json_extract(prefs, "$.mail"), json_unquote(json_extract(prefs, "$.mail")) FROM customers',
  'SELECT json_value(prefs, "$.mail"), json_keys(prefs), prefs FROM customers',
  'SELECT first_value(email) OVER (ORDER BY id), lag(email) OVER (ORDER BY id) FROM customers',
  'SELECT ntile(2) OVER w, last_value(ssn) OVER w FROM customers WINDOW w AS (ORDER BY id)',
  'SELECT e FROM (SELECT email AS e FROM customers) q',
  'SELECT q.e FROM (SELECT id, email e, ssn FROM customers) AS q WHERE q.id < 9',
  'SELECT * FROM (SELECT * FROM (SELECT email FROM customers) a) b',
  'SELECT (SELECT email FROM customers LIMIT 1)',
  'SELECT (SELECT email FROM customers WHERE id = o.customer_id) FROM orders o',
  'SELECT id, (SELECT max(c.email) FROM customers c WHERE c.id = customers.id) FROM customers',
  'WITH x AS (SELECT * FROM customers) SELECT * FROM x',
  'WITH x (a, b, c) AS (SELECT id, name, email FROM customers) SELECT c FROM x',
  'WITH RECURSIVE x (n, e) AS (SELECT 1, CAST("" AS char(120)) UNION ALL SELECT n + 1, (SELECT email FROM customers WHERE id = n) FROM x WHERE n < 9) SELECT e FROM x',
  'SELECT name FROM customers UNION SELECT email FROM customers',
  'SELECT name FROM customers UNION ALL (SELECT ssn FROM customers) ORDER BY 1',
  '(SELECT email FROM customers) UNION (SELECT 1)',
  '(SELECT email FROM customers LIMIT 3)',
  'SELECT email FROM customers INTERSECT SELECT email FROM customers',
  'SELECT email FROM customers EXCEPT SELECT name FROM customers',
  'SELECT DISTINCT email FROM customers',
  'SELECT email FROM customers GROUP BY email WITH ROLLUP',
  'SELECT count(*), email FROM customers GROUP BY email HAVING email > "a"',
  'SELECT address FROM contacts',
  'SELECT * FROM contacts',
  'SELECT * FROM nested',
  'SELECT what FROM counted',
  'SELECT o.id, c.email FROM orders o JOIN customers c ON c.id = o.customer_id',
  'SELECT * FROM orders o NATURAL JOIN (SELECT id, email FROM customers) c',
  'SELECT email FROM orders STRAIGHT_JOIN customers',
  'SELECT email, c2.ssn FROM customers c RIGHT JOIN customers c2 USING (email)',
  'SELECT email FROM customers USE INDEX () WHERE id = 1',
  'SELECT email FROM customers PROCEDURE ANALYSE()',
  'SELECT email FROM customers FOR UPDATE',
  'SELECT email FROM customers LOCK IN SHARE MODE',
  'SELECT 1, /*!50000 email, */ ssn FROM customers',
  'SELECT /*! email, */ 1 FROM customers',
  'SELECT 1 /*!50000 , email FROM customers */',
  'SELECT 1 /*M! , email FROM customers */',
  'SELECT 1 /*!99999 , 2 */, email FROM customers',
  "SELECT 'a' /* ' */, email, 'b' -- '\n FROM customers",
  'SELECT email -- \n, ssn # x\n FROM customers',
  'SELECT 1 --1, email FROM customers\n, email FROM customers',
  'SET sql_mode = \'ANSI_QUOTES\'; SELECT "email" FROM "customers"',
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'a\\', email, '' FROM customers",
  "SET sql_mode = concat('ANSI_', 'QUOTES'); SELECT \"email\" FROM customers",
  "SET @@session.sql_mode = 'PIPES_AS_CONCAT'; SELECT '' || email FROM customers",
  'SET NAMES gbk; SELECT email FROM customers',
  'SET NAMES utf8mb3; SELECT email FROM customers',
  'SET character_set_results = utf16; SELECT email FROM customers',
  'SET character_set_results = NULL; SELECT email FROM customers',
  'SELECT @v := email FROM customers LIMIT 1; SELECT @v',
  'SET @v = (SELECT email FROM customers LIMIT 1); SELECT @v',
  'SELECT email INTO @v FROM customers LIMIT 1; SELECT @v, upper(@v)',
  'SELECT max(email), 1 FROM customers INTO @v, @w; SELECT @v',
  'DO @v := (SELECT max(email) FROM customers); SELECT @v',
  'CALL one_email(1, @v); SELECT @v',
  'CALL all_customers()',
  'CALL prepared_inside()',
  'CALL nested_call()',
  'CALL signals()',
  'SELECT mail_of(1)',
  'SELECT shop.mail_of(id) FROM orders LIMIT 2',
  "PREPARE p FROM 'SELECT email FROM customers'; EXECUTE p; DEALLOCATE PREPARE p",
  "SET @t = 'SELECT email FROM customers'; PREPARE p FROM @t; EXECUTE p",
  "SET @t = concat('SELECT em', 'ail FROM customers'); PREPARE p FROM @t; EXECUTE p",
  'HANDLER customers OPEN; HANDLER customers READ FIRST; HANDLER customers CLOSE',
  'HANDLER customers OPEN AS h; HANDLER h READ `PRIMARY` >= (1) LIMIT 5',
  "SELECT email FROM customers INTO OUTFILE '/tmp/never'",
  "SELECT email FROM customers LIMIT 1 INTO DUMPFILE '/tmp/never'",
  'INSERT INTO audit (what) SELECT email FROM customers; SELECT * FROM audit',
  'INSERT INTO copies SELECT email FROM customers; SELECT * FROM copies',
  'INSERT INTO audit SET what = (SELECT max(ssn) FROM customers); SELECT what FROM audit',
  'REPLACE INTO audit SELECT id, email FROM customers; SELECT * FROM audit',
  'UPDATE audit, customers SET audit.what = customers.email WHERE 1; SELECT * FROM audit',
  'CREATE TABLE stolen AS SELECT * FROM customers; SELECT * FROM stolen',
  'CREATE TEMPORARY TABLE stolen AS SELECT email AS a FROM customers; SELECT a FROM stolen',
  'CREATE TEMPORARY TABLE stolen (a text) SELECT email AS a FROM customers; SELECT * FROM stolen',
  'CREATE TABLE likewise LIKE customers; INSERT INTO likewise SELECT * FROM customers; SELECT * FROM likewise',
  'CREATE VIEW stolen_view AS SELECT email AS e FROM customers; SELECT e FROM stolen_view',
  'CREATE TEMPORARY TABLE customers (id int); SELECT * FROM customers; DROP TEMPORARY TABLE customers; SELECT * FROM customers',
  'RENAME TABLE customers TO others; SELECT * FROM others',
  'ALTER TABLE customers RENAME COLUMN email TO harmless; SELECT harmless FROM customers',
  "INSERT INTO customers (id, name, email) SELECT 900, 'x', email FROM customers LIMIT 1",
  "INSERT INTO customers (id, name, email) VALUES (900, 'x', (SELECT c.email FROM customers c LIMIT 1))",
  'UPDATE customers SET email = (SELECT * FROM (SELECT email FROM customers WHERE id = 2) x) WHERE id = 1',
  'INSERT INTO copies SELECT email FROM customers; INSERT INTO copies SELECT email FROM customers',
  'UPDATE customers SET name = email WHERE id = 1; SELECT name FROM customers',
  'UPDATE customers SET id = email WHERE id = 1; SHOW WARNINGS',
  'SELECT email + 0 FROM customers; SHOW WARNINGS',
  'SELECT cast(email AS signed), cast(email AS date) FROM customers; SHOW WARNINGS LIMIT 5',
  'SELECT * FROM orders WHERE id = (SELECT email FROM customers LIMIT 1); SHOW WARNINGS',
  'SELECT count(*) FROM customers WHERE email = 5; SHOW WARNINGS; SHOW ERRORS; SHOW COUNT(*) WARNINGS',
  'DO cast((SELECT max(email) FROM customers) AS signed); SHOW WARNINGS',
  'GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; SELECT @m',
  'SELECT cast(email AS signed) FROM customers; GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; SELECT @m',
  'SELECT extractvalue(1, concat(0x5c, (SELECT email FROM customers LIMIT 1)))',
  'SELECT updatexml(1, concat(0x7e, (SELECT ssn FROM customers LIMIT 1)), 1)',
  'SELECT exp(~(SELECT * FROM (SELECT email FROM customers LIMIT 1) x))',
  'SELECT (SELECT email FROM customers)',
  "SELECT name_const('x', 1), name_const('e', (SELECT max(email) FROM customers))",
  "SELECT json_extract((SELECT max(email) FROM customers), '$')",
  'SELECT st_geomfromtext((SELECT max(email) FROM customers))',
  "SELECT load_file('/etc/hostname')",
  'SELECT * FROM information_schema.processlist',
  'SHOW FULL PROCESSLIST',
  'SELECT * FROM mysql.general_log',
  'SELECT * FROM mysql.user',
  'SELECT * FROM mysql.column_stats',
  'SELECT * FROM mysql.innodb_index_stats',
  'SELECT * FROM information_schema.column_statistics',
  'SELECT * FROM performance_schema.events_statements_history',
  'SELECT * FROM performance_schema.events_statements_current',
  'SELECT * FROM performance_schema.user_variables_by_thread',
  'SELECT * FROM information_schema.user_variables',
  'SELECT * FROM information_schema.innodb_trx',
  'ANALYZE TABLE customers PERSISTENT FOR ALL',
  'ANALYZE TABLE customers UPDATE HISTOGRAM ON email',
  'EXPLAIN SELECT * FROM customers WHERE email = "canary"',
  'EXPLAIN FORMAT=JSON SELECT * FROM customers ORDER BY email',
  'ANALYZE FORMAT=JSON SELECT max(email) FROM customers',
  'EXPLAIN ANALYZE SELECT * FROM customers WHERE id = 1',
  'EXPLAIN EXTENDED SELECT * FROM customers WHERE id = 1; SHOW WARNINGS',
  'EXPLAIN SELECT * FROM customers WHERE id = 1; SHOW WARNINGS',
  'DESC customers',
  'SHOW CREATE TABLE customers',
  'SHOW BINLOG EVENTS',
  'CHECKSUM TABLE customers',
  'LOCK TABLES customers READ; SELECT email FROM customers; UNLOCK TABLES',
  'BEGIN; SELECT email FROM customers; ROLLBACK',
  'USE mysql; SELECT email FROM shop.customers',
  'SELECT 1; SELECT email FROM customers; SELECT 2',
  'SELECT 1 FROM customers ORDER BY email LIMIT 1; SELECT email FROM customers',
  'BEGIN NOT ATOMIC SELECT email FROM customers; END',
  'BEGIN NOT ATOMIC DECLARE x varchar(99); SELECT email INTO x FROM customers LIMIT 1; SELECT x; END',
  'IF 1 THEN SELECT email FROM customers; END IF',
  "EXECUTE IMMEDIATE 'SELECT email FROM customers'",
  "EXECUTE IMMEDIATE concat('SELECT em', 'ail FROM customers')",
  'INSERT INTO audit (what) SELECT email FROM customers RETURNING what',
  "INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON DUPLICATE KEY UPDATE active = 1 RETURNING email, ssn",
  'DELETE FROM customers WHERE id = -1 RETURNING email',
  'DELETE FROM orders WHERE id = 1 RETURNING (SELECT email FROM customers WHERE id = 1)',
  "REPLACE INTO customers (id, name, email) VALUES (901, 'x', 'z') RETURNING *",
  'SELECT email FROM customers OFFSET 1 ROW FETCH FIRST 3 ROWS ONLY',
  'SELECT email FROM customers LIMIT ROWS EXAMINED 10',
  'SELECT DECODE_ORACLE(1, 1, email) FROM customers',
  'SELECT column_json(column_create("e", email)) FROM customers',
  'SELECT * FROM json_table((SELECT json_arrayagg(email) FROM customers), "$[*]" COLUMNS (e varchar(99) PATH "$")) j',
  'SELECT j.e FROM customers c, json_table(c.prefs, "$" COLUMNS (e varchar(99) PATH "$.mail")) j',
  'SELECT * FROM customers FOR SYSTEM_TIME ALL',
  'TABLE customers',
  'TABLE customers ORDER BY id LIMIT 2',
  'VALUES ROW(1, (SELECT max(email) FROM customers))',
  'VALUES (1), ((SELECT max(email) FROM customers))',
  'SELECT * FROM (VALUES ROW((SELECT max(email) FROM customers))) v',
  'SELECT x.e FROM orders, LATERAL (SELECT email AS e FROM customers LIMIT 1) x',
  'SELECT email MEMBER OF ("[1]"), prefs->"$.mail", prefs->>"$.mail" FROM customers',
  'SELECT regexp_substr(email, ".*"), regexp_replace(email, "x", "y") FROM customers',
  'SELECT statement_digest_text(email) FROM customers',
  'SELECT email FROM customers QUALIFY row_number() OVER (ORDER BY id) = 1',
  'SELECT get_lock((SELECT max(email) FROM customers), 0)',
  'SELECT email\0 FROM customers',
  'SELECT email FROM customers;',
  ';SELECT email FROM customers',
  'SELECT email FROM customers\\G',
  'XA START "x"; SELECT email FROM customers; XA END "x"; XA ROLLBACK "x"',
  'KILL QUERY (SELECT score FROM customers LIMIT 1)',
  "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'",
  'SELECT sleep(0), benchmark(1, (SELECT max(email) FROM customers)) FROM customers LIMIT 1',
  "SELECT email FROM customers WHERE email = 'canary1@secret.example' AND '\\'' = '\\''",
  "SELECT _binary'x', n'x', x'41', 0x41, b'1', email FROM customers",
  'SELECT `e``mail` FROM (SELECT email AS `e``mail` FROM customers) x',
]

const noMysql = await whyNoMysql()

for (const flavour of ['mariadb', 'mysql'] as const) {
  t.test(`before ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const proxy = await startMysqlProxy(t, { flavour, sql })
    // Held statements come back at once, so that every attempt has an answer.
    const place = proxy.place('hasty')

    await t.test('no masked value is in any byte of a text result', async t => {
      let answered = 0
      for (const text of attempts) {
        const wire = await MysqlWire.connect(place)
        const results = await wire.query(text)
        if (results.some(each => each.kind === 'rows' && each.rows.length > 0)) answered += 1
        const leaks = mysqlLeaksIn(wire.received())
        if (leaks.length > 0) t.fail(`${text}: ${leaks.join(', ')}`)
        // What the diagnostics of the session keep is no way around either.
        await wire.query('SHOW WARNINGS')
        const warned = mysqlLeaksIn(wire.received())
        if (warned.length > leaks.length)
          t.fail(`SHOW WARNINGS after ${text}: ${warned.join(', ')}`)
        wire.close()
      }
      t.ok(answered > attempts.length / 3, `${answered} of ${attempts.length} had rows`)
    })

    await t.test('no masked value is in any byte of a binary result, or of a cursor', async t => {
      let answered = 0
      for (const deprecateEof of [0, flags.deprecateEof]) {
        for (const text of attempts) {
          const wire = await MysqlWire.connect(place, { flags: deprecateEof | flags.sessionTrack })
          const [prepared] = await wire.ask(prepare(text))
          if (prepared?.kind === 'prepared') {
            const results = await wire.ask(execute(prepared.id))
            if (results.some(each => each.kind === 'rows' && each.rows.length > 0)) answered += 1
            if (deprecateEof === 0 && prepared.columns > 0) {
              const [opened] = await wire.ask(execute(prepared.id, 1))
              if (opened?.kind === 'rows' && opened.rows.length === 0) {
                await wire.ask(fetchRows(prepared.id, 3))
              }
            }
          }
          const leaks = mysqlLeaksIn(wire.received())
          if (leaks.length > 0) t.fail(`${text}: ${leaks.join(', ')}`)
          wire.close()
        }
      }
      t.ok(answered > attempts.length / 3, `${answered} had rows`)
    })

    await t.test('a masked column is its mask, whatever the way there', async t => {
      const wire = await MysqlWire.connect(place)
      t.teardown(() => wire.close())
      const rows = async (text: string): Promise<(string | null)[][]> => {
        const results = await wire.query(text)
        const found = results.find(each => each.kind === 'rows')
        t.ok(found, `${text}: ${JSON.stringify(results)}`)
        return found?.rows.map(textsOf) ?? []
      }
      const [direct] = await rows(
        'SELECT email, phone, ssn, born, balance FROM customers WHERE id = 1',
      )
      t.match(direct, [/^c\*+@secret\.example$/, /^\+49\*+$/, '[redacted]', '1961-01-01', '0.00'])
      for (const text of [
        'SELECT e, p, s, b, k FROM (SELECT id, email e, phone p, ssn s, born b, balance k FROM customers) q WHERE id = 1',
        'WITH x AS (SELECT * FROM customers) SELECT email, phone, ssn, born, balance FROM x WHERE id = 1',
        'SELECT c.email, c.phone, c.ssn, c.born, c.balance FROM orders o JOIN customers c ON o.customer_id = c.id WHERE o.id = 50',
        'SELECT /*!50000 email */, phone, ssn, born, balance FROM customers WHERE id = 1',
      ]) {
        t.strictSame((await rows(text))[0], direct, text)
      }
      t.strictSame((await rows('SELECT address FROM nested LIMIT 1'))[0], [direct?.[0]])
    })

    await t.test('a prepared statement has masks that are valid for the types', async t => {
      const client = await proxy.client(t, 'hasty', { dateStrings: true })
      const text =
        'SELECT id, email, phone, ssn, born, balance, score, prefs FROM customers WHERE id < ? ORDER BY id'
      const [one] = await client.query(text, [4])
      const [two] = await client.execute(text, [4])
      t.strictSame(two, one)
      t.match(one, [
        {
          id: 1,
          email: /^c\*+@secret\.example$/,
          ssn: '[redacted]',
          born: '1961-01-01',
          balance: '0.00',
        },
        { id: 2 },
        { id: 3 },
      ])
    })

    await t.test('what touches nothing masked is as the server sent it', async t => {
      for (const text of [
        'SELECT id, name, active FROM customers ORDER BY id',
        "SELECT count(*), count(email) FROM customers WHERE email = 'canary1@secret.example'",
        'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email IS NOT NULL ORDER BY 1 LIMIT 2',
        'SELECT label FROM contacts ORDER BY 1',
        'SELECT * FROM orders WHERE total > 10 ORDER BY id DESC LIMIT 7',
        'SELECT customer_id, SUM(total) FROM orders GROUP BY customer_id WITH ROLLUP',
        'SHOW TABLES',
        'DESCRIBE customers',
        'SELECT 1 / 0',
        'SHOW WARNINGS',
        'SELECT nothing FROM orders',
        "SELECT note, 'x', NULL, 1.5, DATE '2024-02-29' FROM orders LIMIT 3",
      ]) {
        const answers: Buffer[] = []
        for (const where of [proxy.direct(), place]) {
          const wire = await MysqlWire.connect(where)
          await wire.query(text)
          answers.push(wire.received())
          wire.close()
        }
        t.ok(answers[0]?.equals(answers[1] ?? Buffer.alloc(0)), text)
      }
    })
  })
}
