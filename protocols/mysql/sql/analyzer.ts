/**
 * SQL texts to what they do. One for each database; its cache is bounded and keyed by what the
 * names mean and how the text is read: first by the exact text, then by the text's shape where
 * literals do not matter.
 */
import type { Analysis } from '../../protocol.ts'
import type { Names } from './names.ts'
import { keepSettingChanges } from './setting-changes.ts'

export interface AnalyzerOptions {
  /** Of each of the two generations of the cache. */
  readonly cacheEntriesMax?: number
  readonly cacheBytesMax?: number
  readonly statementBytesMax?: number
}

export class Analyzer {
  readonly #statementBytesMax: number

  constructor(options: AnalyzerOptions = {}) {
    this.#statementBytesMax = options.statementBytesMax ?? 1024 * 1024
  }

  /**
   * Never throws on bad SQL. Gives the same object for texts that differ in nothing that matters,
   * as long as it is cached. `?` is a parameter, so prepared texts are read by the same method.
   */
  analyze(text: string, _names: Names): Analysis {
    // Until statements are read, nothing is understood: fail closed.
    const analysis: Analysis = {
      tag: '',
      effects: [{ kind: 'unknown', object: undefined }],
      results: ['untraced'],
      reads: [],
      moves: [],
      relations: [],
      normalized: '?',
      unreadable:
        text.length > this.#statementBytesMax
          ? `longer than ${this.#statementBytesMax} bytes`
          : 'cannot be read yet',
    }
    keepSettingChanges(analysis, [{ kind: 'anything', result: 0 }], [])
    return analysis
  }
}
