/** A server of MySQL or MariaDB with what the labelled statements speak of. */
import type { Connection } from 'mysql2/promise'
import { schemaOf } from './corpus.ts'

export const both = 'mysql-and-mariadb'

/** Accounts and the databases `shop` and `audit`. */
export async function fillMysql(admin: Connection): Promise<void> {
  await admin.query('SET GLOBAL log_bin_trust_function_creators = 1')
  await admin.query('CREATE USER teller')
  await admin.query('CREATE ROLE staff')
  await makeDatabases(admin)
  await admin.query('GRANT SELECT, INSERT ON shop.orders TO teller')
}

/** Both databases as they are in the beginning, whatever there was. */
export async function makeDatabases(admin: Connection): Promise<void> {
  const [before = '', routines = '', after = ''] = schemaOf(both).split(/^DELIMITER .*$/m)
  await admin.query(
    'DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS audit; CREATE DATABASE shop; CREATE DATABASE audit; USE shop',
  )
  await admin.query(before)
  for (const text of routines.split('$$')) if (text.trim() !== '') await admin.query(text)
  await admin.query(after)
}
