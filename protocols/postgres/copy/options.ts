/**
 * The options of COPY … TO STDOUT that say how its data looks.
 * See https://www.postgresql.org/docs/current/sql-copy.html
 */
import type { Node } from 'libpg-query'

export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary'
  /** One byte. */
  readonly delimiter: string
  /** What stands for NULL, not quoted. */
  readonly null: string
  /** One byte. CSV only, as is `escape`. */
  readonly quote: string
  readonly escape: string
  /** The first line has the columns' names. */
  readonly header: boolean
  /** Columns whose values are quoted even when they need not be. */
  readonly forceQuote: 'all' | readonly string[]
}

/** Options of COPY FROM, and those that change nothing in the data. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'freeze',
  'force_not_null',
  'force_null',
  'on_error',
  'log_verbosity',
  'reject_limit',
])

/**
 * From the list of options in a CopyStmt; the old and the new syntax give the same. Undefined when
 * one of them is not known, or says something that we cannot follow: then nothing can be masked.
 */
export function copyOptions(nodes: readonly Node[] = []): CopyOptions | undefined {
  const given = new Map<string, Argument>()
  for (const node of nodes) {
    const element = (node as { DefElem?: { defname?: string; arg?: Argument } }).DefElem
    if (element?.defname === undefined || given.has(element.defname)) return undefined
    given.set(element.defname, element.arg ?? {})
  }
  const format = string(given.get('format')) ?? 'text'
  if (format !== 'text' && format !== 'csv' && format !== 'binary') return undefined
  const csv = format === 'csv'
  const quote = string(given.get('quote')) ?? '"'
  const options: CopyOptions = {
    format,
    delimiter: string(given.get('delimiter')) ?? (csv ? ',' : '\t'),
    null: string(given.get('null')) ?? (csv ? '' : '\\N'),
    quote,
    escape: string(given.get('escape')) ?? quote,
    header: given.has('header') && boolean(given.get('header')) === true,
    forceQuote: names(given.get('force_quote')),
  }
  const known = [...given].every(([name, argument]) => isKnown(name, argument))
  const oneByte = [options.delimiter, quote, options.escape].every(c => Buffer.byteLength(c) === 1)
  return known && oneByte && !swallows(options) ? options : undefined
}

/**
 * A NULL that ends in a backslash would make data of the delimiter behind it, and of values what
 * seems to be another column's.
 */
function swallows({ format, null: nullText }: CopyOptions): boolean {
  const backslashes = /\\*$/.exec(nullText)?.[0].length ?? 0
  return format === 'text' && backslashes % 2 === 1
}

/** The nodes that an option's value may be. */
interface Argument {
  readonly String?: { readonly sval?: string }
  readonly Integer?: { readonly ival?: number }
  readonly Boolean?: { readonly boolval?: boolean }
  readonly A_Star?: object
  readonly List?: { readonly items?: readonly Argument[] }
}

function isKnown(name: string, argument: Argument): boolean {
  switch (name) {
    case 'format':
    case 'delimiter':
    case 'null':
    case 'quote':
    case 'escape':
      return string(argument) !== undefined
    case 'header':
      return boolean(argument) !== undefined
    case 'force_quote':
      return argument.A_Star !== undefined || argument.List !== undefined
    case 'encoding':
      // In another encoding the delimiter may be half of a character.
      return /^(?:utf-?8|unicode)$/i.test(string(argument) ?? '')
    default:
      return WITHOUT_EFFECT.has(name)
  }
}

function string(argument: Argument | undefined): string | undefined {
  return argument?.String === undefined ? undefined : (argument.String.sval ?? '')
}

/** As defGetBoolean reads it: an option without a value is on. */
function boolean(argument: Argument = {}): boolean | undefined {
  if (argument.Boolean !== undefined) return argument.Boolean.boolval === true
  if (argument.Integer !== undefined) {
    const number = argument.Integer.ival ?? 0
    return number === 0 ? false : number === 1 ? true : undefined
  }
  const text = string(argument)?.toLowerCase() ?? 'on'
  return text === 'on' || text === 'true'
    ? true
    : text === 'off' || text === 'false'
      ? false
      : undefined
}

function names(argument: Argument | undefined): 'all' | readonly string[] {
  if (argument?.A_Star !== undefined) return 'all'
  return (argument?.List?.items ?? []).map(item => string(item) ?? '')
}
