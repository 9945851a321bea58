/**
 * SQL texts to what they do. One for each database; its cache is bounded and keyed by what the
 * names mean: first by the exact text, then by the text's shape where literals do not matter.
 */
import type {
  Analysis,
  ColumnMove,
  ColumnName,
  Effect,
  RelationName,
  ResultLineage,
} from '../../protocol.ts'
import type { CatalogSnapshot } from '../catalog.ts'
import { keepChanges, type SessionChange } from './changes.ts'
import { effectsOf } from './effects.ts'
import { keepErrorPosition } from './error-position.ts'
import { type Trace, trace } from './lineage/trace.ts'
import type { Names } from './names.ts'
import { normalize } from './normalize.ts'
import { Overlay } from './overlay.ts'
import { loadParser, parse, type RawStatement } from './parse.ts'
import { changesOfStatement } from './session-changes.ts'
import { shapeOf } from './shape.ts'
import { shareable } from './shareable.ts'
import { tagOf } from './tag.ts'
import type { Node } from './tree.ts'

export interface AnalyzerOptions {
  /** Of each of the two generations of the cache. */
  readonly cacheEntriesMax?: number
  readonly cacheBytesMax?: number
  readonly statementBytesMax?: number
}

/** Texts beyond this are not worth the memory, and seldom come twice. */
const cachedTextMax = 32 * 1024
const statementsMax = 10_000

export class Analyzer {
  readonly #entriesMax: number
  readonly #bytesMax: number
  readonly #statementBytesMax: number
  #young: Generation = newGeneration()
  #old: Generation = newGeneration()

  /** To be awaited once before the first `analyze`. */
  static async load(): Promise<void> {
    await loadParser()
  }

  constructor(options: AnalyzerOptions = {}) {
    this.#entriesMax = options.cacheEntriesMax ?? 4096
    this.#bytesMax = options.cacheBytesMax ?? 16 * 1024 * 1024
    this.#statementBytesMax = options.statementBytesMax ?? 1024 * 1024
  }

  /**
   * Never throws on bad SQL. Gives the same object for texts that differ in nothing that matters,
   * as long as it is cached.
   */
  analyze(text: string, names: Names): Analysis {
    const young = this.#space(this.#young, names)
    const known = young.texts.get(text)
    if (known !== undefined) return known
    const old = this.#old.spaces.get(names.version)
    const older = old?.catalog === names.catalog ? old : undefined
    const again = older?.texts.get(text)
    if (again !== undefined) return this.#keep(young.texts, text, again)
    if (text.length > cachedTextMax) return this.#read(text, names).analysis
    const shape = shapeOf(text)
    const alike = shape === undefined ? undefined : young.shapes.get(shape)
    if (alike !== undefined) return alike
    const alikeBefore = shape === undefined ? undefined : older?.shapes.get(shape)
    if (shape !== undefined && alikeBefore !== undefined)
      return this.#keep(young.shapes, shape, alikeBefore)
    const { analysis, shared } = this.#read(text, names)
    return shape !== undefined && shared
      ? this.#keep(young.shapes, shape, analysis)
      : this.#keep(young.texts, text, analysis)
  }

  #space(generation: Generation, names: Names): Space {
    const space = generation.spaces.get(names.version)
    if (space !== undefined && space.catalog === names.catalog) return space
    const made: Space = { catalog: names.catalog, texts: new Map(), shapes: new Map() }
    generation.spaces.set(names.version, made)
    // Versions come and go with sessions: an empty space counts, too.
    generation.entries += 1
    return made
  }

  #keep(map: Map<string, Analysis>, key: string, analysis: Analysis): Analysis {
    map.set(key, analysis)
    const young = this.#young
    young.entries += 1
    young.bytes += key.length * 4 + 1024
    if (young.entries > this.#entriesMax || young.bytes > this.#bytesMax) {
      this.#old = young
      this.#young = newGeneration()
    }
    return analysis
  }

  #read(text: string, names: Names): { analysis: Analysis; shared: boolean } {
    const parsed = parse(text, this.#statementBytesMax)
    if (!parsed.ok) {
      const analysis = unreadable(text, parsed.message)
      if (parsed.position !== undefined) keepErrorPosition(analysis, parsed.position + 1)
      return { analysis, shared: false }
    }
    if (parsed.statements.length > statementsMax)
      return { analysis: unreadable(text, 'too many statements'), shared: false }
    try {
      return understand(text, parsed.statements, names)
    } catch (error) {
      // A tree too deep or too wide to be followed. A bug of ours must not let anything pass.
      const message = error instanceof Error ? error.message : 'cannot be followed'
      return { analysis: unreadable(text, message), shared: false }
    }
  }
}

interface Space {
  readonly catalog: CatalogSnapshot
  readonly texts: Map<string, Analysis>
  readonly shapes: Map<string, Analysis>
}

/** Filled until it is full; then it is the old one, and the one before it is forgotten. */
interface Generation {
  readonly spaces: Map<number, Space>
  entries: number
  bytes: number
}

function newGeneration(): Generation {
  return { spaces: new Map(), entries: 0, bytes: 0 }
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
): { analysis: Analysis; shared: boolean } {
  const tags: string[] = []
  const effects = new Map<string, Effect>()
  const results: ResultLineage[] = []
  const reads = new Set<ColumnName>()
  const moves: ColumnMove[] = []
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
    results.push(traced.result)
    for (const effect of done.effects) effects.set(JSON.stringify(effect), effect)
    // Something is written of which nobody can tell where it came from: not even by its code.
    if (traced.movesUntraced && !done.effects.some(isOpaque))
      effects.set('moves', { kind: 'unknown', object: undefined, detail: 'moves' })
    for (const read of traced.reads) reads.add(read)
    moves.push(...traced.moves)
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
    shared &&= !done.literalsMatter && made.length === 0 && shareable(node)
  }
  const analysis: Analysis = {
    tag: tags.join('; '),
    effects: [...effects.values()],
    results,
    reads: [...reads],
    moves,
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
