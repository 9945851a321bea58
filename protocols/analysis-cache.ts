/**
 * Analyses of texts that came before. Found by what the names mean, then by the exact text, then by
 * the text's shape where literals do not matter. Bounded: it fills a young generation, and when
 * that is full the one before it is forgotten; what is used moves into the young one.
 */
import type { Analysis } from './protocol.ts'

export interface AnalysisCacheOptions {
  /** Of each of the two generations. */
  readonly cacheEntriesMax?: number
  readonly cacheBytesMax?: number
}

/** What has to be equal for a text to mean the same, beside the version of the names. */
export interface Meaning {
  readonly catalog: object
}

export interface TextReader<Names extends Kept, Kept extends Meaning> {
  /** A copy, where the names change as their session goes on. */
  meaningOf(names: Names): Kept
  means(kept: Kept, names: Names): boolean
  /** undefined: the text has none. */
  shapeOf(text: string, names: Names): string | undefined
  read(text: string, names: Names): ReadText
}

export interface ReadText {
  readonly analysis: Analysis
  /** True of every text of that shape. */
  readonly shared: boolean
}

/** Texts beyond this are not worth the memory, and seldom come twice. */
const cachedTextMax = 32 * 1024

export class AnalysisCache<
  Names extends Kept & { readonly version: number },
  Kept extends Meaning,
> {
  readonly #reader: TextReader<Names, Kept>
  readonly #entriesMax: number
  readonly #bytesMax: number
  #young: Generation<Kept> = newGeneration()
  #old: Generation<Kept> = newGeneration()

  constructor(reader: TextReader<Names, Kept>, options: AnalysisCacheOptions) {
    this.#reader = reader
    this.#entriesMax = options.cacheEntriesMax ?? 4096
    this.#bytesMax = options.cacheBytesMax ?? 16 * 1024 * 1024
  }

  /**
   * Gives the same object for texts that differ in nothing that matters, as long as it is kept;
   * reads the text otherwise.
   */
  analyze(text: string, names: Names): Analysis {
    const young = this.#find(this.#young, names) ?? this.#add(names)
    const known = young.texts.get(text)
    if (known !== undefined) return known
    const older = this.#find(this.#old, names)
    const again = older?.texts.get(text)
    if (again !== undefined) return this.#keep(young.texts, text, again)
    if (text.length > cachedTextMax) return this.#reader.read(text, names).analysis
    const shape = this.#reader.shapeOf(text, names)
    const alike = shape === undefined ? undefined : young.shapes.get(shape)
    if (alike !== undefined) return alike
    const alikeBefore = shape === undefined ? undefined : older?.shapes.get(shape)
    if (shape !== undefined && alikeBefore !== undefined)
      return this.#keep(young.shapes, shape, alikeBefore)
    const { analysis, shared } = this.#reader.read(text, names)
    return shape !== undefined && shared
      ? this.#keep(young.shapes, shape, analysis)
      : this.#keep(young.texts, text, analysis)
  }

  #find({ spaces }: Generation<Kept>, names: Names): Space<Kept> | undefined {
    const alike = spaces.get(names.version)
    if (alike === undefined) return undefined
    // A loop, since `find` would make a function for every statement.
    for (const space of alike) if (this.#reader.means(space.meaning, names)) return space
    return undefined
  }

  #add(names: Names): Space<Kept> {
    const { spaces } = this.#young
    const meaning = this.#reader.meaningOf(names)
    const space: Space<Kept> = { meaning, texts: new Map(), shapes: new Map() }
    // A catalog that was replaced does not come back.
    const others = spaces.get(names.version) ?? []
    const alike = others.filter(each => each.meaning.catalog === meaning.catalog)
    spaces.set(names.version, [...alike, space])
    // Versions come and go with sessions: an empty space counts, too.
    this.#young.entries += 1
    return space
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
}

interface Space<Kept> {
  readonly meaning: Kept
  readonly texts: Map<string, Analysis>
  readonly shapes: Map<string, Analysis>
}

interface Generation<Kept> {
  /** By version of the names; several of one version where more than the version decides. */
  readonly spaces: Map<number, readonly Space<Kept>[]>
  entries: number
  bytes: number
}

function newGeneration<Kept>(): Generation<Kept> {
  return { spaces: new Map(), entries: 0, bytes: 0 }
}
