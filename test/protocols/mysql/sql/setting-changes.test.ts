import t from 'tap'
import { Analyzer } from '../../../../protocols/mysql/sql/analyzer.ts'
import {
  killTarget,
  killTargets,
  settingChanges,
} from '../../../../protocols/mysql/sql/setting-changes.ts'
import { namesOf } from './effects-shop.ts'

const analyzer = new Analyzer()

/** `session sql_mode=ANSI_QUOTES`, `database shop`, `anything`. */
function changes(text: string, flavour: 'mysql' | 'mariadb' = 'mysql'): readonly string[] {
  return settingChanges(analyzer.analyze(text, namesOf(flavour))).map(change => {
    if (change.kind === 'database') return `database ${change.name}`
    if (!('scope' in change)) return change.kind
    const { scope, name, value } = change
    if (value === undefined) return `${scope} ${name}?`
    if (value.kind === 'default') return `${scope} ${name} default`
    if (value.kind === 'text') return `${scope} ${name}=${value.text}`
    return `${scope} ${name}+${value.add.join()}-${value.remove.join()}`
  })
}

t.test('what a SET certainly sets is said, and what it may set has no value', async t => {
  for (const [text, ...expected] of [
    ['use audit', 'database audit'],
    ['set autocommit = 0', 'session autocommit=0'],
    ['set autocommit = off', 'session autocommit=off'],
    ["set @@session.sql_mode = 'ANSI_QUOTES'", 'session sql_mode=ANSI_QUOTES'],
    ["set global sql_mode = ''", 'global sql_mode='],
    ["set persist sql_mode = ''", 'global sql_mode='],
    ['set sql_mode = default', 'session sql_mode default'],
    ['set sql_mode = @@global.sql_mode', 'session sql_mode default'],
    ['set sql_mode = @@sql_mode', 'session sql_mode+-'],
    ["set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')", 'session sql_mode+ANSI_QUOTES-'],
    ["set sql_mode = concat('ANSI_QUOTES,', @@sql_mode)", 'session sql_mode+ANSI_QUOTES-'],
    ["set sql_mode = concat('ANSI', '_QUOTES')", 'session sql_mode=ANSI_QUOTES'],
    [
      "set sql_mode = (select replace(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))",
      'session sql_mode+-ONLY_FULL_GROUP_BY',
    ],
    ["set sql_mode = replace(@@sql_mode, 'ANSI', '')", 'session sql_mode?'],
    ["set sql_mode = concat(@@sql_mode, 'ANSI')", 'session sql_mode?'],
    ["set sql_mode = concat(@@sql_mode, 'x,ANSI_QUOTES')", 'session sql_mode?'],
    ['set sql_mode = @old', 'session sql_mode?'],
    ['set sql_mode = lower(@@sql_mode)', 'session sql_mode?'],
    ["set sql_mode = (select 'ANSI' from orders)", 'session sql_mode?'],
    ['set wait_timeout = -1', 'session wait_timeout=-1'],
    ['set character_set_results = null', 'session character_set_results=null'],
    ['set session transaction read only', 'session transaction_read_only=ON'],
    ['set transaction isolation level read committed', 'once transaction_isolation=READ-COMMITTED'],
    ['set global transaction read write', 'global transaction_read_only=OFF'],
    ['set @x = 1'],
    ['select 1'],
    ['call report(1)'],
    ['call dark(1)', 'anything'],
    ['execute nothing', 'anything'],
    ['selec', 'anything'],
  ] as const)
    t.strictSame(changes(text), expected, text)
})

t.test('SET NAMES sets what it sets', async t => {
  t.strictSame(changes("set names 'UTF8MB4' collate 'utf8mb4_bin'"), [
    'session character_set_client=utf8mb4',
    'session character_set_connection=utf8mb4',
    'session character_set_results=utf8mb4',
    'session collation_connection=utf8mb4_bin',
  ])
  t.strictSame(changes('set names default').slice(0, 1), ['session character_set_client default'])
  t.strictSame(changes('set character set latin1'), [
    'session character_set_client=latin1',
    'session character_set_connection?',
    'session character_set_results=latin1',
  ])
})

t.test('a SET within a statement that runs another is seen', async t => {
  const mode = 'session sql_mode=ANSI_QUOTES'
  t.strictSame(changes(`execute immediate "set sql_mode = 'ANSI_QUOTES'"`, 'mariadb'), [mode])
  t.strictSame(changes(`prepare p from "set sql_mode = 'ANSI_QUOTES'"; execute p`), [mode])
  t.strictSame(changes('execute immediate @x', 'mariadb'), ['anything'])
  t.strictSame(changes("set statement sql_mode='' for select 1", 'mariadb'), [
    'statement sql_mode=',
  ])
  t.strictSame(changes('begin not atomic set autocommit = 0; end', 'mariadb'), ['anything'])
})

t.test('changes know which statement of the text they are of', async t => {
  const found = settingChanges(
    analyzer.analyze('select 1; use audit; set autocommit = 0', namesOf()),
  )
  t.match(found, [
    { kind: 'database', result: 1 },
    { kind: 'setting', result: 2 },
  ])
})

t.test('KILL says whom', async t => {
  const target = (text: string, flavour: 'mysql' | 'mariadb' = 'mysql'): unknown =>
    killTarget(analyzer.analyze(text, namesOf(flavour)))
  t.strictSame(target('kill 7'), { result: 0, what: 'connection', connectionId: 7 })
  t.strictSame(target('KILL /*!50000 QUERY */ 7'), { result: 0, what: 'query', connectionId: 7 })
  t.match(target('kill connection 7'), { what: 'connection', connectionId: 7 })
  t.match(target('kill @x'), { what: 'connection', connectionId: undefined })
  t.match(target('kill query connection_id()'), { what: 'query', connectionId: undefined })
  t.match(target('kill hard query 8', 'mariadb'), { what: 'query', connectionId: 8 })
  t.match(target('kill user bob', 'mariadb'), { connectionId: undefined })
  t.equal(target('select 1'), undefined)
  t.equal(killTargets(analyzer.analyze('kill 1; kill 2', namesOf())).length, 2)
})
