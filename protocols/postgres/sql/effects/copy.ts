/**
 * COPY, and what else takes data out of or into the server's disk or network.
 * https://www.postgresql.org/docs/current/sql-copy.html
 */
import { objectOf } from './collector.ts'
import type { Handlers } from './handlers.ts'

export const copyStatements: Handlers<'CopyStmt'> = {
  CopyStmt: (copy, out) => {
    const where = copy.filename === undefined ? undefined : copy.is_program ? 'program' : 'file'
    if (copy.query !== undefined) out.evaluated(copy.query)
    if (copy.is_from !== true) {
      if (copy.relation !== undefined) out.evaluated({ RangeVar: copy.relation })
      // To the client it is a read like any other, in another form.
      if (where !== undefined) out.add('export', undefined, { detail: where })
      return
    }
    for (const relation of out.relation('insert', copy.relation, { detail: 'copy' })) {
      if (where !== undefined) out.add('import', objectOf(relation), { detail: where })
      out.consequences(relation, 'insert')
    }
    if (where !== undefined) out.add('import', undefined, { detail: where })
    out.evaluated(copy.whereClause)
  },
}
