/**
 * Settings that a client asks for while connecting take effect without a statement. They are
 * judged as the SET statements that they stand for, before the upstream hears of them.
 */
import type { Session } from '../protocol.ts'
import type { Database } from './databases.ts'
import { FatalError } from './fatal.ts'
import { sqlStateOf } from './refusal.ts'
import { reasonHelp } from './session-reason.ts'
import { reasonSetting } from './sql/reason-changes.ts'
import { SessionNames } from './sql/session-names.ts'

/** What nearly every driver sends, and what says only how values are written. */
const formatting: ReadonlySet<string> = new Set([
  'user',
  'database',
  'application_name',
  'client_encoding',
  'datestyle',
  'extra_float_digits',
  'intervalstyle',
  'timezone',
])

/** Returns how many statements it had reviewed: 0 or 1. Throws FatalError when one is refused. */
export async function reviewSettings(
  session: Session,
  parameters: ReadonlyMap<string, string>,
  database: Database,
): Promise<number> {
  const asked = [...parameters].filter(([name]) => !formatting.has(name))
  if (asked.length === 0) return 0
  const text = asked.map(([name, value]) => `SET ${name} TO ${literal(value)}`).join('; ')
  const names = new SessionNames({
    catalog: database.catalog.snapshot,
    user: session.upstream.user,
    searchPath: undefined,
  })
  const answer = await session.review(
    { text, analysis: database.analyzer.analyze(text, names), parameters: [] },
    { transaction: 'idle', role: undefined, searchPath: undefined },
    AbortSignal.abort('a connection cannot wait for people'),
    // Nor can it say anything, beside what it connects with.
    {
      notify: () => undefined,
      reasons: () => ({ statement: undefined, session: parameters.get(reasonSetting) }),
      definitions: () => new Map(),
      again: () => Promise.reject(new Error('a connection cannot wait for people')),
      impact: () => Promise.resolve(undefined),
      reasonHelp,
      breaksGlass: () => undefined,
    },
  )
  if (answer.run) return 1
  const { message, detail } = answer.refusal
  throw new FatalError(sqlStateOf(answer.refusal), message, {
    ...(detail === undefined ? {} : { detail }),
    hint: 'Connect without these settings, and use SET: a statement can be approved.',
  })
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
