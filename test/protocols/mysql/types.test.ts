import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import t from 'tap'
import { commandFrame, decodeFrames } from '../../../protocols/mysql/replay.ts'
import { compileRowMask } from '../../../protocols/mysql/row-mask.ts'
import type { CellMask } from '../../../protocols/protocol.ts'
import { startMariadb } from '../../support/mysql.ts'
import { captureTo, resultOf } from '../../support/mysql-capture.ts'
import { computedColumns, typesTable } from '../../support/mysql-types.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const server = await startMariadb({ sql: typesTable, sqlMode: '' })
const capture = await captureTo(server.port)
const { user, password, database } = server
const client = await createConnection({
  host: '127.0.0.1',
  port: capture.port,
  user,
  password,
  database,
})
t.teardown(async () => {
  client.destroy()
  await capture.close()
  await server.stop()
})

const textCommand = Buffer.of(3)
const executeCommand = Buffer.of(0x17, 1, 0, 0, 0)

async function textResponse(sql: string): Promise<Buffer> {
  capture.take()
  await client.query(sql)
  return capture.take().server
}

async function binaryResponse(sql: string): Promise<Buffer> {
  const statement = await client.prepare(sql)
  capture.take()
  await statement.execute([])
  return capture.take().server
}

function shownRows(command: Buffer, response: Buffer): (readonly (string | null)[])[] {
  const events = decodeFrames([
    { from: 'client', atUs: 0, bytes: commandFrame(command) },
    { from: 'server', atUs: 0, bytes: response },
  ])
  return [...events].flatMap(event => (event.type === 'row' ? [event.values] : []))
}

/** NULL as `NULL`, as the command-line client writes it. */
async function cli(sql: string): Promise<string[][]> {
  const { stdout } = await promisify(execFile)(
    'mariadb',
    [
      '-h127.0.0.1',
      `-P${server.port}`,
      `-u${user}`,
      '-N',
      '--batch',
      '--raw',
      '--binary-as-hex',
    ].concat('--default-character-set=utf8mb4', '-e', sql, database),
    { env: { ...process.env, MYSQL_PWD: password }, maxBuffer: 1 << 26 },
  )
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t'))
}

const nullsShown = (rows: readonly (readonly (string | null)[])[]) =>
  rows.map(row => row.map(value => value ?? 'NULL'))

t.test('a row of NULLs is shown as one by both protocols', async t => {
  const sql = 'select * from types where id = 4'
  const expected = [['4', ...Array<null>(55).fill(null)]]
  t.strictSame(shownRows(textCommand, await textResponse(sql)), expected)
  t.strictSame(shownRows(executeCommand, await binaryResponse(sql)), expected)
})

// The client prints a NULL of a binary column as an empty value.
const allTypes = 'select * from types where id < 4 order by id'

for (const sql of [allTypes, computedColumns]) {
  const name = sql === allTypes ? 'every type' : 'computed columns'
  t.test(`rows of both protocols are shown as the client prints them: ${name}`, async t => {
    const text = shownRows(textCommand, await textResponse(sql))
    const binary = shownRows(executeCommand, await binaryResponse(sql))
    t.strictSame(nullsShown(text), await cli(sql.replaceAll('\n', ' ')))
    t.strictSame(binary, text)
  })

  t.test(`a mask that changes nothing gives the same bytes: ${name}`, async t => {
    const same: CellMask = { kind: 'value', rule: 'r', apply: value => value }
    for (const format of ['text', 'binary'] as const) {
      const response = await (format === 'text' ? textResponse : binaryResponse)(sql)
      const { definitions, rows } = resultOf(response)
      for (const [i, { name, type }] of definitions.entries()) {
        // Six digits of a FLOAT are all that the text form has.
        if (type === 4 && format === 'binary') continue
        const mask = definitions.map((_, at) => (at === i ? same : undefined))
        const masked = compileRowMask(mask, definitions, format).maskRows(rows)
        t.ok(masked.bytes.equals(rows), `${format} ${name}`)
      }
      const all = compileRowMask(
        definitions.map(d => (d.type === 4 ? undefined : same)),
        definitions,
        format,
      )
      t.ok(all.maskRows(rows).bytes.equals(rows), `${format} all`)
    }
  })
}

t.test('random floats are written as the server writes them', async t => {
  const random = seededRandom(20)
  const values = Array.from({ length: 600 }, (_, i) => {
    if (i % 3 === 0) return random.bytes(8).readDoubleLE()
    if (i % 3 === 1) return random.bytes(4).readFloatLE()
    return (random.below(2 ** 31) - 2 ** 30) / 2 ** random.below(20)
  }).filter(Number.isFinite)
  await client.query('create table floats (d double, f float, dd double(40, 4), ff float(30, 3))')
  const rows = values.map(value => {
    const d = value.toExponential()
    const f = Math.abs(value) < 3.4e38 ? d : '0'
    const dd = Math.abs(value) < 1e30 ? d : '0'
    return `(${d}, ${f}, ${dd}, ${Math.abs(value) < 1e20 ? d : '0'})`
  })
  await client.query(`insert ignore into floats values ${rows.join(', ')}`)
  const sql = 'select * from floats'
  const text = shownRows(textCommand, await textResponse(sql))
  const binary = shownRows(executeCommand, await binaryResponse(sql))
  t.equal(text.length, values.length)
  const wrong = text.flatMap((row, i) =>
    row.flatMap((value, at) => (value === binary[i]?.[at] ? [] : [[at, value, binary[i]?.[at]]])),
  )
  t.strictSame(wrong, [])
})
