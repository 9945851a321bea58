/**
 * COPY … TO STDOUT: passed as it is, masked column by column, or withheld when nobody can tell what
 * is in it. CopyOutResponse names no columns, so the statement's lineage has to.
 */
import type { Column, ResultLineage, Session, ValueType } from '../protocol.ts'
import type { Run } from './conversation.ts'
import { CopyMask } from './copy-mask.ts'
import { Backend, headerBytes } from './framing.ts'
import { copyOptionsOf } from './sql/copy-options.ts'

/** What the CopyData of a run that begins now is to go through. */
export function copyOut(session: Session, run: Run): NonNullable<Run['copy']> {
  const lineage = run.analysis.results[run.result]
  const columns = copiedColumns(lineage)
  const mask = session.masks(run.analysis, run.result, columns)
  if (mask === undefined) return 'shown'
  const options = copyOptionsOf(run.text, run.result)
  return options === undefined || lineage === undefined || typeof lineage === 'string'
    ? 'withheld'
    : new CopyMask(options, mask, columns)
}

export function copyDataHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes)
  header[0] = Backend.CopyData
  header.writeUInt32BE(length + 4, 1)
  return header
}

const unknownType: ValueType = { class: 'other', name: 'unknown', lengthMax: undefined }

function copiedColumns(lineage: ResultLineage | undefined): readonly Column[] {
  // One column stands for all that are not known: if it is hidden, everything is withheld.
  if (lineage === undefined || typeof lineage === 'string')
    return [{ name: '', type: unknownType, origin: [] }]
  return lineage.map(column => ({
    name: column.name,
    type: column.type ?? unknownType,
    origin: [],
  }))
}
