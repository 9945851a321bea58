/** What is wrong in a configuration file, and where. No message repeats a secret. */
import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'

export interface Mistake {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** What was expected, what came, what to do. One sentence without a full stop. */
  readonly message: string
}

/** Every mistake of one file. The message has a line `file:line:column: …` for each. */
export class ConfigError extends Error {
  readonly code = 'COUNTERSIGN_CONFIG'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[], options?: ErrorOptions) {
    super(mistakes.map(formatMistake).join('\n'), options)
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

export function formatMistake({ file, line, column, message }: Mistake): string {
  return `${file}:${line}:${column}: ${message}`
}

export type Path = readonly (string | number)[]

/** Gathers mistakes by their place in the document. */
export class Mistakes {
  readonly #found: Mistake[] = []
  readonly #file: string
  readonly #document: Document
  readonly #lines: LineCounter
  /** Where the shape is wrong. What depends on these parts cannot be judged. */
  readonly #misshapen: Path[] = []

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file
    this.#document = document
    this.#lines = lines
  }

  /** In order of place, each said once. */
  get found(): readonly Mistake[] {
    const unique = new Map(this.#found.map(mistake => [formatMistake(mistake), mistake]))
    return [...unique.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  }

  /**
   * At the value there, or at the nearest thing around it that exists. Not said when the shape of
   * that part, or of one of the parts that it was judged by, is wrong: it may be a consequence.
   */
  add(path: Path, message: string, ...judgedBy: readonly Path[]): void {
    const parts = [path, ...judgedBy]
    const consequence = this.#misshapen.some(wrong => parts.some(part => startsWith(wrong, part)))
    if (!consequence) this.#addAt(this.#offset(path), message)
  }

  /** At the key itself. */
  addKey(path: Path, key: string, message: string): void {
    const parent = this.#node(path)
    const pair = isMap(parent) ? parent.items.find(item => keyOf(item.key) === key) : undefined
    this.#addAt(offsetOf(pair?.key) ?? this.#offset(path), message)
  }

  addSyntax(offset: number, message: string): void {
    this.#addAt(offset, message)
  }

  addIssues(issues: readonly z.core.$ZodIssue[]): void {
    for (const issue of issues) {
      this.#misshapen.push(pathOf(issue))
      this.#addIssue(issue, [])
    }
  }

  #addAt(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset)
    this.#found.push({
      file: this.#file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
    })
  }

  #addIssue(issue: z.core.$ZodIssue, above: Path): void {
    const path = [...above, ...pathOf(issue)]
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(' ')
      for (const key of issue.keys) this.addKey(path, key, unknownWord('key', key, known))
      return
    }
    if (issue.code === 'invalid_union') {
      this.#addUnion(issue, path)
      return
    }
    const node = this.#node(path)
    if (node === undefined && issue.code === 'invalid_type') {
      const name = path.at(-1) ?? 'the file'
      const message = `expected ${expectation(issue)} for "${name}", got nothing`
      this.#addAt(this.#offset(path), message)
      return
    }
    const came = describe(node, path)
    const near = issue.code === 'invalid_value' ? suggestion(scalarText(node), issue.values) : ''
    this.#addAt(this.#offset(path), `expected ${expectation(issue)}, got ${came}${near}`)
  }

  /** The alternative that was meant is the one whose outermost shape fits. */
  #addUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
    const fits = issue.errors.filter(errors => errors.every(isDeeper))
    const keyed = fits.filter(errors => !errors.some(isUnknownKey))
    const meant = keyed.length === 1 ? keyed[0] : fits.length === 1 ? fits[0] : undefined
    if (meant) {
      for (const error of meant) this.#addIssue(error, path)
      return
    }
    const node = this.#node(path)
    const unknown = fits.flat().find(isUnknownKey)
    const [key] = unknown?.code === 'unrecognized_keys' ? unknown.keys : []
    if (key !== undefined) {
      const known = fits.flat().flatMap(error => (isUnknownKey(error) ? error.message : []))
      this.addKey(path, key, unknownWord('key', key, known.join(' ').split(' ')))
      return
    }
    const outer = issue.errors.flat().filter(error => error.path.length === 0)
    const words = outer.flatMap(e => (e.code === 'invalid_value' ? e.values : []))
    const expected = new Set(outer.map(unionExpectation).filter(text => !words.includes(text)))
    const near = suggestion(scalarText(node), words)
    const came = describe(node, path)
    this.#addAt(this.#offset(path), `expected ${[...expected].join(' or ')}, got ${came}${near}`)
  }

  #node(path: Path): Node | undefined {
    const node = this.#document.getIn(path, true)
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined
  }

  #offset(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(this.#node(path.slice(0, length)))
      if (offset !== undefined) return offset
    }
    return offsetOf(this.#document.contents) ?? 0
  }
}

/** `unknown key "polcy"; did you mean "policy"?` */
export function unknownWord(what: string, came: string, known: readonly string[]): string {
  const near = suggestion(came, known)
  return `unknown ${what} "${came}"${near || `; known here: ${known.join(', ')}`}`
}

function suggestion(came: string | undefined, known: readonly unknown[]): string {
  if (came === undefined) return ''
  const words = known.filter(word => typeof word === 'string')
  const ranked = words
    .map(word => ({ word, distance: editDistance(came.toLowerCase(), word) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  if (!best || best.distance > Math.max(1, Math.floor(best.word.length / 3))) return ''
  return `; did you mean "${best.word}"?`
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected)
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.join(', ')}`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
        : issue.message
    case 'too_big':
      return `at most ${issue.maximum}`
    default:
      return issue.message
  }
}

function unionExpectation(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? 'a mapping' : expectation(issue)
}

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.path.map(part => (typeof part === 'number' ? part : String(part)))
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((part, index) => path[index] === part)
}

function isUnknownKey(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'unrecognized_keys' && issue.path.length === 0
}

/** Not about the value itself but about something within it, or about its text. */
function isDeeper(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return true
  return issue.code !== 'invalid_type' && issue.code !== 'invalid_value'
}

function typeName(expected: string): string {
  if (expected === 'string') return 'text'
  if (expected === 'array') return 'a list'
  if (expected === 'object' || expected === 'record') return 'a mapping'
  if (expected === 'boolean') return 'true or false'
  if (expected === 'int') return 'a whole number'
  return expected === 'null' ? 'null' : `a ${expected}`
}

/** Values that may be secrets are not repeated, even where they do not belong. */
function describe(node: Node | undefined, path: Path): string {
  if (node === undefined) return 'nothing'
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (!isScalar(node) || node.value === null) return 'nothing'
  const name = String(path.findLast(part => typeof part === 'string') ?? '')
  const secret = /password|verifier|upstream|url|secret|token|^key$/i.test(name)
  if (typeof node.value === 'string' && (secret || node.value.includes('://'))) {
    return 'something else'
  }
  const shown = JSON.stringify(node.value) ?? String(node.value)
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}

function scalarText(node: Node | undefined): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}

function keyOf(key: unknown): unknown {
  return isScalar(key) ? String(key.value) : key
}

function offsetOf(node: unknown): number | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return undefined
  return node.range?.[0]
}

/** Optimal string alignment: one swap of neighbours counts as one. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      current.push(best)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
