/** The archive as a destination of the journal: rows of one table in one insert. */

import type { Destination } from '../shipping/ship.ts'
import type { Archive, ArchiveRow } from './archive.ts'
import type { ArchiveTable } from './schema.ts'

/** Large inserts cost half of small ones. */
export const archiveBatchBytes: number = 16 * 1024 * 1024

/** Of the rows: when it changes, the whole journal is shipped again. */
const rowForm = 2

export function toArchive(archive: Pick<Archive, 'insert'>): Destination {
  return {
    name: 'archive',
    form: rowForm,
    sealed: true,
    batchBytes: archiveBatchBytes,
    batch() {
      const rows = new Map<ArchiveTable, ArchiveRow[]>()
      return {
        row(table, row) {
          const list = rows.get(table)
          if (list === undefined) rows.set(table, [row])
          else list.push(row)
        },
        async delivered() {
          for (const [table, values] of rows) await archive.insert(table, values)
        },
      }
    },
  }
}
