/**
 * Columns that masked values were moved to: kept in the state, so that they stay masked after a
 * restart and on every node, until somebody removes them.
 */
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'

export interface DerivedColumnFacts {
  readonly database: string
  /** Empty: any; so are those of the next two. */
  readonly schema: string
  readonly table: string
  readonly column: string
  /** Of a JSON document; empty: all of it. */
  readonly path: string
  readonly rule: string
  readonly copy: boolean
}

export interface DerivedColumnRow extends DerivedColumnFacts {
  /** Always the same for the same facts. */
  readonly id: string
  /** Who ran the statement that moved them first. */
  readonly by: string
  readonly at: Date
}

export class DerivedColumns {
  readonly #db: Kysely<Tables>

  constructor(db: Kysely<Tables>) {
    this.#db = db
  }

  /** Oldest first. */
  async list(): Promise<readonly DerivedColumnRow[]> {
    const rows = await this.#db
      .selectFrom('derived_columns')
      .selectAll()
      .orderBy('moved_at')
      .orderBy('id')
      .execute()
    return rows.map(({ id, facts, moved_by, moved_at }) => ({
      ...(JSON.parse(facts) as DerivedColumnFacts),
      ...{ id, by: moved_by, at: new Date(moved_at) },
    }))
  }

  /** Those that are there already stay as they are. Resolves when all of them are stored. */
  async add(columns: readonly DerivedColumnFacts[], by: string, at: Date): Promise<void> {
    const rows = columns.map(facts => ({
      ...{ id: derivedColumnId(facts), facts: JSON.stringify(plainFacts(facts)) },
      ...{ moved_by: by, moved_at: at.getTime() },
    }))
    if (rows.length === 0) return
    await this.#db
      .insertInto('derived_columns')
      .values(rows)
      .onConflict(conflict => conflict.doNothing())
      .execute()
  }

  /** Whether it was there. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('derived_columns')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows === 1n
  }
}

export function derivedColumnId(facts: DerivedColumnFacts): string {
  const text = JSON.stringify(Object.values(plainFacts(facts)))
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** In one order, and nothing else. */
function plainFacts(facts: DerivedColumnFacts): DerivedColumnFacts {
  const { database, schema, table, column, path, rule, copy } = facts
  return { database, schema, table, column, path, rule, copy }
}
