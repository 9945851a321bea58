/**
 * Traffic that nobody may be asked about: run directly, then through the proxy, where every
 * statement has to be allowed and every answer has to be the server's own.
 */
import type { Test } from 'tap'
import type { Place } from './mysql-proxy.ts'
import { password } from './running-program.ts'
import { sameLines } from './same-lines.ts'
import { sameSteps } from './seen.ts'

export interface Ways {
  /** Of the console. */
  readonly http: string
  readonly direct: Place
  readonly through: Place
  /** Past the proxy: what a run before left there is gone. */
  drop(tables: readonly string[]): Promise<void>
}

interface Traffic {
  /** What it makes, children first. */
  readonly tables: readonly string[]
  /** At least so many are judged. */
  readonly statements: number
  /** Gives steps, or lines of text. */
  run(place: Place): Promise<unknown>
}

export async function passesUnheld(t: Test, ways: Ways, traffic: Traffic): Promise<void> {
  const { tables, statements } = traffic
  await ways.drop(tables)
  const direct = await traffic.run(ways.direct)
  await ways.drop(tables)
  const before = await verdicts(ways.http)
  const through = await traffic.run(ways.through)
  const after = await verdicts(ways.http)
  await ways.drop(tables)
  if (typeof direct === 'string') sameLines(t, lines(through), lines(direct), 'the same lines')
  else sameSteps(t, through, direct)
  const asked = after.asked.filter(id => !before.asked.includes(id))
  t.strictSame(await Promise.all(asked.map(id => described(ways.http, id))), [], 'nobody is asked')
  t.equal(after.hold - before.hold, 0, 'none is held')
  t.equal(after.deny - before.deny, 0, 'none is denied')
  const allowed = after.allow - before.allow
  t.ok(allowed >= statements, `${allowed} statements are allowed`)
}

const lines = (text: unknown): string[] => String(text).split('\n')

interface Verdicts {
  readonly allow: number
  readonly hold: number
  readonly deny: number
  /** Ids of requests. */
  readonly asked: readonly string[]
}

async function verdicts(http: string): Promise<Verdicts> {
  const text = await (await fetch(`${http}/metrics`)).text()
  const count = (verdict: string): number =>
    Number(
      new RegExp(`^countersign_statements_total\\{verdict="${verdict}"\\} (\\d+)`, 'm').exec(
        text,
      )?.[1],
    )
  const { approvals } = (await ask(http, '?limit=500')) as { approvals: { id: string }[] }
  return {
    ...{ allow: count('allow'), hold: count('hold'), deny: count('deny') },
    asked: approvals.map(({ id }) => id),
  }
}

async function described(http: string, id: string): Promise<string> {
  const { approval } = (await ask(http, `/${id}`)) as {
    approval: { rules: string[]; reason: string; text: string }
  }
  return `${approval.rules.join(', ')} (${approval.reason}): ${approval.text}`
}

async function ask(http: string, path: string): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`rita:${password}`).toString('base64')}`
  return (await fetch(`${http}/api/v1/approvals${path}`, { headers: { authorization } })).json()
}
