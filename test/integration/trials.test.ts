/**
 * Random scripts through the real program, against two databases that differ only in what is
 * masked. Few of them: many more are run by hand, `npm run trials`.
 */
import t from 'tap'
import { startMysqlArena } from '../trials/mysql.ts'
import { startPostgresArena } from '../trials/postgres.ts'
import { type Arena, runTrials } from '../trials/trial.ts'

const seed = 1

const arenas: readonly (readonly [name: string, count: number, start: () => Promise<Arena>])[] = [
  ['Postgres', 300, () => startPostgresArena({ predicates: 'flag' })],
  [
    'Postgres, where nothing but equality is answered',
    200,
    () => startPostgresArena({ predicates: 'equality' }),
  ],
  ['MariaDB', 200, () => startMysqlArena({ flavour: 'mariadb', predicates: 'flag' })],
]

for (const [name, count, start] of arenas) {
  t.test(`what is masked makes no difference to what comes back: ${name}`, async t => {
    const arena = await start()
    t.teardown(() => arena.stop())
    const { differences, answered } = await runTrials(arena, { count, seed, lanes: 2 })
    t.strictSame(differences, [], `${count} scripts from seed ${seed}`)
    t.ok(answered > count * 0.2, `${answered} of ${count} were answered`)
  })
}
