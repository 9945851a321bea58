import t from 'tap'
import type { Query, Select, Statement } from '../../../../protocols/mysql/sql/ast.ts'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import { corpus, type Flavour, lexerOptions } from './corpus.ts'

function read(text: string, flavour: Flavour = 'mysql'): Statement {
  const parsed = parse(text, lexerOptions(flavour))
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.position}: ${text}`)
  const [only] = parsed.statements
  if (only === undefined || parsed.statements.length !== 1) throw new Error('not one statement')
  return only.node
}

function selectOf(text: string, flavour: Flavour = 'mysql'): Select {
  const node = read(text, flavour)
  const body = node.kind === 'query' ? node.body : undefined
  if (body?.kind !== 'select') throw new Error('no SELECT')
  return body
}

function fails(text: string, flavour: Flavour = 'mysql'): boolean {
  return !parse(text, lexerOptions(flavour)).ok
}

for (const flavour of ['mysql', 'mariadb'] as const) {
  t.test(`every statement of the corpus is read: ${flavour}`, async t => {
    for (const text of corpus(flavour)) {
      const parsed = parse(text, lexerOptions(flavour))
      t.ok(parsed.ok && parsed.statements.length === 1, text)
    }
  })
}

t.test('names that are alike to some servers only are not read', async t => {
  const named = (name: string, other: string): string =>
    `select (select \`${name}\` from (select email as \`${other}\` from customers) t) from (select 1 as \`${name}\`) o`
  for (const [name, other] of ['İi', 'Აა', 'ẞß', 'ſs', '\u212ak', 'Éé', 'Ꭰꭰ'].map(pair => [
    ...pair,
  ])) {
    if (name === undefined || other === undefined) throw new Error('two names')
    t.ok(fails(named(name, other)), name)
    t.ok(fails(named(other, name), 'mariadb'), other)
  }
  t.notOk(fails(named('é', 'É'.toLowerCase())), 'the same')
  t.notOk(fails(named('é', 'e')), 'others')
  t.notOk(fails("select 'É', 'é', name as É from customers"), 'values are no names')
  t.ok(fails("select 1 as 'É', 2 as é"))
})

t.test('a text is read whole, or not at all', async t => {
  const broken = [
    'select 1 2',
    'select',
    'select 1 from',
    'select (1',
    'delete t',
    'foo',
    'select 1)',
  ]
  for (const text of [
    ...broken,
    'update t set',
    'insert into t',
    'select * from t where',
    'with a',
  ]) {
    t.ok(fails(text), text)
  }
  t.ok(fails('select a from t for system_time all'))
  t.ok(fails('values (1)'), 'only MariaDB knows rows without ROW')
  t.ok(fails('select \\N'))
})

t.test('several statements, and a stored program among them', async t => {
  const text = ';; create procedure p() begin select 1; select 2; end; drop table t; '
  const parsed = parse(text, lexerOptions('mysql'))
  t.strictSame(parsed.ok && parsed.statements.map(({ node }) => node.kind), [
    'createRoutine',
    'drop',
  ])
  const short = parse('create procedure p() select 1; drop table t', lexerOptions('mysql'))
  t.strictSame(short.ok && short.statements.length, 2, 'a body of one statement ends with it')
  t.strictSame(parse('', lexerOptions('mysql')), { ok: true, statements: [] })
})

t.test('operators bind as the manual says', async t => {
  const shape = (text: string): string => {
    const [item] = selectOf(`select ${text}`).items
    return JSON.stringify(item?.expression, (key, value) =>
      ['start', 'end', 'schema', 'table'].includes(key) ? undefined : value,
    )
  }
  t.equal(shape('a or b and c'), shape('a or (b and c)'))
  t.equal(shape('not a = b'), shape('not (a = b)'))
  t.equal(shape('a + b * c'), shape('a + (b * c)'))
  t.equal(shape('-a ^ b'), shape('(-a) ^ b'))
  t.equal(shape('a = b is null'), shape('(a = b) is null'))
  t.equal(shape('a between b and c and d'), shape('(a between b and c) and d'))
  t.equal(shape('a | b & c << d'), shape('a | (b & (c << d))'))
  t.not(shape('(a or b) and c'), shape('a or b and c'))
})

t.test('sql_mode changes what operators mean', async t => {
  const first = (text: string, changes: Parameters<typeof lexerOptions>[1]): unknown => {
    const parsed = parse(text, lexerOptions('mysql', changes))
    const node = parsed.ok ? parsed.statements[0]?.node : undefined
    const body = node?.kind === 'query' ? node.body : undefined
    return body?.kind === 'select' ? body.items[0]?.expression : undefined
  }
  t.match(first('select a || b', {}), { operators: ['||'] })
  t.match(first('select a || b', { pipesAsConcat: true }), { operators: ['concat'] })
  t.match(first('select not a = b', {}), { kind: 'unary' })
  t.match(first('select not a = b', { highNotPrecedence: true }), { kind: 'operation' })
})

t.test('a gap makes a stored function of what is built in', async t => {
  const stored = (text: string, ignoreSpace = false): unknown => {
    const parsed = parse(`select ${text}`, lexerOptions('mysql', { ignoreSpace }))
    const node = parsed.ok ? parsed.statements[0]?.node : undefined
    const body = node?.kind === 'query' ? node.body : undefined
    const item = body?.kind === 'select' ? body.items[0]?.expression : undefined
    return item?.kind === 'call' ? item.stored : undefined
  }
  t.equal(stored('sum(a)'), false)
  t.equal(stored('sum (a)'), true)
  t.equal(stored('sum (a)', true), false)
  t.equal(stored('sum/**/(a)', true), true)
  t.equal(stored('version ()'), false)
  t.equal(stored('s.f(a)'), true)
  t.equal(stored('`f`(a)'), true)
  t.ok(fails('select count (*)'))
})

t.test('parentheses hold queries, values or rows', async t => {
  const [first, second, third] = selectOf('select ((select 1)), ((select 1) + 1), (1, 2)').items
  t.equal(first?.expression.kind, 'subquery')
  t.equal(second?.expression.kind, 'operation')
  t.equal(third?.expression.kind, 'row')
  const node = read('((select 1) union (select 2) order by 1) limit 3')
  t.match(node, { kind: 'query', limit: { count: { value: '3' } }, body: { kind: 'query' } })
})

t.test('set operations: INTERSECT binds tighter', async t => {
  const node = read('select 1 union select 2 intersect select 3 except select 4') as Query
  t.match(node.body, {
    kind: 'setOperation',
    operators: [{ operator: 'union' }, { operator: 'except' }],
    operands: [{ kind: 'select' }, { kind: 'setOperation' }, { kind: 'select' }],
  })
})

t.test('joins nest as their conditions say', async t => {
  const [from] = selectOf('select * from a join b join c on b.x = c.x on a.x = b.x').from
  t.match(from, {
    kind: 'join',
    left: { table: { name: 'a' } },
    right: { kind: 'join', left: { table: { name: 'b' } }, right: { table: { name: 'c' } } },
  })
  const [group] = selectOf('select * from a left join (b, c) on true').from
  t.match(group, { type: 'left', right: { kind: 'group', tables: [{}, {}] } })
})

t.test('scopes of SET hold for the variables behind them', async t => {
  t.match(read('set global a = 1, b = on, session c = utf8mb4, @@d = default'), {
    items: [
      { target: { scope: 'global', name: 'a' } },
      { target: { scope: 'global', name: 'b' }, value: { value: 'on', bare: true } },
      { target: { scope: 'session', name: 'c' }, value: { value: 'utf8mb4', bare: true } },
      { target: { scope: undefined, name: 'd' }, value: { kind: 'default' } },
    ],
  })
})

t.test('a stored program gives its statements, wherever they are', async t => {
  const node = read(
    `create procedure p(x int) begin declare y int default f(1);
     if x > (select max(a) from t) then begin delete from t; end; else set sql_mode = ''; end if;
     set x = 1, y = 2; end`,
  )
  t.match(node, {
    kind: 'createRoutine',
    program: {
      variables: ['x', 'y'],
      statements: [
        { kind: 'delete' },
        { kind: 'set', items: [{ kind: 'systemVariable', target: { name: 'sql_mode' } }] },
        { kind: 'set', items: [{ kind: 'local' }, { kind: 'local' }] },
      ],
    },
  })
  const inner = 'create procedure p() begin begin declare sql_mode int; end; set sql_mode = 1; end'
  t.match(read(inner), {
    program: { statements: [{ items: [{ kind: 'systemVariable' }] }] },
  })
  t.ok(fails('create procedure p() begin select 1; end; end'))
  t.ok(fails('create procedure p() begin select 1'))
})

t.test('a name without an alias is the text that was written', async t => {
  const text = 'select a + 1, (b), count( * ), c as d from t'
  const labels = selectOf(text).items.map(
    ({ alias, start, end }) => alias ?? text.slice(start, end),
  )
  t.strictSame(labels, ['a + 1', '(b)', 'count( * )', 'd'])
})
