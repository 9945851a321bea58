/**
 * Drizzle over Postgres as applications use it: its migrator, relational queries (lateral joins
 * over JSON aggregates), builder, transactions. https://orm.drizzle.team/docs/rqb
 */
import * as d from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import * as c from 'drizzle-orm/pg-core'
import pg from 'pg'
import type { Place } from '../support/mysql-proxy.ts'
import { plain, type Seen, tell } from '../support/seen.ts'

/** Children first. */
export const drizzleTables: readonly string[] = [
  ...['dz_comments', 'dz_posts', 'dz_users', 'dz_migrations'],
]

const users = c.pgTable('dz_users', {
  id: c.serial().primaryKey(),
  email: c.varchar({ length: 120 }).notNull().unique(),
  name: c.text().notNull(),
  balance: c.numeric({ precision: 12, scale: 2 }).default('0'),
  settings: c.jsonb().$type<{ theme?: string }>(),
  labels: c.text().array(),
  joined: c.timestamp({ withTimezone: true, mode: 'string' }),
  invitedBy: c.integer('invited_by').references((): c.AnyPgColumn => users.id),
})
const posts = c.pgTable(
  'dz_posts',
  {
    id: c.bigserial({ mode: 'number' }).primaryKey(),
    authorId: c
      .integer('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    title: c.text().notNull(),
    score: c.doublePrecision(),
  },
  table => [c.index('dz_posts_author').on(table.authorId)],
)
const comments = c.pgTable('dz_comments', {
  id: c.serial().primaryKey(),
  postId: c.bigint('post_id', { mode: 'number' }).references(() => posts.id),
  body: c.text(),
})
const schema = {
  ...{ users, posts, comments },
  usersRelations: d.relations(users, ({ one, many }) => ({
    inviter: one(users, { fields: [users.invitedBy], references: [users.id] }),
    posts: many(posts),
  })),
  postsRelations: d.relations(posts, ({ one, many }) => ({
    author: one(users, { fields: [posts.authorId], references: [users.id] }),
    comments: many(comments),
  })),
  commentsRelations: d.relations(comments, ({ one }) => ({
    post: one(posts, { fields: [comments.postId], references: [posts.id] }),
  })),
}

type Database = NodePgDatabase<typeof schema>

/** What drizzle-kit would have generated, a file each. */
export const drizzleMigrations: readonly string[] = [
  `CREATE TABLE "dz_users" (
    "id" serial PRIMARY KEY NOT NULL, "email" varchar(120) NOT NULL, "name" text NOT NULL,
    "balance" numeric(12, 2) DEFAULT '0', "settings" jsonb, "labels" text[],
    "joined" timestamp with time zone, "invited_by" integer,
    CONSTRAINT "dz_users_email_unique" UNIQUE("email")
  );
--> statement-breakpoint
CREATE TABLE "dz_posts" (
    "id" bigserial PRIMARY KEY NOT NULL, "author_id" integer NOT NULL, "title" text NOT NULL
  );
--> statement-breakpoint
ALTER TABLE "dz_users" ADD CONSTRAINT "dz_users_invited_by_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."dz_users"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "dz_posts" ADD CONSTRAINT "dz_posts_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."dz_users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "dz_posts_author" ON "dz_posts" USING btree ("author_id");`,
  `CREATE TABLE IF NOT EXISTS "dz_comments" (
    "id" serial PRIMARY KEY NOT NULL, "post_id" bigint REFERENCES "dz_posts" ("id"), "body" text
  );
--> statement-breakpoint
ALTER TABLE "dz_posts" ADD COLUMN "score" double precision;`,
]

export async function withDrizzle(place: Place, migrationsFolder: string): Promise<unknown> {
  const pool = new pg.Pool({ ...place, max: 3 })
  const db = drizzle(pool, { schema })
  try {
    const seen: Seen = []
    const into = { migrationsFolder, migrationsTable: 'dz_migrations', migrationsSchema: 'public' }
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
  await tell(seen, 'insert returning', () =>
    db
      .insert(users)
      .values([
        { email: 'a@x.example', name: 'Ada', settings: { theme: 'dark' }, labels: ['a', "b'c"] },
        { email: 'b@x.example', name: "Bob O'Hara", balance: '12.50', invitedBy: 1 },
        { email: 'c@x.example', name: 'Cy 🙂', joined: '2024-02-29 12:00:00+00', invitedBy: 1 },
      ])
      .returning(),
  )
  await tell(seen, 'insert many', async () => {
    const many = Array.from({ length: 90 }, (_, n) => ({
      ...{ authorId: 1 + (n % 3), title: `Post ${n}`, score: n / 8 },
    }))
    await db.insert(posts).values(many)
    const said = many.map((_, n) => ({ postId: 1 + (n % 10), body: `Comment ${n}` }))
    return (await db.insert(comments).values(said).returning({ id: comments.id })).length
  })
  await tell(seen, 'the same again', () =>
    db.insert(users).values({ email: 'a@x.example', name: 'Eve' }),
  )
  await tell(seen, 'upserts', async () => {
    const row = { email: 'a@x.example', name: 'Ada L.' }
    await db.insert(users).values(row).onConflictDoNothing({ target: users.email })
    return db
      .insert(users)
      .values(row)
      .onConflictDoUpdate({
        target: users.email,
        set: { name: d.sql`excluded.name`, balance: d.sql`${users.balance} + 1` },
        setWhere: d.ne(users.name, 'Nobody'),
      })
      .returning()
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
  await tell(seen, 'arrays and JSON', () =>
    db
      .select({ id: users.id, theme: d.sql`${users.settings} ->> 'theme'` })
      .from(users)
      .where(d.and(d.arrayContains(users.labels, ['a']), d.sql`${users.settings} ? 'theme'`)),
  )
  const inviter = c.alias(users, 'inviter')
  await tell(seen, 'joins', () =>
    db
      .select()
      .from(posts)
      .innerJoin(users, d.eq(users.id, posts.authorId))
      .leftJoin(inviter, d.eq(inviter.id, users.invitedBy))
      .orderBy(d.desc(posts.score), posts.id)
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
      await db.selectDistinctOn([posts.authorId]).from(posts).orderBy(posts.authorId, posts.id),
    ]
  })
  const byId = db
    .select()
    .from(users)
    .where(d.eq(users.id, d.sql.placeholder('id')))
    .prepare('dz')
  for (const id of [1, 2, 3, 4]) await tell(seen, `prepared ${id}`, () => byId.execute({ id }))
  await tell(seen, 'raw', async () => {
    const { rows } = await db.execute(d.sql`SELECT title FROM ${posts} WHERE id = ${7}`)
    return rows
  })
  await tell(seen, 'wrong', () => db.execute(d.sql`SELECT nothing FROM dz_users`))
}

async function related(seen: Seen, db: Database): Promise<void> {
  await tell(seen, 'findMany with', () =>
    db.query.users.findMany({
      columns: { id: true, name: true, settings: true },
      with: {
        inviter: { columns: { name: true } },
        posts: {
          columns: { authorId: false },
          with: { comments: { orderBy: comments.id } },
          orderBy: d.desc(posts.id),
          limit: 3,
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
      { isolationLevel: 'repeatable read', accessMode: 'read write' },
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
  await tell(seen, 'update returning', () =>
    db
      .update(posts)
      .set({ score: d.sql`${posts.score} * 2`, title: 'Changed' })
      .where(d.inArray(posts.id, [5, 6]))
      .returning(),
  )
  await tell(seen, 'update from', () =>
    db
      .update(posts)
      .set({ title: d.sql`${users.name}` })
      .from(users)
      .where(d.and(d.eq(users.id, posts.authorId), d.eq(posts.id, 9)))
      .returning({ title: posts.title }),
  )
  await tell(seen, 'delete returning', async () => [
    await db.delete(comments).where(d.eq(comments.postId, 3)).returning({ id: comments.id }),
    await db
      .delete(users)
      .where(d.and(d.eq(users.id, 3), d.eq(users.name, 'Nobody')))
      .returning(),
    await db.$count(comments),
  ])
}
