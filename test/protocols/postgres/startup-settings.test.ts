import t from 'tap'
import { splitOptions, startupParameters } from '../../../protocols/postgres/startup-settings.ts'

function read(more: Record<string, string>): Record<string, string> {
  return Object.fromEntries(startupParameters(new Map(Object.entries({ user: 'al', ...more }))))
}

t.test('the database is named as the user when it is not given', async t => {
  t.strictSame(read({}), { user: 'al', database: 'al' })
  t.strictSame(read({ database: '' }), { user: 'al', database: 'al' })
  t.strictSame(read({ database: 'shop' }), { user: 'al', database: 'shop' })
  t.throws(() => read({ user: '' }), { name: 'FatalError', sqlState: '28000' })
})

t.test('options are taken apart as the server does it', async t => {
  t.strictSame(splitOptions(' -c  a=1\t-cb=x\\ y\\\\z\n'), ['-c', 'a=1', '-cb=x y\\z'])
  t.strictSame(splitOptions(''), [])
  t.strictSame(splitOptions('a\\'), ['a'])
  t.strictSame(
    read({ options: '-c search_path=shop,public --Statement-Timeout=5s -cwork_mem=4MB' }),
    {
      user: 'al',
      database: 'al',
      search_path: 'shop,public',
      statement_timeout: '5s',
      work_mem: '4MB',
    },
  )
})

t.test('a setting beside options wins over the same in options', async t => {
  t.match(read({ options: '-c datestyle=German', DateStyle: 'ISO' }), { datestyle: 'ISO' })
})

t.test('other switches are refused', async t => {
  for (const options of [
    '-e',
    '-S 100',
    '-ec x=1',
    'x',
    '-',
    '--',
    '-- x',
    '-r /tmp/x',
    '-c',
    '-c x',
    '--x',
  ]) {
    t.throws(() => read({ options }), { name: 'FatalError', sqlState: '42601' }, options)
  }
})

t.test('a name that the server could take for something else is refused', async t => {
  for (const more of [
    { USER: 'postgres' },
    { Database: 'other' },
    { Replication: 'true' },
    { options: '-c user=postgres' },
    { options: '--database=other' },
    { options: '-c options=x' },
    { options: '-c replication=1' },
    { options: '-c _pq_.x=1' },
    { _PQ_: '1', '_PQ_.x': '1' },
    { 'a b': '1' },
    { 'a-b': '1' },
    { '': '1' },
    { '\u212aey': '1' },
    { 'a.': '1' },
  ]) {
    t.throws(() => read(more), { name: 'FatalError', sqlState: '42704' }, JSON.stringify(more))
  }
  t.match(read({ 'app.tenant': '7', '_pq_.unknown': '1' }), { 'app.tenant': '7' })
})

t.test('client_encoding is UTF8 by any of its names', async t => {
  for (const name of ['UTF8', 'utf-8', 'Unicode', 'UTF_8']) t.ok(read({ client_encoding: name }))
  for (const more of [
    { client_encoding: 'LATIN1' },
    { client_encoding: 'SQL_ASCII' },
    { client_encoding: '' },
    { Client_Encoding: 'WIN1252' },
    { options: '-c client_encoding=LATIN1' },
    { options: '--client-encoding=LATIN1' },
    { options: '-c client_encoding=\\L\\ATIN1', client_encoding: 'UTF8' },
  ]) {
    t.throws(() => read(more), { name: 'FatalError', sqlState: '0A000' }, JSON.stringify(more))
  }
})

t.test('standard_conforming_strings stays on', async t => {
  for (const value of ['on', 'ON', 'true', 't', 'yes', '1']) {
    t.ok(read({ standard_conforming_strings: value }))
  }
  for (const more of [
    { standard_conforming_strings: 'off' },
    { Standard_Conforming_Strings: '0' },
    { standard_conforming_strings: 'o' },
    { standard_conforming_strings: '' },
    { options: '-cstandard_conforming_strings=off' },
    { options: '--standard-conforming-strings=false' },
    { options: '-c\tstandard_conforming_strings=of\\f' },
  ]) {
    t.throws(() => read(more), { name: 'FatalError', sqlState: '0A000' }, JSON.stringify(more))
  }
})

t.test('rights are not changed before a statement could be judged', async t => {
  for (const more of [
    { role: 'postgres' },
    { options: '-c role=postgres' },
    { options: '--session-authorization=postgres' },
    { session_replication_role: 'replica' },
    { options: '-c local_preload_libraries=x' },
  ]) {
    t.throws(() => read(more), { name: 'FatalError', sqlState: '42501' }, JSON.stringify(more))
  }
})

t.test('replication is refused', async t => {
  for (const value of ['true', 'database', 'on', '1', 'yes', 'what', '']) {
    t.throws(() => read({ replication: value }), { name: 'FatalError', sqlState: '0A000' }, value)
  }
  for (const value of ['false', 'off', '0', 'no', 'F']) t.ok(read({ replication: value }), value)
})
