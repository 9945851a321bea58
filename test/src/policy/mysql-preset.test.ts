/** What the preset says to real SQL of MySQL and MariaDB. */
import t from 'tap'
import { Analyzer } from '../../../protocols/mysql/sql/analyzer.ts'
import { Policy } from '../../../src/policy/policy.ts'
import { namesOf } from '../../protocols/mysql/sql/effects-shop.ts'

const policy = new Policy({
  mode: 'enforce',
  preset: 'recommended',
  default: 'allow',
  rules: [],
  approvers: { any: [{ group: 'reviewers', count: 1 }] },
})

const identity = { name: 'ann', kind: 'person', groups: [], owner: undefined } as const
const analyzer = new Analyzer()

/** `hold unfiltered-write`, `allow`. */
function verdictOn(text: string, flavour: 'mysql' | 'mariadb'): string {
  const analysis = analyzer.analyze(text, namesOf(flavour))
  const verdict = policy.evaluate(analysis, {
    identity,
    database: 'shop',
    environment: 'production',
    application: undefined,
    transaction: 'idle',
    maskedReads: [],
    maskedMoves: analysis.moves.filter(({ from }) => from.column === 'email'),
    now: new Date(),
  })
  return verdict.kind === 'allow' ? 'allow' : `${verdict.kind} ${verdict.rules.join(' ')}`
}

const allowed: readonly string[] = [
  '',
  ';',
  'SELECT 1',
  'SELECT @@version, database(), current_user()',
  'SELECT * FROM orders WHERE id = 1',
  'SELECT * FROM orders WHERE id = ? FOR UPDATE',
  'SELECT email FROM contacts',
  'SELECT twice(2), now(), rand(), uuid()',
  "INSERT INTO orders VALUES (1, 2, 3, 'x')",
  'INSERT INTO orders (id) VALUES (1) ON DUPLICATE KEY UPDATE total = 2',
  'REPLACE INTO orders (id) VALUES (1)',
  'UPDATE orders SET total = 1 WHERE id = 2',
  'DELETE FROM orders WHERE id = 2',
  'DELETE FROM watched WHERE id = 2',
  'CALL report(1)',
  'CREATE TABLE t (id int PRIMARY KEY, note text)',
  'CREATE TABLE t AS SELECT id FROM orders',
  'CREATE INDEX i ON orders (total)',
  'CREATE VIEW v AS SELECT id FROM orders',
  'ALTER TABLE orders ADD COLUMN extra int',
  'ALTER TABLE orders ADD INDEX (total), ADD UNIQUE KEY u (note)',
  'ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)',
  'CREATE TEMPORARY TABLE s AS SELECT id FROM orders',
  'DROP TEMPORARY TABLE s',
  'EXPLAIN DELETE FROM orders',
  'DESCRIBE orders',
  "PREPARE p FROM 'SELECT 1'",
  'DEALLOCATE PREPARE p',
  'ANALYZE TABLE orders',
  'LOCK TABLES orders WRITE',
  'UNLOCK TABLES',
  "SELECT GET_LOCK('a', 1)",
  'DO SLEEP(0)',
  'HANDLER orders OPEN',
  'USE audit',
  'BEGIN',
  'START TRANSACTION READ ONLY',
  'SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'SAVEPOINT a',
  'ROLLBACK TO SAVEPOINT a',
  'COMMIT',
  // What drivers and tools send at start.
  'SET NAMES utf8mb4',
  "SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'",
  'SET AUTOCOMMIT = 0',
  'SET autocommit=1, session_track_schema=1',
  'SET character_set_results = NULL',
  "SET SESSION character_set_results = 'utf8mb4'",
  "SET sql_mode='STRICT_TRANS_TABLES'",
  "SET sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES')",
  "SET SESSION sql_mode='ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SQL_SAFE_UPDATES=1,SQL_SELECT_LIMIT=1000,MAX_JOIN_SIZE=1000000',
  "SET time_zone = '+00:00'",
  'SET sql_auto_is_null = 0, wait_timeout = 2147483',
  'SET net_write_timeout = 600',
  'SET group_concat_max_len = 102400',
  'SET max_execution_time = 5000',
  'SELECT @@session.transaction_isolation',
  'SHOW VARIABLES LIKE "sql_mode"',
  'SHOW WARNINGS',
  'SHOW TABLES',
  'SHOW FULL COLUMNS FROM orders',
  'SHOW CREATE TABLE orders',
  "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop'",
  // mysqldump, and what mysql runs of its output.
  "/*!40100 SET @@SQL_MODE='' */",
  "/*!40103 SET TIME_ZONE='+00:00' */",
  '/*!80000 SET SESSION information_schema_stats_expiry=0 */',
  'SET SESSION NET_READ_TIMEOUT= 86400, SESSION NET_WRITE_TIMEOUT= 86400',
  'START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */',
  'SET SQL_QUOTE_SHOW_CREATE=1',
  "SET SESSION character_set_results = 'binary'",
  'SELECT /*!40001 SQL_NO_CACHE */ * FROM `orders`',
  'LOCK TABLES `orders` READ /*!32311 LOCAL */',
  "SHOW TRIGGERS LIKE 'orders'",
  '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */',
  '/*!50503 SET NAMES utf8mb4 */',
  "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
  '/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */',
  '/*!50503 SET character_set_client = utf8mb4 */',
  '/*!40101 SET character_set_client = @saved_cs_client */',
  '/*!40101 SET SQL_MODE=@OLD_SQL_MODE */',
  '/*!40000 ALTER TABLE `orders` DISABLE KEYS */',
]

const allowedByMysql: readonly string[] = [
  'TABLE orders',
  'SELECT /*+ SET_VAR(sort_buffer_size = 16M) */ 1',
  'EXPLAIN ANALYZE SELECT * FROM orders',
]

const allowedByMariadb: readonly string[] = [
  'INSERT INTO orders (id) VALUES (1) RETURNING id',
  "EXECUTE IMMEDIATE 'SELECT 1'",
  'SET STATEMENT max_statement_time=1 FOR SELECT * FROM orders',
  'SELECT NEXT VALUE FOR s',
]

const refused: readonly (readonly [string, string])[] = [
  ['DELETE FROM orders', 'hold unfiltered-write'],
  ['DELETE FROM orders WHERE 1', 'hold unfiltered-write'],
  ['DELETE FROM orders LIMIT 10', 'hold unfiltered-write'],
  ['/*!50000 DELETE FROM orders */', 'hold unfiltered-write'],
  ['DELETE o FROM orders o LEFT JOIN customers c ON c.id = o.id', 'hold unfiltered-write'],
  ['UPDATE orders SET total = 0', 'hold unfiltered-write'],
  ['SELECT 1; DELETE FROM orders', 'hold unfiltered-write'],
  ['CALL wipe(1)', 'hold unfiltered-write'],
  ['TRUNCATE orders', 'hold truncate'],
  ['DROP TABLE orders', 'hold drop'],
  ['DROP DATABASE shop', 'hold drop'],
  ['DROP INDEX i ON orders', 'hold drop'],
  ["PURGE BINARY LOGS TO 'x'", 'hold drop'],
  ['ALTER TABLE orders DROP COLUMN note', 'hold alter-loses-data'],
  ['ALTER TABLE orders MODIFY note varchar(1)', 'hold alter-loses-data'],
  ['ALTER TABLE orders CHANGE note note varchar(1)', 'hold alter-loses-data'],
  ['ALTER TABLE orders DROP INDEX i', 'hold alter-loses-data'],
  ['ALTER TABLE orders TRUNCATE PARTITION p', 'hold alter-loses-data'],
  ['ALTER TABLE orders EXCHANGE PARTITION p WITH TABLE staging', 'hold alter-loses-data'],
  ['ALTER TABLE orders DISCARD TABLESPACE', 'hold alter-loses-data'],
  ['ALTER TABLE orders ENGINE = BLACKHOLE', 'hold alter-loses-data'],
  ['ALTER TABLE orders RENAME TO o', 'hold rename'],
  ['RENAME TABLE orders TO o', 'hold rename'],
  ['ALTER TABLE customers RENAME COLUMN email TO e', 'hold rename'],
  ['CREATE TABLE m (id int) ENGINE=MERGE UNION=(customers)', 'hold rename'],
  ['CREATE OR REPLACE VIEW contacts AS SELECT 1', 'hold replaced-view'],
  ['ALTER VIEW contacts AS SELECT 1', 'hold replaced-view'],
  ['CREATE PROCEDURE p() SELECT 1', 'hold new-code'],
  ['CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = 1', 'hold new-code'],
  ['CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders', 'hold new-code'],
  ["CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'", 'hold new-code'],
  ["INSTALL PLUGIN x SONAME 'x.so'", 'hold new-code'],
  ['CREATE TABLE copy AS SELECT email FROM customers', 'hold masked-data-moved'],
  ['INSERT INTO orders (note) SELECT email FROM customers', 'hold masked-data-moved'],
  ['GRANT ALL ON *.* TO bob', 'hold privileges'],
  ['REVOKE SELECT ON shop.* FROM bob', 'hold privileges'],
  ["INSERT INTO mysql.user (user) VALUES ('bob')", 'hold privileges'],
  ["UPDATE mysql.GLOBAL_PRIV SET priv = '{}' WHERE user = 'bob'", 'hold privileges'],
  [
    "UPDATE performance_schema.setup_consumers SET enabled = 'NO' WHERE name = 'x'",
    'hold lasting-setting',
  ],
  ["SELECT 1 UNION SELECT 2 INTO OUTFILE '/tmp/x'", 'hold server-file-write'],
  ["SET @x := LOAD_FILE('/etc/passwd')", 'deny server-file-read'],
  ["CREATE USER bob IDENTIFIED BY 'x'", 'hold role-change'],
  ["SET PASSWORD = 'x'", 'hold role-change'],
  ['SET ROLE admin', 'hold role-change'],
  ['SET foreign_key_checks = 0', 'hold weakening-setting'],
  ['SET unique_checks = 0', 'hold weakening-setting'],
  ['SET sql_log_bin = 0', 'hold weakening-setting'],
  ['SET sql_log_off = 1', 'hold weakening-setting'],
  ["SET GLOBAL general_log = 'ON'", 'hold lasting-setting'],
  ['SET GLOBAL max_connections = 1', 'hold lasting-setting'],
  ["SET @@global.init_connect = 'x'", 'hold lasting-setting'],
  ['SET NAMES gbk', 'deny client-character-set'],
  ['SET character_set_client = latin1', 'deny client-character-set'],
  ['SET character_set_results = utf16', 'deny result-character-set'],
  ["SET sql_mode = 'ORACLE'", 'deny sql-dialect'],
  ["SELECT * FROM orders INTO OUTFILE '/tmp/x'", 'hold server-file-write'],
  ["SELECT 1 /*! INTO DUMPFILE '/tmp/x' */", 'hold server-file-write'],
  ["LOAD DATA INFILE '/etc/passwd' INTO TABLE orders", 'deny server-file-read'],
  ["LOAD DATA LOCAL INFILE 'x' INTO TABLE orders", 'deny client-file'],
  ["SELECT LOAD_FILE('/etc/passwd')", 'deny server-file-read'],
  ["SELECT `load_file`('/etc/passwd')", 'deny server-file-read'],
  ["SELECT/*!50000LOAD_FILE('/etc/passwd')*/", 'deny server-file-read'],
  ["EXPLAIN SELECT * FROM (SELECT LOAD_FILE('/etc/passwd')) x", 'deny server-file-read'],
  ["SELECT sys_exec('id')", 'hold server-program'],
  ['SHOW BINLOG EVENTS', 'deny replication'],
  ["CHANGE MASTER TO MASTER_HOST='x'", 'deny replication'],
  ["BINLOG 'x'", 'deny replication'],
  ["CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h')", 'hold outside-world'],
  ["CREATE TABLE t (id int) ENGINE=FEDERATED CONNECTION='mysql://h/d/t'", 'hold outside-world'],
  ['SELECT * FROM mysql.user', 'hold revealing-catalogs'],
  ['SHOW PROCESSLIST', 'hold revealing-catalogs'],
  ['SELECT info FROM information_schema.PROCESSLIST', 'hold revealing-catalogs'],
  ['SELECT * FROM performance_schema.events_statements_history', 'hold revealing-catalogs'],
  ['SHOW ENGINE INNODB STATUS', 'hold revealing-catalogs'],
  ['KILL 5', 'hold server-control'],
  ['SHUTDOWN', 'hold server-control'],
  ['FLUSH TABLES WITH READ LOCK', 'hold server-control'],
  ['CALL dark(1)', 'hold dynamic-code'],
  ['SELECT unheard_of()', 'hold unknown-function'],
  ['SELEC 1', 'hold unreadable'],
  ['SELECT 1 FROM', 'hold unreadable'],
  ['EXECUTE nothing', 'hold unreadable'],
]

const refusedByMysql: readonly (readonly [string, string])[] = [
  ['SELECT /*+ SET_VAR(foreign_key_checks=OFF) */ 1', 'hold weakening-setting'],
  ['SET PERSIST general_log = 1', 'hold lasting-setting'],
  ["SET resultset_metadata = 'NONE'", 'deny result-metadata'],
  ["CLONE LOCAL DATA DIRECTORY = '/x'", 'hold server-file-write'],
  ['RESTART', 'hold server-control'],
  ["TABLE orders INTO OUTFILE '/tmp/x'", 'hold server-file-write'],
  ["VALUES ROW(1) INTO OUTFILE '/tmp/x'", 'hold server-file-write'],
  ['EXPLAIN ANALYZE DELETE FROM orders', 'hold unfiltered-write'],
]

const refusedByMariadb: readonly (readonly [string, string])[] = [
  ['EXECUTE IMMEDIATE @sql', 'hold dynamic-code'],
  ["EXECUTE IMMEDIATE 'DELETE FROM orders'", 'hold unfiltered-write'],
  ['ANALYZE DELETE FROM orders', 'hold unfiltered-write'],
  ['/*M! DELETE FROM orders */', 'hold unfiltered-write'],
  ['BEGIN NOT ATOMIC SELECT 1; END', 'hold dynamic-code'],
  ['SET STATEMENT foreign_key_checks=0 FOR SELECT 1', 'hold weakening-setting'],
  ['CREATE OR REPLACE TABLE orders (id int)', 'hold drop'],
  ['ALTER SEQUENCE s RESTART 1', 'hold alter-loses-data'],
  ['SHOW GRANTS', 'hold revealing-catalogs'],
]

t.test('the preset lets pass what does no harm', async t => {
  for (const text of allowed) {
    t.equal(verdictOn(text, 'mysql'), 'allow', text)
    t.equal(verdictOn(text, 'mariadb'), 'allow', text)
  }
  for (const text of allowedByMysql) t.equal(verdictOn(text, 'mysql'), 'allow', text)
  for (const text of allowedByMariadb) t.equal(verdictOn(text, 'mariadb'), 'allow', text)
})

t.test('the preset holds or denies the rest, and names the rule', async t => {
  const check = (flavour: 'mysql' | 'mariadb', cases: typeof refused): void => {
    for (const [text, expected] of cases) {
      const [kind, rule = ''] = expected.split(' ')
      const verdict = verdictOn(text, flavour).split(' ')
      const seen = [verdict[0], verdict.includes(rule)]
      t.strictSame(seen, [kind, true], `${text}: ${verdict.join(' ')}`)
    }
  }
  check('mysql', refused)
  check('mariadb', refused)
  check('mysql', refusedByMysql)
  check('mariadb', refusedByMariadb)
})
