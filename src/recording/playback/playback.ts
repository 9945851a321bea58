/**
 * One session as the player shows it, growing while it is read: statements with their waits,
 * decisions and errors, results with their rows in pages, and what is missing.
 */
import type { FrameDecoder, Parameter, ResultEvent } from '../../../protocols/protocol.ts'
import type { OtherEntry, SessionHappening } from '../reading/happenings.ts'
import type { PlayedGap, PlayedNote, PlayedResult, PlayedStatement } from './played.ts'
import { diagnosticText, isNo, noteOf, waited } from './played-notes.ts'
import { type Expecting, giveResults, type Shown } from './results-of.ts'
import { type PageBudget, RowPages } from './row-pages.ts'

/** What a page of the console can hold; the terminal's replay has no such bound. */
const statementsMax = 50_000
const textLengthMax = 100_000
const parameterLengthMax = 1000
/** Of decrypted rows, in memory. */
const rowsBytesMax = 96 * 1024 * 1024

type Happened<Type extends SessionHappening['type']> = Extract<SessionHappening, { type: Type }>

export class Playback {
  readonly #decoder: FrameDecoder
  /** Those that changed last stand last. */
  readonly #statements = new Map<number, { statement: PlayedStatement; version: number }>()
  readonly gaps: PlayedGap[] = []
  readonly #rows = new Map<number, RowPages>()
  readonly #results = new Map<number, { result: PlayedResult; of: PlayedStatement | undefined }>()
  readonly #masks = new Map<string, Map<number, Masks>>()
  readonly #budget: PageBudget = { left: rowsBytesMax }
  #waiting: Expecting[] = []
  #shown: Shown[] = []
  #current: Shown | undefined
  #columns: PlayedResult['columns'] = []
  readonly #shapes = new Map<number, { readonly shape: string; readonly normalized: string }>()
  #notes: PlayedNote[] = []
  version = 0
  durationUs = 0
  /** Statements that there was no room for. */
  left = 0
  endReason: string | undefined

  readonly #pages: (result: number) => RowPages

  /** `pages`: where the rows of a result go. */
  constructor(
    decoder: FrameDecoder,
    pages: (result: number) => RowPages = () => new RowPages(this.#budget),
  ) {
    this.#decoder = decoder
    this.#pages = pages
  }

  push(happening: SessionHappening): void {
    this.durationUs = Math.max(this.durationUs, happening.atUs)
    switch (happening.type) {
      case 'statement':
        this.settle()
        this.#statement(happening)
        return
      case 'frames':
        for (const event of this.#decoder.push(happening)) this.#result(event)
        return
      case 'masks':
        this.#hide(happening)
        return
      default:
        this.#entry(happening.entry)
    }
  }

  /** To be called when nothing more is there for now. */
  settle(): void {
    giveResults(this.#waiting, this.#shown, (statement, result) => this.#give(statement, result))
    const current = this.#current?.result
    if (current !== undefined) this.#count(current)
  }

  /** Those that changed after that version, oldest change first. */
  changed(since: number, limit: number): { statements: readonly PlayedStatement[]; to: number } {
    const statements: PlayedStatement[] = []
    let to = this.version
    for (const { statement, version } of this.#statements.values()) {
      if (version <= since) continue
      if (statements.length >= limit) break
      statements.push(statement)
      to = version
    }
    return { statements, to: statements.length < limit ? this.version : to }
  }

  /** In the order of their numbers. */
  get statements(): readonly PlayedStatement[] {
    const all = [...this.#statements.values()].map(({ statement }) => statement)
    return all.sort((a, b) => a.number - b.number)
  }

  rows(result: number): RowPages | undefined {
    return this.#rows.get(result)
  }

  result(id: number): PlayedResult | undefined {
    return this.#results.get(id)?.result
  }

  #statement(happening: Happened<'statement'>): void {
    if (this.#statements.size >= statementsMax) {
      this.left += 1
      this.#touch()
      return
    }
    const { statement: number, atUs, text, normalized, verdict, tag, effects, tables } = happening
    const { kind, rules, reason, observed } = verdict
    const statement: PlayedStatement = {
      ...{ number, atUs, text: text?.slice(0, textLengthMax), normalized },
      parameters: happening.parameters.map(parameterText),
      ...{ tag, effects, tables, verdict: kind, rules, reason, observed },
      ...{ approval: happening.approval, waitedUs: undefined, endedUs: undefined },
      ...{ rows: 0, bytes: 0, error: undefined, notes: [], results: [] },
    }
    const { shape } = happening
    this.#shapes.set(number, { shape, normalized })
    this.#waiting.push({ statement, refused: kind === 'deny', end: undefined })
    this.#changed(statement)
  }

  #entry(entry: OtherEntry): void {
    if (entry.type === 'gap') {
      this.gaps.push({ atUs: entry.at, reason: entry.reason, bytes: entry.bytes })
      this.#touch()
      return
    }
    if (entry.type === 'session.end') {
      this.endReason = entry.reason
      this.#touch()
      return
    }
    const statement = this.#statements.get(entry.statement)?.statement
    if (statement === undefined) return
    const expecting = this.#waiting.find(each => each.statement === statement)
    if (entry.type === 'statement.end') {
      statement.endedUs = entry.at
      statement.rows = entry.rows
      statement.bytes = entry.bytes
      statement.error = entry.error ?? undefined
      if (expecting !== undefined) expecting.end = { tag: entry.tag, error: entry.error }
    } else {
      const note = noteOf(entry)
      if (note !== undefined) statement.notes.push({ atUs: entry.at, ...note })
      if (entry.type === 'refused') statement.error = entry.reason
      else waited(statement, entry)
      const no = entry.type === 'refused' || isNo(entry)
      if (expecting !== undefined && no) expecting.refused = true
      if (no) statement.endedUs = entry.at
    }
    this.#changed(statement)
  }

  #result(event: ResultEvent): void {
    const { atUs } = event
    switch (event.type) {
      case 'columns':
        this.#columns = event.columns
        this.#current = undefined
        this.#open(atUs, 'rows')
        return
      case 'row': {
        const { result } = this.#current ?? this.#open(atUs, 'rows')
        if (result.kind === 'none') result.kind = 'rows'
        this.#rows.get(result.id)?.push(event.values, atUs)
        return
      }
      case 'copy': {
        const kind = event.from === 'server' ? 'copy out' : 'copy in'
        const { result } = this.#current ?? this.#open(atUs, kind)
        for (const line of copiedLines(event.bytes)) this.#rows.get(result.id)?.push([line], atUs)
        return
      }
      case 'end':
      case 'error': {
        const shown = this.#current ?? this.#open(atUs, 'none')
        if (event.type === 'end') shown.result.tag = event.tag
        else shown.result.error = { code: event.code, text: diagnosticText(event) }
        shown.done = true
        this.#count(shown.result)
        this.#current = undefined
        return
      }
      case 'notice':
        this.#note({ atUs, kind: 'notice', text: diagnosticText(event) })
        return
      default: {
        const { channel, payload } = event
        this.#note({ atUs, kind: 'notice', text: `notification "${channel}": ${payload}` })
      }
    }
  }

  #open(atUs: number, kind: PlayedResult['kind']): Shown {
    const id = this.#results.size
    const columns = kind === 'rows' ? this.#columns : kind === 'none' ? [] : copyColumns
    const result: PlayedResult = {
      ...{ id, atUs, columns, hidden: [], kind, rows: 0, kept: 0, marks: [] },
      ...{ tag: undefined, error: undefined },
    }
    const shown = { result, done: false }
    this.#results.set(id, { result, of: undefined })
    this.#rows.set(id, this.#pages(id))
    this.#current = shown
    this.#shown.push(shown)
    return shown
  }

  #note(note: PlayedNote): void {
    const statement = this.#waiting[0]?.statement
    if (statement === undefined) this.#notes.push(note)
    else {
      statement.notes.push(note)
      this.#changed(statement)
    }
  }

  #give(statement: PlayedStatement, result: PlayedResult): void {
    const known = this.#results.get(result.id)
    if (known !== undefined) known.of = statement
    const masks = this.#masksOf(statement.number, statement.results.length)
    if (masks !== undefined && result.kind === 'rows') {
      result.columns = result.columns.map((column, index) => {
        const rule = masks[index]
        return rule === undefined ? column : { ...column, rule }
      })
    } else if (masks !== undefined && result.kind === 'copy out') {
      result.hidden = [...new Set(Object.values(masks))]
    }
    if (result.error !== undefined) statement.error ??= result.error.code
    statement.notes.push(...this.#notes.splice(0))
    statement.results.push(result)
    this.#count(result)
  }

  /** What is known of its rows by now. */
  #count(result: PlayedResult): void {
    const rows = this.#rows.get(result.id)
    const statement = this.#results.get(result.id)?.of
    if (rows === undefined) return
    result.rows = rows.count
    result.kept = rows.kept
    result.marks = rows.marks
    if (statement !== undefined) this.#changed(statement)
  }

  #hide({ shape, normalized, result, of, rules }: Happened<'masks'>): void {
    // What is read anew while it is held has a shape of its own: it is found by what it says.
    for (const key of [shape, normalized]) {
      const masks = this.#masks.get(key) ?? new Map<number, Masks>()
      this.#masks.set(key, masks.set(result, { rules, of }))
    }
  }

  #masksOf(statement: number, result: number): Readonly<Record<number, string>> | undefined {
    const names = this.#shapes.get(statement)
    if (names === undefined) return undefined
    const masks = this.#masks.get(names.shape) ?? this.#masks.get(names.normalized)
    const exact = masks?.get(result)
    if (exact !== undefined) return exact.rules
    // Of a result that the text does not have: those of which nothing is known are told as one.
    const unknown = [...(masks ?? [])].find(([number, { of }]) => number >= of && result >= of)
    return unknown?.[1].rules
  }

  #changed(statement: PlayedStatement): void {
    this.#touch()
    this.#statements.delete(statement.number)
    this.#statements.set(statement.number, { statement, version: this.version })
  }

  #touch(): void {
    this.version += 1
  }
}

interface Masks {
  readonly rules: Readonly<Record<number, string>>
  readonly of: number
}

const copyColumns = [{ name: 'COPY', type: 'lines' }]

function parameterText(value: Parameter): string | null {
  if (value === null) return null
  const text = typeof value === 'string' ? value : `\\x${Buffer.from(value).toString('hex')}`
  if (text.length <= parameterLengthMax) return text
  return `${text.slice(0, parameterLengthMax)}… (${text.length} characters)`
}

function copiedLines(bytes: Buffer): readonly string[] {
  const text = bytes.toString('utf8')
  if (text.includes('\ufffd')) return [`\\x${bytes.toString('hex')}`]
  return text.replace(/\n$/, '').split('\n')
}
