import { createConnection } from 'mysql2/promise'
import t, { type Test } from 'tap'
import { canonical } from '../../../../protocols/mysql/sql/canonical.ts'
import { lex } from '../../../../protocols/mysql/sql/lexer/lexer.ts'
import type { LexerOptions } from '../../../../protocols/mysql/sql/lexer/options.ts'
import { parse } from '../../../../protocols/mysql/sql/parse.ts'
import { SqlSyntaxError } from '../../../../protocols/mysql/sql/syntax-error.ts'
import { startMariadb, startMysql, type TestMysql, whyNoMysql } from '../../../support/mysql.ts'
import { corpus, lexerOptions, mutated, random } from './corpus.ts'

const syntaxError = 1064
/** Prepared, no such table, not to be prepared: only said of what was read to its end. */
const wholly: ReadonlySet<number | undefined> = new Set([0, 1146, 1295])
const flags = ['-IGNORE_SPACE']

t.test('MariaDB takes what the parser takes, and the parser what MariaDB takes', async t => {
  const server = await startMariadb()
  t.teardown(() => server.stop())
  await preparesTheSame(t, server, 'mariadb')
})

t.test('MySQL', { skip: await whyNoMysql() }, async t => {
  const server = await startMysql()
  t.teardown(() => server.stop())
  await t.test('takes what the parser takes', async t => preparesTheSame(t, server, 'mysql'))
  await t.test('gives a statement and its canonical text one digest', async t =>
    digestsTheSame(t, server),
  )
})

/** Preparing runs nothing: a server says 1064, or something else about a statement that it read. */
async function preparesTheSame(
  t: Test,
  server: TestMysql,
  flavour: 'mysql' | 'mariadb',
): Promise<void> {
  const connection = await createConnection({ ...server, flags })
  const below = random(41)
  const texts = corpus(flavour)
  const options = lexerOptions(flavour)
  const answer = async (text: string): Promise<number | undefined> => {
    try {
      const statement = await connection.prepare(text)
      await statement.close()
      return 0
    } catch (error) {
      return errno(error)
    }
  }
  for (const text of texts) {
    if ((await answer(text)) === syntaxError) t.fail(`the server rejects ${text}`)
  }
  let taken = 0
  let missed = 0
  for (let count = 0; count < 3000; count++) {
    const text = mutated(texts[below(texts.length)] ?? '', below)
    // Of several statements a server prepares none, and an empty one it calls so.
    const parsed = parse(text, options)
    if (parsed.ok || !wholly.has(await answer(text))) continue
    taken++
    if (!known.some(pattern => pattern.test(text))) {
      missed++
      t.comment(`${parsed.message}: ${text}`)
    }
  }
  await connection.end()
  t.equal(missed, 0, `${taken} that only the server takes have a known reason`)
}

/** Refused knowingly: numbers and signs that MySQL drops, quotes within hints, NUL at the end. */
const known = [/\d\.e|\de[-+]/i, /\/\*\+/, /\0/, /![<>]/]

const modes: readonly (readonly [string, Partial<LexerOptions>])[] = [
  ['', {}],
  ['ANSI_QUOTES', { ansiQuotes: true }],
  ['NO_BACKSLASH_ESCAPES,IGNORE_SPACE', { noBackslashEscapes: true, ignoreSpace: true }],
  [
    'ANSI_QUOTES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE',
    { ansiQuotes: true, pipesAsConcat: true, highNotPrecedence: true },
  ],
]

async function digestsTheSame(t: Test, server: TestMysql): Promise<void> {
  const connection = await createConnection({ ...server, flags })
  const below = random(97)
  const texts = corpus('mysql')
  const digest = async (text: string): Promise<string | undefined> => {
    const hex = Buffer.from(text).toString('hex')
    try {
      const sql = `SELECT STATEMENT_DIGEST(CONVERT(x'${hex}' USING utf8mb4)) AS digest`
      const [rows] = await connection.query(sql)
      return JSON.stringify(rows)
    } catch {
      return undefined
    }
  }
  let compared = 0
  let differ = 0
  for (const [mode, changes] of modes) {
    await connection.query('SET sql_mode = ?', [mode])
    const options = lexerOptions('mysql', changes)
    for (let count = 0; count < 2500 + texts.length; count++) {
      const chosen = texts[count] ?? mutated(texts[below(texts.length)] ?? '', below)
      const again = rewritten(chosen, options)
      const original = again === undefined ? undefined : await digest(chosen)
      if (again === undefined || original === undefined) continue
      compared++
      if ((await digest(again)) === original) continue
      differ++
      t.comment(`${mode}: ${chosen} became ${again}`)
    }
  }
  await connection.end()
  t.equal(differ, 0, `${compared} digests compared`)
}

function rewritten(text: string, options: LexerOptions): string | undefined {
  try {
    return canonical(text, lex(text, options), options)
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined
    throw error
  }
}

function errno(error: unknown): number | undefined {
  const found = error instanceof Error && 'errno' in error ? error.errno : undefined
  return typeof found === 'number' ? found : undefined
}
