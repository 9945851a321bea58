/**
 * What one statement does, as effects. They mean what they mean for Postgres, so that one policy
 * says the same for both. The words that `detail` may have, by group:
 *
 *   reads      plan definition handler file
 *   writes     conflict replace cascade trigger load nextval setval
 *   lock       row table instance advisory
 *   export     program file · import  file local foreign
 *   create     temporary as replace code definer foreign file
 *   alter      the action (`drop column`, `modify`, `rename`, …), `lossy` when data or a protection
 *              of it may be gone, restart code foreign file attach
 *   drop       temporary
 *   grant      grant revoke member proxy superuser, system table (rows of accounts and privileges)
 *   role       create alter drop rename set reset grant revoke member password login superuser
 *   setting    system (for sessions to come) persist reset statement, on, off, computed, and for
 *              what statements are read with: their values
 *   execute    call opaque unknown dynamic definer sql javascript trigger sleep benchmark terminate
 *              cancel server replication binlog foreign
 *   maintain   analyze check checksum optimize repair flush cache server
 */
import type { Effect } from '../../protocol.ts'
import type { Statement } from './ast.ts'
import { readBody } from './effects/bodies.ts'
import { Collector, type Readers, type Source } from './effects/collector.ts'
import { called } from './effects/functions.ts'
import { evaluated } from './effects/query.ts'
import { statementEffects } from './effects/statement.ts'
import { readTriggers } from './effects/triggers.ts'
import { readView } from './effects/views.ts'
import type { Names } from './names.ts'

export interface Effects {
  readonly effects: readonly Effect[]
  /** A text that differs in its literals only may do something else. */
  readonly literalsMatter: boolean
}

/**
 * `source` is the text that the statement was read from with its tokens, where they are still
 * there: hints and the words of statements that are known by kind stand in them only. Throws
 * RangeError when the tree is too deep to be walked.
 */
export function effectsOf(statement: Statement, names: Names, source?: Source): Effects {
  const out = new Collector(names, readers, source)
  out.statement(statement)
  return { effects: out.effects, literalsMatter: out.literalsMatter }
}

const readers: Readers = {
  statement: statementEffects,
  evaluated,
  called,
  view: readView,
  body: readBody,
  triggers: readTriggers,
}
