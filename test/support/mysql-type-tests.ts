/**
 * Rows of every type, in both protocols, against what the server's own client prints. For MariaDB
 * and MySQL alike.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Test } from 'tap'
import { CellMasks } from '../../masking/mask.ts'
import type { MaskSpec } from '../../masking/rules.ts'
import { commandFrame, frameDecoder } from '../../protocols/mysql/replay.ts'
import { compileRowMask } from '../../protocols/mysql/row-mask.ts'
import { charsetOf } from '../../protocols/mysql/values/charsets.ts'
import { valueType } from '../../protocols/mysql/values.ts'
import type { CellMask } from '../../protocols/protocol.ts'
import type { TestMysql } from './mysql.ts'
import { captureTo, resultOf } from './mysql-capture.ts'
import { computedColumns } from './mysql-types.ts'
import { seededRandom } from './seeded-random.ts'

/** `program` is the command-line client; `columns` how many the table has. */
export async function testTypes(
  t: Test,
  server: TestMysql,
  program: readonly string[],
  columns: number,
): Promise<void> {
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
    const decoder = frameDecoder()
    decoder.push({ from: 'client', atUs: 0, bytes: commandFrame(command) })
    const events = decoder.push({ from: 'server', atUs: 0, bytes: response })
    return events.flatMap(event => (event.type === 'row' ? [event.values] : []))
  }

  /** NULL as `NULL`, as the command-line client writes it. */
  async function cli(sql: string): Promise<string[][]> {
    const [file = '', ...first] = program
    const { stdout } = await promisify(execFile)(
      file,
      [
        ...first,
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

  await t.test('a row of NULLs is shown as one by both protocols', async t => {
    const sql = 'select * from types where id = 4'
    const expected = [['4', ...Array<null>(columns - 1).fill(null)]]
    t.strictSame(shownRows(textCommand, await textResponse(sql)), expected)
    t.strictSame(shownRows(executeCommand, await binaryResponse(sql)), expected)
  })

  // The client prints a NULL of a binary column as an empty value.
  const allTypes = 'select * from types where id < 4 order by id'

  for (const sql of [allTypes, computedColumns]) {
    const name = sql === allTypes ? 'every type' : 'computed columns'
    await t.test(`rows of both protocols are shown as the client prints them: ${name}`, async t => {
      const text = shownRows(textCommand, await textResponse(sql))
      const binary = shownRows(executeCommand, await binaryResponse(sql))
      t.strictSame(nullsShown(text), await cli(sql.replaceAll('\n', ' ')))
      t.strictSame(binary, text)
    })

    await t.test(`a mask that changes nothing gives the same bytes: ${name}`, async t => {
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

  await t.test('random floats are written as the server writes them', async t => {
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

  await t.test('types are named as SHOW COLUMNS names them', async t => {
    const [shown] = await client.query<RowDataPacket[]>('show columns from types')
    const { definitions } = resultOf(await textResponse('select * from types limit 1'))
    t.equal(definitions.length, columns)
    for (const [i, definition] of definitions.entries()) {
      const { name, lengthMax } = valueType(definition)
      const said = String(shown[i]?.['Type']).replace(' zerofill', '')
      const plain = /^(?:tinyint\(1\)$|bit)/.test(said) ? said : said.replace(/\(.*\)/, '')
      const geometry = plain === 'point' && server.flavour === 'mysql'
      // MariaDB says only on the wire that a longtext is JSON.
      const expected = geometry ? 'geometry' : definition.name === 'js' ? 'json' : plain
      t.equal(name, expected, definition.name)
      const length = /^(?:var)?(?:char|binary)\((\d+)\)/.exec(said)?.[1]
      t.equal(lengthMax, length === undefined ? undefined : Number(length), definition.name)
    }
  })

  await t.test('the number of every collation says its character set', async t => {
    const from =
      server.flavour === 'mariadb' ? 'collation_character_set_applicability' : 'collations'
    const [collations] = await client.query<RowDataPacket[]>(
      `select id id, character_set_name name from information_schema.${from}`,
    )
    t.ok(collations.length > 200)
    const wrong = collations.filter(row => {
      const { name: found, characterBytesMax } = charsetOf(Number(row['id']))
      return `${found} ${characterBytesMax}` !== (charsets.get(String(row['name'])) ?? 'other 4')
    })
    t.strictSame(wrong, [])
  })

  await t.test(
    'masked rows of both protocols show the same, and what they hold is valid',
    async t => {
      const sql = 'select * from types where id < 4 order by id'
      const raw = shownRows(textCommand, await textResponse(sql))
      const masks = new CellMasks(Buffer.alloc(32, 7))
      for (const spec of maskSpecs) {
        const [text, binary] = [await textResponse(sql), await binaryResponse(sql)].map(
          (response, i) => {
            const { definitions, rows } = resultOf(response)
            const mask = definitions.map(each =>
              masks.mask({ rule: 'r', mask: spec }, valueType(each)),
            )
            const format = i === 0 ? 'text' : 'binary'
            const masked = compileRowMask(mask, definitions, format).maskRows(rows).bytes
            const at = response.indexOf(rows)
            const [head, tail] = [response.subarray(0, at), response.subarray(at + rows.length)]
            return shownRows(
              i === 0 ? textCommand : executeCommand,
              Buffer.concat([head, masked, tail]),
            )
          },
        )
        t.strictSame(binary, text, spec.kind)
        t.equal(text?.length, raw.length)
        if (spec.kind === 'null') t.ok(text?.flat().every(value => value === null))
      }
    },
  )
}

const maskSpecs: readonly MaskSpec[] = [
  { kind: 'null' },
  { kind: 'redact' },
  { kind: 'partial', first: 1, last: 1 },
  { kind: 'email' },
  { kind: 'hash' },
  { kind: 'tokenize' },
  { kind: 'generalize', to: 'decade', bucket: 7 },
]

const charsets: ReadonlyMap<string, string> = new Map([
  ['utf8mb4', 'utf8 4'],
  ['utf8mb3', 'utf8 3'],
  ['ascii', 'utf8 1'],
  ['latin1', 'latin1 1'],
  ['binary', 'binary 1'],
])
