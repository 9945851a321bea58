/**
 * The catalogue of attacks against the real program before Postgres 18 and 15. Between two databases
 * that differ only in what is masked no answer may differ, and no answer may hold a masked value.
 */
import t from 'tap'
import { catalogue } from '../masking/postgres/catalogue.ts'
import { legitimate, otherwise } from '../masking/postgres/legitimate.ts'
import { type Mode, type Outcome, Walker } from '../masking/postgres/walk.ts'
import { startWorlds, type World, type Worlds } from '../masking/postgres/worlds.ts'
import { leaksIn } from '../support/canary.ts'

const attacks = catalogue.reduce((sum, { attacks }) => sum + attacks.length, 0)

function walkersOf(
  worlds: Worlds,
  names: readonly World[],
  mode: Mode,
): { walk(attack: string | readonly string[]): Promise<Outcome[]>; close(): void } {
  const walkers = names.map(name => new Walker(() => worlds.connect(name), mode))
  return {
    walk: attack => Promise.all(walkers.map(walker => walker.walk(attack))),
    close: () => {
      for (const walker of walkers) walker.close()
    },
  }
}

for (const [version, modes] of [
  [18, ['binary']],
  [15, ['simple']],
] as const) {
  t.test(`on Postgres ${version}`, async t => {
    const worlds = await startWorlds(t, version)
    // First, as attacks leave the databases otherwise than they were.
    await t.test('what reads nothing masked is answered as the server answers', async t => {
      const { walk, close } = walkersOf(worlds, ['one', 'bare'], 'text')
      const changed: string[] = []
      for (const statement of legitimate) {
        const [through, bare] = await walk(statement)
        if (through?.frames.join('\n') !== bare?.frames.join('\n')) changed.push(statement)
      }
      close()
      t.strictSame(
        changed.filter(statement => !otherwise.has(statement)),
        [],
      )
      t.ok(changed.length <= legitimate.length * 0.02, `${changed.length} of ${legitimate.length}`)
    })
    for (const mode of modes) {
      await t.test(`no attack tells a masked value: ${mode}`, async t => {
        const { walk, close } = walkersOf(worlds, ['one', 'other', 'mixed'], mode)
        for (const { name, attacks, guesses } of catalogue) {
          const shown: string[] = []
          for (const attack of attacks) {
            const [one, other, mixed] = await walk(attack)
            const leaks = [one, mixed].flatMap(each => leaksIn(each?.bytes ?? Buffer.alloc(0)))
            const differs = one?.frames.join('\n') !== other?.frames.join('\n')
            if (leaks.length > 0) shown.push(`${String(attack)}: ${leaks.join(', ')}`)
            else if (differs && guesses !== true) shown.push(String(attack))
          }
          t.strictSame(shown, [], name)
        }
        close()
      })
    }
  })
}

t.test('the catalogue is large, and each of its attacks works on a bare server', async t => {
  t.ok(attacks >= 300, `${attacks} attacks`)
  t.ok(legitimate.length >= 300, `${legitimate.length} legitimate statements`)
  const worlds = await startWorlds(t, 18)
  const { walk, close } = walkersOf(worlds, ['bare', 'bareother'], 'simple')
  const duds: string[] = []
  for (const { attacks } of catalogue) {
    for (const attack of attacks) {
      const [one, other] = await walk(attack)
      const tells = one?.frames.join('\n') !== other?.frames.join('\n')
      if (!tells && leaksIn(one?.bytes ?? Buffer.alloc(0)).length === 0) duds.push(String(attack))
    }
  }
  close()
  t.strictSame(duds, [])
})
