/** The catalog over which the effects' corpus for MySQL speaks, and effects in short. */

import type { RawCatalog, Row } from '../../../../protocols/mysql/catalog/queries.ts'
import { Snapshot } from '../../../../protocols/mysql/catalog/snapshot.ts'
import { lexerFor } from '../../../../protocols/mysql/catalog/sql-modes.ts'
import type { CatalogSnapshot, ServerFacts } from '../../../../protocols/mysql/catalog.ts'
import { type Names, noObjects } from '../../../../protocols/mysql/sql/names.ts'
import type { Effect } from '../../../../protocols/protocol.ts'

const tables: Readonly<Record<string, readonly string[]>> = {
  'shop.customers': ['id', 'name', 'email', 'city'],
  'shop.orders': ['id', 'customer_id', 'total', 'note'],
  'shop.staging': ['id', 'name'],
  'shop.watched': ['id', 'amount'],
  'shop.counters': ['name', 'n'],
  'shop.items': ['id', 'order_id'],
  'shop.parts': ['id', 'line_id'],
  'audit.log': ['id', 'who', 'what'],
}

const views: Readonly<Record<string, string>> = {
  'shop.contacts':
    'select `shop`.`customers`.`id` AS `id`,`shop`.`customers`.`email` AS `email` from `shop`.`customers`',
  'shop.busy':
    'select `c`.`id` AS `id` from (`shop`.`contacts` `c` join `shop`.`orders` `o` on((`o`.`customer_id` = `c`.`id`)))',
  'shop.hidden': '',
}

const routines: readonly (readonly [kind: string, name: string, body: string])[] = [
  ['FUNCTION', 'shop.twice', 'RETURN x * 2'],
  ['FUNCTION', 'shop.mail_of', 'RETURN (SELECT email FROM customers WHERE id = x)'],
  ['FUNCTION', 'shop.unseen', ''],
  ['PROCEDURE', 'shop.report', 'BEGIN SELECT email FROM customers; END'],
  [
    'PROCEDURE',
    'shop.wipe',
    `BEGIN
      DECLARE n INT DEFAULT (SELECT COUNT(*) FROM staging);
      DECLARE EXIT HANDLER FOR SQLSTATE '42000', NOT FOUND ROLLBACK;
      again: WHILE n > 0 DO
        IF n > CASE WHEN x THEN 1 ELSE 2 END THEN SET n = n - 1;
        ELSE DELETE FROM orders; LEAVE again;
        END IF;
      END WHILE again;
    END`,
  ],
  ['PROCEDURE', 'shop.dark', 'BEGIN PREPARE s FROM @sql; EXECUTE s; END'],
  ['PROCEDURE', 'shop.loop', 'CALL loop()'],
]

const triggers: readonly Row[] = [
  [
    'shop',
    'keep',
    'DELETE',
    'watched',
    '',
    'BEGIN INSERT INTO audit.log(who) VALUES (OLD.id); UPDATE counters SET n = n + 1; END',
  ],
  ['shop', 'round', 'INSERT', 'watched', '', 'SET NEW.amount = round(NEW.amount)'],
]

const foreignKeys: readonly Row[] = [
  ['shop', 'of', 'items', 'order_id', 'shop', 'orders', 'id', 'CASCADE', 'CASCADE'],
  ['shop', 'in', 'parts', 'line_id', 'shop', 'items', 'id', 'NO ACTION', 'SET NULL'],
  ['shop', 'by', 'orders', 'customer_id', 'shop', 'customers', 'id', 'RESTRICT', 'RESTRICT'],
]

function catalogOf(flavour: ServerFacts['flavour']): CatalogSnapshot {
  const all = [...Object.keys(tables), ...Object.keys(views)]
  const raw: RawCatalog = {
    databases: [['shop'], ['audit']],
    relations: all.map((name): Row => [...split(name), name in tables ? 'BASE TABLE' : 'VIEW']),
    columns: Object.entries(tables).flatMap(([name, columns]) =>
      columns.map((column): Row => [...split(name), column, 'varchar(50)', '', null]),
    ),
    views: Object.entries(views).map(([name, text]): Row => [...split(name), text]),
    routines: routines.map(([kind, name, body]): Row => {
      const rest = ['SQL', 'SQL', 'NO', 'READS SQL DATA', 'DEFINER', '', body]
      return [...split(name), kind, ...rest]
    }),
    parameters: routines.map(([kind, name]): Row => [...split(name), kind, 'x', 'IN']),
    triggers,
    foreignKeys,
  }
  const version = flavour === 'mysql' ? 90704 : 101106
  const server = { flavour, version, lowerCaseTableNames: 0, answers: new Map() }
  return new Snapshot(1, server, [raw])
}

function split(name: string): readonly [string, string] {
  const dot = name.indexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
}

const catalogs = { mysql: catalogOf('mysql'), mariadb: catalogOf('mariadb') }

export function namesOf(
  flavour: ServerFacts['flavour'] = 'mysql',
  sqlMode = '',
  database: string | undefined = 'shop',
): Names {
  const catalog = catalogs[flavour]
  const lexer = lexerFor(catalog.server, sqlMode)
  return { catalog, database, lexer, user: 'app', session: noObjects, version: 1 }
}

/** `delete! table shop.orders (replace)`; `!` marks a write that nothing narrows. */
export function show({ kind, object, unfiltered, detail }: Effect): string {
  const { type, schema, name } = object ?? {}
  const named = object && `${type} ${schema === undefined ? '' : `${schema}.`}${name}`
  const parts = [`${kind}${unfiltered ? '!' : ''}`, named, detail && `(${detail})`]
  return parts.filter(part => part !== undefined).join(' ')
}
