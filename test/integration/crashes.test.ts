/** Small ones of the runs of test/bench/crashes.ts. */
import t from 'tap'
import { type CrashFault, crashRun, crashUpstream } from '../support/crash-run.ts'
import { kmsConfig } from '../support/kms-config.ts'
import { startMoto } from '../support/moto.ts'

const moto = await startMoto(t)
const upstream = await crashUpstream(t)
const kms = { moto, config: await kmsConfig(moto) }
const firstSeed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? 7)

const chosen: readonly CrashFault[] = ['kill', 'full disk', 'kms hangs']
for (const [number, fault] of chosen.entries()) {
  const seed = firstSeed + number
  t.test(`${fault}: nothing that ran is missing, nothing is double (seed ${seed})`, async t => {
    const figures = await crashRun(
      t,
      { seed, fault, sessions: 16, statements: 15 },
      { upstream, kms },
    )
    t.strictSame(figures.wrong, [])
    t.ok(figures.ran > 60, JSON.stringify(figures))
    if (fault === 'full disk') t.ok(figures.refused > 0, 'statements were refused, and told')
  })
}
