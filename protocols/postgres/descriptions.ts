/**
 * What the rows that come now are, and so what is hidden in them: from the RowDescription of a
 * simple query, or from what Describe said of a statement and the formats that Bind asked for.
 */
import { ByteReader } from '../bytes.ts'
import { ProtocolError } from '../errors.ts'
import type { Session } from '../protocol.ts'
import type { Owed, Prepared, Run } from './conversation.ts'
import { Backend, headerBytes } from './framing.ts'
import { formatOf } from './messages/extended-query.ts'
import {
  decodeRowDescription,
  encodeRowDescription,
  type FieldDescription,
} from './messages/row-description.ts'
import { compileRowMask, type RowMask } from './row-mask.ts'
import type { StatementNames } from './statement-names.ts'

export class Descriptions {
  readonly #session: Session
  readonly #names: StatementNames
  /** The description of the rows that were recorded last. */
  #shown: Prepared['mask']
  /** By analysis and position: the last description of that result, and the mask made from it. */
  readonly #described = new WeakMap<object, DescribedResult[]>()

  constructor(session: Session, names: StatementNames) {
    this.#session = session
    this.#names = names
  }

  /** The answer to Describe: RowDescription, or NoData for no columns. */
  describe({ described: prepared }: Owed, frame: Buffer): void {
    if (prepared === undefined) return
    prepared.describing = undefined
    if (prepared.description?.equals(frame) === true) return
    prepared.description = Buffer.from(frame)
    this.#shown = undefined
    prepared.mask = undefined
    prepared.fields =
      frame[0] === Backend.NoData ? [] : decodeRowDescription(new ByteReader(frame, headerBytes))
  }

  /** Rows of a simple query: its own RowDescription, which is mostly the one of the last time. */
  describeResult(run: Run, frame: Buffer): void {
    let known = this.#described.get(run.analysis)
    if (known === undefined) {
      known = []
      this.#described.set(run.analysis, known)
    }
    let result = known[run.result]
    const { maskVersion } = this.#session
    if (result?.maskVersion !== maskVersion || !result.frame.equals(frame)) {
      const fields = decodeRowDescription(new ByteReader(frame, headerBytes))
      const formats = fields.map(field => (field.format === 1 ? 1 : 0))
      const mask = this.#rowMask(run, fields, formats)
      result = { frame: Buffer.from(frame), columns: fields.length, mask, maskVersion }
      known[run.result] = result
    }
    run.mask = result.mask
    run.columns = result.columns
    run.described = true
    this.#shown = undefined
  }

  /**
   * Rows of an Execute. Returns a RowDescription for the recording when it has not just had this
   * one: it has to say what the rows are, even if the client was told long ago.
   */
  describeExecuted(run: Run): Buffer | undefined {
    const portal = run.portal
    const fields = portal?.prepared.fields
    if (portal === undefined || fields === undefined)
      throw new ProtocolError('RowDescription', 'DataRow')
    const { prepared, resultFormats } = portal
    const { maskVersion } = this.#session
    if (
      prepared.mask?.analysis !== run.analysis ||
      prepared.mask.maskVersion !== maskVersion ||
      !sameFormats(prepared.mask.formats, resultFormats)
    ) {
      const formats = fields.map((_, i) => formatOf(resultFormats, i))
      const rows = this.#rowMask(run, fields, formats)
      const frame = encodeRowDescription(fields, formats)
      const { analysis } = run
      prepared.mask = { analysis, formats: resultFormats, rows, frame, maskVersion }
    }
    run.mask = prepared.mask.rows
    run.columns = fields.length
    run.described = true
    if (this.#shown === prepared.mask) return undefined
    this.#shown = prepared.mask
    return prepared.mask.frame
  }

  #rowMask(
    run: Run,
    fields: readonly FieldDescription[],
    formats: readonly (0 | 1)[],
  ): RowMask | undefined {
    const columns = fields.map(field => this.#names.column(field))
    const mask = this.#session.masks(run.analysis, run.result, columns)
    return mask === undefined ? undefined : compileRowMask(mask, columns, formats)
  }
}

interface DescribedResult {
  readonly frame: Buffer
  readonly columns: number
  readonly mask: RowMask | undefined
  /** The session's when it was made. */
  readonly maskVersion: number
}

function sameFormats(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((format, i) => format === b[i]))
}
