/**
 * Statements labelled by hand: what the servers' manuals say that they do, and what `recommended`
 * has to say of them. An entry is the SQL and a line `--> VERDICT | CHANGES | EFFECTS`:
 *
 *   VERDICT  `allow`, or `hold` or `deny` and the names of all rules that must say so
 *   CHANGES  what a server holds that is another afterwards: see Change; `fails` when it refuses,
 *            `fails: WHY` when only a scratch server does, so that what it would do is not seen;
 *            `rows+fails` when what stands before has run
 *   EFFECTS  as DESIGN has them, `!` for a write that nothing narrows; a table when it says no type
 *
 * Lines that begin with `--- ` are headings.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Analysis, Effect } from '../../protocols/protocol.ts'
import { Policy } from '../../src/policy/policy.ts'
import { inRepository } from '../support/repository.ts'

export interface Entry {
  readonly file: string
  readonly sql: string
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
  readonly changes: readonly Change[]
  readonly fails: boolean
  /** Why a scratch server cannot do it. */
  readonly unseen: string | undefined
  readonly effects: readonly string[]
}

/** `sessions`: those of others that the server serves. */
export const changeKinds = [
  'rows',
  'schema',
  'privileges',
  'settings',
  'files',
  'sessions',
] as const
export type Change = (typeof changeKinds)[number]

/** All files of a folder beside this one. */
export function corpusOf(folder: string): readonly Entry[] {
  const place = inRepository(`test/corpus/${folder}`)
  const files = readdirSync(place).filter(name => name.endsWith('.sql') && name !== 'schema.sql')
  return files.flatMap(name => entriesOf(name, readFileSync(join(place, name), 'utf8')))
}

export function schemaOf(folder: string): string {
  return readFileSync(inRepository(`test/corpus/${folder}/schema.sql`), 'utf8')
}

function entriesOf(file: string, text: string): readonly Entry[] {
  const found: Entry[] = []
  let sql: string[] = []
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('--> ')) {
      found.push(entryOf(file, sql.join('\n').trim(), line.slice(4)))
      sql = []
    } else if (!line.startsWith('--- ')) sql.push(line)
  }
  if (sql.length > 0) throw new Error(`${file}: no label after ${sql.join(' ')}`)
  return found
}

function entryOf(file: string, sql: string, label: string): Entry {
  const [said = '', changed = '', done = ''] = label.split('|').map(part => part.trim())
  const [verdict = '', ...rules] = said.split(' ')
  const [kinds = '', unseen] = changed.split(': ')
  const words = kinds.split('+')
  const changes = words.filter(word => word !== 'nothing' && word !== 'fails')
  const known = ['allow', 'hold', 'deny'].includes(verdict)
  if (!known || !changes.every(isChange)) throw new Error(`${file}: ${sql}: ${label}`)
  return {
    file,
    sql,
    verdict: verdict as Entry['verdict'],
    rules: rules.sort(),
    changes,
    fails: words.includes('fails'),
    unseen,
    effects: done === '' ? [] : done.split(', ').sort(),
  }
}

function isChange(word: string): word is Change {
  return changeKinds.some(kind => kind === word)
}

/** `delete! stock`, `execute function twice`: each once, names of `home` without it. */
export function shortEffects(analysis: Analysis, home: readonly string[]): readonly string[] {
  return [...new Set(analysis.effects.map(effect => shortEffect(effect, home)))].sort()
}

function shortEffect({ kind, object, unfiltered }: Effect, home: readonly string[]): string {
  const mark = unfiltered === true ? '!' : ''
  if (object === undefined) return `${kind}${mark}`
  const { type, schema, name } = object
  const routine = type === 'function' || type === 'procedure'
  const left = schema === undefined || home.includes(schema) || (routine && schema === 'pg_catalog')
  const named = left ? name : `${schema}.${name}`
  return [`${kind}${mark}`, ...(type === 'table' ? [] : [type]), named].join(' ')
}

const policy = new Policy({
  mode: 'enforce',
  preset: 'recommended',
  default: 'allow',
  rules: [],
  approvers: { any: [{ group: 'reviewers', count: 1 }] },
})

const identity = { name: 'ann', kind: 'person', groups: [], owner: undefined } as const

/** What `recommended` says where columns of the name `email` are masked. */
export function verdictOn(analysis: Analysis): {
  readonly kind: Entry['verdict']
  readonly rules: readonly string[]
} {
  const { kind, rules } = policy.evaluate(analysis, {
    identity,
    database: 'shop',
    environment: 'production',
    application: undefined,
    transaction: 'idle',
    maskedReads: analysis.reads.filter(({ column }) => column === 'email'),
    maskedMoves: analysis.moves.filter(({ from }) => from.column === 'email'),
    maskedPredicates: (analysis.predicates ?? [])
      .filter(({ column }) => column.column === 'email')
      .map(each => ({ ...each, says: 'flag', rule: 'email' })),
    now: new Date(),
  })
  return { kind, rules: [...rules].sort() }
}
