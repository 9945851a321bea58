/**
 * What a setting would be after a SET, as far as the text tells: constants, DEFAULT, and for
 * sql_mode the usual ways to add a mode to those that are there, or to take one away.
 * https://dev.mysql.com/doc/refman/en/sql-mode.html https://mariadb.com/kb/en/sql-mode/
 */
import type { Expression } from './ast.ts'
import type { SettingValue } from './setting-changes.ts'

/** undefined: it cannot be known from the text. `name` is lower case. */
export function staticValue(name: string, value: Expression): SettingValue | undefined {
  const plain = unwrapped(value)
  switch (plain.kind) {
    case 'default':
      return { kind: 'default' }
    case 'literal':
      return { kind: 'text', text: plain.type === 'null' ? null : plain.value }
    case 'unary': {
      const number = plain.operand.kind === 'literal' ? plain.operand.value : undefined
      return number === undefined || !/^[\d.]+$/.test(number) || plain.operator !== '-'
        ? undefined
        : { kind: 'text', text: `-${number}` }
    }
    case 'systemVariable':
      if (plain.name !== name || plain.instance !== undefined) return undefined
      if (plain.scope === 'global') return { kind: 'default' }
      return name === 'sql_mode' ? { kind: 'modes', add: [], remove: [] } : undefined
    case 'call':
      return name === 'sql_mode' ? modesOf(plain) : undefined
    default:
      return undefined
  }
}

/** `(SELECT x)` and `(x)` are x. */
function unwrapped(value: Expression): Expression {
  if (value.kind === 'row' && value.items.length === 1 && value.items[0] !== undefined)
    return unwrapped(value.items[0])
  if (value.kind !== 'subquery') return value
  const { body, with: clause, limit } = value.query
  if (body.kind !== 'select' || clause !== undefined || limit !== undefined) return value
  const [item, more] = body.items
  const bare = body.from.length === 0 && body.where === undefined && body.having === undefined
  if (!bare || more !== undefined || item === undefined) return value
  return item.expression.kind === 'star' ? value : unwrapped(item.expression)
}

type Modes = Extract<SettingValue, { kind: 'modes' | 'text' }>

/** CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES'), REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''). */
function modesOf(value: Expression): Modes | undefined {
  const plain = unwrapped(value)
  if (plain.kind !== 'call') {
    const known = staticValue('sql_mode', plain)
    return known?.kind === 'default' ? undefined : known
  }
  if (plain.schema !== undefined) return undefined
  const name = plain.name.toLowerCase()
  if (name === 'concat') return concatenated(plain.args)
  return name === 'replace' ? replaced(plain.args) : undefined
}

function concatenated(args: readonly Expression[]): Modes | undefined {
  const parts = args.map(modesOf)
  const bases = parts.filter(part => part?.kind === 'modes')
  const [base] = bases
  if (bases.length > 1) return undefined
  let text = ''
  for (const part of parts) {
    if (part === undefined) return undefined
    // The modes that are there end where another begins: what joins them must be a comma.
    if (part.kind === 'modes') text += ',\0,'
    else if (part.text === null) return undefined
    else text += part.text
  }
  if (base?.kind !== 'modes') return { kind: 'text', text }
  const [before = '', after = ''] = text.split('\0')
  if (before !== ',' && !before.endsWith(',,')) return undefined
  if (after !== ',' && !after.startsWith(',,')) return undefined
  const add = [...base.add, ...modeNames(`${before},${after}`)]
  return { kind: 'modes', add, remove: base.remove }
}

function replaced([from, what, by, more]: readonly Expression[]): Modes | undefined {
  if (from === undefined || what === undefined || by === undefined || more !== undefined)
    return undefined
  const base = modesOf(from)
  const [gone, instead] = [modesOf(what), modesOf(by)]
  if (base?.kind !== 'modes' || base.add.length > 0) return undefined
  if (gone?.kind !== 'text' || instead?.kind !== 'text') return undefined
  if (instead.text !== '' && instead.text !== ',') return undefined
  const names = modeNames(gone.text ?? '')
  // A part of a longer name would leave another mode behind.
  const [name, other] = names
  if (name === undefined || other !== undefined || !isWholeName(name)) return undefined
  return { kind: 'modes', add: [], remove: [...base.remove, name] }
}

export function modeNames(text: string): readonly string[] {
  return text
    .split(',')
    .map(each => each.trim().toUpperCase())
    .filter(each => each !== '')
}

/** Modes that stand in no other mode's name. */
function isWholeName(name: string): boolean {
  return knownModes.has(name) && ![...knownModes].some(each => each !== name && each.includes(name))
}

export const knownModes: ReadonlySet<string> = new Set(
  `
  REAL_AS_FLOAT PIPES_AS_CONCAT ANSI_QUOTES IGNORE_SPACE IGNORE_BAD_TABLE_OPTIONS NOT_USED
  ONLY_FULL_GROUP_BY NO_UNSIGNED_SUBTRACTION NO_DIR_IN_CREATE POSTGRESQL ORACLE MSSQL DB2 MAXDB
  NO_KEY_OPTIONS NO_TABLE_OPTIONS NO_FIELD_OPTIONS MYSQL323 MYSQL40 ANSI NO_AUTO_VALUE_ON_ZERO
  NO_BACKSLASH_ESCAPES STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE
  ALLOW_INVALID_DATES ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL NO_AUTO_CREATE_USER
  HIGH_NOT_PRECEDENCE NO_ENGINE_SUBSTITUTION PAD_CHAR_TO_FULL_LENGTH EMPTY_STRING_IS_NULL
  SIMULTANEOUS_ASSIGNMENT TIME_ROUND_FRACTIONAL TIME_TRUNCATE_FRACTIONAL
`
    .trim()
    .split(/\s+/),
)

/** Modes under which the server has another grammar. */
export const dialectModes: ReadonlySet<string> = new Set([
  'ORACLE',
  'MSSQL',
  'DB2',
  'MAXDB',
  'POSTGRESQL',
])
