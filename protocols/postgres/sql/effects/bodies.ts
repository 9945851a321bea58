/** What a function's body does: SQL and PL/pgSQL are read, all other languages are not. */
import type { Effect, EffectKind } from '../../../protocol.ts'
import type { CatalogFunction } from '../../catalog.ts'
import { parse } from '../parse.ts'
import type { Node } from '../tree.ts'
import type { Collector } from './collector.ts'
import { plpgsqlStatements } from './plpgsql.ts'
import { namesOfDefinition } from './views.ts'

interface Body {
  readonly understood: boolean
  readonly effects: readonly Effect[]
}

const known = new WeakMap<CatalogFunction, Body>()
const looks: ReadonlySet<EffectKind> = new Set(['read', 'execute'])
const bodyBytesMax = 256 * 1024

/** Adds what the body does. false: nobody can say what it does. */
export function readBody(candidate: CatalogFunction, out: Collector): boolean {
  // Without side effects by its author's word, and only a superuser may write such code.
  if (candidate.language === 'c' || candidate.language === 'internal')
    return candidate.volatility !== 'volatile'
  if (candidate.kind === 'aggregate') return false
  const { language, source = '' } = candidate
  if ((language !== 'sql' && language !== 'plpgsql') || source.trim() === '') return false
  if (out.reading.has(candidate)) return true
  const body = known.get(candidate) ?? read(candidate, source, out)
  out.addAll(body.effects)
  // Which values a body in PL/pgSQL writes where is not followed: masked ones may be among them.
  const followed = language === 'sql' || body.effects.every(({ kind }) => looks.has(kind))
  return body.understood && followed
}

function read(candidate: CatalogFunction, source: string, within: Collector): Body {
  // Names in a body mean what they mean to the caller, so every schema has to be thought of.
  const out = within.beside({
    ...namesOfDefinition(within.names.catalog),
    searchPath: undefined,
  })
  out.reading.add(candidate)
  const standard = /^\s*(?:BEGIN\s+ATOMIC|RETURN)\b/i.test(source)
  const statements =
    candidate.language === 'plpgsql'
      ? plpgsqlStatements(candidate, bodyBytesMax)
      : sqlStatements(standard ? `CREATE FUNCTION f() RETURNS int ${source}` : source)
  const inBody = standard && candidate.language === 'sql'
  for (const node of statements ?? []) out.statement(node, inBody)
  // What it commits or raises is no matter of rules.
  const effects = out.effects.filter(({ kind }) => kind !== 'transaction')
  const body = { understood: statements !== undefined, effects }
  if (within.reading.size === 0) known.set(candidate, body)
  return body
}

function sqlStatements(text: string): readonly Node[] | undefined {
  const parsed = parse(text, bodyBytesMax)
  return parsed.ok ? parsed.statements.map(({ node }) => node) : undefined
}
