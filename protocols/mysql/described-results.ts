/**
 * Masks for the results of a session. Columns are nearly always those of the last time: then the
 * mask is, too, and nothing of them is decoded.
 */
import type { Analysis, Session } from '../protocol.ts'
import { messageMask } from './diagnostics.ts'
import type { Run } from './exchange.ts'
import { headerBytes, packetExtent } from './framing.ts'
import { type ColumnDefinition, decodeColumnDefinition } from './packets/column-definition.ts'
import { compileRowMask, type RowMask } from './row-mask.ts'
import type { SessionState } from './session-state.ts'
import { firstOfManyResults } from './sql/changes.ts'
import { settingChanges } from './sql/setting-changes.ts'

interface DescribedResult {
  /** The number of columns and their definitions, as packets. */
  readonly columns: Buffer
  readonly format: 'text' | 'binary'
  readonly mask: RowMask | undefined
  /** Where in `columns` lengths stand that are of hidden values. */
  readonly lengths: readonly number[]
  /** The session's when it was made. */
  readonly maskVersion: number
}

export class DescribedResults {
  readonly #session: Session
  readonly #state: SessionState
  /** By analysis and number of the result. */
  readonly #known = new WeakMap<Analysis, DescribedResult[]>()

  constructor(session: Session, state: SessionState) {
    this.#session = session
    this.#state = state
  }

  /**
   * `packets`: the number of columns, `count` definitions, and what else came before the rows. What
   * they tell of hidden values is overwritten.
   */
  mask(run: Run, count: number, packets: Buffer, format: 'text' | 'binary'): RowMask | undefined {
    if (run.diagnostics === 'shown') return undefined
    if (run.diagnostics === 'concealed') return this.#compile(run, count, packets, format).mask
    let results = this.#known.get(run.analysis)
    if (results === undefined) {
      results = []
      this.#known.set(run.analysis, results)
    }
    const known = results[run.result]
    const { maskVersion } = this.#session
    if (
      known?.maskVersion === maskVersion &&
      known.format === format &&
      known.columns.equals(packets)
    ) {
      overwrite(packets, known.lengths)
      return known.mask
    }
    const { mask, lengths } = this.#compile(run, count, packets, format)
    // Results without an end (a procedure in a loop) are not worth remembering.
    if (run.result < resultsMax)
      results[run.result] = { columns: Buffer.from(packets), format, mask, lengths, maskVersion }
    overwrite(packets, lengths)
    return mask
  }

  #compile(
    run: Run,
    count: number,
    packets: Buffer,
    format: 'text' | 'binary',
  ): Pick<DescribedResult, 'mask' | 'lengths'> {
    const lengths: number[] = []
    const definitions = decodeDefinitions(packets, count, lengths)
    const columns = definitions.map(definition => this.#state.column(definition))
    const mask =
      run.diagnostics === 'concealed'
        ? messageMask(columns)
        : this.#session.masks(run.analysis, resultNumber(run.analysis, run.result), columns)
    if (mask === undefined) return { mask, lengths: [] }
    const computed = (_: number, i: number): boolean =>
      mask[i] !== undefined && definitions[i]?.orgTable === ''
    return { mask: compileRowMask(mask, definitions, format), lengths: lengths.filter(computed) }
  }
}

const resultsMax = 64

/**
 * The column_length of what is computed may be the length of its value: EXECUTE gives every `?` the
 * type of the variable that is used for it.
 */
function overwrite(packets: Buffer, lengths: readonly number[]): void {
  for (const at of lengths) packets.writeUInt32LE(anyLength, at)
}

/** varchar(255) */
const anyLength = 255 * 4
/** int<4> column_length, int<1> type, int<2> flags, int<1> decimals, 2 bytes of filler */
const lengthToEnd = 10

/**
 * Which statement of the text the nth result is of. After one that may give any number of results
 * nobody knows: then it is one that the text does not have, about which nothing may be said.
 */
export function resultNumber(analysis: Analysis, result: number): number {
  return result <= lastCertain(analysis) ? result : analysis.results.length
}

function lastCertain(analysis: Analysis): number {
  const { results } = analysis
  let last = firstOfManyResults(analysis) ?? results.length - 1
  for (const change of settingChanges(analysis))
    if (change.kind === 'anything') last = Math.min(last, change.result)
  const untraced = results.indexOf('untraced')
  return untraced < 0 ? last : Math.min(last, untraced)
}

/** Puts into `lengths` where each of them has its column_length. */
function decodeDefinitions(
  packets: Buffer,
  count: number,
  lengths: number[],
): readonly ColumnDefinition[] {
  const definitions: ColumnDefinition[] = []
  let at = packetExtent(packets, 0)
  for (let i = 0; i < count; i += 1) {
    const end = at + packetExtent(packets, at)
    definitions.push(decodeColumnDefinition(packets, at + headerBytes, end))
    lengths.push(end - lengthToEnd)
    at = end
  }
  return definitions
}
