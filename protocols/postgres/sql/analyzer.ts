/** SQL texts to what they do. One for each database, since it keeps what it read of its names. */
import {
  AnalysisCache,
  type AnalysisCacheOptions,
  type Meaning,
  type ReadText,
} from '../../analysis-cache.ts'
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
import { keepChanges, type SessionChange } from './changes.ts'
import { effectsOf } from './effects.ts'
import { withOrigins } from './lineage/origins.ts'
import { type Trace, trace } from './lineage/trace.ts'
import type { Names } from './names.ts'
import { normalize } from './normalize.ts'
import { Overlay } from './overlay.ts'
import { loadParser, parse, type RawStatement } from './parse.ts'
import { changesOfStatement } from './session-changes.ts'
import { shapeOf } from './shape.ts'
import { shareable } from './shareable.ts'
import { keepSyntaxError } from './syntax-error.ts'
import { tagOf } from './tag.ts'
import type { Node } from './tree.ts'

export interface AnalyzerOptions extends AnalysisCacheOptions {
  readonly statementBytesMax?: number
}

const statementsMax = 10_000

export class Analyzer {
  readonly #cache: AnalysisCache<Names, Meaning>

  /** To be awaited once before the first `analyze`. */
  static async load(): Promise<void> {
    await loadParser()
  }

  readonly #bytesMax: number

  constructor(options: AnalyzerOptions = {}) {
    const bytesMax = options.statementBytesMax ?? 1024 * 1024
    this.#bytesMax = bytesMax
    this.#cache = new AnalysisCache<Names, Meaning>(
      {
        meaningOf: ({ catalog }) => ({ catalog }),
        means: (kept, { catalog }) => kept.catalog === catalog,
        shapeOf,
        read: (text, names) => read(text, names, bytesMax),
      },
      options,
    )
  }

  /**
   * Never throws on bad SQL. Gives the same object for texts that differ in nothing that matters,
   * as long as it is cached.
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
type Told = (result: ResultLineage, statement: Node, names: Names) => ResultLineage

function read(text: string, names: Names, bytesMax: number, told?: Told): ReadText {
  const parsed = parse(text, bytesMax)
  if (!parsed.ok) {
    const { message, position } = parsed
    const analysis = unreadable(text, withoutToken(message))
    keepSyntaxError(analysis, {
      message,
      position: position === undefined ? undefined : position + 1,
    })
    return { analysis, shared: false }
  }
  if (parsed.statements.length > statementsMax)
    return { analysis: unreadable(text, 'too many statements'), shared: false }
  try {
    return understand(text, parsed.statements, names, told)
  } catch (error) {
    // A tree too deep or too wide to be followed. A bug of ours must not let anything pass.
    const message = error instanceof Error ? error.message : 'cannot be followed'
    return { analysis: unreadable(text, message), shared: false }
  }
}

/** What stands there may be a literal. */
function withoutToken(message: string): string {
  return message.replace(/ at or near ".*"$/s, '')
}

function unreadable(text: string, message: string): Analysis {
  const analysis: Analysis = {
    tag: '',
    effects: [{ kind: 'unknown', object: undefined }],
    results: ['untraced'],
    reads: [],
    moves: [],
    relations: [],
    normalized: normalize(text),
    unreadable: message,
  }
  // Should it run after all, names may mean anything afterwards.
  keepChanges(analysis, [
    { kind: 'path', result: 0 },
    { kind: 'role', result: 0 },
    { kind: 'schema', result: 0 },
  ])
  return analysis
}

function understand(
  text: string,
  statements: readonly RawStatement[],
  names: Names,
  told: Told = result => result,
): ReadText {
  const tags: string[] = []
  const effects = new Map<string, Effect>()
  const results: ResultLineage[] = []
  const reads = new Set<ColumnName>()
  const moves: ColumnMove[] = []
  const asked = new ColumnPredicates()
  const relations = new Map<string, RelationName>()
  const changes: SessionChange[] = []
  // What a statement changes, the next one already sees.
  const overlay = statements.length > 1 ? new Overlay(names) : undefined
  const seen = overlay ?? names
  let shared = statements.length === 1
  for (const [result, { node }] of statements.entries()) {
    const traced = trace(node, seen)
    if (traced.unreadable !== undefined)
      return { analysis: unreadable(text, traced.unreadable), shared: false }
    const done = effectsOf(node, seen)
    tags.push(tagOf(node))
    results.push(told(traced.result, node, seen))
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
      traceOf: (query: Node): Trace => trace(query, seen),
    })
    overlay?.apply(made)
    changes.push(...made)
    shared &&= !done.literalsMatter && !namesParts(traced.reads)
    shared &&= made.length === 0 && shareable(node)
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
    normalized: normalize(text),
    unreadable: undefined,
  }
  keepChanges(analysis, changes)
  return { analysis, shared }
}

function isOpaque({ kind, detail = '' }: Effect): boolean {
  return kind === 'execute' && /\b(?:opaque|unknown|dynamic)\b/.test(detail)
}
