import t from 'tap'
import { startMysqlRelay } from '../../support/mysql-relay.ts'
import { MysqlWire, textsOf } from '../../support/mysql-wire.ts'

const relay = await startMysqlRelay(t, {
  limits: { statementBytesMax: 20_000_000, frameBytesMax: 20_000_000 },
  settings: { 'max-allowed-packet': '64M' },
})

t.test('statements and rows around 16 MiB', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  for (const size of [0xffffff - 1, 0xffffff, 0xffffff + 1]) {
    const head = 'SELECT length('
    const text = `${head}'${'x'.repeat(size - head.length - 4)}')`
    const [result] = await wire.query(text)
    t.ok(result?.kind === 'rows')
    if (result?.kind === 'rows')
      t.strictSame(result.rows.map(textsOf), [[String(size - head.length - 4)]])
  }
  for (const size of [0xffffff - 1, 0xffffff, 0xffffff + 1]) {
    // The length before the value takes 4 bytes, or 9 from 16 MiB on.
    const length = size - (size > 0xffffff + 4 ? 9 : 4)
    for (const name of ['plain', 'email']) {
      const [result] = await wire.query(`SELECT repeat('y', ${length}) AS ${name}`)
      const row = result?.kind === 'rows' ? result.rows[0] : undefined
      t.equal(row?.length, size)
      t.equal(row?.at(-1), name === 'plain' ? 0x79 : 0x2a)
    }
  }
})

t.test('what is too large is refused, and the session lives', async t => {
  const wire = await MysqlWire.connect(relay)
  t.teardown(() => wire.close())
  t.match(await wire.query(`SELECT '${'x'.repeat(21_000_000)}'`), [
    { kind: 'error', errno: 1153, sqlState: '08S01', sequence: 2 },
  ])
  t.match(await wire.query('SELECT 1'), [{ kind: 'rows' }])
})
