/**
 * SQL texts to what they do. One for each database; its cache is bounded and keyed by what the
 * names mean and how the text is read: first by the exact text, then by the text's shape where
 * literals do not matter.
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
import type { LexerOptions } from './lexer/options.ts'
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

  constructor(options: AnalyzerOptions = {}) {
    this.#entriesMax = options.cacheEntriesMax ?? 4096
    this.#bytesMax = options.cacheBytesMax ?? 16 * 1024 * 1024
    this.#statementBytesMax = options.statementBytesMax ?? 1024 * 1024
  }

  /**
   * Never throws on bad SQL. Gives the same object for texts that differ in nothing that matters,
   * as long as it is cached. `?` is a parameter, so prepared texts are read by the same method.
   */
  analyze(text: string, names: Names): Analysis {
    const young = this.#space(this.#young, names)
    const known = young.texts.get(text)
    if (known !== undefined) return known
    const older = this.#old.spaces.get(names.version)?.find(each => isOf(each, names))
    const again = older?.texts.get(text)
    if (again !== undefined) return this.#keep(young.texts, text, again)
    if (text.length > cachedTextMax) return this.#read(text, names).analysis
    const shape = shapeOf(text, names.lexer)
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
    let spaces = generation.spaces.get(names.version)
    const space = spaces?.find(each => isOf(each, names))
    if (space !== undefined) return space
    const { catalog, database, lexer } = names
    const made: Space = { catalog, database, lexer, texts: new Map(), shapes: new Map() }
    // A version of another catalog does not come back.
    spaces = [...(spaces ?? []).filter(each => each.catalog === catalog), made]
    generation.spaces.set(names.version, spaces)
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
    try {
      if (isLonger(text, this.#statementBytesMax))
        return refused(text, names, `longer than ${this.#statementBytesMax} bytes`)
      // A lone surrogate would reach the server as something else than we read.
      if (/\p{Surrogate}/u.test(text)) return refused(text, names, 'invalid characters in the text')
      const parsed = parse(text, names.lexer)
      if (!parsed.ok) return refused(text, names, parsed.message)
      if (parsed.statements.length > statementsMax)
        return refused(text, names, 'too many statements')
      return understand(text, parsed.statements, names)
    } catch (error) {
      // A tree too deep or too wide to be followed. A bug of ours must not let anything pass.
      const tooDeep = error instanceof RangeError
      const message = tooDeep ? 'too deeply nested' : error instanceof Error ? error.message : ''
      return refused(text, names, message === '' ? 'cannot be followed' : message)
    }
  }
}

interface Space {
  readonly catalog: CatalogSnapshot
  readonly database: string | undefined
  readonly lexer: LexerOptions
  readonly texts: Map<string, Analysis>
  readonly shapes: Map<string, Analysis>
}

/** Filled until it is full; then it is the old one, and the one before it is forgotten. */
interface Generation {
  /** By version of the names; a session that changes its database has several of one version. */
  readonly spaces: Map<number, readonly Space[]>
  entries: number
  bytes: number
}

function newGeneration(): Generation {
  return { spaces: new Map(), entries: 0, bytes: 0 }
}

function isOf(space: Space, { catalog, database, lexer }: Names): boolean {
  if (space.catalog !== catalog || space.database !== database) return false
  return space.lexer === lexer || sameLexer(space.lexer, lexer)
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

function isLonger(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}

function refused(
  text: string,
  names: Names,
  message: string,
): { analysis: Analysis; shared: boolean } {
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
): { analysis: Analysis; shared: boolean } {
  const tags: string[] = []
  const normalized: string[] = []
  const effects = new Map<string, Effect>()
  const results: ResultLineage[] = []
  const reads = new Set<ColumnName>()
  const moves: ColumnMove[] = []
  const relations = new Map<string, RelationName>()
  const changes: SessionChange[] = []
  const settings: SettingChange[] = []
  const kills: KillTarget[] = []
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
    normalized.push(normalizeTokens(text, tokens))
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
    })
    overlay?.apply(made)
    changes.push(...made)
    const set = readSettings(node, result, done.effects, seen)
    settings.push(...set.settings)
    kills.push(...set.kills)
    shared &&= !done.literalsMatter && made.length === 0 && shareable(node)
  }
  const analysis: Analysis = {
    tag: tags.join('; '),
    effects: [...effects.values()],
    results,
    reads: [...reads],
    moves,
    relations: [...relations.values()],
    normalized: normalized.join('; '),
    unreadable: undefined,
  }
  keepChanges(analysis, changes)
  keepSettingChanges(analysis, settings, kills)
  return { analysis, shared: shared && settings.length === 0 }
}

function isOpaque({ kind, detail = '' }: Effect): boolean {
  return kind === 'execute' && /\b(?:opaque|unknown|dynamic)\b/.test(detail)
}
