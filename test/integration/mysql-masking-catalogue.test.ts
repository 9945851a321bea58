/**
 * The catalogue of attacks against the real program before MariaDB and MySQL. Between two databases
 * that differ only in what is masked no answer may differ, and no answer may hold a masked value.
 */
import t from 'tap'
import { catalogue } from '../masking/mysql/catalogue.ts'
import type { Attack, Flavour } from '../masking/mysql/family.ts'
import { legitimate, otherwise } from '../masking/mysql/legitimate.ts'
import { type Mode, type Outcome, Walker } from '../masking/mysql/walk.ts'
import { startWorlds, type World, type Worlds } from '../masking/mysql/worlds.ts'
import { whyNoMysql } from '../support/mysql.ts'

const attacks = catalogue.reduce((sum, family) => sum + family.attacks.length, 0)
const noMysql = await whyNoMysql()

function walkersOf(
  worlds: Worlds,
  names: readonly World[],
  mode: Mode,
): { walk(attack: Attack, warnings?: boolean): Promise<Outcome[]>; close(): void } {
  // The last two worlds are reached past the program.
  const connect = (name: World): ReturnType<Worlds['connect']> =>
    name === 'shop4' || name === 'shop5' ? worlds.direct(name) : worlds.connect(name)
  const walkers = names.map(name => new Walker(() => connect(name), mode))
  return {
    walk: (attack, warnings = true) =>
      Promise.all(walkers.map(walker => walker.walk(attack, warnings))),
    close: () => {
      for (const walker of walkers) walker.close()
    },
  }
}

const plans: readonly (readonly [Flavour, readonly Mode[]])[] = [
  ['mariadb', ['text']],
  ['mysql', ['binary']],
]

for (const [flavour, modes] of plans) {
  t.test(`on ${flavour}`, { skip: flavour === 'mysql' && noMysql }, async t => {
    const worlds = await startWorlds(t, flavour)
    // First: what is attacked is not as it was.
    await t.test('what reads nothing masked is answered as the server answers', async t => {
      const { walk, close } = walkersOf(worlds, ['shop1', 'shop4'], 'text')
      const changed: string[] = []
      for (const statement of legitimate) {
        const [through, bare] = await walk(statement, false)
        if (through?.lines.join('\n') !== bare?.lines.join('\n')) changed.push(statement)
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
        const { walk, close } = walkersOf(worlds, ['shop1', 'shop2', 'shop3'], mode)
        for (const { name, attacks, guesses } of catalogue) {
          const shown: string[] = []
          for (const attack of attacks) {
            const [one, other, mixed] = await walk(attack)
            const leaks = [one, mixed].flatMap(each => each?.leaks ?? [])
            const differs = one?.lines.join('\n') !== other?.lines.join('\n')
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

t.test('the catalogue is large', async t => {
  t.ok(attacks >= 300, `${attacks} attacks`)
  t.ok(legitimate.length >= 300, `${legitimate.length} legitimate statements`)
})
