/**
 * The columns of what the server tells about itself, which differ by flavour and version: asked once
 * by running it. None of these holds a value of a table.
 * https://dev.mysql.com/doc/refman/9.7/en/show.html
 */

/** By what stands behind SHOW in lower case, `explain` and `analyze`. */
export function answerTexts(flavour: 'mysql' | 'mariadb'): ReadonlyMap<string, string> {
  const none = "LIKE 'countersign'"
  const table = 'information_schema.SCHEMATA'
  const texts = new Map([
    ['tables', `SHOW TABLES FROM information_schema ${none}`],
    ['full tables', `SHOW FULL TABLES FROM information_schema ${none}`],
    ['databases', `SHOW DATABASES ${none}`],
    ['columns', `SHOW COLUMNS FROM ${table} ${none}`],
    ['full columns', `SHOW FULL COLUMNS FROM ${table} ${none}`],
    ['index', `SHOW INDEX FROM ${table}`],
    ['table status', `SHOW TABLE STATUS FROM information_schema ${none}`],
    ['open tables', `SHOW OPEN TABLES FROM information_schema ${none}`],
    ['variables', `SHOW VARIABLES ${none}`],
    ['status', `SHOW STATUS ${none}`],
    ['engines', 'SHOW ENGINES'],
    ['plugins', 'SHOW PLUGINS'],
    ['privileges', 'SHOW PRIVILEGES'],
    ['collation', `SHOW COLLATION ${none}`],
    ['character set', `SHOW CHARACTER SET ${none}`],
    ['triggers', `SHOW TRIGGERS FROM information_schema ${none}`],
    ['events', `SHOW EVENTS FROM information_schema ${none}`],
    ['procedure status', `SHOW PROCEDURE STATUS ${none}`],
    ['function status', `SHOW FUNCTION STATUS ${none}`],
    ['grants', 'SHOW GRANTS'],
    ['count(*) warnings', 'SHOW COUNT(*) WARNINGS'],
    ['count(*) errors', 'SHOW COUNT(*) ERRORS'],
    ['binary logs', 'SHOW BINARY LOGS'],
    // What it gives without a FORMAT is a setting of MySQL.
    ['explain default', 'EXPLAIN SELECT 1'],
  ])
  if (flavour === 'mysql') {
    texts.set('explain', 'EXPLAIN FORMAT=TRADITIONAL SELECT 1')
    texts.set('binary log status', 'SHOW BINARY LOG STATUS')
  } else {
    texts.set('explain', 'EXPLAIN SELECT 1')
    texts.set('explain extended', 'EXPLAIN EXTENDED SELECT 1')
    texts.set('explain partitions', 'EXPLAIN PARTITIONS SELECT 1')
    texts.set('analyze', 'ANALYZE SELECT 1')
    texts.set('master status', 'SHOW MASTER STATUS')
    texts.set('package status', `SHOW PACKAGE STATUS ${none}`)
    texts.set('package body status', `SHOW PACKAGE BODY STATUS ${none}`)
  }
  return texts
}
