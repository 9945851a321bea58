/**
 * Drizzle over MySQL and MariaDB as applications use it: its migrator, relational queries, builder,
 * transactions. https://orm.drizzle.team/docs/rqb
 */
import * as d from 'drizzle-orm'
import * as c from 'drizzle-orm/mysql-core'
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2'
import { migrate } from 'drizzle-orm/mysql2/migrator'
import { createPool } from 'mysql2/promise'
import type { Place } from '../support/mysql-proxy.ts'
import { plain, type Seen, tell } from '../support/seen.ts'

/** Children first. */
export const drizzleTables: readonly string[] = [
  ...['dz_comments', 'dz_posts', 'dz_users', 'dz_migrations'],
]

const users = c.mysqlTable('dz_users', {
  id: c.int().autoincrement().primaryKey(),
  email: c.varchar({ length: 120 }).notNull().unique(),
  name: c.varchar({ length: 80 }).notNull(),
  balance: c.decimal({ precision: 12, scale: 2 }).default('0'),
  settings: c.json().$type<{ theme?: string }>(),
  joined: c.datetime({ mode: 'string' }),
  active: c.boolean().default(true),
})
const posts = c.mysqlTable(
  'dz_posts',
  {
    id: c.bigint({ mode: 'number' }).autoincrement().primaryKey(),
    authorId: c
      .int('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: c.varchar({ length: 120 }).notNull(),
    score: c.double(),
  },
  table => [c.index('dz_posts_author').on(table.authorId)],
)
const comments = c.mysqlTable('dz_comments', {
  id: c.int().autoincrement().primaryKey(),
  postId: c.bigint('post_id', { mode: 'number' }).references(() => posts.id),
  body: c.text(),
})
const schema = {
  ...{ users, posts, comments },
  usersRelations: d.relations(users, ({ many }) => ({ posts: many(posts) })),
  postsRelations: d.relations(posts, ({ one, many }) => ({
    author: one(users, { fields: [posts.authorId], references: [users.id] }),
    comments: many(comments),
  })),
  commentsRelations: d.relations(comments, ({ one }) => ({
    post: one(posts, { fields: [comments.postId], references: [posts.id] }),
  })),
}

type Database = MySql2Database<typeof schema>

/** What drizzle-kit would have generated, a file each. */
export const drizzleMigrations: readonly string[] = [
  `CREATE TABLE \`dz_users\` (
    \`id\` int AUTO_INCREMENT NOT NULL, \`email\` varchar(120) NOT NULL,
    \`name\` varchar(80) NOT NULL, \`balance\` decimal(12,2) DEFAULT '0', \`settings\` json,
    \`joined\` datetime, \`active\` boolean DEFAULT true,
    CONSTRAINT \`dz_users_id\` PRIMARY KEY(\`id\`),
    CONSTRAINT \`dz_users_email_unique\` UNIQUE(\`email\`)
  );
--> statement-breakpoint
CREATE TABLE \`dz_posts\` (
    \`id\` bigint AUTO_INCREMENT NOT NULL, \`author_id\` int NOT NULL,
    \`title\` varchar(120) NOT NULL, CONSTRAINT \`dz_posts_id\` PRIMARY KEY(\`id\`)
  );
--> statement-breakpoint
ALTER TABLE \`dz_posts\` ADD CONSTRAINT \`dz_posts_author_id_fk\` FOREIGN KEY (\`author_id\`) REFERENCES \`dz_users\`(\`id\`) ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX \`dz_posts_author\` ON \`dz_posts\` (\`author_id\`);`,
  `CREATE TABLE \`dz_comments\` (
    \`id\` int AUTO_INCREMENT NOT NULL PRIMARY KEY, \`post_id\` bigint, \`body\` text,
    FOREIGN KEY (\`post_id\`) REFERENCES \`dz_posts\` (\`id\`)
  );
--> statement-breakpoint
ALTER TABLE \`dz_posts\` ADD \`score\` double;`,
]

/** MariaDB has no LATERAL, for which Drizzle's other mode is. */
export async function withDrizzle(
  place: Place,
  flavour: 'mariadb' | 'mysql',
  migrationsFolder: string,
): Promise<unknown> {
  const pool = createPool({ ...place, connectionLimit: 3 })
  const mode = flavour === 'mariadb' ? 'planetscale' : 'default'
  const db: Database = drizzle(pool, { schema, mode })
  try {
    const seen: Seen = []
    const into = { migrationsFolder, migrationsTable: 'dz_migrations' }
    await tell(seen, 'migrate', () => migrate(db, into))
    await tell(seen, 'migrate again', () => migrate(db, into))
    await write(seen, db)
    await read(seen, db)
    await related(seen, db)
    await transactions(seen, db)
    await change(seen, db)
    return plain(seen)
  } finally {
    await pool.end()
  }
}

async function write(seen: Seen, db: Database): Promise<void> {
  await tell(seen, 'insert', () =>
    db
      .insert(users)
      .values([
        { email: 'a@x.example', name: 'Ada', settings: { theme: 'dark' } },
        { email: 'b@x.example', name: "Bob O'Hara", balance: '12.50' },
        { email: 'c@x.example', name: 'Cy 🙂', joined: '2024-02-29 12:00:00', active: false },
      ])
      .$returningId(),
  )
  await tell(seen, 'insert many', async () => {
    const many = Array.from({ length: 90 }, (_, n) => ({
      ...{ authorId: 1 + (n % 3), title: `Post ${n}`, score: n / 8 },
    }))
    await db.insert(posts).values(many)
    const said = many.map((_, n) => ({ postId: 1 + (n % 10), body: `Comment ${n}` }))
    return (await db.insert(comments).values(said).$returningId()).length
  })
  await tell(seen, 'the same again', () =>
    db.insert(users).values({ email: 'a@x.example', name: 'Eve' }),
  )
  await tell(seen, 'upserts', async () => {
    const row = { email: 'a@x.example', name: 'Ada L.' }
    await db.insert(users).ignore().values(row)
    const set = { name: d.sql`values(${users.name})`, balance: d.sql`${users.balance} + 1` }
    await db.insert(users).values(row).onDuplicateKeyUpdate({ set })
    return db.select().from(users).where(d.eq(users.email, 'a@x.example'))
  })
}

async function read(seen: Seen, db: Database): Promise<void> {
  await tell(seen, 'where', () =>
    db
      .select({ id: users.id, loud: d.sql<string>`upper(${users.name})` })
      .from(users)
      .where(
        d.and(
          d.or(d.like(users.name, 'A%'), d.inArray(users.id, [2, 3])),
          d.isNull(users.joined),
          d.notInArray(users.email, ["it's"]),
          d.between(users.id, 1, 100),
        ),
      )
      .orderBy(d.asc(users.id)),
  )
  await tell(seen, 'JSON', () =>
    db
      .select({ theme: d.sql`json_unquote(json_extract(${users.settings}, '$.theme'))` })
      .from(users)
      .where(d.sql`json_contains(${users.settings}, '"dark"', '$.theme')`),
  )
  await tell(seen, 'joins', () =>
    db
      .select()
      .from(posts)
      .innerJoin(users, d.eq(users.id, posts.authorId))
      .leftJoin(comments, d.eq(comments.postId, posts.id))
      .orderBy(d.desc(posts.score), comments.id)
      .limit(7)
      .offset(2),
  )
  await tell(seen, 'aggregates', () =>
    db
      .select({
        ...{ authorId: posts.authorId, many: d.count(), best: d.max(posts.score) },
        ...{ all: d.sum(posts.score), distinct: d.countDistinct(posts.title) },
      })
      .from(posts)
      .groupBy(posts.authorId)
      .having(({ many }) => d.gt(many, 5))
      .orderBy(posts.authorId),
  )
  await tell(seen, 'with, union, exists', async () => {
    const top = db
      .$with('top')
      .as(db.select({ id: posts.id, title: posts.title }).from(posts).where(d.gt(posts.score, 10)))
    const one = db.select({ name: users.name }).from(users).where(d.eq(users.id, 1))
    const two = db.select({ name: users.name }).from(users).where(d.eq(users.id, 2))
    const own = db.select().from(posts).where(d.eq(posts.authorId, users.id))
    return [
      await db.with(top).select().from(top).orderBy(top.id),
      await c.unionAll(one, two),
      await db.select({ id: users.id }).from(users).where(d.exists(own)).orderBy(users.id),
      await db.$count(posts, d.gt(posts.score, 1)),
    ]
  })
  const byId = db
    .select()
    .from(users)
    .where(d.eq(users.id, d.sql.placeholder('id')))
    .prepare()
  for (const id of [1, 2, 3, 4]) await tell(seen, `prepared ${id}`, () => byId.execute({ id }))
  await tell(seen, 'iterator', async () => {
    let sum = 0
    const rows = db.select({ id: posts.id }).from(posts).prepare().iterator()
    for await (const { id } of rows) sum += id
    return sum
  })
  await tell(seen, 'raw', async () => {
    const [rows] = await db.execute(d.sql`SELECT title FROM ${posts} WHERE id = ${7}`)
    return rows
  })
  await tell(seen, 'wrong', () => db.execute(d.sql`SELECT nothing FROM dz_users`))
}

async function related(seen: Seen, db: Database): Promise<void> {
  await tell(seen, 'findMany with', () =>
    db.query.users.findMany({
      columns: { id: true, name: true, settings: true },
      with: {
        posts: {
          columns: { authorId: false },
          with: { comments: { orderBy: comments.id } },
          orderBy: d.desc(posts.id),
        },
      },
      orderBy: users.id,
    }),
  )
  await tell(seen, 'findFirst', () =>
    db.query.posts.findFirst({
      where: d.and(d.eq(posts.authorId, 2), d.gt(posts.score, 2)),
      with: { author: true },
      extras: { loud: d.sql<string>`upper(${posts.title})`.as('loud') },
      orderBy: posts.id,
    }),
  )
  for (const offset of [0, 30, 60]) {
    await tell(seen, `page at ${offset}`, () =>
      db.query.posts.findMany({ with: { author: true }, orderBy: posts.id, limit: 30, offset }),
    )
  }
}

async function transactions(seen: Seen, db: Database): Promise<void> {
  await tell(seen, 'committed', () =>
    db.transaction(
      async inside => {
        const [row] = await inside.select().from(users).where(d.eq(users.id, 2)).for('update')
        await inside.update(users).set({ name: 'Robert' }).where(d.eq(users.id, 2))
        return row
      },
      { isolationLevel: 'repeatable read', withConsistentSnapshot: true },
    ),
  )
  await tell(seen, 'rolled back', () =>
    db.transaction(async inside => {
      await inside.delete(comments).where(d.eq(comments.postId, 1))
      inside.rollback()
    }),
  )
  await tell(seen, 'savepoints', () =>
    db.transaction(async outer => {
      await outer.insert(posts).values({ authorId: 1, title: 'Kept' })
      const inner = outer.transaction(async inside => {
        await inside.insert(posts).values({ authorId: 1, title: 'Lost' })
        throw new Error('only the inner one')
      })
      await inner.catch(() => undefined)
      return outer.$count(posts)
    }),
  )
}

async function change(seen: Seen, db: Database): Promise<void> {
  const doubled = { score: d.sql`${posts.score} * 2`, title: 'Changed' }
  await tell(seen, 'update', () =>
    db
      .update(posts)
      .set(doubled)
      .where(d.inArray(posts.id, [5, 6]))
      .orderBy(posts.id)
      .limit(2),
  )
  await tell(seen, 'delete', async () => [
    await db.delete(comments).where(d.eq(comments.postId, 3)),
    await db.delete(users).where(d.and(d.eq(users.id, 3), d.eq(users.name, 'Nobody'))),
    await db.$count(comments),
  ])
}
