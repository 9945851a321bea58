/** Reads from one statement what it sets, and what it kills. */
import type { Effect } from '../../protocol.ts'
import type { Kill, SetItem, Statement } from './ast.ts'
import { literalText } from './effects/session.ts'
import type { Names } from './names.ts'
import { parse } from './parse.ts'
import type { KillTarget, SettingChange, SettingScope, SettingValue } from './setting-changes.ts'
import { staticValue } from './setting-values.ts'

export interface SettingsRead {
  readonly settings: readonly SettingChange[]
  readonly kills: readonly KillTarget[]
}

const depthMax = 8

export function readSettings(
  statement: Statement,
  result: number,
  effects: readonly Effect[],
  names: Names,
): SettingsRead {
  const settings: SettingChange[] = []
  const kills: KillTarget[] = []
  const visit = (node: Statement, depth: number): void => {
    if (depth > depthMax) settings.push({ kind: 'anything', result })
    else if (node.kind === 'use') settings.push({ kind: 'database', result, name: node.database })
    else if (node.kind === 'kill') kills.push(killOf(node, result))
    else if (node.kind === 'set') {
      const scope = node.statement === undefined ? undefined : 'statement'
      for (const item of node.items) settings.push(...itemChanges(item, scope, result))
      if (node.statement !== undefined) visit(node.statement, depth + 1)
    } else if (node.kind === 'explain' && node.analyze && node.statement !== undefined)
      visit(node.statement, depth + 1)
    else if (node.kind === 'execute') {
      const kept = names.session.prepared(node.name)
      if (kept.length === 0) settings.push({ kind: 'anything', result })
      for (const { statement: inner } of kept) {
        if (inner === undefined) settings.push({ kind: 'anything', result })
        else visit(inner, depth + 1)
      }
    } else if (node.kind === 'executeImmediate') {
      const text = literalText(node.source)
      const parsed = text === undefined ? undefined : parse(text, names.lexer)
      if (parsed?.ok !== true) settings.push({ kind: 'anything', result })
      else for (const each of parsed.statements) visit(each.node, depth + 1)
    }
  }
  visit(statement, 0)
  if (settings.length === 0 && kills.length === 0 && effects.some(mayAnything))
    settings.push({ kind: 'anything', result })
  return { settings, kills }
}

/** Code that nobody read, or that was read and has a SET in it. */
function mayAnything({ kind, detail = '' }: Effect): boolean {
  if (kind === 'unknown' || kind === 'setting') return true
  return kind === 'execute' && /\b(?:opaque|dynamic|do)\b/.test(detail)
}

function itemChanges(
  item: SetItem,
  within: 'statement' | undefined,
  result: number,
): readonly SettingChange[] {
  const change = (
    name: string,
    value: SettingValue | undefined,
    scope: SettingScope = 'session',
  ): SettingChange => ({ kind: 'setting', result, scope: within ?? scope, name, value })
  switch (item.kind) {
    case 'systemVariable': {
      const { name, scope } = item.target
      return [change(name, staticValue(name, item.value), scopes[scope ?? 'session'])]
    }
    case 'names': {
      const value = charset(item.charset)
      const collation =
        item.collation === undefined
          ? []
          : [change('collation_connection', { kind: 'text', text: item.collation })]
      return [
        change('character_set_client', value),
        change('character_set_connection', value),
        change('character_set_results', value),
        ...collation,
      ]
    }
    case 'characterSet': {
      const value = charset(item.charset)
      return [
        change('character_set_client', value),
        change('character_set_connection', undefined),
        change('character_set_results', value),
      ]
    }
    case 'transaction': {
      const scope = transactionScopes.get(item.scope ?? '') ?? 'session'
      return item.characteristics.map(each =>
        /^read (?:only|write)$/i.test(each)
          ? change('transaction_read_only', text(/only/i.test(each) ? 'ON' : 'OFF'), scope)
          : change('transaction_isolation', text(isolation(each)), scope),
      )
    }
    default:
      return []
  }
}

const scopes: Readonly<Record<string, SettingScope>> = {
  session: 'session',
  local: 'session',
  global: 'global',
  persist: 'global',
  persist_only: 'global',
}

const transactionScopes: ReadonlyMap<string, SettingScope> = new Map([
  ['', 'once'],
  ['global', 'global'],
])

function isolation(words: string): string {
  return words
    .replace(/^isolation level /i, '')
    .toUpperCase()
    .replaceAll(' ', '-')
}

function text(value: string): SettingValue {
  return { kind: 'text', text: value }
}

function charset(name: string | undefined): SettingValue {
  return name === undefined ? { kind: 'default' } : text(name.toLowerCase())
}

function killOf({ query, id, user }: Kill, result: number): KillTarget {
  const number =
    id?.kind === 'literal' && /^\d{1,15}$/.test(id.value) ? Number(id.value) : undefined
  return {
    result,
    what: query ? 'query' : 'connection',
    connectionId: user === undefined ? number : undefined,
  }
}
