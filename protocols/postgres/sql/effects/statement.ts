/**
 * One statement to what it does. The table is closed: the type checker asks for every kind of
 * statement that the grammar has, and a kind that it does not know is `unknown`.
 */
import { type FieldsOf, kindOf, type Node } from '../tree.ts'
import { accessStatements } from './access.ts'
import { alterStatements } from './alter.ts'
import type { Collector } from './collector.ts'
import { copyStatements } from './copy.ts'
import { createStatements } from './create.ts'
import type { Handler, Handlers, StatementKind } from './handlers.ts'
import { sessionStatements } from './session.ts'
import { upkeepStatements } from './upkeep.ts'

/** `inBody`: the statement is a CREATE FUNCTION around a body that is to be read. */
export function statementEffects(node: Node, out: Collector, inBody: boolean): void {
  const kind = kindOf(node)
  const handle = kind === undefined ? undefined : handlers[kind as StatementKind]
  if (kind === undefined || handle === undefined) {
    out.add('unknown', undefined, { detail: 'statement' })
    return
  }
  const fields = (node as unknown as Record<string, unknown>)[kind]
  if (inBody && kind === 'CreateFunctionStmt') {
    out.evaluated((fields as FieldsOf<'CreateFunctionStmt'>).sql_body)
    return
  }
  // The table pairs each kind with a handler of its own fields; the checker cannot follow that.
  ;(handle as Handler<unknown>)(fields, out, node)
}

const query = (_fields: unknown, out: Collector, node: Node): void => out.evaluated(node)

/** Never stand alone; if they do, nothing is known of them. */
const impossible = (_fields: unknown, out: Collector): void =>
  out.add('unknown', undefined, { detail: 'statement' })

export const handlers: Handlers<StatementKind> = {
  SelectStmt: query,
  InsertStmt: query,
  UpdateStmt: query,
  DeleteStmt: query,
  MergeStmt: query,
  ...copyStatements,
  ...createStatements,
  ...alterStatements,
  ...accessStatements,
  ...sessionStatements,
  ...upkeepStatements,
  RawStmt: impossible,
  SetOperationStmt: impossible,
  ReplicaIdentityStmt: impossible,
  PLAssignStmt: impossible,
  ReturnStmt: query,
}
