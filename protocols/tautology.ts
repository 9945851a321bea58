/**
 * Whether a condition is true for every row, decided by trying: what it compares with numbers takes
 * every value that makes a difference, what else it asks is true once and false once. NULL apart.
 */

export type Formula =
  | { readonly kind: 'known'; readonly value: boolean }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Formula[] }
  | Comparison
  /** Anything else, by its text: equal texts are true and false together. */
  | { readonly kind: 'free'; readonly what: string }

export interface Comparison {
  readonly kind: 'compare'
  /** The text of what is compared. */
  readonly what: string
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>='
  readonly constant: number
  /** What can be compared with it at all: the numbers of its type. */
  readonly domain: Domain
}

/** Both included. */
export interface Domain {
  readonly from: number
  readonly to: number
  /** There is nothing between 1 and 2. */
  readonly whole: boolean
}

export const anyNumber: Domain = { from: -Infinity, to: Infinity, whole: false }

/** With the sides exchanged. */
export const turned: Readonly<Record<Comparison['operator'], Comparison['operator']>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/** IF, and one WHEN of a CASE. */
export function choice(condition: Formula, yes: Formula, no: Formula): Formula {
  return {
    kind: 'any',
    parts: [
      { kind: 'all', parts: [condition, yes] },
      { kind: 'all', parts: [{ kind: 'not', of: condition }, no] },
    ],
  }
}

/** Where more would have to be tried it is not decided. */
const trialsMax = 2000

/** undefined: it depends, or there is too much to try. */
export function truthOf(formula: Formula): boolean | undefined {
  if (formula.kind === 'known') return formula.value
  if (formula.kind === 'not') {
    const inner = truthOf(formula.of)
    return inner === undefined ? undefined : !inner
  }
  if (formula.kind === 'all' || formula.kind === 'any') {
    const one = formula.kind === 'any'
    let open = false
    // Parts that ask nothing in common decide each for themselves.
    for (const group of groupsOf(formula.parts)) {
      const [only] = group
      const part: Formula = { kind: formula.kind, parts: group }
      const truth = group.length === 1 && only !== undefined ? truthOf(only) : tried(part)
      if (truth === one) return one
      open ||= truth === undefined
    }
    return open ? undefined : !one
  }
  return tried(formula)
}

type Variables = ReadonlyMap<string, readonly (number | boolean)[]>

function tried(formula: Formula): boolean | undefined {
  const variables = [...variablesOf(formula)]
  const trials = variables.reduce((count, [, values]) => count * values.length, 1)
  if (trials > trialsMax) return undefined
  const now = new Map<string, number | boolean>()
  let seen: boolean | undefined
  for (let trial = 0; trial < trials; trial++) {
    let rest = trial
    for (const [what, values] of variables) {
      now.set(what, values[rest % values.length] ?? false)
      rest = Math.floor(rest / values.length)
    }
    const value = holds(formula, now)
    if (seen !== undefined && seen !== value) return undefined
    seen = value
  }
  return seen
}

function holds(formula: Formula, now: ReadonlyMap<string, number | boolean>): boolean {
  switch (formula.kind) {
    case 'known':
      return formula.value
    case 'not':
      return !holds(formula.of, now)
    case 'all':
      return formula.parts.every(part => holds(part, now))
    case 'any':
      return formula.parts.some(part => holds(part, now))
    case 'free':
      return now.get(freeKey(formula.what)) === true
    case 'compare':
      return compares(Number(now.get(formula.what)), formula)
  }
}

function compares(value: number, { operator, constant }: Comparison): boolean {
  switch (operator) {
    case '=':
      return value === constant
    case '<>':
      return value !== constant
    case '<':
      return value < constant
    case '<=':
      return value <= constant
    case '>':
      return value > constant
    case '>=':
      return value >= constant
  }
}

/** Each variable with the values that it takes: its constants, and some before, between, after. */
function variablesOf(formula: Formula): Variables {
  const constants = new Map<string, { readonly all: Set<number>; readonly domain: Domain }>()
  const variables = new Map<string, readonly (number | boolean)[]>()
  const visit = (part: Formula): void => {
    if (part.kind === 'not') visit(part.of)
    else if (part.kind === 'all' || part.kind === 'any') part.parts.forEach(visit)
    else if (part.kind === 'free') variables.set(freeKey(part.what), [false, true])
    else if (part.kind === 'compare') {
      const known = constants.get(part.what) ?? { all: new Set<number>(), domain: part.domain }
      known.all.add(part.constant)
      constants.set(part.what, known)
    }
  }
  visit(formula)
  for (const [what, { all, domain }] of constants) variables.set(what, valuesFor([...all], domain))
  return variables
}

function valuesFor(constants: readonly number[], { from, to, whole }: Domain): readonly number[] {
  const sorted = constants.toSorted((a, b) => a - b)
  const values = sorted.flatMap((value, i) => {
    const before = sorted[i - 1]
    return before === undefined ? [value - 1, value] : [(before + value) / 2, value]
  })
  values.push((sorted.at(-1) ?? 0) + 1, from, to)
  return values.filter(
    value => value >= from && value <= to && Number.isFinite(value) && !(whole && value % 1 !== 0),
  )
}

function freeKey(what: string): string {
  return `? ${what}`
}

/** Parts that share a variable, with each other or by way of others. */
function groupsOf(parts: readonly Formula[]): readonly (readonly Formula[])[] {
  const groups: { parts: Formula[]; names: Set<string> }[] = []
  for (const part of parts) {
    const names = new Set(variablesOf(part).keys())
    const touched = groups.filter(group => [...names].some(name => group.names.has(name)))
    const joined = touched[0] ?? { parts: [], names }
    if (touched.length === 0) groups.push(joined)
    for (const other of touched.slice(1)) {
      joined.parts.push(...other.parts)
      for (const name of other.names) joined.names.add(name)
      groups.splice(groups.indexOf(other), 1)
    }
    joined.parts.push(part)
    for (const name of names) joined.names.add(name)
  }
  return groups.map(group => group.parts)
}
