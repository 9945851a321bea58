import type { EventEmitter } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModule, type Node, parseSync } from 'libpg-query'
import pg from 'pg'
import t from 'tap'
import { ProtocolError } from '../../../protocols/errors.ts'
import { CopyMask, type CopyOptions, copyOptions } from '../../../protocols/postgres/copy-mask.ts'
import { valueType } from '../../../protocols/postgres/values.ts'
import type { CellMask, Column, ResultMask } from '../../../protocols/protocol.ts'
import { startPostgres } from '../../support/postgres.ts'

await loadModule()
const upstream = await startPostgres()
t.teardown(() => upstream.stop())
const client = new pg.Client({ connectionString: upstream.url })
await client.connect()
t.teardown(() => client.end())

/** Everything that a format has to escape, quote or tell from NULL. */
const NASTY = [
  'plain',
  '',
  'NULL',
  '\\N',
  '\\.',
  'a,b',
  'a;b|c',
  '"',
  '""',
  'say "x", please',
  "it's",
  'back\\slash',
  '\\',
  '\\\\n',
  'line\nline',
  'cr\rlf\r\n',
  '\n',
  'tab\ttab',
  '\b\f\v',
  ' blank ',
  'Zoë 😀',
  'x',
  '$',
  '%%',
]
const COLUMNS: readonly Column[] = [
  column('id', 'int4'),
  column('a', 'text'),
  column('b', 'text'),
  column('at', 'timestamptz'),
]
await client.query('create table nasty (id int, a text, b text, at timestamptz)')
for (const [i, value] of [...NASTY, null].entries())
  await client.query('insert into nasty values ($1, $2, $3, $4)', [
    i,
    value,
    NASTY.at(-i) ?? null,
    '2024-05-06 07:08:09.5+00',
  ])

const OPTIONS = [
  '',
  '(format text)',
  "(format text, delimiter '|', null 'x')",
  "(format text, delimiter '$', null '')",
  "(format text, header, null '\\\\N')",
  '(format csv)',
  '(format csv, header)',
  "(format csv, delimiter ';', null 'NULL')",
  "(format csv, delimiter E'\\t', null '\\N')",
  "(format csv, quote '''', escape '\\')",
  "(format csv, quote '$', escape '%')",
  '(format csv, force_quote *)',
  '(format csv, force_quote (a), header true)',
  "csv header delimiter ',' quote '\"' force quote b",
  "delimiter ';' null as 'N'",
  '(format binary)',
  'binary',
]

const same: CellMask = { kind: 'value', rule: 'same', apply: value => value }
const stars: CellMask = { kind: 'value', rule: 'stars', apply: value => `<${value.length}>` }
const redacted: CellMask = { kind: 'constant', rule: 'redacted', value: '[redacted], "x"\n\\' }

t.test('a mask that changes nothing gives back what the server sent', async t => {
  for (const options of OPTIONS) {
    const data = await copied(`copy nasty to stdout ${options}`)
    const parsed = optionsOf(`copy nasty to stdout ${options}`)
    // Where a value may look like NULL, both are taken for the value; it is the same bytes.
    for (const pieces of [[data], bytewise(data), halves(data)]) {
      const mask = new CopyMask(parsed, [same, same, same, same], COLUMNS)
      const out = Buffer.concat(pieces.map(piece => mask.push(piece)))
      mask.finish()
      t.ok(out.equals(data), `${options || 'no options'} in ${pieces.length} pieces`)
    }
  }
})

t.test('a lone end-of-data marker stays quoted', async t => {
  const statement = "copy (values ('\\.'), ('.')) to stdout csv"
  const data = await copied(statement)
  const mask = new CopyMask(optionsOf(statement), [same], [column('a', 'text')])
  t.equal(mask.push(data).toString(), data.toString())
})

t.test('masked data reads back into the table as it should', async t => {
  const wanted = await client.query(
    `select id, null as a, $1::text as b, at from nasty order by id`,
    [redacted.kind === 'constant' ? redacted.value : ''],
  )
  for (const options of OPTIONS) {
    const statement = `copy (select * from nasty order by id) to stdout ${options}`
    const mask: ResultMask = [
      undefined,
      { kind: 'constant', rule: 'null', value: null },
      redacted,
      undefined,
    ]
    const out = new CopyMask(optionsOf(statement), mask, COLUMNS).push(await copied(statement))
    for (const raw of ['say', 'Zoë', 'back'])
      t.notOk(out.includes(raw), `${options}: nothing of "${raw}" is left`)
    t.strictSame(await readBack(out, options), wanted.rows, options || 'no options')
  }
})

t.test('a value mask applies to values and leaves NULL', async t => {
  for (const options of ['', '(format csv)', '(format binary)']) {
    const statement = `copy (select * from nasty order by id) to stdout ${options}`
    const out = new CopyMask(optionsOf(statement), [undefined, stars, stars, undefined], COLUMNS)
    const rows = await readBack(out.push(await copied(statement)), options)
    t.strictSame(
      rows.map(({ a }) => a),
      [...NASTY.map(value => `<${value.length}>`), null],
      options || 'no options',
    )
  }
})

t.test('a chosen NULL does not tell which rows have that value', async t => {
  const statement = "copy (values ('anna'), ('otto'), (null)) to stdout (null 'anna')"
  const out = new CopyMask(optionsOf(statement), [stars], [column('a', 'text')])
  t.equal(out.push(await copied(statement)).toString(), '<4>\n<4>\n<4>\n')
  const csv = "copy (values ('anna'), ('otto'), (null)) to stdout (format csv, null 'anna')"
  const masked = new CopyMask(optionsOf(csv), [stars], [column('a', 'text')])
  t.equal(masked.push(await copied(csv)).toString(), '<4>\n<4>\nanna\n')
})

t.test('a type without a codec becomes NULL in binary data', async t => {
  const statement = "copy (select 1, '(1,2)'::point) to stdout binary"
  const mask: ResultMask = [undefined, same]
  const columns = [column('i', 'int4'), column('p', 'point')]
  const out = new CopyMask(optionsOf(statement), mask, columns).push(await copied(statement))
  t.match(out.toString('hex'), /0002000000040000000[1]ffffffffffff$/)
})

t.test('data with another number of columns is not let through', async t => {
  for (const options of ['', '(format csv)', 'binary']) {
    const statement = `copy (select 1, 2) to stdout ${options}`
    const mask = new CopyMask(optionsOf(statement), [redacted], [column('a', 'text')])
    const data = await copied(statement)
    t.throws(() => mask.push(data), ProtocolError, options)
  }
})

t.test('binary data with wrong bytes is not let through', async t => {
  const wrong = [
    '5047434f50590aff0d0a01000000000000000000',
    '5047434f50590aff0d0a00000100000000000000',
    '5047434f50590aff0d0a0000000000ffffffff',
    '5047434f50590aff0d0a0000000000000000000001fffffffe',
    '5047434f50590aff0d0a000000000000000000ffff00',
  ]
  for (const hex of wrong) {
    const mask = new CopyMask(optionsOf('copy t to stdout binary'), [same], [column('a', 'text')])
    t.throws(() => mask.push(Buffer.from(hex, 'hex')), ProtocolError, hex)
  }
})

t.test('a row that does not end is kept up to a limit and missed at the end', async t => {
  for (const options of ['', '(format csv)', 'binary']) {
    const parsed = optionsOf(`copy t to stdout ${options}`)
    const mask = new CopyMask(parsed, [same], [column('a', 'text')], 64)
    t.equal(mask.push(Buffer.from('PGCOPY')).length, 0, 'nothing before the row is whole')
    t.throws(() => mask.finish(), ProtocolError)
    t.throws(() => mask.push(Buffer.alloc(59, 0x61)), ProtocolError, options)
  }
})

t.test('options that cannot be followed are undefined', t => {
  for (const options of ["(encoding 'latin1')", "(format 'json')", '(header match)', '(unheard)']) {
    t.equal(copyOptions(nodesOf(`copy t to stdout ${options}`)), undefined, options)
  }
  t.strictSame(copyOptions(undefined)?.format, 'text')
  t.strictSame(
    copyOptions(nodesOf("copy t to stdout (encoding 'UTF8', header off)"))?.header,
    false,
  )
  t.end()
})

function column(name: string, typeName: string): Column {
  return { name, type: valueType(typeName, -1), origin: [] }
}

/** The data of a COPY TO STDOUT as it came over the wire. */
async function copied(statement: string): Promise<Buffer> {
  const { connection } = client as unknown as { readonly connection: EventEmitter }
  const chunks: Buffer[] = []
  const take = ({ chunk }: { readonly chunk: Buffer }) => chunks.push(Buffer.from(chunk))
  connection.on('copyData', take)
  await client.query(statement)
  connection.off('copyData', take)
  return Buffer.concat(chunks)
}

/** What the server makes of masked data: rows in the order of their ids. */
async function readBack(data: Buffer, options: string): Promise<Record<string, unknown>[]> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-copy-'))
  await chmod(dir, 0o755)
  await writeFile(join(dir, 'data'), data)
  await client.query('create temp table back (like nasty)')
  const readable = options.replace(/,? ?(?:force quote b|force_quote (?:\*|\(a\)))/, '')
  await client.query(`copy back from '${join(dir, 'data')}' ${readable}`)
  const { rows } = await client.query('select * from back order by id')
  await client.query('drop table back')
  await rm(dir, { recursive: true })
  return rows
}

function nodesOf(statement: string): readonly Node[] | undefined {
  const node = parseSync(statement).stmts?.[0]?.stmt
  return (node as { readonly CopyStmt: { readonly options?: Node[] } }).CopyStmt.options
}

function optionsOf(statement: string): CopyOptions {
  const options = copyOptions(nodesOf(statement))
  if (options === undefined) throw new Error(`expected to know the options of ${statement}`)
  return options
}

function bytewise(data: Buffer): Buffer[] {
  return Array.from(data, byte => Buffer.of(byte))
}

function halves(data: Buffer): Buffer[] {
  const middle = Math.floor(data.length / 2)
  return [data.subarray(0, middle), data.subarray(middle)]
}
