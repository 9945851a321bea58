/** SQL texts to what they do. One for each database, since it keeps what it read of its names. */
import { AnalysisCache, type AnalysisCacheOptions, type ReadText } from '../../analysis-cache.ts'
import { namesParts } from '../../column-parts.ts'
import { ColumnPredicates } from '../../column-predicates.ts'
import type {
  Analysis,
  ColumnMove,
  ColumnName,
  Effect,
  RelationName,
  ResultLineage,
} from '../../protocol.ts'
import type { Statement } from './ast.ts'
import { keepChanges, keepManyResults, type SessionChange } from './changes.ts'
import { effectsOf } from './effects.ts'
import type { LexerOptions } from './lexer/options.ts'
import { withOrigins } from './lineage/origins.ts'
import { trace } from './lineage/trace.ts'
import type { Names } from './names.ts'
import { normalizeBroken, normalizeTokens } from './normalize.ts'
import { Overlay } from './overlay.ts'
import { type ParsedStatement, parse } from './parse.ts'
import { changesOfStatement } from './session-changes.ts'
import { type KillTarget, keepSettingChanges, type SettingChange } from './setting-changes.ts'
import { readSettings } from './setting-reader.ts'
import { shapeOf } from './shape.ts'
import { shareable } from './shareable.ts'
import { tagOf } from './tag.ts'

export interface AnalyzerOptions extends AnalysisCacheOptions {
  readonly statementBytesMax?: number
}

const statementsMax = 10_000

export class Analyzer {
  readonly #cache: AnalysisCache<Names, Meaning>

  readonly #bytesMax: number

  constructor(options: AnalyzerOptions = {}) {
    const bytesMax = options.statementBytesMax ?? 1024 * 1024
    this.#bytesMax = bytesMax
    this.#cache = new AnalysisCache<Names, Meaning>(
      {
        meaningOf: ({ catalog, database, lexer }) => ({ catalog, database, lexer }),
        means,
        shapeOf: (text, { lexer }) => shapeOf(text, lexer),
        read: (text, names) => read(text, names, bytesMax),
      },
      options,
    )
  }

  /**
   * Never throws on bad SQL. Gives the same object for texts that differ in nothing that matters,
   * as long as it is cached. `?` is a parameter, so prepared texts are read by the same method.
   */
  analyze(text: string, names: Names): Analysis {
    return this.#cache.analyze(text, names)
  }

  /** With the origins of what it gives, for people; nothing of it is kept. */
  explain(text: string, names: Names): Analysis {
    return read(text, names, this.#bytesMax, withOrigins).analysis
  }
}

/** What is told of the result of one statement. */
type Told = (result: ResultLineage, statement: Statement, names: Names) => ResultLineage

/** A prepared statement keeps its database and its lexer, whatever its session's names are by now. */
type Meaning = Pick<Names, 'catalog' | 'database' | 'lexer'>

function means(kept: Meaning, { catalog, database, lexer }: Names): boolean {
  if (kept.catalog !== catalog || kept.database !== database) return false
  return kept.lexer === lexer || sameLexer(kept.lexer, lexer)
}

function sameLexer(a: LexerOptions, b: LexerOptions): boolean {
  return (
    a.flavour === b.flavour &&
    a.version === b.version &&
    a.ansiQuotes === b.ansiQuotes &&
    a.noBackslashEscapes === b.noBackslashEscapes &&
    a.ignoreSpace === b.ignoreSpace &&
    a.pipesAsConcat === b.pipesAsConcat &&
    a.highNotPrecedence === b.highNotPrecedence
  )
}

function read(text: string, names: Names, bytesMax: number, told?: Told): ReadText {
  try {
    if (isLonger(text, bytesMax)) return refused(text, names, `longer than ${bytesMax} bytes`)
    // A lone surrogate would reach the server as something else than we read.
    if (/\p{Surrogate}/u.test(text)) return refused(text, names, 'invalid characters in the text')
    const parsed = parse(text, names.lexer)
    if (!parsed.ok) return refused(text, names, parsed.message)
    if (parsed.statements.length > statementsMax) return refused(text, names, 'too many statements')
    return understand(text, parsed.statements, names, told)
  } catch (error) {
    // A tree too deep or too wide to be followed. A bug of ours must not let anything pass.
    const tooDeep = error instanceof RangeError
    const message = tooDeep ? 'too deeply nested' : error instanceof Error ? error.message : ''
    return refused(text, names, message === '' ? 'cannot be followed' : message)
  }
}

function isLonger(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}

function refused(text: string, names: Names, message: string): ReadText {
  const analysis: Analysis = {
    tag: '',
    effects: [{ kind: 'unknown', object: undefined }],
    results: ['untraced'],
    reads: [],
    moves: [],
    relations: [],
    normalized: normalizeBroken(text, names.lexer),
    unreadable: message,
  }
  // Should it run after all, names and texts may mean anything afterwards.
  keepChanges(analysis, [
    { kind: 'anything', result: 0 },
    { kind: 'database', result: 0, name: undefined },
    { kind: 'schema', result: 0 },
  ])
  keepSettingChanges(analysis, [{ kind: 'anything', result: 0 }], [])
  return { analysis, shared: false }
}

function understand(
  text: string,
  statements: readonly ParsedStatement[],
  names: Names,
  told: Told = result => result,
): ReadText {
  const tags: string[] = []
  const normalized: string[] = []
  const effects = new Map<string, Effect>()
  const results: ResultLineage[] = []
  const reads = new Set<ColumnName>()
  const moves: ColumnMove[] = []
  const asked = new ColumnPredicates()
  const relations = new Map<string, RelationName>()
  const changes: SessionChange[] = []
  const settings: SettingChange[] = []
  const kills: KillTarget[] = []
  const calls: boolean[] = []
  // What a statement changes, the next one already sees.
  const overlay = statements.length > 1 ? new Overlay(names) : undefined
  const seen = overlay ?? names
  let shared = statements.length === 1
  for (const [result, { node, tokens }] of statements.entries()) {
    // First what would be too much to be followed further.
    const done = effectsOf(node, seen, { text, tokens })
    const traced = trace(node, seen)
    if (traced.unreadable !== undefined) return refused(text, names, traced.unreadable)
    tags.push(tagOf(node, tokens))
    const written = normalizeTokens(text, tokens)
    normalized.push(written)
    results.push(told(traced.result, node, seen))
    calls.push(done.effects.some(isCall))
    for (const effect of done.effects) effects.set(JSON.stringify(effect), effect)
    // Something is written of which nobody can tell where it came from: not even by its code.
    if (traced.movesUntraced && !done.effects.some(isOpaque))
      effects.set('moves', { kind: 'unknown', object: undefined, detail: 'moves' })
    for (const read of traced.reads) reads.add(read)
    moves.push(...traced.moves)
    asked.addAll(traced.predicates)
    for (const relation of traced.relations)
      relations.set(JSON.stringify([relation.schema, relation.name]), relation)
    const made = changesOfStatement({
      node,
      result,
      effects: done.effects,
      trace: traced,
      names: seen,
    })
    overlay?.apply(made)
    changes.push(...made)
    const set = readSettings(node, result, done.effects, seen)
    settings.push(...set.settings)
    // In SET, INTO, := and wherever else a variable can get a value.
    if (/countersign_reason/i.test(written)) settings.push({ kind: 'reason', result })
    if (/countersign_break_glass/i.test(written)) settings.push({ kind: 'glass', result })
    kills.push(...set.kills)
    shared &&= !done.literalsMatter && !namesParts(traced.reads)
    shared &&= made.length === 0 && shareable(node, tokens)
  }
  const predicates = asked.all()
  const analysis: Analysis = {
    tag: tags.join('; '),
    effects: [...effects.values()],
    results,
    reads: [...reads],
    moves,
    ...(predicates.length > 0 && { predicates }),
    relations: [...relations.values()],
    normalized: normalized.join('; '),
    unreadable: undefined,
  }
  keepChanges(analysis, changes)
  keepSettingChanges(analysis, settings, kills)
  keepManyResults(analysis, calls.indexOf(true))
  return { analysis, shared: shared && settings.length === 0 }
}

/** A procedure's queries are results of their own, however it comes to be called. */
function isCall({ kind, detail = '' }: Effect): boolean {
  return kind === 'execute' && /\bcall\b/.test(detail)
}

function isOpaque({ kind, detail = '' }: Effect): boolean {
  return kind === 'execute' && /\b(?:opaque|unknown|dynamic)\b/.test(detail)
}
