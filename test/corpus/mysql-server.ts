/** A server of MySQL or MariaDB with what the labelled statements speak of. */
import type { Connection } from 'mysql2/promise'
import { schemaOf } from './corpus.ts'

export const both = 'mysql-and-mariadb'

/** Accounts and the databases `shop` and `audit`. */
export async function fillMysql(admin: Connection): Promise<void> {
  await admin.query('SET GLOBAL log_bin_trust_function_creators = 1')
  await admin.query('CREATE USER teller')
  await admin.query('CREATE ROLE staff')
  await admin.query('CREATE DATABASE audit')
  const [before = '', routines = '', after = ''] = schemaOf(both).split(/^DELIMITER .*$/m)
  await admin.query(before)
  for (const text of routines.split('$$')) if (text.trim() !== '') await admin.query(text)
  await admin.query(after)
  await admin.query('GRANT SELECT, INSERT ON shop.orders TO teller')
}
