/**
 * Sequelize as applications use it: its own tables with relations, eager loading, pages,
 * transactions, upserts, soft deletes and optimistic locking. https://sequelize.org/docs/v6
 */
import { DataTypes, type Model, type ModelStatic, Op, QueryTypes, Sequelize } from 'sequelize'
import type { Place } from '../support/mysql-proxy.ts'
import { plain, type Seen, tell } from '../support/seen.ts'

interface Models {
  readonly User: ModelStatic<Model>
  readonly Profile: ModelStatic<Model>
  readonly Post: ModelStatic<Model>
  readonly Tag: ModelStatic<Model>
}

/** Children first. */
export const sequelizeTables: readonly string[] = [
  ...['sq_post_tags', 'sq_tags', 'sq_posts', 'sq_profiles', 'sq_users'],
]

export async function withSequelize(place: Place, dialect: 'postgres' | 'mysql'): Promise<unknown> {
  const { user, ...where } = place
  const db = new Sequelize({
    ...where,
    username: user,
    dialect,
    logging: false,
    pool: { min: 0, max: 3 },
    define: { underscored: true },
  })
  try {
    const seen: Seen = []
    const models = define(db, dialect)
    await tell(seen, 'authenticate', () => db.authenticate())
    await tell(seen, 'sync', async () => (await db.sync()) === db)
    await write(seen, models, dialect)
    await read(seen, models, db)
    await inTransactions(seen, models, db)
    await change(seen, models, dialect)
    if (dialect === 'postgres') await arrays(seen, models)
    await raw(seen, db)
    await describe(seen, db)
    return plain(seen)
  } finally {
    await db.close()
  }
}

function define(db: Sequelize, dialect: 'postgres' | 'mysql'): Models {
  const json = dialect === 'postgres' ? DataTypes.JSONB : DataTypes.JSON
  const User = db.define(
    'user',
    {
      email: { type: DataTypes.STRING(120), allowNull: false, unique: true },
      name: { type: DataTypes.STRING, allowNull: false },
      balance: { type: DataTypes.DECIMAL(12, 2), defaultValue: 0 },
      visits: { type: DataTypes.INTEGER, defaultValue: 0 },
      settings: json,
      born: DataTypes.DATEONLY,
      ...(dialect === 'postgres' && { labels: DataTypes.ARRAY(DataTypes.STRING) }),
    },
    { tableName: 'sq_users', paranoid: true, version: true, indexes: [{ fields: ['name'] }] },
  )
  const Profile = db.define('profile', { about: DataTypes.TEXT }, { tableName: 'sq_profiles' })
  const Post = db.define(
    'post',
    { title: DataTypes.STRING, body: DataTypes.TEXT, score: DataTypes.FLOAT },
    { tableName: 'sq_posts', defaultScope: { order: [['id', 'ASC']] } },
  )
  const Tag = db.define(
    'tag',
    { label: { type: DataTypes.STRING(40), unique: true } },
    { tableName: 'sq_tags', timestamps: false },
  )
  User.hasOne(Profile, { onDelete: 'CASCADE' })
  Profile.belongsTo(User)
  User.hasMany(Post, { as: 'posts', foreignKey: 'authorId' })
  Post.belongsTo(User, { as: 'author', foreignKey: 'authorId' })
  const through = { through: 'sq_post_tags', timestamps: false }
  Post.belongsToMany(Tag, through)
  Tag.belongsToMany(Post, through)
  return { User, Profile, Post, Tag }
}

async function write(
  seen: Seen,
  { User, Profile, Post, Tag }: Models,
  dialect: 'postgres' | 'mysql',
): Promise<void> {
  await tell(seen, 'create', () =>
    User.create({ email: 'a@x.example', name: 'Ada', settings: { theme: 'dark', n: [1, 2] } }),
  )
  await tell(seen, 'create with what belongs to it', () =>
    User.create(
      {
        ...{ email: 'b@x.example', name: "Bob O'Hara", born: '1990-02-03', balance: '12.50' },
        profile: { about: 'Reads ünïcode 🙂' },
        posts: [{ title: 'First', body: 'One', score: 1.5 }],
      },
      { include: [Profile, { model: Post, as: 'posts' }] },
    ),
  )
  await tell(seen, 'one more', () => Post.create({ title: 'Second', authorId: 2 }))
  await tell(seen, 'the same again', () => User.create({ email: 'a@x.example', name: 'Eve' }))
  const many = Array.from({ length: 120 }, (_, n) => ({
    ...{ email: `u${n}@x.example`, name: `User ${n}`, visits: n, balance: n / 4 },
  }))
  await tell(seen, 'bulkCreate', async () => (await User.bulkCreate(many)).length)
  await tell(seen, 'bulkCreate, ignoring', async () => {
    const some = many.slice(0, 5)
    return (await User.bulkCreate(some, { ignoreDuplicates: true })).length
  })
  await tell(seen, 'bulkCreate, updating', async () => {
    const updateOnDuplicate = ['name' as const, 'visits' as const]
    const some = many.slice(5, 8).map(each => ({ ...each, name: 'Again' }))
    return (await User.bulkCreate(some, { updateOnDuplicate })).length
  })
  await tell(seen, 'upsert', async () => {
    const [row] = await User.upsert({ email: 'a@x.example', name: 'Ada L.', visits: 7 })
    return row.get('email')
  })
  await tell(seen, 'findOrBuild', async () => {
    const [row, built] = await User.findOrBuild({ where: { email: 'z@x.example' } })
    return [row.get('email'), built]
  })
  // On Postgres it makes a function, which asks.
  if (dialect === 'mysql')
    await tell(seen, 'findOrCreate', async () => {
      const found = []
      for (const email of ['c@x.example', 'c@x.example']) {
        const [row, made] = await User.findOrCreate({ where: { email }, defaults: { name: "C's" } })
        found.push(row, made)
      }
      return found
    })
  await tell(seen, 'findCreateFind', async () => {
    const defaults = { name: 'Found' }
    const found = []
    for (const email of ['f@x.example', 'f@x.example']) {
      const [row, made] = await User.findCreateFind({ where: { email }, defaults })
      found.push(row.get('name'), made)
    }
    return found
  })
  await tell(seen, 'many to many', async () => {
    const tags = await Tag.bulkCreate(['red', 'green', 'blue'].map(label => ({ label })))
    const posts = await Post.findAll()
    for (const post of posts) await associated(post).addTags(tags)
    const [first] = posts
    if (first === undefined) return 'no posts'
    await associated(first).removeTag(tags[0])
    await associated(first).setTags(tags.slice(0, 2))
    return [await associated(first).countTags(), await associated(first).getTags({ order: ['id'] })]
  })
}

/** What an association adds to a model while it runs. */
interface Associated {
  addTags(tags: unknown): Promise<unknown>
  setTags(tags: unknown): Promise<unknown>
  removeTag(tag: unknown): Promise<unknown>
  countTags(): Promise<number>
  getTags(options: { order: string[] }): Promise<unknown>
}

const associated = (model: Model): Associated => model as unknown as Associated

async function read(
  seen: Seen,
  { User, Profile, Post, Tag }: Models,
  db: Sequelize,
): Promise<void> {
  const order: [string, string][] = [['id', 'ASC']]
  await tell(seen, 'findByPk', () => User.findByPk(2, { include: Profile }))
  await tell(seen, 'findOne', () => User.findOne({ where: { email: 'a@x.example' } }))
  await tell(seen, 'findAll', () =>
    User.findAll({
      where: {
        [Op.or]: [{ name: { [Op.like]: 'User 1%' } }, { visits: { [Op.between]: [50, 55] } }],
        balance: { [Op.gte]: 1 },
        email: { [Op.notIn]: ['u11@x.example', "it's@x.example"] },
        born: null,
      },
      attributes: ['id', 'email', [Sequelize.fn('upper', Sequelize.col('name')), 'loud']],
      order,
    }),
  )
  for (const offset of [0, 20, 120]) {
    await tell(seen, `page at ${offset}`, () =>
      User.findAndCountAll({ order, limit: 20, offset, attributes: ['id', 'name'] }),
    )
  }
  await tell(seen, 'eager loading', () =>
    User.findAndCountAll({
      include: [Profile, { model: Post, as: 'posts', include: [Tag] }],
      distinct: true,
      limit: 5,
      order: [
        ['id', 'ASC'],
        [{ model: Post, as: 'posts' }, 'id', 'ASC'],
        [{ model: Post, as: 'posts' }, Tag, 'id', 'ASC'],
      ],
    }),
  )
  await tell(seen, 'inner join, and separate', () =>
    User.findAll({
      include: [
        { model: Profile, required: true },
        { model: Post, as: 'posts', separate: true, order },
      ],
      subQuery: false,
      order,
    }),
  )
  await tell(seen, 'by what belongs to it', () =>
    Post.findAll({
      where: { '$author.name$': { [Op.startsWith]: 'Bob' } },
      include: [{ model: User, as: 'author', attributes: ['name'] }],
    }),
  )
  await tell(seen, 'aggregates', async () => [
    await User.count(),
    await User.count({ where: { visits: { [Op.gt]: 100 } } }),
    await User.max('visits'),
    await User.min('visits'),
    await User.sum('balance'),
    await User.aggregate('visits', 'avg', { plain: true }).then(Number),
  ])
  await tell(seen, 'groups', () =>
    Post.findAll({
      attributes: ['authorId', [Sequelize.fn('count', Sequelize.col('id')), 'posts']],
      group: ['authorId'],
      having: Sequelize.where(Sequelize.fn('count', Sequelize.col('id')), Op.gt, 1),
      order: [['authorId', 'ASC']],
      raw: true,
    }),
  )
  await tell(seen, 'a literal subquery', () =>
    User.findAll({
      attributes: {
        include: [
          [
            Sequelize.literal(
              '(SELECT COUNT(*) FROM sq_posts p WHERE p.author_id = user.id)'.replace(
                'user.id',
                db.getDialect() === 'postgres' ? '"user".id' : '`user`.id',
              ),
            ),
            'written',
          ],
        ],
      },
      order,
      limit: 3,
    }),
  )
  await tell(seen, 'JSON', () =>
    User.findAll({ where: { settings: { theme: 'dark' } }, attributes: ['id', 'settings'] }),
  )
}

async function inTransactions(seen: Seen, { User, Post }: Models, db: Sequelize): Promise<void> {
  await tell(seen, 'committed', () =>
    db.transaction(async transaction => {
      const user = await User.findByPk(2, { transaction, lock: transaction.LOCK.UPDATE })
      await user?.increment('visits', { by: 3, transaction })
      await user?.reload({ transaction })
      return user?.get('visits')
    }),
  )
  await tell(seen, 'rolled back', () =>
    db.transaction(async transaction => {
      await Post.create({ title: 'Never', authorId: 2 }, { transaction })
      throw Object.assign(new Error('back'), { code: 'BACK' })
    }),
  )
  await tell(seen, 'savepoints', () =>
    db.transaction(async outer => {
      await Post.create({ title: 'Kept', authorId: 2 }, { transaction: outer })
      const inner = db.transaction({ transaction: outer }, async transaction => {
        await Post.create({ title: 'Lost', authorId: 2 }, { transaction })
        throw new Error('only the inner one')
      })
      await inner.catch(() => undefined)
      return Post.count({ transaction: outer })
    }),
  )
  const levels = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const
  for (const isolationLevel of levels) {
    await tell(seen, isolationLevel, () =>
      db.transaction({ isolationLevel: isolationLevel as never }, async transaction => {
        const where = { id: [1, 2, 3] }
        const found = await User.findAll({ where, transaction, lock: true, skipLocked: true })
        return found.length
      }),
    )
  }
}

async function change(
  seen: Seen,
  { User, Post, Profile }: Models,
  dialect: 'postgres' | 'mysql',
): Promise<void> {
  await tell(seen, 'save', async () => {
    const user = await User.findByPk(2)
    user?.set({ name: 'Robert', settings: { theme: 'light' } })
    await user?.save()
    return user
  })
  await tell(seen, 'somebody else was first', async () => {
    const [one, other] = [await User.findByPk(3), await User.findByPk(3)]
    await one?.update({ visits: 1000 })
    return other?.update({ visits: 2000 }).catch((error: Error) => error.name)
  })
  await tell(seen, 'update', () =>
    User.update({ visits: 5 }, { where: { email: { [Op.in]: ['u1@x.example', 'u2@x.example'] } } }),
  )
  if (dialect === 'postgres') {
    await tell(seen, 'update, returning', () =>
      Post.update({ score: 9 }, { where: { authorId: 2 }, returning: true }),
    )
  }
  await tell(seen, 'decrement', async () => {
    await User.decrement({ visits: 2 }, { where: { id: 4 } })
    return (await User.findByPk(4))?.get('visits')
  })
  await tell(seen, 'soft delete', async () => {
    const [user] = await User.findAll({ where: { email: 'u9@x.example' } })
    await user?.destroy()
    const gone = await User.findByPk(Number(user?.get('id')))
    const there = await User.findByPk(Number(user?.get('id')), { paranoid: false })
    await user?.restore()
    return [gone, there?.get('email'), (await User.findByPk(Number(user?.get('id'))))?.get('email')]
  })
  await tell(seen, 'destroy', async () => [
    await Profile.destroy({ where: { userId: 2 } }),
    await User.destroy({ where: { id: { [Op.gt]: 110 } } }),
    await User.destroy({ where: { id: 5 }, force: true }),
    await User.destroy({ where: { visits: { [Op.gt]: 100 } }, limit: 2 }),
    await User.count({ paranoid: false }),
  ])
}

async function arrays(seen: Seen, { User }: Models): Promise<void> {
  await tell(seen, 'arrays', async () => {
    await User.update({ labels: ['a', "b'c", 'd,"e"'] }, { where: { id: 1 } })
    return User.findAll({
      where: { labels: { [Op.contains]: ['a'] }, settings: { [Op.contains]: { theme: 'dark' } } },
      attributes: ['id', 'labels', 'settings'],
    })
  })
  await tell(seen, 'any of them', () =>
    User.findAll({
      where: { id: { [Op.any]: [1, 2] }, labels: { [Op.overlap]: ['a', 'z'] } },
      attributes: ['id'],
    }),
  )
  await tell(seen, 'a path in JSON', () =>
    User.findAll({ where: { 'settings.n[1]': 2 }, attributes: ['id'] }).catch(() => 'not here'),
  )
}

async function raw(seen: Seen, db: Sequelize): Promise<void> {
  const text =
    'SELECT id, name FROM sq_users WHERE visits > :visits AND name LIKE :name ORDER BY id'
  await tell(seen, 'replacements', () =>
    db.query(text, { replacements: { visits: 3, name: 'U%' }, type: QueryTypes.SELECT }),
  )
  await tell(seen, 'binds', () =>
    db.query('SELECT id, name FROM sq_users WHERE id IN ($1, $2) ORDER BY id', {
      bind: [1, 2],
      type: QueryTypes.SELECT,
    }),
  )
  await tell(seen, 'wrong', () => db.query('SELECT nothing FROM sq_users'))
}

async function describe(seen: Seen, db: Sequelize): Promise<void> {
  const queries = db.getQueryInterface()
  await tell(seen, 'showAllTables', () => queries.showAllTables())
  for (const table of ['sq_users', 'sq_posts']) {
    await tell(seen, `describeTable ${table}`, () => queries.describeTable(table))
    await tell(seen, `showIndex ${table}`, () => queries.showIndex(table))
    await tell(seen, `foreign keys of ${table}`, () =>
      queries.getForeignKeyReferencesForTable(table),
    )
  }
  // Migrations that only add.
  await tell(seen, 'addColumn', () =>
    queries.addColumn('sq_tags', 'color', { type: DataTypes.STRING(20), defaultValue: 'none' }),
  )
  await tell(seen, 'addIndex', () => queries.addIndex('sq_tags', ['color']))
  await tell(seen, 'sync again', async () => (await db.sync()) === db)
}
