/**
 * `node dist/test/bench/crashes.js`: seeded runs in which something breaks under many sessions, a
 * line for each. Exits with 1 when anything that ran is not recorded, or is there twice.
 *
 *   --runs N        how many, over all faults in turn (20)
 *   --seed N        of the first (1)
 *   --sessions N    at once (200)
 *   --statements N  of each (25)
 *   --only FAULT,…  kill, full disk, archive away, archive killed, kms hangs
 */
import { parseArgs } from 'node:util'
import t from 'tap'
import { type CrashFault, crashRun, crashUpstream, faults } from '../support/crash-run.ts'
import { kmsConfig } from '../support/kms-config.ts'
import { startMoto } from '../support/moto.ts'

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    sessions: { type: 'string', default: '200' },
    statements: { type: 'string', default: '25' },
    only: { type: 'string', default: faults.join(',') },
  },
})
const chosen = faults.filter(fault => flags.only.split(',').includes(fault))
t.setTimeout(0)
const upstream = await crashUpstream(t)
const moto = chosen.includes('kms hangs') ? await startMoto(t) : undefined
const kms = moto && { moto, config: await kmsConfig(moto) }
for (let run = 0; run < Number(flags.runs); run += 1) {
  const fault: CrashFault = chosen[run % chosen.length] ?? 'kill'
  const seed = Number(flags.seed) + run
  const name = `seed ${seed}, ${fault}, ${flags.sessions} sessions`
  await t.test(name, { timeout: 0 }, async t => {
    const began = performance.now()
    const [sessions, statements] = [Number(flags.sessions), Number(flags.statements)]
    const figures = await crashRun(
      t,
      { seed, fault, sessions, statements },
      {
        upstream,
        ...(kms && { kms }),
      },
    )
    const { wrong, ...counts } = figures
    const seconds = Math.round((performance.now() - began) / 1000)
    process.stderr.write(
      `${name}: ${JSON.stringify(counts)} in ${seconds} s, ${wrong.length} wrong\n`,
    )
    t.strictSame(wrong, [])
  })
}
