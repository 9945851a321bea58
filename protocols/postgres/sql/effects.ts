/**
 * What one raw statement does, as effects. The words that `detail` may have, by group:
 *
 *   reads      plan definition file · large object · listen
 *   writes     conflict partition copy nextval setval statistics large object cascade trigger rule
 *   export     program file · replication · file large object
 *   import     program file · foreign replication
 *   create     temporary as replace code definer foreign replication file
 *   alter      the subcommand (`drop column`, `type`, `rename`, `owner`, …), `lossy` when data or a
 *              protection of it may be gone, cascade
 *   drop       cascade owned discard
 *   grant      grant revoke public member default privileges owner system table
 *   role       create alter drop set grant revoke member superuser createrole createdb replication
 *              bypassrls login password session authorization computed reset
 *   setting    local reset system kept
 *   execute    do call opaque (a body that nobody could read) unknown (no such function) volatile
 *              (built in, not known to be harmless) dynamic (takes SQL or names as text) dblink
 *              terminate cancel server notify sleep replication backup file load foreign, and of
 *              user functions their language and volatility, definer
 *   lock       row table advisory
 *   maintain   vacuum full analyze cluster reindex refresh checkpoint
 */
import type { Effect } from '../../protocol.ts'
import { readBody } from './effects/bodies.ts'
import { Collector, type Readers } from './effects/collector.ts'
import { readConsequences } from './effects/consequences.ts'
import { called } from './effects/functions.ts'
import { evaluated } from './effects/query.ts'
import { statementEffects } from './effects/statement.ts'
import { readView } from './effects/views.ts'
import type { Names } from './names.ts'
import type { Node } from './tree.ts'

export interface Effects {
  readonly effects: readonly Effect[]
  /** A text that differs in its literals only may do something else. */
  readonly literalsMatter: boolean
}

/** Throws RangeError when the tree is too deep to be walked. */
export function effectsOf(node: Node, names: Names): Effects {
  const out = new Collector(names, readers)
  out.statement(node)
  return { effects: out.effects, literalsMatter: out.literalsMatter }
}

const readers: Readers = {
  statement: statementEffects,
  evaluated,
  called,
  view: readView,
  body: readBody,
  consequences: readConsequences,
}
