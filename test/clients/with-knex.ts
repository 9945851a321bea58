/** Knex as applications use it: builder, transactions, streams, and migrations that only add. */
import { once } from 'node:events'
import knex, { type Knex } from 'knex'
import type { Place } from '../support/mysql-proxy.ts'
import { plain, type Seen, tell } from '../support/seen.ts'

/** Children first. */
export const knexTables: readonly string[] = [
  ...['kx_lines', 'kx_orders', 'kx_items', 'kx_migrations', 'kx_migrations_lock'],
]

export async function withKnex(place: Place, client: 'pg' | 'mysql2'): Promise<unknown> {
  const { host, port, user, password, database } = place
  const connection = { host, port, user, password, database }
  const db = knex({
    client,
    connection: client === 'pg' ? connection : { ...connection, dateStrings: true },
    pool: { min: 0, max: 3 },
    migrations: { migrationSource: migrations, tableName: 'kx_migrations' },
  })
  try {
    const seen: Seen = []
    await tell(seen, 'migrate.latest', async () => [
      await db.migrate.latest(),
      await db.migrate.currentVersion(),
      (await db.migrate.list())[1],
      await db.migrate.latest(),
    ])
    await schema(seen, db)
    await write(seen, db, client)
    await read(seen, db)
    await transactions(seen, db)
    await change(seen, db, client)
    return plain(seen)
  } finally {
    await db.destroy()
  }
}

type Step = (db: Knex) => Promise<void>

const steps: readonly [string, Step][] = [
  [
    '001_items',
    async db => {
      await db.schema.createTable('kx_items', table => {
        table.increments('id')
        table.string('sku', 40).notNullable().unique()
        table.decimal('price', 12, 2).notNullable().defaultTo(0)
        table.json('facts')
        table.boolean('sold').defaultTo(false)
        table.timestamp('added').defaultTo('2024-02-29 12:00:00')
        table.index(['price'])
      })
      await db.schema.createTable('kx_orders', table => {
        table.increments('id')
        table.string('buyer', 60).notNullable()
        table.date('day')
      })
    },
  ],
  [
    '002_lines',
    async db => {
      await db.schema.createTable('kx_lines', table => {
        table.integer('order_id').unsigned().references('kx_orders.id').onDelete('CASCADE')
        table.integer('item_id').unsigned().references('kx_items.id')
        table.integer('many').notNullable()
        table.primary(['order_id', 'item_id'])
      })
    },
  ],
  [
    '003_more',
    async db => {
      await db.schema.alterTable('kx_items', table => {
        table.string('color', 20).defaultTo('none')
        table.index(['color', 'price'], 'kx_items_color')
      })
      // A migration that fills what it added.
      await db('kx_items').whereNull('color').update({ color: 'none' })
    },
  ],
]

const migrations: Knex.MigrationSource<string> = {
  getMigrations: async () => steps.map(([name]) => name),
  getMigrationName: name => name,
  getMigration: async name => {
    const up = steps.find(([each]) => each === name)?.[1]
    if (up === undefined) throw new Error(`there is no migration ${name}`)
    return { up, down: async () => undefined }
  },
}

async function schema(seen: Seen, db: Knex): Promise<void> {
  await tell(seen, 'has', async () => [
    await db.schema.hasTable('kx_items'),
    await db.schema.hasTable('kx_nothing'),
    await db.schema.hasColumn('kx_items', 'color'),
  ])
  await tell(seen, 'columnInfo', () => db('kx_items').columnInfo())
}

async function write(seen: Seen, db: Knex, client: 'pg' | 'mysql2'): Promise<void> {
  const items = Array.from({ length: 200 }, (_, n) => ({
    ...{ sku: `sku-${n}`, price: n / 4, facts: JSON.stringify({ n, tags: ['a', `t${n % 7}`] }) },
  }))
  await tell(seen, 'batchInsert', async () => (await db.batchInsert('kx_items', items, 60)).length)
  await tell(seen, 'insert', () =>
    db('kx_items').insert({ sku: "it's", price: '9.99' }, client === 'pg' ? ['id', 'sku'] : []),
  )
  await tell(seen, 'insert again', () => db('kx_items').insert({ sku: "it's" }))
  await tell(seen, 'onConflict merge', async () => {
    const row = { sku: 'sku-3', price: 77 }
    await db('kx_items').insert(row).onConflict('sku').merge(['price'])
    await db('kx_items').insert(row).onConflict('sku').ignore()
    return db('kx_items').where({ sku: 'sku-3' }).first('price')
  })
  await tell(seen, 'orders', async () => {
    const orders = ['Ada', 'Bob', 'Cy'].map(buyer => ({ buyer, day: '2024-03-01' }))
    await db('kx_orders').insert(orders)
    const lines = [1, 2, 3].flatMap(order_id =>
      [1, 2, 3, 4].map(item_id => ({ order_id, item_id, many: order_id * item_id })),
    )
    await db('kx_lines').insert(lines)
    return db('kx_lines').count({ many: '*' }).first()
  })
  await tell(seen, 'insert from select', async () => {
    const from = db('kx_items').select(db.raw("sku || '-copy', price")).where('id', '<', 4)
    const concat = db('kx_items').select(db.raw("concat(sku, '-copy'), price")).where('id', '<', 4)
    const into = db.raw('?? (??, ??)', ['kx_items', 'sku', 'price'])
    await db(into).insert(client === 'pg' ? from : concat)
    return db('kx_items').where('sku', 'like', '%-copy').orderBy('sku').pluck('sku')
  })
}

async function read(seen: Seen, db: Knex): Promise<void> {
  await tell(seen, 'where', () =>
    db('kx_items')
      .select('id', 'sku', { cost: 'price' })
      .where(each => each.whereIn('sku', ['sku-1', 'sku-2']).orWhereBetween('price', [10, 11]))
      .andWhereNot('sold', true)
      .whereNotNull('facts')
      .orderBy([{ column: 'price', order: 'desc' }, 'id']),
  )
  await tell(seen, 'joins', () =>
    db('kx_orders as o')
      .join('kx_lines as l', 'l.order_id', 'o.id')
      .leftJoin('kx_items as i', function on() {
        this.on('i.id', '=', 'l.item_id').andOnVal('i.sold', '=', false)
      })
      .select('o.buyer', 'i.sku', db.raw('l.many * i.price as cost'))
      .orderBy(['o.id', 'i.id']),
  )
  await tell(seen, 'aggregates', () =>
    db('kx_lines')
      .select('order_id')
      .count({ lines: '*' })
      .sum({ many: 'many' })
      .max({ most: 'many' })
      .avg({ middle: 'many' })
      .groupBy('order_id')
      .havingRaw('count(*) > ?', [2])
      .orderBy('order_id'),
  )
  await tell(seen, 'with, union, subquery, exists', async () => [
    await db
      .with('dear', db('kx_items').where('price', '>', 45))
      .select('sku')
      .from('dear')
      .orderBy('sku'),
    await db('kx_items')
      .select('sku')
      .where('id', 1)
      .unionAll([db('kx_items').select('sku').where('id', 2)]),
    await db('kx_items')
      .whereExists(db('kx_lines').whereRaw('kx_lines.item_id = kx_items.id'))
      .orderBy('id')
      .pluck('sku'),
    await db('kx_items').where('price', '>', db('kx_items').avg('price')).count({ many: '*' }),
    await db
      .withRecursive('r', ['n'], db.raw('select 1 union all select n + 1 from r where n < 5'))
      .select('n')
      .from('r'),
  ])
  await tell(seen, 'windows', () =>
    db('kx_lines')
      .select('order_id', 'item_id')
      .rank('place', window => window.partitionBy('order_id').orderBy('many', 'desc'))
      .orderBy(['order_id', 'item_id']),
  )
  for (const page of [0, 1, 2]) {
    await tell(seen, `page ${page}`, () =>
      db('kx_items')
        .orderBy('id')
        .limit(50)
        .offset(page * 50)
        .select('id', 'facts'),
    )
  }
  await tell(seen, 'stream', async () => {
    let sum = 0
    const stream = db('kx_items').orderBy('id').stream()
    stream.on('data', (row: { id: number }) => {
      sum += row.id
    })
    await once(stream, 'end')
    return sum
  })
  await tell(seen, 'raw', () =>
    db
      .raw('select ?? from ?? where id = ? or sku = :sku'.replace(':sku', '?'), [
        ...['sku', 'kx_items', 1, "it's"],
      ])
      .then(answer => (Array.isArray(answer) ? answer[0] : answer.rows)),
  )
  await tell(seen, 'wrong', () => db('kx_items').select('nothing'))
}

async function transactions(seen: Seen, db: Knex): Promise<void> {
  await tell(seen, 'committed', () =>
    db.transaction(async inside => {
      const row = await inside('kx_items').where({ id: 1 }).forUpdate().first('sku')
      await inside('kx_items').where({ id: 1 }).increment('price', 2)
      return row
    }),
  )
  await tell(seen, 'rolled back', () =>
    db.transaction(async inside => {
      await inside('kx_orders').insert({ buyer: 'Nobody' })
      throw Object.assign(new Error('back'), { code: 'BACK' })
    }),
  )
  await tell(seen, 'savepoint', () =>
    db.transaction(async outer => {
      await outer('kx_orders').where({ id: 2 }).update({ buyer: 'Robert' })
      const inner = outer.transaction(async inside => {
        await inside('kx_orders').where({ id: 2 }).update({ buyer: 'Nobody' })
        throw new Error('only the inner one')
      })
      await inner.catch(() => undefined)
      return outer('kx_orders').orderBy('id').pluck('buyer')
    }),
  )
  await tell(seen, 'serializable', () =>
    db.transaction(inside => inside('kx_items').count({ many: '*' }).first(), {
      isolationLevel: 'serializable',
    }),
  )
}

async function change(seen: Seen, db: Knex, client: 'pg' | 'mysql2'): Promise<void> {
  const returning = client === 'pg' ? ['id', 'price'] : []
  await tell(seen, 'update', () =>
    db('kx_items')
      .where({ id: 2 })
      .update({ price: db.raw('price * ?', [2]) }, returning),
  )
  await tell(seen, 'update many', () =>
    db('kx_items').whereIn('id', db('kx_lines').select('item_id')).update({ sold: true }),
  )
  await tell(seen, 'delete', async () => [
    await db('kx_lines').where({ order_id: 1, item_id: 1 }).del(),
    await db('kx_orders').where({ id: 3 }).del(),
    await db('kx_lines').count({ many: '*' }).first(),
  ])
}
