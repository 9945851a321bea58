/**
 * `npm run trials -- postgres|postgres15|mariadb|mysql [--count N] [--seed N] [--lanes N] [--batch N]`:
 * random scripts, more of them than the tests have time for. Prints each difference with the seed that
 * makes it again, and in which mode (`--mode simple|text|binary`); fails when there is one.
 * `--predicates equality`: with rules that answer nothing else, and scripts that ask everything.
 * `--privileges`: the server's own opinion instead.
 */
import { parseArgs } from 'node:util'
import { startMysqlArena } from './mysql.ts'
import { startPostgresArena } from './postgres.ts'
import { mysqlPrivileges, postgresPrivileges } from './privileges.ts'
import { type Arena, type Difference, runTrials, type Tally } from './trial.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '3' },
    batch: { type: 'string', default: '8' },
    mode: { type: 'string' },
    predicates: { type: 'string', default: 'flag' },
    show: { type: 'boolean', default: false },
    privileges: { type: 'boolean', default: false },
  },
})

const modes = ['simple', 'text', 'binary'] as const
const engine = positionals[0] ?? 'postgres'

const count = Number(values.count)
const seed = Number(values.seed)
if (values.privileges) await privileges()
const arena = await start()
// Stopped by hand it takes its program and its servers with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void arena.stop().finally(() => process.exit(1)))
const began = performance.now()
try {
  if (values.show) say(arena.script(seed).join(';\n'))
  const tally = await runTrials(arena, {
    ...{ count, seed, lanes: Number(values.lanes), batch: Number(values.batch) },
    onDifference: told,
    onProgress: progress,
  })
  progress(tally)
  process.exitCode = tally.differences.length === 0 ? 0 : 1
} finally {
  await arena.stop()
}
process.exit()

async function privileges(): Promise<never> {
  const { asked, denied, missed, more } =
    engine === 'mariadb' || engine === 'mysql'
      ? await mysqlPrivileges(engine, count, seed)
      : await postgresPrivileges(count, seed)
  for (const sql of missed) say(`MISSED: ${sql}`)
  say(
    `${asked} statements from seed ${seed}: the server denied ${denied}, of which lineage missed ` +
      `${missed.length}; it knew of ${more} that the server did not`,
  )
  process.exit(missed.length === 0 ? 0 : 1)
}

function start(): Promise<Arena> {
  const predicates = values.predicates === 'equality' ? 'equality' : 'flag'
  const mode = modes.find(each => each === values.mode)
  if (engine === 'postgres') return startPostgresArena({ predicates, mode })
  if (engine === 'postgres15') return startPostgresArena({ predicates, mode, version: 15 })
  if (mode === 'simple') throw new RangeError('expected the mode text or binary, got simple')
  if (engine === 'mariadb' || engine === 'mysql')
    return startMysqlArena({ flavour: engine, predicates, mode })
  throw new RangeError(`expected postgres, postgres15, mariadb or mysql, got ${engine}`)
}

function told({ seed, mode, script, one, other }: Difference): void {
  say(`DIFFERENCE at seed ${seed}, mode ${mode}:\n  ${script.join(';\n  ')}`)
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    if (one[i] === other[i]) continue
    say(`  one:   ${JSON.stringify(one[i])}\n  other: ${JSON.stringify(other[i])}`)
    break
  }
}

function progress({ trials, answered, refused, failed, asked, differences }: Tally): void {
  const rate = (trials / (performance.now() - began)) * 1000
  say(
    `${trials} trials from seed ${seed}, ${rate.toFixed(0)}/s: ${answered} answered, ` +
      `${refused} refused, ${failed} failed in the server, ${asked} differ in what they asked, ` +
      `${differences.length} differ otherwise`,
  )
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
