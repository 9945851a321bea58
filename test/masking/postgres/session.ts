/** Cursors, prepared statements, COPY: rows that come some other way than as the answer of a query. */
import { type Family, lines } from './family.ts'

function cursor(query: string, ...after: readonly string[]): string[] {
  return ['BEGIN', `DECLARE c ${query}`, ...after, 'ROLLBACK']
}

export const cursors: Family = {
  name: 'cursors and prepared statements',
  attacks: [
    cursor('CURSOR FOR SELECT * FROM customers', 'FETCH 5 FROM c'),
    cursor('CURSOR FOR SELECT email AS id FROM customers', 'FETCH c'),
    cursor(
      'SCROLL CURSOR FOR SELECT email FROM customers',
      'FETCH LAST FROM c',
      'FETCH FIRST FROM c',
    ),
    cursor(
      'SCROLL CURSOR FOR SELECT email FROM customers',
      'MOVE FORWARD ALL IN c',
      'FETCH BACKWARD 2 FROM c',
    ),
    cursor(
      'SCROLL CURSOR FOR SELECT email FROM customers',
      'FETCH ABSOLUTE 2 FROM c',
      'FETCH RELATIVE 1 FROM c',
      'FETCH PRIOR FROM c',
    ),
    cursor(
      'SCROLL CURSOR FOR SELECT email FROM customers',
      'FETCH ABSOLUTE -1 FROM c',
      'FETCH BACKWARD ALL FROM c',
    ),
    cursor('BINARY CURSOR FOR SELECT email, score FROM customers', 'FETCH ALL FROM c'),
    cursor('CURSOR FOR SELECT c FROM customers c', 'FETCH 1 FROM c'),
    cursor(
      'CURSOR FOR SELECT email FROM customers FOR UPDATE',
      'FETCH 1 FROM c',
      'UPDATE customers SET active = true WHERE CURRENT OF c RETURNING email',
    ),
    cursor(
      'CURSOR FOR SELECT id FROM customers',
      'FETCH 1 FROM c',
      'UPDATE customers SET name = email WHERE CURRENT OF c RETURNING name',
    ),
    cursor(
      'CURSOR FOR SELECT 1 AS email',
      'CLOSE c',
      'DECLARE c CURSOR FOR SELECT email FROM customers',
      'FETCH c',
    ),
    cursor(
      'CURSOR FOR SELECT 1 AS email',
      'SAVEPOINT s',
      'CLOSE c',
      'DECLARE c CURSOR FOR SELECT email FROM customers',
      'FETCH c',
    ),
    ['DECLARE c CURSOR WITH HOLD FOR SELECT email FROM customers', 'FETCH ALL FROM c', 'CLOSE ALL'],
    [
      'DECLARE c CURSOR WITH HOLD FOR SELECT email FROM customers',
      'SET search_path = other',
      'FETCH ALL FROM c',
    ],
    ['BEGIN', 'DECLARE "C""x" CURSOR FOR SELECT email FROM customers', 'FETCH "C""x"', 'ROLLBACK'],
    ['BEGIN', 'SELECT pl_cursor()', 'FETCH ALL FROM opened', 'ROLLBACK'],
    [
      'BEGIN',
      'SELECT pl_cursor()',
      `SELECT * FROM cursor_to_xml('opened', 10, true, true, '')`,
      'ROLLBACK',
    ],
    cursor(
      'CURSOR FOR SELECT email FROM customers',
      `SELECT cursor_to_xml('c', 10, true, true, '')`,
    ),
    ['PREPARE p AS SELECT email FROM customers', 'EXECUTE p', 'DEALLOCATE p'],
    ['PREPARE p (int) AS SELECT email AS id FROM customers WHERE id = $1', 'EXECUTE p (1)'],
    [
      'PREPARE p (text) AS SELECT $1',
      `EXECUTE p ((SELECT max(email) FROM customers))`,
      'EXECUTE p (sql_mail(1))',
    ],
    ['PREPARE p (text) AS SELECT $1 || $1', 'EXECUTE p (pl_mail(1))'],
    [
      'PREPARE p AS SELECT 1 AS x',
      'DEALLOCATE p',
      'PREPARE p AS SELECT email AS x FROM customers',
      'EXECUTE p',
    ],
    ['PREPARE p AS SELECT email FROM customers', 'SET search_path = public, other', 'EXECUTE p'],
    [
      'PREPARE p AS TABLE shadow',
      'BEGIN',
      'ALTER TABLE shadow RENAME TO shadow2',
      'SELECT 1',
      'ROLLBACK',
      'PREPARE q AS TABLE customers',
      'EXECUTE q',
    ],
    [
      'PREPARE p AS UPDATE customers SET active = true WHERE id = $1 RETURNING email',
      'EXECUTE p (1)',
    ],
    ['PREPARE p AS SELECT email FROM customers', 'EXPLAIN (COSTS off) EXECUTE p', 'EXECUTE p'],
    ['PREPARE "P" AS SELECT email FROM customers', 'PREPARE p AS SELECT 1', 'EXECUTE "P"'],
    'BEGIN; DECLARE c CURSOR FOR SELECT * FROM customers; FETCH 5 FROM c; COMMIT',
    'PREPARE p AS SELECT email FROM customers; EXECUTE p; DEALLOCATE p',
    'SELECT 1; SELECT email FROM customers; SELECT 2',
    'SELECT 1 AS email; ; SELECT email AS x FROM customers',
    'SET search_path = other; SET search_path = public; SELECT email FROM customers',
    'CREATE TEMP TABLE m AS SELECT email AS x FROM customers; SELECT x FROM m',
    '/* SELECT 1 */ SELECT /* x */ email -- y\n FROM customers',
    'SELECT email /* /* nested */ */ FROM customers',
    'SELECT "email"FROM"customers"',
  ],
}

export const copies: Family = {
  name: 'COPY',
  attacks: lines(`
COPY customers TO STDOUT
COPY customers (email) TO STDOUT
COPY customers (ssn, email, id) TO STDOUT
COPY public.customers TO STDOUT (FORMAT csv, HEADER)
COPY customers TO STDOUT (FORMAT csv, FORCE_QUOTE *)
COPY customers TO STDOUT (FORMAT binary)
COPY customers TO STDOUT WITH BINARY
COPY BINARY customers TO STDOUT
COPY customers TO STDOUT DELIMITER '|' NULL 'x'
COPY customers TO STDOUT (DELIMITER '@')
COPY customers TO STDOUT (DELIMITER 'c', FORMAT csv)
COPY customers TO STDOUT (FORMAT csv, QUOTE 'c', ESCAPE 'a')
COPY customers TO STDOUT (FORMAT csv, DELIMITER E'\\t', QUOTE '@')
COPY customers TO STDOUT (ENCODING 'latin1')
COPY customers TO STDOUT (ENCODING 'utf8', FORMAT csv)
COPY customers TO STDOUT CSV QUOTE '1'
COPY (TABLE customers) TO STDOUT
COPY (SELECT email AS id FROM customers) TO STDOUT
COPY (SELECT c FROM customers c) TO STDOUT
COPY (SELECT to_jsonb(c) FROM customers c) TO STDOUT (FORMAT csv)
COPY (SELECT upper(email), id FROM customers) TO STDOUT (FORMAT binary)
COPY (VALUES ((SELECT max(email) FROM customers))) TO STDOUT
COPY (WITH x AS (SELECT email FROM customers) SELECT * FROM x) TO STDOUT
COPY (SELECT * FROM contacts) TO STDOUT
COPY (UPDATE customers SET active = true WHERE id = 1 RETURNING *) TO STDOUT
COPY (UPDATE customers SET name = email WHERE id = 1 RETURNING name) TO STDOUT
COPY (DELETE FROM referring WHERE note = 'note 1' RETURNING mail) TO STDOUT
COPY (SELECT sql_mail(1), pl_mail(1)) TO STDOUT
COPY (SELECT * FROM vault) TO STDOUT
COPY vault TO STDOUT
COPY vault (words_s, who_s, tags_s, doc_s) TO STDOUT (FORMAT csv)
COPY kept TO STDOUT
COPY (TABLE kept) TO STDOUT
COPY referring TO STDOUT
COPY events_rest TO STDOUT
COPY (TABLE events) TO STDOUT
COPY parent TO STDOUT
COPY child TO STDOUT
COPY copied TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (note))
`),
}
