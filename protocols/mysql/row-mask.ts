/** Masks the cells of rows. */
import type { ResultMask } from '../protocol.ts'
import type { ColumnDefinition } from './packets/column-definition.ts'

export interface MaskedRows {
  /** Whole packets, headers included. Belongs to the caller. */
  readonly bytes: Buffer
  /**
   * What to add (modulo 256) to the sequence numbers of all packets that follow in the response,
   * because rows were split into more or fewer packets. Give it to the next call. Nearly always 0.
   */
  readonly shift: number
}

export declare function compileRowMask(
  mask: ResultMask,
  definitions: readonly ColumnDefinition[],
  format: 'text' | 'binary',
): RowMask

export declare class RowMask {
  /**
   * `chunk` from `start` to `end` is a run of whole row packets, headers included, a row of 16 MiB
   * with all of its packets. Throws ProtocolError when a length is wrong: then nothing of the run
   * may be sent. No state is kept: one RowMask serves any number of results.
   */
  maskRows(chunk: Buffer, start: number, end: number, shift: number): MaskedRows
}
